//! Security events: those who run the site see what was decided, on whichever instance, and not of whom more than needed.

use std::time::Duration;

use entities::user::Role;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually, eventually_some};
use tests::{
    Site, World,
    captcha::{SOLVE, encoded, solution},
    client::Client,
    raw::post,
    socket::{Said, Socket},
};

const CRAWLER: (&str, &str) = ("user-agent", "ExampleBot/2.1");
const HOME: (&str, &str) = ("x-forwarded-for", "203.0.113.77");
const SIGN_IN: &str =
    r#"mutation { signIn(input: {email: "ana@example.com", password: "a wrong guess"}) { expiresAt } }"#;
const EVENTS: &str = "query ($kind: SecurityEventKind, $first: Int, $after: String) {
    securityEvents(kind: $kind, first: $first, after: $after) {
        nodes { id kind detail network userId count } pageInfo { hasNextPage endCursor } } }";
const FOLLOW: &str = "subscription { securityEvents { kind detail network count } }";

fn behind_a_proxy(world: World) -> World {
    world.with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8")
}

async fn ask(site: &Site, headers: &[(&str, &str)], text: &str) -> Value {
    post(site.address, headers, &json!({ "query": text })).await.json()
}

/// The events of a kind, once there are any, newest first.
async fn seen(admin: &Client, kind: &str) -> Vec<Value> {
    eventually_some(PATIENCE, &format!("there is a {kind}"), || async {
        let page = admin.ask(EVENTS, json!({ "kind": kind })).await.data();
        let nodes = page["securityEvents"]["nodes"].as_array().cloned().unwrap_or_default();
        (!nodes.is_empty()).then_some(nodes)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_decision_is_told_with_the_network_and_the_reason() {
    let world = behind_a_proxy(World::embedded()).with("MATCHDAY_LIMITS_CAPACITY", "signUp=1");
    let world = world.with("MATCHDAY_LIMITS_REFILL", "signUp=1").with("MATCHDAY_LIMITS_PERIOD_SECONDS", "3600");
    let site = world.start().await;
    let admin = site.staff("root", Role::Admin).await;

    let asked = ask(&site, &[CRAWLER, HOME], SIGN_IN).await;
    let payload = encoded(&solution(&asked["errors"][0]["extensions"]["captcha"]["altcha"]));
    for _ in 0..2 {
        let variables = json!({ "payload": payload });
        post(site.address, &[HOME], &json!({ "query": SOLVE, "variables": variables })).await;
    }
    let sign_up = r#"mutation { signUp(input: {email: "a@example.com", password: "short"}) { expiresAt } }"#;
    for _ in 0..2 {
        ask(&site, &[HOME], sign_up).await;
    }
    for _ in 0..8 {
        ask(&site, &[HOME], SIGN_IN).await;
    }
    let block = "mutation { setAddressRule(input: {network: \"203.0.113.0/24\", effect: BLOCK, reason: \"a test\"}) {
        rule { network } } }";
    admin.ask(block, json!({})).await.data();
    eventually(PATIENCE, "it is blocked", || async {
        ask(&site, &[HOME], SIGN_IN).await["errors"][0]["extensions"]["code"] == "BLOCKED"
    })
    .await;

    for (kind, detail) in [
        ("CAPTCHA_REQUIRED", "declaredCrawler,noAccept"),
        ("CAPTCHA_SOLVED", ""),
        ("CAPTCHA_FAILED", "used"),
        ("RATE_LIMITED", "signUp"),
        ("SIGN_IN_THROTTLED", ""),
        ("ADDRESS_BLOCKED", ""),
    ] {
        let event = seen(&admin, kind).await[0].clone();
        assert_eq!((&event["detail"], &event["userId"]), (&json!(detail), &Value::Null), "{event}");
        assert_eq!(event["network"], "203.0.113.0/24", "{event}");
        assert!(event["count"].as_i64().is_some_and(|count| count >= 1), "{event}");
    }
    let metrics = site.visitor().get("/metrics").await.1;
    assert!(metrics.contains("matchday_security_decisions_total{decision=\"captcha_solved\""), "{metrics}");
    let first = admin.ask(EVENTS, json!({ "first": 2 })).await.data()["securityEvents"].clone();
    assert_eq!((first["nodes"].as_array().map(Vec::len), &first["pageInfo"]["hasNextPage"]), (Some(2), &json!(true)));
    let after = json!({ "first": 2, "after": first["pageInfo"]["endCursor"] });
    let next = admin.ask(EVENTS, after).await.data()["securityEvents"].clone();
    assert_ne!(next["nodes"][0]["id"], first["nodes"][1]["id"]);
    site.finish().await;
}

/// Waits until an event of a network is heard.
async fn heard(socket: &mut Socket, network: &str) {
    while socket.data().await["securityEvents"]["network"] != network {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_one_instance_hears_of_what_another_decides() {
    let world = behind_a_proxy(World::services().await);
    let (first, second) = tokio::join!(world.start(), world.start());
    let admin = first.staff("root", Role::Admin).await;
    let mut socket = admin.socket().await;
    socket.subscribe(FOLLOW, json!({})).await;

    // Who follows hears of what is decided from then on, so it is decided until they have heard.
    let mut own = Value::Null;
    for _ in 0..PATIENCE.as_secs() {
        ask(&first, &[CRAWLER, HOME], SIGN_IN).await;
        if let Some(Said::Next(data)) = socket.said_within(Duration::from_secs(1)).await {
            own = data["securityEvents"].clone();
            break;
        }
    }
    assert_eq!((&own["kind"], &own["network"]), (&json!("CAPTCHA_REQUIRED"), &json!("203.0.113.0/24")));
    for address in ["2001:db8:1:2:3::4", "2001:db8:1:2:ffff::5"] {
        ask(&second, &[CRAWLER, ("x-forwarded-for", address)], SIGN_IN).await;
        heard(&mut socket, "2001:db8:1:2::/64").await;
    }
    first.finish().await;
    second.finish().await;
}
