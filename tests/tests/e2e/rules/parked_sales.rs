//! Parked sales: those of a match whose master-list record has not come yet wait for it, in their order.

use std::time::Duration;

use book::outbox::{
    Event,
    TicketAction::{Cancelled, Pending, Reserved},
};
use domain::{
    expiry,
    foreign::Sale,
    inbox::{Message, Position},
    settings::ParkedSalesBounds,
};
use entities::{category::Category, parked_sale};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use tests::{
    Backend, TestApp, both,
    sites::{apply, given, sale},
};

const THERE: Option<&str> = Some("there");

both! {
    sales_before_their_match_in_one_batch_are_applied_in_order,
    sales_wait_for_a_match_that_comes_later,
    what_waits_is_applied_before_what_comes_after,
    what_was_parked_while_the_match_came_is_applied_by_itself,
    a_match_and_its_sales_at_two_consumers_at_once_end_on_the_same_counts,
}

/// Only in this order do two tickets stay held: the first message gives back what is not held yet.
fn sales() -> Vec<Sale> {
    vec![
        sale(Cancelled, 1, Category::One, 2, THERE),
        sale(Pending, 1, Category::One, 2, THERE),
        sale(Pending, 1, Category::One, 1, THERE),
        sale(Reserved, 1, Category::One, 1, THERE),
    ]
}

fn list() -> Message {
    Message::MasterList(vec![given(1, &[(Category::One, 20)])])
}

async fn demand_the_counts(app: &TestApp) {
    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.foreign_pending), (19, 2));
    let parked = parked_sale::Entity::find().count(&app.db).await;
    assert_eq!(parked.expect("what is parked can be counted"), 0);
}

async fn sales_before_their_match_in_one_batch_are_applied_in_order(app: &TestApp) {
    let mut batch: Vec<_> = sales().into_iter().map(|sale| app.next(Message::Sale(sale))).collect();
    batch.push(app.next(list()));

    let done = apply(app, &batch).await;

    assert_eq!((done.parked, done.applied), (4, 1));
    demand_the_counts(app).await;
}

async fn sales_wait_for_a_match_that_comes_later(app: &TestApp) {
    for sale in sales() {
        assert_eq!(app.hear(sale).await.parked, 1);
    }
    app.hear(sale(Pending, 2, Category::One, 1, THERE)).await;

    app.receive(list()).await;

    let parked = parked_sale::Entity::find().all(&app.db).await;
    let parked = parked.expect("what is parked can be read");
    assert_eq!(parked.len(), 1, "what waits for another match stays");
    app.give(given(2, &[(Category::One, 1)])).await;
    demand_the_counts(app).await;
    app.receive(list()).await;
    demand_the_counts(app).await;
}

async fn what_waits_is_applied_before_what_comes_after(app: &TestApp) {
    let mut sales = sales();
    let last = sales.split_off(2);
    app.receive(list()).await;
    for sale in sales {
        park(app, &sale).await;
    }

    for sale in last {
        app.hear(sale).await;
    }

    demand_the_counts(app).await;
}

async fn what_was_parked_while_the_match_came_is_applied_by_itself(app: &TestApp) {
    app.receive(list()).await;
    for sale in sales() {
        park(app, &sale).await;
    }

    expiry::round(app).await.expect("overdue work can be done");

    demand_the_counts(app).await;
}

/// As another instance does that has not seen the match's record committed.
async fn park(app: &TestApp, sale: &Sale) {
    parked_sale::Entity::insert(parked_sale::ActiveModel {
        match_number: Set(sale.match_number),
        sale: Set(serde_json::to_string(sale).expect("a sale is JSON")),
        sender: Set(sale.sender.clone().unwrap_or_default()),
        received_at: Set(app.now()),
        ..Default::default()
    })
    .exec_without_returning(&app.db)
    .await
    .expect("a sale can be parked");
}

async fn a_match_and_its_sales_at_two_consumers_at_once_end_on_the_same_counts(app: &TestApp) {
    let other = match app.backend {
        Backend::Postgres => Some(app.another().await),
        Backend::Sqlite => None,
    };
    let there = other.as_ref().map_or(app.app(), |other| other.app.clone());

    for number in 1..=20 {
        let partition = |topic: &str, message| {
            let mut record = app.next(message);
            record.at = Position { topic: topic.to_owned(), ..record.at };
            record
        };
        let list = [partition("masterlist", Message::MasterList(vec![given(number, &[(Category::One, 20)])]))];
        let sales: Vec<_> = sales()
            .into_iter()
            .map(|sale| partition("sales", Message::Sale(Sale { match_number: number, ..sale })))
            .collect();
        tokio::join!(apply(app, &list), async {
            for sale in &sales {
                apply(&there, std::slice::from_ref(sale)).await;
            }
        });
    }
    expiry::round(app).await.expect("overdue work can be done");

    for number in 1..=20 {
        let counts = app.counts(number, Category::One).await;
        assert_eq!((counts.available, counts.foreign_pending), (19, 2));
    }
    demand_the_counts(app).await;
    if let Some(mut other) = other {
        other.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_matches_that_never_come_is_bounded_on_sqlite() {
    what_waits_is_bounded(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_matches_that_never_come_is_bounded_on_postgres() {
    what_waits_is_bounded(Backend::Postgres).await;
}

async fn what_waits_is_bounded(backend: Backend) {
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    let bounds = ParkedSalesBounds { most: 30, most_of_sender: 20, kept: week };
    let app = TestApp::start_with(backend, |settings| settings.parked_sales = bounds).await;
    let crowd = |app: &TestApp, sender: Option<&str>| -> Vec<_> {
        (1..=25)
            .map(|number| app.next(Message::Sale(sale(Pending, 1_000 + number, Category::One, 1, sender))))
            .collect()
    };

    let of_sender = apply(&app, &crowd(&app, THERE)).await;
    let of_all = apply(&app, &crowd(&app, None)).await;
    let later = app.hear(sale(Pending, 2_000, Category::One, 1, Some("elsewhere"))).await;

    assert_eq!((of_sender.parked, of_sender.dead), (20, 5));
    assert_eq!((of_all.parked, of_all.dead), (10, 15));
    assert_eq!((later.parked, later.dead), (0, 1));
    let letters = app.told().await.into_iter().filter_map(|queued| match queued.event {
        Event::DeadLetter { reason, payload, .. } => Some((reason, payload)),
        _ => None,
    });
    let letters: Vec<_> = letters.collect();
    assert_eq!(letters.len(), 21, "nothing is passed over in silence");
    assert!(letters.iter().all(|(reason, _)| reason.contains("its match is unknown")));
    let kept: Sale = serde_json::from_slice(&letters[20].1).expect("a letter keeps what was said");
    assert_eq!(kept.match_number, 2_000);

    app.advance(Duration::from_secs(60)).await;
    assert_eq!(app.parked_sales(), 30);
    app.give(given(1_001, &[(Category::One, 20)])).await;
    assert_eq!(app.counts(1_001, Category::One).await.foreign_pending, 2);
    app.advance(week).await;
    app.advance(Duration::from_secs(60)).await;
    assert_eq!(app.parked_sales(), 0);
    assert_eq!(app.hear(sale(Pending, 2_000, Category::One, 1, THERE)).await.parked, 1, "there is room again");
    app.finish().await;
}
