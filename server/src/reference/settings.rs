//! Settings.

use ::settings::row::Kind;
use serde_json::Value;

use super::markdown::{self, code};
use crate::config::{
    Config,
    catalog::{SETTINGS, Setting},
    required_in_production,
};

/// Settings of each version, by their keys: what is in none of them is of the version to come.
const RELEASES: &[(&str, &str)] = &[("0.1.0", include_str!("../../../docs/contracts/0.1.0/settings.txt"))];

/// Titles of sections, by what their keys begin with. The longest beginning counts.
const SECTIONS: &[(&str, &str)] = &[
    ("", "Site"),
    ("http", "HTTP"),
    ("graphql", "GraphQL"),
    ("admin", "Admin address"),
    ("worker", "Worker"),
    ("database", "Database"),
    ("redis", "Redis"),
    ("kafka", "Kafka"),
    ("lake", "Lake"),
    ("search", "Search"),
    ("accounts", "Accounts"),
    ("oidc", "Identity provider"),
    ("mail", "Mail"),
    ("sales", "Sales"),
    ("venues", "Venues"),
    ("holds", "Holds"),
    ("refunds", "Refunds"),
    ("tickets", "Tickets"),
    ("resale", "Resale"),
    ("limits", "Rate limits"),
    ("bots", "Bots"),
    ("captcha", "Captchas"),
    ("security", "Security events"),
    ("stripe", "Stripe"),
    ("web", "Shop"),
    ("log", "Log"),
    ("otel", "Tracing"),
    ("transport.connections", "Connections"),
    ("transport.http", "HTTP requests"),
    ("transport.documents", "Documents"),
    ("transport.sockets", "Sockets and streams"),
];

pub(super) fn page() -> String {
    let mut text = markdown::opened(
        "Settings",
        "Every setting of Matchday. A setting has a key in the settings file (`matchday.toml`, or the file that `--config` or \
         `MATCHDAY_CONFIG` names) and an environment variable, which overrides the file; an empty variable counts as unset. \
         `matchday config` prints what is in force and where each value came from.",
    );
    text.push_str(
        "\n## Formats\n\n\
         | Type | In the file | In a variable |\n|---|---|---|\n\
         | text, one of | `\"a\"` | `a` |\n\
         | number | `5` | `5` |\n\
         | flag | `true` | `true` |\n\
         | list | `[\"a\", \"b\"]` | `a,b` |\n\
         | map of numbers | `{ reserve = 5, signIn = 3 }` | `reserve=5,signIn=3` |\n\
         | map of texts | `{ \"Wembley\" = \"Europe/London\" }` | `Wembley=Europe/London` |\n\n\
         Unknown keys and variables that begin with `MATCHDAY_` are errors at the start. Units are in the names. \
         \"Secret\" values are never printed. \"Required\" means that `ENV=prod` does not start without a value.\n",
    );
    let defaults = serde_json::to_value(Config::default()).expect("a struct of numbers, flags and texts serialises");
    let required = required_in_production();
    for (section, title) in SECTIONS {
        text.push_str(&format!("\n## {title}\n"));
        if !section.is_empty() {
            text.push_str(&format!("\nSection `[{section}]` of the file.\n"));
        }
        for setting in SETTINGS.iter().filter(|setting| section_of(&setting.path) == *section) {
            let is_required = required.contains(&setting.env);
            text.push_str(&described(setting, &defaults, is_required));
        }
    }
    text.push_str("\nNext: [Running Matchday](../run/README.md), [Limits](limits.md), [Secrets](../run/secrets.md).\n");
    text
}

/// A key a line.
pub(super) fn contract() -> String {
    let mut paths: Vec<&str> = SETTINGS.iter().map(|setting| setting.path.as_str()).collect();
    paths.sort_unstable();
    paths.into_iter().map(|path| format!("{path}\n")).collect()
}

/// The section that a key belongs to.
fn section_of(path: &str) -> &'static str {
    let is_of = |section: &str| path.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
    let sections = SECTIONS.iter().map(|(section, _)| *section).filter(|section| is_of(section));
    sections.max_by_key(|section| section.len()).unwrap_or_default()
}

fn described(setting: &Setting, defaults: &Value, is_required: bool) -> String {
    let Setting { path, env, kind, help } = setting;
    let default = path.split('.').try_fold(defaults, |value, key| value.get(key)).unwrap_or(&Value::Null);
    let mut facts = vec![
        ["Variable".to_owned(), code(env)],
        ["Type".to_owned(), written_kind(*kind)],
        ["Default".to_owned(), written_default(default)],
        ["Since".to_owned(), since(path).to_owned()],
    ];
    if SECRETS.contains(&path.as_str()) {
        let is_address = path.ends_with("url") || path.ends_with("endpoint");
        let what = if is_address { "its password and its query" } else { "yes" };
        facts.push(["Secret".to_owned(), what.to_owned()]);
    }
    if is_required {
        facts.push(["Required".to_owned(), "in `prod`".to_owned()]);
    }
    let facts: String = facts.into_iter().map(|[name, value]| format!("- {name}: {value}\n")).collect();
    format!("\n### {path}\n\n{}\n\n{facts}", markdown::sentence(&markdown::plain(help)))
}

fn written_kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::OneOf(names) => format!("one of {}", markdown::listed(names.iter().map(|name| code(name)))),
        Kind::Number(low, high) => format!("number from {low} to {high}"),
        Kind::NumberOr(low, high, word) => format!("number from {low} to {high}, or `{word}`"),
        Kind::Flag => "flag".to_owned(),
        Kind::List => "list".to_owned(),
        Kind::Numbers => "map of numbers".to_owned(),
        Kind::Texts => "map of texts".to_owned(),
    }
}

/// Values of a map that are told one by one.
const TOLD: usize = 16;

fn written_default(value: &Value) -> String {
    match value {
        Value::Null => "unset".to_owned(),
        Value::String(text) => code(text),
        Value::Array(items) if items.is_empty() => "empty".to_owned(),
        Value::Array(items) => code(&items.iter().map(written_item).collect::<Vec<_>>().join(",")),
        Value::Object(fields) if fields.is_empty() => "empty".to_owned(),
        Value::Object(fields) if fields.len() > TOLD => {
            format!("{} values, see [Costs](costs.md)", fields.len())
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}={}", written_item(value))).collect();
            code(&fields.join(","))
        }
        value => code(&value.to_string()),
    }
}

fn written_item(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The first release that has it.
fn since(path: &str) -> &'static str {
    let has = |listed: &str| listed.lines().any(|line| line == path);
    RELEASES.iter().find(|(_, listed)| has(listed)).map_or(env!("CARGO_PKG_VERSION"), |(version, _)| version)
}

/// Settings whose values are secrets, as their types say; a test compares them.
const SECRETS: [&str; 15] = [
    "accounts.jwt_secret",
    "captcha.secret",
    "database.url",
    "kafka.sasl_password",
    "lake.secret_access_key",
    "lake.session_token",
    "mail.smtp_url",
    "oidc.client_secret",
    "otel.endpoint",
    "otel.headers",
    "otel.traces_endpoint",
    "redis.url",
    "search.url",
    "stripe.secret_key",
    "stripe.webhook_secret",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A released setting may only go with a new series of versions.
    #[test]
    fn no_released_setting_is_missing() {
        for (version, listed) in RELEASES {
            for path in listed.lines() {
                let is_there = SETTINGS.iter().any(|setting| setting.path == path);
                assert!(is_there, "{path} was a setting of {version}: see docs/reference/versioning.md");
            }
        }
    }

    #[test]
    fn every_setting_is_described_in_words() {
        for setting in SETTINGS.iter() {
            assert!(setting.help.len() > 8, "{} is not described", setting.path);
        }
    }

    #[test]
    fn what_is_secret_is_what_the_program_hides() {
        let word = "Zk9QwErTy7UiOpAs";
        let of_kind = |setting: &Setting| match setting.path.as_str() {
            "database.url" => format!("postgres://u:{word}@db/matchday"),
            "redis.url" => format!("redis://:{word}@cache:6379"),
            "mail.smtp_url" => format!("smtps://u:{word}@mail.example.com"),
            "otel.endpoint" | "otel.traces_endpoint" => format!("https://u:{word}@collector.example.com"),
            "otel.headers" => format!("authorization={word}"),
            "stripe.secret_key" => format!("sk_test_{word}{word}"),
            "stripe.webhook_secret" => format!("whsec_{word}{word}"),
            _ => format!("{word}{word}"),
        };
        let texts = SETTINGS.iter().filter(|setting| setting.kind == Kind::Text);
        let mut hidden = Vec::new();
        for setting in texts {
            let mut value = serde_json::to_value(Config::default()).expect("it serialises");
            let mut place = &mut value;
            for key in setting.path.split('.') {
                place = &mut place[key];
            }
            *place = of_kind(setting).into();
            let Ok(config) = serde_json::from_value::<Config>(value) else { continue };
            let shown = serde_json::to_value(config).expect("it serialises").to_string();
            if !shown.contains(word) {
                hidden.push(setting.path.as_str());
            }
        }
        hidden.sort_unstable();

        assert_eq!(hidden, SECRETS);
    }
}
