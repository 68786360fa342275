//! What each code means, for the page that explains them to clients: each error may name its section there.
//!
//! Invariant: every code has one explanation, in the order of [`Code::ALL`](crate::Code::ALL).

use crate::Code;

mod callers;
mod objects;
mod requests;

/// A code as clients are to understand it.
#[derive(Debug, Clone, Copy)]
pub struct Explained {
    pub code: Code,
    pub meaning: &'static str,
    /// What leads to it.
    pub causes: &'static [&'static str],
    /// Statuses of answers as `application/graphql-response+json`, and as `application/json`.
    pub status: [&'static str; 2],
    /// Codes that a socket closes with for the same reason; none where it stays open.
    pub closes: &'static [u16],
    pub retry: Retry,
    /// What a client does.
    pub client: &'static str,
    /// Whether a visitor of the site understands the message.
    pub shown: Shown,
}

/// Whether the same request may succeed when it is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It fails again until something else changes.
    No,
    /// After `extensions.retryAfter` seconds, or after a moment where there is none.
    Later,
    /// Once the client has done what the section says.
    Changed,
}

/// For whom the message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It can be shown to visitors; the page's own words in the visitor's language are better.
    Yes,
    /// It is for the client's developer.
    No,
}

/// All codes, explained.
pub fn all() -> impl Iterator<Item = &'static Explained> {
    [requests::EXPLAINED, callers::EXPLAINED, objects::EXPLAINED].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_once_and_in_their_order() {
        let explained: Vec<&str> = all().map(|explained| explained.code.as_str()).collect();
        let all: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();

        assert_eq!(explained, all);
    }

    #[test]
    fn explanations_are_whole_sentences() {
        for Explained { code, meaning, causes, client, .. } in all() {
            assert!(!causes.is_empty(), "{code:?}");
            for sentence in causes.iter().chain([meaning, client]) {
                assert!(sentence.ends_with('.') && !sentence.starts_with(char::is_lowercase), "{code:?}: {sentence}");
            }
        }
    }
}
