//! The reference: pages of documentation that the program writes of itself, each from where its facts stand in the code.
//!
//! Invariant: `docs/reference` has what is written here, to the byte; a test compares them.

mod closes;
mod costs;
mod errors;
mod events;
mod markdown;
mod metrics;
pub mod operations;
pub mod rights;
mod schema;
mod settings;

/// Names of files, and their texts.
pub(crate) fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("close-codes.md", closes::page()),
        ("costs.md", costs::page()),
        ("errors.md", errors::page()),
        ("events.md", events::page()),
        ("metrics.md", metrics::page()),
        ("rights.md", rights::page()),
        ("schema.md", schema::page()),
        ("settings.md", settings::page()),
    ]
}

/// What a release keeps of its contract: names of files, and their texts.
pub(crate) fn contract() -> Vec<(&'static str, String)> {
    vec![
        ("events.jsonl", events::contract()),
        ("schema.graphql", ::schema::sdl()),
        ("settings.txt", settings::contract()),
    ]
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn the_committed_pages_are_what_the_program_writes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference");
        for (name, text) in pages() {
            let committed = fs::read_to_string(folder.join(name)).unwrap_or_default();

            assert!(committed == text, "write {name} anew: cargo run -- reference docs/reference");
        }
    }

    /// As GitHub makes an anchor of a title.
    fn anchor(title: &str) -> String {
        let kept = title.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter.to_ascii_lowercase() }).collect()
    }

    #[test]
    fn every_page_has_one_title_and_no_two_sections_of_one_name() {
        for (name, text) in pages() {
            let titles: Vec<&str> = text.lines().filter(|line| line.starts_with("# ")).collect();
            assert_eq!(titles.len(), 1, "{name}: {titles:?}");
            let mut anchors = BTreeSet::new();
            for section in text.lines().filter(|line| line.starts_with('#')) {
                assert!(anchors.insert(anchor(section.trim_start_matches(['#', ' ']))), "{name} has {section} twice");
            }
        }
    }
}
