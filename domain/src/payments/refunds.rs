//! Refunds: tickets given back for their price.
//!
//! A refund is of tickets, never of an amount of somebody's choice: what is taken and not given back is always the price
//! of the tickets that are left. The desk writes it down with what it ends; then the gateway is asked, by whoever wanted
//! it and by the keeper after them, under the refund's own key, until it has done it or refuses for good.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{
    payment,
    refund::{self, Column, State},
    reservation, ticket,
};
use futures_util::future::join_all;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use thiserror::Error;
use uuid::Uuid;

use super::{PaymentError, gateway::GatewayError, keeper, report::News, settle, unreachable};
use crate::{
    App,
    accounts::Viewer,
    desk::{Job, Returning},
    faults::{self, Point},
    reservations::{self, MAX_QUANTITY, ReservationError},
    store::Write,
};

/// Characters of a reason at most.
pub const MAX_REASON_LENGTH: usize = 200;

/// Why tickets are not given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("name 1 to {MAX_QUANTITY} tickets, or leave ticketIds out to give back all that are left")]
    Tickets,
    #[error("reason must be 1 to {MAX_REASON_LENGTH} characters")]
    Reason,
    #[error("the reservation has no such ticket")]
    UnknownTicket,
    #[error("only the staff of this site gives money back; ask them")]
    NotByOwners,
    #[error("its owner could give tickets back until {}; the staff of this site still can", until.format("%F %R UTC"))]
    TooLate {
        /// When the owner's time was over.
        until: DateTime<Utc>,
    },
    #[error(
        "this is an order of a ticket that a fan sold on, and those are final; offer the ticket for resale instead"
    )]
    Resale,
    #[error("the reservation is not paid; cancelReservation ends it")]
    NotPaid,
    #[error("the money is about to be taken and the tickets to be issued; try again in a moment")]
    BeingPaid,
    #[error("{}", not_valid(*seat, *status))]
    NotValid { seat: i32, status: ticket::Status },
}

fn not_valid(seat: i32, status: ticket::Status) -> String {
    let why = match status {
        ticket::Status::Used => "was used at the gate, and is not given back",
        ticket::Status::Listed => "is offered for resale; withdraw the offer first",
        ticket::Status::Transferred => "was sold on, and is somebody else's",
        ticket::Status::Valid | ticket::Status::Refunded => "has changed just now",
    };
    format!("ticket {seat} of the reservation {why}; ticketIds can name those that are VALID alone")
}

/// What somebody wants their money back for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub reservation_id: Uuid,
    /// All tickets that are left, where none are named.
    pub tickets: Option<Vec<Uuid>>,
    pub reason: Option<String>,
}

/// Gives tickets back: they open no gate any more, their seats are on sale again, and their price goes back to the card.
///
/// Owners may by the site's rule, admins always. Tickets that are refunded already stay as they are, so the same wish is
/// answered the same; an admin's has the gateway asked again for what it refused.
///
/// # Errors
/// Everything that a refund can be refused for. A gateway out of reach is no refusal: the keeper goes on.
pub async fn refund(app: &App, viewer: Viewer, wish: Wish) -> Result<reservation::Model, ReservationError> {
    let Wish { reservation_id, tickets, reason } = wish;
    let tickets: Option<BTreeSet<Uuid>> = tickets.map(|ids| ids.into_iter().collect());
    let most = usize::try_from(MAX_QUANTITY).unwrap_or_default();
    if tickets.as_ref().is_some_and(|ids| !(1..=most).contains(&ids.len())) {
        return Err(Refusal::Tickets.into());
    }
    if reason.as_ref().is_some_and(|reason| !(1..=MAX_REASON_LENGTH).contains(&reason.chars().count())) {
        return Err(Refusal::Reason.into());
    }
    let row = reservations::find(app, viewer, reservation_id).await?.ok_or(ReservationError::NotFound)?;
    let (user_id, is_staff) = (viewer.user_id, viewer.is_admin());
    let asked = Returning { reservation_id, tickets, user_id, is_staff, reason };
    app.desk.ask(row.match_number, Job::Refund(asked)).await?;
    faults::point(Point::Owed);
    for payment in super::of_reservations(&app.db, &[reservation_id]).await? {
        // What the gateway does not answer is the keeper's.
        if let Err(PaymentError::Reservation(error)) = pay_back(app, &payment).await {
            return Err(error);
        }
    }

    reservations::find(app, viewer, reservation_id).await?.ok_or(ReservationError::NotFound)
}

/// The refunds of payments, by payment, oldest first.
pub async fn of_payments(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<refund::Model>>, DbErr> {
    let found = refund::Entity::find()
        .filter(Column::PaymentId.is_in(ids.iter().copied()))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let mut of_payments = HashMap::<Uuid, Vec<refund::Model>>::new();
    for row in found {
        of_payments.entry(row.payment_id).or_default().push(row);
    }
    Ok(of_payments)
}

/// Asks the gateway for all that is due of a payment.
pub(super) async fn pay_back(app: &App, payment: &payment::Model) -> Result<(), PaymentError> {
    let due = refund::Entity::find()
        .filter(Column::PaymentId.eq(payment.id))
        .filter(Column::State.eq(State::Due))
        .all(&app.db)
        .await?;
    let asked = due.iter().map(|owed| ask_for(app, payment, owed));
    join_all(asked).await.into_iter().collect()
}

/// Asks the gateway for one refund, and settles what it answers.
async fn ask_for(app: &App, payment: &payment::Model, owed: &refund::Model) -> Result<(), PaymentError> {
    let Some(intent_id) = &payment.intent_id else { return Ok(()) };
    let refund_id = owed.id;
    let news = match app.gateway.refund(intent_id, owed.amount_minor, &key(owed)).await {
        Ok(gateway_id) => News::Refunded { refund_id, gateway_id },
        Err(GatewayError::Refused { code }) => {
            tracing::error!(refund = %refund_id, payment = %payment.id, code, "the gateway refuses to give money back");
            metrics::counter!("matchday_refunds_refused_total").increment(1);
            News::RefundRefused { refund_id, code }
        }
        Err(error @ GatewayError::Unreachable(_)) => return Err(unreachable(payment, &error)),
    };
    faults::point(Point::PaidBack);
    settle(app, payment, news).await?;
    faults::point(Point::Refunded);

    Ok(())
}

/// What the call for a refund is named by: once it was refused, the same name would be answered the same.
fn key(owed: &refund::Model) -> String {
    match owed.refusals {
        0 => format!("{}-refund", owed.id),
        refusals => format!("{}-refund-{refusals}", owed.id),
    }
}

/// Refunds whose turn has come.
pub(super) async fn due(app: &App) -> Result<Vec<refund::Model>, DbErr> {
    refund::Entity::find()
        .filter(Column::State.eq(State::Due))
        .filter(Column::NextAt.lte(app.clock.now()))
        .order_by_asc(Column::NextAt)
        .limit(keeper::ROUND)
        .all(&app.db)
        .await
}

/// Sees to a refund that somebody left on its way, unless another instance does.
pub(super) async fn see_to(app: &App, owed: refund::Model) -> Result<(), PaymentError> {
    let txn = Write::begin(app).await?;
    let taken = refund::Entity::update_many()
        .set(refund::ActiveModel {
            attempts: Set(owed.attempts.saturating_add(1)),
            next_at: Set(app.clock.now() + keeper::wait(owed.attempts)),
            ..Default::default()
        })
        .filter(Column::Id.eq(owed.id))
        .filter(Column::State.eq(State::Due))
        .filter(Column::Attempts.eq(owed.attempts))
        .exec(&*txn)
        .await?;
    txn.commit().await?;
    match super::find(app, owed.payment_id).await? {
        Some(payment) if taken.rows_affected == 1 => ask_for(app, &payment, &owed).await,
        _ => Ok(()),
    }
}
