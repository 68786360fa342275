//! Lines: where in a settings file each key stands.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// The lines of keys, by the paths of their settings and sections.
#[derive(Debug, Default)]
pub(super) struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// Of a file's text; none where that is not TOML.
    pub(super) fn of(text: &str) -> Self {
        let mut lines = Self::default();
        if let Ok(table) = DeTable::parse(text) {
            lines.note("", table.get_ref(), text);
        }
        lines
    }

    fn note(&mut self, prefix: &str, table: &DeTable<'_>, text: &str) {
        for (name, value) in table {
            let path =
                if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
            if let DeValue::Table(table) = value.get_ref() {
                self.note(&path, table, text);
            }
            let before = &text.as_bytes()[..name.span().start];
            self.0.insert(path, 1 + before.iter().filter(|byte| **byte == b'\n').count());
        }
    }

    /// What errors call a key of a file: `holds.seconds (matchday.toml, line 12)`.
    pub(super) fn named(&self, path: &str, file: &str) -> String {
        match self.0.get(path) {
            Some(line) => format!("{path} ({file}, line {line})"),
            None => format!("{path} ({file})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_with_its_line_however_its_section_is_written() {
        let text = "env = \"dev\"\n\n# of holds\n[holds]\nseconds = 5\n\n[transport.http]\ncors.allowed_origins = []\n\n\
                    [limits]\ncapacity = { reserve = 1 }\n";
        let lines = Lines::of(text);

        for (path, line) in [
            ("env", 1),
            ("holds", 4),
            ("holds.seconds", 5),
            ("transport.http", 7),
            ("transport.http.cors.allowed_origins", 8),
            ("limits.capacity", 11),
            ("limits.capacity.reserve", 11),
        ] {
            assert_eq!(lines.named(path, "a.toml"), format!("{path} (a.toml, line {line})"));
        }
        assert_eq!(lines.named("holds.hold", "a.toml"), "holds.hold (a.toml)");
        assert_eq!(Lines::of("= 5").named("env", "a.toml"), "env (a.toml)");
    }
}
