//! The list of settings: each one's place in `matchday.toml`, its environment name, its kind and what it means.
//!
//! The edge keeps its own section; its keys are listed from its defaults.
//!
//! Invariant: the list names every key of [`Config`](super::Config) and nothing else; a test compares the two.

use std::sync::LazyLock;

use security::config::{bots, captcha, limits, retention};
use settings::row::{Kind, Row};
use strsim::levenshtein;

use super::{
    accounts, admin, database, edge_rows, forms::nearest, graphql, holds, http, kafka, lake, log, mail, oidc, otel,
    recommendations, redis, refunds, resale, sales, search, site, stripe, tickets, venues, web, worker,
};

/// One setting, as a user meets it.
#[derive(Debug)]
pub struct Setting {
    /// Its key in `matchday.toml`, sections before the dot.
    pub path: String,
    /// The one environment variable that sets it.
    pub env: String,
    pub kind: Kind,
    pub help: &'static str,
}

/// Where the settings file lies; it is no setting of the file itself.
pub const CONFIG_ENV: &str = "MATCHDAY_CONFIG";

/// The sections of ours, each of which lists its settings.
const SECTIONS: [&[Row]; 28] = [
    site::ROWS,
    http::ROWS,
    graphql::ROWS,
    admin::ROWS,
    worker::ROWS,
    database::ROWS,
    redis::ROWS,
    kafka::ROWS,
    lake::ROWS,
    accounts::ROWS,
    oidc::ROWS,
    mail::ROWS,
    recommendations::ROWS,
    search::ROWS,
    sales::ROWS,
    venues::ROWS,
    holds::ROWS,
    refunds::ROWS,
    tickets::ROWS,
    resale::ROWS,
    limits::ROWS,
    bots::ROWS,
    captcha::ROWS,
    retention::ROWS,
    stripe::ROWS,
    web::ROWS,
    log::ROWS,
    otel::ROWS,
];

/// Every setting, in the order `--help` and `matchday config` show them.
pub static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| {
    let ours = SECTIONS.iter().flat_map(|rows| rows.iter()).map(|&(path, env, kind, help)| Setting {
        path: path.to_owned(),
        env: env.to_owned(),
        kind,
        help,
    });
    ours.chain(edge()).collect()
});

/// The settings of the edge, `transport` by name, as its defaults spell them.
fn edge() -> Vec<Setting> {
    let defaults = serde_json::to_value(transport::config::Config::default())
        .expect("a struct of numbers, flags and texts serialises");
    let mut settings = Vec::new();
    visit("transport", &defaults, &mut |path, value| {
        let key = path.strip_prefix("transport.").unwrap_or(path);
        let kind = match value {
            _ if key == edge_rows::CSRF_PREVENTION => Kind::OneOf(&["off", "browsers", "strict"]),
            serde_json::Value::Bool(_) => Kind::Flag,
            serde_json::Value::Number(_) => Kind::Number(0, u64::from(u32::MAX)),
            serde_json::Value::Array(_) => Kind::List,
            serde_json::Value::Object(_) => Kind::Numbers,
            _ => Kind::Text,
        };
        let env = match path {
            "transport.connections.drain_seconds" => "MATCHDAY_DRAIN_SECONDS".to_owned(),
            "transport.connections.shutdown_delay_seconds" => "MATCHDAY_SHUTDOWN_DELAY_SECONDS".to_owned(),
            _ => format!("MATCHDAY_{}", path.replace('.', "_").to_ascii_uppercase()),
        };
        let help = edge_rows::help(key).unwrap_or_default();
        settings.push(Setting { path: path.to_owned(), env, kind, help });
    });
    settings
}

/// Tables of numbers or texts by name, each one setting.
const TABLES: [&str; 9] = [
    "venues.time_zones",
    "limits.capacity",
    "limits.refill",
    "bots.weights",
    "bots.free",
    "bots.doubling",
    "otel.resource_attributes",
    "transport.documents.field_costs",
    "transport.documents.list_sizes",
];

/// Calls `leaf` with the path and value of everything in `value` that is not a section.
pub(super) fn visit(prefix: &str, value: &serde_json::Value, leaf: &mut impl FnMut(&str, &serde_json::Value)) {
    match value {
        serde_json::Value::Object(fields) if !TABLES.contains(&prefix) => {
            for (name, value) in fields {
                match prefix {
                    "" => visit(name, value, leaf),
                    _ => visit(&format!("{prefix}.{name}"), value, leaf),
                }
            }
        }
        _ => leaf(prefix, value),
    }
}

/// The setting at this key of the file.
pub fn by_path(path: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.path == path)
}

/// The setting of this environment variable.
pub fn by_env(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.env == name)
}

/// The environment name most like `name`.
pub fn nearest_env(name: &str) -> &'static str {
    let ours = SETTINGS.iter().map(|setting| setting.env.as_str()).filter(|env| env.starts_with("MATCHDAY_"));
    nearest(name, ours.chain([CONFIG_ENV])).unwrap_or(CONFIG_ENV)
}

/// The key of the file most like `path`.
pub fn nearest_path(path: &str) -> &'static str {
    nearest(path, SETTINGS.iter().map(|setting| setting.path.as_str())).unwrap_or("env")
}

/// The section of the file most like `path`: by its own name first, for the sections around it are forgotten rather than
/// misspelt.
pub fn nearest_section(path: &str) -> &'static str {
    // `a.b` and `a` of `a.b.key`.
    let sections = SETTINGS.iter().flat_map(|setting| {
        let path = setting.path.as_str();
        path.match_indices('.').map(move |(end, _)| &path[..end])
    });
    let own = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let name = own(path);
    sections.min_by_key(|section| (levenshtein(&name, &own(section)), levenshtein(path, section))).unwrap_or("http")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;

    #[test]
    fn every_key_of_the_config_is_a_listed_setting_and_every_listed_setting_is_a_key() {
        let config = serde_json::to_value(Config::default()).expect("the config serialises");
        let mut keys = BTreeSet::new();
        visit("", &config, &mut |path, _| {
            keys.insert(path.to_owned());
        });

        let listed: BTreeSet<String> = SETTINGS.iter().map(|setting| setting.path.clone()).collect();

        assert_eq!(keys, listed);
    }

    #[test]
    fn no_two_settings_share_an_environment_name() {
        let names: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.env.as_str()).collect();

        assert_eq!(names.len(), SETTINGS.len());
    }

    #[test]
    fn a_misspelt_name_leads_to_the_nearest_right_one() {
        assert_eq!(nearest_env("MATCHDAY_HOLDSECONDS"), "MATCHDAY_HOLD_SECONDS");
        assert_eq!(nearest_env("MATCHDAY_DATADIR"), "MATCHDAY_DATA_DIR");
        assert_eq!(nearest_path("http.bnd"), "http.bind");
        assert_eq!(nearest_section("transport.cors"), "transport.http.cors");
        assert_eq!(nearest_section("hold"), "holds");
    }
}
