//! Money that moves after it was taken: moved by us or by others, the books say what the gateway says, or it is listed;
//! and no ticket is given back, ended or frozen for it.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{
    gateway::{Dispute, RefundOutcome},
    payments::{
        reconciliation::{self, Amounts, Kind, Trouble},
        webhooks::{self, Notice},
    },
};
use entities::{
    category::Category,
    dispute,
    payment::State,
    refund,
    ticket::Status as Ticket,
    webhook_event::{self, Outcome},
};
use sea_orm::{EntityTrait, IntoActiveModel};
use tests::{TestApp, bank::Call, both, sites};
use uuid::Uuid;

use super::{
    payments::{TURN, held, keep, payment},
    refunds::{refunds_of, statuses, taken, ticketed},
};

both! {
    money_that_others_give_back_is_listed_with_both_amounts,
    a_dispute_is_listed_until_it_is_won_and_freezes_nothing,
    what_is_open_is_listed_before_what_is_lost_however_much_that_is,
    a_refund_is_processing_for_as_long_as_its_money_is_on_its_way,
    a_refund_whose_money_comes_back_is_refused_and_can_be_asked_for_again,
    a_part_that_comes_back_is_owed_again_beside_what_was_given,
    another_amount_than_was_asked_for_is_listed,
    what_the_gateway_tells_while_it_is_away_is_seen_once_it_is_back,
    a_refund_that_waits_for_a_bank_is_no_trouble_for_a_day,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn told(app: &TestApp, kind: &str, payment_id: Uuid) {
    let id = format!("{kind}-{}", Uuid::now_v7());
    webhooks::receive(app, Notice { id, kind: kind.to_owned(), payment_id }).await.expect("an event can be stored");
    keep(app).await;
}

async fn troubles(app: &TestApp) -> Vec<Trouble> {
    reconciliation::troubles(app).await.expect("troubles can be listed")
}

async fn kinds(app: &TestApp) -> Vec<Kind> {
    troubles(app).await.into_iter().map(|trouble| trouble.kind).collect()
}

async fn money_that_others_give_back_is_listed_with_both_amounts(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    let before = payment(app, paid.id).await;
    ana.refund(paid.id, Some(&tickets[..1])).await.expect("one goes back");

    app.bank.refund_by_hand(before.id, 1_000);
    for kind in ["charge.refunded", "refund.created", "charge.refunded"] {
        told(app, kind, before.id).await;
    }

    let listed = troubles(app).await;
    let [trouble] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(trouble.kind, Kind::RefundedElsewhere);
    let (ours, gateways) = (sites::PRICE, sites::PRICE + 1_000);
    assert_eq!(trouble.amounts, Some(Amounts { ours, gateways }));
    assert_eq!(trouble.payment.as_ref().map(|payment| payment.id), Some(before.id));
    assert_eq!(trouble.reservation.as_ref().map(|row| row.id), Some(paid.id));
    assert_eq!(statuses(app, paid.id).await, [Ticket::Refunded, Ticket::Valid], "the tickets stay as they are");
    assert_eq!(payment(app, paid.id).await.state, State::Captured);
}

fn dispute(state: dispute::State, app: &TestApp) -> Dispute {
    Dispute {
        id: "dispute-1".to_owned(),
        amount_minor: 2 * sites::PRICE,
        state,
        reason: "fraudulent".to_owned(),
        opened_at: app.now(),
    }
}

async fn a_dispute_is_listed_until_it_is_won_and_freezes_nothing(app: &TestApp) {
    use dispute::State;

    let (_, paid, _) = ticketed(app).await;
    let id = payment(app, paid.id).await.id;
    for (state, is_listed) in
        [(State::Inquiry, true), (State::Open, true), (State::Won, false), (State::Lost, true), (State::Closed, false)]
    {
        app.bank.dispute(id, dispute(state, app));
        told(app, "charge.dispute.updated", id).await;

        let listed = troubles(app).await;
        assert_eq!(listed.iter().map(|one| one.kind).collect::<Vec<_>>(), vec![Kind::Disputed; usize::from(is_listed)]);
        let shown = listed.into_iter().next().and_then(|one| one.dispute);
        assert_eq!(shown.map(|one| (one.state, one.reason)), is_listed.then(|| (state, "fraudulent".to_owned())));
        assert_eq!(statuses(app, paid.id).await, [Ticket::Valid; 2]);
    }
    let rows = dispute::Entity::find().all(&app.db).await.expect("disputes can be read");
    assert_eq!(rows.len(), 1, "it is one dispute, told of five times");
}

async fn what_is_open_is_listed_before_what_is_lost_however_much_that_is(app: &TestApp) {
    let (_, paid, _) = ticketed(app).await;
    let payment_id = payment(app, paid.id).await.id;
    let (mut rows, now) = (Vec::new(), app.now());
    let mut add = |id: String, state: dispute::State, age: i32| {
        let opened_at = now - Duration::from_secs(60) * age.unsigned_abs();
        let reason = "fraudulent".to_owned();
        let row = dispute::Model { id, payment_id, amount_minor: 1, state, reason, opened_at, changed_at: now };
        rows.push(row.into_active_model());
    };
    for age in 1..=120 {
        add(format!("lost-{age}"), dispute::State::Lost, age);
    }
    for (id, state, age) in
        [("old", dispute::State::Open, 500), ("new", dispute::State::Inquiry, 400), ("lost-0", dispute::State::Lost, 0)]
    {
        add(id.to_owned(), state, age);
    }
    dispute::Entity::insert_many(rows).exec_without_returning(&app.db).await.expect("disputes can be entered");

    let listed: Vec<String> =
        troubles(app).await.into_iter().filter_map(|trouble| trouble.dispute).map(|dispute| dispute.id).collect();

    assert_eq!(listed.len(), 100);
    assert_eq!(listed[..4], ["new", "old", "lost-0", "lost-1"]);
}

async fn a_refund_is_processing_for_as_long_as_its_money_is_on_its_way(app: &TestApp) {
    let (ana, paid, _) = ticketed(app).await;
    let id = payment(app, paid.id).await.id;
    app.bank.be_slow(true);

    ana.refund(paid.id, None).await.expect("they go back");
    for _ in 0..3 {
        assert_eq!(refunds_of(app, paid.id).await, [(2 * sites::PRICE, refund::State::Due)]);
        assert_eq!(payment(app, paid.id).await.state, State::Refunding);
        assert_eq!(kinds(app).await, []);
        told(app, "refund.updated", id).await;
        app.move_clock(TURN);
        keep(app).await;
    }
    assert_eq!(statuses(app, paid.id).await, [Ticket::Refunded; 2]);
    assert_eq!(app.bank.taken(id), 0, "it was given once");

    // No event tells of it: the keeper asks.
    app.bank.end_refunds(id, &RefundOutcome::Done);
    app.move_clock(DAY / 2);
    keep(app).await;
    assert_eq!(refunds_of(app, paid.id).await, [(2 * sites::PRICE, refund::State::Done)]);
    assert_eq!(payment(app, paid.id).await.state, State::Refunded);
    assert_eq!(kinds(app).await, []);
}

async fn a_refund_whose_money_comes_back_is_refused_and_can_be_asked_for_again(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    for was_slow in [false, true] {
        let hold = ana.holds(1, Category::One, 2).await;
        let paid = ana.pay(hold.id).await.expect("a hold can be paid");
        let id = payment(app, paid.id).await.id;
        app.bank.be_slow(was_slow);
        ana.refund(paid.id, None).await.expect("they go back");
        app.bank.be_slow(false);

        app.bank.end_refunds(id, &RefundOutcome::Failed("expired_or_canceled_card".to_owned()));
        for kind in ["charge.refund.updated", "refund.failed"] {
            told(app, kind, id).await;
        }

        assert_eq!(refunds_of(app, paid.id).await, [(2 * sites::PRICE, refund::State::Refused)]);
        assert_eq!(payment(app, paid.id).await.state, State::Refunding, "it is owed still");
        let listed = troubles(app).await;
        let [trouble] = &listed[..] else { panic!("{listed:?}") };
        assert_eq!(trouble.kind, Kind::RefundRefused);
        let refund = trouble.refund.clone().expect("it says which");
        assert_eq!((refund.done_at, refund.refusal_code.as_deref()), (None, Some("expired_or_canceled_card")));

        ana.as_admin().refund(paid.id, None).await.expect("the staff has it asked for again");
        told(app, "charge.refunded", id).await;
        assert_eq!(refunds_of(app, paid.id).await, [(2 * sites::PRICE, refund::State::Done)]);
        assert_eq!((payment(app, paid.id).await.state, taken(app, paid.id).await), (State::Refunded, 0));
        assert_eq!(kinds(app).await, []);
    }
}

async fn a_part_that_comes_back_is_owed_again_beside_what_was_given(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    let id = payment(app, paid.id).await.id;
    ana.refund(paid.id, Some(&tickets[..1])).await.expect("one goes back");
    app.bank.end_refunds(id, &RefundOutcome::Failed("declined".to_owned()));
    told(app, "refund.failed", id).await;
    assert_eq!(payment(app, paid.id).await.state, State::Captured);

    ana.refund(paid.id, Some(&tickets[1..])).await.expect("the other goes back");

    let both = [(sites::PRICE, refund::State::Refused), (sites::PRICE, refund::State::Done)];
    assert_eq!(refunds_of(app, paid.id).await, both);
    assert_eq!(payment(app, paid.id).await.state, State::Refunding);
    assert_eq!(kinds(app).await, [Kind::RefundRefused]);
    ana.as_admin().refund(paid.id, None).await.expect("the staff has it asked for again");
    assert_eq!((payment(app, paid.id).await.state, taken(app, paid.id).await), (State::Refunded, 0));
}

async fn another_amount_than_was_asked_for_is_listed(app: &TestApp) {
    let (ana, hold) = held(app, 20).await;
    app.bank.fail(Call::Capture, tests::bank::Fault::Before);
    ana.pay(hold.id).await.expect("it is under way");
    let id = payment(app, hold.id).await.id;
    app.bank.take_only(id, 100);
    app.move_clock(TURN);
    keep(app).await;

    let listed = troubles(app).await;

    let [trouble] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((trouble.kind, trouble.payment.as_ref().map(|payment| payment.id)), (Kind::AmountMismatch, Some(id)));
    assert_eq!(trouble.amounts, Some(Amounts { ours: 2 * sites::PRICE, gateways: 100 }));
    assert_eq!(statuses(app, hold.id).await, [Ticket::Valid; 2]);
}

async fn what_the_gateway_tells_while_it_is_away_is_seen_once_it_is_back(app: &TestApp) {
    let (_, paid, _) = ticketed(app).await;
    let id = payment(app, paid.id).await.id;
    app.bank.refund_by_hand(id, 1_000);
    app.bank.is_away.store(true, Ordering::SeqCst);
    told(app, "charge.refunded", id).await;
    let waiting = async || {
        let rows = webhook_event::Entity::find().all(&app.db).await.expect("events can be read");
        rows.into_iter().map(|row| (row.outcome, row.attempts)).collect::<Vec<_>>()
    };
    assert_eq!((waiting().await, kinds(app).await), (vec![(None, 1)], vec![]));
    keep(app).await;
    assert_eq!(waiting().await, [(None, 1)], "it is not asked about again and again");

    app.bank.is_away.store(false, Ordering::SeqCst);
    app.move_clock(Duration::from_secs(31));
    keep(app).await;

    assert_eq!((waiting().await, kinds(app).await), (vec![(Some(Outcome::Settled), 1)], vec![Kind::RefundedElsewhere]));
}

async fn a_refund_that_waits_for_a_bank_is_no_trouble_for_a_day(app: &TestApp) {
    let (ana, paid, _) = ticketed(app).await;
    app.bank.be_slow(true);
    ana.refund(paid.id, None).await.expect("they go back");

    app.move_clock(DAY - Duration::from_secs(60));
    assert_eq!(kinds(app).await, []);
    app.move_clock(Duration::from_secs(61));
    assert_eq!(kinds(app).await, [Kind::Stuck]);
    app.bank.end_refunds(payment(app, paid.id).await.id, &RefundOutcome::Done);
    keep(app).await;
    assert_eq!(kinds(app).await, []);
}
