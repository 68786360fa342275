//! Every call of ours, held against Stripe's own description of its API, and every answer of it read whole.

use domain::gateway::IntentRequest;
use tests::{World, client::Client, stripe_mock::StripeMock};
use uuid::Uuid;

fn intent_request(method: Option<&str>) -> IntentRequest {
    let payment_id = Uuid::now_v7();
    let key = format!("{payment_id}-open");
    IntentRequest { payment_id, amount_minor: 15_000, method: method.map(str::to_owned), key }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stripes_own_description_of_its_api_accepts_every_call_of_ours() {
    let mock = StripeMock::start().await;
    let world = World::embedded()
        .with("STRIPE_SECRET_KEY", "sk_test_123")
        .with("STRIPE_API_BASE", &mock.base())
        .with("MATCHDAY_STRIPE_TIMEOUT_SECONDS", "60");
    let site = world.start().await;
    let gateway = &site.app.gateway;

    for method in [Some("pm_card_visa"), None] {
        let opened = gateway.open(&intent_request(method)).await.expect("a payment is begun");
        assert!(opened.id.starts_with("pi_") && opened.client_secret.is_some(), "{opened:?}");
    }
    let found = gateway.find("pi_123").await.expect("it can be asked about").expect("it is known");
    assert_eq!(found.id, "pi_123");
    assert_eq!(gateway.capture("pi_123", "1-capture").await.expect("it is captured").id, "pi_123");
    assert_eq!(gateway.cancel("pi_123", "1-cancel").await.expect("it is cancelled").id, "pi_123");
    let refund = gateway.refund("pi_123", 7_500, "1-refund").await.expect("a part goes back");
    assert!(refund.id.starts_with("re_"), "{refund:?}");
    let moved = gateway.movements("pi_123").await.expect("what has moved is listed");
    assert!(!moved.refunds.is_empty() && !moved.disputes.is_empty(), "{moved:?}");

    // The search is asked for what Stripe fails to tell of.
    mock.fail_to_open(true);
    let searched = gateway.open(&intent_request(Some("pm_card_visa"))).await.expect("the search finds a payment");
    assert!(searched.id.starts_with("pi_"), "{searched:?}");
    mock.fail_to_open(false);

    // It is no mock that accepts everything.
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", "Bearer sk_test_123")];
    let nonsense =
        Client::new(mock.address).send("/v1/payment_intents", &headers, "amount=1&currency=usd&seats=2").await;
    assert_eq!(nonsense.0, 400, "{nonsense:?}");
    site.finish().await;
}
