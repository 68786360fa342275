//! What stands in the way of a deletion, kind by kind, and how it goes away.

use std::time::Duration;

use domain::{
    accounts::{
        AccountError,
        deletion::{self, Force, Obstacle, ObstacleKind},
    },
    keeper,
};
use entities::category::Category;
use tests::{
    Fan, TestApp,
    bank::{ASKS, Call, Fault},
    both,
    sites::PRICE,
};

use super::erasure::{deletes, person, to_come};

both! {
    a_ticket_of_a_match_to_come_stands_in_the_way_until_the_match_is_over,
    a_listing_and_the_buyer_who_ordered_it_stand_in_the_way,
    a_payment_in_progress_stands_in_the_way,
    money_that_is_owed_to_a_seller_stands_in_the_way,
    a_refund_under_way_stands_in_the_way,
    a_gift_that_can_be_accepted_stands_in_the_way,
}

const EMAIL: &str = "ana@example.com";

/// What a deletion is refused for now; nothing where it is not, and then the account is gone.
async fn stands(app: &TestApp, fan: &Fan) -> Vec<(ObstacleKind, u64)> {
    match deletes(app, fan).await {
        Ok(_) => Vec::new(),
        Err(AccountError::NotSettled(found)) => {
            let outlook = deletion::outlook(app, fan.viewer).await.expect("there is an account");
            assert_eq!(outlook.obstacles, found, "what is refused is what was foretold");
            found.into_iter().map(|Obstacle { kind, count }| (kind, count)).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

/// Whether no operator goes past it either.
async fn stands_for_operators(app: &TestApp) -> bool {
    matches!(deletion::erase_named(app, EMAIL, Force::Tickets).await, Err(AccountError::NotSettled(_)))
}

async fn keep(app: &TestApp) {
    keeper::round(app).await.expect("payments can be kept");
}

async fn a_ticket_of_a_match_to_come_stands_in_the_way_until_the_match_is_over(app: &TestApp) {
    to_come(app, 1).await;
    app.stock(2, Category::One, 20).await;
    let ana = person(app, EMAIL, "Ana").await;
    ana.buys(1, Category::One).await;
    ana.buys(1, Category::One).await;
    ana.buys(2, Category::One).await;

    assert_eq!(stands(app, &ana).await, [(ObstacleKind::ValidTickets, 2)], "the other match is over");
    app.move_clock(Duration::from_secs(25 * 3_600));
    assert_eq!(stands(app, &ana).await, [(ObstacleKind::ValidTickets, 2)], "it is being played");
    app.move_clock(Duration::from_secs(4 * 3_600));
    assert_eq!(stands(app, &ana).await, []);
}

async fn a_listing_and_the_buyer_who_ordered_it_stand_in_the_way(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (person(app, EMAIL, "Ana").await, app.fan("ben").await);
    let bought = ana.buys(1, Category::One).await;
    let listing = ana.offers(bought.id, PRICE).await;

    assert_eq!(stands(app, &ana).await, [(ObstacleKind::OpenListings, 1)]);
    let order = ben.orders(listing.id).await;
    assert_eq!(stands(app, &ana).await, [(ObstacleKind::OrderedListings, 1)]);
    assert!(stands_for_operators(app).await);
    ben.cancel(order.id).await.expect("it is his");
    ana.withdraw(listing.id).await.expect("it is hers");
    assert_eq!(stands(app, &ana).await, []);
}

async fn a_payment_in_progress_stands_in_the_way(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, EMAIL, "Ana").await;
    let hold = ana.holds(1, Category::One, 1).await;
    ana.pay_with(hold.id, ASKS, None).await.expect("her bank asks");

    assert_eq!(stands(app, &ana).await, [(ObstacleKind::PaymentsInProgress, 1)]);
    assert!(stands_for_operators(app).await);
    ana.cancel(hold.id).await.expect("it can be given up");
    assert_eq!(stands(app, &ana).await, []);
}

async fn money_that_is_owed_to_a_seller_stands_in_the_way(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (person(app, EMAIL, "Ana").await, app.fan("ben").await);
    let bought = ana.buys(1, Category::One).await;
    let listing = ana.offers(bought.id, PRICE).await;
    let order = ben.orders(listing.id).await;
    ben.pay(order.id).await.expect("it can be paid");

    assert_eq!(stands(app, &ana).await, [(ObstacleKind::PayoutsDue, 1)]);
    assert!(stands_for_operators(app).await);
    keep(app).await;
    assert_eq!(stands(app, &ana).await, []);
}

async fn a_refund_under_way_stands_in_the_way(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, EMAIL, "Ana").await;
    let bought = ana.buys(1, Category::One).await;
    app.bank.fail(Call::Refund, Fault::Before);
    ana.refund(bought.reservation_id, None).await.expect("nothing stands against it");

    assert_eq!(stands(app, &ana).await, [(ObstacleKind::RefundsUnderWay, 1)]);
    assert!(stands_for_operators(app).await);
    app.bank.forget_faults();
    app.move_clock(Duration::from_secs(3_600));
    keep(app).await;
    assert_eq!(stands(app, &ana).await, []);
}

async fn a_gift_that_can_be_accepted_stands_in_the_way(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, EMAIL, "Ana").await;
    let bought = ana.buys(1, Category::One).await;
    ana.give(bought.id, "friend@example.com").await.expect("nothing stands against it");

    assert_eq!(stands(app, &ana).await, [(ObstacleKind::GiftsOffered, 1)]);
    app.move_clock(Duration::from_secs(73 * 3_600));
    assert_eq!(stands(app, &ana).await, [], "its time is over, whether or not that is written down");
}
