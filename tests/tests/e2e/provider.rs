//! An identity provider, as its people meet the site: let in by the provider's tokens, on every protocol.

use jsonwebtoken::Algorithm::{ES256, RS256};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    client::Client,
    provider::{Provider, SigningKey},
    raw::{self, post},
    socket::{Said, Socket},
};

const ME: &str = "{ me { id email displayName role } }";
const CHANGE_PASSWORD: &str = r#"mutation { changePassword(input: {
    currentPassword: "nobody knows", newPassword: "correct horse battery staple"}) { user { id } } }"#;

fn trusting(world: World, provider: &Provider) -> World {
    world
        .with("MATCHDAY_OIDC_ISSUER", &provider.issuer())
        .with("MATCHDAY_OIDC_AUDIENCES", "tickets,shop")
        .with("MATCHDAY_OIDC_ROLE_CLAIM", "roles")
        .with("MATCHDAY_OIDC_ADMIN_VALUES", "boss")
        .with("MATCHDAY_OIDC_SKEW_SECONDS", "0")
        .with("MATCHDAY_OIDC_UNKNOWN_KEY_SECONDS", "1")
}

/// A token of the provider's that is good for so long.
fn token(site: &Site, provider: &Provider, key: &SigningKey, subject: &str, seconds: i64) -> String {
    let now = site.app.clock.now().timestamp();
    key.sign(&json!({
        "iss": provider.issuer(), "aud": "shop", "sub": subject, "exp": now + seconds,
        "email": format!("{subject}@example.com"), "email_verified": true, "name": subject, "roles": ["fan"],
    }))
}

async fn asked(site: &Site, token: &str) -> raw::Answer {
    post(site.address, &[("authorization", &format!("Bearer {token}"))], &json!({ "query": ME })).await
}

fn code(answer: &raw::Answer) -> String {
    answer.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

async fn knows(who: &Client) -> Value {
    who.ask(ME, json!({})).await.data()["me"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_known_to_the_identity_provider_needs_no_account_and_no_restart_when_its_keys_change() {
    let (old, new) = (SigningKey::new("old", RS256), SigningKey::new("new", ES256));
    let provider = Provider::start(&[&old]).await;
    let site = trusting(World::embedded(), &provider).start().await;
    site.on_sale(1, 20).await;
    let ana = site.visitor().with_token(&token(&site, &provider, &old, "ana", 3_600));

    let me = knows(&ana).await;
    assert_eq!(
        (&me["email"], &me["displayName"], &me["role"]),
        (&json!("ana@example.com"), &json!("ana"), &json!("CUSTOMER"))
    );
    let hold = ana.holds(1, 1, 2).await;
    let mut socket = ana.socket().await;
    socket.reservation(&hold).await;
    assert_eq!(socket.data().await["reservation"]["id"], hold.as_str());
    assert_eq!(ana.ask(CHANGE_PASSWORD, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(ana.ask("mutation { signOut { success } }", json!({})).await.code(), "FORBIDDEN");

    provider.publish(&[&new]);
    let again = ana.with_token(&token(&site, &provider, &new, "ana", 3_600));
    eventually(PATIENCE, "the new key is fetched", || async { again.ask(ME, json!({})).await.is_ok() }).await;
    assert_eq!(knows(&again).await, me);
    assert_eq!(ana.ask(ME, json!({})).await.code(), "UNAUTHENTICATED", "the old key is gone");

    let now = site.app.clock.now().timestamp();
    let boss = new.sign(&json!({
        "iss": provider.issuer(), "aud": ["tickets"], "sub": "boss", "exp": now + 60, "roles": ["fan", "boss"],
    }));
    let rules = site.visitor().with_token(&boss).ask("{ addressRules { nodes { network } } }", json!({})).await;
    assert!(rules.is_ok(), "{rules:?}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_away_keeps_nobody_out_whose_key_is_known() {
    let key = SigningKey::new("one", RS256);
    let provider = Provider::start(&[&key]).await;
    provider.is_away(true);
    let world = trusting(World::embedded(), &provider);
    let coming_back = async {
        eventually(PATIENCE, "it was asked twice in vain", || async { provider.hung_up() >= 2 }).await;
        provider.is_away(false);
    };
    let (site, ()) = tokio::join!(world.start(), coming_back);

    let ana = token(&site, &provider, &key, "ana", 3_600);
    eventually(PATIENCE, "its keys are fetched", || async { asked(&site, &ana).await.status == 200 }).await;
    provider.is_away(true);
    let stranger = SigningKey::rsa("two", 1);
    let unknown = token(&site, &provider, &stranger, "ana", 3_600);
    eventually(PATIENCE, "it is asked in vain", || async { asked(&site, &unknown).await.status == 503 }).await;

    let refused = asked(&site, &unknown).await;
    assert_eq!((code(&refused).as_str(), refused.header("retry-after").as_str()), ("SERVICE_UNAVAILABLE", "5"));
    let known = token(&site, &provider, &key, "ben", 3_600);
    assert_eq!(asked(&site, &known).await.status, 200, "the last good set stays");
    let (status, report) = site.visitor().get("/readyz").await;
    let report: Value = serde_json::from_str(&report).expect("it is JSON");
    let parts = report["parts"].as_array().expect("it lists parts");
    let part = parts.iter().find(|part| part["name"] == "identity provider").expect("it is a part");
    assert_eq!((status, &part["ready"], &part["needed"]), (200, &json!(false), &json!(false)), "{report}");
    let metrics = site.visitor().get("/metrics").await.1;
    assert!(metrics.contains(r#"matchday_oidc_fetches_total{outcome="failed"}"#));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_up_names_of_keys_do_not_make_the_site_hammer_the_provider() {
    let key = SigningKey::new("one", RS256);
    let provider = Provider::start(&[&key]).await;
    let world = trusting(World::embedded(), &provider).with("MATCHDAY_OIDC_UNKNOWN_KEY_SECONDS", "3600");
    let site = world.start().await;
    let before = provider.fetches();

    for number in 0..20 {
        let stranger = SigningKey::new(&format!("made-up-{number}"), ES256);
        let refused = asked(&site, &token(&site, &provider, &stranger, "ana", 60)).await;
        assert_eq!((refused.status, code(&refused).as_str()), (401, "UNAUTHENTICATED"));
    }

    assert!(provider.fetches() <= before + 1, "{before} and then {}", provider.fetches());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_ends_with_the_providers_token_unless_it_is_renewed() {
    let key = SigningKey::new("one", ES256);
    let provider = Provider::start(&[&key]).await;
    let site = trusting(World::embedded(), &provider).start().await;
    site.on_sale(1, 20).await;
    let token = |subject: &str, seconds: i64| token(&site, &provider, &key, subject, seconds);
    let soon = token("ana", 20);
    let (mut short, mut long) =
        (Socket::open(site.address, Some(&soon)).await, Socket::open(site.address, Some(&soon)).await);
    for socket in [&mut short, &mut long] {
        socket.availability(&[1], &[]).await;
        socket.data().await;
    }

    assert!(!long.renew(&token("ben", 3_600)).await, "a socket has one user for its whole life");
    assert!(long.renew(&token("ana", 3_600)).await);

    assert_eq!(short.said_within(PATIENCE).await, Some(Said::Closed(4403)));
    site.visitor().sign_up("cleo").await.holds(1, 1, 1).await;
    assert_eq!(long.data().await["availability"]["matchNumber"], 1, "it goes on");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_disabled_is_forbidden_at_once_whatever_the_provider_says() {
    let key = SigningKey::new("one", ES256);
    let provider = Provider::start(&[&key]).await;
    let site = trusting(World::embedded(), &provider).start().await;
    site.on_sale(1, 20).await;
    let ana = token(&site, &provider, &key, "ana", 3_600);
    assert_eq!(asked(&site, &ana).await.status, 200);
    let mut socket = Socket::open(site.address, Some(&ana)).await;
    socket.availability(&[1], &[]).await;
    socket.data().await;

    let disabled = domain::accounts::admin::disable(&site.app, "ANA@example.com").await;
    assert!(disabled.expect("the database answers"));

    let refused = asked(&site, &ana).await;
    assert_eq!((refused.status, code(&refused).as_str()), (403, "FORBIDDEN"));
    assert_eq!(socket.said_within(PATIENCE).await, Some(Said::Closed(4403)));
    site.finish().await;
}
