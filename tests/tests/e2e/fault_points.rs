//! The program dies at every step between a hold and its ticket, and on the way back; started again, it goes on to
//! where the fan wanted it, and no fan pays for nothing or gets something for nothing.

use std::collections::HashMap;

use domain::{
    audit,
    faults::{Point, Request},
    payments::refunds,
};
use entities::{
    payment::{self, State},
    refund, reservation,
    sandbox_intent::{self, Status as AtGateway},
    sandbox_refund,
    ticket::{self, Status as Ticket},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{World, client::Client, program::Program};
use uuid::Uuid;

use super::crashes::binary;

const REFUND: &str = "mutation ($input: RefundReservationInput!) { refundReservation(input: $input) {
    reservation { quantityLeft } } }";

const TICKETS: &str = "query ($id: ID!) { reservation(id: $id) { tickets { id } } }";

/// What a fan wants, step by step; each step is repeated by its name until it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Tickets,
    /// Their bank asks for their consent first.
    TicketsWithConsent,
    /// They give up what waits for them.
    Nothing,
    /// Back goes one of two tickets, or both.
    MoneyBack {
        of: i32,
    },
}

/// What is tried at each point.
fn goals(point: Point) -> &'static [Goal] {
    match point {
        Point::Notified => &[Goal::TicketsWithConsent],
        Point::GivenUp | Point::Answered(State::Voiding) | Point::Settled(State::Voiding) => &[Goal::Nothing],
        Point::Uncommitted(Request::Refund) | Point::Owed | Point::PaidBack | Point::Refunded => {
            &[Goal::MoneyBack { of: 1 }, Goal::MoneyBack { of: 2 }]
        }
        _ => &[Goal::Tickets],
    }
}

/// A fan's attempt to reach their goal, also once more by the same names; none where the site dies of it.
async fn attempt(fan: &Client, name: &str, goal: Goal) -> Option<()> {
    let held = fan.reserve_once(name, 1, 1, 2).await?.data()["reserve"]["reservation"].clone();
    let id = held["id"].as_str().expect("it has an id").to_owned();
    let waits = matches!(goal, Goal::TicketsWithConsent | Goal::Nothing);
    let card = if waits { "pm_card_threeDSecure2Required" } else { "pm_card_visa" };
    let paid = fan.try_pay(&id, card, name).await?;
    match goal {
        Goal::Tickets => assert_eq!(paid.data()["payReservation"]["reservation"]["status"], "RESERVED", "{name}"),
        Goal::TicketsWithConsent => {
            if let Some(secret) = paid.data()["payReservation"]["clientSecret"].as_str() {
                let intent = secret.split("_secret").next().expect("a split has a first part");
                let body = json!({ "clientSecret": secret, "consent": true }).to_string();
                fan.try_post(&format!("/sandbox/payment_intents/{intent}/confirm"), &[], &body).await?;
            }
        }
        // What was given up before can't be paid any more, and what was given back is not.
        Goal::Nothing => {
            let cancelled = fan.try_cancel(&id).await?.data()["cancelReservation"]["reservation"].clone();
            assert_eq!(cancelled["cancelReason"], "USER", "{name}");
        }
        Goal::MoneyBack { of } => {
            let shown = fan.try_ask(TICKETS, json!({ "id": id })).await?.data();
            let first = &shown["reservation"]["tickets"][0]["id"];
            let named = if of == 1 { json!([first]) } else { Value::Null };
            let input = json!({ "reservationId": id, "ticketIds": named });
            let back = fan.try_ask(REFUND, json!({ "input": input })).await?.data();
            assert_eq!(back["refundReservation"]["reservation"]["quantityLeft"], 2 - of, "{name}");
        }
    }
    Some(())
}

/// The time of the instance that died is over: what it was doing is any other's. Waiting for it would take 15 s a
/// point.
async fn let_time_pass(db: &DatabaseConnection) {
    for table in ["payments", "refunds"] {
        let passed = format!("UPDATE {table} SET next_at = created_at");
        db.execute_unprepared(&passed).await.expect("a turn can be ended");
    }
}

async fn everything_rests(db: &DatabaseConnection) {
    let moving = [State::Created, State::Confirmed, State::Voiding, State::Refunding];
    eventually(2 * PATIENCE, "payments and refunds come to rest", || async {
        let payments = payment::Entity::find().filter(payment::Column::State.is_in(moving)).count(db).await;
        let refunds = refund::Entity::find().filter(refund::Column::State.eq(refund::State::Due)).count(db).await;
        matches!((payments, refunds), (Ok(0), Ok(0)))
    })
    .await;
}

/// What the fan has and has paid in the end, by the tables of both sides.
async fn demand(db: &DatabaseConnection, name: &str, goal: Goal) {
    let row = reservation::Entity::find().filter(reservation::Column::IdempotencyKey.eq(name));
    let row = row.one(db).await.expect("it can be read").expect("it was reserved");
    let valid = ticket::Entity::find()
        .filter(ticket::Column::ReservationId.eq(row.id))
        .filter(ticket::Column::Status.eq(Ticket::Valid));
    let valid = i64::try_from(valid.count(db).await.expect("tickets can be counted")).expect("there are few");
    let taken = at_gateway(db, row.id).await;

    assert_eq!(taken, valid * row.unit_price_minor, "{name}: {valid} tickets for {taken}");
    let expected = match goal {
        Goal::Tickets | Goal::TicketsWithConsent => 2,
        Goal::Nothing => 0,
        Goal::MoneyBack { of } => 2 - i64::from(of),
    };
    assert_eq!(valid, expected, "{name}: {row:?}");
}

/// What the gateway has taken for a reservation and not given back; it has nothing reserved.
async fn at_gateway(db: &DatabaseConnection, reservation_id: Uuid) -> i64 {
    let payments = domain::payments::of_reservations(db, &[reservation_id]).await.expect("they can be read");
    let ids: Vec<Uuid> = payments.iter().map(|payment| payment.id).collect();
    let intents = sandbox_intent::Entity::find().filter(sandbox_intent::Column::PaymentId.is_in(ids.clone()));
    let intents = intents.all(db).await.expect("the sandbox can be read");
    let known = refunds::of_payments(db, &ids).await.expect("refunds can be read");
    let known: HashMap<Uuid, i64> =
        known.into_iter().map(|(id, rows)| (id, rows.iter().map(|row| row.amount_minor).sum())).collect();
    let mut taken = 0;
    for intent in intents {
        assert_ne!(intent.status, AtGateway::RequiresCapture, "money is reserved and forgotten: {intent:?}");
        let refunds = sandbox_refund::Entity::find().filter(sandbox_refund::Column::IntentId.eq(&intent.id));
        let refunds = refunds.all(db).await.expect("the sandbox can be read");
        let back: i64 = refunds.iter().map(|refund| refund.amount_minor).sum();
        assert_eq!(back, intent.refunded_minor);
        assert_eq!(back, known.get(&intent.payment_id).copied().unwrap_or(0), "{intent:?}");
        if intent.status == AtGateway::Succeeded {
            taken += intent.amount_minor - back;
        }
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_dies_at_every_step_and_both_sides_agree_after_it() {
    let world = World::services().await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let broker = world.broker();
    let program = Program::start(binary(), &world).await;
    broker.give(1, 1_000).await;
    eventually(3 * PATIENCE, "the match is on sale", || async {
        let asked = program.visitor().try_ask("{ match(matchNumber: 1) { id } }", json!({})).await;
        asked.is_some_and(|answer| answer.is_ok() && !answer.data()["match"].is_null())
    })
    .await;
    let fan = program.visitor().sign_up("ana").await;
    program.kill().await;
    let db = world.connect().await;

    for point in Point::ALL {
        for (number, goal) in goals(point).iter().enumerate() {
            let name = format!("{}-{number}", point.name());
            let doomed = Program::start_to_die(binary(), &world, &point.name()).await;
            let there = fan.at(doomed.address);
            let answered = attempt(&there, &name, *goal).await;
            assert!(answered.is_none() || point == Point::Notified, "{name}: the fan is answered");
            doomed.dies().await;

            let_time_pass(&db).await;
            let program = Program::start(binary(), &world).await;
            everything_rests(&db).await;
            // A fan who got no answer asks again by the same names.
            attempt(&fan.at(program.address), &name, *goal).await.expect("the site answers");
            if *goal == Goal::TicketsWithConsent {
                the_consent_is_heard_of(&db, &name).await;
            }
            everything_rests(&db).await;
            program.kill().await;
            demand(&db, &name, *goal).await;
        }
    }
    let violations = audit::violations(&db).await.expect("the database can be audited");
    assert!(violations.is_empty(), "{violations:#?}");
}

async fn the_consent_is_heard_of(db: &DatabaseConnection, name: &str) {
    eventually(PATIENCE, "the payment is not waiting any more", || async {
        let waiting = payment::Entity::find()
            .filter(payment::Column::IdempotencyKey.eq(name))
            .filter(payment::Column::State.eq(State::Open));
        waiting.count(db).await.is_ok_and(|waiting| waiting == 0)
    })
    .await;
}
