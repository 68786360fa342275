//! Paths: where in its arguments a value stands, as errors name it.

use std::fmt::{self, Write as _};

/// Steps of a path that errors show; deeper ones are left out.
const SHOWN: usize = 16;

/// Letters of a client's own name that errors show.
const LETTERS: usize = 64;

#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'d> {
    Name(&'d str),
    Index(usize),
}

/// From an argument or a variable to a value in it.
#[derive(Clone, Default)]
pub(super) struct Path<'d>(Vec<Step<'d>>);

impl<'d> Path<'d> {
    /// Does something one step deeper.
    pub(super) fn push(&mut self, step: Step<'d>) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// Whether it is an argument itself.
    pub(super) fn is_argument(&self) -> bool {
        self.0.len() == 1
    }

    /// What `extensions.field` says: names and places in lists, with dots between, an input object's own argument left
    /// out: `price.amount`, `scans.0.nonce`.
    pub(super) fn field(&self) -> String {
        let skipped = usize::from(matches!(self.0[..], [Step::Name(_), Step::Name(_), ..]));
        written(String::new(), &self.0[skipped..])
    }

    /// The same of what stands in a variable, which is used at `field`.
    pub(super) fn field_in(&self, field: &str, is_argument: bool) -> String {
        match &self.0[..] {
            [] | [_] => field.to_owned(),
            [_, inner @ ..] if is_argument && matches!(inner[0], Step::Name(_)) => written(String::new(), inner),
            [_, inner @ ..] => written(field.to_owned(), inner),
        }
    }
}

fn written(mut text: String, steps: &[Step<'_>]) -> String {
    for step in steps.iter().take(SHOWN) {
        let dot = if text.is_empty() { "" } else { "." };
        let written = match step {
            Step::Name(name) => write!(text, "{dot}{name:.LETTERS$}"),
            Step::Index(at) => write!(text, "{dot}{at}"),
        };
        written.expect("a String takes all text");
    }
    text
}

/// As messages say it: `input.scans[0].nonce`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().take(SHOWN).enumerate() {
            match step {
                Step::Name(name) if index == 0 => write!(f, "{name:.LETTERS$}")?,
                Step::Name(name) => write!(f, ".{name:.LETTERS$}")?,
                Step::Index(at) => write!(f, "[{at}]")?,
            }
        }
        Ok(())
    }
}
