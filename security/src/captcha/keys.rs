//! Keys of captchas, derived from the site's secret: all instances have the same, and no other site has.

use domain::keyring::secret;
use ring::hmac::{self, HMAC_SHA256};
use settings::secret::Secret;

/// Tells these uses of the site's secret from every other.
const CHALLENGES: &str = "matchday captcha challenges 1";
const CLEARANCES: &str = "matchday captcha passes 1";

pub(super) struct Keys {
    pub(super) challenges: hmac::Key,
    pub(super) clearances: hmac::Key,
}

impl Keys {
    pub(super) fn of(secret: &Secret, site: &str) -> Self {
        let key = |purpose: &str| {
            let derived = secret::derived(secret.expose().as_bytes(), &[purpose.as_bytes(), site.as_bytes()]);
            hmac::Key::new(HMAC_SHA256, &derived)
        };
        Self { challenges: key(CHALLENGES), clearances: key(CLEARANCES) }
    }
}
