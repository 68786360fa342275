//! Resale: what fans offer and order, on the site's terms, and what becomes of tickets and money.

use std::time::Duration;

use domain::{
    audit,
    desk::error::{HoldError, OrderRefused},
    resale::{Change, ResaleError, Subject, market, payouts},
    reservations::{self, Of},
    tickets::{
        self,
        gate::{self, Gate, Outcome, Scan},
    },
};
use entities::{
    category::Category,
    listing::{self, State},
    mail::{self, Kind},
    payout, reservation,
    reservation::{CancelReason, Status},
    ticket,
};
use sea_orm::{ConnectionTrait, EntityTrait};
use tests::{
    Fan, TestApp,
    bank::{Call, DECLINES, Fault, PAYS},
    both, offer, price,
    sites::{self, PRICE},
};
use uuid::Uuid;

use super::payments::keep;

both! {
    who_pays_a_listing_has_the_ticket_and_its_seller_the_money,
    an_offered_ticket_opens_no_gate_until_it_is_withdrawn_and_then_by_a_new_code,
    a_locked_listing_is_neither_changed_nor_sold_to_another,
    an_order_ends_by_its_time_or_its_buyer_and_the_listing_is_open_again,
    a_ticket_of_elsewhere_is_sold_without_one_of_ours,
    orders_are_no_holds_of_the_stock,
    a_payout_is_made_once_whatever_gets_lost,
    the_audit_sees_each_lie_about_a_listing,
}

/// A seller with a ticket on the market, at the price that it was bought for.
pub(super) async fn offered(app: &TestApp) -> (Fan, listing::Model) {
    app.stock(1, Category::One, 20).await;
    let seller = app.fan("seller").await;
    let ticket = seller.buys(1, Category::One).await;
    let listing = seller.offers(ticket.id, PRICE).await;
    (seller, listing)
}

pub(super) async fn listing(app: &TestApp, id: Uuid) -> listing::Model {
    market::find(app, id).await.expect("listings can be read").expect("the listing is there")
}

pub(super) async fn ticket(app: &TestApp, id: Uuid) -> ticket::Model {
    ticket::Entity::find_by_id(id).one(&app.db).await.expect("tickets can be read").expect("the ticket is there")
}

async fn payouts(app: &TestApp) -> Vec<payout::Model> {
    payout::Entity::find().all(&app.db).await.expect("payouts can be read")
}

pub(super) async fn scanned(app: &TestApp, code: String, nonce: &str) -> Outcome {
    let gate = Gate { device: "north".to_owned(), match_number: None };
    let scan = Scan { code, nonce: nonce.to_owned(), scanned_at: None };
    gate::check_in(app, &gate, &scan).await.expect("the gate answers").outcome
}

pub(super) async fn code(app: &TestApp, row: &ticket::Model) -> String {
    tickets::code(app, row).await.expect("codes can be made").expect("the ticket is valid")
}

async fn who_pays_a_listing_has_the_ticket_and_its_seller_the_money(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let first = ana.buys(1, Category::One).await;
    let old_code = code(app, &first).await;
    let offered = ana.offers(first.id, 8_000).await;
    assert_eq!((offered.state, offered.version, offered.fee_minor), (State::Open, 1, 400));

    let order = ben.orders(offered.id).await;
    assert_eq!((order.status, order.quantity, order.unit_price_minor), (Status::Pending, 1, 8_000));
    let locked = listing(app, offered.id).await;
    assert_eq!((locked.state, locked.version, locked.order_id), (State::Locked, 2, Some(order.id)));
    assert_eq!(locked.locked_until, Some(order.expires_at));
    let paid = ben.pay_with(order.id, PAYS, Some("a")).await.expect("the card pays");

    assert_eq!(paid.reservation.status, Status::Reserved);
    let sold = listing(app, offered.id).await;
    assert_eq!((sold.state, sold.order_id, sold.locked_until), (State::Sold, Some(order.id), None));
    assert_eq!(ticket(app, first.id).await.status, ticket::Status::Transferred);
    assert_eq!(scanned(app, old_code, "1").await, Outcome::Transferred);
    let second = ben.ticket_of(order.id).await.expect("the buyer has a ticket");
    assert_eq!((second.origin_id, second.user_id, second.price_minor), (Some(first.id), ben.viewer.user_id, 8_000));
    assert_eq!(scanned(app, code(app, &second).await, "2").await, Outcome::Admitted);
    let revoked = gate::revoked(app, None, Some(1), None, 10).await.expect("revoked tickets can be read");
    assert!(revoked.page.items.iter().any(|row| row.id == first.id));

    assert_eq!(app.bank.taken(paid.payment.id), 8_000);
    let [due] = &payouts(app).await[..] else { panic!("there is one payout") };
    assert_eq!((due.state, due.amount_minor, due.seller_id), (payout::State::Due, 7_600, ana.viewer.user_id));
    keep(app).await;
    assert_eq!(app.bank.paid_to(ana.viewer.user_id), 7_600);
    assert_eq!(payouts(app).await[0].state, payout::State::Paid);
    let mails = mail::Entity::find().all(&app.db).await.expect("mails can be read");
    let to =
        |kind: Kind| mails.iter().filter(|row| row.kind == kind).map(|row| row.email_key.as_str()).collect::<Vec<_>>();
    assert_eq!(
        (to(Kind::ListingSold), to(Kind::Paid)),
        (vec!["ana@example.com"], vec!["ana@example.com", "ben@example.com"])
    );
}

async fn an_offered_ticket_opens_no_gate_until_it_is_withdrawn_and_then_by_a_new_code(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let bought = ana.buys(1, Category::One).await;
    let old_code = code(app, &bought).await;
    let offered = ana.offers(bought.id, PRICE).await;

    assert_eq!(scanned(app, old_code.clone(), "1").await, Outcome::Listed);
    assert!(tickets::code(app, &ticket(app, bought.id).await).await.expect("it can be asked for").is_none());
    let withdrawn = ana.withdraw(offered.id).await.expect("nobody is buying it");
    assert_eq!((withdrawn.state, withdrawn.version), (State::Withdrawn, 2));
    assert_eq!(ana.withdraw(offered.id).await.expect("it was withdrawn before"), withdrawn);

    let back = ticket(app, bought.id).await;
    assert_eq!((back.status, back.version), (ticket::Status::Valid, bought.version + 1));
    assert_eq!(scanned(app, old_code, "2").await, Outcome::Outdated);
    assert_eq!(scanned(app, code(app, &back).await, "3").await, Outcome::Admitted);
}

async fn a_locked_listing_is_neither_changed_nor_sold_to_another(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let (ben, cleo) = (app.fan("ben").await, app.fan("cleo").await);
    let order = ben.orders(offered.id).await;

    let until = order.expires_at;
    let change = Change { version: 2, price: Some(price(1)), ..Change::default() };
    let refused = seller.change(offered.id, change).await.expect_err("it is locked");
    assert!(matches!(refused, ResaleError::Listing(OrderRefused::Locked { until: of }) if of == until), "{refused}");
    for fan in [&cleo, &ben] {
        let refused = fan.order(offered.id).await.expect_err("it is locked");
        assert!(matches!(refused, ResaleError::Listing(OrderRefused::Locked { .. })), "{refused}");
    }
    assert_eq!(listing(app, offered.id).await.price_minor, PRICE);

    ben.pay_with(order.id, PAYS, None).await.expect("the card pays");
    assert!(matches!(seller.withdraw(offered.id).await, Err(ResaleError::Listing(OrderRefused::Ended))));
    assert!(matches!(cleo.order(offered.id).await, Err(ResaleError::Listing(OrderRefused::Ended))));
    assert!(matches!(cleo.withdraw(offered.id).await, Err(ResaleError::Listing(OrderRefused::NotFound))));
}

async fn an_order_ends_by_its_time_or_its_buyer_and_the_listing_is_open_again(app: &TestApp) {
    let (_, offered) = offered(app).await;
    let (ben, cleo) = (app.fan("ben").await, app.fan("cleo").await);

    let given_up = ben.orders(offered.id).await;
    let row = ben.cancel(given_up.id).await.expect("it can be given up");
    assert_eq!((row.status, row.cancel_reason), (Status::Cancelled, Some(CancelReason::User)));
    let open = listing(app, offered.id).await;
    assert_eq!((open.state, open.version, open.order_id, open.locked_until), (State::Open, 3, None, None));

    let late = ben.orders(offered.id).await;
    app.advance(app.settings.resale.hold).await;
    assert_eq!(app.reservation(late.id).await.cancel_reason, Some(CancelReason::Expired));
    assert_eq!(listing(app, offered.id).await.state, State::Open);
    assert!(ben.pay_with(late.id, PAYS, None).await.is_err());

    let next = cleo.orders(offered.id).await;
    assert!(cleo.pay_with(next.id, DECLINES, None).await.is_err());
    assert_eq!(listing(app, offered.id).await.state, State::Locked, "another card may pay");
    let second = "UPDATE reservations SET status = 'PENDING', cancel_reason = NULL WHERE status = 'CANCELLED'";
    assert!(app.db.execute_unprepared(second).await.is_err(), "the database takes two orders of one listing");
    cleo.pay_with(next.id, PAYS, None).await.expect("the card pays");
    assert_eq!(listing(app, offered.id).await.state, State::Sold);
}

async fn a_ticket_of_elsewhere_is_sold_without_one_of_ours(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let outside = |match_number, category| offer(Subject::Outside { match_number, category }, PRICE);
    assert!(matches!(ana.offer(outside(1, 1)).await, Err(ResaleError::Invalid(_))), "this site does not allow it");
    let other = TestApp::start_with(app.backend, |settings| settings.resale.outside_tickets = true).await;
    other.stock(1, Category::One, 20).await;
    let (ana_there, ben_there) = (other.fan("ana").await, other.fan("ben").await);

    assert!(matches!(ana_there.offer(outside(9, 1)).await, Err(ResaleError::UnknownMatch(9))));
    assert!(matches!(ana_there.offer(outside(1, 2)).await, Err(ResaleError::UnknownCategory(1, 2))));
    let listed = ana_there.offer(outside(1, 1)).await.expect("nothing stands against it");
    let order = ben_there.orders(listed.id).await;
    ben_there.pay_with(order.id, PAYS, None).await.expect("the card pays");

    assert_eq!(ben_there.ticket_of(order.id).await, None);
    assert_eq!(payouts(&other).await[0].amount_minor, PRICE - PRICE / 20);
    other.finish().await;
    drop(ben);
}

async fn orders_are_no_holds_of_the_stock(app: &TestApp) {
    let (_, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let before = app.counts(1, Category::One).await;

    let order = ben.orders(offered.id).await;
    assert_eq!(app.counts(1, Category::One).await, before);
    let cap = app.settings.purchase_cap;
    for _ in 0..cap / 2 {
        ben.holds(1, Category::One, 2).await;
    }
    assert!(matches!(ben.hold(1, Category::One, 1).await, Err(HoldError::PurchaseLimit { has, .. }) if has == cap));

    // All that is unsold is sold by another site: our holds give way, and an order, the newest of all, does not.
    ben.cancel(order.id).await.expect("it can be given up");
    let order = ben.orders(offered.id).await;
    let sold = app.counts(1, Category::One).await.available;
    for _ in 0..sold {
        app.hear(sites::sale(book::outbox::TicketAction::Reserved, 1, Category::One, 1, Some("there"))).await;
    }
    assert_eq!(app.counts(1, Category::One).await.held, 0);
    assert_eq!(app.reservation(order.id).await.status, Status::Pending);
    ben.pay_with(order.id, PAYS, None).await.expect("the card pays");

    let mine = |of| reservations::of_fan(app, ben.viewer, of, None, None, 10);
    let orders = mine(Of::Listings).await.expect("orders can be listed").items;
    assert!(orders.len() == 2 && orders.iter().all(|row| row.listing_id == Some(offered.id)), "{orders:?}");
    assert_eq!(orders[0].id, order.id);
    let holds = mine(Of::Stock).await.expect("reservations can be listed").items;
    assert!(holds.len() > 1 && holds.iter().all(|row: &reservation::Model| row.listing_id.is_none()));
}

async fn a_payout_is_made_once_whatever_gets_lost(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;
    ben.pay_with(order.id, PAYS, None).await.expect("the card pays");

    app.bank.fail(Call::Transfer, Fault::After);
    keep(app).await;
    assert_eq!(payouts(app).await[0].state, payout::State::Due, "nobody knows whether it was made");
    keep(app).await;
    assert_eq!(payouts(app).await[0].attempts, 1, "it is left alone for a while");
    app.move_clock(Duration::from_secs(61));
    keep(app).await;
    app.move_clock(Duration::from_secs(3_600));
    keep(app).await;

    let part = offered.price_minor - offered.fee_minor;
    assert_eq!(app.bank.paid_to(seller.viewer.user_id), part);
    let [paid] = &payouts(app).await[..] else { panic!("there is one payout") };
    assert_eq!((paid.state, paid.attempts, paid.amount_minor), (payout::State::Paid, 2, part));
    let of = |fan: &Fan| payouts::page(app, fan.viewer, None, None, 10);
    assert_eq!(of(&seller).await.expect("payouts can be listed").items.len(), 1);
    assert_eq!(of(&ben).await.expect("payouts can be listed").items.len(), 0);
}

async fn the_audit_sees_each_lie_about_a_listing(app: &TestApp) {
    let (seller, offered) = offered(app).await;
    let other = seller.buys(1, Category::One).await;
    seller.offers(other.id, PRICE).await;
    let ben = app.fan("ben").await;
    let order = ben.orders(offered.id).await;
    ben.pay_with(order.id, PAYS, None).await.expect("the card pays");
    let violations = || async { audit::violations(&app.db).await.expect("it can be audited") };
    assert_eq!(violations().await, [""; 0]);

    let sold_again = "UPDATE listings SET state = 'SOLD',
        order_id = (SELECT id FROM reservations WHERE listing_id IS NOT NULL)
        WHERE id IN (SELECT listing_id FROM payouts)";
    for (lie, truth) in [
        (
            "UPDATE listings SET state = 'WITHDRAWN' WHERE state = 'OPEN'",
            "UPDATE listings SET state = 'OPEN' WHERE state = 'WITHDRAWN'",
        ),
        (
            "UPDATE tickets SET status = 'VALID' WHERE status = 'LISTED'",
            "UPDATE tickets SET status = 'LISTED' WHERE status = 'VALID' AND origin_id IS NULL",
        ),
        (
            "UPDATE tickets SET status = 'VALID' WHERE status = 'TRANSFERRED'",
            "UPDATE tickets SET status = 'TRANSFERRED' WHERE status = 'VALID' AND origin_id IS NULL",
        ),
        ("UPDATE payouts SET amount_minor = amount_minor + 1", "UPDATE payouts SET amount_minor = amount_minor - 1"),
        ("UPDATE listings SET state = 'OPEN', order_id = NULL WHERE state = 'SOLD'", sold_again),
    ] {
        app.db.execute_unprepared(lie).await.expect("the database takes the lie");
        assert_ne!(violations().await, [""; 0], "{lie}");
        app.db.execute_unprepared(truth).await.expect("the database takes the truth");
        assert_eq!(violations().await, [""; 0], "after {lie}");
    }
    for refused in [
        "INSERT INTO payouts SELECT * FROM payouts",
        "UPDATE listings SET locked_until = created_at",
        "UPDATE listings SET order_id = NULL WHERE state = 'SOLD'",
        "UPDATE listings SET price_minor = 0",
    ] {
        assert!(app.db.execute_unprepared(refused).await.is_err(), "the database takes: {refused}");
    }
}
