//! What is kept of the market: never older than two seconds, however little this instance has heard.

use std::{sync::Arc, time::Duration};

use book::master_list::MasterListMatch;
use domain::{
    App,
    resale::{
        KeptPages, MarketPage,
        market::{self, Filter, Question, Sort},
    },
    settings::SalesClose,
};
use entities::category::Category;
use tests::{Backend, Fan, TestApp, both, sites};
use uuid::Uuid;

both! {
    a_page_is_read_once_until_something_in_the_market_changes,
    what_this_instance_commits_shows_at_once,
    other_questions_have_pages_of_their_own,
}

const SECOND: Duration = Duration::from_secs(1);

async fn page(app: &App) -> MarketPage {
    market::page(app, Filter::default(), Sort::Newest, None, 10).await.expect("the market can be read")
}

async fn shown(app: &App) -> Vec<(Uuid, i32)> {
    page(app).await.page.items.iter().map(|row| (row.id, row.version)).collect()
}

/// A fan who offers a ticket of match 1.
async fn offered(app: &TestApp) -> (Fan, Uuid) {
    let ana = app.fan("ana").await;
    let id = ana.offers(ana.buys(1, Category::One).await.id, sites::PRICE).await.id;
    (ana, id)
}

async fn a_page_is_read_once_until_something_in_the_market_changes(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, id) = offered(app).await;
    let first = page(app).await;

    ana.holds(1, Category::One, 1).await;
    market::compare(app).await.expect("the market can be read");
    let again = page(app).await;
    assert!(Arc::ptr_eq(&first.page, &again.page), "a hold of the stock changes no listing");
    app.move_clock(3 * SECOND);
    assert!(Arc::ptr_eq(&first.page, &page(app).await.page), "it was compared anew, and nothing has changed");

    ana.change(id, domain::resale::Change { version: 1, title: Some("Row 1".to_owned()), ..Default::default() })
        .await
        .expect("it is hers");
    assert_eq!(shown(app).await, [(id, 2)]);
}

async fn what_this_instance_commits_shows_at_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    assert_eq!(shown(app).await, []);
    let (ana, id) = offered(app).await;
    assert_eq!(shown(app).await, [(id, 1)]);
    let ben = app.fan("ben").await;
    let order = ben.orders(id).await;
    assert_eq!(shown(app).await, [(id, 2)]);
    ben.cancel(order.id).await.expect("it can be given up");
    assert_eq!(shown(app).await, [(id, 3)]);
    ben.orders(id).await;
    app.advance(app.settings.resale.hold).await;
    assert_eq!(shown(app).await, [(id, 5)], "its time is over");
    ana.withdraw(id).await.expect("it is hers");
    assert_eq!(shown(app).await, []);
}

async fn other_questions_have_pages_of_their_own(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, id) = offered(app).await;
    let by = |filter: Filter, sort: Sort, limit: usize| async move {
        let found = market::page(app, filter, sort, None, limit).await.expect("the market can be read");
        found.page.items.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let dearer = ana.offers(ana.buys(1, Category::One).await.id, sites::PRICE + 1).await.id;
    for _ in 0..2 {
        assert_eq!(by(Filter::default(), Sort::PriceAsc, 10).await, [id, dearer]);
        assert_eq!(by(Filter::default(), Sort::PriceDesc, 10).await, [dearer, id]);
        assert_eq!(by(Filter::default(), Sort::PriceAsc, 1).await, [id]);
        let cheap = Filter { price_max: Some(sites::PRICE), ..Default::default() };
        assert_eq!(by(cheap, Sort::PriceDesc, 10).await, [id]);
        assert!(by(Filter { match_number: Some(2), ..Default::default() }, Sort::Newest, 10).await.is_empty());
    }
}

/// Nothing tells an instance of the other's commits here: it finds them out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_hears_nothing_of_another_ones_changes_shows_them_within_two_seconds() {
    let app = TestApp::start(Backend::Postgres).await;
    let mut other = app.another().await;
    app.stock(1, Category::One, 20).await;
    assert_eq!(shown(&other.app).await, []);
    let (ana, id) = offered(&app).await;
    assert_eq!(shown(&app).await, [(id, 1)]);

    app.move_clock(3 * SECOND);
    assert_eq!(shown(&other.app).await, [(id, 1)]);
    app.fan("ben").await.at(&other.app).orders(id).await;
    app.move_clock(3 * SECOND);
    assert_eq!(shown(&app).await, [(id, 2)]);
    ana.withdraw(id).await.expect("nobody is paying for it");
    // By the second, while anybody asks.
    market::compare(&other.app).await.expect("the market can be read");
    assert_eq!(shown(&other.app).await, []);
    other.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_leaves_the_market_when_it_begins_though_nothing_has_changed() {
    let app = TestApp::start_with(Backend::Sqlite, |settings| settings.sales_close = SalesClose::default()).await;
    let kick_off = app.now() + 60 * SECOND;
    app.give(MasterListMatch { date_utc: kick_off, ..sites::given(1, &[(Category::One, 20)]) }).await;
    let (_, id) = offered(&app).await;
    let before = page(&app).await;
    assert_eq!((before.page.items.len(), before.until), (1, Some(kick_off)));

    app.move_clock(59 * SECOND);
    market::compare(&app).await.expect("the market can be read");
    assert_eq!(shown(&app).await, [(id, 1)]);
    app.move_clock(SECOND);
    market::compare(&app).await.expect("the market can be read");
    assert_eq!(shown(&app).await, []);

    // And it comes back if it is put off.
    let later = kick_off + 3_600 * SECOND;
    app.give(MasterListMatch { date_utc: later, ..sites::given(1, &[(Category::One, 20)]) }).await;
    assert_eq!(shown(&app).await, [(id, 1)]);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_market_is_compared_for_as_long_as_somebody_asks() {
    let app = TestApp::start(Backend::Sqlite).await;
    let kept: &KeptPages<Question> = &app.market;
    assert!(!kept.is_asked_for());
    page(&app).await;
    assert!(kept.is_asked_for());
    app.move_clock(11 * SECOND);
    assert!(!kept.is_asked_for());
    app.finish().await;
}
