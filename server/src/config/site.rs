//! The site: where it runs, and what others call it.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

use super::{Config, forms::is_name};

/// Characters of the site's name at most: a ticket shows it whole.
const LONGEST_NAME: usize = 60;

/// Where the program runs: `dev` forgives, `prod` refuses to start on embedded parts and weak secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Env {
    #[default]
    Dev,
    Prod,
}

impl Env {
    /// The name as settings and Kafka's topics spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Env::Dev => "dev",
            Env::Prod => "prod",
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("env", "ENV", Kind::OneOf(&["dev", "prod"]), "`dev` for development, `prod` for production: it refuses embedded parts and weak secrets. It also ends the name of every Kafka topic"),
    ("client_id", "CLIENT_ID", Kind::Text, "the name of this site for other sites; each site has its own"),
    ("site_name", "MATCHDAY_SITE_NAME", Kind::Text, "the site's name in mails, tickets and pages; unset: `client_id`"),
    ("data_dir", "MATCHDAY_DATA_DIR", Kind::Text, "folder of the embedded database, the lock file and generated secrets"),
];

pub(super) fn problems(config: &Config, found: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

    if !is_name(&config.client_id) {
        wrong(
            "CLIENT_ID",
            format!("{:?} is not a valid name of a site", config.client_id),
            "use 1 to 64 letters, digits, dots, dashes and underscores.",
        );
    }
    if let Some(name) = &config.site_name
        && (!(1..=LONGEST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control))
    {
        let right = format!("use 1 to {LONGEST_NAME} printable characters, or leave it unset for the CLIENT_ID.");
        wrong("MATCHDAY_SITE_NAME", format!("{name:?} is not a printable name"), &right);
    }
}
