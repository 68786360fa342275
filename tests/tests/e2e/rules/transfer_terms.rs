//! On which terms tickets are given to others: how many, until when, by whom, and what becomes of their price.

use std::time::Duration;

use book::master_list::MasterListMatch;
use domain::{
    desk::error::RefundRefused,
    settings::SalesClose,
    tickets::{self, transfers::TransferError},
};
use entities::{category::Category, ticket::Status};
use sea_orm::ConnectionTrait;
use tests::{Backend, TestApp, both, sites};

use super::{
    resale::ticket,
    transfers::{given, offered, transfers_of},
};

both! {
    a_ticket_changes_hands_as_often_as_the_site_allows,
    one_fan_sends_and_one_receives_so_many_and_no_more,
    the_price_of_a_given_ticket_goes_back_by_the_staff_alone,
}

async fn a_ticket_changes_hands_as_often_as_the_site_allows(app: &TestApp) {
    let (ana, ben, bought, first) = given(app).await;
    ben.accept(&first).await.expect("nothing stands against it");
    for (number, (giver, taker)) in [(&ben, &ana), (&ana, &ben)].into_iter().enumerate() {
        let invitation = offered(app, giver, bought.id, &format!("{number}@example.com")).await;
        taker.accept(&invitation).await.expect("nothing stands against it");
    }

    let refused = ben.give(bought.id, "once@example.com").await.expect_err("three times are enough");

    assert!(matches!(refused, TransferError::TooOften(3)), "{refused}");
    assert_eq!(ticket(app, bought.id).await.version, 4);
}

async fn one_fan_sends_and_one_receives_so_many_and_no_more(app: &TestApp) {
    let (ana, ben, bought, _) = given(app).await;
    for _ in 1..20 {
        ana.take_back(bought.id).await.expect("it is hers");
        ana.give(bought.id, "x@example.com").await.expect("nothing stands against it");
    }
    ana.take_back(bought.id).await.expect("it is hers");
    let refused = ana.give(bought.id, "x@example.com").await.expect_err("twenty of a day are enough");
    assert!(matches!(refused, TransferError::TooMany { retry_after } if retry_after.as_secs() > 86_000), "{refused}");
    app.move_clock(Duration::from_secs(24 * 3_600));
    ana.give(bought.id, "x@example.com").await.expect("it is another day");

    for number in 0..7 {
        let giver = app.fan(&format!("giver{number}")).await;
        let bought = giver.buys(1, Category::One).await;
        let invitation = offered(app, &giver, bought.id, "ben@example.com").await;
        let accepted = ben.accept(&invitation).await;
        let is_beyond = matches!(accepted, Err(TransferError::PurchaseLimit { has: 6, cap: 6 }));
        assert_eq!((accepted.is_ok(), is_beyond), (number < 6, number == 6), "{number}");
    }
}

async fn the_price_of_a_given_ticket_goes_back_by_the_staff_alone(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let hold = ana.holds(1, Category::One, 2).await;
    ana.pay(hold.id).await.expect("a hold can be paid");
    let both = tickets::of_reservations(&app.db, &[hold.id]).await.expect("tickets can be read");
    let invitation = offered(app, &ana, both[0].id, "ben@example.com").await;
    ben.accept(&invitation).await.expect("nothing stands against it");

    for named in [Some(&[both[0].id][..]), None] {
        let refused = ana.refund(hold.id, named).await.expect_err("it is his");
        assert_eq!(refused, RefundRefused::GivenAway { seat: 1 });
    }
    ana.refund(hold.id, Some(&[both[1].id])).await.expect("that one is hers");
    app.fan("staff").await.as_admin().refund(hold.id, None).await.expect("the staff may");

    assert_eq!(ticket(app, both[0].id).await.status, Status::Refunded);
    assert!(matches!(ben.give(both[0].id, "x@example.com").await, Err(TransferError::NotValid(Status::Refunded))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_gives_no_tickets_refuses_and_a_closed_sale_ends_every_offer() {
    for backend in Backend::BOTH {
        let app = TestApp::start_with(backend, |settings| settings.transfers.enabled = false).await;
        app.stock(1, Category::One, 20).await;
        let ana = app.fan("ana").await;
        let bought = ana.buys(1, Category::One).await;
        assert!(matches!(ana.give(bought.id, "x@example.com").await, Err(TransferError::Disabled)));
        assert!(matches!(ana.accept("x").await, Err(TransferError::Disabled)));
        app.finish().await;

        let before = Duration::from_secs(3_600);
        let app =
            TestApp::start_with(backend, |settings| settings.sales_close = SalesClose::BeforeKickOff(before)).await;
        let kick_off = app.now() + Duration::from_secs(7_200);
        app.give(MasterListMatch { date_utc: kick_off, ..sites::given(1, &[(Category::One, 20)]) }).await;
        let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
        let bought = ana.buys(1, Category::One).await;
        let invitation = offered(&app, &ana, bought.id, "ben@example.com").await;
        let row = transfers_of(&app, bought.id).await.pop().expect("it is offered");
        assert_eq!(row.expires_at, kick_off - before);
        app.move_clock(Duration::from_secs(3_600));
        assert!(matches!(ben.accept(&invitation).await, Err(TransferError::Over | TransferError::SaleClosed(1))));
        assert!(matches!(ana.give(bought.id, "x@example.com").await, Err(TransferError::SaleClosed(1))));
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_of_a_match_that_was_brought_forward_is_not_accepted_after_its_new_end() {
    for backend in Backend::BOTH {
        let app =
            TestApp::start_with(backend, |settings| settings.sales_close = SalesClose::BeforeKickOff(Duration::ZERO))
                .await;
        let begins = async |after: u64| {
            let date_utc = app.now() + Duration::from_secs(after);
            app.give(MasterListMatch { date_utc, ..sites::given(1, &[(Category::One, 20)]) }).await;
        };
        begins(7_200).await;
        let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
        let bought = ana.buys(1, Category::One).await;
        let invitation = offered(&app, &ana, bought.id, "ben@example.com").await;

        begins(60).await;
        app.move_clock(Duration::from_secs(60));

        assert!(matches!(ben.accept(&invitation).await, Err(TransferError::SaleClosed(1))));
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_not_confirmed_an_email_gives_nothing_where_the_site_asks_for_that() {
    for backend in Backend::BOTH {
        let app = TestApp::start_with(backend, |settings| settings.verified_email_for_holds = true).await;
        app.stock(1, Category::One, 20).await;
        let ana = app.fan("ana").await;
        let bought = ana.buys(1, Category::One).await;
        app.db.execute_unprepared("UPDATE users SET verified_at = NULL").await.expect("it can be changed");

        assert!(matches!(ana.give(bought.id, "x@example.com").await, Err(TransferError::EmailNotVerified)));
        app.finish().await;
    }
}
