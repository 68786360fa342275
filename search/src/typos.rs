//! Typos: how far two words are apart, and which words of a sorted vocabulary are near one.
//!
//! A letter that is dropped, added or another, or two neighbours swapped, is one typo each (optimal string alignment).

use std::{collections::BTreeMap, ops::Bound};

/// A word of a vocabulary that is near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near<'a, V> {
    pub word: &'a str,
    pub value: &'a V,
    pub typos: u8,
    /// Only the beginning of the word is near.
    pub is_prefix: bool,
}

/// How a word is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    pub typos: u8,
    /// The word may be the beginning of a longer one.
    pub is_prefix: bool,
}

/// So many words in a row are passed over one by one before the next that may be near is looked up: mostly that is sooner there.
const PASSED_MAX: usize = 16;

/// How many typos a word of so many letters may have: 1 from four letters, 2 from eight.
pub fn allowed(letters: usize) -> u8 {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The words of a vocabulary within a tolerance that begin with the same letter, in its order. What has too many typos already is passed
/// over with all that begins so.
pub fn near<'a, V>(vocabulary: &'a BTreeMap<Box<str>, V>, word: &str, tolerance: Tolerance) -> Vec<Near<'a, V>> {
    let letters: Vec<char> = word.chars().collect();
    let Some(first) = letters.first() else { return Vec::new() };
    let mut rows = Rows::new(&letters, tolerance.typos, tolerance.is_prefix);
    let mut found = Vec::new();
    let mut from = Some(first.to_string());
    while let Some(start) = from.take() {
        let mut passed = 0;
        for (key, value) in beginning_at(vocabulary, &start).take_while(|(key, _)| key.starts_with(*first)) {
            match rows.walk(key) {
                Walked::Hopeless(depth) if passed == PASSED_MAX => {
                    from = successor(key, depth);
                    break;
                }
                Walked::Hopeless(_) => passed += 1,
                Walked::Far => passed = 0,
                Walked::Near { typos, is_prefix } => {
                    found.push(Near { word: key, value, typos, is_prefix });
                    passed = 0;
                }
            }
        }
    }
    found
}

fn beginning_at<'a, V>(vocabulary: &'a BTreeMap<Box<str>, V>, text: &str) -> impl Iterator<Item = (&'a str, &'a V)> {
    let from = vocabulary.range::<str, _>((Bound::Included(text), Bound::Unbounded));
    from.map(|(word, value)| (&**word, value))
}

/// The words of a vocabulary that begin with a text.
pub fn beginning_with<'a, V>(
    vocabulary: &'a BTreeMap<Box<str>, V>,
    text: &str,
) -> impl Iterator<Item = (&'a str, &'a V)> {
    beginning_at(vocabulary, text).take_while(move |(word, _)| word.starts_with(text))
}

/// How many typos are between two words; none if more than allowed.
pub fn between(one: &str, other: &str, most: u8) -> Option<u8> {
    let letters: Vec<char> = one.chars().collect();
    match Rows::new(&letters, most, false).walk(other) {
        Walked::Near { typos, is_prefix: false } => Some(typos),
        _ => None,
    }
}

enum Walked {
    /// Nothing that begins with these many letters can be near.
    Hopeless(usize),
    Far,
    Near {
        typos: u8,
        is_prefix: bool,
    },
}

/// The rows of the matrix of distances, kept for what the next key has in common with the last.
struct Rows<'w> {
    letters: &'w [char],
    most: u8,
    may_be_prefix: bool,
    /// Nothing that begins with the key is near.
    is_hopeless: bool,
    key: Vec<char>,
    /// One row after the other, each a letter longer than the word.
    cells: Vec<u8>,
    /// The least of each row.
    least: Vec<u8>,
}

impl<'w> Rows<'w> {
    fn new(letters: &'w [char], most: u8, may_be_prefix: bool) -> Self {
        let cells = (0..=letters.len()).map(|cost| u8::try_from(cost).unwrap_or(u8::MAX)).collect();
        Self { letters, most, may_be_prefix, is_hopeless: false, key: Vec::new(), cells, least: vec![0] }
    }

    fn walk(&mut self, key: &str) -> Walked {
        let common = self.key.iter().zip(key.chars()).take_while(|(one, other)| **one == *other).count();
        if self.is_hopeless && common == self.key.len() {
            return Walked::Hopeless(common);
        }
        self.is_hopeless = false;
        self.key.truncate(common);
        self.least.truncate(common + 1);
        self.cells.truncate((common + 1) * self.width());
        for letter in key.chars().skip(common) {
            self.push(letter);
            let depth = self.key.len();
            if self.least[depth] > self.most && self.least[depth - 1] > self.most.saturating_sub(1) {
                let beginning = self.beginning();
                self.is_hopeless = beginning.is_none();
                return beginning.unwrap_or(Walked::Hopeless(depth));
            }
        }
        let whole = self.cells[self.cells.len() - 1];
        if whole <= self.most {
            return Walked::Near { typos: whole, is_prefix: false };
        }
        self.beginning().unwrap_or(Walked::Far)
    }

    fn width(&self) -> usize {
        self.letters.len() + 1
    }

    fn beginning(&self) -> Option<Walked> {
        if !self.may_be_prefix {
            return None;
        }
        let typos = self.cells.iter().skip(self.letters.len()).step_by(self.width()).copied().min()?;
        (typos <= self.most).then_some(Walked::Near { typos, is_prefix: true })
    }

    /// What is further from the diagonal than typos are allowed is too far whatever it is, and stays so.
    fn push(&mut self, letter: char) {
        let depth = self.key.len() + 1;
        let most = usize::from(self.most);
        let (above, start) = ((depth - 1) * self.width(), depth * self.width());
        self.cells.resize(start + self.width(), u8::MAX);
        let mut least = u8::MAX;
        if depth <= most {
            least = u8::try_from(depth).unwrap_or(u8::MAX);
            self.cells[start] = least;
        }
        for column in depth.saturating_sub(most).max(1)..=(depth + most).min(self.letters.len()) {
            let own = self.letters[column - 1];
            let changed = self.cells[above + column - 1].saturating_add(u8::from(own != letter));
            let added = self.cells[above + column].saturating_add(1);
            let mut cost = changed.min(added).min(self.cells[start + column - 1].saturating_add(1));
            if column > 1 && depth > 1 && self.letters[column - 2] == letter && self.key[depth - 2] == own {
                cost = cost.min(self.cells[above - self.width() + column - 2].saturating_add(1));
            }
            self.cells[start + column] = cost;
            least = least.min(cost);
        }
        self.key.push(letter);
        self.least.push(least);
    }
}

/// The least text after all that begin with the first letters of a key.
fn successor(key: &str, letters: usize) -> Option<String> {
    let mut begin: Vec<char> = key.chars().take(letters).collect();
    while let Some(last) = begin.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            begin.push(next);
            return Some(begin.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vocabulary(words: &[&str]) -> BTreeMap<Box<str>, ()> {
        words.iter().map(|word| ((*word).into(), ())).collect()
    }

    /// The whole matrix, as the textbooks have it.
    fn reference(one: &str, other: &str) -> usize {
        let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
        let mut cost = vec![vec![0; other.len() + 1]; one.len() + 1];
        for (row, line) in cost.iter_mut().enumerate() {
            line[0] = row;
        }
        cost[0] = (0..=other.len()).collect();
        for row in 1..=one.len() {
            for column in 1..=other.len() {
                let changed = cost[row - 1][column - 1] + usize::from(one[row - 1] != other[column - 1]);
                let mut least = changed.min(cost[row - 1][column] + 1).min(cost[row][column - 1] + 1);
                if row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1] {
                    least = least.min(cost[row - 2][column - 2] + 1);
                }
                cost[row][column] = least;
            }
        }
        cost[one.len()][other.len()]
    }

    #[test]
    fn a_swap_a_drop_a_double_and_another_letter_are_one_typo_each() {
        for typed in ["barzil", "brazl", "brazzil", "bravil", "rbazil", "nrazil"] {
            assert_eq!(between(typed, "brazil", 1), Some(1), "{typed}");
        }
        assert_eq!(between("iran", "iraq", 1), Some(1));
        assert_eq!(between("irna", "iraq", 1), None);
    }

    #[test]
    fn a_beginning_with_a_typo_is_near_when_it_may_be_one() {
        let words = vocabulary(&["argentina", "armenia"]);
        let tolerance = Tolerance { typos: 1, is_prefix: true };
        let found = near(&words, "argetn", tolerance);
        assert_eq!(found.iter().map(|near| (near.word, near.is_prefix)).collect::<Vec<_>>(), [("argentina", true)]);
        assert!(near(&words, "argetn", Tolerance { is_prefix: false, ..tolerance }).is_empty());
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_comparing_each_word_finds(
            words in proptest::collection::btree_set("[a-d]{1,7}", 1..40),
            typed in "[a-d]{1,7}",
            typos in 0_u8..3,
        ) {
            let vocabulary = vocabulary(&words.iter().map(String::as_str).collect::<Vec<_>>());
            let found: Vec<(String, usize)> = near(&vocabulary, &typed, Tolerance { typos, is_prefix: false })
                .into_iter()
                .map(|near| (near.word.to_owned(), usize::from(near.typos)))
                .collect();
            let expected: Vec<(String, usize)> = words
                .iter()
                .filter(|word| word.chars().next() == typed.chars().next())
                .map(|word| (word.clone(), reference(word, &typed)))
                .filter(|(_, apart)| *apart <= usize::from(typos))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
