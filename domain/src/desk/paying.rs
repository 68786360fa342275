//! Paying, as the desk decides it: a payment is begun on a live hold, and what the gateway tells of it moves payment and
//! reservation together.

use chrono::{DateTime, Utc};
use entities::{
    payment::{self, State},
    reservation::{self, CancelReason, Status},
};
use uuid::Uuid;

use super::{
    Answer, Opening, Report,
    batch::{Known, end, ended, is_overdue},
    buying, refunding,
};
use crate::{
    App,
    book::Book,
    payments::{
        gateway,
        ledger::{self, Asked, Ledger},
        report::News,
        states::Event,
    },
    reservations::ReservationError,
};

/// Begins a payment, unless one of the same key was begun before or another one is under way.
pub(super) fn begin(
    book: &mut Book,
    known: &mut Known,
    ledger: &mut Ledger,
    opening: &Opening,
    now: DateTime<Utc>,
) -> Answer {
    let row = book.reservation(opening.reservation_id).filter(|row| row.user_id == opening.user_id);
    let row = row.ok_or(ReservationError::NotFound)?.clone();
    if let Some(begun) = opening.key.as_ref().and_then(|key| ledger.of_key(opening.user_id, key)) {
        let same = begun.reservation_id == row.id && begun.method == opening.method;
        return if same { Ok(row) } else { Err(ReservationError::KeyReused) };
    }
    match row.status {
        Status::Reserved => return Err(ReservationError::AlreadyPaid),
        Status::Cancelled => return Err(ended(row.cancel_reason)),
        Status::AwaitingPayment => {
            let begun = ledger.under_way(row.id, None);
            let same = begun.is_some_and(|begun| begun.method.is_none() && opening.method.is_none());
            return if same { Ok(row) } else { Err(ReservationError::PaymentUnderWay) };
        }
        Status::Pending if is_overdue(&row, now) => {
            end(book, known, row.id, CancelReason::Expired, now)?;
            return Err(ReservationError::HoldExpired);
        }
        Status::Pending => {}
    }
    ledger.enter(payment::Model {
        id: opening.payment_id,
        reservation_id: row.id,
        user_id: row.user_id,
        match_number: row.match_number,
        amount_minor: row.unit_price_minor * i64::from(row.quantity),
        method: opening.method.clone(),
        idempotency_key: opening.key.clone(),
        intent_id: None,
        state: State::Created,
        decline_code: None,
        hold_ends_at: row.expires_at,
        created_at: now,
        updated_at: now,
        attempts: 0,
        next_at: now + ledger::TURN,
    });
    book.note(row.id, Status::AwaitingPayment);
    book.reservation(row.id).cloned().ok_or(ReservationError::NotFound)
}

/// Settles what the gateway tells of a payment. What is known already, or can't be, changes nothing.
pub(super) fn settle(
    app: &App,
    book: &mut Book,
    known: &mut Known,
    ledger: &mut Ledger,
    report: &Report,
    now: DateTime<Utc>,
) -> Answer {
    let found = ledger.payment(report.payment_id).filter(|found| found.reservation_id == report.reservation_id);
    let before = found.ok_or(ReservationError::NotFound)?.state;
    let mut is_news = false;
    let event = match &report.news {
        News::Intent(intent) => {
            ledger.name(report.payment_id, &intent.id);
            match &intent.status {
                gateway::Status::Waiting => Event::Opened,
                gateway::Status::Declined(code) => {
                    is_news = before.is_live() && ledger.decline(report.payment_id, code);
                    Event::Declined
                }
                gateway::Status::Authorised if seat(app, book, known, before, report.reservation_id, now) => {
                    Event::Seated
                }
                gateway::Status::Authorised => Event::Unseated,
                gateway::Status::Captured if seat(app, book, known, before, report.reservation_id, now) => {
                    Event::PaidSeated
                }
                gateway::Status::Captured => Event::PaidUnseated,
                gateway::Status::Cancelled => Event::Cancelled,
            }
        }
        News::Refused(code) => {
            is_news = ledger.decline(report.payment_id, code);
            Event::Declined
        }
        News::Gone => Event::Cancelled,
        News::Abandoned => Event::Abandoned,
        News::Refunded { refund_id, gateway_id } => {
            let event = ledger.repay(*refund_id, gateway_id, now);
            return refunding::settle(book, ledger, report, event, now);
        }
        News::RefundRefused { refund_id, code } => {
            let event = ledger.refuse(*refund_id, code);
            return refunding::settle(book, ledger, report, event, now);
        }
    };
    let moved = ledger.apply(report.payment_id, event, now);
    if let Some((from, to)) = moved {
        follow(book, known, ledger, report, (from, to), now)?;
    } else if is_news {
        note(book, report.reservation_id);
    }
    book.reservation(report.reservation_id).cloned().ok_or(ReservationError::NotFound)
}

/// Sells the seats to a payment whose money is there. Those of a hold that has ended meanwhile are got again if they are
/// free and the fan may have them.
fn seat(app: &App, book: &mut Book, known: &mut Known, state: State, id: Uuid, now: DateTime<Utc>) -> bool {
    if matches!(state, State::Confirmed | State::Captured) {
        return true;
    }
    if !matches!(state, State::Created | State::Open) {
        return false;
    }
    let Some(row) = book.reservation(id).cloned() else { return false };
    if row.listing_id.is_some() {
        return seat_order(app, book, &row, now);
    }
    if row.status == Status::Cancelled {
        let has = known.claimed.get(&(row.user_id, row.match_number)).copied().unwrap_or(0);
        if has + row.quantity > app.settings.purchase_cap || !book.hold_again(id) {
            return false;
        }
        *known.claimed.entry((row.user_id, row.match_number)).or_default() += row.quantity;
    } else if !row.status.is_live() {
        return false;
    }
    book.sell(id);
    true
}

/// Sells its listing to an order whose money is there.
fn seat_order(app: &App, book: &mut Book, row: &reservation::Model, now: DateTime<Utc>) -> bool {
    let is_its = match row.status {
        Status::Pending | Status::AwaitingPayment => book.can_be_handed_over(row.id),
        Status::Cancelled => buying::may_have_again(app, book, row, now) && book.hold_again(row.id),
        Status::Reserved => false,
    };
    if is_its {
        book.sell(row.id);
    }
    is_its
}

/// What a payment's step means for its reservation.
fn follow(
    book: &mut Book,
    known: &mut Known,
    ledger: &mut Ledger,
    report: &Report,
    (from, to): (State, State),
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    let id = report.reservation_id;
    if to == State::Captured {
        known.paid.push(id);
        book.hand_over(id);
    }
    let waits = book.reservation(id).is_some_and(|row| row.status == Status::AwaitingPayment);
    match to {
        State::Voided if from == State::Confirmed => {
            if let Some(row) = book.reservation(id).cloned() {
                book.take_back(id, CancelReason::PaymentFailed);
                known.forget(&row, row.quantity);
            }
        }
        // It can't succeed any more: the hold is a hold again, for as long as its time lasts.
        State::Voided | State::Declined if waits && ledger.under_way(id, Some(report.payment_id)).is_none() => {
            book.note(id, Status::Pending);
            if book.reservation(id).is_some_and(|row| is_overdue(row, now)) {
                end(book, known, id, CancelReason::Expired, now)?;
            }
        }
        State::Refunding => {
            let amount = ledger.payment(report.payment_id).map_or(0, |payment| payment.amount_minor);
            if ledger.owe(report.payment_id, amount, Asked::default(), now) {
                note(book, id);
            }
        }
        // The sale itself has told of it.
        State::Confirmed => {}
        State::Captured if from != State::Confirmed => {}
        _ => note(book, id),
    }
    Ok(())
}

/// Tells those who watch a reservation that its payment has changed.
pub(super) fn note(book: &mut Book, id: Uuid) {
    if let Some(status) = book.reservation(id).map(|row| row.status) {
        book.note(id, status);
    }
}

/// Whether a hold whose payment can't be ended is given up: the gateway was out of reach for longer than we wait.
pub(super) fn is_forfeited(app: &App, row: &reservation::Model, now: DateTime<Utc>) -> bool {
    row.status == Status::AwaitingPayment && row.expires_at + app.settings.payment_grace <= now
}
