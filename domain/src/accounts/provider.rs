//! The identity provider: keys and subjects of another operator, whose tokens are accepted beside our own.
//!
//! Its keys are handed in by the task that fetches them ([`Provider::set_keys`]); a token that names an unknown one
//! asks for them ([`Provider::refresh_requested`]) and waits for the answer, but not often. A subject is known by the
//! provider's name and its own, and gets an account here when it first comes.
//!
//! Invariant: the provider's keys verify the provider's tokens only, and ours only ours.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use entities::user;
use jsonwebtoken::{Algorithm, Header};
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use super::{AccountError, SignedBy, Viewer, standing};
use crate::App;

mod client;
mod keys;
pub(super) mod subjects;

pub use client::{Client, ClientConfig, Endpoints, GrantError, Granted, TokenEndpoint};
pub(super) use keys::Key;
use keys::KeySet;
pub use keys::{ALGORITHMS, algorithm};

/// How long a token waits for the key that it names.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long an account is not looked at again: so soon it is known who was disabled or has another role.
const LOOKS: TimeDelta = TimeDelta::seconds(60);

/// The claim that says whom a token is for, by RFC 7519.
pub const AUD: &str = "aud";

/// Kinds of tokens that say who their bearer is; a provider signs others with the same keys, such as of a sign-out.
const KINDS: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

/// What is accepted of a provider.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// `iss` of its tokens, to the letter.
    pub issuer: String,
    /// One of these is in the claim that says whom a token is for.
    pub audiences: Vec<String>,
    /// That claim: `aud`, but for providers whose access tokens have none (Amazon Cognito's say `client_id`).
    pub audience_claim: String,
    /// What its tokens may be signed by: none of these has a secret that is shared.
    pub algorithms: Vec<Algorithm>,
    /// The claim that says what a subject may do: its name, or where it begins with `/`, its place among the claims.
    /// Without one, roles are ours to give.
    pub role_claim: Option<String>,
    /// What that claim says of admins, and of stewards.
    pub admins: Vec<String>,
    pub stewards: Vec<String>,
    /// How far the provider's clock and ours may differ.
    pub skew: TimeDelta,
    /// How often unknown keys make us ask for the provider's, at most.
    pub unknown_key_wait: Duration,
}

/// A provider whose tokens are accepted, and its keys as far as they are known.
pub struct Provider {
    config: ProviderConfig,
    keys: RwLock<Arc<KeySet>>,
    rounds: watch::Sender<Round>,
    last_refresh: Mutex<LastRefresh>,
    refresh: Notify,
    client: Option<Client>,
}

/// How often the keys were fetched, or could not be.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    number: u64,
    is_good: bool,
}

/// When an unknown key last made us ask, and after which round.
#[derive(Debug, Default)]
struct LastRefresh {
    at: Option<DateTime<Utc>>,
    after: Option<u64>,
}

/// Why keys were not learnt; those before stay.
#[derive(Debug, thiserror::Error)]
#[error("no key can verify tokens: none is for signatures by {0}")]
pub struct NoKeys(String);

impl Provider {
    pub fn new(config: ProviderConfig) -> Self {
        Self {
            config,
            keys: RwLock::default(),
            rounds: watch::Sender::new(Round::default()),
            last_refresh: Mutex::default(),
            refresh: Notify::new(),
            client: None,
        }
    }

    /// The same, where browsers may sign in at it by this site.
    #[must_use]
    pub fn with_client(self, client: Client) -> Self {
        Self { client: Some(client), ..self }
    }

    /// What the site is to the provider, where browsers may sign in at it.
    pub fn client(&self) -> Option<&Client> {
        self.client.as_ref()
    }

    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// Takes the provider's keys, RFC 7517, and says how many are of use. What was verified by others is verified anew.
    ///
    /// # Errors
    /// `NoKeys` where none of them is for signatures that are accepted: the keys before stay.
    pub fn set_keys(&self, published: &Value) -> Result<usize, NoKeys> {
        let known = self.keys();
        let set = match known.is_of(published) {
            true => known,
            false => Arc::new(KeySet::new(published.clone(), &self.config)),
        };
        let count = set.len();
        if count == 0 {
            self.fetch_failed();
            return Err(NoKeys(
                self.config.algorithms.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(", "),
            ));
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = set;
        self.rounds.send_modify(|round| *round = Round { number: round.number + 1, is_good: true });

        Ok(count)
    }

    /// The provider's keys could not be had: those before stay.
    pub fn fetch_failed(&self) {
        self.rounds.send_modify(|round| *round = Round { number: round.number + 1, is_good: false });
    }

    /// Resolves once a token has named an unknown key.
    pub async fn refresh_requested(&self) {
        self.refresh.notified().await;
    }

    /// Keys that tokens may be verified by.
    pub fn known_keys(&self) -> usize {
        self.keys().len()
    }

    /// Whether its keys could be had when they were last asked for.
    pub fn is_answering(&self) -> bool {
        self.rounds.borrow().is_good
    }

    fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a token says that it is the provider's. Nothing is believed of it yet but by whom it has to be verified.
    pub(super) fn is_named_by(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Named {
            iss: String,
        }
        jsonwebtoken::dangerous::insecure_decode_claims::<Named>(token)
            .is_ok_and(|named| named.iss == self.config.issuer)
    }

    /// Whether the provider says what its people may do.
    pub(super) fn gives_roles(&self) -> bool {
        self.config.role_claim.is_some()
    }

    /// Whether a key is still among those that it publishes.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.keys().has(key)
    }

    /// Whose token this is, if it was found good a moment ago.
    pub(super) fn verified(&self, token: &[u8; 32], now: DateTime<Utc>) -> Option<(Viewer, SignedBy)> {
        self.keys().verified(token, now)
    }

    fn find(&self, kid: Option<&str>) -> Option<(Arc<KeySet>, Arc<Key>)> {
        let keys = self.keys();
        keys.find(kid).map(|key| (keys, key))
    }

    /// The key of this name, with the set that it is of. One that is not known is asked for.
    async fn key(&self, kid: Option<&str>, now: DateTime<Utc>) -> Result<(Arc<KeySet>, Arc<Key>), AccountError> {
        if let Some(found) = self.find(kid) {
            return Ok(found);
        }
        // Where several keys are known, no further one tells which of them is meant.
        if kid.is_some() || self.known_keys() == 0 {
            self.refresh_and_wait(now).await;
        }
        self.find(kid).ok_or(if self.is_answering() { AccountError::InvalidToken } else { AccountError::ProviderAway })
    }

    /// Has the keys fetched, unless that was done a moment ago.
    async fn refresh_and_wait(&self, now: DateTime<Utc>) {
        if let Some(before) = self.request_refresh(now) {
            let mut rounds = self.rounds.subscribe();
            // Who has waited long enough goes on with what is known.
            let _ = timeout(PATIENCE, rounds.wait_for(|round| round.number > before)).await;
        }
    }

    /// Asks for the keys, unless that was done a moment ago. Returns the number of the round before the one that is to be
    /// waited for: all requests that ask meanwhile wait for the same.
    fn request_refresh(&self, now: DateTime<Utc>) -> Option<u64> {
        let mut last = self.last_refresh.lock().unwrap_or_else(PoisonError::into_inner);
        let round = self.rounds.borrow().number;
        if last.after == Some(round) {
            return Some(round);
        }
        if last.at.is_some_and(|at| now < at + self.config.unknown_key_wait) {
            return None;
        }
        *last = LastRefresh { at: Some(now), after: Some(round) };
        self.refresh.notify_one();

        Some(round)
    }
}

/// Whose token it is. A signature is checked, and the account looked at, once in a while: in between the result is known.
pub(super) async fn read(
    app: &App,
    provider: &Provider,
    token: &str,
    digest: [u8; 32],
) -> Result<(Viewer, SignedBy), AccountError> {
    let now = app.clock.now();
    let (keys, key, (claims, expires_at)) = verified(provider, token, &provider.config, now).await?;
    let number = standing::number(app);
    let user = subjects::account(app, &provider.config, &claims).await?;
    if user.disabled_at.is_some() {
        return Err(AccountError::Disabled);
    }
    standing::seen(app, &user, None, number);
    // A token that is renewed without its owner says no more than that of when they signed in. Where browsers have no session
    // here that this site renews, asking for one is the client's own sign-in.
    let issued_at = Some("iat").filter(|_| provider.client.is_none()).and_then(|name| time(&claims[name]));
    let proved_at = time(&claims["auth_time"]).or(issued_at);
    let viewer = Viewer { user_id: user.id, role: user.role, session: None, expires_at, proved_at };
    keys.note(digest, viewer, &key, expires_at.min(now + LOOKS));

    Ok((viewer, SignedBy::provider(key)))
}

/// The account of an ID token's subject, for whose client and sign-in it was made (`OpenID` Connect Core, section 3.1.3.7).
/// What the token says of roles counts where it is what its bearer is to be known by, so not here. With the account comes when
/// the provider asked its owner who they are, where it says so.
pub(super) async fn account_of_id_token(
    app: &App,
    provider: &Provider,
    token: &str,
    (client, nonce): (&str, &str),
) -> Result<(user::Model, Option<DateTime<Utc>>), AccountError> {
    let config = ProviderConfig {
        audiences: vec![client.to_owned()],
        audience_claim: AUD.to_owned(),
        role_claim: None,
        ..provider.config.clone()
    };
    let (.., (claims, _)) = verified(provider, token, &config, app.clock.now()).await?;
    let is_of_client = |claim: &Value| claim.is_null() || claim == client;
    if claims["nonce"] != nonce || !is_of_client(&claims["azp"]) {
        return Err(AccountError::InvalidToken);
    }
    Ok((subjects::account(app, &config, &claims).await?, time(&claims["auth_time"])))
}

/// What a token claims and until when, and the key that says so, with the set that it is of.
async fn verified(
    provider: &Provider,
    token: &str,
    config: &ProviderConfig,
    now: DateTime<Utc>,
) -> Result<(Arc<KeySet>, Arc<Key>, (Value, DateTime<Utc>)), AccountError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| AccountError::InvalidToken)?;
    let kid = kid(header)?;
    let (mut keys, mut key) = provider.key(kid.as_deref(), now).await?;
    let mut verified = verify(&key, token, config, now);
    if matches!(verified, Err(AccountError::InvalidToken)) && (kid.is_none() || key.kid.is_none()) {
        // Another key may have taken the place of the only one: no name says so.
        provider.refresh_and_wait(now).await;
        (keys, key) = provider.key(kid.as_deref(), now).await?;
        verified = verify(&key, token, config, now);
    }
    Ok((keys, key, verified?))
}

/// The name of the key, where there is one, of a token that may be believed at all. An extension that must be understood is
/// none that we do.
fn kid(header: Header) -> Result<Option<String>, AccountError> {
    let is_of_kind = header.typ.is_none_or(|kind| KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known)));
    if is_of_kind && header.crit.is_none() { Ok(header.kid) } else { Err(AccountError::InvalidToken) }
}

/// What a token claims, and until when. Times are the app's.
fn verify(
    key: &Key,
    token: &str,
    config: &ProviderConfig,
    now: DateTime<Utc>,
) -> Result<(Value, DateTime<Utc>), AccountError> {
    let invalid = |_| AccountError::InvalidToken;
    let validation = keys::validation(&key.algorithms, config).ok_or(AccountError::InvalidToken)?;
    let claims = jsonwebtoken::decode::<Value>(token, &key.verifying, &validation).map_err(invalid)?.claims;
    if config.audience_claim != AUD && !is_for_us(config, &claims[&config.audience_claim]) {
        return Err(AccountError::InvalidToken);
    }
    let time = |name: &str| match &claims[name] {
        Value::Null => Ok(None),
        written => time(written).map(Some).ok_or(AccountError::InvalidToken),
    };
    let ends_at = time("exp")?.and_then(|ends_at| ends_at.checked_add_signed(config.skew));
    let expires_at = ends_at.ok_or(AccountError::InvalidToken)?;
    if time("nbf")?.is_some_and(|begins_at| begins_at > now + config.skew) {
        return Err(AccountError::InvalidToken);
    }
    if expires_at <= now {
        return Err(AccountError::ExpiredToken);
    }

    Ok((claims, expires_at))
}

/// Whether a claim that stands for `aud` names this site: one text or several.
fn is_for_us(config: &ProviderConfig, claim: &Value) -> bool {
    let is_ours = |text: &str| config.audiences.iter().any(|audience| audience == text);
    match claim {
        Value::String(text) => is_ours(text),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).any(is_ours),
        _ => false,
    }
}

/// A `NumericDate` of RFC 7519, which may have a fraction: it is cut.
fn time(written: &Value) -> Option<DateTime<Utc>> {
    let seconds = written.as_i64().or_else(|| {
        let whole = Duration::try_from_secs_f64(written.as_f64()?).ok()?.as_secs();
        i64::try_from(whole).ok()
    })?;
    DateTime::from_timestamp(seconds, 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_may_have_a_fraction_and_is_never_a_text() {
        let seconds = |written: Value| time(&written).map(|time| time.timestamp());

        for whole in [json!(1_795_895_000), json!(1_795_895_000.0), json!(1_795_895_000.5), json!(1.795_895e9)] {
            assert_eq!(seconds(whole.clone()), Some(1_795_895_000), "{whole}");
        }
        for wrong in
            [json!("1795895000"), json!(true), json!([1_795_895_000]), json!(-0.5), json!(1e300), json!(u64::MAX)]
        {
            assert_eq!(seconds(wrong.clone()), None, "{wrong}");
        }
    }
}
