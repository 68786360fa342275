//! When a hold ended, and what became of a reservation step by step.

use std::time::Duration;

use domain::history::{self, Step, StepKind as Kind};
use entities::{
    category::Category,
    reservation::{CancelReason, Status},
};
use tests::{
    TestApp,
    bank::{ASKS, DECLINES, PAYS},
    both, sites,
};
use uuid::Uuid;

use super::payments::{held, keep};

both! {
    a_hold_says_when_it_ended_sold_or_not,
    a_refund_is_none_of_the_ends_of_a_hold,
    a_hold_that_is_had_again_has_not_ended,
    a_sale_that_is_undone_ended_when_it_was,
    each_step_of_a_reservation_is_told_in_its_order_with_its_time,
    histories_are_each_of_their_own_reservation,
}

const MINUTE: Duration = Duration::from_secs(60);

async fn history(app: &TestApp, id: Uuid) -> Vec<Step> {
    let mut found = history::of_reservations(&app.db, &[id]).await.expect("histories can be read");
    history::whole(&app.reservation(id).await, found.remove(&id).unwrap_or_default())
}

async fn kinds(app: &TestApp, id: Uuid) -> Vec<Kind> {
    history(app, id).await.into_iter().map(|step| step.kind).collect()
}

/// Whether a time is of this minute, by the clock of the test.
fn is_now(app: &TestApp, at: Option<chrono::DateTime<chrono::Utc>>) -> bool {
    at.is_some_and(|at| (app.now() - at).num_seconds() < 30)
}

async fn a_hold_says_when_it_ended_sold_or_not(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let (cancelled, paid, late) = (
        ana.holds(1, Category::One, 1).await,
        ana.holds(1, Category::One, 1).await,
        ana.holds(1, Category::One, 1).await,
    );
    assert_eq!(cancelled.ended_at, None);
    app.move_clock(MINUTE);

    let answered = ana.cancel(cancelled.id).await.expect("a hold can be cancelled");
    assert!(is_now(app, answered.ended_at), "{answered:?}");
    assert_eq!(app.reservation(cancelled.id).await.ended_at, answered.ended_at, "it is written down");
    app.move_clock(MINUTE);
    ana.pay_with(paid.id, DECLINES, None).await.expect_err("the card is refused");
    assert_eq!(app.reservation(paid.id).await.ended_at, None, "it goes on");
    ana.pay_with(paid.id, PAYS, None).await.expect("the card pays");
    assert!(is_now(app, app.reservation(paid.id).await.ended_at));
    app.advance(app.settings.hold).await;
    let expired = app.reservation(late.id).await;
    assert!(expired.cancel_reason == Some(CancelReason::Expired) && is_now(app, expired.ended_at), "{expired:?}");
}

async fn a_refund_is_none_of_the_ends_of_a_hold(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
    let sold_at = app.reservation(hold.id).await.ended_at;
    app.move_clock(MINUTE);

    ana.refund(hold.id, None).await.expect("its owner may");

    let row = app.reservation(hold.id).await;
    assert_eq!((row.status, row.cancel_reason), (Status::Cancelled, Some(CancelReason::Refunded)));
    assert!(sold_at.is_some() && row.ended_at == sold_at, "{row:?}");
    let told = kinds(app, hold.id).await;
    let refund = [Kind::RefundBegun, Kind::RefundDone];
    assert_eq!(told[told.len() - 2..], refund, "what is refunded has not ended unpaid");
}

async fn a_hold_that_is_had_again_has_not_ended(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let paid = ana.pay_with(hold.id, ASKS, None).await.expect("it waits");
    app.bank.is_away.store(true, std::sync::atomic::Ordering::SeqCst);
    app.advance(app.settings.hold + app.settings.payment_grace).await;
    assert!(is_now(app, app.reservation(hold.id).await.ended_at));

    app.bank.is_away.store(false, std::sync::atomic::Ordering::SeqCst);
    app.bank.consent(paid.payment.id);
    app.move_clock(app.settings.hold);
    keep(app).await;

    let row = app.reservation(hold.id).await;
    assert!(row.status == Status::Reserved && is_now(app, row.ended_at), "{row:?}");
    assert!(!kinds(app, hold.id).await.contains(&Kind::Ended));
}

async fn a_sale_that_is_undone_ended_when_it_was(app: &TestApp) {
    use tests::bank::{Call, Fault};

    let (ana, hold) = held(app, 20).await;
    app.bank.fail(Call::Capture, Fault::Before);
    let paid = ana.pay_with(hold.id, PAYS, None).await.expect("it is under way");
    let sold_at = app.reservation(hold.id).await.ended_at.expect("it is sold");
    app.bank.set(paid.payment.id, domain::gateway::Status::Cancelled);
    app.move_clock(MINUTE);
    keep(app).await;

    let row = app.reservation(hold.id).await;
    assert_eq!(row.cancel_reason, Some(CancelReason::PaymentFailed));
    assert!(row.ended_at.is_some_and(|at| at > sold_at), "{row:?}");
}

async fn each_step_of_a_reservation_is_told_in_its_order_with_its_time(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    app.move_clock(MINUTE);
    ana.pay_with(hold.id, DECLINES, None).await.expect_err("the card is refused");
    app.move_clock(MINUTE);
    ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
    app.move_clock(MINUTE);
    let ticket = ana.ticket_of(hold.id).await.expect("a paid seat has its ticket");
    ana.refund(hold.id, Some(&[ticket.id])).await.expect("its owner may");

    let told = history(app, hold.id).await;

    let steps: Vec<_> = told.iter().map(|step| (step.kind, step.amount_minor)).collect();
    let (both, one) = (Some(2 * sites::PRICE), Some(sites::PRICE));
    assert_eq!(
        steps,
        [
            (Kind::Held, None),
            (Kind::PaymentBegun, both),
            (Kind::PaymentDeclined, both),
            (Kind::PaymentBegun, both),
            (Kind::PaymentAuthorised, both),
            (Kind::PaymentCaptured, both),
            (Kind::TicketsIssued, None),
            (Kind::RefundBegun, one),
            (Kind::RefundDone, one),
        ]
    );
    assert!(told.is_sorted_by_key(|step| step.at));
    let minutes: Vec<i64> = told.iter().map(|step| (step.at - hold.created_at).num_minutes()).collect();
    assert_eq!(minutes, [0, 1, 1, 2, 2, 2, 2, 3, 3]);

    let given_up = ana.holds(1, Category::One, 1).await;
    ana.pay_with(given_up.id, ASKS, None).await.expect("it waits");
    ana.cancel(given_up.id).await.expect("it can be given up");
    assert_eq!(kinds(app, given_up.id).await, [Kind::Held, Kind::PaymentBegun, Kind::PaymentCancelled, Kind::Ended]);
}

async fn histories_are_each_of_their_own_reservation(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    let (one, other) = (ana.holds(1, Category::One, 1).await, ana.holds(1, Category::One, 2).await);
    ana.pay_with(one.id, PAYS, Some("one")).await.expect("the card pays");
    ana.pay_with(other.id, DECLINES, Some("other")).await.expect_err("the card is refused");

    let found = history::of_reservations(&app.db, &[one.id, other.id]).await.expect("histories can be read");

    for row in [one, other] {
        let alone = history::of_reservations(&app.db, &[row.id]).await.expect("histories can be read");
        assert_eq!(found.get(&row.id), alone.get(&row.id));
        assert!(found[&row.id].len() >= 2);
    }
}
