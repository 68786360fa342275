//! Reconciliation: payments that somebody has to look at, because nobody could set them right by themselves.
//!
//! Empty while all is well: what is on its way is not here, only what has been on its way for too long.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use entities::{
    payment::{self, Column, State},
    refund,
    reservation::{self, Status},
    webhook_event::{self, Outcome},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{App, reservations};

/// How long a payment may be on its way, at the gateway's pace and the keeper's.
const PATIENCE: Duration = Duration::minutes(5);

/// Troubles of one kind shown at most.
const MOST: u64 = 100;

/// States of a payment whose money is ours or as good as ours.
const PAID: [State; 2] = [State::Confirmed, State::Captured];

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It has been on its way for too long: the gateway is out of reach, or tells what can't be.
    Stuck,
    /// Its reservation is paid by another payment as well.
    Overpaid,
    /// It is paid, and its reservation is not sold.
    Unfulfilled,
    /// The gateway tells of a payment that we don't know.
    Orphaned,
    /// The gateway will not give back what is owed of it.
    RefundRefused,
}

/// Something that somebody has to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    pub kind: Kind,
    /// What we know of the payment; nothing of an orphan.
    pub payment: Option<payment::Model>,
    pub reservation: Option<reservation::Model>,
    /// What is not given back: refused, or on its way for too long.
    pub refund: Option<refund::Model>,
    /// The gateway's name for the event of an orphan.
    pub event_id: Option<String>,
    pub since: DateTime<Utc>,
}

/// Everything that somebody has to look at, at most 100 of a kind, oldest first.
pub async fn troubles(app: &App) -> Result<Vec<Trouble>, DbErr> {
    let now = app.clock.now();
    let mut payments: Vec<(Kind, payment::Model, Option<refund::Model>)> = Vec::new();
    for (kind, wanted) in [(Kind::Stuck, stuck(now)), (Kind::Overpaid, overpaid()), (Kind::Unfulfilled, unfulfilled())]
    {
        let found = payment::Entity::find().filter(wanted).order_by_asc(Column::UpdatedAt).limit(MOST);
        payments.extend(found.all(&app.db).await?.into_iter().map(|payment| (kind, payment, None)));
    }
    payments.extend(unpaid_refunds(app, now).await?);
    let ids: Vec<Uuid> = payments.iter().map(|(_, payment, _)| payment.reservation_id).collect();
    let rows = reservations::find_many(&app.db, &ids).await?;
    let rows: HashMap<Uuid, reservation::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let of_payments = payments.into_iter().map(|(kind, payment, refund)| Trouble {
        kind,
        reservation: rows.get(&payment.reservation_id).cloned(),
        event_id: None,
        since: refund.as_ref().map_or(payment.updated_at, |refund| refund.created_at),
        payment: Some(payment),
        refund,
    });
    let orphans = webhook_event::Entity::find()
        .filter(webhook_event::Column::Outcome.eq(Outcome::Orphaned))
        .order_by_asc(webhook_event::Column::ReceivedAt)
        .limit(MOST)
        .all(&app.db)
        .await?;
    let of_orphans = orphans.into_iter().map(|event| Trouble {
        kind: Kind::Orphaned,
        payment: None,
        reservation: None,
        refund: None,
        event_id: Some(event.id),
        since: event.received_at,
    });

    Ok(of_payments.chain(of_orphans).collect())
}

/// Refunds that have been on their way for too long, and those that the gateway refuses.
async fn unpaid_refunds(
    app: &App,
    now: DateTime<Utc>,
) -> Result<Vec<(Kind, payment::Model, Option<refund::Model>)>, DbErr> {
    use refund::Column;

    let late = Condition::all().add(Column::State.eq(refund::State::Due)).add(Column::CreatedAt.lte(now - PATIENCE));
    let refused = Condition::all().add(Column::State.eq(refund::State::Refused));
    let mut found = Vec::new();
    for (kind, wanted) in [(Kind::Stuck, late), (Kind::RefundRefused, refused)] {
        let rows = refund::Entity::find().filter(wanted).order_by_asc(Column::CreatedAt).limit(MOST);
        found.extend(rows.all(&app.db).await?.into_iter().map(|row| (kind, row)));
    }
    let ids = found.iter().map(|(_, row)| row.payment_id);
    let payments = payment::Entity::find().filter(payment::Column::Id.is_in(ids)).all(&app.db).await?;
    let payments: HashMap<Uuid, payment::Model> = payments.into_iter().map(|row| (row.id, row)).collect();
    let of_payment = |(kind, row): (Kind, refund::Model)| {
        payments.get(&row.payment_id).map(|payment| (kind, payment.clone(), Some(row)))
    };

    Ok(found.into_iter().filter_map(of_payment).collect())
}

/// One that waits for its payer may wait for as long as the hold lasts.
fn stuck(now: DateTime<Utc>) -> Condition {
    let moving = State::LIVE.into_iter().filter(|state| *state != State::Open);
    let resting = Condition::all().add(Column::State.is_in(moving)).add(Column::UpdatedAt.lte(now - PATIENCE));
    let waiting = Condition::all().add(Column::State.eq(State::Open)).add(Column::HoldEndsAt.lte(now - PATIENCE));

    Condition::any().add(resting).add(waiting)
}

fn overpaid() -> Condition {
    let twice = payment::Entity::find()
        .select_only()
        .column(Column::ReservationId)
        .filter(Column::State.is_in(PAID))
        .group_by(Column::ReservationId)
        .having(Expr::col(Column::Id).count().gt(1))
        .into_query();

    Condition::all().add(Column::State.is_in(PAID)).add(Column::ReservationId.in_subquery(twice))
}

fn unfulfilled() -> Condition {
    let unsold = reservation::Entity::find()
        .select_only()
        .column(reservation::Column::Id)
        .filter(reservation::Column::Status.ne(Status::Reserved))
        .into_query();

    Condition::all().add(Column::State.is_in(PAID)).add(Column::ReservationId.in_subquery(unsold))
}
