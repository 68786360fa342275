//! Refunds: tickets and their price go back together, whose they are, when they may, and nothing else.

use std::time::Duration;

use book::master_list::MasterListMatch;
use domain::{
    audit,
    desk::error::{HoldError, RefundRefused},
    payments::refunds::{self, RefundRequest},
    tickets,
};
use entities::{
    category::Category,
    payment::State,
    payment_change, refund,
    reservation::{self, CancelReason, Status},
    ticket::{self, Status as Ticket},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::{
    Backend, Fan, TestApp,
    bank::{ASKS, Call, Fault},
    both,
    sites::{self, given},
};
use uuid::Uuid;

use super::payments::{TURN, held, keep, payment};

both! {
    all_tickets_of_a_sale_go_back_for_all_of_its_money,
    one_ticket_goes_back_for_its_price_and_the_other_opens_the_gate,
    what_is_refunded_already_is_answered_the_same,
    a_seat_that_came_back_can_be_had_again_by_its_fan_too,
    only_what_is_paid_and_valid_goes_back,
    nobody_gives_back_what_is_somebody_elses_or_is_not_there,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A fan with two tickets.
pub(super) async fn ticketed(app: &TestApp) -> (Fan, reservation::Model, Vec<Uuid>) {
    let (ana, hold) = held(app, 20).await;
    let paid = ana.pay(hold.id).await.expect("a hold can be paid");
    let tickets = tickets_of(app, hold.id).await.into_iter().map(|ticket| ticket.id).collect();
    (ana, paid, tickets)
}

pub(super) async fn tickets_of(app: &TestApp, id: Uuid) -> Vec<ticket::Model> {
    tickets::of_reservations(&app.db, &[id]).await.expect("tickets can be read")
}

pub(super) async fn statuses(app: &TestApp, id: Uuid) -> Vec<Ticket> {
    tickets_of(app, id).await.into_iter().map(|ticket| ticket.status).collect()
}

/// The refunds of a reservation's payment: amount and state, oldest first.
pub(super) async fn refunds_of(app: &TestApp, id: Uuid) -> Vec<(i64, refund::State)> {
    let payment = payment(app, id).await.id;
    let mut found = refunds::of_payments(&app.db, &[payment]).await.expect("refunds can be read");
    found.remove(&payment).unwrap_or_default().into_iter().map(|row| (row.amount_minor, row.state)).collect()
}

pub(super) async fn taken(app: &TestApp, id: Uuid) -> i64 {
    app.bank.taken(payment(app, id).await.id)
}

/// Available, sold by us, and of the available those that the others count as sold.
pub(super) async fn counts(app: &TestApp) -> (i32, i32, i32) {
    let counts = app.counts(1, Category::One).await;
    (counts.available, counts.sold, counts.returned)
}

fn refusal(answer: Result<reservation::Model, RefundRefused>) -> RefundRefused {
    answer.expect_err("it is refused")
}

async fn all_tickets_of_a_sale_go_back_for_all_of_its_money(app: &TestApp) {
    let (ana, paid, _) = ticketed(app).await;

    let back = ana.refund(paid.id, None).await.expect("they go back");

    assert_eq!((back.status, back.cancel_reason, back.returned), (Status::Cancelled, Some(CancelReason::Refunded), 2));
    assert_eq!(statuses(app, paid.id).await, [Ticket::Refunded; 2]);
    assert_eq!(payment(app, paid.id).await.state, State::Refunded);
    assert_eq!(refunds_of(app, paid.id).await, [(2 * sites::PRICE, refund::State::Done)]);
    assert_eq!(taken(app, paid.id).await, 0);
    assert_eq!(counts(app).await, (20, 0, 2));
    let trail = payment_change::Entity::find().order_by_asc(payment_change::Column::Id).all(&app.db).await;
    let trail: Vec<String> = trail.expect("the trail can be read").into_iter().map(|change| change.event).collect();
    assert_eq!(trail, ["CREATED", "SEATED", "PAID_SEATED", "RETURNED", "REFUNDED"]);
}

async fn one_ticket_goes_back_for_its_price_and_the_other_opens_the_gate(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;

    let back = ana.refund(paid.id, Some(&tickets[1..])).await.expect("it goes back");
    assert_eq!((back.status, back.quantity, back.returned), (Status::Reserved, 2, 1));
    assert_eq!(statuses(app, paid.id).await, [Ticket::Valid, Ticket::Refunded]);
    assert_eq!((payment(app, paid.id).await.state, taken(app, paid.id).await), (State::Captured, sites::PRICE));
    assert_eq!(counts(app).await, (19, 1, 1));
    assert_eq!(audit::violations(&app.db).await.expect("the database can be audited"), [""; 0]);

    let rest = ana.refund(paid.id, None).await.expect("it goes back");
    assert_eq!((rest.status, rest.cancel_reason), (Status::Cancelled, Some(CancelReason::Refunded)));
    assert_eq!((payment(app, paid.id).await.state, taken(app, paid.id).await), (State::Refunded, 0));
    assert_eq!(refunds_of(app, paid.id).await, [(sites::PRICE, refund::State::Done); 2]);
    assert_eq!(counts(app).await, (20, 0, 2));
    assert!(rest.version > back.version && back.version > paid.version, "each step shows");
}

async fn what_is_refunded_already_is_answered_the_same(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;

    let first = ana.refund(paid.id, Some(&tickets[..1])).await.expect("it goes back");
    let again = ana.refund(paid.id, Some(&tickets[..1])).await.expect("it is back");
    assert_eq!(again, first);
    let whole = ana.refund(paid.id, Some(&tickets)).await.expect("the other goes back");
    assert_eq!(ana.refund(paid.id, None).await.expect("they are back"), whole);
    assert_eq!(ana.refund(paid.id, Some(&tickets)).await.expect("they are back"), whole);

    assert_eq!(refunds_of(app, paid.id).await, [(sites::PRICE, refund::State::Done); 2]);
    assert_eq!(app.bank.refunds_asked(), 2);
    assert!(matches!(ana.cancel(paid.id).await, Err(HoldError::AlreadyCancelled(CancelReason::Refunded))));
    assert!(matches!(ana.pay(paid.id).await, Err(HoldError::AlreadyCancelled(CancelReason::Refunded))));
}

async fn a_seat_that_came_back_can_be_had_again_by_its_fan_too(app: &TestApp) {
    app.stock(1, Category::One, 6).await;
    let ana = app.fan("ana").await;
    let mut paid = Vec::new();
    for _ in 0..3 {
        let hold = ana.holds(1, Category::One, 2).await;
        paid.push(ana.pay(hold.id).await.expect("a hold can be paid").id);
    }
    let full = ana.hold(1, Category::One, 1).await;
    assert!(matches!(full, Err(HoldError::SoldOut(1, 1))), "{full:?}");
    let one = tickets_of(app, paid[0]).await[0].id;

    ana.refund(paid[0], Some(&[one])).await.expect("it goes back");
    let again = ana.holds(1, Category::One, 1).await;
    ana.pay(again.id).await.expect("a hold can be paid");
    ana.refund(paid[1], None).await.expect("they go back");
    ana.holds(1, Category::One, 2).await;

    let beyond = ana.hold(1, Category::One, 1).await;
    assert!(matches!(beyond, Err(HoldError::TemporarilyUnavailable { available: 2, .. })), "{beyond:?}");
    assert_eq!(counts(app).await, (2, 4, 2));
    // The cap counts what is left of what a fan bought.
    app.stock(2, Category::One, 20).await;
    let ben = app.fan("ben").await;
    for _ in 0..3 {
        ben.holds(2, Category::One, 2).await;
    }
    assert!(matches!(ben.hold(2, Category::One, 1).await, Err(HoldError::PurchaseLimit { has: 6, .. })));
    let his = reservation::Entity::find().filter(reservation::Column::UserId.eq(ben.viewer.user_id));
    let his = his.one(&app.db).await.expect("they can be read").expect("there are three").id;
    ben.pay(his).await.expect("a hold can be paid");
    let one = tickets_of(app, his).await[0].id;
    ben.refund(his, Some(&[one])).await.expect("it goes back");
    ben.holds(2, Category::One, 1).await;
    assert!(matches!(ben.hold(2, Category::One, 1).await, Err(HoldError::PurchaseLimit { has: 6, .. })));
}

async fn set_ticket(app: &TestApp, id: Uuid, change: &str) {
    let changed = ticket::Entity::find_by_id(id).one(&app.db).await.expect("a ticket can be read");
    let seat = changed.expect("it is there").seat;
    let statement = format!("UPDATE tickets SET {change} WHERE seat = {seat}");
    app.db.execute_unprepared(&statement).await.expect("a ticket can be set");
}

async fn only_what_is_paid_and_valid_goes_back(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    assert_eq!(refusal(ana.refund(hold.id, None).await), RefundRefused::NotPaid);
    ana.pay_with(hold.id, ASKS, None).await.expect("it waits");
    assert_eq!(refusal(ana.refund(hold.id, None).await), RefundRefused::NotPaid);
    ana.cancel(hold.id).await.expect("nothing was paid");
    let late = refusal(ana.refund(hold.id, None).await);
    assert_eq!(late, HoldError::AlreadyCancelled(CancelReason::User).into());
    let other = ana.holds(1, Category::One, 2).await;
    app.bank.fail(Call::Capture, Fault::Before);
    ana.pay(other.id).await.expect("it is under way");
    assert_eq!(refusal(ana.refund(other.id, None).await), RefundRefused::BeingPaid);
    app.move_clock(TURN);
    keep(app).await;
    let tickets: Vec<Uuid> = tickets_of(app, other.id).await.into_iter().map(|ticket| ticket.id).collect();

    for (status, change) in [
        (Ticket::Used, "status = 'USED', used_at = issued_at"),
        (Ticket::Listed, "status = 'LISTED', used_at = NULL"),
        (Ticket::Transferred, "status = 'TRANSFERRED'"),
    ] {
        set_ticket(app, tickets[1], change).await;
        for named in [None, Some(&tickets[1..]), Some(&tickets[..])] {
            for fan in [&ana, &ana.as_admin()] {
                assert_eq!(refusal(fan.refund(other.id, named).await), RefundRefused::NotValid { seat: 2, status });
            }
        }
    }
    assert_eq!(counts(app).await, (18, 2, 0));
    ana.refund(other.id, Some(&tickets[..1])).await.expect("the valid one goes back");
    assert_eq!(taken(app, other.id).await, sites::PRICE);
    app.db
        .execute_unprepared("UPDATE reservations SET listing_id = id WHERE returned = 1")
        .await
        .expect("a reservation can be set");
    assert_eq!(refusal(ana.as_admin().refund(other.id, None).await), RefundRefused::Resale);
    app.db.execute_unprepared("UPDATE reservations SET listing_id = NULL").await.expect("a reservation can be set");
    set_ticket(app, tickets[1], "status = 'VALID'").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_give_back_by_the_sites_rule_and_its_staff_always() {
    for backend in Backend::BOTH {
        let app = TestApp::start_with(backend, |settings| settings.refunds.owner_cutoff = Some(2 * DAY)).await;
        let kick_off = app.now() + 3 * DAY;
        app.give(MasterListMatch { date_utc: kick_off, ..given(1, &[(Category::One, 20)]) }).await;
        let ana = app.fan("ana").await;
        let hold = ana.holds(1, Category::One, 2).await;
        ana.pay(hold.id).await.expect("a hold can be paid");
        let tickets: Vec<Uuid> = tickets_of(&app, hold.id).await.into_iter().map(|ticket| ticket.id).collect();
        ana.refund(hold.id, Some(&tickets[..1])).await.expect("the cut-off is tomorrow");

        app.move_clock(DAY);
        let late = refusal(ana.refund(hold.id, None).await);
        assert_eq!(late, RefundRefused::TooLate { until: kick_off - 2 * DAY });
        ana.refund(hold.id, Some(&tickets[..1])).await.expect("it is back since before");
        app.move_clock(5 * DAY);
        ana.as_admin().refund(hold.id, None).await.expect("the staff can");
        app.finish().await;

        let app = TestApp::start_with(backend, |settings| settings.refunds.owner_allowed = false).await;
        let (ana, paid, _) = ticketed(&app).await;
        assert_eq!(refusal(ana.refund(paid.id, None).await), RefundRefused::NotByOwners);
        ana.as_admin().refund(paid.id, None).await.expect("the staff can");
        app.finish().await;
    }
}

async fn nobody_gives_back_what_is_somebody_elses_or_is_not_there(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    let ben = app.fan("ben").await;
    let his = ben.holds(1, Category::One, 1).await;
    ben.pay(his.id).await.expect("a hold can be paid");
    let other = tickets_of(app, his.id).await[0].id;

    for (fan, id) in [(&ben, paid.id), (&ana, his.id), (&ana, Uuid::now_v7()), (&ben.as_admin(), Uuid::now_v7())] {
        assert_eq!(refusal(fan.refund(id, None).await), HoldError::NotFound.into());
    }
    for named in [vec![other], vec![tickets[0], other], vec![Uuid::now_v7()]] {
        assert_eq!(refusal(ana.refund(paid.id, Some(&named)).await), RefundRefused::UnknownTicket);
    }
    for named in [vec![], vec![tickets[0], tickets[1], other]] {
        assert_eq!(refusal(ana.refund(paid.id, Some(&named)).await), RefundRefused::Tickets);
    }
    for reason in [String::new(), "x".repeat(201)] {
        let request = RefundRequest { reservation_id: paid.id, tickets: None, reason: Some(reason) };
        assert_eq!(refusal(refunds::refund(app, ana.viewer, request).await), RefundRefused::Reason);
    }
    assert_eq!(refunds_of(app, paid.id).await, []);
    ben.as_admin().refund(paid.id, None).await.expect("the staff gives back anybody's");
    assert_eq!(taken(app, paid.id).await, 0);
}
