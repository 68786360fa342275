//! The site as a client of the provider: what it is called there, and how the provider is asked for tokens.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

/// What the site is to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientConfig {
    /// Its name there.
    pub id: String,
    /// What it asks for: `openid` and more.
    pub scopes: Vec<String>,
    /// Where the provider sends browsers back to.
    pub redirect_uri: String,
    /// What pages call the provider.
    pub name: String,
}

/// Where the provider is asked, as its discovery document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where browsers are sent to.
    pub authorization: String,
    pub token: String,
    /// Whether each answer that a browser brings names the issuer (RFC 9207).
    pub names_issuer: bool,
    /// Whether the client's secret goes in a header, and not among the fields.
    pub takes_basic: bool,
}

/// What the provider gives for a grant.
#[derive(Clone, Default)]
pub struct Granted {
    pub access_token: Option<String>,
    pub id_token: Option<String>,
    pub refresh_token: Option<String>,
}

/// Why it gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// By a code of RFC 6749, section 5.2.
    #[error("the identity provider refused: {0}")]
    Refused(String),
    #[error("the identity provider's response cannot be used: {0}")]
    Away(String),
}

/// Asks the provider for tokens.
#[async_trait]
pub trait TokenEndpoint: Send + Sync + 'static {
    /// Sends the fields of a grant, the client's own name and secret with them, once and within some seconds.
    async fn grant(&self, endpoints: &Endpoints, fields: &[(&str, &str)]) -> Result<Granted, GrantError>;
}

/// The site as the provider's client.
pub struct Client {
    pub config: ClientConfig,
    tokens: Arc<dyn TokenEndpoint>,
    endpoints: RwLock<Option<Arc<Endpoints>>>,
}

impl Client {
    pub fn new(config: ClientConfig, tokens: Arc<dyn TokenEndpoint>) -> Self {
        Self { config, tokens, endpoints: RwLock::default() }
    }

    /// Takes what the provider's discovery document says; what it said last stays in use while it can't be had.
    pub fn set_endpoints(&self, endpoints: Endpoints) {
        *self.endpoints.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(endpoints));
    }

    /// Where the provider is asked; `None` as long as it has not said so.
    pub fn endpoints(&self) -> Option<Arc<Endpoints>> {
        self.endpoints.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(in crate::accounts) async fn grant(&self, fields: &[(&str, &str)]) -> Result<Granted, GrantError> {
        let endpoints = self
            .endpoints()
            .ok_or_else(|| GrantError::Away("its configuration does not name the address".to_owned()))?;
        self.tokens.grant(&endpoints, fields).await
    }
}
