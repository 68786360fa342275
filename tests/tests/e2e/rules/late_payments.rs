//! Money that comes late, or does not come: after the hold, after the seats went to somebody else, after the sale.

use std::{sync::atomic::Ordering, time::Duration};

use book::outbox::{Event, TicketAction};
use domain::gateway::Status as AtBank;
use entities::{
    category::Category,
    payment::State,
    refund,
    reservation::{CancelReason, Status},
};
use sea_orm::EntityTrait;
use tests::{
    TestApp,
    bank::{ASKS, Call, Fault, PAYS},
    both, sites,
};

use super::payments::{TURN, held, keep, payment, tell};

both! {
    a_hold_outlives_its_time_while_its_payment_may_succeed,
    a_hold_is_kept_for_a_silent_gateway_for_the_grace_and_no_longer,
    money_for_an_ended_hold_gets_the_seats_again_or_goes_back,
    money_that_was_taken_for_nothing_is_refunded,
    a_sale_whose_money_can_not_be_taken_is_undone_and_told_rightly,
}

const HOLD: Duration = Duration::from_secs(900);

async fn a_hold_outlives_its_time_while_its_payment_may_succeed(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for (name, consents) in [("a", true), ("b", false)] {
        let fan = app.fan(name).await;
        let hold = fan.holds(1, Category::One, 2).await;
        let paid = fan.pay_with(hold.id, ASKS, None).await.expect("it waits");

        app.advance(HOLD).await;
        assert_eq!(app.reservation(hold.id).await.status, Status::AwaitingPayment);
        if consents {
            app.bank.consent(paid.payment.id);
        }
        keep(app).await;

        let row = app.reservation(hold.id).await;
        let expected =
            if consents { (Status::Reserved, None) } else { (Status::Cancelled, Some(CancelReason::Expired)) };
        assert_eq!((row.status, row.cancel_reason), expected);
        let taken = if consents { 2 * sites::PRICE } else { 0 };
        assert_eq!(app.bank.taken(paid.payment.id), taken);
    }
    assert_eq!(app.pending(1, Category::One).await, 0);
    assert_eq!(app.bank.reserved(), 0);
}

async fn a_hold_is_kept_for_a_silent_gateway_for_the_grace_and_no_longer(app: &TestApp) {
    let (ana, hold) = held(app, 2).await;
    let paid = ana.pay_with(hold.id, ASKS, None).await.expect("it waits");
    app.bank.is_away.store(true, Ordering::SeqCst);

    app.advance(HOLD).await;
    keep(app).await;
    assert_eq!(app.reservation(hold.id).await.status, Status::AwaitingPayment);
    app.advance(app.settings.payment_grace / 2).await;
    assert_eq!(app.reservation(hold.id).await.status, Status::AwaitingPayment);
    app.advance(app.settings.payment_grace / 2).await;
    assert_eq!(app.reservation(hold.id).await.cancel_reason, Some(CancelReason::Expired));

    app.bank.is_away.store(false, Ordering::SeqCst);
    app.move_clock(HOLD);
    keep(app).await;
    assert_eq!(payment(app, hold.id).await.state, State::Voided);
    assert_eq!(app.bank.taken(paid.payment.id), 0);
}

async fn money_for_an_ended_hold_gets_the_seats_again_or_goes_back(app: &TestApp) {
    for (number, taken) in [(1, false), (2, true)] {
        app.stock(number, Category::One, 2).await;
        let fan = app.fan(&format!("fan {number}")).await;
        let hold = fan.holds(number, Category::One, 2).await;
        let paid = fan.pay_with(hold.id, ASKS, None).await.expect("it waits");
        app.bank.is_away.store(true, Ordering::SeqCst);
        app.advance(HOLD + app.settings.payment_grace).await;
        assert_eq!(app.reservation(hold.id).await.status, Status::Cancelled);
        app.bank.is_away.store(false, Ordering::SeqCst);
        app.bank.consent(paid.payment.id);
        if taken {
            app.fan("ben").await.holds(number, Category::One, 1).await;
        }

        app.move_clock(TURN);
        tell(app, &format!("event {number}"), paid.payment.id).await;
        keep(app).await;

        let (row, payment) = (app.reservation(hold.id).await, payment(app, hold.id).await);
        let expected = if taken { (Status::Cancelled, State::Voided) } else { (Status::Reserved, State::Captured) };
        assert_eq!((row.status, payment.state), expected);
        assert_eq!(app.bank.taken(payment.id), if taken { 0 } else { 2 * sites::PRICE });
        assert_eq!(app.bank.reserved(), 0);
    }
}

async fn money_that_was_taken_for_nothing_is_refunded(app: &TestApp) {
    let (ana, hold) = held(app, 2).await;
    let paid = ana.pay_with(hold.id, ASKS, None).await.expect("it waits");
    app.bank.is_away.store(true, Ordering::SeqCst);
    app.advance(HOLD + app.settings.payment_grace).await;
    app.bank.is_away.store(false, Ordering::SeqCst);
    app.fan("ben").await.holds(1, Category::One, 2).await;
    app.bank.set(paid.payment.id, AtBank::Captured);
    app.bank.fail(Call::Refund, Fault::After);

    tell(app, "1", paid.payment.id).await;
    keep(app).await;
    assert_eq!(payment(app, hold.id).await.state, State::Refunding);
    app.move_clock(TURN);
    keep(app).await;

    assert_eq!(payment(app, hold.id).await.state, State::Refunded);
    assert_eq!(app.bank.taken(paid.payment.id), 0);
    let refunds = refund::Entity::find().all(&app.db).await.expect("refunds can be read");
    let [refund] = &refunds[..] else { panic!("{refunds:?}") };
    assert_eq!((refund.amount_minor, refund.state), (2 * sites::PRICE, refund::State::Done));
}

async fn a_sale_whose_money_can_not_be_taken_is_undone_and_told_rightly(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    app.bank.fail(Call::Capture, Fault::Before);
    let paid = ana.pay_with(hold.id, PAYS, None).await.expect("it is under way");
    assert_eq!(paid.reservation.status, Status::Reserved);
    app.bank.set(paid.payment.id, AtBank::Cancelled);
    app.move_clock(TURN);
    keep(app).await;

    let row = app.reservation(hold.id).await;
    assert_eq!((row.status, row.cancel_reason), (Status::Cancelled, Some(CancelReason::PaymentFailed)));
    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.sold, counts.returned), (20, 0, 2));
    app.publish().await;

    // To the others two are sold for good: the next who buys two here takes nothing more from what they see.
    let ben = app.fan("ben").await;
    let his = ben.holds(1, Category::One, 1).await;
    ben.pay_with(his.id, PAYS, None).await.expect("the card pays");
    let hers = ana.holds(1, Category::One, 2).await;
    ana.pay_with(hers.id, PAYS, None).await.expect("the card pays");
    let told: Vec<(TicketAction, i32)> = (app.publish().await.into_iter())
        .filter_map(|queued| match queued.event {
            Event::Ticket { action, quantity, .. } => Some((action, quantity)),
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            (TicketAction::Pending, 1),
            (TicketAction::Cancelled, 1),
            (TicketAction::Pending, 2),
            (TicketAction::Cancelled, 1),
            (TicketAction::Reserved, 1),
        ]
    );
    let counts = app.counts(1, Category::One).await;
    assert_eq!((counts.available, counts.sold, counts.returned), (17, 3, 0));
}
