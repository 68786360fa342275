//! Stripe: its key, where it is and how long it may take; without a key, `dev` takes play money and `prod` none. The
//! webhook's secret is the sandbox's too.

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
    secret::Secret,
    weakness::weakness,
};

use super::site::Env;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stripe {
    pub secret_key: Option<Secret>,
    pub webhook_secret: Option<Secret>,
    /// What Stripe's script in a browser knows the site by; it is public.
    pub publishable_key: Option<String>,
    pub api_base: Option<String>,
    /// How long one call may take, all its tries together.
    pub timeout_seconds: u64,
}

impl Default for Stripe {
    fn default() -> Self {
        Self { secret_key: None, webhook_secret: None, publishable_key: None, api_base: None, timeout_seconds: 10 }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("stripe.secret_key", "STRIPE_SECRET_KEY", Kind::Text, "sk_test_… in dev, sk_live_… in prod; unset: dev uses the sandbox, prod takes no payments"),
    ("stripe.webhook_secret", "STRIPE_WEBHOOK_SECRET", Kind::Text, "whsec_…, the signing secret of the endpoint /webhooks/stripe; required in prod with a secret key, to verify Stripe's webhooks. Unset in dev: the sandbox makes its own, and Stripe is polled"),
    ("stripe.publishable_key", "STRIPE_PUBLISHABLE_KEY", Kind::Text, "pk_test_… in dev, pk_live_… in prod: the public key of Stripe's script in the browser; unset: pages cannot take cards with Stripe"),
    ("stripe.api_base", "STRIPE_API_BASE", Kind::Text, "https://host[:port] to use in place of Stripe's own API; http:// in dev only"),
    ("stripe.timeout_seconds", "MATCHDAY_STRIPE_TIMEOUT_SECONDS", Kind::Number(1, 60), "longest time for one call of Stripe, with its retries"),
];

impl Stripe {
    /// A key of test mode takes no money, and one of live mode takes real money from a developer who tries something out.
    pub(super) fn problems(&self, env: Env, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: &str, right: &str| found.push(Problem::new(setting, wrong, right));

        let (mode, other) = if env == Env::Prod { ("live", "test") } else { ("test", "live") };
        if let Some(key) = self.secret_key.as_ref().map(Secret::expose) {
            let is_of = |mode: &str| ["sk", "rk"].iter().any(|kind| key.starts_with(&format!("{kind}_{mode}_")));
            let right = format!("give sk_{mode}_… or rk_{mode}_… of Stripe's dashboard.");
            if is_of(other) {
                wrong("STRIPE_SECRET_KEY", &format!("a key of {other} mode in ENV={}", env.as_str()), &right);
            } else if !is_of(mode) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                wrong("STRIPE_SECRET_KEY", "not a secret key of Stripe", &right);
            }
        }
        if let Some(key) = &self.publishable_key {
            let right = format!("give pk_{mode}_… of Stripe's dashboard.");
            // Whoever asks is shown it: a secret key in its place would be given away.
            if key.starts_with("sk_") || key.starts_with("rk_") {
                wrong("STRIPE_PUBLISHABLE_KEY", "a secret key, which browsers must never receive", &right);
            } else if key.starts_with(&format!("pk_{other}_")) {
                wrong("STRIPE_PUBLISHABLE_KEY", &format!("a key of {other} mode in ENV={}", env.as_str()), &right);
            } else if !key.starts_with(&format!("pk_{mode}_")) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
                wrong("STRIPE_PUBLISHABLE_KEY", "not a publishable key of Stripe", &right);
            }
        }
        if let Some(base) = &self.api_base {
            let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
            let host = host.map(|host| host.strip_suffix('/').unwrap_or(host)).unwrap_or_default();
            let is_host =
                !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
            if !is_host {
                let right = "write https://host or https://host:port, or leave it unset for Stripe's own.";
                wrong("STRIPE_API_BASE", &format!("{base:?} is not the web address of a host"), right);
            } else if env == Env::Prod && base.starts_with("http://") {
                wrong("STRIPE_API_BASE", "unencrypted, and ENV=prod sends a key there", "write https://.");
            }
        }
        if env == Env::Prod && self.secret_key.is_some() {
            let right = "give the endpoint's signing secret, whsec_…, of Stripe's dashboard.";
            match &self.webhook_secret {
                None => wrong(
                    "STRIPE_WEBHOOK_SECRET",
                    "unset, and required with ENV=prod to verify Stripe's webhooks",
                    right,
                ),
                Some(secret) => {
                    if let Some(weakness) = weakness(secret.expose()) {
                        wrong("STRIPE_WEBHOOK_SECRET", weakness, right);
                    }
                }
            }
        }
    }
}
