//! Keys of captchas, derived from the site's secret: all instances have the same, and no other site has.

use aws_lc_rs::{
    hkdf::{HKDF_SHA256, Salt},
    hmac::{self, HMAC_SHA256},
};

use crate::config::secret::Secret;

/// Tells these uses of the site's secret from every other.
const CHALLENGES: &str = "matchday captcha challenges 1";
const PASSES: &str = "matchday captcha passes 1";

pub(super) struct Keys {
    pub(super) challenges: hmac::Key,
    pub(super) passes: hmac::Key,
}

impl Keys {
    pub(super) fn of(secret: &Secret, site: &str) -> Self {
        let extracted = Salt::new(HKDF_SHA256, &[]).extract(secret.expose().as_bytes());
        let key = |purpose: &str| {
            let mut bytes = [0_u8; 32];
            extracted
                .expand(&[purpose.as_bytes(), site.as_bytes()], HKDF_SHA256)
                .and_then(|derived| derived.fill(&mut bytes))
                .expect("the key is shorter than what HKDF can give");
            hmac::Key::new(HMAC_SHA256, &bytes)
        };
        Self { challenges: key(CHALLENGES), passes: key(PASSES) }
    }
}
