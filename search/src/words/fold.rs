//! Folding of characters: one at a time, into the letters that words are compared by.

use std::ops::Range;

use any_ascii::any_ascii_char;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Script;

/// What a character of a text is to its words.
#[derive(Debug)]
pub(super) enum Part {
    Letter(Script, char),
    /// How ASCII spells a letter, in either case, with what is no letter between.
    Spelled(&'static str),
    Flag(String),
    /// Part of the letter before, or nothing that is seen.
    Mark,
    Between(char),
}

/// The characters of a text with the bytes at which they stand.
pub(super) fn parts(text: &str) -> impl Iterator<Item = (Range<usize>, Part)> {
    let mut rest = text.char_indices().peekable();
    let mut decided: Vec<(Range<usize>, Part)> = Vec::new();
    std::iter::from_fn(move || {
        if let Some(part) = decided.pop() {
            return Some(part);
        }
        let (start, c) = rest.next()?;
        let mut end = start + c.len_utf8();
        if c.is_ascii() {
            return Some((start..end, ascii(c.to_ascii_lowercase())));
        }
        if let Some(first) = regional_letter(c) {
            let second = rest.peek().and_then(|(_, next)| regional_letter(*next));
            if let (Some(second), Some((at, next))) = (second, rest.peek().copied()) {
                rest.next();
                return Some((start..at + next.len_utf8(), Part::Flag([first, second].iter().collect())));
            }
            return Some((start..end, Part::Between(c)));
        }
        if c == '\u{1f3f4}' {
            let mut code = String::new();
            while let Some((at, next)) = rest.next_if(|(_, next)| ('\u{e0020}'..='\u{e007f}').contains(next)) {
                end = at + next.len_utf8();
                code.extend(
                    u8::try_from(u32::from(next) - 0xe0000).ok().map(char::from).filter(char::is_ascii_alphanumeric),
                );
            }
            return Some((start..end, if code.is_empty() { Part::Between(c) } else { Part::Flag(code) }));
        }
        let mut folded = fold(c, start..end);
        folded.reverse();
        decided = folded;
        decided.pop()
    })
}

fn fold(c: char, at: Range<usize>) -> Vec<(Range<usize>, Part)> {
    if is_ignored(c) {
        return vec![(at, Part::Mark)];
    }
    let mut parts = Vec::with_capacity(1);
    for part in std::iter::once(c).nfkd() {
        if is_ignored(part) {
            continue;
        }
        for lower in part.to_lowercase().filter(|lower| !is_ignored(*lower)) {
            parts.push((at.clone(), letter(lower)));
        }
    }
    if parts.is_empty() { vec![(at, Part::Mark)] } else { parts }
}

fn ascii(c: char) -> Part {
    if c.is_ascii_alphanumeric() { Part::Letter(Script::Alphabet, c) } else { Part::Between(c) }
}

fn letter(c: char) -> Part {
    if c.is_ascii() {
        return ascii(c);
    }
    if !c.is_alphanumeric() {
        return Part::Between(c);
    }
    match c {
        '\u{0660}'..='\u{0669}' => digit(c, 0x0660),
        '\u{06f0}'..='\u{06f9}' => digit(c, 0x06f0),
        '\u{0600}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{08a0}'..='\u{08ff}' => {
            Part::Letter(Script::Arabic, arabic(c))
        }
        '\u{3041}'..='\u{3096}' => Part::Letter(Script::Kana, char::from_u32(u32::from(c) + 0x60).unwrap_or(c)),
        '\u{30a1}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => Part::Letter(Script::Kana, c),
        '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}' => Part::Letter(Script::Hangul, c),
        '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' => Part::Letter(Script::Han, c),
        _ => {
            let spelled = any_ascii_char(c);
            if spelled.contains(|c: char| c.is_ascii_alphanumeric()) { Part::Spelled(spelled) } else { Part::Mark }
        }
    }
}

fn digit(c: char, zero: u32) -> Part {
    let digit = char::from_digit(u32::from(c) - zero, 10).unwrap_or(c);
    Part::Letter(Script::Alphabet, digit)
}

/// Letters that are typed one for the other; what carries a hamza has lost it as a mark.
fn arabic(c: char) -> char {
    match c {
        'ة' => 'ه',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ٱ' => 'ا',
        _ => c,
    }
}

fn regional_letter(c: char) -> Option<char> {
    let offset = u32::from(c).checked_sub(0x1f1e6).filter(|offset| *offset < 26)?;
    u8::try_from(offset).ok().map(|offset| char::from(b'a' + offset))
}

/// Marks, joiners, controls of direction, soft hyphens, the stretching line of Arabic, and selectors of variants.
fn is_ignored(c: char) -> bool {
    is_combining_mark(c)
        || matches!(
            c,
            '\u{00ad}'
                | '\u{034f}'
                | '\u{061c}'
                | '\u{0640}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}
