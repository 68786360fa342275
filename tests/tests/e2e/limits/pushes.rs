//! Pushes: what a subscription is sent is paid for where the database is asked for it, and free where many share it.

use std::time::Duration;

use serde_json::json;
use tests::{World, socket::Said};

use super::{cost, strict_to, two_held};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_result_of_a_subscription_pays_for_what_it_reads_and_reads_it_once() {
    let world = strict_to("customer", World::embedded(), 40_000);
    let site = world.start().await;
    let (ana, _, id) = two_held(&site).await;
    let remaining = async || cost(&ana.ask("{ __typename }", json!({})).await.0).2;

    let before = remaining().await;
    let mut shared = ana.socket().await;
    shared.subscribe("subscription { availability(matchNumbers: [1]) { version } }", json!({})).await;
    shared.data().await;
    let asked = before - remaining().await;

    // Each ticket leads to the reservation and its payment, by as many keys as there may be.
    let aliases: String = (0..45).map(|number| format!("p{number}: payment {{ status }} ")).collect();
    let deep = format!(
        "subscription ($id: ID!) {{ reservation(id: $id) {{
            status tickets {{ reservation {{ tickets {{ reservation {{ {aliases} }} }} }} }} }} }}"
    );
    let mut socket = ana.socket().await;
    socket.subscribe(&deep, json!({ "id": id })).await;
    socket.data().await;
    let before = remaining().await;
    let (_, paid_itself, _) = cost(&ana.pay(&id, "pm_card_visa", "a").await.0);
    while socket.data().await["reservation"]["tickets"][0]["reservation"].is_null() {}
    let pushed = before - remaining().await - paid_itself;
    assert!((300..2_000).contains(&pushed), "{pushed}");
    assert!(asked < 300, "what all are sent costs what it is to ask for it: {asked}");

    // Another hold, whose end is told when nothing is left.
    let second = ana.holds(1, 1, 1).await;
    let read = "subscription ($id: ID!) { reservation(id: $id) { status payment { status } tickets { id } } }";
    let mut socket = ana.socket().await;
    socket.subscribe(read, json!({ "id": second })).await;
    socket.data().await;
    for cheaper in ["{ reservations { nodes { id } } }", "{ me { id } }", "{ __typename }"] {
        while ana.ask(cheaper, json!({})).await.is_ok() {}
    }
    site.move_clock(Duration::from_secs(3_600));
    assert_eq!(socket.said().await, Said::Error("RATE_LIMITED".to_owned()));
    assert_eq!(socket.said().await, Said::Complete, "nothing more comes");
    site.finish().await;
}
