//! How browsers sign in at the provider under test: authorization codes that work once, with PKCE, and refresh tokens that work
//! once: whoever uses one twice has lost the session, as with the providers that fans have.

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::Utc;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::SigningKey;

pub const CLIENT: &str = "tickets";
pub const SECRET: &str = "a secret: of 100 % its own";

/// A form or a query, by names.
pub type Fields = HashMap<String, String>;

/// How browsers sign in, as a test wants it.
pub struct SignIns {
    issuer: String,
    key: SigningKey,
    /// Who is signed in at the provider.
    pub subject: String,
    /// With what it sends browsers back instead of a code.
    pub error: Option<&'static str>,
    /// The issuer that answers name; none where they name none.
    pub named_issuer: Option<String>,
    /// Whether it says that they always do.
    pub names_issuer: bool,
    /// Whether access tokens say nothing to anybody.
    pub are_opaque: bool,
    pub gives_refresh_tokens: bool,
    pub takes_basic: bool,
    /// Seconds.
    pub life: i64,
    /// What the tokens say otherwise.
    pub id_token: fn(&mut Value),
    pub access_token: fn(&mut Value),
    /// All grants that were asked for.
    pub asked: Vec<Fields>,
    codes: HashMap<String, Fields>,
    refresh_tokens: HashMap<String, String>,
    spent: HashSet<String>,
}

impl SignIns {
    pub(super) fn new(issuer: String, key: SigningKey) -> Self {
        Self {
            named_issuer: Some(issuer.clone()),
            issuer,
            key,
            subject: "ana".to_owned(),
            error: None,
            names_issuer: true,
            are_opaque: false,
            gives_refresh_tokens: true,
            takes_basic: true,
            life: 300,
            id_token: |_| {},
            access_token: |_| {},
            asked: Vec::new(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            spent: HashSet::new(),
        }
    }

    pub(super) fn discovery(&self, address: SocketAddr) -> Value {
        let method = if self.takes_basic { "client_secret_basic" } else { "client_secret_post" };
        json!({
            "authorization_endpoint": format!("http://{address}/authorize"),
            "token_endpoint": format!("http://{address}/token"),
            "authorization_response_iss_parameter_supported": self.names_issuer,
            "token_endpoint_auth_methods_supported": [method],
        })
    }

    /// Where a browser is sent back to.
    pub(super) fn authorize(&mut self, query: &str) -> String {
        let asked = fields(query);
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT), "{asked:?}");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{asked:?}");
        let mut answer = vec![("state", asked["state"].clone())];
        answer.extend(self.named_issuer.clone().map(|issuer| ("iss", issuer)));
        match self.error {
            Some(error) => answer.push(("error", error.to_owned())),
            None => {
                let code = Uuid::new_v4().to_string();
                answer.push(("code", code.clone()));
                self.codes.insert(code, asked.clone());
            }
        }
        let answer = form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
        format!("{}?{answer}", asked["redirect_uri"])
    }

    pub(super) fn token(&mut self, head: &str, sent: &str) -> (&'static str, Value) {
        let asked = fields(sent);
        let refused = |code: &str| ("400 Bad Request", json!({ "error": code, "error_description": "<b>no</b>" }));
        self.asked.push(asked.clone());
        if !self.is_client(head, &asked) {
            return ("401 Unauthorized", json!({ "error": "invalid_client" }));
        }
        match asked["grant_type"].as_str() {
            "authorization_code" => {
                let Some(begun) = self.codes.remove(&asked["code"]) else { return refused("invalid_grant") };
                let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked["code_verifier"]));
                if begun["code_challenge"] != challenge || begun["redirect_uri"] != asked["redirect_uri"] {
                    return refused("invalid_grant");
                }
                ("200 OK", self.tokens(Some(&begun), &self.subject.clone()))
            }
            "refresh_token" => {
                let token = asked["refresh_token"].clone();
                if self.spent.contains(&token) {
                    self.refresh_tokens.clear();
                }
                let Some(subject) = self.refresh_tokens.remove(&token) else { return refused("invalid_grant") };
                self.spent.insert(token);
                ("200 OK", self.tokens(None, &subject))
            }
            _ => refused("unsupported_grant_type"),
        }
    }

    /// Forgets all sessions.
    pub fn end_all(&mut self) {
        self.refresh_tokens.clear();
    }

    /// Refresh tokens that were used.
    pub fn renewals(&self) -> usize {
        self.spent.len()
    }

    fn is_client(&self, head: &str, asked: &Fields) -> bool {
        if !self.takes_basic {
            let named = |name: &str| asked.get(name).map(String::as_str);
            return (named("client_id"), named("client_secret")) == (Some(CLIENT), Some(SECRET));
        }
        let part = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let login = STANDARD.encode(format!("{}:{}", part(CLIENT), part(SECRET)));
        head.lines().any(|line| line.eq_ignore_ascii_case(&format!("authorization: Basic {login}")))
    }

    fn tokens(&mut self, begun: Option<&Fields>, subject: &str) -> Value {
        let now = Utc::now().timestamp();
        let claims =
            json!({ "iss": self.issuer, "sub": subject, "iat": now, "exp": now + self.life, "jti": Uuid::new_v4() });
        let (mut id_token, mut access_token) = (claims.clone(), claims);
        id_token["aud"] = json!(CLIENT);
        id_token["email"] = json!(format!("{subject}@example.com"));
        id_token["email_verified"] = json!(true);
        id_token["name"] = json!(subject);
        if let Some(begun) = begun {
            id_token["nonce"] = json!(begun["nonce"]);
            // Asked how old a sign-in may be, a provider says when it was.
            if begun.contains_key("max_age") {
                id_token["auth_time"] = json!(now);
            }
        }
        access_token["aud"] = json!("shop");
        (self.id_token)(&mut id_token);
        (self.access_token)(&mut access_token);
        let access_token = if self.are_opaque { Uuid::new_v4().to_string() } else { self.key.sign(&access_token) };
        let mut granted =
            json!({ "token_type": "Bearer", "access_token": access_token, "id_token": self.key.sign(&id_token) });
        if self.gives_refresh_tokens {
            let token = format!("refresh-{}", Uuid::new_v4());
            granted["refresh_token"] = json!(token);
            self.refresh_tokens.insert(token, subject.to_owned());
        }
        granted
    }
}

/// What stands in a form or behind a question mark.
pub fn fields(text: &str) -> Fields {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}
