//! Parking: sales of a match whose master-list record has not come yet wait for it, in their order.

use domain::{
    expiry,
    foreign::Sale,
    inbox::{Message, Position},
    outbox::TicketAction::{Cancelled, Pending, Reserved},
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

/// Only in this order do two tickets stay held: the first message gives back what nobody holds yet.
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
