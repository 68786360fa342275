//! The identity provider whose tokens are accepted beside our own, by `OpenID` Connect's words; without an issuer none.

use std::time::Duration;

use chrono::TimeDelta;
use domain::accounts::provider::{self, ALGORITHMS, ClientConfig, Provider, ProviderConfig};
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{DAY, Kind, Row},
    secret::Secret,
};

use super::http::Http;

/// The scope without which there is no ID token.
const OPENID: &str = "openid";

/// Where the provider sends browsers back to, below the site's address.
const CALLBACK: &str = "/auth/callback";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// `iss` of its tokens, to the letter.
    pub issuer: Option<String>,
    /// One of these is in the claim that says whom its tokens are for.
    pub audiences: Vec<String>,
    /// That claim.
    pub audience_claim: String,
    /// Where its keys are; unset, its discovery document says so.
    pub jwks_url: Option<String>,
    pub algorithms: Vec<String>,
    pub role_claim: Option<String>,
    pub admin_values: Vec<String>,
    pub steward_values: Vec<String>,
    /// What the provider calls this site, where browsers sign in at it by this site; unset, they do so by pages of their own.
    pub client_id: Option<String>,
    /// Unset for a client that keeps none.
    pub client_secret: Option<Secret>,
    pub scopes: Vec<String>,
    /// What pages call the provider.
    pub name: Option<String>,
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
            audience_claim: provider::AUD.to_owned(),
            jwks_url: None,
            algorithms: ["RS256", "ES256", "EdDSA"].map(str::to_owned).to_vec(),
            role_claim: None,
            admin_values: Vec::new(),
            steward_values: Vec::new(),
            client_id: None,
            client_secret: None,
            scopes: [OPENID, "profile", "email"].map(str::to_owned).to_vec(),
            name: None,
            refresh_seconds: 300,
            unknown_key_seconds: 10,
            skew_seconds: 30,
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("oidc.issuer", "MATCHDAY_OIDC_ISSUER", Kind::Text, "identity provider whose tokens are accepted beside our own: `iss` of them, to the letter; unset: none"),
    ("oidc.audiences", "MATCHDAY_OIDC_AUDIENCES", Kind::List, "names of this site to the provider: one of them is in `aud` of its tokens"),
    ("oidc.audience_claim", "MATCHDAY_OIDC_AUDIENCE_CLAIM", Kind::Text, "the claim that has that name; aud, or client_id for Amazon Cognito's access tokens"),
    ("oidc.jwks_url", "MATCHDAY_OIDC_JWKS_URL", Kind::Text, "where the provider's keys are; unset: where <issuer>/.well-known/openid-configuration says"),
    ("oidc.algorithms", "MATCHDAY_OIDC_ALGORITHMS", Kind::List, "what the provider's tokens may be signed by: RS256 to RS512, PS256 to PS512, ES256, ES384, EdDSA"),
    ("oidc.role_claim", "MATCHDAY_OIDC_ROLE_CLAIM", Kind::Text, "claim that says what somebody may do, such as roles or /realm_access/roles; unset: `matchday user promote` says"),
    ("oidc.admin_values", "MATCHDAY_OIDC_ADMIN_VALUES", Kind::List, "what that claim says of admins; without one of these and the next somebody is a customer"),
    ("oidc.steward_values", "MATCHDAY_OIDC_STEWARD_VALUES", Kind::List, "what that claim says of stewards"),
    ("oidc.client_id", "MATCHDAY_OIDC_CLIENT_ID", Kind::Text, "what the provider calls this site, for /auth/sign-in: browsers sign in there and come back to <http.public_url>/auth/callback; unset: no such page"),
    ("oidc.client_secret", "MATCHDAY_OIDC_CLIENT_SECRET", Kind::Text, "what the site shows the provider then; unset for a public client"),
    ("oidc.scopes", "MATCHDAY_OIDC_SCOPES", Kind::List, "what the site asks for then: openid and more; offline_access where the provider gives refresh tokens for that alone"),
    ("oidc.name", "MATCHDAY_OIDC_NAME", Kind::Text, "what pages call the provider, on the button that leads there; unset: the host of oidc.issuer"),
    ("oidc.refresh_seconds", "MATCHDAY_OIDC_REFRESH_SECONDS", Kind::Number(1, DAY), "how often the provider's keys are fetched"),
    ("oidc.unknown_key_seconds", "MATCHDAY_OIDC_UNKNOWN_KEY_SECONDS", Kind::Number(1, 3_600), "how often tokens of unknown keys make us fetch them, at most"),
    ("oidc.skew_seconds", "MATCHDAY_OIDC_SKEW_SECONDS", Kind::Number(0, 300), "how far the provider's clock and ours may differ"),
];

impl Oidc {
    /// The provider, where there is one; its keys are still to be fetched.
    pub(crate) fn provider(&self) -> Option<Provider> {
        let config = ProviderConfig {
            issuer: self.issuer.clone()?,
            audiences: self.audiences.clone(),
            audience_claim: self.audience_claim.clone(),
            algorithms: self.algorithms.iter().filter_map(|name| provider::algorithm(name)).collect(),
            role_claim: self.role_claim.clone(),
            admins: self.admin_values.clone(),
            stewards: self.steward_values.clone(),
            skew: TimeDelta::seconds(self.skew_seconds.into()),
            unknown_key_wait: Duration::from_secs(self.unknown_key_seconds),
        };
        Some(Provider::new(config))
    }

    /// What the site is to the provider, where browsers sign in at it by this site.
    pub(crate) fn client(&self, http: &Http) -> Option<ClientConfig> {
        let site = http.public_url.as_deref()?.trim_end_matches('/');
        let issuer = self.issuer.as_deref()?;
        let host = issuer.split('/').find(|part| !part.is_empty() && !part.ends_with(':')).unwrap_or(issuer);
        Some(ClientConfig {
            id: self.client_id.clone()?,
            scopes: self.scopes.clone(),
            redirect_uri: format!("{site}{CALLBACK}"),
            name: self.name.clone().unwrap_or_else(|| host.to_owned()),
        })
    }

    /// What the settings of the browsers' way there lack.
    fn client_problems(&self, http: &Http, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: &str, right: &str| found.push(Problem::new(setting, wrong, right));
        if self.client_id.is_none() {
            if self.client_secret.is_some() {
                let right = "give what the provider calls this site, or unset the secret.";
                wrong("MATCHDAY_OIDC_CLIENT_ID", "unset, but its secret is set", right);
            }
            return;
        }
        if http.public_url.is_none() {
            let right = "write where visitors reach the site: the provider sends them back there.";
            wrong("MATCHDAY_PUBLIC_URL", "unset, but browsers are to sign in at the identity provider", right);
        }
        let is_scope = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
        if !self.scopes.iter().any(|scope| scope == OPENID) || !self.scopes.iter().all(is_scope) {
            let right = "name openid and what else the provider knows, such as profile, email.";
            wrong("MATCHDAY_OIDC_SCOPES", "without openid, or with something that is no scope", right);
        }
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > 64) {
            wrong("MATCHDAY_OIDC_NAME", "empty or longer than 64 characters", "write what fans call the provider.");
        }
    }

    /// What single values cannot show.
    pub(super) fn problems(&self, http: &Http, found: &mut Vec<Problem>) {
        self.client_problems(http, found);
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        for (setting, url) in [("MATCHDAY_OIDC_ISSUER", &self.issuer), ("MATCHDAY_OIDC_JWKS_URL", &self.jwks_url)] {
            if let Some(url) = url
                && let Err(error) = fetch::address(url)
            {
                let right = "write https://host/path; http:// is for a provider on this machine.";
                wrong(setting, format!("{url:?} {error}"), right);
            }
        }
        if self.issuer.as_ref().is_some_and(|issuer| issuer.chars().count() > 255) {
            wrong("MATCHDAY_OIDC_ISSUER", "longer than 255 characters".to_owned(), "take a shorter name.");
        }
        let has_more = !self.audiences.is_empty()
            || self.jwks_url.is_some()
            || self.role_claim.is_some()
            || self.client_id.is_some();
        if self.issuer.is_none() && has_more {
            let right = "give `iss` of the provider's tokens, or unset the others.";
            wrong("MATCHDAY_OIDC_ISSUER", "unset, but others of its section are set".to_owned(), right);
        }
        if self.audience_claim.trim().is_empty() {
            let right =
                "name the claim that says whom a token is for: aud, or client_id for Amazon Cognito's access tokens.";
            wrong("MATCHDAY_OIDC_AUDIENCE_CLAIM", "empty".to_owned(), right);
        }
        if self.issuer.is_some() && self.audiences.is_empty() {
            let right =
                "name this site as the provider's tokens do in `aud`: else tokens for its other customers would do.";
            wrong("MATCHDAY_OIDC_AUDIENCES", "empty".to_owned(), right);
        }
        for name in self.algorithms.iter().filter(|name| !ALGORITHMS.contains(&name.as_str())) {
            let right = format!("take some of {}: none by a secret that is shared.", ALGORITHMS.join(", "));
            wrong("MATCHDAY_OIDC_ALGORITHMS", format!("{name:?} signs nothing that is accepted"), &right);
        }
        if self.algorithms.is_empty() {
            wrong("MATCHDAY_OIDC_ALGORITHMS", "empty".to_owned(), "name what the provider signs by, such as RS256.");
        }
        let has_values = !self.admin_values.is_empty() || !self.steward_values.is_empty();
        if has_values != self.role_claim.is_some() {
            let right = "set the claim and what it says of admins or stewards, or none of them.";
            wrong("MATCHDAY_OIDC_ROLE_CLAIM", "roles need a claim and its values".to_owned(), right);
        }
    }
}
