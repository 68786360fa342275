//! Tokens and keys of identity providers in the forms that real ones give them.

use domain::{
    App,
    accounts::{self, AccountError, provider::ProviderConfig},
};
use jsonwebtoken::{
    Algorithm::{EdDSA, RS256},
    Header,
};
use serde_json::{Value, json};
use tests::{
    TestApp, both,
    provider::{SigningKey, claims, config, of, set, site, with},
};

both! {
    a_time_with_a_fraction_is_a_time,
    the_only_key_needs_no_name_and_of_several_each_does,
    a_key_without_a_name_is_followed_by_the_next,
    the_audience_may_stand_in_another_claim,
}

async fn is_good(app: &App, token: &str) -> bool {
    match accounts::authenticate(app, token).await {
        Ok(_) => true,
        Err(AccountError::InvalidToken) => false,
        Err(error) => panic!("{error}"),
    }
}

/// A token that does not say by which key.
fn unnamed(key: &SigningKey, claims: &Value) -> String {
    key.sign_as(&Header { kid: None, ..key.header() }, claims)
}

/// The key as a provider publishes it that gives it no name.
fn nameless(mut key: SigningKey) -> SigningKey {
    key.jwk.as_object_mut().expect("a key is an object").remove("kid");
    key
}

async fn a_time_with_a_fraction_is_a_time(app: &TestApp) {
    let key = SigningKey::new("one", EdDSA);
    let site = site(app, config(), &[&key]);
    let now = app.now().timestamp();
    let fraction = |seconds: i64| serde_json::from_str::<Value>(&format!("{seconds}.5")).expect("it is a number");
    let token = |field: &str, time: Value| key.sign(&with(claims(app, "ana"), field, time));

    for field in ["exp", "nbf", "iat"] {
        let good = if field == "exp" { now + 600 } else { now - 5 };
        for time in [fraction(good), json!(good as f64), json!(good)] {
            assert!(is_good(&site, &token(field, time.clone())).await, "{field} {time}");
        }
    }
    assert!(!is_good(&site, &token("nbf", fraction(now + 3_600))).await);
    let over = accounts::authenticate(&site, &token("exp", fraction(now - 60))).await;
    assert!(matches!(over, Err(AccountError::ExpiredToken)), "{over:?}");
    assert!(!is_good(&site, &token("exp", json!((now + 600).to_string()))).await, "a text is no time");
}

async fn the_only_key_needs_no_name_and_of_several_each_does(app: &TestApp) {
    let (named, nameless) = (SigningKey::new("one", RS256), nameless(SigningKey::new("two", EdDSA)));
    let ana = claims(app, "ana");
    let stranger = SigningKey::new("two", EdDSA);

    let of_named = site(app, config(), &[&named]);
    assert!(is_good(&of_named, &named.sign(&ana)).await && is_good(&of_named, &unnamed(&named, &ana)).await);
    assert!(!is_good(&of_named, &unnamed(&stranger, &ana)).await, "a signature counts, not the want of a name");
    let of_nameless = site(app, config(), &[&nameless]);
    assert!(
        is_good(&of_nameless, &unnamed(&nameless, &ana)).await && is_good(&of_nameless, &nameless.sign(&ana)).await
    );
    assert!(!is_good(&of_nameless, &stranger.sign(&ana)).await);
    let of_both = site(app, config(), &[&named, &nameless]);
    assert!(is_good(&of_both, &named.sign(&ana)).await);
    assert!(!is_good(&of_both, &unnamed(&named, &ana)).await, "it may be meant for either");
    assert!(!is_good(&of_both, &unnamed(&nameless, &ana)).await);
}

async fn a_key_without_a_name_is_followed_by_the_next(app: &TestApp) {
    let (old, new) = (nameless(SigningKey::new("one", EdDSA)), nameless(SigningKey::new("one", EdDSA)));
    let site = site(app, ProviderConfig { unknown_key_wait: std::time::Duration::ZERO, ..config() }, &[&old]);
    let ana = claims(app, "ana");
    assert!(is_good(&site, &unnamed(&old, &ana)).await);

    let fetching = async {
        of(&site).refresh_requested().await;
        of(&site).set_keys(&set(&[&new])).expect("it is a key");
    };
    let next = unnamed(&new, &ana);
    let (is_good_now, ()) = tokio::join!(is_good(&site, &next), fetching);

    assert!(is_good_now, "it was asked for");
    let before = unnamed(&old, &with(ana, "jti", json!(2)));
    let (is_good_still, ()) = tokio::join!(is_good(&site, &before), async {
        of(&site).refresh_requested().await;
        of(&site).set_keys(&set(&[&new])).expect("it is a key");
    });
    assert!(!is_good_still);
}

async fn the_audience_may_stand_in_another_claim(app: &TestApp) {
    let key = SigningKey::new("one", RS256);
    let site = site(app, ProviderConfig { audience_claim: "client_id".to_owned(), ..config() }, &[&key]);
    let mut ana = claims(app, "ana");
    ana.as_object_mut().expect("claims are an object").remove("aud");
    let by = |client: Value| key.sign(&with(ana.clone(), "client_id", client));

    assert!(is_good(&site, &by(json!("tickets"))).await);
    assert!(is_good(&site, &by(json!(["others", "tickets"]))).await);
    for wrong in [json!("others"), json!(null), json!(["others"]), json!(true)] {
        assert!(!is_good(&site, &by(wrong.clone())).await, "{wrong}");
    }
    assert!(!is_good(&site, &key.sign(&claims(app, "ana"))).await, "its aud is not asked");
}
