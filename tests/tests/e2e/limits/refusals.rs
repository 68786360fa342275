//! Refusals: whatever is judged is paid for, also where nothing comes of it, on every route.

use serde_json::json;
use tests::{
    Site, World,
    raw::post,
    socket::{Said, Socket},
};

use super::{query, strict};

const SECRET: &str = "whsec_of_the_tests";

/// What everybody without an account has left.
async fn remaining(site: &Site) -> u64 {
    let answer = post(site.address, &[], &query("{ __typename }")).await;
    let header = answer.header("ratelimit");
    let left = header.split("r=").nth(1).and_then(|rest| rest.split(';').next());
    left.and_then(|left| left.parse().ok()).expect("the header says what is left")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_before_it_runs_and_what_is_sent_along_are_paid_for_until_nothing_is_left() {
    let site = strict(World::embedded(), 40_000).start().await;
    let long = json!({ "query": "{ __typename }", "variables": { "nothing": "x".repeat(100_000) } });
    let wrong = json!({ "query": "query ($n: Int!) { match(matchNumber: $n) { id } }", "variables": { "n": "one" } });
    let batch = json!([query("{ nothing }"), query("{ nothing }")]);
    let stranger = None;
    let cases = [
        ("an unknown field", stranger, query("{ nothing }"), 10),
        ("no document", stranger, query("{ nothing"), 10),
        ("a wrong value", stranger, wrong, 10),
        ("too complex", stranger, query(&"{ a ".repeat(60)), 10),
        ("two of a batch", stranger, batch, 20),
        ("a wrong token", Some(("authorization", "Bearer nonsense")), query("{ __typename }"), 10),
        ("no token at all", Some(("authorization", "Basic x")), query("{ __typename }"), 10),
        ("another type", Some(("content-type", "text/plain")), query("{ __typename }"), 10),
        ("nothing that is accepted", Some(("accept", "text/plain")), query("{ __typename }"), 10),
        ("a subscription without a stream", stranger, query("subscription { availability { version } }"), 10),
        ("variables of 100 KB", stranger, long, 90),
    ];
    for (what, header, body, price) in cases {
        let before = remaining(&site).await;
        post(site.address, header.as_slice(), &body).await;
        let paid = before - remaining(&site).await;
        assert!(paid >= price, "{what}: {paid}");
    }
    let before = remaining(&site).await;
    site.visitor().post("/graphql", &[], "{\"query\"").await;
    assert!(before - remaining(&site).await >= 10, "a body that is no JSON");

    let mut limited = false;
    for _ in 0..1_000 {
        let refused = post(site.address, &[], &query(&format!("{{ nothing }}#{}", "x".repeat(100_000)))).await;
        limited = refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED";
        if limited {
            assert_eq!(refused.status, 429);
            break;
        }
    }
    assert!(limited, "refusals end with what the caller has");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_beside_operations_is_paid_for_unless_its_sender_is_known() {
    let world = strict(World::embedded(), 50_000).with("STRIPE_WEBHOOK_SECRET", SECRET);
    let site = world.start().await;
    let visitor = site.visitor();
    let long = "x".repeat(250_000);
    let json = ("content-type", "application/json");
    let unknown = r#"{"clientSecret":"x","paymentMethod":"pm_card_visa"}"#;
    let cases = [
        ("an event that nobody signed", "/webhooks/stripe", ("stripe-signature", "t=1,v1=00"), &*long, 250),
        ("a payment of nobody", "/sandbox/payment_intents/pi_x/confirm", json, unknown, 10),
        ("no event stream", "/graphql/stream", json, r#"{"query":"{ __typename }"}"#, 10),
    ];
    for (what, path, header, body, price) in cases {
        let before = remaining(&site).await;
        let status = visitor.send(path, &[header], body).await.0;
        assert!((400..500).contains(&status), "{what}: {status}");
        let paid = before - remaining(&site).await;
        assert!(paid >= price, "{what}: {paid}");
    }

    let mut last = 0;
    for _ in 0..250 {
        last = visitor.send("/webhooks/stripe", &[("stripe-signature", "t=1,v1=00")], &long).await.0;
    }
    assert_eq!(last, 429, "refusals end with what the sender has");
    let signed = gateways::stripe::sign(SECRET.as_bytes(), site.app.clock.now(), b"{}");
    let (status, said) = visitor.send("/webhooks/stripe", &[("stripe-signature", &signed)], "{}").await;
    assert_eq!((status, said.as_str()), (400, "This is not an event."), "the gateway is always heard");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_sockets_show_are_paid_for_where_they_are_none() {
    let site = strict(World::embedded(), 40_000).start().await;
    let fan = site.fan("ana").await;
    let token = fan.token().expect("they are signed in");
    let forged = format!("{}AAAAAAAA", &token[..token.len() - 8]);

    let before = remaining(&site).await;
    assert!(Socket::open_with(site.address, Some(&forged), &[]).await.is_none(), "it is refused");
    assert!(before - remaining(&site).await >= 10, "to open one");

    let mut socket = fan.socket().await;
    for taken in [false, false, true, false, false] {
        let before = remaining(&site).await;
        assert_eq!(socket.renew(if taken { token } else { &forged }).await, taken);
        assert_eq!(before - remaining(&site).await >= 10, !taken, "to renew one");
    }
    assert!(!socket.renew(&forged).await);
    assert_eq!(socket.said().await, Said::Closed(4401), "the third of a row is the last");
    site.finish().await;
}
