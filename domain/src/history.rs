//! History: what became of a reservation, step by step, as its own row and those of its payments, refunds and tickets tell.

use std::collections::HashMap;

use book::payment_states::Event;
use chrono::{DateTime, Utc};
use entities::{
    payment::{self, State},
    payment_change, refund,
    reservation::{self, Status},
    ticket,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    payments::{self, refunds},
    tickets,
};

/// What happened to a reservation. Steps of the same time stand in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    Held,
    PaymentBegun,
    PaymentDeclined,
    PaymentAuthorised,
    PaymentCaptured,
    TicketsIssued,
    PaymentCancelled,
    RefundBegun,
    RefundDone,
    Ended,
}

/// A step of a reservation's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    pub at: DateTime<Utc>,
    /// The money that it is of, in minor units.
    pub amount_minor: Option<i64>,
}

/// What happened to the payments, refunds and tickets of reservations, by reservation.
pub async fn of_reservations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Step>>, DbErr> {
    let payments = payments::of_reservations(db, ids).await?;
    let of_payments: HashMap<Uuid, &payment::Model> = payments.iter().map(|row| (row.id, row)).collect();
    let payment_ids: Vec<Uuid> = of_payments.keys().copied().collect();
    let mut found = HashMap::<Uuid, Vec<Step>>::new();
    if !payment_ids.is_empty() {
        for change in changes(db, &payment_ids).await? {
            let Some((payment, kind)) = of_payments.get(&change.payment_id).zip(kind(&change)) else { continue };
            let step = Step { kind, at: change.at, amount_minor: Some(payment.amount_minor) };
            found.entry(payment.reservation_id).or_default().push(step);
        }
        for (payment_id, rows) in refunds::of_payments(db, &payment_ids).await? {
            let Some(payment) = of_payments.get(&payment_id) else { continue };
            found.entry(payment.reservation_id).or_default().extend(rows.iter().flat_map(of_refund));
        }
    }
    for row in tickets::of_reservations(db, ids).await? {
        let steps = found.entry(row.reservation_id).or_default();
        let issued = of_ticket(&row);
        if !steps.contains(&issued) {
            steps.push(issued);
        }
    }

    Ok(found)
}

/// The whole history of a reservation, oldest first; `steps` are those of its payments, refunds and tickets.
#[must_use]
pub fn whole(row: &reservation::Model, mut steps: Vec<Step>) -> Vec<Step> {
    steps.push(Step { kind: StepKind::Held, at: row.created_at, amount_minor: None });
    let is_unpaid = row.status == Status::Cancelled && row.cancel_reason.is_none_or(|reason| !reason.is_refund());
    let ended = row.ended_at.filter(|_| is_unpaid);
    steps.extend(ended.map(|at| Step { kind: StepKind::Ended, at, amount_minor: None }));
    steps.sort_by_key(|step| (step.at, step.kind));
    steps
}

async fn changes(db: &impl ConnectionTrait, payments: &[Uuid]) -> Result<Vec<payment_change::Model>, DbErr> {
    use payment_change::Column;

    let of_payments = Column::PaymentId.is_in(payments.iter().copied());
    payment_change::Entity::find().filter(of_payments).order_by_asc(Column::Id).all(db).await
}

/// What a change of a payment is to its payer; none where it is nothing to them. What goes back is told by the refunds.
fn kind(change: &payment_change::Model) -> Option<StepKind> {
    if change.from_state.is_none() {
        return Some(StepKind::PaymentBegun);
    }
    if change.event == Event::Declined.name() {
        return Some(StepKind::PaymentDeclined);
    }
    if change.from_state == Some(change.to_state) {
        return None;
    }
    match change.to_state {
        State::Confirmed => Some(StepKind::PaymentAuthorised),
        State::Captured => Some(StepKind::PaymentCaptured),
        State::Voided => Some(StepKind::PaymentCancelled),
        State::Created | State::Open | State::Voiding | State::Declined | State::Refunding | State::Refunded => None,
    }
}

fn of_refund(row: &refund::Model) -> impl Iterator<Item = Step> + use<> {
    let amount_minor = Some(row.amount_minor);
    let begun = Step { kind: StepKind::RefundBegun, at: row.created_at, amount_minor };
    let done = row.done_at.map(|at| Step { kind: StepKind::RefundDone, at, amount_minor });
    std::iter::once(begun).chain(done)
}

fn of_ticket(row: &ticket::Model) -> Step {
    Step { kind: StepKind::TicketsIssued, at: row.issued_at, amount_minor: None }
}
