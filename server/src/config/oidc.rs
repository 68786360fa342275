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
    ("oidc.issuer", "MATCHDAY_OIDC_ISSUER", Kind::Text, "identity provider whose tokens are accepted in addition: exactly the `iss` of its tokens; unset: none"),
    ("oidc.audiences", "MATCHDAY_OIDC_AUDIENCES", Kind::List, "the site's names at the provider; `aud` of its tokens must contain one"),
    ("oidc.audience_claim", "MATCHDAY_OIDC_AUDIENCE_CLAIM", Kind::Text, "the claim that is compared with `audiences`; client_id for Amazon Cognito's access tokens"),
    ("oidc.jwks_url", "MATCHDAY_OIDC_JWKS_URL", Kind::Text, "address of the provider's keys; unset: from <issuer>/.well-known/openid-configuration"),
    ("oidc.algorithms", "MATCHDAY_OIDC_ALGORITHMS", Kind::List, "allowed signatures of the provider's tokens: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA"),
    ("oidc.role_claim", "MATCHDAY_OIDC_ROLE_CLAIM", Kind::Text, "claim that contains the user's roles, such as roles or /realm_access/roles; unset: `matchday user promote` sets roles"),
    ("oidc.admin_values", "MATCHDAY_OIDC_ADMIN_VALUES", Kind::List, "values of that claim that make a user an admin; a user with none of these and of the next is a customer"),
    ("oidc.steward_values", "MATCHDAY_OIDC_STEWARD_VALUES", Kind::List, "values of that claim that make a user a steward"),
    ("oidc.client_id", "MATCHDAY_OIDC_CLIENT_ID", Kind::Text, "the site's client id at the provider, for sign-in in a browser at /auth/sign-in; the provider must allow <http.public_url>/auth/callback. Unset: no such page"),
    ("oidc.client_secret", "MATCHDAY_OIDC_CLIENT_SECRET", Kind::Text, "the site's client secret at the provider; unset: a public client"),
    ("oidc.scopes", "MATCHDAY_OIDC_SCOPES", Kind::List, "requested scopes; add offline_access if the provider needs it for refresh tokens"),
    ("oidc.name", "MATCHDAY_OIDC_NAME", Kind::Text, "the provider's name on the sign-in button; unset: the host of oidc.issuer"),
    ("oidc.refresh_seconds", "MATCHDAY_OIDC_REFRESH_SECONDS", Kind::Number(1, DAY), "how often the provider's keys are fetched"),
    ("oidc.unknown_key_seconds", "MATCHDAY_OIDC_UNKNOWN_KEY_SECONDS", Kind::Number(1, 3_600), "shortest time between two fetches that tokens with unknown keys cause"),
    ("oidc.skew_seconds", "MATCHDAY_OIDC_SKEW_SECONDS", Kind::Number(0, 300), "allowed difference between the provider's clock and the site's"),
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
                let right = "set the client id that the provider gave this site, or unset the secret.";
                wrong("MATCHDAY_OIDC_CLIENT_ID", "unset, but its secret is set", right);
            }
            return;
        }
        if http.public_url.is_none() {
            let right = "set the address where visitors reach the site: the provider sends them back there.";
            wrong("MATCHDAY_PUBLIC_URL", "unset, but browsers are to sign in at the identity provider", right);
        }
        let is_scope = |scope: &String| !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
        if !self.scopes.iter().any(|scope| scope == OPENID) || !self.scopes.iter().all(is_scope) {
            let right = "name openid and what else the provider knows, such as profile, email.";
            wrong("MATCHDAY_OIDC_SCOPES", "without openid, or with a value that is not a scope", right);
        }
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty() || name.chars().count() > 64) {
            wrong(
                "MATCHDAY_OIDC_NAME",
                "empty or longer than 64 characters",
                "write the name of the provider as fans know it.",
            );
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
            let right = "name the claim that says which client a token is for: aud, or client_id for Amazon Cognito's access tokens.";
            wrong("MATCHDAY_OIDC_AUDIENCE_CLAIM", "empty".to_owned(), right);
        }
        if self.issuer.is_some() && self.audiences.is_empty() {
            let right = "write the values that the provider's tokens for this site have in `aud`: otherwise tokens for its other clients would be accepted.";
            wrong("MATCHDAY_OIDC_AUDIENCES", "empty".to_owned(), right);
        }
        for name in self.algorithms.iter().filter(|name| !ALGORITHMS.contains(&name.as_str())) {
            let right =
                format!("use some of {}: algorithms with a shared secret are not accepted.", ALGORITHMS.join(", "));
            wrong("MATCHDAY_OIDC_ALGORITHMS", format!("{name:?} is not an accepted algorithm"), &right);
        }
        if self.algorithms.is_empty() {
            wrong(
                "MATCHDAY_OIDC_ALGORITHMS",
                "empty".to_owned(),
                "name an algorithm that the provider signs with, such as RS256.",
            );
        }
        let has_values = !self.admin_values.is_empty() || !self.steward_values.is_empty();
        if has_values != self.role_claim.is_some() {
            let right = "set the claim and its values for admins or stewards, or none of them.";
            wrong("MATCHDAY_OIDC_ROLE_CLAIM", "roles need a claim and its values".to_owned(), right);
        }
    }
}
