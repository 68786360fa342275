//! Where listings are searched: in this process, or in OpenSearch.

use opensearch::{Address, AddressError};
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
    secret::SecretUrl,
};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    pub url: Option<SecretUrl>,
    /// Begins the names of its indexes, so that sites may share a cluster.
    pub index_prefix: String,
}

impl Default for Search {
    fn default() -> Self {
        Self { url: None, index_prefix: "matchday".to_owned() }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("search.url", "MATCHDAY_SEARCH_URL", Kind::Text, "http(s)://[user:password@]host[:port] of an OpenSearch cluster in which listings are searched; unset: in this process"),
    ("search.index_prefix", "MATCHDAY_SEARCH_INDEX_PREFIX", Kind::Text, "prefix of the indexes in OpenSearch; sites that share a cluster each have their own"),
];

impl Search {
    /// The address of OpenSearch, if listings are searched there.
    pub(crate) fn address(&self) -> Option<Result<Address, AddressError>> {
        self.url.as_ref().map(|url| url.expose().parse())
    }

    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        if let (Some(url), Some(Err(error))) = (&self.url, self.address()) {
            let right = match error {
                AddressError::Malformed => "write https://user:password@host:9200, with %40 for an @ in the password.",
                AddressError::ClearPassword => "write https://, or leave the password out.",
            };
            wrong("MATCHDAY_SEARCH_URL", format!("{url:?} {error}"), right);
        }
        // As OpenSearch has it for indexes.
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let prefix = self.index_prefix.as_bytes();
        let is_prefix = (1..=64).contains(&prefix.len())
            && is_letter(prefix[0])
            && prefix.iter().all(|byte| is_letter(*byte) || b"-_".contains(byte));
        if !is_prefix {
            let right = "use 1 to 64 lower-case letters, digits, dashes and underscores, a letter or digit first.";
            wrong("MATCHDAY_SEARCH_INDEX_PREFIX", format!("{:?} is not a prefix", self.index_prefix), right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(url: &str, index_prefix: &str) -> Vec<String> {
        let search = Search { url: Some(SecretUrl::new(url)), index_prefix: index_prefix.to_owned() };
        let mut found = Vec::new();
        search.problems(&mut found);
        found.iter().map(|problem| format!("{problem:?}")).collect()
    }

    #[test]
    fn addresses_and_prefixes_are_judged_and_passwords_are_not_shown() {
        assert_eq!(problems("https://ana:hunter2@search.example.com:9200", "matchday"), [""; 0]);
        assert_eq!(problems("http://opensearch:9200", "site_2-dev"), [""; 0]);
        for wrong in ["http://ana:hunter2@opensearch:9200", "redis://ana:hunter2@opensearch", "hunter2"] {
            let found = problems(wrong, "matchday");
            assert_eq!(found.len(), 1, "{wrong}");
            assert!(found[0].contains("MATCHDAY_SEARCH_URL") && !found[0].contains("hunter2"), "{found:?}");
        }
        for wrong in ["", "Matchday", "_site", "a b", "a/b", &"a".repeat(65)] {
            assert_eq!(problems("http://opensearch:9200", wrong).len(), 1, "{wrong}");
        }
    }
}
