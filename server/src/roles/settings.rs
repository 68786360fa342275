//! The role `config`: the settings in force as a TOML file, secrets hidden, each with its source.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use crate::{
    config::{self, Loaded, Purpose, catalog::SETTINGS},
    failure::Failure,
    output,
};

/// Prints what is in force.
///
/// # Errors
///
/// The settings are wrong.
pub fn config(settings: Option<&Path>) -> Result<(), Failure> {
    Ok(output::text(&shown(&config::load(Purpose::Api, settings)?))?)
}

fn shown(loaded: &Loaded) -> String {
    let config = serde_json::to_value(&loaded.config).expect("a struct of numbers, flags and texts serialises");
    let mut sections: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    for (order, setting) in SETTINGS.iter().enumerate() {
        let (section, key) = setting.path.rsplit_once('.').unwrap_or(("", &setting.path));
        let value = setting.path.split('.').try_fold(&config, |value, key| value.get(key)).unwrap_or(&Value::Null);
        let source = loaded.sources.get(&setting.path).map_or("default", String::as_str);
        let line = match toml(value) {
            Some(value) => format!("{:<60} # {source}", format!("{key} = {value}")),
            None => format!("{:<60} # unset; {} sets it", format!("# {key} ="), setting.env),
        };
        let known = sections.keys().find(|(_, name)| *name == section).copied();
        sections.entry(known.unwrap_or((order, section))).or_default().push(line);
    }

    let mut text = String::new();
    for ((_, section), lines) in sections {
        if !section.is_empty() {
            text.push_str(&format!("\n[{section}]\n"));
        }
        text.push_str(&lines.join("\n"));
        text.push('\n');
    }
    text
}

/// A value as TOML writes it; JSON's texts, numbers, flags and arrays of texts are TOML's as well.
fn toml(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, number)| format!("{name:?} = {number}")).collect();
            Some(format!("{{ {} }}", fields.join(", ")))
        }
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_a_settings_file_of_the_same_settings() {
        let variables = [
            ("MATCHDAY_HOLD_SECONDS".to_owned(), "42".to_owned()),
            ("MATCHDAY_JWT_SECRET".to_owned(), "kX7mQ2vT9pLw4RzB8nYc3HsD6fGj1AeU".to_owned()),
        ];
        let loaded = config::load_from(None, &variables).expect("the settings are right");

        let text = shown(&loaded);

        let table: toml::Table = text.parse().expect("it is TOML");
        assert_eq!(table["holds"]["seconds"].as_integer(), Some(42));
        assert!(text.lines().any(|line| line.starts_with("seconds = 42") && line.ends_with("# MATCHDAY_HOLD_SECONDS")));
        assert!(text.lines().any(|line| line.starts_with("# url =") && line.ends_with("DATABASE_URL sets it")));
        assert_eq!(table["accounts"]["jwt_secret"].as_str(), Some("[redacted]"));
        assert!(!text.contains("kX7mQ2"));
    }
}
