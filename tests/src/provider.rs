//! An identity provider under test: keys of each kind, tokens by them, and a server on this machine that publishes them
//! for as long as a test wants it to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{self, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use book::clock::Clock;
use chrono::TimeDelta;
use domain::{
    App,
    accounts::{
        self, Keys,
        provider::{AUD, ProviderConfig},
    },
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::TestApp;

/// Who issues tokens where no provider is asked for keys.
pub const ISSUER: &str = "https://login.example.com";

const SECRET: &[u8] = b"a secret of the tests, long enough for anybody";

/// Stands before the key itself in the PKCS #8 form of an RSA key of 2048 bits.
const PKCS8_OF_RSA: usize = 26;

/// A key of the provider.
pub struct SigningKey {
    pub kid: String,
    pub private: EncodingKey,
    /// What the provider publishes of it.
    pub jwk: Value,
    algorithm: Algorithm,
}

impl SigningKey {
    /// A new key for RS256, ES256 or `EdDSA`.
    pub fn new(kid: &str, algorithm: Algorithm) -> Self {
        let (private, mut jwk) = match algorithm {
            Algorithm::RS256 => rsa(),
            Algorithm::ES256 => ec(),
            Algorithm::EdDSA => ed(),
            other => panic!("no test needs a key for {other:?}"),
        };
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        Self { kid: kid.to_owned(), private, jwk, algorithm }
    }

    pub fn header(&self) -> Header {
        Header { kid: Some(self.kid.clone()), ..Header::new(self.algorithm) }
    }

    pub fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&self.header(), claims, &self.private).expect("anything can be signed")
    }
}

/// What providers publish: these keys and no other.
pub fn set(keys: &[&SigningKey]) -> Value {
    json!({ "keys": keys.iter().map(|key| &key.jwk).collect::<Vec<_>>() })
}

fn rsa() -> (EncodingKey, Value) {
    let pair = rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
    let private = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).expect("a key can be written");
    let public = pair.public_key();
    let text = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
    let jwk = json!({
        "kty": "RSA",
        "n": text(public.modulus().big_endian_without_leading_zero()),
        "e": text(public.exponent().big_endian_without_leading_zero()),
    });
    (EncodingKey::from_rsa_der(&private.as_ref()[PKCS8_OF_RSA..]), jwk)
}

fn ec() -> (EncodingKey, Value) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made");
    let private = pair.to_pkcs8v1().expect("a key can be written");
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
    });
    (EncodingKey::from_ec_der(private.as_ref()), jwk)
}

fn ed() -> (EncodingKey, Value) {
    let pair = Ed25519KeyPair::generate().expect("a key can be made");
    let private = pair.to_pkcs8().expect("a key can be written");
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key()) });
    (EncodingKey::from_ed_der(private.as_ref()), jwk)
}

/// What a site accepts of a provider at [`ISSUER`].
pub fn config() -> ProviderConfig {
    ProviderConfig {
        issuer: ISSUER.to_owned(),
        audiences: vec!["tickets".to_owned()],
        audience_claim: AUD.to_owned(),
        algorithms: vec![Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA],
        role_claim: None,
        admins: vec!["boss".to_owned()],
        stewards: vec!["gate".to_owned()],
        skew: TimeDelta::seconds(30),
        unknown_key_wait: Duration::from_secs(10),
    }
}

/// The same site on these connections, with a provider of which nothing is known yet.
pub fn site_over(app: &TestApp, db: DatabaseConnection, config: ProviderConfig) -> Arc<App> {
    let mut keys = Keys::new(SECRET, "here".to_owned());
    keys.provider = Some(accounts::provider::Provider::new(config));
    App::new(db, Arc::clone(&app.clock) as Arc<dyn Clock>, app.settings.clone(), keys, Arc::clone(&app.gateway)).0
}

/// The same site with a provider whose keys are known.
pub fn site(app: &TestApp, config: ProviderConfig, known: &[&SigningKey]) -> Arc<App> {
    let site = site_over(app, app.db.clone(), config);
    of(&site).set_keys(&set(known)).expect("the keys are of use");
    site
}

/// The provider that a site accepts tokens of.
pub fn of(app: &App) -> &accounts::provider::Provider {
    app.accounts.provider.as_ref().expect("there is a provider")
}

/// What the provider says of a subject for the next ten minutes.
pub fn claims(app: &App, subject: &str) -> Value {
    let now = app.clock.now().timestamp();
    json!({ "iss": ISSUER, "aud": "tickets", "sub": subject, "iat": now, "exp": now + 600 })
}

/// The same claims but for one.
#[must_use]
pub fn with(mut claims: Value, field: &str, value: Value) -> Value {
    claims[field] = value;
    claims
}

/// A provider that answers on this machine.
pub struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

struct State {
    keys: Value,
    is_away: bool,
    fetches: usize,
    hung_up: usize,
}

impl Provider {
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(Mutex::new(State { keys: set(keys), is_away: false, fetches: 0, hung_up: 0 }));
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                answer(stream, address, &shared).await;
            }
        });
        Self { address, state, serving }
    }

    /// `iss` of its tokens.
    pub fn issuer(&self) -> String {
        issuer(self.address)
    }

    /// Publishes these keys from now on.
    pub fn publish(&self, keys: &[&SigningKey]) {
        self.state().keys = set(keys);
    }

    /// From now on it hangs up on every client, or answers again.
    pub fn is_away(&self, is_away: bool) {
        self.state().is_away = is_away;
    }

    /// How often its keys were fetched.
    pub fn fetches(&self) -> usize {
        self.state().fetches
    }

    /// How often it hung up.
    pub fn hung_up(&self) -> usize {
        self.state().hung_up
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn issuer(address: SocketAddr) -> String {
    format!("http://{address}/realm")
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(mut stream: TcpStream, address: SocketAddr, state: &Mutex<State>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_buf(&mut request).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, body) = {
        let mut state = lock(state);
        match path {
            _ if state.is_away => {
                state.hung_up += 1;
                return;
            }
            "/realm/.well-known/openid-configuration" => {
                let issuer = issuer(address);
                ("200 OK", json!({ "issuer": issuer, "jwks_uri": format!("http://{address}/keys") }))
            }
            "/keys" => {
                state.fetches += 1;
                ("200 OK", state.keys.clone())
            }
            _ => ("404 Not Found", json!({})),
        }
    };
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    // A client that hung up meanwhile asks again.
    let _ = stream.write_all((head + &body).as_bytes()).await;
}
