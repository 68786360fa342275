//! Mails about a reservation: queued with its change, and written from what it is when they are sent.
//!
//! What is not true any more by then is not said: no buyer is told to pay what they have paid.

use std::sync::Arc;

use entities::{
    mail::{self, Kind},
    matches, refund,
    reservation::{self, CancelReason, Status},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Content;
use crate::{
    App, payments,
    tickets::{self, TicketError},
};

/// What a mail about a reservation is written from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationFacts {
    pub reservation: reservation::Model,
    pub match_facts: matches::Model,
    /// The venue's, by its IANA name.
    pub time_zone: Arc<str>,
}

/// What a mail about a reservation says now; none where there is nothing to say any more. Tickets go to a confirmed email
/// alone.
pub(super) async fn content(
    app: &App,
    row: &mail::Model,
    reservation_id: Uuid,
    is_confirmed: bool,
) -> Result<Option<Content>, DbErr> {
    let Some(reservation) = reservation::Entity::find_by_id(reservation_id).one(&app.db).await? else {
        return Ok(None);
    };
    let Some(match_facts) = matches::Entity::find_by_id(reservation.match_number).one(&app.db).await? else {
        return Ok(None);
    };
    let is_live = reservation.status.is_live();
    let has_expired = reservation.status == Status::Cancelled
        && reservation.cancel_reason.and_then(CancelReason::mail_of_hold) == Some(Kind::HoldExpired);
    let time_zone = app.settings.time_zones.of(&match_facts.location);
    let facts = ReservationFacts { reservation, match_facts, time_zone };

    Ok(match row.kind {
        Kind::HoldPlaced => is_live.then_some(Content::HoldPlaced(facts)),
        Kind::HoldExpired => has_expired.then_some(Content::HoldExpired(facts)),
        Kind::Paid => {
            let mut rows = tickets::of_reservations(&app.db, &[reservation_id]).await?;
            // What the buyer gave to another fan meanwhile is that one's to be mailed.
            rows.retain(|row| row.user_id == facts.reservation.user_id);
            let passes = tickets::passes(app, rows).await.map_err(|error| match error {
                TicketError::Store(error) => error,
                other => DbErr::Custom(other.to_string()),
            })?;
            match passes.is_empty() {
                false if is_confirmed => Some(Content::Paid { facts, passes }),
                false => Some(Content::PaidUnconfirmed(facts)),
                true if facts.reservation.listing_id.is_some() => Some(Content::Bought(facts)),
                true => None,
            }
        }
        Kind::Refunded => Some(Content::Refunded { facts, amount_minor: refunded(app, reservation_id).await? }),
        Kind::ListingSold => Some(Content::ListingSold(facts)),
        Kind::VerifyEmail
        | Kind::ResetPassword
        | Kind::PasswordChanged
        | Kind::TicketOffered
        | Kind::TicketAccepted
        | Kind::AccountDeleted => None,
    })
}

/// What of a reservation's payments went back, or is about to, in minor units.
async fn refunded(app: &App, reservation_id: Uuid) -> Result<i64, DbErr> {
    let payments = payments::of_reservations(&app.db, &[reservation_id]).await?;
    let of_payments = refund::Column::PaymentId.is_in(payments.into_iter().map(|payment| payment.id));
    let refunds = refund::Entity::find().filter(of_payments).all(&app.db).await?;
    Ok(refunds.iter().map(|refund| refund.amount_minor).sum())
}
