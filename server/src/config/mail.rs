//! Mail: where it is sent through and from; without a server it is kept in the data folder and shown in the log.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
    secret::SecretUrl,
};

use super::site::Env;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    pub smtp_url: Option<SecretUrl>,
    pub from: String,
    /// Pages that take a code, which stands where these have `{code}`. Unset, they are the storefront's; without one, or where
    /// the site was not told its address, mails give the code alone.
    pub verify_url: Option<String>,
    pub reset_url: Option<String>,
    pub transfer_url: Option<String>,
    /// Whether fans are mailed of holds that they placed, or that expired.
    pub holds: bool,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            smtp_url: None,
            from: "Matchday <tickets@localhost>".to_owned(),
            verify_url: None,
            reset_url: None,
            transfer_url: None,
            holds: true,
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("mail.smtp_url", "MATCHDAY_MAIL_SMTP_URL", Kind::Text, "smtps://user:password@host, or smtp://host?tls=required; unset: mails are kept in the data folder. Required in prod because password-reset mails cannot be sent without it"),
    ("mail.from", "MATCHDAY_MAIL_FROM", Kind::Text, "sender of mails, such as Matchday <tickets@example.com>"),
    ("mail.verify_url", "MATCHDAY_MAIL_VERIFY_URL", Kind::Text, "page that confirms an email, with {code}; unset: the storefront's page at http.public_url, else the mail contains the code only"),
    ("mail.reset_url", "MATCHDAY_MAIL_RESET_URL", Kind::Text, "page that sets a new password, with {code}; unset: as before"),
    ("mail.transfer_url", "MATCHDAY_MAIL_TRANSFER_URL", Kind::Text, "page that accepts a ticket from another fan, with {code}; unset: as before"),
    ("mail.holds", "MATCHDAY_MAIL_HOLDS", Kind::Flag, "send mails about new and expired holds; buyers get their tickets by mail in any case"),
];

impl Mail {
    pub(super) fn problems(&self, env: Env, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        if let Some(url) = &self.smtp_url
            && !matches!(url.scheme().as_str(), "smtp" | "smtps")
        {
            let right = "write smtps://user:password@host, or smtp://host:587?tls=required.";
            wrong("MATCHDAY_MAIL_SMTP_URL", format!("{url:?} is not a mail server"), right);
        }
        if self.smtp_url.is_none() && env == Env::Prod {
            let what = "unset, and required with ENV=prod: password-reset mails can't be sent without it";
            wrong("MATCHDAY_MAIL_SMTP_URL", what.to_owned(), "set an smtps:// address.");
        }
        if self.from.parse::<lettre::message::Mailbox>().is_err() {
            let right = "write an address, such as Matchday <tickets@example.com>.";
            wrong("MATCHDAY_MAIL_FROM", format!("{:?} is not a sender", self.from), right);
        }
        for (setting, page) in [
            ("MATCHDAY_MAIL_VERIFY_URL", &self.verify_url),
            ("MATCHDAY_MAIL_RESET_URL", &self.reset_url),
            ("MATCHDAY_MAIL_TRANSFER_URL", &self.transfer_url),
        ] {
            if let Some(page) = page
                && !(page.contains("{code}") && (page.starts_with("https://") || page.starts_with("http://")))
            {
                let right =
                    "write a web address with {code} where the code goes, such as https://host/page?code={code}.";
                wrong(setting, format!("{page:?} is not the address of a page that takes a code"), right);
            }
        }
    }
}
