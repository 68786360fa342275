//! Lengths: how long an answer may be, on every protocol, and that its bytes are paid for.

use serde_json::json;
use tests::{World, raw::post, socket::Said};

use super::{cost, query};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_too_long_is_not_sent_on_any_protocol() {
    let world = World::embedded().with("MATCHDAY_TRANSPORT_DOCUMENTS_MAX_ANSWER_BYTES", "1200");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let fan = site.fan("ana").await;
    let names = |count: usize| (0..count).map(|n| format!("{:x<100}: id ", format!("a{n}"))).collect::<String>();
    let (short, long) = (query(&format!("{{ matches {{ nodes {{ {} }} }} }}", names(5))), names(20));
    let of_matches = query(&format!("{{ matches {{ nodes {{ {long} }} }} }}"));
    let of_own = format!("{{ me {{ {long} }} }}");
    let of_failed = query(&format!("{{ matches {{ nodes {{ {long} }} }} me {{ id }} }}"));
    let subscription = format!("subscription {{ availability {{ match {{ {long} }} }} }}");
    let code = |answer: &serde_json::Value| answer["errors"][0]["extensions"]["code"].clone();

    let sent = post(site.address, &[], &short).await;
    assert!(sent.json()["errors"].is_null(), "{sent:?}");
    for body in [&of_matches, &of_failed] {
        let answer = post(site.address, &[], body).await;
        assert_eq!((code(&answer.json()), answer.json()["data"].is_null()), (json!("QUERY_TOO_COMPLEX"), true));
        assert!(answer.body.len() < 1_200, "{answer:?}");
        let events = post(site.address, &[("accept", "text/event-stream")], body).await;
        assert!(events.body.contains("QUERY_TOO_COMPLEX") && events.body.len() < 1_200, "{events:?}");
    }
    assert_eq!(fan.ask(&of_own, json!({})).await.code(), "QUERY_TOO_COMPLEX");
    let mut socket = fan.socket().await;
    socket.subscribe(&subscription, json!({})).await;
    assert_eq!(socket.said().await, Said::Error("QUERY_TOO_COMPLEX".to_owned()));

    let batch = post(site.address, &[], &json!([short, short, query("{ __typename }")])).await.json();
    assert!(batch[0]["errors"].is_null() && batch[2]["errors"].is_null(), "{batch}");
    assert_eq!(code(&batch[1]), "QUERY_TOO_COMPLEX", "together they have as many");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_long_names_add_to_an_answer_is_asked_for_and_paid() {
    let site = World::embedded().start().await;
    for number in 1..=20 {
        site.on_sale(number, 20).await;
    }
    let asked = async |name: &str| {
        let document = query(&format!("{{ matches {{ nodes {{ categories {{ {name}: category }} }} }} }}"));
        let answer = post(site.address, &[], &document).await;
        (cost(&answer.json()), answer.body.len() as u64)
    };

    let ((short, ..), _) = asked("a").await;
    let ((long, paid, _), bytes) = asked(&"a".repeat(128)).await;

    assert!(long > short + 20, "{long} and {short}");
    assert!(paid >= bytes / 1024, "{paid} for {bytes} bytes");
    let refused = post(site.address, &[], &query(&format!("{{ {}: __typename }}", "a".repeat(129)))).await.json();
    let limit = &refused["errors"][0]["extensions"]["limit"];
    assert_eq!(limit, &json!({ "name": "name_bytes", "found": 129, "allowed": 128 }));
    site.finish().await;
}
