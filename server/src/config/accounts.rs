//! Accounts: the secret behind the keys that sign access tokens, and how long a session lasts.

use std::time::Duration;

use domain::accounts::{Keys, provider::Provider};
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{DAY, Kind, Row},
    secret::Secret,
    weakness::{self, weakness},
};

use super::site::Env;

const ADVICE: &str =
    "set at least 32 random bytes, such as the output of `openssl rand -base64 48`, the same on every instance.";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Unset in `dev`, a random one is made once and kept in the data folder.
    pub jwt_secret: Option<Secret>,
    pub token_algorithm: TokenAlgorithm,
    pub access_token_seconds: u64,
    pub refresh_token_seconds: u64,
    /// How long a refresh token that was used is answered with its successor again.
    pub refresh_reuse_seconds: u64,
    pub cookies_same_site: SameSite,
    /// Whether buyers must have confirmed their email to hold or order tickets; unset, `prod` asks for it and `dev` does not.
    pub verified_email_for_holds: Option<bool>,
    /// For how many years the law makes the site keep its books, as people are told who delete their account.
    pub records_years: Option<u32>,
}

impl Default for Accounts {
    fn default() -> Self {
        Self {
            jwt_secret: None,
            token_algorithm: TokenAlgorithm::EdDsa,
            access_token_seconds: 900,
            refresh_token_seconds: 30 * 24 * 3_600,
            refresh_reuse_seconds: 20,
            cookies_same_site: SameSite::Lax,
            verified_email_for_holds: None,
            records_years: None,
        }
    }
}

/// Requests of which pages browsers send the cookies of a session with: those of the same site (a registrable domain and
/// all below it), links to it as well, or all. No protection leans on it: what may change something is judged by the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SameSite {
    Strict,
    /// With `Strict` a fan who comes back from a bank or a mail looks signed out.
    #[default]
    Lax,
    None,
}

impl From<SameSite> for &'static str {
    fn from(same_site: SameSite) -> Self {
        match same_site {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
            SameSite::None => "None",
        }
    }
}

/// What signs access tokens: a pair whose public part is published, or a secret that only instances know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TokenAlgorithm {
    #[default]
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "HS256")]
    Hs256,
}

impl From<TokenAlgorithm> for entities::signing_key::Algorithm {
    fn from(algorithm: TokenAlgorithm) -> Self {
        match algorithm {
            TokenAlgorithm::EdDsa => Self::EdDsa,
            TokenAlgorithm::Hs256 => Self::Hs256,
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("accounts.jwt_secret", "MATCHDAY_JWT_SECRET", Kind::Text, "encrypts the keys that sign tokens, 32 bytes or more; unset in dev: made once and kept in the data folder"),
    ("accounts.token_algorithm", "MATCHDAY_ACCOUNTS_TOKEN_ALGORITHM", Kind::OneOf(&["EdDSA", "HS256"]), "algorithm of new keys for access tokens; EdDSA publishes its public keys at /.well-known/jwks.json"),
    ("accounts.access_token_seconds", "MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS", Kind::Number(10, DAY), "life of an access token"),
    ("accounts.refresh_token_seconds", "MATCHDAY_ACCOUNTS_REFRESH_TOKEN_SECONDS", Kind::Number(60, 366 * DAY), "life of an unused session"),
    ("accounts.refresh_reuse_seconds", "MATCHDAY_ACCOUNTS_REFRESH_REUSE_SECONDS", Kind::Number(0, 300), "how long the second use of a refresh token returns the same answer; 0: a second use ends the session at once"),
    ("accounts.cookies_same_site", "MATCHDAY_ACCOUNTS_COOKIES_SAME_SITE", Kind::OneOf(&["Strict", "Lax", "None"]), "the SameSite attribute of session cookies: Strict (only requests from the site's pages), Lax (links to it too) or None (all)"),
    ("accounts.verified_email_for_holds", "MATCHDAY_ACCOUNTS_VERIFIED_EMAIL_FOR_HOLDS", Kind::Flag, "only users with a confirmed email can hold or order tickets; unset: in prod only"),
    ("accounts.records_years", "MATCHDAY_ACCOUNTS_RECORDS_YEARS", Kind::Number(0, 100), "for how many years after its own the law makes you keep a record of a sale; told to people who delete their account; unset: no date is told"),
];

impl Accounts {
    /// A signing secret is long enough wherever it is given, and in production hard to guess as well.
    pub(super) fn problems(&self, env: Env, found: &mut Vec<Problem>) {
        let Some(secret) = self.jwt_secret.as_ref().map(Secret::expose) else {
            if env == Env::Prod {
                found.push(Problem::new("MATCHDAY_JWT_SECRET", "unset, and required with ENV=prod", ADVICE));
            }
            return;
        };
        let counts = |_: &&str| env == Env::Prod || secret.len() < weakness::BYTES_MIN;
        if let Some(weakness) = weakness(secret).filter(counts) {
            found.push(Problem::new("MATCHDAY_JWT_SECRET", weakness, ADVICE));
        }
    }

    /// Whether buyers must have confirmed their email to hold or order tickets.
    pub(super) fn asks_for_verified_emails(&self, env: Env) -> bool {
        self.verified_email_for_holds.unwrap_or(env == Env::Prod)
    }

    /// What signs and judges tokens.
    pub(super) fn keys(&self, secret: &Secret, site: &str, provider: Option<Provider>) -> Keys {
        let mut keys = Keys::new(secret.expose().as_bytes(), site.to_owned());
        keys.algorithm = self.token_algorithm.into();
        keys.access_lifetime = Duration::from_secs(self.access_token_seconds);
        keys.refresh_lifetime = Duration::from_secs(self.refresh_token_seconds);
        keys.refresh_reuse = Duration::from_secs(self.refresh_reuse_seconds);
        keys.provider = provider;
        keys
    }
}
