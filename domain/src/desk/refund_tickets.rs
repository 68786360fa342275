//! A refund, as the desk decides it: tickets die, their seats go back on sale and their price is owed, all at once.

use std::collections::BTreeSet;

use book::{ledger::RefundOrigin, payment_states::Event};
use entities::{
    mail::Kind,
    reservation::{self, CancelReason, Status},
    ticket,
};
use uuid::Uuid;

use super::{
    decision::Decision,
    error::{HoldError, RefundRefused},
    needs::Needs,
    request::{Answer, Request},
};
use crate::faults;

/// Tickets to be given back, by the rule of the site unless its staff asks. What is refunded already stays as it is; the
/// staff has the gateway asked once more for what it refused.
#[derive(Debug, Clone)]
pub(crate) struct RefundTickets {
    pub(crate) reservation_id: Uuid,
    /// All that are left, where none are named.
    pub(crate) tickets: Option<BTreeSet<Uuid>>,
    pub(crate) user_id: Uuid,
    /// Whether the site asks, and not the owner: then no rule of the site's stands against it.
    pub(crate) is_staff: bool,
    pub(crate) reason: Option<String>,
}

impl Request for RefundTickets {
    type Refused = RefundRefused;

    const BINDS_CLIENT: bool = true;
    const FAULT: Option<faults::Request> = Some(faults::Request::Refund);

    fn needs(&self, needs: &mut Needs) {
        needs.reservations.insert(self.reservation_id);
        needs.payments_of(self.reservation_id, true);
        needs.tickets.insert(self.reservation_id);
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        let (row, now) = (decision.reservation(self.reservation_id)?, decision.now);
        if row.listing_id.is_some() {
            return Err(RefundRefused::Resale);
        }
        match row.status {
            Status::Reserved => {}
            Status::Cancelled if row.cancel_reason.is_some_and(CancelReason::is_refund) => {}
            Status::Cancelled => return Err(HoldError::ended(row.cancel_reason).into()),
            Status::Pending | Status::AwaitingPayment => return Err(RefundRefused::NotPaid),
        }
        let chosen = self.chosen(decision.tickets.of(row.id), row.user_id)?;
        if chosen.is_empty() {
            if self.is_staff {
                decision.ledger.retry(row.id, now);
            }
            return Ok(row);
        }
        if !self.is_staff {
            may_give_back(decision, &row)?;
        }
        let quantity = i32::try_from(chosen.len()).unwrap_or(i32::MAX);
        let amount = chosen.iter().map(|one| one.1).sum();
        let payment_id = decision.ledger.captured(row.id).ok_or(RefundRefused::BeingPaid)?.id;
        let asked = RefundOrigin { by: Some(self.user_id), reason: self.reason.clone() };
        if !decision.ledger.owe(payment_id, amount, asked, now) {
            return Err(HoldError::Unavailable.into());
        }
        let is_last = row.returned + quantity == row.quantity;
        decision.ledger.apply(payment_id, if is_last { Event::Returned } else { Event::PartReturned }, now);
        decision.tickets.refund(row.id, &chosen.into_iter().map(|one| one.0).collect());
        decision.book.refund(row.id, quantity);
        decision.forget(&row, quantity);
        decision.mail(Kind::Refunded, &row);

        Ok(decision.reservation(row.id)?)
    }
}

impl RefundTickets {
    /// The tickets that are to be given back, each with its price: those that are named, or all, and not refunded yet. What their
    /// payer has given to another fan only the staff takes from that one.
    fn chosen(&self, tickets: &[ticket::Model], payer_id: Uuid) -> Result<Vec<(Uuid, i64)>, RefundRefused> {
        if tickets.is_empty() {
            return Err(RefundRefused::BeingPaid);
        }
        let named = self.tickets.as_ref();
        let is_known = |id: &Uuid| tickets.iter().any(|one| one.id == *id);
        if named.is_some_and(|named| !named.iter().all(is_known)) {
            return Err(RefundRefused::UnknownTicket);
        }
        let mut chosen = Vec::new();
        for one in tickets.iter().filter(|one| named.is_none_or(|named| named.contains(&one.id))) {
            match one.status {
                ticket::Status::Valid if one.frozen_at.is_some() => {
                    return Err(RefundRefused::Frozen { seat: one.seat });
                }
                ticket::Status::Valid if one.user_id != payer_id && !self.is_staff => {
                    return Err(RefundRefused::GivenAway { seat: one.seat });
                }
                ticket::Status::Valid => chosen.push((one.id, one.price_minor)),
                ticket::Status::Refunded => {}
                status => return Err(RefundRefused::NotValid { seat: one.seat, status }),
            }
        }
        Ok(chosen)
    }
}

/// Whether the owner of a reservation may give tickets of it back by themselves.
fn may_give_back(decision: &Decision<'_>, row: &reservation::Model) -> Result<(), RefundRefused> {
    let rule = &decision.settings.refunds;
    if !rule.owner_allowed {
        return Err(RefundRefused::NotByOwners);
    }
    let until = rule.owner_cutoff.and_then(|cutoff| Some(decision.book.kick_off(row.match_number)? - cutoff));
    match until {
        Some(until) if until <= decision.now => Err(RefundRefused::TooLate { until }),
        _ => Ok(()),
    }
}
