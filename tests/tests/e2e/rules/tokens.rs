//! Access tokens: what signs them, what they are checked by, and what no forger gets past.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use book::clock::{Clock, MovableClock};
use domain::{
    App,
    accounts::{self, AccountError, Keys, Session, SignUp, keys::AccessTokens},
    keyring::{self, Stage},
};
use entities::signing_key::{self, Algorithm};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, jwk::JwkSet};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{Backend, TestApp, both};
use uuid::Uuid;

const SECRET: &[u8] = b"a secret of the tests, long enough for anybody";

both! {
    a_token_names_its_key_and_anybody_can_verify_it,
    what_a_forger_makes_is_worth_nothing,
    a_key_that_was_made_and_sealed_by_aws_lc_stays_in_use,
    a_new_key_signs_nobody_out,
    stolen_keys_end_at_once,
    a_retired_key_ends_and_the_next_is_made_by_itself,
    an_instance_whose_clock_is_behind_signs_with_the_key_of_the_others,
    another_secret_makes_another_key_and_signs_nobody_out,
    a_change_of_the_algorithm_signs_nobody_out,
}

async fn fan(app: &App, name: &str) -> Session {
    let details = SignUp {
        email: format!("{name}@example.com"),
        password: "correct horse battery staple".to_owned(),
        display_name: None,
        country: None,
        locale: None,
    };
    accounts::sign_up(app, details).await.expect("a fan can sign up")
}

fn header(token: &str) -> Header {
    jsonwebtoken::decode_header(token).expect("a token has a header")
}

fn kid(session: &Session) -> String {
    header(&session.access_token).kid.expect("a token names its key")
}

/// The same database by other keys.
fn elsewhere(app: &TestApp, secret: &[u8], issuer: &str, algorithm: Algorithm) -> Arc<App> {
    let mut keys = Keys::new(secret, issuer.to_owned());
    keys.algorithm = algorithm;
    App::new(
        app.db.clone(),
        Arc::clone(&app.clock) as Arc<dyn Clock>,
        app.settings.clone(),
        keys,
        Arc::clone(&app.gateway),
    )
    .0
}

async fn is_good(app: &App, token: &str) -> bool {
    match accounts::authenticate(app, token).await {
        Ok(_) => true,
        Err(AccountError::InvalidToken) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn a_token_names_its_key_and_anybody_can_verify_it(app: &TestApp) {
    let session = fan(app, "ana").await;

    let set: JwkSet = serde_json::from_value(keyring::jwks::<AccessTokens>(app))
        .expect("the keys are published as the standard says");
    let key = set.find(&kid(&session)).expect("the key is among them");
    let mut validation = Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.set_audience(&["matchday"]);
    validation.set_issuer(&["here"]);
    let verifying = DecodingKey::from_jwk(key).expect("it is a key");
    let claims = jsonwebtoken::decode::<Value>(&session.access_token, &verifying, &validation);

    let claims = claims.expect("the token is good").claims;
    assert_eq!(claims["sub"], session.user.id.to_string());
    assert_eq!(set.keys.len(), 1);
    assert_eq!(keyring::jwks::<AccessTokens>(app)["keys"][0].get("d"), None, "the private part stays here");
}

/// A new key, and the public part of it.
fn new_key() -> (EncodingKey, Vec<u8>) {
    let private = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key can be made");
    let pair = Ed25519KeyPair::from_pkcs8(private.as_ref()).expect("it is a key");
    (EncodingKey::from_ed_der(private.as_ref()), pair.public_key().as_ref().to_vec())
}

/// Has the site verify by a key, and sign by it where `sealed` opens.
async fn enter_key(app: &TestApp, kid: &str, public: String, sealed: &str) {
    let row = signing_key::Model {
        number: 1_000,
        kid: kid.to_owned(),
        algorithm: Algorithm::EdDsa,
        public_key: Some(public),
        sealed: sealed.to_owned(),
        created_at: app.now(),
        signs_from: app.now(),
        ends_at: None,
    };
    signing_key::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(&app.db)
        .await
        .expect("a key can be entered");
}

async fn what_a_forger_makes_is_worth_nothing(app: &TestApp) {
    use jsonwebtoken::Algorithm::{EdDSA, HS256};

    let session = fan(app, "ana").await;
    let viewer = accounts::authenticate(app, &session.access_token).await.expect("the token is good");
    let ((key, public), kid) = (new_key(), "of-the-test");
    // The public part is what a row has in the clear.
    enter_key(app, kid, URL_SAFE_NO_PAD.encode(&public), "").await;
    let now = app.now().timestamp();
    let fine = json!({
        "iss": "here", "aud": "matchday", "sub": session.user.id, "sid": viewer.session, "role": "admin",
        "iat": now, "nbf": now, "exp": now + 600,
    });
    let with = |field: &str, value: Value| {
        let mut claims = fine.clone();
        claims[field] = value;
        claims
    };
    let without = |field: &str| {
        let mut claims = fine.clone();
        claims.as_object_mut().expect("claims are an object").remove(field);
        claims
    };
    let named = |algorithm| Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) };
    let signed = |header: &Header, claims: &Value, key: &EncodingKey| {
        jsonwebtoken::encode(header, claims, key).expect("anything can be signed")
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let good = signed(&named(EdDSA), &fine, &key);
    let [head, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good} has no three parts") };
    let headed = |header: Value| format!("{}.{body}.{signature}", part(&header));
    let unsigned = part(&json!({ "alg": "none", "typ": "JWT", "kid": kid }));
    let (strange, its_public) = new_key();
    let own_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(its_public) });
    let embedded = Header {
        jwk: Some(serde_json::from_value(own_jwk).expect("it is a key")),
        jku: Some("http://127.0.0.1:1/jwks.json".to_owned()),
        ..named(EdDSA)
    };
    let public_text = URL_SAFE_NO_PAD.encode(&public);
    assert!(is_good(app, &good).await, "what follows differs from this one in one point each");

    let forged = [
        ("alg none, no signature", format!("{unsigned}.{body}.")),
        ("alg none, another's signature", format!("{unsigned}.{body}.{signature}")),
        ("alg NONE", format!("{}.{body}.", part(&json!({ "alg": "NONE", "kid": kid })))),
        ("empty signature", format!("{head}.{body}.")),
        ("no signature", format!("{head}.{body}")),
        ("HS256 by the public key", signed(&named(HS256), &fine, &EncodingKey::from_secret(&public))),
        ("HS256 by its text", signed(&named(HS256), &fine, &EncodingKey::from_secret(public_text.as_bytes()))),
        ("HS256 by nothing", signed(&named(HS256), &fine, &EncodingKey::from_secret(b""))),
        ("says RS256", headed(json!({ "alg": "RS256", "kid": kid }))),
        ("says ES256", headed(json!({ "alg": "ES256", "kid": kid }))),
        ("says nothing of alg", headed(json!({ "kid": kid }))),
        ("foreign kid", signed(&Header { kid: Some("strange".to_owned()), ..named(EdDSA) }, &fine, &strange)),
        ("our kid, foreign key", signed(&named(EdDSA), &fine, &strange)),
        ("brings its own key", signed(&embedded, &fine, &strange)),
        ("no kid", signed(&Header::new(EdDSA), &fine, &key)),
        ("kid of another key", signed(&Header { kid: Some(self::kid(&session)), ..named(EdDSA) }, &fine, &key)),
        ("unknown extension", signed(&Header { crit: Some(vec!["x".to_owned()]), ..named(EdDSA) }, &fine, &key)),
        ("not yet valid", signed(&named(EdDSA), &with("nbf", json!(now + 3_600)), &key)),
        ("wrong audience", signed(&named(EdDSA), &with("aud", json!("elsewhere")), &key)),
        ("no audience", signed(&named(EdDSA), &without("aud"), &key)),
        ("wrong issuer", signed(&named(EdDSA), &with("iss", json!("there")), &key)),
        ("no issuer", signed(&named(EdDSA), &without("iss"), &key)),
        ("no end", signed(&named(EdDSA), &without("exp"), &key)),
        ("no beginning", signed(&named(EdDSA), &without("nbf"), &key)),
        ("nobody's", signed(&named(EdDSA), &without("sub"), &key)),
        ("unknown role", signed(&named(EdDSA), &with("role", json!("owner")), &key)),
        ("other claims", format!("{head}.{}.{signature}", part(&with("sub", json!(Uuid::now_v7()))))),
        ("four parts", format!("{good}.{signature}")),
        ("nothing", String::new()),
    ];
    for (what, token) in forged {
        assert!(!is_good(app, &token).await, "{what}: {token}");
    }
    let expired = signed(&named(EdDSA), &with("exp", json!(now - 1)), &key);
    let expired = accounts::authenticate(app, &expired).await;
    assert!(matches!(expired, Err(AccountError::ExpiredToken)), "{expired:?}");
}

async fn a_key_that_was_made_and_sealed_by_aws_lc_stays_in_use(app: &TestApp) {
    // A row of the program before ring, by the secret of the tests.
    let (kid, public) = ("of-an-earlier-program", "Y2e8ISKO-xcwskuXOzm8FOnfvmGXrNf0xkC5iDftAhE");
    let sealed = "ey2QOvJYDklDLXG7q6w4WKrMAvL8wi4FdvPPvzHqPMIBJ_bkDFIPnKfNs_BmhgUtRZYJOGUPqAwXFjGSk-HYa4pkRT30YJw25IkKZzF2VD9gV\
                  FsNhjHm7DQYBfvoCrleATHXkTQ0IIfJ2kHgUKHg";
    enter_key(app, kid, public.to_owned(), sealed).await;

    let session = fan(app, "ana").await;

    assert_eq!(self::kid(&session), kid);
    assert!(is_good(app, &session.access_token).await);
    let verifying = DecodingKey::from_ed_components(public).expect("it is a key");
    let mut validation = Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.set_audience(&["matchday"]);
    jsonwebtoken::decode::<Value>(&session.access_token, &verifying, &validation).expect("its pair signed");
}

async fn stages(app: &App) -> Vec<Stage> {
    keyring::list::<AccessTokens>(app).await.expect("keys can be listed").iter().map(|key| key.stage).collect()
}

async fn a_new_key_signs_nobody_out(app: &TestApp) {
    let old = fan(app, "ana").await;

    let next = keyring::rotate::<AccessTokens>(app, false).await.expect("a key can be made");
    assert_eq!(keyring::jwks::<AccessTokens>(app)["keys"][1]["kid"], next.kid, "it is announced before it signs");
    assert_eq!(stages(app).await, [Stage::Signing, Stage::Announced]);
    let meanwhile = fan(app, "ben").await;
    assert_eq!(kid(&meanwhile), kid(&old));
    app.move_clock(Duration::from_secs(60));

    let new = accounts::refresh(app, &old.refresh_token).await.expect("a session outlives its key");
    assert_eq!(kid(&new), next.kid);
    assert_eq!(stages(app).await, [Stage::Verifying, Stage::Signing]);
    for token in [&old.access_token, &meanwhile.access_token, &new.access_token] {
        assert!(is_good(app, token).await);
    }

    app.move_clock(app.accounts.access_lifetime + Duration::from_secs(30));
    assert_eq!(stages(app).await, [Stage::Ended, Stage::Signing]);
    assert_eq!(keyring::jwks::<AccessTokens>(app)["keys"].as_array().map(Vec::len), Some(1));
}

async fn stolen_keys_end_at_once(app: &TestApp) {
    let session = fan(app, "ana").await;
    assert!(is_good(app, &session.access_token).await);

    keyring::rotate::<AccessTokens>(app, true).await.expect("a key can be made");

    assert!(!is_good(app, &session.access_token).await, "also of a token that was found good before");
    let next = accounts::refresh(app, &session.refresh_token).await.expect("the session goes on");
    assert!(is_good(app, &next.access_token).await);
    assert_eq!(stages(app).await, [Stage::Ended, Stage::Signing]);
}

async fn a_retired_key_ends_and_the_next_is_made_by_itself(app: &TestApp) {
    let session = fan(app, "ana").await;
    assert!(is_good(app, &session.access_token).await);

    assert!(keyring::retire::<AccessTokens>(app, &kid(&session)).await.expect("a key can be ended"));
    let again = keyring::retire::<AccessTokens>(app, &kid(&session)).await.expect("nothing is no error");

    assert!(!again);
    assert!(!is_good(app, &session.access_token).await);
    let next = accounts::refresh(app, &session.refresh_token).await.expect("the session goes on");
    assert!(is_good(app, &next.access_token).await);
}

async fn an_instance_whose_clock_is_behind_signs_with_the_key_of_the_others(app: &TestApp) {
    let first = fan(app, "ana").await;
    let clock = MovableClock::default();
    clock.advance(chrono::Duration::seconds(-1));
    let keys = Keys::new(SECRET, "here".to_owned());
    let behind = App::new(app.db.clone(), Arc::new(clock), app.settings.clone(), keys, Arc::clone(&app.gateway)).0;

    let second = fan(&behind, "ben").await;

    assert_eq!(kid(&first), kid(&second));
    assert!(is_good(&behind, &first.access_token).await && is_good(app, &second.access_token).await);
}

async fn another_secret_makes_another_key_and_signs_nobody_out(app: &TestApp) {
    let before = fan(app, "ana").await;
    let changed = elsewhere(app, b"another secret of the tests, long enough as well", "here", Algorithm::EdDsa);

    let after = accounts::refresh(&changed, &before.refresh_token).await.expect("the session goes on");

    assert_ne!(kid(&after), kid(&before));
    for app in [&changed, &app.app()] {
        for token in [&before.access_token, &after.access_token] {
            assert!(is_good(app, token).await, "also at an instance that has the old secret still");
        }
    }
}

async fn a_change_of_the_algorithm_signs_nobody_out(app: &TestApp) {
    let before = fan(app, "ana").await;
    let changed = elsewhere(app, SECRET, "here", Algorithm::Hs256);

    let after = accounts::refresh(&changed, &before.refresh_token).await.expect("the session goes on");

    assert_eq!(header(&before.access_token).alg, jsonwebtoken::Algorithm::EdDSA);
    assert_eq!(header(&after.access_token).alg, jsonwebtoken::Algorithm::HS256);
    for app in [&changed, &app.app()] {
        for token in [&before.access_token, &after.access_token] {
            assert!(is_good(app, token).await);
        }
    }
    assert_eq!(
        keyring::jwks::<AccessTokens>(&changed)["keys"].as_array().map(Vec::len),
        Some(1),
        "a secret is not published"
    );
    let another_site = elsewhere(app, SECRET, "there", Algorithm::Hs256);
    assert!(!is_good(&another_site, &after.access_token).await, "the issuer is another");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_start_together_sign_with_one_key_and_hear_of_the_next_by_its_first_token() {
    let app = TestApp::start(Backend::Postgres).await;
    let another = app.another().await;

    let (first, second) = tokio::join!(fan(&app, "ana"), fan(&another, "ben"));
    assert_eq!(kid(&first), kid(&second));
    assert!(is_good(&another, &first.access_token).await && is_good(&app, &second.access_token).await);
    app.move_clock(Duration::from_secs(1));
    keyring::rotate::<AccessTokens>(&app, true).await.expect("a key can be made");
    let next = fan(&app, "cleo").await;

    assert!(is_good(&another, &next.access_token).await);
    assert!(!is_good(&another, &first.access_token).await, "it has heard of the end of the old one as well");
    app.finish().await;
}
