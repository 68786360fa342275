//! What is logged and how it looks.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `tracing` directives.
    pub filter: String,
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            filter: "info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,rdkafka=warn,librdkafka=warn".to_owned(),
            format: LogFormat::Auto,
        }
    }
}

/// The form of a log line: `auto` is `pretty` on a terminal and `json` elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Auto,
    Pretty,
    Json,
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("log.filter", "RUST_LOG", Kind::Text, "tracing directives, such as info,kafka=debug"),
    ("log.format", "MATCHDAY_LOG_FORMAT", Kind::OneOf(&["auto", "pretty", "json"]), "auto is pretty on a terminal and JSON elsewhere"),
];

impl Log {
    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.filter) {
            let right = "write directives, such as info,kafka=debug.";
            found.push(Problem::new("RUST_LOG", format!("{:?}: {error}", self.filter), right));
        }
    }
}
