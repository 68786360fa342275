//! Terms: who may offer what at which price, who may order it, and how it is found.

use std::time::Duration;

use book::master_list::MasterListMatch;
use domain::{
    desk::error::{HoldError, OrderRefused},
    field_errors::FieldError,
    resale::{
        self, Change, Offer, OrderRequest, Price, ResaleError, Subject,
        market::{self, Cursor, Filter, Sort},
    },
    settings::SalesClose,
    tickets::gate::Outcome,
};
use entities::{category::Category, listing::State, ticket};
use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestApp,
    bank::PAYS,
    both, offer, price,
    sites::{self, PRICE},
};
use uuid::Uuid;

use super::resale::{code, offered, scanned, ticket};

both! {
    only_a_valid_ticket_of_ones_own_can_be_offered_and_only_once,
    everything_that_is_wrong_with_an_offer_is_said_field_by_field,
    one_key_offers_once_and_orders_once,
    nobody_buys_of_themselves_or_at_a_price_that_they_have_not_seen,
    an_edit_names_the_newest_version_or_changes_nothing,
    the_market_is_found_by_what_is_asked_page_by_page,
}

async fn only_a_valid_ticket_of_ones_own_can_be_offered_and_only_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let (one, other) = (ana.buys(1, Category::One).await, ana.buys(1, Category::One).await);
    let of = |id: Uuid| offer(Subject::Ticket(id), PRICE);

    assert!(matches!(ben.offer(of(one.id)).await, Err(ResaleError::NoTicket)));
    assert!(matches!(ana.offer(of(Uuid::now_v7())).await, Err(ResaleError::NoTicket)));
    let listed = ana.offers(one.id, PRICE).await;
    assert!(matches!(ana.offer(of(one.id)).await, Err(ResaleError::NotValid(ticket::Status::Listed))));
    assert_eq!(scanned(app, code(app, &other).await, "1").await, Outcome::Admitted);
    assert!(matches!(ana.offer(of(other.id)).await, Err(ResaleError::NotValid(ticket::Status::Used))));

    ana.withdraw(listed.id).await.expect("nobody is buying it");
    ana.offers(one.id, PRICE).await;
    let second = app.db.execute_unprepared("UPDATE listings SET state = 'OPEN'").await;
    assert!(second.is_err(), "the database takes two listings of one ticket");
    assert!(matches!(ana.withdraw(listed.id).await, Ok(row) if row.state == State::Withdrawn));
    assert_eq!(ticket(app, one.id).await.status, ticket::Status::Listed);
}

async fn everything_that_is_wrong_with_an_offer_is_said_field_by_field(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let bought = ana.buys(1, Category::One).await;
    let with = |subject: Result<Subject, FieldError>, amount: i64, currency: Option<&str>| Offer {
        subject,
        title: " ".to_owned(),
        description: Some("\u{0}".to_owned()),
        price: Price { amount: amount.into(), currency: currency.map(str::to_owned) },
        idempotency_key: Some(String::new()),
    };
    let words = ["title", "description"];
    let neither = FieldError { field: "ticketId", problem: "must be given".to_owned() };

    for (wrong, others) in [
        (
            with(Ok(Subject::Outside { match_number: 1, category: 7 }), -10, Some("EUR")),
            &["price.currency", "price.amount", "idempotencyKey", "outside", "outside.category"][..],
        ),
        (with(Err(neither), -10, None), &["price.amount", "idempotencyKey", "ticketId"]),
        (with(Ok(Subject::Ticket(Uuid::now_v7())), 75, None), &["idempotencyKey", "ticketId"]),
        (with(Ok(Subject::Ticket(bought.id)), 100_000, None), &["idempotencyKey", "price.amount"]),
    ] {
        let refused = ana.offer(wrong).await.expect_err("everything is wrong");
        assert_eq!(fields(&refused), [&words[..], others].concat(), "{refused}");
    }
    let listed = ana.offers(bought.id, PRICE).await;
    let change = Change {
        version: 1,
        title: Some(String::new()),
        description: Some("\u{0}".to_owned()),
        price: Some(Price { amount: 100_000.into(), currency: None }),
    };
    let refused = ana.change(listed.id, change).await.expect_err("everything is wrong");
    assert_eq!(fields(&refused), ["title", "description", "price.amount"], "{refused}");
    ana.withdraw(listed.id).await.expect("nobody is buying it");

    // The cap is by what the category cost at first: 110 % of 75.
    let dear = ana.offer(offer(Subject::Ticket(bought.id), 8_251)).await.expect_err("it is beyond the cap");
    assert!(matches!(&dear, ResaleError::Invalid(wrong) if wrong[0].field == "price.amount"), "{dear}");
    assert_eq!(ticket(app, bought.id).await.status, ticket::Status::Valid);
    let listed = ana.offers(bought.id, 8_250).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(listed.id).await;
    ben.pay_with(order.id, PAYS, None).await.expect("the card pays");
    let second = ben.ticket_of(order.id).await.expect("the buyer has a ticket");
    assert!(ben.offer(offer(Subject::Ticket(second.id), 8_251)).await.is_err(), "a resale raises no cap");
    ben.offers(second.id, 8_250).await;
}

fn fields(refused: &ResaleError) -> Vec<&'static str> {
    let ResaleError::Invalid(wrong) = refused else { panic!("{refused}") };
    wrong.iter().map(|wrong| wrong.field).collect()
}

async fn one_key_offers_once_and_orders_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let (one, other) = (ana.buys(1, Category::One).await, ana.buys(1, Category::One).await);
    let named = |id: Uuid| Offer { idempotency_key: Some("k".to_owned()), ..offer(Subject::Ticket(id), PRICE) };

    let listed = ana.offer(named(one.id)).await.expect("nothing stands against it");
    assert_eq!(ana.offer(named(one.id)).await.expect("it is the same"), listed);
    assert!(matches!(ana.offer(named(other.id)).await, Err(ResaleError::KeyReused)));

    let request = |listing_id: Uuid| OrderRequest { listing_id, version: None, idempotency_key: Some("k".to_owned()) };
    let order = ben.request_order(request(listed.id)).await.expect("nothing stands against it");
    assert_eq!(ben.request_order(request(listed.id)).await.expect("it is the same"), order);
    let second = ana.offers(other.id, PRICE).await;
    let is_reused =
        |refused: ResaleError| matches!(refused, ResaleError::Listing(OrderRefused::Hold(HoldError::KeyReused)));
    assert!(ben.request_order(request(second.id)).await.is_err_and(is_reused));
    assert!(matches!(ben.hold_once("k", 1, Category::One, 1).await, Err(HoldError::KeyReused)));
    ben.hold_once("h", 1, Category::One, 1).await.expect("nothing stands against it");
    let taken = OrderRequest { idempotency_key: Some("h".to_owned()), ..request(second.id) };
    assert!(ben.request_order(taken).await.is_err_and(is_reused));
}

async fn nobody_buys_of_themselves_or_at_a_price_that_they_have_not_seen(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    assert!(matches!(seller.order(offered.id).await, Err(ResaleError::Listing(OrderRefused::Own))));
    assert!(matches!(ben.order(Uuid::now_v7()).await, Err(ResaleError::Listing(OrderRefused::NotFound))));
    let change = Change { version: 1, price: Some(price(PRICE + 100)), ..Change::default() };
    seller.change(offered.id, change).await.expect("nobody is buying it");

    let seen = |version| OrderRequest { listing_id: offered.id, version: Some(version), idempotency_key: None };
    let stale = ben.request_order(seen(1)).await.expect_err("it has changed");
    assert!(matches!(stale, ResaleError::Listing(OrderRefused::Stale { current: 2 })), "{stale}");
    let order = ben.request_order(seen(2)).await.expect("it is as it was seen");
    assert_eq!(order.unit_price_minor, PRICE + 100);
}

async fn an_edit_names_the_newest_version_or_changes_nothing(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let titled = |version, title: &str| Change { version, title: Some(title.to_owned()), ..Change::default() };

    let second = seller.change(offered.id, titled(1, "Row 3")).await.expect("it is the newest");
    assert_eq!((second.version, second.title.as_str()), (2, "Row 3"));
    for version in [1, 3, 0] {
        let stale = seller.change(offered.id, titled(version, "Row 1")).await.expect_err("it is another version");
        assert!(matches!(stale, ResaleError::Listing(OrderRefused::Stale { current: 2 })), "{stale}");
    }
    let same = seller.change(offered.id, titled(2, "Row 3")).await.expect("nothing changes");
    assert_eq!(same, second);

    let other = app.fan("other").await;
    assert!(matches!(
        other.change(offered.id, titled(2, "Mine")).await,
        Err(ResaleError::Listing(OrderRefused::NotFound))
    ));
    let (one, two) = tokio::join!(
        seller.change(offered.id, titled(2, "Row 4")),
        seller.change(offered.id, Change { version: 2, price: Some(price(5_000)), ..Change::default() }),
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert!(matches!(
        one.as_ref().err().or(two.as_ref().err()),
        Some(ResaleError::Listing(OrderRefused::Stale { current: 3 }))
    ));
}

async fn the_market_is_found_by_what_is_asked_page_by_page(app: &TestApp) {
    for number in [1, 2] {
        app.give(sites::given(number, &[(Category::One, 20), (Category::Two, 20)])).await;
    }
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let mut ids = Vec::new();
    for (fan, number, category, price) in [
        (&ana, 1, Category::One, 7_000),
        (&ben, 1, Category::One, 5_000),
        (&ana, 1, Category::Two, 7_000),
        (&ben, 2, Category::Two, 6_000),
        (&ana, 2, Category::Two, 2_000),
    ] {
        let bought = fan.buys(number, category).await;
        ids.push(fan.offers(bought.id, price).await.id);
    }
    ana.withdraw(ids[4]).await.expect("nobody is buying it");
    app.fan("cleo").await.orders(ids[3]).await;

    let by = |filter: Filter, sort: Sort, pages: usize| {
        let ids = ids.clone();
        async move {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let found_page = market::page(app, filter.clone(), sort, after, pages).await;
                let page = found_page.expect("the market can be read").page;
                after = page.items.last().map(|row| Cursor::from(&**row));
                found
                    .extend(page.items.iter().map(|row| ids.iter().position(|id| *id == row.id).expect("it is known")));
                if !page.more {
                    return found;
                }
            }
        }
    };
    let all = Filter::default;
    for pages in [1, 2, 10] {
        assert_eq!(by(all(), Sort::PriceAsc, pages).await, [1, 3, 0, 2]);
        assert_eq!(by(all(), Sort::PriceDesc, pages).await, [2, 0, 3, 1]);
        assert_eq!(by(all(), Sort::Newest, pages).await, [3, 2, 1, 0]);
        assert_eq!(by(all(), Sort::Oldest, pages).await, [0, 1, 2, 3]);
    }
    let narrowed = [
        (Filter { match_number: Some(2), ..all() }, vec![3]),
        (Filter { category: Some(Category::Two), ..all() }, vec![3, 2]),
        (Filter { price_min: Some(6_000), price_max: Some(6_999), ..all() }, vec![3]),
        (Filter { seller_id: Some(ben.viewer.user_id), ..all() }, vec![1, 3]),
        (Filter { team: Some("qatar".to_owned()), match_number: Some(1), ..all() }, vec![1, 0, 2]),
        (Filter { team: Some("Nowhere".to_owned()), ..all() }, vec![]),
    ];
    for (filter, expected) in narrowed {
        assert_eq!(by(filter.clone(), Sort::PriceAsc, 1).await, expected, "{filter:?}");
    }
    let mine = market::of_seller(app, ana.viewer, None, None, 10).await.expect("listings can be read");
    assert_eq!(mine.items.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[4], ids[2], ids[0]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_whose_sale_is_over_has_no_listings_to_show() {
    let app = TestApp::start_with(Backend::Sqlite, |settings| settings.sales_close = SalesClose::default()).await;
    let kick_off = app.now() + Duration::from_secs(3_600);
    app.give(MasterListMatch { date_utc: kick_off, ..sites::given(1, &[(Category::One, 20)]) }).await;
    let ana = app.fan("ana").await;
    let bought = ana.buys(1, Category::One).await;
    ana.offers(bought.id, PRICE).await;
    let shown = || async {
        let found = market::page(&app, Filter::default(), Sort::Newest, None, 10).await;
        found.expect("it can be read").page.items.len()
    };
    assert_eq!(shown().await, 1);

    app.move_clock(Duration::from_secs(3_600));

    assert_eq!(shown().await, 0, "and that before it has left the market");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_offered_or_ordered_where_resale_is_off() {
    let closed = TestApp::start_with(Backend::Sqlite, |settings| settings.resale.enabled = false).await;
    closed.stock(1, Category::One, 20).await;
    let ana = closed.fan("ana").await;
    let bought = ana.buys(1, Category::One).await;
    assert!(matches!(ana.offer(offer(Subject::Ticket(bought.id), PRICE)).await, Err(ResaleError::Disabled)));
    let request = OrderRequest { listing_id: Uuid::now_v7(), version: None, idempotency_key: None };
    let refused = resale::order(&closed, ana.viewer, request).await.expect_err("there is no resale");
    assert!(matches!(refused, ResaleError::Disabled));
    closed.finish().await;
}
