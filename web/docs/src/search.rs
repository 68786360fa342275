//! Search: which parts of pages have the words that a reader asks for, the likeliest first.
//!
//! Invariant: what a question costs is bounded, however long it is and whatever it says.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::LazyLock,
};

use crate::site::{DECISIONS, Page, SITE};

/// Characters of a question that are read, its words, and a word's bytes.
pub(crate) const QUESTION_MAX: usize = 200;
const WORDS_MAX: usize = 8;
const WORD_MAX: usize = 64;

/// Words that one of a question may be the begin of.
const BEGUN_MAX: usize = 64;

/// Pages of an answer, and parts of each.
pub(crate) const PAGES_MAX: usize = 20;
const PARTS_MAX: usize = 3;

/// Bytes of text around what was found, and places that are looked at for the best.
const EXCERPT: usize = 240;
const PLACES_MAX: usize = 100;

/// Words that say nothing of what is looked for, where there are others.
const EMPTY: [&str; 24] = [
    "a", "an", "and", "are", "can", "do", "does", "for", "from", "how", "i", "in", "is", "it", "my", "of", "on", "or",
    "the", "to", "what", "when", "why", "with",
];

/// How much more a word counts in the title of a page and in a heading than in a text.
const OF_TITLE: f32 = 12.0;
const OF_HEADING: f32 = 8.0;
/// The title counts in every part of its page.
const OF_CONTEXT: f32 = 1.5;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The words that were looked for.
    pub(crate) words: Vec<String>,
    pub(crate) pages: Vec<Found>,
    /// Pages that were found, those that are not shown too.
    pub(crate) total: usize,
    /// Whether no part has all of the words.
    pub(crate) is_partial: bool,
    /// The question with words that there are, where one was not found.
    pub(crate) suggestion: Option<String>,
}

/// A page with its likeliest parts.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) page: usize,
    pub(crate) parts: Vec<FoundPart>,
}

#[derive(Debug)]
pub(crate) struct FoundPart {
    /// Of the page's outline.
    pub(crate) heading: Option<usize>,
    /// Texts, and whether each is what was looked for.
    pub(crate) excerpt: Vec<(String, bool)>,
}

/// Made when it is asked for first.
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::of(&SITE.pages));

/// What the pages of this program have of a question.
pub(crate) fn search(question: &str) -> Answer {
    INDEX.search(&SITE.pages, question)
}

struct Index {
    entries: Vec<Entry>,
    /// Where each word is, and how much it counts there.
    words: BTreeMap<String, Vec<(usize, f32)>>,
    mean_length: f32,
}

/// A part of a page.
struct Entry {
    page: usize,
    part: usize,
    length: f32,
}

impl Index {
    fn of(pages: &[Page]) -> Self {
        let mut index = Self { entries: Vec::new(), words: BTreeMap::new(), mean_length: 1.0 };
        for (number, page) in pages.iter().enumerate() {
            for (part, text) in page.outline.parts.iter().enumerate() {
                let mut counts = BTreeMap::<String, f32>::new();
                let mut count = |text: &str, by: f32| {
                    for range in spans(text) {
                        for word in forms(&text[range]) {
                            *counts.entry(word).or_default() += by;
                        }
                    }
                };
                count(page.title(), if part == 0 { OF_TITLE } else { OF_CONTEXT });
                if let Some(heading) = text.heading {
                    count(&page.outline.headings[heading].text, OF_HEADING);
                }
                count(&text.text, 1.0);
                let entry = index.entries.len();
                index.entries.push(Entry { page: number, part, length: counts.values().sum() });
                for (word, count) in counts {
                    index.words.entry(word).or_default().push((entry, count));
                }
            }
        }
        let lengths: f32 = index.entries.iter().map(|entry| entry.length).sum();
        index.mean_length = (lengths / count_of(index.entries.len())).max(1.0);
        index
    }

    fn search(&self, pages: &[Page], question: &str) -> Answer {
        let words = words_of(question);
        let mut scores = BTreeMap::<usize, (usize, f32)>::new();
        let mut unknown = Vec::new();
        for word in &words {
            let found = self.entries_of(word);
            if found.is_empty() {
                unknown.push(word);
            }
            for (entry, score) in found {
                let (matched, sum) = scores.entry(entry).or_default();
                (*matched, *sum) = (*matched + 1, *sum + score);
            }
        }
        let most = scores.values().map(|(matched, _)| *matched).max().unwrap_or_default();
        let mut best: Vec<(usize, f32)> = scores
            .into_iter()
            .filter(|(_, (matched, _))| *matched == most)
            .map(|(entry, (_, score))| (entry, score * weight(&pages[self.entries[entry].page])))
            .collect();
        best.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));

        let mut answer = Answer { is_partial: most < words.len() && most > 0, ..Answer::default() };
        let mut known = BTreeMap::<usize, Option<usize>>::new();
        for (entry, _) in best {
            let Entry { page, part, .. } = self.entries[entry];
            let place = *known.entry(page).or_insert_with(|| {
                let place = answer.pages.len();
                (place < PAGES_MAX).then(|| {
                    answer.pages.push(Found { page, parts: Vec::new() });
                    place
                })
            });
            let Some(found) = place.map(|place| &mut answer.pages[place]) else { continue };
            if found.parts.len() < PARTS_MAX {
                let text = &pages[page].outline.parts[part];
                found.parts.push(FoundPart { heading: text.heading, excerpt: excerpt(&text.text, &words) });
            }
        }
        answer.total = known.len();
        answer.suggestion = self.suggestion(&words, &unknown);
        answer.words = words;
        answer
    }

    /// The entries that have a word, one of its forms, or a longer word that begins so, and how much that says.
    fn entries_of(&self, word: &str) -> BTreeMap<usize, f32> {
        let mut found = BTreeMap::<usize, f32>::new();
        let begun =
            self.words.range(word.to_owned()..).take_while(|(known, _)| known.starts_with(word)).take(BEGUN_MAX);
        let singular = word.strip_suffix('s').filter(|stem| stem.len() > 2);
        let singular = singular.and_then(|stem| self.words.get_key_value(stem));
        for (known, places) in begun.chain(singular) {
            let likeness = if known == word { 1.0 } else { 0.6 };
            let rareness = (1.0 + count_of(self.entries.len()) / count_of(places.len())).ln();
            for (entry, count) in places {
                let length = 0.4 + 0.6 * self.entries[*entry].length / self.mean_length;
                let score = likeness * rareness * count / (count + 1.5 * length);
                let best = found.entry(*entry).or_default();
                *best = best.max(score);
            }
        }
        found
    }

    /// The question with each word that is in no page replaced by one that is much like it.
    fn suggestion(&self, words: &[String], unknown: &[&String]) -> Option<String> {
        const TRIED_MAX: usize = 2;
        let mut replaced = false;
        let suggested = words.iter().map(|word| {
            let is_tried = unknown.iter().take(TRIED_MAX).any(|unknown| *unknown == word);
            let like = is_tried.then(|| self.word_like(word)).flatten();
            replaced |= like.is_some();
            like.unwrap_or(word).to_owned()
        });
        let suggested = suggested.collect::<Vec<_>>().join(" ");
        replaced.then_some(suggested)
    }

    fn word_like(&self, word: &str) -> Option<&str> {
        const LIKE: f64 = 0.88;
        let first = word.chars().next()?.to_string();
        let near = self.words.range(first.clone()..).map(|(known, _)| known.as_str());
        let near =
            near.take_while(|known| known.starts_with(&first)).filter(|known| known.len().abs_diff(word.len()) <= 2);
        let judged = near.map(|known| (strsim::jaro_winkler(known, word), known));
        judged
            .filter(|(likeness, _)| *likeness >= LIKE)
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, known)| known)
    }
}

/// What readers look for is more often in a guide than in a decision or in what has changed.
fn weight(page: &Page) -> f32 {
    match page.group {
        Some(DECISIONS) => 0.55,
        _ if page.file == "CHANGELOG.md" || page.file == "docs/performance.md" => 0.45,
        Some(_) => 1.0,
        None => 0.8,
    }
}

fn count_of(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// The words of a question, each once and in small letters.
fn words_of(question: &str) -> Vec<String> {
    let end = question.char_indices().nth(QUESTION_MAX).map_or(question.len(), |(at, _)| at);
    let asked = &question[..end];
    let words = spans(asked).map(|range| asked[range].to_lowercase()).filter(|word| word.len() <= WORD_MAX);
    let mut seen = BTreeSet::new();
    let all: Vec<String> = words.filter(|word| seen.insert(word.clone())).collect();
    let telling: Vec<String> = all.iter().filter(|word| !EMPTY.contains(&word.as_str())).cloned().collect();
    let mut words = if telling.is_empty() { all } else { telling };
    words.truncate(WORDS_MAX);
    words
}

/// Where words are in a text.
fn spans(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(is_of_word)?;
        let end = text[start..].find(|c| !is_of_word(c)).map_or(text.len(), |length| start + length);
        from = end;
        Some(start..end)
    })
}

/// A word as it is found: itself, and its parts where it is made of several, such as `SOLD_OUT` and `reserveTickets`.
fn forms(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_small = false;
    for c in word.chars() {
        if c == '_' || (was_small && c.is_uppercase()) {
            parts.push(String::new());
        }
        if c != '_' {
            parts.last_mut().expect("there is one").extend(c.to_lowercase());
        }
        was_small = c.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    let whole = word.to_lowercase();
    if parts != [whole.as_str()] {
        parts.push(whole);
    }
    parts.retain(|part| part.len() <= WORD_MAX);
    parts
}

/// The text around as many different of some words as possible, in which they are marked.
fn excerpt(text: &str, words: &[String]) -> Vec<(String, bool)> {
    let meant = |span: &Range<usize>| {
        let forms = forms(&text[span.clone()]);
        let is_form = |word: &String| {
            forms.iter().any(|form| form.starts_with(word.as_str()) || word.strip_suffix('s') == Some(form))
        };
        words.iter().position(is_form)
    };
    let is_meant = |span: &Range<usize>| meant(span).is_some();
    let places: Vec<(usize, usize)> =
        spans(text).filter_map(|span| Some((span.start, meant(&span)?))).take(PLACES_MAX).collect();
    let around = |from: usize| {
        let near = places.iter().filter(|(at, _)| (from..from + EXCERPT / 2).contains(at));
        near.map(|(_, word)| word).collect::<BTreeSet<_>>().len()
    };
    // Of places with as many words the first.
    let first = places.iter().rev().map(|(at, _)| *at).max_by_key(|at| around(*at)).unwrap_or(0);
    let start = edge(text, first.saturating_sub(EXCERPT / 3)).min(first);
    let end = edge(text, start + EXCERPT);
    let mut pieces = Vec::new();
    if start > 0 {
        pieces.push(("… ".to_owned(), false));
    }
    let mut at = start;
    for span in spans(&text[start..end]).map(|span| span.start + start..span.end + start).filter(is_meant) {
        pieces.push((text[at..span.start].to_owned(), false));
        pieces.push((text[span.clone()].to_owned(), true));
        at = span.end;
    }
    pieces.push((text[at..end].to_owned(), false));
    if end < text.len() {
        pieces.push((" …".to_owned(), false));
    }
    pieces
}

/// The next place that is between words, at or after a byte.
fn edge(text: &str, from: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let from = (from..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    text[from..].find(char::is_whitespace).map_or(text.len(), |at| from + at)
}

/// What the words of an address lead to that leads nowhere.
pub(crate) fn of_path(path: &str) -> Answer {
    search(&path.trim_start_matches("/docs").trim_end_matches(".md").replace(['/', '-'], " "))
}

#[cfg(test)]
mod tests;
