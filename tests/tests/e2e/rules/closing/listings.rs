//! What is on the market when the sale ends.

use domain::{
    desk::error::OrderRefused,
    resale::{Change, ResaleError, Subject},
    settings::Settings,
    tickets::gate::Outcome,
};
use entities::{
    category::Category,
    listing::{self, State},
    reservation::CancelReason,
    ticket,
};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tests::{Backend, offer, price, sites::PRICE};

use super::{
    super::resale::{code, listing, scanned, ticket},
    AT_KICK_OFF, BOTH, INSTANT, closes, is_closed_to_fans, offered, site, site_with,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_end_listings_leave_the_market_and_their_tickets_open_the_gate_again() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let (seller, offered) = offered(&app).await;
        let before = ticket(&app, offered.ticket_id.expect("it is one of ours")).await;
        app.clock.stop_at(end - INSTANT);
        closes(&app).await;
        assert_eq!(listing(&app, offered.id).await, offered);

        app.clock.stop_at(end);
        closes(&app).await;

        let ended = listing(&app, offered.id).await;
        assert_eq!((ended.state, ended.version), (State::Withdrawn, offered.version + 1));
        let after = ticket(&app, before.id).await;
        assert_eq!((after.status, after.version), (ticket::Status::Valid, before.version + 1));
        assert_eq!(after.user_id, seller.viewer.user_id);
        assert_eq!(seller.withdraw(offered.id).await.expect("it is withdrawn").version, ended.version);
        assert_eq!(scanned(&app, code(&app, &after).await, "a").await, Outcome::Admitted);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_offered_changed_or_ordered_from_the_instant_on() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let (seller, offered) = offered(&app).await;
        let others = [seller.buys(1, Category::One).await, seller.buys(1, Category::One).await];
        let edit = |version| Change { version, price: Some(price(PRICE - 100)), ..Change::default() };
        let ben = app.fan("ben").await;

        app.clock.stop_at(end - INSTANT);
        seller.offers(others[0].id, PRICE).await;
        let changed = seller.change(offered.id, edit(1)).await.expect("it is a moment before the end");
        for is_written in [false, true] {
            app.clock.stop_at(end);
            if is_written {
                closes(&app).await;
            }
            assert!(is_closed_to_fans(&seller.offer(offer(Subject::Ticket(others[1].id), PRICE)).await));
            assert!(is_closed_to_fans(&seller.change(offered.id, edit(changed.version)).await));
            assert!(is_closed_to_fans(&ben.order(offered.id).await), "written: {is_written}");
        }

        assert_eq!(ticket(&app, others[1].id).await.status, ticket::Status::Valid);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_ordered_by_then_is_paid_after_it_or_its_ticket_goes_back() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let (seller, sold) = offered(&app).await;
        let other = seller.buys(1, Category::One).await;
        let unpaid = seller.offers(other.id, PRICE).await;
        let ben = app.fan("ben").await;
        app.clock.stop_at(end - INSTANT);
        let orders = [ben.orders(sold.id).await, ben.orders(unpaid.id).await];

        app.clock.stop_at(end);
        closes(&app).await;
        assert_eq!(listing(&app, sold.id).await.state, State::Locked);
        ben.pay(orders[0].id).await.expect("it was ordered in time");
        app.advance(app.settings.resale.hold).await;

        assert_eq!(listing(&app, sold.id).await.state, State::Sold);
        let bought = ben.ticket_of(orders[0].id).await.expect("a paid order has its ticket");
        assert_eq!(scanned(&app, code(&app, &bought).await, "a").await, Outcome::Admitted);
        assert_eq!(app.reservation(orders[1].id).await.cancel_reason, Some(CancelReason::Expired));
        assert_eq!(listing(&app, unpaid.id).await.state, State::Withdrawn);
        assert_eq!(ticket(&app, other.id).await.status, ticket::Status::Valid);
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_race_the_end_lose_or_are_whole() {
    for backend in BOTH {
        let (app, end) = site(backend, AT_KICK_OFF).await;
        let (_, offered) = offered(&app).await;
        let fans = app.fans(20).await;
        app.clock.stop_at(end - INSTANT);

        let orders = join_all(fans.iter().map(|fan| fan.order(offered.id)));
        let ends = async {
            app.clock.stop_at(end);
            closes(&app).await;
        };
        let (orders, ()) = tokio::join!(orders, ends);

        let won = orders.iter().filter(|order| order.is_ok()).count();
        for refused in orders.iter().filter(|order| order.is_err()) {
            let is_locked = matches!(refused, Err(ResaleError::Listing(OrderRefused::Locked { .. })));
            assert!(is_locked && won == 1 || is_closed_to_fans(refused), "{refused:?}");
        }
        let expected = if won == 1 { State::Locked } else { State::Withdrawn };
        assert_eq!((won <= 1, listing(&app, offered.id).await.state), (true, expected));
        app.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_listings_there_are_all_of_them_end() {
    let change = |settings: &mut Settings| {
        settings.sales_close = AT_KICK_OFF;
        settings.resale.outside_tickets = true;
    };
    let (app, end) = site_with(Backend::Sqlite, change).await;
    let outside = offer(Subject::Outside { match_number: 1, category: 1 }, PRICE);
    for seller in app.fans(5).await {
        for _ in 0..90 {
            seller.offer(outside.clone()).await.expect("nothing stands against the offer");
        }
    }

    app.clock.stop_at(end);
    closes(&app).await;

    let left = listing::Entity::find().filter(listing::Column::State.eq(State::Open)).count(&app.db).await;
    assert_eq!(left.expect("listings can be counted"), 0);
    app.finish().await;
}
