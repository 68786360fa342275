//! Dates: a day beside a month, in words of ten languages or in numbers.

use crate::{
    lexicon::{Lexicon, Looseness, Meaning, Span},
    words::Word,
};

/// What stands between a day, a month and a year.
const CONNECTORS: [&str; 6] = ["de", "di", "of", "the", "del", "do"];

/// What stands behind the number of a day.
const ORDINALS: [&str; 10] = ["", "st", "nd", "rd", "th", "er", "e", "o", "a", "re"];

const MONTH_SIGNS: [&str; 2] = ["月", "\u{110b}\u{116f}\u{11af}"];
const DAY_SIGNS: [&str; 4] = ["日", "号", "號", "\u{110b}\u{1175}\u{11af}"];

/// The dates among the words of a query, of which `spans` has the months.
pub(super) fn spans(words: &[Word], spans: &[Span], lexicons: &[&Lexicon]) -> Vec<Span> {
    let mut found = Vec::new();
    for span in spans {
        if let Meaning::Month(month) = span.meaning {
            found.extend(before(words, span, month));
            found.extend(after(words, span, month));
        }
    }
    for at in 0..words.len() {
        found.extend(in_one_word(words, at, lexicons));
        found.extend(in_numbers(words, at));
        found.extend(with_signs(words, at));
    }
    found
}

/// `20 nov`, `20 de noviembre de 2022`.
fn before(words: &[Word], of_month: &Span, month: i8) -> Option<Span> {
    let mut first = of_month.first.checked_sub(1)?;
    while CONNECTORS.contains(&words[first].text.as_str()) {
        first = first.checked_sub(1)?;
    }
    dated(words, of_month, (first, of_month.end()), month, day(&words[first])?)
}

/// `nov 20, 2022`.
fn after(words: &[Word], of_month: &Span, month: i8) -> Option<Span> {
    let at = past_connectors(words, of_month.end());
    dated(words, of_month, (of_month.first, at + 1), month, day(words.get(at)?)?)
}

fn dated(words: &[Word], of_month: &Span, (first, end): (usize, usize), month: i8, day: i8) -> Option<Span> {
    let at = past_connectors(words, end);
    let year = words.get(at).and_then(year);
    let end = if year.is_some() { at + 1 } else { end };
    let mut typos = vec![0; end - first];
    let place = of_month.first - first;
    typos[place..place + of_month.typos.len()].copy_from_slice(&of_month.typos);
    let shown = words[first..end].iter().enumerate().map(|(at, word)| match at == place {
        true => &*of_month.shown,
        false => word.text.as_str(),
    });
    let shown = shown.collect::<Vec<_>>().join(" ").into();
    is_a_day(month, day).then_some(Span {
        first,
        typos,
        looseness: of_month.looseness,
        meaning: Meaning::Date { year, month, day },
        shown,
    })
}

/// `20nov`.
fn in_one_word(words: &[Word], at: usize, lexicons: &[&Lexicon]) -> Option<Span> {
    let text = &words[at].text;
    let (number, name) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    if name.is_empty() {
        return None;
    }
    let day = number.parse().ok()?;
    let meanings = lexicons.iter().flat_map(|lexicon| lexicon.word_meanings(name));
    let month = meanings.into_iter().find_map(|meaning| match meaning {
        Meaning::Month(month) => Some(month),
        _ => None,
    })?;
    exactly(words, (at, at + 1), None, month, day)
}

/// `2022-11-20`, `20.11.2022`, `20/11`, `11/20`: the day first or the month, whichever it can be.
fn in_numbers(words: &[Word], at: usize) -> Vec<Span> {
    let glued = |at: usize| words.get(at).filter(|word| matches!(word.glue, Some('/' | '.' | '-')));
    let Some(other) = glued(at + 1).and_then(number) else { return Vec::new() };
    let third = glued(at + 2);
    if let (Some(year), Some(day)) = (year(&words[at]), third.and_then(number)) {
        return exactly(words, (at, at + 3), Some(year), other, day).into_iter().collect();
    }
    let is_within =
        at > 0 && glued(at).is_some() && (number(&words[at - 1]).is_some() || year(&words[at - 1]).is_some());
    let Some(one) = number(&words[at]).filter(|_| !is_within) else { return Vec::new() };
    let of_year = third.and_then(|word| year(word).or_else(|| number(word).map(|year| 2_000 + i16::from(year))));
    let end = if of_year.is_some() { at + 3 } else { at + 2 };
    let readings = if one == other { vec![(other, one)] } else { vec![(other, one), (one, other)] };
    readings.into_iter().filter_map(|(month, day)| exactly(words, (at, end), of_year, month, day)).collect()
}

/// `11月20日`, `11월 20일`.
fn with_signs(words: &[Word], at: usize) -> Option<Span> {
    let has_sign = |at: usize, signs: &[&str]| words.get(at).is_some_and(|word| signs.contains(&word.text.as_str()));
    let month = number(&words[at]).filter(|_| has_sign(at + 1, &MONTH_SIGNS))?;
    match words.get(at + 2).and_then(number) {
        Some(day) if has_sign(at + 3, &DAY_SIGNS) => exactly(words, (at, at + 4), None, month, day),
        Some(day) => exactly(words, (at, at + 3), None, month, day),
        None => None,
    }
}

fn exactly(words: &[Word], (first, end): (usize, usize), year: Option<i16>, month: i8, day: i8) -> Option<Span> {
    let shown = words[first..end].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ").into();
    is_a_day(month, day).then_some(Span {
        first,
        typos: vec![0; end - first],
        looseness: Looseness::Whole,
        meaning: Meaning::Date { year, month, day },
        shown,
    })
}

fn past_connectors(words: &[Word], mut at: usize) -> usize {
    while words.get(at).is_some_and(|word| CONNECTORS.contains(&word.text.as_str())) {
        at += 1;
    }
    at
}

/// `20`, `20th`, `1er`.
fn day(word: &Word) -> Option<i8> {
    let digits = word.text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ordinal) = word.text.split_at(digits);
    (digits <= 2 && ORDINALS.contains(&ordinal)).then(|| number.parse().ok()).flatten()
}

fn number(word: &Word) -> Option<i8> {
    (word.text.len() <= 2).then(|| word.text.parse().ok()).flatten()
}

fn year(word: &Word) -> Option<i16> {
    word.text.parse().ok().filter(|year| word.text.len() == 4 && (2000..2100).contains(year))
}

fn is_a_day(month: i8, day: i8) -> bool {
    // A leap year has all of them.
    jiff::civil::Date::new(2024, month, day).is_ok()
}
