//! The sources of settings: the file and the environment, each read whole, with its mistakes listed.
//!
//! A wrong value is reported and left out, so that the rest is still read and judged: the user sees every mistake at once.

use std::{collections::BTreeMap, path::Path};

use figment::{
    Metadata, Profile, Provider,
    value::{Dict, Map, Tag, Value},
};
use settings::{problem::Problem, row::Kind};

use super::{
    catalog::{self, Setting},
    lines::Lines,
};

/// Characters of a wrong value that are shown, at most.
const SHOWN: usize = 64;

/// What one source sets: values by the path of their setting.
#[derive(Debug)]
pub(super) struct Layer {
    name: String,
    values: BTreeMap<String, Value>,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut dict = Dict::new();
        for (path, value) in &self.values {
            insert(&mut dict, path, value.clone());
        }
        Ok(Profile::Default.collect(dict))
    }
}

fn insert(dict: &mut Dict, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            dict.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let section = dict.entry(section.to_owned()).or_insert_with(|| Value::Dict(Tag::Default, Dict::new()));
            if let Value::Dict(_, fields) = section {
                insert(fields, rest, value);
            }
        }
    }
}

/// Reads the settings file, and in which lines its keys stand. `required` tells whether its absence is a mistake.
pub(super) fn file(path: &Path, required: bool, problems: &mut Vec<Problem>) -> (Layer, Lines) {
    let shown = path.display().to_string();
    let mut layer = Layer { name: shown.clone(), values: BTreeMap::new() };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => return (layer, Lines::default()),
        Err(error) => {
            problems.push(Problem::new(
                shown,
                format!("the file cannot be read: {error}"),
                "name a readable TOML file.",
            ));
            return (layer, Lines::default());
        }
    };
    let lines = Lines::of(&text);
    match toml::from_str::<toml::Table>(&text) {
        Ok(table) => keys(&|path| lines.named(path, &shown), "", &table, &mut layer, problems),
        Err(error) => {
            // The parser's own message quotes the line, which may hold a secret: its place is enough.
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            let wrong = format!("line {line} is not TOML: {}", error.message());
            problems.push(Problem::new(shown, wrong, "see matchday.example.toml for an example."));
        }
    }
    (layer, lines)
}

/// Takes the values of a table; `named` is what errors call a key.
fn keys(
    named: &dyn Fn(&str) -> String,
    prefix: &str,
    table: &toml::Table,
    layer: &mut Layer,
    problems: &mut Vec<Problem>,
) {
    for (name, value) in table {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let written = named(&path);
        let is_section = catalog::SETTINGS
            .iter()
            .any(|setting| setting.path.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.')));
        match (catalog::by_path(&path), value) {
            (None, toml::Value::Table(table)) if is_section => keys(named, &path, table, layer, problems),
            (None, _) if is_section => {
                problems.push(Problem::new(
                    written,
                    "is a section, not a value",
                    format!("write [{path}] above its keys."),
                ));
            }
            (None, _) => {
                let nearest = match value {
                    toml::Value::Table(_) => catalog::nearest_section(&path),
                    _ => catalog::nearest_path(&path),
                };
                let right = format!("did you mean {nearest}?");
                problems.push(Problem::new(written, "there is no such setting", right));
            }
            (Some(setting), value) => match from_toml(setting.kind, value) {
                Some(value) => {
                    layer.values.insert(path, value);
                }
                None => problems.push(unfit(written, setting, &shown(setting, value))),
            },
        }
    }
}

/// A value that does not fit, as far as it may be shown: what was given for a text may be a secret.
fn shown(setting: &Setting, value: &toml::Value) -> String {
    match (setting.kind, value) {
        (Kind::Text, _) | (_, toml::Value::Table(_)) => value.type_str().to_owned(),
        (_, value) => value.to_string().chars().take(SHOWN).collect(),
    }
}

fn unfit(written: String, setting: &Setting, given: &str) -> Problem {
    Problem::new(written, format!("{given} is not valid"), format!("write {}.", setting.kind.wanted()))
}

fn from_toml(kind: Kind, value: &toml::Value) -> Option<Value> {
    match (kind, value) {
        (Kind::Text, toml::Value::String(text)) => Some(Value::from(text.clone())),
        (Kind::OneOf(names), toml::Value::String(text)) if names.contains(&text.as_str()) => {
            Some(Value::from(text.clone()))
        }
        (Kind::Number(low, high), toml::Value::Integer(number)) => {
            u64::try_from(*number).ok().filter(|number| (low..=high).contains(number)).map(Value::from)
        }
        (Kind::NumberOr(_, _, word), toml::Value::String(text)) if text == word => Some(Value::from(word)),
        (Kind::NumberOr(low, high, _), value) => from_toml(Kind::Number(low, high), value),
        (Kind::Flag, toml::Value::Boolean(flag)) => Some(Value::from(*flag)),
        (Kind::List, toml::Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>().map(Value::from)
        }
        (Kind::Numbers, toml::Value::Table(table)) => {
            let number = |value: &toml::Value| value.as_integer().and_then(|number| u64::try_from(number).ok());
            table
                .iter()
                .map(|(name, value)| Some((name.clone(), number(value)?.into())))
                .collect::<Option<Dict>>()
                .map(Value::from)
        }
        (Kind::Texts, toml::Value::Table(table)) => table
            .iter()
            .map(|(name, text)| Some((name.clone(), text.as_str()?.into())))
            .collect::<Option<Dict>>()
            .map(Value::from),
        _ => None,
    }
}

/// Reads the environment. An empty variable counts as unset, as templates leave them.
pub(super) fn environment(variables: &[(String, String)], problems: &mut Vec<Problem>) -> Vec<Layer> {
    let mut layers = Vec::new();
    for (name, text) in variables.iter().filter(|(_, text)| !text.is_empty()) {
        match catalog::by_env(name) {
            Some(setting) => match from_text(setting.kind, text) {
                Some(value) => {
                    layers.push(Layer { name: name.clone(), values: BTreeMap::from([(setting.path.clone(), value)]) })
                }
                None => problems.push(unfit(name.clone(), setting, &format!("{text:?}"))),
            },
            None if name.starts_with("MATCHDAY_") && !is_foreign(name) => {
                let right = format!("did you mean {}?", catalog::nearest_env(name));
                problems.push(Problem::new(name, "there is no such setting", right));
            }
            None => {}
        }
    }
    layers
}

/// Names that this repository's scripts and tests use, or that are read elsewhere.
fn is_foreign(name: &str) -> bool {
    name.starts_with("MATCHDAY_SERVICES_") || [catalog::CONFIG_ENV, "MATCHDAY_BIN", "MATCHDAY_URL"].contains(&name)
}

fn from_text(kind: Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::from(text)),
        Kind::OneOf(names) => names.iter().find(|name| name.eq_ignore_ascii_case(text)).map(|name| Value::from(*name)),
        Kind::Number(low, high) => {
            text.trim().parse::<u64>().ok().filter(|number| (low..=high).contains(number)).map(Value::from)
        }
        Kind::NumberOr(_, _, word) if text.trim().eq_ignore_ascii_case(word) => Some(Value::from(word)),
        Kind::NumberOr(low, high, _) => from_text(Kind::Number(low, high), text),
        Kind::Flag => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(Value::from(true)),
            "false" | "0" | "no" | "off" => Some(Value::from(false)),
            _ => None,
        },
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Some(Value::from(items.map(str::to_owned).collect::<Vec<_>>()))
        }
        Kind::Numbers => {
            let pair = |item: &str| {
                let (name, number) = item.split_once('=')?;
                Some((name.trim().to_owned(), number.trim().parse::<u64>().ok()?.into()))
            };
            text.split(',').map(pair).collect::<Option<Dict>>().map(Value::from)
        }
        Kind::Texts => {
            let pair = |item: &str| {
                let (name, text) = item.split_once('=')?;
                Some((name.trim().to_owned(), text.trim().into()))
            };
            text.split(',').map(pair).collect::<Option<Dict>>().map(Value::from)
        }
    }
}
