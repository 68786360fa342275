//! Refunds that meet something: a lost answer, a gateway that is away or refuses, another refund, the gate.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{
    audit,
    desk::error::{HoldError, RefundRefused},
    payments::reconciliation::{self, Kind},
    tickets::{
        self,
        gate::{self, Gate, Outcome, Scan},
    },
};
use entities::{category::Category, payment::State, refund, reservation::Status, ticket::Status as Ticket};
use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use tests::{
    Backend, Fan, Instance, TestApp,
    bank::{Call, Fault},
    both, sites,
};
use uuid::Uuid;

use super::{
    payments::{TURN, keep, payment, tell},
    refunds::{counts, refunds_of, statuses, taken, ticketed, tickets_of},
};

both! {
    a_refund_whose_answer_is_lost_is_done_once,
    a_gateway_that_is_away_is_asked_until_it_answers,
    a_refund_that_is_refused_for_good_is_listed_and_asked_for_again_by_the_staff_alone,
    more_than_was_taken_never_goes_back,
    two_who_give_the_same_tickets_back_get_the_money_once,
    a_refund_and_the_gate_racing_for_a_ticket_have_one_winner,
    the_audit_sees_money_that_does_not_fit_the_tickets_that_are_left,
}

async fn a_refund_whose_answer_is_lost_is_done_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    for (name, fault) in [("a", Fault::Before), ("b", Fault::After)] {
        let fan = app.fan(name).await;
        let hold = fan.holds(1, Category::One, 2).await;
        fan.pay(hold.id).await.expect("a hold can be paid");
        let tickets: Vec<Uuid> = tickets_of(app, hold.id).await.into_iter().map(|ticket| ticket.id).collect();

        app.bank.fail(Call::Refund, fault);
        let back = fan.refund(hold.id, Some(&tickets[..1])).await.expect("the keeper goes on");
        assert_eq!((back.status, back.returned), (Status::Reserved, 1));
        assert_eq!(refunds_of(app, hold.id).await, [(sites::PRICE, refund::State::Due)]);
        app.bank.fail(Call::Refund, fault);
        fan.refund(hold.id, Some(&tickets[1..])).await.expect("the keeper goes on");
        assert_eq!(payment(app, hold.id).await.state, State::Refunding);
        keep(app).await;
        app.move_clock(TURN);
        keep(app).await;

        assert_eq!(payment(app, hold.id).await.state, State::Refunded, "{fault:?}");
        assert_eq!(refunds_of(app, hold.id).await, [(sites::PRICE, refund::State::Done); 2]);
        assert_eq!(taken(app, hold.id).await, 0, "{fault:?}");
        keep(app).await;
    }
}

async fn a_gateway_that_is_away_is_asked_until_it_answers(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    app.bank.is_away.store(true, Ordering::SeqCst);

    ana.refund(paid.id, Some(&tickets[..1])).await.expect("the keeper goes on");
    assert_eq!(statuses(app, paid.id).await, [Ticket::Refunded, Ticket::Valid]);
    assert_eq!(counts(app).await, (19, 1, 1));
    for _ in 0..3 {
        app.move_clock(Duration::from_secs(301));
        keep(app).await;
    }
    let troubles = reconciliation::troubles(app).await.expect("troubles can be listed");
    let [trouble] = &troubles[..] else { panic!("{troubles:?}") };
    assert_eq!(trouble.kind, Kind::Stuck);
    assert_eq!(trouble.refund.as_ref().map(|refund| refund.amount_minor), Some(sites::PRICE));

    app.bank.is_away.store(false, Ordering::SeqCst);
    app.move_clock(Duration::from_secs(301));
    tell(app, "1", payment(app, paid.id).await.id).await;
    keep(app).await;
    assert_eq!(refunds_of(app, paid.id).await, [(sites::PRICE, refund::State::Done)]);
    assert_eq!((payment(app, paid.id).await.state, taken(app, paid.id).await), (State::Captured, sites::PRICE));
    assert_eq!(reconciliation::troubles(app).await.expect("troubles can be listed"), []);
}

async fn a_refund_that_is_refused_for_good_is_listed_and_asked_for_again_by_the_staff_alone(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    for named in [&tickets[..1], &tickets[1..]] {
        app.bank.fail(Call::Refund, Fault::Refused);
        ana.refund(paid.id, Some(named)).await.expect("the tickets go back");
    }
    assert_eq!(refunds_of(app, paid.id).await, [(sites::PRICE, refund::State::Refused); 2]);
    assert_eq!((payment(app, paid.id).await.state, taken(app, paid.id).await), (State::Refunding, 2 * sites::PRICE));

    let asked = app.bank.refunds_asked();
    ana.refund(paid.id, None).await.expect("they are back");
    app.move_clock(Duration::from_secs(3_600));
    keep(app).await;
    assert_eq!(app.bank.refunds_asked(), asked, "nobody asks for what was refused");
    let troubles = reconciliation::troubles(app).await.expect("troubles can be listed");
    let kinds: Vec<Kind> = troubles.iter().map(|trouble| trouble.kind).collect();
    assert_eq!(kinds, [Kind::RefundRefused; 2]);
    let code = troubles[0].refund.as_ref().and_then(|refund| refund.refusal_code.as_deref());
    assert_eq!(code, Some("refused_by_the_test"));

    ana.as_admin().refund(paid.id, None).await.expect("they are asked for again");
    assert_eq!((payment(app, paid.id).await.state, taken(app, paid.id).await), (State::Refunded, 0));
    assert_eq!(refunds_of(app, paid.id).await, [(sites::PRICE, refund::State::Done); 2]);
    assert_eq!(reconciliation::troubles(app).await.expect("troubles can be listed"), []);
}

async fn more_than_was_taken_never_goes_back(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    let set = async |amount: i64| {
        let changed = app.db.execute_unprepared(&format!("UPDATE payments SET amount_minor = {amount}")).await;
        changed.expect("a payment can be set");
    };
    ana.refund(paid.id, Some(&tickets[..1])).await.expect("it goes back");
    set(2 * sites::PRICE - 1).await;

    let refused = ana.refund(paid.id, None).await;
    assert!(matches!(refused, Err(RefundRefused::Hold(HoldError::Unavailable))), "{refused:?}");
    assert_eq!(statuses(app, paid.id).await, [Ticket::Refunded, Ticket::Valid]);
    assert_eq!((app.bank.refunds_asked(), taken(app, paid.id).await), (1, sites::PRICE));

    set(2 * sites::PRICE).await;
    ana.refund(paid.id, None).await.expect("it goes back");
    let intent = payment(app, paid.id).await.intent_id.expect("it was begun");
    let more = app.gateway.refund(&intent, 1, "another key").await;
    assert!(more.is_err(), "the bank gives back more than it took");
}

/// The same fan at every instance that there can be.
async fn windows(app: &TestApp, fan: &Fan) -> (Vec<Fan>, Option<Instance>) {
    if app.backend == Backend::Sqlite {
        return (vec![fan.clone(), fan.clone()], None);
    }
    let other = app.another().await;
    (vec![fan.clone(), fan.at(&other.app)], Some(other))
}

async fn two_who_give_the_same_tickets_back_get_the_money_once(app: &TestApp) {
    app.stock(1, Category::One, 60).await;
    let ana = app.fan("ana").await;
    let (windows, other) = windows(app, &ana).await;
    for number in 0..3 {
        let hold = ana.holds(1, Category::One, 2).await;
        ana.pay(hold.id).await.expect("a hold can be paid");
        let tickets: Vec<Uuid> = tickets_of(app, hold.id).await.into_iter().map(|ticket| ticket.id).collect();

        let requests = [None, Some(&tickets[..1]), Some(&tickets[1..]), Some(&tickets[..])];
        let asked = (0..8).map(|turn| windows[turn % 2].refund(hold.id, requests[(turn + number) % 4]));
        for answer in join_all(asked).await {
            answer.expect("each finds them back, or on their way");
        }

        app.move_clock(TURN);
        keep(app).await;
        assert_eq!(taken(app, hold.id).await, 0);
        assert_eq!(payment(app, hold.id).await.state, State::Refunded);
        assert_eq!(app.reservation(hold.id).await.returned, 2);
    }
    if let Some(mut other) = other {
        other.stop().await;
    }
}

async fn comes_in(app: &TestApp, code: &str) -> bool {
    let gate = Gate { device: "north".to_owned(), match_number: Some(1) };
    let scan = Scan { code: code.to_owned(), nonce: "1".to_owned(), scanned_at: None };
    let told = gate::check_in(app, &gate, &scan).await.expect("the gate is open");
    assert!(matches!(told.outcome, Outcome::Admitted | Outcome::Refunded), "{told:?}");
    told.outcome == Outcome::Admitted
}

async fn a_refund_and_the_gate_racing_for_a_ticket_have_one_winner(app: &TestApp) {
    app.stock(1, Category::One, 60).await;
    for number in 0..12 {
        let fan = app.fan(&format!("fan {number}")).await;
        let hold = fan.holds(1, Category::One, 2).await;
        fan.pay(hold.id).await.expect("a hold can be paid");
        let rows = tickets_of(app, hold.id).await;
        let tickets: Vec<Uuid> = rows.iter().map(|ticket| ticket.id).collect();
        let code = tickets::code(app, &rows[0]).await.expect("tickets can be signed").expect("it is valid");
        let named = [None, Some(&tickets[..1])][number % 2];

        let (back, inside) = tokio::join!(fan.refund(hold.id, named), comes_in(app, &code));

        assert!(back.is_ok() != inside, "{back:?}, inside: {inside}");
        if let Err(refused) = back {
            assert!(refused.to_string().contains("was used at the gate"), "{refused}");
        }
        let left = tickets_of(app, hold.id).await.iter().filter(|ticket| ticket.status != Ticket::Refunded).count();
        let left = i64::try_from(left).expect("there are two at most");
        assert_eq!(taken(app, hold.id).await, left * sites::PRICE);
    }
}

async fn the_audit_sees_money_that_does_not_fit_the_tickets_that_are_left(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    ana.refund(paid.id, Some(&tickets[..1])).await.expect("it goes back");

    for (lie, truth, name) in [
        ("refunds SET amount_minor = 1", "refunds SET amount_minor = 7500", "for tickets of"),
        ("payments SET state = 'REFUNDED'", "payments SET state = 'CAPTURED'", "its refunds"),
        ("payments SET state = 'CONFIRMED'", "payments SET state = 'CAPTURED'", "owes"),
        ("tickets SET status = 'REFUNDED'", "tickets SET status = 'VALID' WHERE seat = 2", "tickets are refunded"),
    ] {
        app.db.execute_unprepared(&format!("UPDATE {lie}")).await.expect("a row can be set");
        let violations = audit::violations(&app.db).await.expect("the database can be audited");
        assert!(violations.iter().any(|violation| violation.contains(name)), "{lie}: {violations:?}");
        app.db.execute_unprepared(&format!("UPDATE {truth}")).await.expect("a row can be set");
    }
}
