//! The provider's token endpoint, as the site's client asks it.

use std::time::Duration;

use async_trait::async_trait;
use domain::accounts::provider::{Endpoints, GrantError, Granted, TokenEndpoint};
use fetch::Fetcher;
use serde::Deserialize;
use settings::secret::Secret;

/// One answer takes no longer, and is no longer.
const PATIENCE: Duration = Duration::from_secs(8);
const BYTES_MAX: usize = 64 * 1_024;

/// Characters of an error's code that are repeated.
const CODE_LENGTH: usize = 64;

/// The site's name and secret at the provider.
pub(super) struct TokenClient {
    id: String,
    secret: Option<Secret>,
    fetcher: Fetcher,
}

/// RFC 6749, sections 5.1 and 5.2.
#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    token_type: Option<String>,
    id_token: Option<String>,
    refresh_token: Option<String>,
    error: Option<String>,
}

impl TokenClient {
    pub(super) fn new(id: String, secret: Option<Secret>) -> Self {
        // A grant works once: it is sent by no connection that may have died.
        Self { id, secret, fetcher: Fetcher::by_new_connections(PATIENCE, BYTES_MAX) }
    }
}

#[async_trait]
impl TokenEndpoint for TokenClient {
    async fn grant(&self, endpoints: &Endpoints, fields: &[(&str, &str)]) -> Result<Granted, GrantError> {
        let mut fields = fields.to_vec();
        let secret = self.secret.as_ref().map(Secret::expose);
        let login = secret.filter(|_| endpoints.takes_basic).map(|secret| (self.id.as_str(), secret));
        if login.is_none() {
            fields.push(("client_id", &self.id));
            fields.extend(secret.map(|secret| ("client_secret", secret)));
        }
        let answered = self.fetcher.form_as(&endpoints.token, login, &fields).await;
        let (status, body) = answered.map_err(|error| GrantError::Away(error.to_string()))?;
        let answer = serde_json::from_slice::<Answer>(&body)
            .map_err(|_| GrantError::Away(format!("{status}, and not JSON of the expected form")))?;
        if let Some(code) = answer.error {
            return Err(GrantError::Refused(code.chars().take(CODE_LENGTH).collect()));
        }
        if !status.is_success() {
            return Err(GrantError::Away(status.to_string()));
        }
        if answer.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err(GrantError::Away("its tokens are not bearer tokens".to_owned()));
        }
        let Answer { access_token, id_token, refresh_token, .. } = answer;
        Ok(Granted { access_token, id_token, refresh_token })
    }
}
