//! Segments: Chinese, Japanese and Korean write names without spaces between them, or with a particle behind them.

use crate::{
    lexicon::{Lexicon, Meaning},
    words::{Script, Word, terms},
};

/// Letters of a name that is found within a run.
const LETTERS_MIN: usize = 2;

/// Parts runs at the names that they have; of a run of Chinese without one, each two letters are a word.
pub(super) fn parted(words: Vec<Word>, lexicons: &[&Lexicon]) -> Vec<Word> {
    words.into_iter().flat_map(|word| parts(word, lexicons)).collect()
}

fn parts(word: Word, lexicons: &[&Lexicon]) -> Vec<Word> {
    let has_no_spaces = matches!(word.script, Script::Han | Script::Kana | Script::Hangul);
    let is_known = lexicons.iter().any(|lexicon| lexicon.has_beginning(&word.text));
    if !has_no_spaces || is_known {
        return vec![word];
    }
    let piece = |text| Word { text, at: word.at.clone(), script: word.script, glue: None };
    let pieces = at_names(&word, lexicons).unwrap_or_else(|| vec![word.text.clone()]);
    let parted =
        pieces.into_iter().flat_map(|text| if is_phrase(&text, lexicons) { vec![text] } else { terms(&piece(text)) });
    parted.map(piece).collect()
}

/// The longest name at each place, and what is between names.
fn at_names(word: &Word, lexicons: &[&Lexicon]) -> Option<Vec<String>> {
    let letters: Vec<char> = word.text.chars().collect();
    let (mut texts, mut rest, mut start) = (Vec::new(), String::new(), 0);
    let mut has_name = false;
    while start < letters.len() {
        let longest = (start + LETTERS_MIN..=letters.len()).rev().find(|end| {
            let text: String = letters[start..*end].iter().collect();
            is_syllable(letters.get(*end).copied(), word.script) && is_phrase(&text, lexicons)
        });
        let Some(end) = longest else {
            rest.push(letters[start]);
            start += 1;
            continue;
        };
        texts.push(std::mem::take(&mut rest));
        texts.push(letters[start..end].iter().collect());
        has_name = true;
        start = end;
    }
    // Half of a Korean word is not a name but for a particle behind it.
    if word.script == Script::Hangul && !rest.is_empty() && !is_filler(&rest, lexicons) {
        return None;
    }
    texts.push(rest);
    // One letter of Chinese or Japanese beside a name is a particle.
    texts.retain(|text| word.script == Script::Hangul && !text.is_empty() || text.chars().count() > 1);
    has_name.then_some(texts)
}

/// Whether a Korean syllable begins with a letter.
fn is_syllable(next: Option<char>, script: Script) -> bool {
    script != Script::Hangul || next.is_none_or(|next| ('\u{1100}'..='\u{1112}').contains(&next))
}

fn is_phrase(text: &str, lexicons: &[&Lexicon]) -> bool {
    lexicons.iter().any(|lexicon| lexicon.is_phrase(text))
}

fn is_filler(text: &str, lexicons: &[&Lexicon]) -> bool {
    lexicons.iter().any(|lexicon| lexicon.word_meanings(text).contains(&Meaning::Filler))
}
