//! The site: what pages have to know of it before they show anything.

use serde_json::{Value, json};
use tests::{World, client::Client};

const SITE: &str = "{ site { name currency locales holdSeconds extension { times holdSeconds orderSeconds } maxTicketsPerReservation maxTicketsPerMatch
    needsConfirmedEmail payments publishableKey captcha testCards { paymentMethod outcome declineCode }
    refunds { cutoffHours } resale { feePercent priceCapPercent priceFloorPercent holdSeconds outsideTickets maxOrders
    maxOrdersPerMatch } } }";

async fn told(visitor: &Client) -> Value {
    visitor.ask(SITE, json!({})).await.data()["site"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_are_told_by_what_a_site_without_settings_sells() {
    let world = World::embedded().with("MATCHDAY_SITE_NAME", "Cup Tickets");
    let site = world.start().await;

    let mut told = told(&site.visitor()).await;

    let cards = told["testCards"].take();
    assert_eq!(
        told,
        json!({
            "name": "Cup Tickets", "currency": "USD", "locales": ["en", "es", "fr", "ar"], "holdSeconds": 900,
            "extension": { "times": 1, "holdSeconds": 900, "orderSeconds": 900 },
            "maxTicketsPerReservation": 2, "maxTicketsPerMatch": 6, "needsConfirmedEmail": false,
            "payments": ["SANDBOX"], "publishableKey": null, "captcha": "ALTCHA", "testCards": null,
            "refunds": { "cutoffHours": null },
            "resale": {
                "feePercent": 5, "priceCapPercent": 110, "priceFloorPercent": 20, "holdSeconds": 900,
                "outsideTickets": false, "maxOrders": 8, "maxOrdersPerMatch": 4,
            },
        })
    );
    let visa = json!({ "paymentMethod": "pm_card_visa", "outcome": "PAYS", "declineCode": null });
    assert_eq!(cards[0], visa, "the plainest card is the first");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_site_does_not_do_is_null_and_its_settings_are_told() {
    let world = World::embedded()
        .with("MATCHDAY_WEB_LOCALES", "fr,en")
        .with("MATCHDAY_HOLD_SECONDS", "60")
        .with("MATCHDAY_HOLDS_EXTENSIONS", "0")
        .with("MATCHDAY_HOLDS_PURCHASE_CAP", "4")
        .with("MATCHDAY_ACCOUNTS_VERIFIED_EMAIL_FOR_HOLDS", "true")
        .with("STRIPE_SECRET_KEY", "sk_test_of_a_test")
        .with("STRIPE_PUBLISHABLE_KEY", "pk_test_of_a_test")
        .with("MATCHDAY_BOTS_ENABLED", "false")
        .with("MATCHDAY_REFUNDS_OWNER_ALLOWED", "false")
        .with("MATCHDAY_RESALE_ENABLED", "false");
    let site = world.start().await;

    let told = told(&site.visitor()).await;

    assert_eq!(told["name"], world.name(), "without a name it is the one that other sites know");
    assert_eq!(told["locales"], json!(["fr", "en"]));
    assert_eq!([&told["holdSeconds"], &told["maxTicketsPerMatch"]], [60, 4]);
    assert_eq!(told["needsConfirmedEmail"], true);
    assert_eq!(told["payments"], json!(["STRIPE"]));
    assert_eq!(told["publishableKey"], "pk_test_of_a_test");
    assert_eq!(told["testCards"], json!([]));
    for nothing in ["captcha", "extension", "refunds", "resale"] {
        assert_eq!(told[nothing], Value::Null, "{nothing}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_test_card_does_what_the_site_says_of_it() {
    let world = World::embedded().with("MATCHDAY_HOLDS_PURCHASE_CAP", "100");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let fan = site.fan("fan").await;
    let told = told(&site.visitor()).await;
    let cards = told["testCards"].as_array().expect("there are cards");

    for card in cards {
        let (name, hold) = (card["paymentMethod"].as_str().expect("a card has a name"), fan.holds(1, 1, 1).await);
        let paid = fan.pay(&hold, name, name).await;
        let became = match paid.is_ok() {
            true => match paid.data()["payReservation"]["reservation"]["payment"]["status"].as_str() {
                Some("CAPTURED") => json!({ "paymentMethod": name, "outcome": "PAYS", "declineCode": null }),
                Some("REQUIRES_ACTION") => {
                    json!({ "paymentMethod": name, "outcome": "ASKS_FOR_CONSENT", "declineCode": null })
                }
                other => panic!("{name}: {other:?}"),
            },
            false => {
                let code = &paid.0["errors"][0]["extensions"]["declineCode"];
                json!({ "paymentMethod": name, "outcome": "DECLINES", "declineCode": code })
            }
        };
        assert_eq!(*card, became);
    }
    assert_eq!(cards.len(), 17);
    site.finish().await;
}
