//! Refunds, as the desk decides them: tickets die, their seats go back on sale and their price is owed, all at once.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entities::{
    mail::Kind,
    reservation::{self, CancelReason, Status},
    ticket,
};
use uuid::Uuid;

use super::{
    Answer, Report, Returning,
    batch::{Known, ended},
    paying::note,
    tickets::Tickets,
};
use crate::{
    App,
    book::Book,
    mails::About,
    payments::{
        ledger::{Asked, Ledger},
        refunds::Refusal,
        states::Event,
    },
    reservations::ReservationError,
};

/// Gives tickets back, by the rule of the site unless its staff asks. What is refunded already stays as it is; the staff
/// has the gateway asked once more for what it refused.
pub(super) fn refund(
    app: &App,
    book: &mut Book,
    known: &mut Known,
    ledger: &mut Ledger,
    tickets: &mut Tickets,
    asked: &Returning,
    now: DateTime<Utc>,
) -> Answer {
    let row = book.reservation(asked.reservation_id).ok_or(ReservationError::NotFound)?.clone();
    if row.listing_id.is_some() {
        return Err(Refusal::Resale.into());
    }
    match (row.status, row.cancel_reason) {
        (Status::Reserved, _) | (Status::Cancelled, Some(CancelReason::Refunded)) => {}
        (Status::Cancelled, reason) => return Err(ended(reason)),
        (Status::Pending | Status::AwaitingPayment, _) => return Err(Refusal::NotPaid.into()),
    }
    let chosen = chosen(tickets.of(row.id), asked.tickets.as_ref())?;
    if chosen.is_empty() {
        if asked.is_staff {
            ledger.retry(row.id, now);
        }
        return Ok(row);
    }
    if !asked.is_staff {
        may_give_back(app, book, &row, now)?;
    }
    let (quantity, amount) = (i32::try_from(chosen.len()).unwrap_or(i32::MAX), chosen.iter().map(|one| one.1).sum());
    let payment_id = ledger.captured(row.id).ok_or(Refusal::BeingPaid)?.id;
    let asked = Asked { by: Some(asked.user_id), reason: asked.reason.clone() };
    if !ledger.owe(payment_id, amount, asked, now) {
        return Err(ReservationError::Unavailable);
    }
    let is_last = row.returned + quantity == row.quantity;
    ledger.apply(payment_id, if is_last { Event::Returned } else { Event::PartReturned }, now);
    tickets.refund(row.id, &chosen.into_iter().map(|one| one.0).collect());
    book.refund(row.id, quantity);
    known.forget(&row, quantity);
    known.mails.push(About { kind: Kind::Refunded, user_id: row.user_id, reservation_id: row.id });

    book.reservation(row.id).cloned().ok_or(ReservationError::NotFound)
}

/// The tickets that are to be given back, each with its price: those that are named, or all, and not refunded yet.
fn chosen(tickets: &[ticket::Model], named: Option<&BTreeSet<Uuid>>) -> Result<Vec<(Uuid, i64)>, ReservationError> {
    if tickets.is_empty() {
        return Err(Refusal::BeingPaid.into());
    }
    let is_known = |id: &Uuid| tickets.iter().any(|one| one.id == *id);
    if named.is_some_and(|named| !named.iter().all(is_known)) {
        return Err(Refusal::UnknownTicket.into());
    }
    let wanted = tickets.iter().filter(|one| named.is_none_or(|named| named.contains(&one.id)));
    let mut chosen = Vec::new();
    for one in wanted {
        match one.status {
            ticket::Status::Valid => chosen.push((one.id, one.price_minor)),
            ticket::Status::Refunded => {}
            status => return Err(Refusal::NotValid { seat: one.seat, status }.into()),
        }
    }
    Ok(chosen)
}

/// Whether the owner of a reservation may give tickets of it back by themselves.
fn may_give_back(app: &App, book: &Book, row: &reservation::Model, now: DateTime<Utc>) -> Result<(), ReservationError> {
    let rule = &app.settings.refunds;
    if !rule.owner_allowed {
        return Err(Refusal::NotByOwners.into());
    }
    let until = rule.owner_cutoff.and_then(|cutoff| Some(book.kick_off(row.match_number)? - cutoff));
    match until {
        Some(until) if until <= now => Err(Refusal::TooLate { until }.into()),
        _ => Ok(()),
    }
}

/// Settles what the gateway tells of a refund. What is known already changes nothing.
pub(super) fn settle(
    book: &mut Book,
    ledger: &mut Ledger,
    report: &Report,
    event: Option<Event>,
    now: DateTime<Utc>,
) -> Answer {
    if event.and_then(|event| ledger.apply(report.payment_id, event, now)).is_some() {
        note(book, report.reservation_id);
    }
    book.reservation(report.reservation_id).cloned().ok_or(ReservationError::NotFound)
}
