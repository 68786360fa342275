//! Payments: whatever fails, in whatever order it is told, who pays gets the seats, and who gets none pays nothing.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{
    audit,
    desk::error::{HoldError, PaymentRefused},
    gateway::Status as AtBank,
    keeper,
    payments::{
        self, PaymentError,
        webhooks::{self, Notice},
    },
};
use entities::{
    category::Category,
    payment::{self, State},
    payment_change,
    reservation::{self, CancelReason, Status},
};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::{
    Fan, TestApp,
    bank::{ASKS, Call, DECLINES, Fault, PAYS},
    both, sites,
};
use uuid::Uuid;

both! {
    a_paid_hold_is_sold_and_its_money_taken,
    a_refused_card_leaves_the_hold_and_another_card_pays,
    a_card_that_nobody_knows_is_refused,
    one_key_pays_once_and_another_one_not_at_all,
    a_key_names_one_payment_only,
    an_answer_that_is_lost_is_found_out,
    consent_is_heard_of_once_twice_or_never,
    who_pays_last_is_not_sold_what_is_paid,
    a_fan_gives_up_a_payment_that_waits_for_them,
    the_audit_sees_money_without_tickets_and_debts_that_nobody_pays,
}

/// Longer than somebody who began a payment is left alone with it.
pub(super) const TURN: Duration = Duration::from_secs(16);

pub(super) async fn held(app: &TestApp, given: i32) -> (Fan, reservation::Model) {
    app.stock(1, Category::One, given).await;
    let ana = app.fan("ana").await;
    let hold = ana.holds(1, Category::One, 2).await;
    (ana, hold)
}

pub(super) async fn payment(app: &TestApp, id: Uuid) -> payment::Model {
    payments::latest(&app.db, id).await.expect("payments can be read").expect("there is a payment")
}

async fn trail(app: &TestApp, payment_id: Uuid) -> Vec<String> {
    let changes = payment_change::Entity::find()
        .filter(payment_change::Column::PaymentId.eq(payment_id))
        .order_by_asc(payment_change::Column::Id);
    let changes = changes.all(&app.db).await.expect("the trail can be read");
    changes.into_iter().map(|change| change.event).collect()
}

pub(super) async fn keep(app: &TestApp) {
    keeper::round(app).await.expect("payments can be kept");
}

pub(super) async fn tell(app: &TestApp, event: &str, payment_id: Uuid) {
    let notice = Notice { id: event.to_owned(), kind: "payment_intent.succeeded".to_owned(), payment_id };
    webhooks::receive(app, notice).await.expect("an event can be stored");
}

async fn a_paid_hold_is_sold_and_its_money_taken(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;

    let paid = ana.pay_with(hold.id, PAYS, Some("a")).await.expect("the card pays");

    assert_eq!((paid.reservation.status, paid.payment.state), (Status::Reserved, State::Captured));
    assert_eq!(app.bank.taken(paid.payment.id), 2 * sites::PRICE);
    assert_eq!(app.bank.reserved(), 0);
    assert_eq!(trail(app, paid.payment.id).await, ["CREATED", "SEATED", "PAID_SEATED"]);
    assert_eq!(app.counts(1, Category::One).await.sold, 2);
    let again = ana.pay_with(hold.id, PAYS, Some("b")).await;
    assert!(matches!(again, Err(PaymentError::Refused(PaymentRefused::Hold(HoldError::AlreadyPaid)))), "{again:?}");
    assert!(matches!(ana.cancel(hold.id).await, Err(HoldError::AlreadyPaid)));
}

async fn a_refused_card_leaves_the_hold_and_another_card_pays(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;

    for _ in 0..2 {
        let refused = ana.pay_with(hold.id, DECLINES, Some("a")).await;
        let Err(PaymentError::Declined { code }) = &refused else { panic!("{refused:?}") };
        assert_eq!(code, "insufficient_funds");
    }
    assert_eq!(app.bank.begun(), 1, "the same key asks the bank once");
    assert_eq!(app.reservation(hold.id).await.status, Status::Pending);
    let paid = ana.pay_with(hold.id, PAYS, Some("b")).await.expect("the other card pays");

    assert_eq!(paid.reservation.status, Status::Reserved);
    assert_eq!(app.bank.taken(paid.payment.id), 2 * sites::PRICE);
}

async fn a_card_that_nobody_knows_is_refused(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;

    for method in ["", "pm card", "pm-card", &"a".repeat(129)] {
        let refused = ana.pay_with(hold.id, method, None).await;
        assert!(matches!(refused, Err(PaymentError::Method)), "{method}: {refused:?}");
    }
    // However the digits are parted, and in whichever script they are typed.
    for number in [
        "4242424242424242",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "378282246310005",
        "card_4242_4242_4242_4242",
        "5555.5555.5555.4444 12/30",
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
    ] {
        let refused = ana.pay_with(hold.id, number, Some("number")).await;
        assert!(matches!(refused, Err(PaymentError::CardNumber)), "{number}: {refused:?}");
        assert!(refused.is_err_and(|error| !error.to_string().contains("4242")), "no number is told again");
    }
    let kept = payment::Entity::find().all(&app.db).await.expect("payments can be read");
    assert_eq!((app.bank.begun(), kept.len()), (0, 0), "no number is kept or goes to the bank");
    let refused = ana.pay_with(hold.id, "unheard_of", None).await;
    assert!(matches!(&refused, Err(PaymentError::UnknownMethod)), "{refused:?}");
    let ben = app.fan("ben").await;
    let refused = ben.pay_with(hold.id, PAYS, None).await;
    assert!(matches!(refused, Err(PaymentError::Refused(PaymentRefused::Hold(HoldError::NotFound)))), "{refused:?}");
    assert_eq!(app.reservation(hold.id).await.status, Status::Pending);
}

async fn one_key_pays_once_and_another_one_not_at_all(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;

    let same = join_all((0..4).map(|_| ana.pay_with(hold.id, PAYS, Some("a"))));
    let other = join_all((0..4).map(|_| ana.pay_with(hold.id, PAYS, None)));
    let (same, other) = tokio::join!(same, other);

    let paid = same.iter().chain(&other).filter(|answer| answer.is_ok()).count();
    assert!(paid > 0, "{same:?}");
    for refused in same.iter().chain(&other).filter_map(|answer| answer.as_ref().err()) {
        let expected = [HoldError::PaymentUnderWay.to_string(), HoldError::AlreadyPaid.to_string()];
        assert!(expected.contains(&refused.to_string()), "{refused:?}");
    }
    assert_eq!(app.bank.begun(), 1);
    assert_eq!(app.bank.taken(payment(app, hold.id).await.id), 2 * sites::PRICE);
}

async fn a_key_names_one_payment_only(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let other = ana.holds(1, Category::One, 1).await;
    ana.pay_with(hold.id, PAYS, Some("a")).await.expect("the card pays");

    let refused = ana.pay_with(other.id, PAYS, Some("a")).await;
    assert!(matches!(refused, Err(PaymentError::Refused(PaymentRefused::Hold(HoldError::KeyReused)))), "{refused:?}");
    let refused = ana.pay_with(hold.id, DECLINES, Some("a")).await;
    assert!(matches!(refused, Err(PaymentError::Refused(PaymentRefused::KeyOfAnotherCard))), "{refused:?}");
    assert!(refused.is_err_and(|error| error.to_string().contains("with another `paymentMethod`")));
    let ben = app.fan("ben").await;
    let his = ben.holds(1, Category::One, 1).await;
    ben.pay_with(his.id, PAYS, Some("a")).await.expect("a key is one's own");
    ana.cancel(other.id).await.expect("it is a hold still");
}

async fn an_answer_that_is_lost_is_found_out(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for (name, call, fault) in [
        ("a", Call::Open, Fault::Before),
        ("b", Call::Open, Fault::After),
        ("c", Call::Capture, Fault::Before),
        ("d", Call::Capture, Fault::After),
    ] {
        let fan = app.fan(name).await;
        let hold = fan.holds(1, Category::One, 2).await;
        app.bank.fail(call, fault);

        let paid = fan.pay_with(hold.id, PAYS, None).await.expect("it is under way");
        let expected = match call {
            Call::Open => (Status::AwaitingPayment, State::Created),
            _ => (Status::Reserved, State::Confirmed),
        };
        assert_eq!((paid.reservation.status, paid.payment.state), expected, "{call:?} {fault:?}");
        assert!(matches!(fan.pay_with(hold.id, PAYS, None).await, Err(PaymentError::Refused(PaymentRefused::Hold(_)))));
        let time = paid.payment.next_at - paid.payment.updated_at;
        assert_eq!(time, chrono::Duration::seconds(15), "whoever began it has some time for it");
        app.move_clock(TURN);
        keep(app).await;

        let payment = payment(app, hold.id).await;
        assert_eq!(payment.state, State::Captured, "{call:?} {fault:?}");
        assert_eq!(app.reservation(hold.id).await.status, Status::Reserved);
        assert_eq!(app.bank.taken(payment.id), 2 * sites::PRICE);
    }
    assert_eq!((app.bank.begun(), app.bank.reserved()), (4, 0));
}

async fn consent_is_heard_of_once_twice_or_never(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for (name, events) in [("a", vec!["1"]), ("b", vec!["2", "2", "3"]), ("c", vec![])] {
        let fan = app.fan(name).await;
        let hold = fan.holds(1, Category::One, 2).await;
        let paid = fan.pay_with(hold.id, ASKS, None).await.expect("it waits");
        assert_eq!((paid.reservation.status, paid.payment.state), (Status::AwaitingPayment, State::Open));
        assert!(paid.client_secret.is_some());

        app.bank.consent(paid.payment.id);
        for event in &events {
            tell(app, event, paid.payment.id).await;
        }
        if events.is_empty() {
            app.move_clock(TURN);
        }
        keep(app).await;
        assert_eq!(app.reservation(hold.id).await.status, Status::Reserved, "{name}");
        tell(app, &format!("late {name}"), paid.payment.id).await;
        keep(app).await;

        assert_eq!(app.reservation(hold.id).await.status, Status::Reserved, "{name}");
        assert_eq!(trail(app, paid.payment.id).await, ["CREATED", "OPENED", "SEATED", "PAID_SEATED"]);
        assert_eq!(app.bank.taken(paid.payment.id), 2 * sites::PRICE);
    }
}

async fn who_pays_last_is_not_sold_what_is_paid(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let first = payments::create_intent(app, ana.viewer, hold.id).await.expect("it waits for a card");
    let again = payments::create_intent(app, ana.viewer, hold.id).await.expect("it waits for a card");

    assert_eq!((again.payment.id, &again.client_secret), (first.payment.id, &first.client_secret));
    assert!(first.client_secret.is_some());
    let refused = ana.pay_with(hold.id, PAYS, None).await;
    assert!(
        matches!(refused, Err(PaymentError::Refused(PaymentRefused::Hold(HoldError::PaymentUnderWay)))),
        "{refused:?}"
    );
    app.bank.consent(first.payment.id);
    tell(app, "1", first.payment.id).await;
    keep(app).await;

    assert_eq!(app.reservation(hold.id).await.status, Status::Reserved);
    assert_eq!((app.bank.begun(), app.bank.taken(first.payment.id)), (1, 2 * sites::PRICE));
}

async fn a_fan_gives_up_a_payment_that_waits_for_them(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let paid = ana.pay_with(hold.id, ASKS, None).await.expect("it waits");
    app.bank.is_away.store(true, Ordering::SeqCst);
    let refused = ana.cancel(hold.id).await;
    assert!(matches!(refused, Err(HoldError::PaymentUnderWay)), "{refused:?}");
    assert_eq!(app.reservation(hold.id).await.status, Status::AwaitingPayment);

    app.bank.is_away.store(false, Ordering::SeqCst);
    let cancelled = ana.cancel(hold.id).await.expect("nothing was paid");

    assert_eq!(cancelled.cancel_reason, Some(CancelReason::User));
    assert_eq!(payment(app, hold.id).await.state, State::Voided);
    app.bank.set(paid.payment.id, AtBank::Cancelled);
    assert_eq!(app.pending(1, Category::One).await, 0);
}

async fn the_audit_sees_money_without_tickets_and_debts_that_nobody_pays(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
    let other = ana.holds(1, Category::One, 1).await;
    ana.pay_with(other.id, ASKS, None).await.expect("it waits");
    assert_eq!(audit::violations(&app.db).await.expect("the database can be audited"), [""; 0]);

    for (lie, truth, name) in [
        ("state = 'CAPTURED' WHERE attempts = 9", "state = 'OPEN' WHERE attempts = 9", "has no tickets"),
        ("state = 'REFUNDED' WHERE attempts = 9", "state = 'OPEN' WHERE attempts = 9", "its refunds []"),
        ("state = 'VOIDED' WHERE attempts = 9", "state = 'OPEN' WHERE attempts = 9", "not under way"),
    ] {
        let set = async |change: &str| {
            let changed = app.db.execute_unprepared(&format!("UPDATE payments SET {change}")).await;
            changed.expect("a payment can be set");
        };
        set("attempts = 9 WHERE state = 'OPEN'").await;
        set(lie).await;
        let violations = audit::violations(&app.db).await.expect("the database can be audited");
        assert!(violations.iter().any(|violation| violation.contains(name)), "{lie}: {violations:?}");
        set(truth).await;
    }
}
