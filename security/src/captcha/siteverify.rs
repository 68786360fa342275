//! Providers that judge by `siteverify`: they are sent the secret, what their widget gave, and the client's address, and
//! say `success`. Turnstile, hCaptcha and reCAPTCHA share this form.
//!
//! A provider that does not answer in time judges nothing: no pass is given, and the client is told to try again.

use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use fetch::Fetcher;
use metrics::counter;
use resolvers::captcha::{CaptchaError, LEVEL_MAX};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use settings::secret::Secret;

use super::Solved;
use crate::config::captcha;

/// Bytes of a response at most; reCAPTCHA's grow to some thousand.
const LONGEST: usize = 16_384;

/// Bytes of a provider's answer at most.
const ANSWER_MAX: usize = 64 * 1_024;

/// Longer than any provider lets a response be sent again.
const LIFE: TimeDelta = TimeDelta::minutes(10);

pub(super) struct Siteverify {
    pub(super) site_key: String,
    secret: Secret,
    url: String,
    fetcher: Fetcher,
}

#[derive(Deserialize)]
struct Verdict {
    success: bool,
    #[serde(default, rename = "error-codes")]
    error_codes: Vec<String>,
}

impl Siteverify {
    /// What is missing was refused with the settings.
    pub(super) fn new(config: &captcha::Captcha) -> Self {
        Self {
            site_key: config.site_key.clone().unwrap_or_default(),
            secret: config.secret.clone().unwrap_or_else(|| Secret::new("")),
            url: config.verify_url.clone().unwrap_or_default(),
            fetcher: Fetcher::new(Duration::from_millis(config.timeout_milliseconds), ANSWER_MAX),
        }
    }

    pub(super) async fn judge(
        &self,
        response: &str,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<Solved, CaptchaError> {
        if response.is_empty() || response.len() > LONGEST {
            return Err(CaptchaError::Wrong);
        }
        let address = address.map(|address| address.to_canonical().to_string()).unwrap_or_default();
        let fields = [("secret", self.secret.expose()), ("response", response), ("remoteip", &address)];
        let unavailable = |error: &dyn std::fmt::Display| {
            counter!("matchday_captcha_provider_failures_total").increment(1);
            tracing::warn!(%error, "the captcha provider does not answer");
            CaptchaError::Unavailable
        };
        let answer = self.fetcher.form(&self.url, &fields).await.map_err(|error| unavailable(&error))?;
        let verdict: Verdict = serde_json::from_slice(&answer).map_err(|error| unavailable(&error))?;
        if !verdict.success {
            tracing::debug!(codes = ?verdict.error_codes, "the captcha provider refuses a response");
            return Err(CaptchaError::Wrong);
        }
        let digest = digest(&SHA256, response.as_bytes());

        Ok(Solved {
            digest: digest.as_ref().try_into().map_err(|_| CaptchaError::Wrong)?,
            until: now + LIFE,
            level: LEVEL_MAX,
        })
    }
}
