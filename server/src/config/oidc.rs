//! The identity provider whose tokens are accepted beside our own, by `OpenID` Connect's words; without an issuer none.

use std::time::Duration;

use chrono::TimeDelta;
use domain::accounts::provider::{self, ALGORITHMS, Provider, Terms};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::fetch;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// `iss` of its tokens, to the letter.
    pub issuer: Option<String>,
    /// One of these is in the `aud` of its tokens.
    pub audiences: Vec<String>,
    /// Where its keys are; unset, its discovery document says so.
    pub jwks_url: Option<String>,
    pub algorithms: Vec<String>,
    pub role_claim: Option<String>,
    pub admin_values: Vec<String>,
    pub steward_values: Vec<String>,
    /// How often its keys are fetched.
    pub refresh_seconds: u64,
    /// How often unknown keys make us fetch them, at most.
    pub unknown_key_seconds: u64,
    /// How far its clock and ours may differ.
    pub skew_seconds: u32,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: None,
            audiences: Vec::new(),
            jwks_url: None,
            algorithms: ["RS256", "ES256", "EdDSA"].map(str::to_owned).to_vec(),
            role_claim: None,
            admin_values: Vec::new(),
            steward_values: Vec::new(),
            refresh_seconds: 300,
            unknown_key_seconds: 10,
            skew_seconds: 30,
        }
    }
}

impl Oidc {
    /// The provider, where there is one; its keys are still to be fetched.
    pub(crate) fn provider(&self) -> Option<Provider> {
        let terms = Terms {
            issuer: self.issuer.clone()?,
            audiences: self.audiences.clone(),
            algorithms: self.algorithms.iter().filter_map(|name| provider::algorithm(name)).collect(),
            role_claim: self.role_claim.clone(),
            admins: self.admin_values.clone(),
            stewards: self.steward_values.clone(),
            skew: TimeDelta::seconds(self.skew_seconds.into()),
            unknown_key_wait: Duration::from_secs(self.unknown_key_seconds),
        };
        Some(Provider::new(terms))
    }
}

/// What single values cannot show.
pub(super) fn problems(oidc: &Oidc, problems: &mut Vec<Problem>) {
    let mut wrong = |setting: &str, wrong: String, right: &str| problems.push(Problem::new(setting, wrong, right));

    for (setting, url) in [("MATCHDAY_OIDC_ISSUER", &oidc.issuer), ("MATCHDAY_OIDC_JWKS_URL", &oidc.jwks_url)] {
        if let Some(url) = url
            && let Err(error) = fetch::address(url)
        {
            let right = "write https://host/path; http:// is for a provider on this machine.";
            wrong(setting, format!("{url:?} {error}"), right);
        }
    }
    if oidc.issuer.as_ref().is_some_and(|issuer| issuer.chars().count() > 255) {
        wrong("MATCHDAY_OIDC_ISSUER", "longer than 255 characters".to_owned(), "take a shorter name.");
    }
    let has_more = !oidc.audiences.is_empty() || oidc.jwks_url.is_some() || oidc.role_claim.is_some();
    if oidc.issuer.is_none() && has_more {
        let right = "give `iss` of the provider's tokens, or unset the others.";
        wrong("MATCHDAY_OIDC_ISSUER", "unset, but others of its section are set".to_owned(), right);
    }
    if oidc.issuer.is_some() && oidc.audiences.is_empty() {
        let right =
            "name this site as the provider's tokens do in `aud`: else tokens for its other customers would do.";
        wrong("MATCHDAY_OIDC_AUDIENCES", "empty".to_owned(), right);
    }
    for name in oidc.algorithms.iter().filter(|name| !ALGORITHMS.contains(&name.as_str())) {
        let right = format!("take some of {}: none by a secret that is shared.", ALGORITHMS.join(", "));
        wrong("MATCHDAY_OIDC_ALGORITHMS", format!("{name:?} signs nothing that is accepted"), &right);
    }
    if oidc.algorithms.is_empty() {
        wrong("MATCHDAY_OIDC_ALGORITHMS", "empty".to_owned(), "name what the provider signs by, such as RS256.");
    }
    let has_values = !oidc.admin_values.is_empty() || !oidc.steward_values.is_empty();
    if has_values != oidc.role_claim.is_some() {
        let right = "set the claim and what it says of admins or stewards, or none of them.";
        wrong("MATCHDAY_OIDC_ROLE_CLAIM", "roles need a claim and its values".to_owned(), right);
    }
}
