//! Captchas: who asks and judges them, how hard ours are, and how long one is good for.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{DAY, Kind, Row},
    secret::Secret,
};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Captcha {
    pub provider: Provider,
    /// The largest number that a client may have to find; it tries half as many on average.
    pub max_number: u64,
    pub challenge_seconds: u64,
    pub pass_seconds: u64,
    /// What the provider knows the site's pages by; it is public.
    pub site_key: Option<String>,
    /// What the provider knows this program by.
    pub secret: Option<Secret>,
    pub verify_url: Option<String>,
    pub timeout_milliseconds: u64,
}

/// Who asks and judges captchas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// This program, by proofs of work that ALTCHA's widget finds.
    #[default]
    Altcha,
    /// A service with the form of `siteverify`: Turnstile, hCaptcha, reCAPTCHA.
    Siteverify,
}

impl Default for Captcha {
    fn default() -> Self {
        Self {
            provider: Provider::Altcha,
            max_number: 100_000,
            challenge_seconds: 300,
            pass_seconds: 1_800,
            site_key: None,
            secret: None,
            verify_url: None,
            timeout_milliseconds: 3_000,
        }
    }
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    ("captcha.provider", "MATCHDAY_CAPTCHA_PROVIDER", Kind::OneOf(&["altcha", "siteverify"]), "altcha: proofs of work that Matchday issues itself; siteverify: Turnstile, hCaptcha or reCAPTCHA"),
    ("captcha.max_number", "MATCHDAY_CAPTCHA_MAX_NUMBER", Kind::Number(1, 100_000_000), "altcha: the largest possible solution of the lowest level; a client tries half as many numbers on average"),
    ("captcha.challenge_seconds", "MATCHDAY_CAPTCHA_CHALLENGE_SECONDS", Kind::Number(10, DAY), "altcha: time to solve a challenge"),
    ("captcha.pass_seconds", "MATCHDAY_CAPTCHA_PASS_SECONDS", Kind::Number(60, DAY), "how long a solved captcha is valid"),
    ("captcha.site_key", "MATCHDAY_CAPTCHA_SITE_KEY", Kind::Text, "siteverify: the public key of the provider's widget"),
    ("captcha.secret", "MATCHDAY_CAPTCHA_SECRET", Kind::Text, "siteverify: the secret key"),
    ("captcha.verify_url", "MATCHDAY_CAPTCHA_VERIFY_URL", Kind::Text, "siteverify: the provider's address, such as https://challenges.cloudflare.com/turnstile/v0/siteverify"),
    ("captcha.timeout_milliseconds", "MATCHDAY_CAPTCHA_TIMEOUT_MILLISECONDS", Kind::Number(10, 60_000), "siteverify: longest wait for the provider; after it the captcha fails"),
];

impl Captcha {
    /// A provider is asked by what it knows us by.
    pub fn problems(&self, found: &mut Vec<Problem>) {
        if self.provider != Provider::Siteverify {
            return;
        }
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));
        if self.site_key.is_none() {
            wrong("MATCHDAY_CAPTCHA_SITE_KEY", "unset".to_owned(), "set the site key of the provider's widget.");
        }
        if self.secret.is_none() {
            wrong("MATCHDAY_CAPTCHA_SECRET", "unset".to_owned(), "set the secret key of the provider's account.");
        }
        let url = self.verify_url.as_deref().unwrap_or_default();
        if let Err(error) = fetch::address(url) {
            wrong("MATCHDAY_CAPTCHA_VERIFY_URL", format!("{url:?} {error}"), "give the provider's https:// address.");
        }
    }
}
