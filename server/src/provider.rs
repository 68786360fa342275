//! The identity provider's keys, and where it is asked: fetched in the background, by one task, again and again.
//!
//! Requests never fetch: one whose token names an unknown key wakes this task and waits for its next round. While the
//! provider is away the keys that are known stay in use.

use std::{sync::Arc, time::Duration};

use domain::{
    App,
    accounts::provider::{Client, Endpoints, Provider},
    work::Backoff,
};
use fetch::{FetchError, Fetcher};
use metrics::Counter;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::token_client::TokenClient;
use crate::config::{Config, oidc::Oidc};

mod token_client;

/// A round, the discovery included, takes no longer: tokens wait for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keys and what tells where they are have a few kilobytes.
const BYTES_MAX: usize = 256 * 1_024;

/// How soon a round that failed is followed by the next; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
enum Unfetched {
    #[error("{url}: {error}")]
    Fetch { url: String, error: FetchError },
    #[error("{url} is not JSON of the expected form: {error}")]
    Form { url: String, error: serde_json::Error },
    #[error("{url} belongs to the issuer {found:?}")]
    OtherIssuer { url: String, found: String },
    #[error("{url} names no usable {what}")]
    Endpoint { url: String, what: &'static str },
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
    #[error(transparent)]
    NoKeys(#[from] domain::accounts::provider::NoKeys),
}

/// `OpenID` Connect Discovery 1.0, as far as it is needed.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    /// By default by a header alone.
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// The provider with the site as its client, where browsers sign in at it.
pub(crate) fn with_client(provider: Provider, config: &Config) -> Provider {
    let Some(client) = config.oidc.client(&config.http) else { return provider };
    let tokens = TokenClient::new(client.id.clone(), config.oidc.client_secret.clone());
    provider.with_client(Client::new(client, Arc::new(tokens)))
}

/// Keeps the provider's keys fresh until `stop`.
pub(crate) async fn run(app: Arc<App>, oidc: Oidc, stop: CancellationToken) {
    let Some(provider) = &app.accounts.provider else {
        return stop.cancelled().await;
    };
    let fetcher = Fetcher::new(PATIENCE, BYTES_MAX);
    // A first failure shows as an increase.
    fetches("failed").increment(0);
    let mut failures = 0;
    while !stop.is_cancelled() {
        let wait = match round(provider, &fetcher, &oidc).await {
            Ok(count) => {
                tracing::debug!(count, "identity provider's keys fetched");
                failures = 0;
                Duration::from_secs(oidc.refresh_seconds)
            }
            Err(error) => {
                tracing::warn!(%error, "the identity provider's keys can't be fetched; the known ones stay in use");
                failures += 1;
                Backoff { first: FIRST_WAIT, longest: LONGEST_WAIT }.wait(failures - 1)
            }
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = provider.refresh_requested() => {}
            () = stop.cancelled() => {}
        }
    }
}

fn fetches(outcome: &'static str) -> Counter {
    metrics::counter!("matchday_oidc_fetches_total", "outcome" => outcome)
}

async fn round(provider: &Provider, fetcher: &Fetcher, oidc: &Oidc) -> Result<usize, Unfetched> {
    let fetching = keys(fetcher, oidc, provider.client());
    let fetched = timeout(PATIENCE, fetching).await.unwrap_or(Err(Unfetched::Late));
    let learnt = match fetched {
        Ok(keys) => provider.set_keys(&keys).map_err(Unfetched::from),
        Err(error) => {
            provider.fetch_failed();
            Err(error)
        }
    };
    let outcome = if learnt.is_ok() { "ok" } else { "failed" };
    fetches(outcome).increment(1);
    metrics::gauge!("matchday_oidc_keys").set(u32::try_from(provider.known_keys()).unwrap_or(u32::MAX));
    learnt
}

/// The keys; on the way there the client learns where the provider is asked.
async fn keys(fetcher: &Fetcher, oidc: &Oidc, client: Option<&Client>) -> Result<Value, Unfetched> {
    let issuer = oidc.issuer.as_deref().unwrap_or_default();
    let url = match (&oidc.jwks_url, client) {
        (Some(url), None) => url.clone(),
        (Some(url), Some(client)) => {
            // Tokens are judged by their keys also where nobody can sign in.
            if let Err(error) = discovered(fetcher, issuer, Some(client)).await {
                tracing::warn!(%error, "the identity provider's configuration can't be fetched; the known one stays in use");
            }
            url.clone()
        }
        (None, client) => discovered(fetcher, issuer, client).await?,
    };
    json(fetcher, &url).await
}

/// Where the issuer's own document says that its keys are.
async fn discovered(fetcher: &Fetcher, issuer: &str, client: Option<&Client>) -> Result<String, Unfetched> {
    let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let discovery: Discovery = json(fetcher, &url).await?;
    if discovery.issuer != issuer {
        return Err(Unfetched::OtherIssuer { url, found: discovery.issuer });
    }
    if let Some(client) = client {
        let named = |what, named: Option<String>| {
            let named = named.filter(|named| fetch::address(named).is_ok());
            named.ok_or_else(|| Unfetched::Endpoint { url: url.clone(), what })
        };
        let methods = discovery.token_endpoint_auth_methods_supported;
        client.set_endpoints(Endpoints {
            authorization: named("authorization_endpoint", discovery.authorization_endpoint)?,
            token: named("token_endpoint", discovery.token_endpoint)?,
            names_issuer: discovery.authorization_response_iss_parameter_supported,
            takes_basic: methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic")),
        });
    }
    Ok(discovery.jwks_uri)
}

async fn json<T: for<'a> Deserialize<'a>>(fetcher: &Fetcher, url: &str) -> Result<T, Unfetched> {
    let url = || url.to_owned();
    let bytes = fetcher.json(&url()).await.map_err(|error| Unfetched::Fetch { url: url(), error })?;
    serde_json::from_slice(&bytes).map_err(|error| Unfetched::Form { url: url(), error })
}
