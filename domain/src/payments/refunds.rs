//! Refunds: tickets given back for their price.
//!
//! A refund is of tickets, never of an amount that is chosen freely: what is taken and not given back is always the
//! price of the tickets that are left. The desk writes it down with what it ends; then the gateway is asked, with the
//! request and by the keeper after it, under the refund's own key, until it has done it or refuses for good.

use std::collections::{BTreeSet, HashMap};

use book::ledger::refund_key;
use entities::{
    payment,
    refund::{self, Column, State},
    reservation,
};
use futures_util::future::join_all;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{
    PaymentError,
    own_gateway::{gateway_of, ours},
    settle, turns, unreachable,
};
use crate::{
    App,
    accounts::Viewer,
    desk::{
        MAX_QUANTITY,
        error::{HoldError, PaymentRefused, RefundRefused},
        refund_tickets::RefundTickets,
        report::PaymentReport,
    },
    faults::{self, Point},
    gateway::{AcceptedRefund, GatewayError},
    lookup, text, work,
};

/// Which tickets are to be given back.
#[derive(Debug, Clone, Default)]
pub struct RefundRequest {
    pub reservation_id: Uuid,
    /// All tickets that are left, where none are named.
    pub tickets: Option<Vec<Uuid>>,
    pub reason: Option<String>,
}

/// Gives tickets back: they open no gate any more, their seats are on sale again, and their price goes back to the card.
///
/// Owners may by the site's rule, admins always. Tickets that are refunded already stay as they are, so the same
/// request is answered the same; an admin's has the gateway asked again for what it refused.
///
/// # Errors
/// `Tickets` and `Reason` for its form; `UnknownTicket`, `NotValid`, `Frozen` and `BeingPaid` for the tickets; `NotByOwners` and
/// `TooLate` by the site's rule; `Resale` and `NotPaid` for the reservation; `Hold` where there is no such reservation, or it
/// ended otherwise. A gateway out of reach is not a refusal: the keeper goes on.
pub async fn refund(app: &App, viewer: Viewer, request: RefundRequest) -> Result<reservation::Model, RefundRefused> {
    let RefundRequest { reservation_id, tickets, reason } = request;
    let tickets: Option<BTreeSet<Uuid>> = tickets.map(|ids| ids.into_iter().collect());
    let most = usize::try_from(MAX_QUANTITY).unwrap_or_default();
    if tickets.as_ref().is_some_and(|ids| !(1..=most).contains(&ids.len())) {
        return Err(RefundRefused::Tickets);
    }
    let is_reason = |reason: &String| !reason.is_empty() && text::check(text::Kind::RefundReason, reason).is_ok();
    if reason.as_ref().is_some_and(|reason| !is_reason(reason)) {
        return Err(RefundRefused::Reason);
    }
    let row = shown(app, viewer, reservation_id).await?;
    let (user_id, is_staff) = (viewer.user_id, viewer.is_admin());
    let asked = RefundTickets { reservation_id, tickets, user_id, is_staff, reason };
    app.desk.ask(row.match_number, asked).await?;
    faults::point(Point::Owed);
    for payment in super::of_reservations(&app.db, &[reservation_id]).await.map_err(HoldError::from)? {
        // What the gateway does not answer is the keeper's.
        if let Err(PaymentError::Refused(PaymentRefused::Hold(error))) = pay_back(app, &payment).await {
            return Err(error.into());
        }
    }

    Ok(shown(app, viewer, reservation_id).await?)
}

async fn shown(app: &App, viewer: Viewer, id: Uuid) -> Result<reservation::Model, HoldError> {
    lookup::reservation(app, viewer, id).await?.ok_or(HoldError::NotFound)
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
    let report = match gateway_of(app, payment)?.refund(intent_id, owed.amount_minor, &refund_key(owed)).await {
        Ok(AcceptedRefund { id: gateway_id, is_pending: true }) => PaymentReport::RefundTaken { refund_id, gateway_id },
        Ok(AcceptedRefund { id: gateway_id, is_pending: false }) => PaymentReport::Refunded { refund_id, gateway_id },
        Err(GatewayError::Refused { code }) => {
            tracing::error!(refund = %refund_id, payment = %payment.id, code, "the payment provider refused a refund");
            metrics::counter!("matchday_refunds_refused_total").increment(1);
            PaymentReport::RefundRefused { refund_id, code }
        }
        Err(error @ GatewayError::Unreachable(_)) => return Err(unreachable(payment, &error)),
    };
    faults::point(Point::PaidBack);
    settle(app, payment, report).await?;
    faults::point(Point::Refunded);

    Ok(())
}

/// Refunds whose turn has come.
pub(crate) async fn due(app: &App) -> Result<Vec<refund::Model>, DbErr> {
    refund::Entity::find()
        .filter(Column::State.eq(State::Due))
        .filter(Column::NextAt.lte(app.clock.now()))
        .filter(Column::PaymentId.in_subquery(
            payment::Entity::find().select_only().column(payment::Column::Id).filter(ours(app)).into_query(),
        ))
        .order_by_asc(Column::NextAt)
        .limit(turns::ROUND)
        .all(&app.db)
        .await
}

/// Processes a refund that was left on its way, unless another instance does.
pub(crate) async fn process(app: &App, owed: refund::Model) -> Result<(), PaymentError> {
    let is_row = Column::Id.eq(owed.id).and(Column::State.eq(State::Due));
    let next_at = (Column::NextAt, turns::BACKOFF.next_at(app.clock.now(), owed.attempts));
    let is_taken = work::claim::<refund::Entity>(app, is_row, (Column::Attempts, owed.attempts), next_at).await?;
    match super::find(app, owed.payment_id).await? {
        Some(payment) if is_taken => ask_for(app, &payment, &owed).await,
        _ => Ok(()),
    }
}
