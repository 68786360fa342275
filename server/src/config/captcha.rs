//! Captchas: who asks and judges them, how hard ours are, and how long one is good for.

use serde::{Deserialize, Serialize};

use super::secret::Secret;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Captcha {
    pub provider: Provider,
    /// The largest number that a client may have to find; it tries half as many on average.
    pub max_number: u64,
    pub challenge_seconds: u64,
    pub pass_seconds: u64,
    /// What the provider knows the site's pages by; everybody may see it.
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
