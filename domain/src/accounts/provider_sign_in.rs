//! Signing in at the identity provider by a browser: the authorization code flow of `OpenID` Connect with PKCE, from the way
//! there to the session that the browser keeps.
//!
//! What the browser keeps is a token of the provider's that this site accepts: its access token where that is one, or else
//! its ID token. The provider's refresh token stays here, sealed; the browser has a handle.
//!
//! Invariant: a sign-in ends in the browser that began it, once, with what its own provider said.

use std::time::Duration;

use thiserror::Error;

use super::{
    AccountError, Session, Viewer, find, identify,
    provider::{self, Client, GrantError, Granted, Provider},
    tokens,
};
use crate::App;

mod sessions;
mod state;

pub use sessions::{forget, renew, run};
pub(super) use sessions::{forget_account, is_handle, sign_out, signed_in_at};
use state::State;

/// How long the way there and back may take.
pub const LIFE: Duration = Duration::from_secs(600);

/// Browsers drop cookies above 4,096 bytes, name included, without a word.
const TOKEN_BYTES: usize = 3_800;

/// Characters of a browser's key: 256 bits in base64.
const BROWSER_LENGTH: usize = 43;

/// Where a browser is sent to, and what it keeps until it comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    pub endpoint: String,
    pub parameters: Vec<(&'static str, String)>,
    /// The browser's key, for a cookie.
    pub browser: String,
}

/// What a browser brings back.
#[derive(Debug, Clone, Default)]
pub struct Returned {
    pub code: Option<String>,
    pub state: Option<String>,
    pub issuer: Option<String>,
    pub error: Option<String>,
}

/// Why nobody is signed in.
#[derive(Debug, Error)]
pub enum SignInError {
    #[error("sign-in at an identity provider is not set up")]
    NotOffered,
    #[error("this sign-in was started in another browser or more than ten minutes ago")]
    Unknown,
    #[error("this sign-in was already used")]
    Used,
    #[error("the response does not come from the identity provider")]
    OtherIssuer,
    /// By the provider's code.
    #[error("the identity provider responded with {0}")]
    Refused(String),
    #[error("the identity provider can't be reached: {0}")]
    Away(String),
    #[error("the identity provider's tokens can't be used: {0}")]
    Untrusted(&'static str),
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl From<GrantError> for SignInError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::Refused(code) => Self::Refused(code),
            GrantError::Away(why) => Self::Away(why),
        }
    }
}

/// What pages call the provider that browsers sign in at; `None` where they can't.
pub fn name(app: &App) -> Option<&str> {
    let client = app.accounts.provider.as_ref()?.client()?;
    Some(&client.config.name)
}

fn offered(app: &App) -> Result<(&Provider, &Client), SignInError> {
    let provider = app.accounts.provider.as_ref().ok_or(SignInError::NotOffered)?;
    Ok((provider, provider.client().ok_or(SignInError::NotOffered)?))
}

/// Begins a sign-in. `browser` is the key that the browser has of another one that is on its way; what is no path of this origin
/// is not gone on at. Asked `anew`, the provider has its user show again who they are.
///
/// # Errors
/// `NotOffered`; `Away` as long as the provider has not said where browsers are sent to.
pub fn begin(app: &App, browser: Option<&str>, next: Option<&str>, anew: bool) -> Result<Beginning, SignInError> {
    let (_, client) = offered(app)?;
    let endpoints = client
        .endpoints()
        .ok_or_else(|| SignInError::Away("its configuration does not name the address".to_owned()))?;
    let is_key = |browser: &&str| {
        browser.len() == BROWSER_LENGTH
            && browser.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let browser = browser.filter(is_key).map_or_else(tokens::random, |browser| Ok(browser.to_owned()))?;
    let state = State::new(app.accounts.sign_ins(), &browser, next, app.clock.now());
    let state = state.ok_or_else(|| AccountError::Internal("no randomness".to_owned()))?;
    let config = &client.config;
    let mut parameters = vec![
        ("response_type", "code".to_owned()),
        ("client_id", config.id.clone()),
        ("redirect_uri", config.redirect_uri.clone()),
        ("scope", config.scopes.join(" ")),
        ("code_challenge_method", "S256".to_owned()),
        ("code_challenge", state.challenge()),
        ("nonce", state.nonce),
        ("state", state.text),
    ];
    if anew {
        // A provider that is asked so says in the ID token when that was (`OpenID` Connect Core, section 3.1.2.1).
        parameters.push(("max_age", "0".to_owned()));
    }

    Ok(Beginning { endpoint: endpoints.authorization.clone(), parameters, browser })
}

/// Ends a sign-in: exchanges what the browser brings for a session, and says where it goes on.
///
/// # Errors
/// As each says; a code is sent to the provider once, and only for the browser that began the sign-in.
pub async fn finish(app: &App, browser: Option<&str>, returned: Returned) -> Result<(Session, String), SignInError> {
    let (provider, client) = offered(app)?;
    let state = returned.state.as_deref().zip(browser);
    let state = state.and_then(|(text, browser)| State::read(app.accounts.sign_ins(), browser, text, app.clock.now()));
    let state = state.ok_or(SignInError::Unknown)?;
    let is_named = client.endpoints().is_some_and(|endpoints| endpoints.names_issuer);
    match returned.issuer {
        Some(issuer) if issuer != provider.issuer() => return Err(SignInError::OtherIssuer),
        None if is_named => return Err(SignInError::OtherIssuer),
        _ => {}
    }
    if let Some(code) = returned.error {
        return Err(SignInError::Refused(code));
    }
    let code = returned.code.ok_or(SignInError::Unknown)?;
    let handle = sessions::claim(app, &state.text).await?;
    let granted = client
        .grant(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &client.config.redirect_uri),
            ("code_verifier", &state.verifier),
        ])
        .await?;

    let id_token = granted.id_token.as_deref().ok_or(SignInError::Untrusted("the ID token is missing"))?;
    let expected = (client.config.id.as_str(), state.nonce.as_str());
    let (user, signed_in_at) = match provider::account_of_id_token(app, provider, id_token, expected).await {
        Err(AccountError::InvalidToken | AccountError::ExpiredToken) => {
            return Err(SignInError::Untrusted("the ID token belongs to another sign-in"));
        }
        user => user?,
    };
    let (token, viewer) = usable(app, provider, &granted).await?;
    if viewer.user_id != user.id {
        return Err(SignInError::Untrusted("its tokens have different subjects"));
    }
    let session = sessions::open(app, handle, (token, viewer), signed_in_at, granted.refresh_token).await?;

    Ok((session, state.next))
}

/// The token that its bearer is known by here: the access token, or else the ID token.
async fn usable(app: &App, provider: &Provider, granted: &Granted) -> Result<(String, Viewer), SignInError> {
    let mut why = "none is accepted under `oidc.audiences` and the other settings of that section";
    for token in [&granted.access_token, &granted.id_token].into_iter().flatten() {
        if !provider.is_named_by(token) {
            continue;
        }
        if token.len() > TOKEN_BYTES {
            why = "they are too long for a cookie; have the provider put fewer claims into them";
            continue;
        }
        match identify(app, token).await {
            Ok((viewer, _)) => return Ok((token.clone(), viewer)),
            Err(AccountError::InvalidToken | AccountError::ExpiredToken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(SignInError::Untrusted(why))
}

/// A session of the provider's as its browser keeps it.
async fn shown(
    app: &App,
    (token, viewer): (String, Viewer),
    handle: String,
    refresh_lifetime: Option<Duration>,
) -> Result<Session, AccountError> {
    let user = find(app, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    let access_lifetime = (viewer.expires_at - app.clock.now()).to_std().unwrap_or_default();
    Ok(Session {
        user,
        family: None,
        access_token: token,
        refresh_token: handle,
        expires_at: viewer.expires_at,
        access_lifetime,
        refresh_lifetime: refresh_lifetime.unwrap_or(access_lifetime),
    })
}
