//! Master-list files: many matches in one text, checked as a whole before any of it is published.

use std::{collections::BTreeMap, fmt};

use book::master_list::MasterListMatch;
use serde_json::{Value, value::RawValue};

use super::{field::Field, master_list};

/// What a master-list file holds, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The matches that can be published, in the order of the file.
    pub matches: Vec<MasterListMatch>,
    /// In the order of the file; empty if all is well.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where the match begins, counted from 1.
    pub line: usize,
    /// The field, what would be right, and what was found.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl Report {
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Checks a master-list file: a JSON array of matches, one match alone, or one match a line.
pub fn master_list_lines(text: &str) -> Report {
    let text = text.trim_start_matches('\u{feff}');
    let mut report = Report::default();
    let mut seen = BTreeMap::new();
    for (line, part) in parts(text, &mut report) {
        match read(part) {
            Ok(given) => {
                if let Some(first) = seen.insert(given.match_number, line) {
                    let number = given.match_number;
                    report.problem(
                        line,
                        format!("matchNumber: {number} is on line {first} already; each match must occur once"),
                    );
                    seen.insert(number, first);
                } else {
                    report.matches.push(given);
                }
            }
            Err(message) => report.problem(line, message),
        }
    }
    if report.matches.is_empty() && report.problems.is_empty() {
        report.problem(1, "the file contains no match; expected a JSON array, or one match a line".to_owned());
    }

    report
}

impl Report {
    fn problem(&mut self, line: usize, message: String) {
        self.problems.push(Problem { line, message });
    }
}

/// The JSON texts of the matches, and the lines on which they begin.
fn parts<'a>(text: &'a str, report: &mut Report) -> Vec<(usize, &'a str)> {
    if text.trim_start().starts_with('[') {
        return match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(elements) => elements.into_iter().map(|element| (line_of(text, element.get()), element.get())).collect(),
            Err(error) => {
                report.problem(error.line(), format!("not a JSON array: {error}"));
                Vec::new()
            }
        };
    }
    // One match written over many lines.
    if let Ok(alone) = serde_json::from_str::<&RawValue>(text) {
        return vec![(line_of(text, alone.get()), alone.get())];
    }

    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim().is_empty()).collect()
}

/// The line of `text` on which its part `part` begins.
fn line_of(text: &str, part: &str) -> usize {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.as_bytes().iter().take(start).filter(|byte| **byte == b'\n').count() + 1
}

fn read(part: &str) -> Result<MasterListMatch, String> {
    let document: Value = serde_json::from_str(part)
        .map_err(|error| format!("not JSON: {error}").replace(" at line 1 column", " at column"))?;
    let root = Field::root(&document);
    let content = match root.get("body") {
        Ok(body) if body.is_there() => body,
        _ => root,
    };
    // An array within a line could hold many matches under one line number; only the topic takes these.
    if content.elements().is_some() {
        return Err(content.expected("one match"));
    }

    master_list::read_match(&content)
}
