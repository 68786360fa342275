//! Reconciliation: what nobody could set right by themselves is listed, and nothing else is.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{
    gateway::Status as AtBank,
    payments::reconciliation::{self, Kind},
};
use entities::{
    category::Category,
    payment::{self, State},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use tests::{
    TestApp,
    bank::{self, ASKS, DECLINES, PAYS},
    both,
};
use uuid::Uuid;

use super::payments::{held, keep, payment, tell};

both! {
    what_is_on_its_way_is_listed_once_it_takes_too_long,
    a_payment_of_another_gateway_is_left_alone_and_listed,
    money_that_does_not_fit_its_tickets_is_listed,
    an_event_of_an_unknown_payment_is_listed_and_kept,
}

async fn listed(app: &TestApp) -> Vec<(Kind, Option<Uuid>)> {
    let troubles = reconciliation::troubles(app).await.expect("troubles can be listed");
    troubles.into_iter().map(|trouble| (trouble.kind, trouble.reservation.map(|row| row.id))).collect()
}

async fn set(app: &TestApp, payment: &payment::Model, state: State) {
    let changed = payment::ActiveModel { id: Set(payment.id), state: Set(state), ..Default::default() };
    changed.update(&app.db).await.expect("a payment can be set");
}

async fn what_is_on_its_way_is_listed_once_it_takes_too_long(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let other = ana.holds(1, Category::One, 2).await;
    ana.pay_with(other.id, ASKS, None).await.expect("it waits");
    app.bank.is_away.store(true, Ordering::SeqCst);
    ana.pay_with(hold.id, PAYS, None).await.expect("it is under way");
    assert_eq!(listed(app).await, []);

    app.move_clock(Duration::from_secs(301));
    keep(app).await;
    assert_eq!(
        listed(app).await,
        [(Kind::Stuck, Some(hold.id))],
        "who waits for the payer may wait for the hold's time"
    );

    app.move_clock(Duration::from_secs(900));
    let listed_now = listed(app).await;
    assert_eq!(listed_now.len(), 2, "{listed_now:?}");
    app.bank.is_away.store(false, Ordering::SeqCst);
    keep(app).await;
    assert_eq!(listed(app).await, []);
}

async fn a_payment_of_another_gateway_is_left_alone_and_listed(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    ana.pay_with(hold.id, ASKS, None).await.expect("it waits for consent");
    let waiting = payment(app, hold.id).await;
    assert_eq!(waiting.gateway.as_deref(), Some(bank::NAME));
    let of = async |gateway: &str| {
        let changed =
            payment::ActiveModel { id: Set(waiting.id), gateway: Set(Some(gateway.to_owned())), ..Default::default() };
        changed.update(&app.db).await.expect("a payment can be set");
    };

    // The site has changed its gateway; this one knows nothing of the payment, and would say so.
    of("ELSEWHERE").await;
    app.bank.consent(waiting.id);
    let asked = app.bank.asked();
    app.move_clock(Duration::from_secs(16));
    keep(app).await;
    tell(app, "evt_1", waiting.id).await;
    keep(app).await;
    assert_eq!(payment(app, hold.id).await.state, State::Open);
    assert_eq!((app.bank.asked(), app.bank.taken(waiting.id)), (asked, 0), "the bank is asked nothing");

    app.move_clock(Duration::from_secs(1_200));
    keep(app).await;
    assert_eq!(listed(app).await, [(Kind::Stuck, Some(hold.id))]);
    assert!(matches!(app.bank.status(waiting.id), Some(AtBank::Authorised)), "nothing is let go of either");

    // It is back: what was left alone is ended, for its hold is over.
    of(bank::NAME).await;
    app.move_clock(Duration::from_secs(301));
    keep(app).await;
    assert!(!payment(app, hold.id).await.state.is_live());
    assert_eq!(listed(app).await, []);
}

async fn money_that_does_not_fit_its_tickets_is_listed(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    let refused = ana.pay_with(hold.id, DECLINES, None).await;
    assert!(refused.is_err(), "{refused:?}");
    let refused = payment(app, hold.id).await;
    set(app, &refused, State::Captured).await;
    assert_eq!(listed(app).await, [(Kind::Unfulfilled, Some(hold.id))]);
    set(app, &refused, State::Declined).await;

    ana.pay_with(hold.id, PAYS, None).await.expect("the card pays");
    assert_eq!(listed(app).await, []);
    set(app, &refused, State::Captured).await;
    assert_eq!(listed(app).await, [(Kind::Overpaid, Some(hold.id)); 2]);
    set(app, &refused, State::Declined).await;
}

async fn an_event_of_an_unknown_payment_is_listed_and_kept(app: &TestApp) {
    app.stock(1, Category::One, 20).await;

    tell(app, "1", Uuid::now_v7()).await;
    assert_eq!(listed(app).await, []);
    keep(app).await;

    let troubles = reconciliation::troubles(app).await.expect("troubles can be listed");
    let [trouble] = &troubles[..] else { panic!("{troubles:?}") };
    assert_eq!((trouble.kind, trouble.event_id.as_deref()), (Kind::Orphaned, Some("1")));
}
