//! Words: what texts and queries are compared by.
//!
//! A word is folded: compatibility forms taken apart, marks stripped, in lower case, alphabets spelled in ASCII. Scripts that ASCII would
//! not do justice to, Arabic, Chinese, Japanese and Korean, stay as they are. What can't be seen is no part of a word.
//!
//! Invariant: folding does not depend on what else is in the text, so that a word is equal to itself wherever it stands.

mod fold;

use std::ops::Range;

use fold::{Part, parts};

/// Letters of a word that count; the rest is cut off.
pub const LETTERS_MAX: usize = 32;

/// What words of flags begin with, so that none is a word that was spelled.
const FLAG: char = '\u{1f3f3}';

/// A run of letters of one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Folded. Of Korean the letters, not the syllables.
    pub text: String,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    pub script: Script,
    /// The one character between this word and the one before it, if there is one alone.
    pub glue: Option<char>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Latin and every other alphabet, spelled in ASCII; digits.
    Alphabet,
    Arabic,
    Han,
    Kana,
    Hangul,
    /// A flag: a white one and the code of its country or region, as `br` and `gbeng`.
    Flag,
}

/// The first `most` words of a text.
pub fn words(text: &str, most: usize) -> Vec<Word> {
    let mut found = Found { words: Vec::new(), open: None, glue: Vec::new() };
    for (at, part) in parts(text) {
        match part {
            Part::Letter(script, letter) => found.push(script, letter, at),
            Part::Spelled(letters) => {
                let spelled = letters.chars().filter(char::is_ascii_alphanumeric);
                spelled.for_each(|letter| found.push(Script::Alphabet, letter.to_ascii_lowercase(), at.clone()));
            }
            Part::Flag(code) => found.flag(&code, at),
            Part::Mark => found.mark(at),
            Part::Between(c) => found.between(c),
        }
        if found.words.len() >= most {
            break;
        }
    }
    found.close();
    found.words.truncate(most);
    join_initials(found.words)
}

/// Words that are looked up in a text: a run of Chinese has no spaces, so each two letters beside each other are one.
pub fn terms(word: &Word) -> Vec<String> {
    let letters: Vec<char> = word.text.chars().collect();
    if word.script != Script::Han || letters.len() <= 2 {
        return vec![word.text.clone()];
    }
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

struct Found {
    words: Vec<Word>,
    open: Option<(Word, usize)>,
    /// What stands between the last word and the next; no more than two are kept.
    glue: Vec<char>,
}

impl Found {
    fn push(&mut self, script: Script, letter: char, at: Range<usize>) {
        let joins = self.open.as_ref().is_some_and(|(word, _)| word.script == script);
        if !joins {
            self.close();
            let glue = if self.glue.len() == 1 { self.glue.first().copied() } else { None };
            self.glue.clear();
            let word = Word { text: String::new(), at: at.clone(), script, glue };
            self.open = Some((word, 0));
        }
        if let Some((word, count)) = &mut self.open {
            if *count < LETTERS_MAX {
                word.text.push(letter);
                *count += 1;
            }
            word.at.end = at.end;
        }
    }

    fn flag(&mut self, code: &str, at: Range<usize>) {
        self.close();
        self.glue.clear();
        self.words.push(Word { text: format!("{FLAG}{code}"), at, script: Script::Flag, glue: None });
    }

    /// A mark belongs to the letter before.
    fn mark(&mut self, at: Range<usize>) {
        if let Some((word, _)) = &mut self.open {
            word.at.end = at.end;
        }
    }

    fn between(&mut self, c: char) {
        self.close();
        if self.glue.len() < 2 {
            self.glue.push(c);
        }
    }

    fn close(&mut self) {
        if let Some((mut word, _)) = self.open.take() {
            if word.script == Script::Arabic {
                word.text = without_article(word.text);
            }
            self.words.push(word);
        }
    }
}

/// Arabic writes "the" as two letters of the word, and fans leave them out.
fn without_article(word: String) -> String {
    match word.strip_prefix("ال") {
        Some(rest) if rest.chars().count() >= 2 => rest.to_owned(),
        _ => word,
    }
}

/// `U.S.A.` is one word.
fn join_initials(words: Vec<Word>) -> Vec<Word> {
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    let mut was_initial = false;
    for word in words {
        let is_initial =
            word.script == Script::Alphabet && word.text.len() == 1 && word.text.as_bytes()[0].is_ascii_lowercase();
        match joined.last_mut() {
            Some(last) if is_initial && was_initial && word.glue == Some('.') => {
                last.text.push_str(&word.text);
                last.at.end = word.at.end;
            }
            _ => joined.push(word),
        }
        was_initial = is_initial;
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text, 100).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn accents_case_and_compatibility_forms_do_not_matter() {
        for (written, folded) in [
            ("São PAULO", vec!["sao", "paulo"]),
            ("Ｂｒａｚｉｌ", vec!["brazil"]),
            ("𝐁𝐫𝐚𝐳𝐢𝐥", vec!["brazil"]),
            ("Großbritannien Łódź Ærø", vec!["grossbritannien", "lodz", "aero"]),
            ("Србија", vec!["srbija"]),
            ("ｱﾒﾘｶ ふらんす", vec!["アメリカ", "フランス"]),
            ("U.S.A. v. England", vec!["usa", "v", "england"]),
        ] {
            assert_eq!(texts(written), folded, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_no_part_of_a_word() {
        for written in [
            "bra\u{200b}zil",
            "\u{202e}brazil\u{202c}",
            "b\u{301}r\u{301}a\u{301}zil\u{301}",
            "bra\u{ad}zil",
            "\u{feff}brazil",
            "\u{2066}brazil\u{2069}\u{fe0f}",
        ] {
            assert_eq!(texts(written), ["brazil"], "{written:?}");
        }
        assert_eq!(texts("😀 \u{200b}\u{301}\u{202e} ***"), Vec::<String>::new());
    }

    #[test]
    fn arabic_is_read_without_article_vowels_and_hamza() {
        assert_eq!(texts("الْمَغْرِب المـــغرب مغرب"), ["مغرب", "مغرب", "مغرب"]);
        assert_eq!(texts("ألمانيا المانيا"), ["مانيا", "مانيا"]);
        assert_eq!(texts("٢٠ نوفمبر"), ["20", "نوفمبر"]);
    }

    #[test]
    fn numbers_part_from_letters_that_are_not_latin() {
        assert_eq!(texts("11月20日"), ["11", "月", "20", "日"]);
        assert_eq!(texts("R16 20th"), ["r16", "20th"]);
        assert_eq!(words("16강", 9).len(), 2);
        assert_eq!(texts("グループC"), ["クルーフ", "c"]);
    }

    #[test]
    fn flags_are_codes() {
        assert_eq!(texts("🇧🇷 v 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"), ["🏳br", "v", "🏳gbeng"]);
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "el Brésil, ¡ya!";
        let found = words(text, 9);
        assert_eq!(found.iter().map(|word| &text[word.at.clone()]).collect::<Vec<_>>(), ["el", "Brésil", "ya"]);
    }

    #[test]
    fn words_and_letters_are_bounded() {
        let long = "x".repeat(10_000);
        assert_eq!(texts(&long), ["x".repeat(LETTERS_MAX)]);
        assert_eq!(words(&"a ".repeat(5_000), 10).len(), 10);
    }
}
