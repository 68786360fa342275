//! The database: Postgres where a URL is given, else SQLite in the data folder.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
    secret::SecretUrl,
};

use super::site::Env;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    pub url: Option<SecretUrl>,
    pub max_connections: u32,
    pub connect_timeout_seconds: u64,
    /// Whether a start brings the tables up to date; unset, `dev` does and `prod` does not.
    pub migrate: Option<bool>,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, max_connections: 16, connect_timeout_seconds: 10, migrate: None }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("database.url", "DATABASE_URL", Kind::Text, "postgres://user:password@host/name; unset: SQLite in the data folder"),
    ("database.max_connections", "MATCHDAY_DATABASE_MAX_CONNECTIONS", Kind::Number(2, 1_000), "size of the connection pool"),
    ("database.connect_timeout_seconds", "MATCHDAY_DATABASE_CONNECT_TIMEOUT_SECONDS", Kind::Number(1, 300), "longest wait for a connection"),
    ("database.migrate", "MATCHDAY_MIGRATE", Kind::Flag, "bring the tables up to date at start; unset: in dev only"),
];

impl Database {
    pub(super) fn problems(&self, env: Env, found: &mut Vec<Problem>) {
        match &self.url {
            Some(url) if !matches!(url.scheme().as_str(), "postgres" | "postgresql") => {
                let right =
                    "write postgres://user:password@host/name, or leave it unset for SQLite in the data folder.";
                found.push(Problem::new("DATABASE_URL", format!("{url:?} is not a Postgres address"), right));
            }
            None if env == Env::Prod => {
                let wrong = "unset, and ENV=prod does not run on the embedded SQLite";
                found.push(Problem::new("DATABASE_URL", wrong, "give a postgres:// address."));
            }
            _ => {}
        }
    }
}
