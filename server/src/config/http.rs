//! The HTTP address. How its connections are treated stands in the section `transport`.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

use super::forms;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    pub bind: String,
    /// Where visitors reach the site: what links in answers and mails begin with.
    pub public_url: Option<String>,
    /// Whether `serve` leaves everything that no visitor waits for to other instances.
    pub visitors_only: bool,
}

impl Default for Http {
    fn default() -> Self {
        Self { bind: "127.0.0.1:8000".to_owned(), public_url: None, visitors_only: false }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("http.bind", "MATCHDAY_BIND", Kind::Text, "address of the GraphQL endpoint; port 0 takes a free one"),
    ("http.public_url", "MATCHDAY_PUBLIC_URL", Kind::Text, "address at which visitors reach the site, such as https://tickets.example, without a path if the shop is on. Links in answers and mails begin with it, and errors link to their documentation; unset: links begin with their path, and there is no sitemap"),
    ("http.visitors_only", "MATCHDAY_VISITORS_ONLY", Kind::Flag, "`matchday serve` answers visitors only; workers do the exchange with Kafka, expiry, payments under way and mails. Needs DATABASE_URL and KAFKA_BROKERS"),
];

impl Http {
    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        forms::bind("MATCHDAY_BIND", &self.bind, found);
        if let Some(url) = &self.public_url
            && (!(url.starts_with("https://") || url.starts_with("http://")) || url.contains(['?', '#', ' ']))
        {
            let right = "write https://host, or leave it unset for links that begin with their path.";
            found.push(Problem::new("MATCHDAY_PUBLIC_URL", format!("{url:?} is not a web address"), right));
        }
    }
}
