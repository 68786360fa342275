//! An identity provider's tokens: whose they are, what they are checked by, and what no forger gets past.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    App,
    accounts::{self, AccountError, SignUp, Viewer, admin, keys::AccessTokens, provider::ProviderConfig},
    keyring, mails,
    reservations::{self, HoldRequest},
};
use entities::{
    category::Category,
    external_identity, mail, signing_key,
    user::{self, Role},
};
use futures_util::future::join_all;
use jsonwebtoken::{
    Algorithm::{self, ES256, EdDSA, HS256, RS256},
    EncodingKey, Header,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use testkit::wait::PATIENCE;
use tests::{
    Backend, TestApp, both,
    mailer::TestMailer,
    provider::{SigningKey, claims, config, of, set, site, site_over, with},
};

const PASSWORD: &str = "correct horse battery staple";

both! {
    tokens_by_each_kind_of_key_are_accepted_where_it_is_allowed,
    what_a_forger_makes_of_a_providers_tokens_is_worth_nothing,
    ours_and_the_providers_keys_do_not_stand_in_for_each_other,
    a_subject_has_one_account_from_the_first_token_on,
    an_email_makes_nobody_somebody_else,
    what_the_provider_says_of_somebody_is_followed,
    a_role_is_what_the_claim_says_now,
    a_disabled_subject_stays_out,
    who_has_no_password_here_is_told_so,
    mail_goes_to_emails_that_the_provider_vouches_for,
    a_key_that_the_provider_withdraws_ends_with_what_it_verified,
}

async fn viewer(app: &App, token: &str) -> Viewer {
    accounts::authenticate(app, token).await.expect("the token is good")
}

async fn is_good(app: &App, token: &str) -> bool {
    match accounts::authenticate(app, token).await {
        Ok(_) => true,
        Err(AccountError::InvalidToken) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn account(app: &App, token: &str) -> user::Model {
    let viewer = viewer(app, token).await;
    accounts::find(app, viewer.user_id).await.expect("the database answers").expect("there is an account")
}

async fn tokens_by_each_kind_of_key_are_accepted_where_it_is_allowed(app: &TestApp) {
    let keys = [("rsa", RS256), ("ec", ES256), ("ed", EdDSA)].map(|(kid, kind)| SigningKey::new(kid, kind));
    let all: Vec<&SigningKey> = keys.iter().collect();
    let open = site(app, config(), &all);
    let closed = site(app, ProviderConfig { algorithms: vec![RS256], ..config() }, &all);

    for key in &keys {
        let token = key.sign(&with(claims(app, &key.kid), "aud", json!(["others", "tickets"])));
        assert!(is_good(&open, &token).await, "{}", key.kid);
        assert!(is_good(&open, &token).await, "{}, when it is known already", key.kid);
        assert_eq!(is_good(&closed, &token).await, key.kid == "rsa", "{}", key.kid);
    }
    assert_eq!(external_identity::Entity::find().count(&app.db).await.expect("rows can be counted"), 3);
}

async fn what_a_forger_makes_of_a_providers_tokens_is_worth_nothing(app: &TestApp) {
    let (key, other) = (SigningKey::rsa("one", 0), SigningKey::rsa("two", 1));
    let stranger = SigningKey::rsa("one", 2);
    let mut for_others = SigningKey::new("three", EdDSA);
    for_others.jwk["use"] = json!("enc");
    let mut of_ps = SigningKey::rsa("four", 1);
    of_ps.jwk["alg"] = json!("PS256");
    let site = site(app, config(), &[&key, &other, &for_others, &of_ps]);
    let fine = claims(app, "ana");
    let now = app.now().timestamp();
    let hmac = |secret: &[u8]| {
        let header = Header { kid: Some("one".to_owned()), ..Header::new(HS256) };
        jsonwebtoken::encode(&header, &fine, &EncodingKey::from_secret(secret)).expect("anything can be signed")
    };
    let without = |field: &str| {
        let mut claims = fine.clone();
        claims.as_object_mut().expect("claims are an object").remove(field);
        key.sign(&claims)
    };
    let with = |field: &str, value: Value| key.sign(&with(fine.clone(), field, value));
    let headed = |change: &dyn Fn(&mut Header)| {
        let mut header = key.header();
        change(&mut header);
        key.sign_as(&header, &fine)
    };
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let good = key.sign(&fine);
    let [head, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good} has no three parts") };
    let modulus = key.jwk["n"].as_str().expect("it is text");
    let modulus_bytes = URL_SAFE_NO_PAD.decode(modulus).expect("it is base64");
    assert!(is_good(&site, &good).await, "what follows differs from this one in one point each");

    let forged = [
        ("alg none, no signature", format!("{}.{body}.", part(json!({ "alg": "none", "kid": "one" })))),
        (
            "alg none, another's signature",
            format!("{}.{body}.{signature}", part(json!({ "alg": "none", "kid": "one" }))),
        ),
        ("empty signature", format!("{head}.{body}.")),
        ("no signature", format!("{head}.{body}")),
        ("HS256 by the public key", hmac(&modulus_bytes)),
        ("HS256 by its text", hmac(modulus.as_bytes())),
        ("HS256 by what is published", hmac(key.jwk.to_string().as_bytes())),
        ("says PS256", format!("{}.{body}.{signature}", part(json!({ "alg": "PS256", "kid": "one" })))),
        ("says ES256", format!("{}.{body}.{signature}", part(json!({ "alg": "ES256", "kid": "one" })))),
        ("RS512, which is not allowed", headed(&|header| header.alg = Algorithm::RS512)),
        ("kid of another key", headed(&|header| header.kid = Some("two".to_owned()))),
        ("our kid, foreign key", stranger.sign(&fine)),
        ("no kid", headed(&|header| header.kid = None)),
        ("unknown extension", headed(&|header| header.crit = Some(vec!["x".to_owned()]))),
        ("that somebody left", headed(&|header| header.typ = Some("logout+jwt".to_owned()))),
        ("a key for encryption", for_others.sign(&fine)),
        ("a key for another algorithm", of_ps.sign(&fine)),
        ("not yet valid", with("nbf", json!(now + 3_600))),
        ("valid from some day on", with("nbf", json!("tomorrow"))),
        ("wrong audience", with("aud", json!("others"))),
        ("no audience", without("aud")),
        ("wrong issuer", with("iss", json!("https://login.example.com/"))),
        ("no issuer", without("iss")),
        ("no end", without("exp")),
        ("nobody's", without("sub")),
        ("an empty name", with("sub", json!(""))),
        ("a name without end", with("sub", json!("x".repeat(256)))),
        (
            "other claims",
            format!("{head}.{}.{signature}", part(tests::provider::with(fine.clone(), "sub", json!("ben")))),
        ),
        ("four parts", format!("{good}.{signature}")),
    ];
    let mut accepted = Vec::new();
    for (what, token) in forged {
        if is_good(&site, &token).await {
            accepted.push(what);
        }
    }
    assert_eq!(accepted, [""; 0]);
    let now = app.now().timestamp();
    for (ends_at, is_over) in [(now - 5, false), (now - 31, true)] {
        let ended = accounts::authenticate(&site, &with("exp", json!(ends_at))).await;
        assert_eq!(matches!(ended, Err(AccountError::ExpiredToken)), is_over, "{ended:?}");
    }
    assert!(is_good(&site, &with("nbf", json!(now + 20))).await, "clocks may differ so far");
    assert_eq!(external_identity::Entity::find().count(&app.db).await.expect("rows can be counted"), 1);
}

async fn ours_and_the_providers_keys_do_not_stand_in_for_each_other(app: &TestApp) {
    let session = accounts::sign_up(app, details("ana@example.com")).await.expect("ana can sign up");
    let kid = jsonwebtoken::decode_header(&session.access_token).expect("it has a header").kid.expect("it names a key");
    // The provider's key has the name of ours.
    let key = SigningKey::new(&kid, EdDSA);
    let site = site(app, config(), &[&key]);
    let now = app.now().timestamp();
    let as_ours = json!({
        "iss": "here", "aud": "matchday", "sub": session.user.id, "sid": session.user.id, "role": "admin",
        "iat": now, "nbf": now, "exp": now + 600,
    });
    let rows = signing_key::Entity::find().all(&app.db).await.expect("keys can be read");
    assert_eq!(rows.len(), 1);

    assert!(is_good(&site, &session.access_token).await && is_good(&site, &key.sign(&claims(app, "ana"))).await);
    assert!(!is_good(&site, &key.sign(&as_ours)).await, "the provider signs for us");
    let [head, _, signature] = session.access_token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let body = URL_SAFE_NO_PAD.encode(claims(app, "ana").to_string());
    assert!(!is_good(&site, &format!("{head}.{body}.{signature}")).await, "we sign for the provider");

    // Our own published key in the provider's set is the provider's from then on, and no token of ours is.
    let ours = &keyring::jwks::<AccessTokens>(app)["keys"][0];
    of(&site).set_keys(&json!({ "keys": [ours] })).expect("it is a key");
    assert!(is_good(&site, &session.access_token).await);
    assert!(!is_good(&site, &key.sign(&claims(app, "ana"))).await);
    assert_eq!(viewer(&site, &session.access_token).await.user_id, session.user.id);
}

fn details(email: &str) -> SignUp {
    SignUp { email: email.to_owned(), password: PASSWORD.to_owned(), display_name: None, country: None, locale: None }
}

async fn a_subject_has_one_account_from_the_first_token_on(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let site = site(app, config(), &[&key]);
    let tokens: Vec<String> = (0..8).map(|number| key.sign(&with(claims(app, "ana"), "jti", json!(number)))).collect();

    let viewers = join_all(tokens.iter().map(|token| viewer(&site, token))).await;
    let other_case = viewer(&site, &key.sign(&claims(app, "Ana"))).await;

    let ana = viewers[0];
    assert!(viewers.iter().all(|viewer| viewer.user_id == ana.user_id));
    assert_ne!(other_case.user_id, ana.user_id, "subjects are told apart by their case");
    assert_eq!((ana.role, ana.session), (Role::Customer, None));
    assert_eq!(user::Entity::find().count(&app.db).await.expect("rows can be counted"), 2);
    let other = ProviderConfig { issuer: "https://other.example.com".to_owned(), ..config() };
    let elsewhere = tests::provider::site(app, other, &[&key]);
    let token = key.sign(&with(claims(app, "ana"), "iss", json!("https://other.example.com")));
    assert_ne!(viewer(&elsewhere, &token).await.user_id, ana.user_id, "another issuer's ana is another");
}

async fn an_email_makes_nobody_somebody_else(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let site = site(app, config(), &[&key]);
    let local = accounts::sign_up(app, details("ana@example.com")).await.expect("ana can sign up").user;
    let vouched = with(with(claims(app, "1"), "email", json!("Ana@example.com")), "email_verified", json!(true));
    let said = with(claims(app, "2"), "email", json!("ben@example.com"));

    let external = account(&site, &key.sign(&vouched)).await;
    let unverified = account(&site, &key.sign(&said)).await;

    assert_ne!(external.id, local.id);
    assert_eq!((external.email.as_str(), external.verified_at.is_some()), ("Ana@example.com", true));
    assert_eq!((unverified.email.as_str(), unverified.verified_at), ("", None));
    for typed in ["ana@example.com", &external.email_key, &external.id.to_string()] {
        let signed_in = accounts::sign_in(app, None, typed, PASSWORD.to_owned()).await.map(|session| session.user.id);
        assert_eq!(signed_in.ok(), (typed == "ana@example.com").then_some(local.id), "{typed}");
    }
    accounts::sign_up(app, details("ben@example.com")).await.expect("nobody has taken the email");
    let ambiguous = admin::set_role(app, "ana@example.com", Role::Admin).await;
    let Err(AccountError::Ambiguous { ids, .. }) = ambiguous else { panic!("{ambiguous:?}") };
    assert_eq!(ids, [local.id, external.id]);
    assert!(!admin::disable(app, "").await.expect("the database answers"), "no email is nobody's");
}

async fn what_the_provider_says_of_somebody_is_followed(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let site = site(app, config(), &[&key]);
    let first = account(&site, &key.sign(&with(claims(app, "1"), "name", json!(" Ana ")))).await;
    let married = with(with(claims(app, "1"), "email", json!("ana@example.com")), "email_verified", json!("true"));

    let second = account(&site, &key.sign(&with(married, "name", json!("Ana B.")))).await;
    let silent = account(&site, &key.sign(&with(claims(app, "1"), "jti", json!(3)))).await;

    assert_eq!((first.display_name.as_deref(), first.email.as_str()), (Some("Ana"), ""));
    assert_eq!((second.id, second.email.as_str()), (first.id, "ana@example.com"));
    assert_eq!(second.display_name.as_deref(), Some("Ana B."));
    assert!(second.verified_at.is_some());
    assert_eq!(silent, second, "what a token leaves out stays");
}

async fn a_role_is_what_the_claim_says_now(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let named = site(app, ProviderConfig { role_claim: Some("roles".to_owned()), ..config() }, &[&key]);
    let placed = site(app, ProviderConfig { role_claim: Some("/realm_access/roles".to_owned()), ..config() }, &[&key]);
    let ours = site(app, config(), &[&key]);
    let token = |field: &str, says: Value| key.sign(&with(claims(app, "1"), field, says));

    for (says, role) in [
        (json!(["gate", "other"]), Role::Steward),
        (json!("boss"), Role::Admin),
        (json!(["bossy", 1, null]), Role::Customer),
        (json!({ "boss": true }), Role::Customer),
        (Value::Null, Role::Customer),
    ] {
        assert_eq!(viewer(&named, &token("roles", says.clone())).await.role, role, "{says}");
        let placed = viewer(&placed, &token("realm_access", json!({ "roles": says }))).await;
        assert_eq!(placed.role, role, "{says}");
        let account = accounts::find(app, placed.user_id).await.expect("the database answers");
        assert_eq!(account.map(|user| user.role), Some(role));
    }
    let id = viewer(&ours, &token("roles", json!("boss"))).await.user_id;
    assert_eq!(viewer(&ours, &token("roles", json!("boss"))).await.role, Role::Customer, "nobody asked for the claim");
    admin::set_role(app, &id.to_string(), Role::Steward).await.expect("the database answers");
    assert_eq!(viewer(&ours, &key.sign(&claims(app, "1"))).await.role, Role::Steward, "roles are ours to give");
}

async fn a_disabled_subject_stays_out(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let site = site(app, config(), &[&key]);
    let token = key.sign(&claims(app, "1"));
    let id = viewer(&site, &token).await.user_id.to_string();

    assert!(admin::disable(app, &id).await.expect("the database answers"));

    let next = accounts::authenticate(&site, &key.sign(&with(claims(app, "1"), "jti", json!(2)))).await;
    assert!(matches!(next, Err(AccountError::Disabled)), "{next:?}");
    app.move_clock(Duration::from_secs(60));
    let same = accounts::authenticate(&site, &token).await;
    assert!(matches!(same, Err(AccountError::Disabled)), "also by a token that was found good before: {same:?}");
    assert!(admin::enable(app, &id).await.expect("the database answers"));
    assert!(is_good(&site, &token).await);
}

async fn who_has_no_password_here_is_told_so(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let site = site(app, config(), &[&key]);
    let viewer = viewer(&site, &key.sign(&claims(app, "1"))).await;
    let password = || PASSWORD.to_owned();

    let refused = [
        accounts::change_password(&site, viewer, None, String::new(), password()).await.map(drop),
        accounts::request_email_verification(&site, viewer, None).await,
        accounts::sign_out(&site, viewer, None, true).await,
    ];

    assert!(refused.iter().all(|refused| matches!(refused, Err(AccountError::Elsewhere))), "{refused:?}");
}

async fn mail_goes_to_emails_that_the_provider_vouches_for(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let site = site(app, config(), &[&key]);
    app.stock(1, Category::One, 3).await;
    let vouched = with(with(claims(app, "1"), "email", json!("ana@example.com")), "email_verified", json!(true));
    let said = with(claims(app, "2"), "email", json!("ben@example.com"));
    // Vouched for or not, no mail can go there: no fan is kept out for it.
    let odd = with(with(claims(app, "3"), "email", json!("a..b@example.com")), "email_verified", json!(true));
    for claims in [&said, &odd, &vouched] {
        let request = HoldRequest { match_number: 1, category: 1, quantity: 1, idempotency_key: None };
        let fan = viewer(&site, &key.sign(claims)).await;
        reservations::hold(app, fan, request).await.expect("nothing stands against the hold");
    }

    let mailer = TestMailer::default();
    mails::round(app, &mailer).await.expect("mails can be looked for");

    assert_eq!(mailer.empty().into_iter().map(|mail| mail.to).collect::<Vec<_>>(), ["ana@example.com"]);
    assert_eq!(mail::Entity::find().count(&app.db).await.expect("mails can be counted"), 0, "the other is not kept");
}

async fn a_key_that_the_provider_withdraws_ends_with_what_it_verified(app: &TestApp) {
    let (old, new) = (SigningKey::rsa("old", 0), SigningKey::rsa("new", 1));
    let site = site(app, config(), &[&old]);
    let (of_old, of_new) = (old.sign(&claims(app, "1")), new.sign(&claims(app, "1")));
    assert!(is_good(&site, &of_old).await);

    of(&site).set_keys(&set(&[&old, &new])).expect("the keys are of use");
    assert!(is_good(&site, &of_old).await && is_good(&site, &of_new).await);
    for useless in
        [json!({ "keys": [] }), json!({}), json!([]), json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": "old" }] })]
    {
        assert!(of(&site).set_keys(&useless).is_err(), "{useless}");
        assert!(is_good(&site, &of_old).await, "the last good set stays");
    }
    of(&site).set_keys(&set(&[&new])).expect("the key is of use");
    assert!(is_good(&site, &of_new).await);
    assert!(!is_good(&site, &of_old).await, "also what was found good before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_was_found_good_costs_no_query_for_a_minute() {
    let app = TestApp::start(Backend::Postgres).await;
    let key = SigningKey::new("one", EdDSA);
    let site = site_over(&app, app.database.connect().await, config());
    of(&site).set_keys(&set(&[&key])).expect("the key is of use");
    let token = key.sign(&claims(&app, "1"));
    let known = viewer(&site, &token).await;

    site.db.clone().close().await.expect("a pool can be closed");

    assert_eq!(viewer(&site, &token).await, known);
    app.move_clock(Duration::from_secs(60));
    let later = accounts::authenticate(&site, &token).await;
    assert!(matches!(later, Err(AccountError::Store(_))), "{later:?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_key_is_asked_for_once_for_all_and_not_again_for_a_while() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (old, new) = (SigningKey::new("old", EdDSA), SigningKey::new("new", EdDSA));
    let site = site(&app, config(), &[&old]);
    let is_requested = async |site: &App| tokio::time::timeout(PATIENCE, of(site).refresh_requested()).await.is_ok();
    let tokens: Vec<String> = (0..4).map(|number| new.sign(&with(claims(&app, "1"), "jti", json!(number)))).collect();

    let fetching = async {
        assert!(is_requested(&site).await);
        of(&site).set_keys(&set(&[&old, &new])).expect("the keys are of use");
    };
    let (viewers, ()) = tokio::join!(join_all(tokens.iter().map(|token| viewer(&site, token))), fetching);
    assert_eq!(viewers.len(), 4, "all waited for one answer");

    let stranger = SigningKey::new("strange", EdDSA).sign(&claims(&app, "1"));
    assert!(!is_good(&site, &stranger).await, "nobody is asked, and nobody waits");
    assert!(futures_util::FutureExt::now_or_never(of(&site).refresh_requested()).is_none());
    app.move_clock(Duration::from_secs(10));
    let ((), refused) = tokio::join!(
        async {
            assert!(is_requested(&site).await);
            of(&site).fetch_failed();
        },
        accounts::authenticate(&site, &stranger)
    );
    assert!(matches!(refused, Err(AccountError::ProviderAway)), "nobody can say whose it is: {refused:?}");
    assert!(is_good(&site, &tokens[0]).await, "known keys stay in use");
    app.finish().await;
}
