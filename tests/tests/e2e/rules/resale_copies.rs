//! Copies: another service that hears of listings and orders in any order, some of it twice, ends on what is true.

use std::collections::HashMap;

use book::outbox::Event;
use domain::resale::Change;
use entities::{listing, reservation};
use kafka::{Config, codec};
use proptest::{
    prelude::*,
    test_runner::{Config as Cases, TestRunner},
};
use sea_orm::{ActiveEnum, EntityTrait};
use serde_json::Value;
use tests::{TestApp, bank::PAYS, both, price, sites::PRICE};

use super::resale::{listing as found, offered};

both! {
    who_hears_of_listings_and_orders_in_any_order_and_twice_ends_on_what_is_true,
}

/// What a service keeps of the topic, by kind and id: the newest version that it has heard of.
#[derive(Default)]
struct Copies(HashMap<(&'static str, String), Value>);

impl Copies {
    fn hear(&mut self, record: &Value) {
        let event = record["event"].as_str().expect("a record names its event");
        let kind = if event.starts_with("listing:") { "listing" } else { "order" };
        let (state, id) = (&record[kind], record[kind]["id"].as_str().expect("a state has an id"));
        let known = self.0.entry((kind, id.to_owned())).or_insert(Value::Null);
        if known["version"].as_i64() < state["version"].as_i64() {
            *known = state.clone();
        }
    }

    fn of(records: &[Value]) -> Self {
        let mut copies = Self::default();
        records.iter().for_each(|record| copies.hear(record));
        copies
    }
}

/// What the topic has of a life: offers, edits, orders that end in every way, a sale.
async fn records(app: &TestApp) -> Vec<Value> {
    let (seller, sold) = offered(app).await;
    let (ben, cleo) = (app.fan("ben").await, app.fan("cleo").await);
    let change = Change { version: 1, price: Some(price(PRICE - 500)), ..Change::default() };
    seller.change(sold.id, change).await.expect("nobody is buying it");
    let given_up = ben.orders(sold.id).await;
    ben.cancel(given_up.id).await.expect("it can be given up");
    cleo.orders(sold.id).await;
    app.advance(app.settings.resale.hold).await;
    let paid = ben.orders(sold.id).await;
    ben.pay_with(paid.id, PAYS, None).await.expect("the card pays");
    let other = seller.buys(1, entities::category::Category::One).await;
    let withdrawn = seller.offers(other.id, PRICE).await;
    seller.withdraw(withdrawn.id).await.expect("nobody is buying it");
    let back = seller.offers(other.id, PRICE).await;
    cleo.orders(back.id).await;
    assert_eq!(found(app, sold.id).await.state, listing::State::Sold);

    let topics = Config::default().topics();
    let told = app.told().await.into_iter().map(|queued| queued.event);
    told.filter(|event| matches!(event, Event::Listing { .. } | Event::Order { .. }))
        .map(|event| {
            let record = codec::write(&topics, "here", &event).expect("events can be written");
            assert_eq!(record.topic, topics.resale);
            serde_json::from_slice(&record.payload).expect("it is JSON")
        })
        .collect()
}

async fn who_hears_of_listings_and_orders_in_any_order_and_twice_ends_on_what_is_true(app: &TestApp) {
    let records = records(app).await;
    let names: Vec<&str> = records.iter().filter_map(|record| record["event"].as_str()).collect();
    let all = [
        "listing:created",
        "listing:updated",
        "listing:locked",
        "listing:unlocked",
        "listing:sold",
        "listing:withdrawn",
        "order:created",
        "order:cancelled",
        "order:expired",
        "order:completed",
    ];
    for name in all {
        assert!(names.contains(&name), "nothing tells of {name}: {names:?}");
    }

    let twice: Vec<Value> = records.iter().chain(&records).cloned().collect();
    let mut runner = TestRunner::new(Cases { failure_persistence: None, ..Cases::with_cases(200) });
    let expected = Copies::of(&records).0;
    runner
        .run(&Just(twice).prop_shuffle(), |shuffled| {
            prop_assert_eq!(&Copies::of(&shuffled).0, &expected);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));

    let listings = listing::Entity::find().all(&app.db).await.expect("listings can be read");
    let orders: Vec<_> = (app.reservations().await.into_iter()).filter(|row| row.listing_id.is_some()).collect();
    assert_eq!(expected.len(), listings.len() + orders.len());
    for row in &listings {
        let copy = &expected[&("listing", row.id.to_string())];
        let truth = (Some(i64::from(row.version)), Some(row.state.to_value()), Some(row.price_minor));
        assert_eq!(
            (copy["version"].as_i64(), copy["state"].as_str().map(str::to_owned), copy["priceMinor"].as_i64()),
            truth
        );
    }
    for row in &orders {
        let copy = &expected[&("order", row.id.to_string())];
        assert_eq!(copy["status"].as_str(), Some(reservation::Status::to_value(&row.status).as_str()), "{row:?}");
    }
}
