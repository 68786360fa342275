//! The lake of bookings: where its files are, how they are reached, and how often they are written.

use std::path::Path;

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
    secret::Secret,
};

use super::forms;

/// The folder of the data folder in which it is, where no other place is set.
const FOLDER: &str = "lake";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lake {
    pub url: Option<String>,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<Secret>,
    pub session_token: Option<Secret>,
    pub flush_seconds: u64,
    pub bind: String,
}

impl Default for Lake {
    fn default() -> Self {
        Self {
            url: None,
            region: None,
            endpoint: None,
            access_key_id: None,
            secret_access_key: None,
            session_token: None,
            flush_seconds: 60,
            bind: "127.0.0.1:8002".to_owned(),
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("lake.url", "MATCHDAY_LAKE_URL", Kind::Text, "where the lake of bookings is: a folder, or s3://bucket/prefix; unset: the folder `lake` in the data folder"),
    ("lake.region", "AWS_REGION", Kind::Text, "region of the lake's bucket; unset: us-east-1"),
    ("lake.endpoint", "AWS_ENDPOINT_URL", Kind::Text, "http(s)://host[:port] of an S3-compatible store; unset: AWS itself"),
    ("lake.access_key_id", "AWS_ACCESS_KEY_ID", Kind::Text, "key id for the lake's bucket"),
    ("lake.secret_access_key", "AWS_SECRET_ACCESS_KEY", Kind::Text, "its secret"),
    ("lake.session_token", "AWS_SESSION_TOKEN", Kind::Text, "the token of a temporary key"),
    ("lake.flush_seconds", "MATCHDAY_LAKE_FLUSH_SECONDS", Kind::Number(1, 3_600), "how long bookings are collected before a file is written; a file has 64 MiB at most"),
    ("lake.bind", "MATCHDAY_LAKE_BIND", Kind::Text, "address of the health and metrics endpoints of `matchday analytics`"),
];

impl Lake {
    /// Of the address that `matchday health` asks at.
    pub(super) fn problems_of_bind(&self, found: &mut Vec<Problem>) {
        forms::bind("MATCHDAY_LAKE_BIND", &self.bind, found);
    }

    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        let is_bucket = self.url.as_deref().is_some_and(|url| url.starts_with("s3://"));
        if let Some(url) = &self.url {
            let place = url.strip_prefix("s3://").map(|place| place.split('/').next().unwrap_or_default());
            let is_other = url.contains("://") && place.is_none() && !url.starts_with("file:///");
            if is_other || place.is_some_and(str::is_empty) {
                let right = "name a folder, or s3://bucket/prefix.";
                wrong("MATCHDAY_LAKE_URL", format!("{url:?} is not a place for a lake"), right);
            }
        }
        if let Some(endpoint) = &self.endpoint
            && !(endpoint.starts_with("https://") || endpoint.starts_with("http://"))
        {
            let right = "write https://host or https://host:port.";
            wrong("AWS_ENDPOINT_URL", format!("{endpoint:?} is not the web address of a store"), right);
        }
        let keys = [
            ("AWS_ACCESS_KEY_ID", self.access_key_id.is_none()),
            ("AWS_SECRET_ACCESS_KEY", self.secret_access_key.is_none()),
        ];
        for (setting, _) in keys.iter().filter(|(_, is_missing)| is_bucket && *is_missing) {
            wrong(setting, "unset, but the lake is in a bucket".to_owned(), "set both the key's id and its secret.");
        }
    }

    /// Where it is, as a folder or a bucket.
    pub(crate) fn place(&self, data_dir: &Path) -> String {
        self.url.clone().unwrap_or_else(|| data_dir.join(FOLDER).to_string_lossy().into_owned())
    }
}
