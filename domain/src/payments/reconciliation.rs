//! Reconciliation: payments that the operator has to look at, because the program can't set them right by itself.
//!
//! What is on its way is not here, only what has been on its way for too long. Money that is lost or went another way stays
//! listed, behind what is still open; each kind is counted whole, for more may be wrong than is shown.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use entities::{
    dispute,
    payment::{self, Column, State},
    refund,
    reservation::{self, Status},
    webhook_event::{self, Outcome},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::refunds;
use crate::{App, lookup};

/// How long a payment may be on its way, at the gateway's pace and the keeper's.
const PATIENCE: Duration = Duration::minutes(5);

/// How long a refund may be on its way once the gateway has taken it on: banks take their days, but one that the gateway
/// has no money for waits for the operator.
const PATIENCE_WITH_BANKS: Duration = Duration::days(1);

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
    /// The gateway will not give back what is owed of it, or could not in the end.
    RefundRefused,
    /// Money of it went back that we did not give back, as by the operator at the gateway's own pages.
    RefundedElsewhere,
    /// The gateway took another amount than we asked for.
    AmountMismatch,
    /// Its payer has their bank ask for the money back, or got it.
    Disputed,
}

/// Something that the operator has to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    pub kind: Kind,
    /// What we know of the payment; nothing of an orphan.
    pub payment: Option<payment::Model>,
    pub reservation: Option<reservation::Model>,
    /// What is not given back: refused, or on its way for too long.
    pub refund: Option<refund::Model>,
    /// The dispute that is open or lost.
    pub dispute: Option<dispute::Model>,
    /// In minor units: what by our books was taken, or went back, and what by the gateway's.
    pub amounts: Option<Amounts>,
    /// The gateway's name for the event of an orphan.
    pub event_id: Option<String>,
    pub since: DateTime<Utc>,
}

/// What our books and the gateway's say of the same, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub ours: i64,
    pub gateways: i64,
}

/// Something that is wrong with a payment, before its reservation is read.
struct Found {
    kind: Kind,
    payment: payment::Model,
    refund: Option<refund::Model>,
    dispute: Option<dispute::Model>,
    amounts: Option<Amounts>,
}

impl Found {
    fn new(kind: Kind, payment: payment::Model) -> Self {
        Self { kind, payment, refund: None, dispute: None, amounts: None }
    }

    fn since(&self) -> DateTime<Utc> {
        let of_refund = self.refund.as_ref().map(|refund| refund.created_at);
        let of_dispute = self.dispute.as_ref().map(|dispute| dispute.opened_at);
        of_refund.or(of_dispute).unwrap_or(self.payment.updated_at)
    }
}

/// Everything that the operator has to look at, at most 100 of a kind: what is still open first, then the newest first,
/// so that what has just gone wrong is seen.
pub async fn troubles(app: &App) -> Result<Vec<Trouble>, DbErr> {
    let now = app.clock.now();
    let mut payments: Vec<Found> = Vec::new();
    for (kind, wanted) in [(Kind::Stuck, stuck(now)), (Kind::Overpaid, overpaid()), (Kind::Unfulfilled, unfulfilled())]
    {
        let found = payment::Entity::find().filter(wanted).order_by_desc(Column::UpdatedAt).limit(MOST);
        payments.extend(found.all(&app.db).await?.into_iter().map(|payment| Found::new(kind, payment)));
    }
    payments.extend(unpaid_refunds(app, now).await?);
    payments.extend(other_amounts(app).await?);
    payments.extend(disputed(app).await?);
    let ids: Vec<Uuid> = payments.iter().map(|found| found.payment.reservation_id).collect();
    let rows = lookup::reservations(&app.db, &ids).await?;
    let rows: HashMap<Uuid, reservation::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let of_payments = payments.into_iter().map(|found| Trouble {
        kind: found.kind,
        reservation: rows.get(&found.payment.reservation_id).cloned(),
        event_id: None,
        since: found.since(),
        payment: Some(found.payment),
        refund: found.refund,
        dispute: found.dispute,
        amounts: found.amounts,
    });
    let orphans = webhook_event::Entity::find()
        .filter(webhook_event::Column::Outcome.eq(Outcome::Orphaned))
        .order_by_desc(webhook_event::Column::ReceivedAt)
        .limit(MOST)
        .all(&app.db)
        .await?;
    let of_orphans = orphans.into_iter().map(|event| Trouble {
        kind: Kind::Orphaned,
        payment: None,
        reservation: None,
        refund: None,
        dispute: None,
        amounts: None,
        event_id: Some(event.id),
        since: event.received_at,
    });

    Ok(of_payments.chain(of_orphans).collect())
}

/// Has the metrics tell how many there are of each kind, however many are listed.
pub(crate) async fn measure(app: &App) -> Result<(), DbErr> {
    let (db, now) = (&app.db, app.clock.now());
    let of_payments = async |wanted: Condition| payment::Entity::find().filter(wanted).count(db).await;
    let of_refunds = async |wanted: Condition| refund::Entity::find().filter(wanted).count(db).await;
    let orphaned = webhook_event::Column::Outcome.eq(Outcome::Orphaned);
    for (kind, count) in [
        ("stuck", of_payments(stuck(now)).await? + of_refunds(late(now)).await?),
        ("overpaid", of_payments(overpaid()).await?),
        ("unfulfilled", of_payments(unfulfilled()).await?),
        ("orphaned", webhook_event::Entity::find().filter(orphaned).count(db).await?),
        ("refund_refused", of_refunds(refused()).await?),
        ("refunded_elsewhere", of_payments(elsewhere()).await?),
        ("amount_mismatch", of_payments(otherwise()).await?),
        ("disputed", dispute::Entity::find().filter(not_won()).count(db).await?),
    ] {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("matchday_payment_troubles", "kind" => kind).set(count);
    }
    let gateway = app.gateway.name();
    let of_others = Condition::all().add(Column::State.is_in(State::LIVE)).add(Column::Gateway.ne(gateway));
    match of_payments(of_others).await? {
        0 => {}
        count => {
            tracing::warn!(
                count,
                gateway,
                "payments of another payment provider are left alone until it is configured again"
            )
        }
    }
    Ok(())
}

/// Refunds that have been on their way for too long.
fn late(now: DateTime<Utc>) -> Condition {
    use refund::Column;

    let not_taken_on = Condition::all().add(Column::GatewayId.is_null()).add(Column::CreatedAt.lte(now - PATIENCE));
    let with_banks = Column::CreatedAt.lte(now - PATIENCE_WITH_BANKS);

    Condition::all().add(Column::State.eq(refund::State::Due)).add(Condition::any().add(not_taken_on).add(with_banks))
}

fn refused() -> Condition {
    Condition::all().add(refund::Column::State.eq(refund::State::Refused))
}

/// Refunds that have been on their way for too long, and those that the gateway refuses.
async fn unpaid_refunds(app: &App, now: DateTime<Utc>) -> Result<Vec<Found>, DbErr> {
    let mut found = Vec::new();
    for (kind, wanted) in [(Kind::Stuck, late(now)), (Kind::RefundRefused, refused())] {
        let rows = refund::Entity::find().filter(wanted).order_by_desc(refund::Column::CreatedAt).limit(MOST);
        found.extend(rows.all(&app.db).await?.into_iter().map(|row| (kind, row)));
    }
    let payments = by_id(app, found.iter().map(|(_, row)| row.payment_id)).await?;
    let of_payment = |(kind, row): (Kind, refund::Model)| {
        let payment = payments.get(&row.payment_id)?.clone();
        Some(Found { refund: Some(row), ..Found::new(kind, payment) })
    };

    Ok(found.into_iter().filter_map(of_payment).collect())
}

/// Payments of which the gateway took another amount.
fn otherwise() -> Condition {
    Condition::all().add(Expr::col(Column::CapturedMinor).ne(Expr::col(Column::AmountMinor)))
}

/// Payments of which others gave something back.
fn elsewhere() -> Condition {
    Condition::all().add(Column::ElsewhereMinor.gt(0))
}

async fn other_amounts(app: &App) -> Result<Vec<Found>, DbErr> {
    let mut found = Vec::new();
    for (kind, wanted) in [(Kind::AmountMismatch, otherwise()), (Kind::RefundedElsewhere, elsewhere())] {
        let rows = payment::Entity::find().filter(wanted).order_by_desc(Column::UpdatedAt).limit(MOST);
        found.extend(rows.all(&app.db).await?.into_iter().map(|row| Found::new(kind, row)));
    }
    let ids: Vec<Uuid> = found.iter().map(|found| found.payment.id).collect();
    let given = refunds::of_payments(&app.db, &ids).await?;
    for Found { kind, payment, amounts, .. } in &mut found {
        let done = given.get(&payment.id).into_iter().flatten().filter(|row| row.state == refund::State::Done);
        let done: i64 = done.map(|row| row.amount_minor).sum();
        *amounts = Some(match *kind {
            Kind::AmountMismatch => {
                Amounts { ours: payment.amount_minor, gateways: payment.captured_minor.unwrap_or_default() }
            }
            _ => Amounts { ours: done, gateways: done + payment.elsewhere_minor.unwrap_or_default() },
        });
    }
    Ok(found)
}

/// Disputes that are not decided, or lost.
fn not_won() -> Condition {
    use dispute::State;

    Condition::all().add(dispute::Column::State.is_in([State::Inquiry, State::Open, State::Lost]))
}

async fn disputed(app: &App) -> Result<Vec<Found>, DbErr> {
    use dispute::{Column, State};

    let rows = dispute::Entity::find()
        .filter(not_won())
        .order_by_asc(Column::State.eq(State::Lost))
        .order_by_desc(Column::OpenedAt)
        .limit(MOST)
        .all(&app.db)
        .await?;
    let payments = by_id(app, rows.iter().map(|row| row.payment_id)).await?;
    let of_payment = |row: dispute::Model| {
        let payment = payments.get(&row.payment_id)?.clone();
        Some(Found { dispute: Some(row), ..Found::new(Kind::Disputed, payment) })
    };

    Ok(rows.into_iter().filter_map(of_payment).collect())
}

async fn by_id(app: &App, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, payment::Model>, DbErr> {
    let found = payment::Entity::find().filter(Column::Id.is_in(ids)).all(&app.db).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
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
