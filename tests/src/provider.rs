//! An identity provider under test: keys of each kind, tokens by them, and a server on this machine that publishes them
//! for as long as a test wants it to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
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
use jsonwebtoken::{Algorithm, Header};
use ring::{
    rand::SystemRandom,
    rsa::{self, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512,
    },
};
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use self::sign_ins::SignIns;
use crate::TestApp;

pub mod sign_ins;

/// Who issues tokens where no provider is asked for keys.
pub const ISSUER: &str = "https://login.example.com";

const SECRET: &[u8] = b"a secret of the tests, long enough for anybody";

/// RSA keys, which take long to be made, in the form of PKCS #8: `openssl genpkey -algorithm RSA | openssl pkcs8 -topk8
/// -nocrypt -outform DER` made them.
const RSA_KEYS: [&[u8]; 3] =
    [include_bytes!("../keys/rsa-1.der"), include_bytes!("../keys/rsa-2.der"), include_bytes!("../keys/rsa-3.der")];

/// A key of the provider.
#[derive(Clone)]
pub struct SigningKey {
    pub kid: String,
    private: Arc<Private>,
    /// What the provider publishes of it.
    pub jwk: Value,
    algorithm: Algorithm,
}

enum Private {
    Rsa(rsa::KeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl SigningKey {
    /// A key for RS256, ES256 or `EdDSA`: a new one, but for RSA, where it is always the same.
    pub fn new(kid: &str, algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::RS256 => Self::rsa(kid, 0),
            Algorithm::ES256 => Self::of(kid, algorithm, ec()),
            Algorithm::EdDSA => Self::of(kid, algorithm, ed()),
            other => panic!("no test needs a key for {other:?}"),
        }
    }

    /// One of three keys for RS256.
    pub fn rsa(kid: &str, number: usize) -> Self {
        Self::of(kid, Algorithm::RS256, rsa(RSA_KEYS[number]))
    }

    fn of(kid: &str, algorithm: Algorithm, (private, mut jwk): (Private, Value)) -> Self {
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        Self { kid: kid.to_owned(), private: Arc::new(private), jwk, algorithm }
    }

    pub fn header(&self) -> Header {
        Header { kid: Some(self.kid.clone()), ..Header::new(self.algorithm) }
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&self.header(), claims)
    }

    /// A token that says what it likes of itself. By ring alone: the program does not sign by a provider's algorithms.
    pub fn sign_as(&self, header: &Header, claims: &Value) -> String {
        let head = serde_json::to_vec(header).expect("a header is JSON");
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.private.sign(header.alg, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Private {
    fn sign(&self, algorithm: Algorithm, text: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let padding = if algorithm == Algorithm::RS512 { &RSA_PKCS1_SHA512 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, text, &mut signature).expect("anything can be signed");
                signature
            }
            Self::Ec(pair) => pair.sign(&random, text).expect("anything can be signed").as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(text).as_ref().to_vec(),
        }
    }
}

/// What providers publish: these keys and no other.
pub fn set(keys: &[&SigningKey]) -> Value {
    json!({ "keys": keys.iter().map(|key| &key.jwk).collect::<Vec<_>>() })
}

fn rsa(document: &[u8]) -> (Private, Value) {
    let pair = rsa::KeyPair::from_pkcs8(document).expect("it is a key");
    let PublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
    let jwk = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(n), "e": URL_SAFE_NO_PAD.encode(e) });
    (Private::Rsa(pair), jwk)
}

fn ec() -> (Private, Value) {
    let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("a key can be made");
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("it is a key");
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
    });
    (Private::Ec(pair), jwk)
}

fn ed() -> (Private, Value) {
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key can be made");
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("it is a key");
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key()) });
    (Private::Ed(pair), jwk)
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
    sign_ins: SignIns,
}

impl Provider {
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(Mutex::new(State {
            keys: set(keys),
            is_away: false,
            fetches: 0,
            hung_up: 0,
            sign_ins: SignIns::new(issuer(address), keys[0].clone()),
        }));
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

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Looks at, or changes, how browsers sign in at it.
    pub fn sign_ins<T>(&self, look: impl FnOnce(&mut SignIns) -> T) -> T {
        look(&mut self.state().sign_ins)
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

/// Whether all of a request has come.
fn is_whole(request: &[u8]) -> bool {
    let request = String::from_utf8_lossy(request);
    let Some((head, sent)) = request.split_once("\r\n\r\n") else { return false };
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    sent.len() >= lengths.next().map_or(0, |(_, length)| length.trim().parse().expect("a length is a number"))
}

async fn answer(mut stream: TcpStream, address: SocketAddr, state: &Mutex<State>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        match stream.read_buf(&mut request).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request);
    let (head, sent) = request.split_once("\r\n\r\n").expect("it is whole");
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut location = None;
    let (status, body) = {
        let mut state = lock(state);
        match path {
            _ if state.is_away => {
                state.hung_up += 1;
                return;
            }
            "/realm/.well-known/openid-configuration" => {
                let issuer = issuer(address);
                let mut discovery = state.sign_ins.discovery(address);
                discovery["issuer"] = json!(issuer);
                discovery["jwks_uri"] = json!(format!("http://{address}/keys"));
                ("200 OK", discovery)
            }
            "/authorize" => {
                location = Some(state.sign_ins.authorize(query));
                ("302 Found", json!({}))
            }
            "/token" => state.sign_ins.token(head, sent),
            "/keys" => {
                state.fetches += 1;
                ("200 OK", state.keys.clone())
            }
            _ => ("404 Not Found", json!({})),
        }
    };
    let body = body.to_string();
    let location = location.map_or_else(String::new, |location| format!("location: {location}\r\n"));
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{location}content-length: {length}\r\nconnection: close\r\n\r\n");
    // A client that hung up meanwhile asks again.
    let _ = stream.write_all((head + &body).as_bytes()).await;
}
