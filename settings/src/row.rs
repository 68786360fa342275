//! A row of the list of settings, as `matchday --help` shows it.

/// A setting: its key in `matchday.toml`, the environment variable that sets it, what its value may be, and what it means.
pub type Row = (&'static str, &'static str, Kind, &'static str);

/// Seconds of a day.
pub const DAY: u64 = 24 * 3_600;

/// What a setting's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    OneOf(&'static [&'static str]),
    /// A whole number in these bounds, both included.
    Number(u64, u64),
    /// A whole number in these bounds, or this word.
    NumberOr(u64, u64, &'static str),
    Flag,
    /// Texts: an array in the file, parted by commas in the environment.
    List,
    /// Whole numbers by name: a table in the file, `name=1,other=2` in the environment.
    Numbers,
    /// Texts by name: a table in the file, `name=text,other=text` in the environment.
    Texts,
}

impl Kind {
    /// The right kind of value in words, for error messages.
    pub fn wanted(self) -> String {
        match self {
            Kind::Text => "a text".to_owned(),
            Kind::OneOf(names) => format!("one of {}", names.join(", ")),
            Kind::Number(low, high) => format!("a whole number from {low} to {high}"),
            Kind::NumberOr(low, high, word) => format!("a whole number from {low} to {high}, or {word}"),
            Kind::Flag => "true or false".to_owned(),
            Kind::List => "a list of texts".to_owned(),
            Kind::Numbers => "whole numbers by name".to_owned(),
            Kind::Texts => "texts by name".to_owned(),
        }
    }
}
