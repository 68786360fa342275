//! A settlement, as the desk decides it: what the gateway reports of a payment moves payment and reservation together.

use book::{ledger::RefundOrigin, payment_states::Event};
use entities::{
    payment::State,
    reservation::{self, CancelReason, Status},
};
use uuid::Uuid;

use super::{
    decision::Decision,
    error::HoldError,
    movements,
    needs::Needs,
    report::PaymentReport,
    request::{Answer, Request},
};
use crate::{faults, gateway};

/// A report of a payment. What is known already, or can't be, changes nothing.
#[derive(Debug, Clone)]
pub(crate) struct SettlePayment {
    pub(crate) payment_id: Uuid,
    pub(crate) reservation_id: Uuid,
    pub(crate) report: PaymentReport,
    /// The name of the gateway that reports it.
    pub(crate) gateway: &'static str,
}

impl Request for SettlePayment {
    type Refused = HoldError;

    const BINDS_CLIENT: bool = false;
    const FAULT: Option<faults::Request> = Some(faults::Request::Settle);

    fn needs(&self, needs: &mut Needs) {
        needs.reservations.insert(self.reservation_id);
        // Money that comes late may seat its buyer again, as far as they may have the tickets.
        needs.claims_beside.insert(self.reservation_id);
        needs.payments_of(self.reservation_id, self.report.is_of_refunds());
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        let (id, now) = (self.payment_id, decision.now);
        let found = decision.ledger.payment(id).filter(|found| found.reservation_id == self.reservation_id);
        let before = found.ok_or(HoldError::NotFound)?.state;
        let ledger = &mut decision.ledger;
        let mut is_new = false;
        let event = match &self.report {
            PaymentReport::Intent(intent) => {
                ledger.set_intent_id(id, self.gateway, &intent.id);
                ledger.took(id, intent.captured_minor);
                match &intent.status {
                    gateway::Status::Waiting | gateway::Status::Consenting => Event::Opened,
                    gateway::Status::Declined(code) => {
                        is_new = before.is_live() && ledger.decline(id, code);
                        Event::Declined
                    }
                    gateway::Status::Authorised if self.seat(decision, before) => Event::AuthorisedWithSeats,
                    gateway::Status::Authorised => Event::AuthorisedWithoutSeats,
                    gateway::Status::Captured if self.seat(decision, before) => Event::CapturedWithSeats,
                    gateway::Status::Captured => Event::CapturedWithoutSeats,
                    gateway::Status::Cancelled => Event::Cancelled,
                }
            }
            PaymentReport::Refused(code) => {
                is_new = ledger.decline(id, code);
                Event::Declined
            }
            PaymentReport::Gone => Event::Cancelled,
            PaymentReport::Abandoned => Event::Abandoned,
            PaymentReport::Refunded { refund_id, gateway_id } => {
                let event = ledger.repay(*refund_id, gateway_id, now);
                return movements::settle(decision, self.reservation_id, id, event);
            }
            PaymentReport::RefundTaken { refund_id, gateway_id } => {
                ledger.take_on(*refund_id, gateway_id);
                return movements::settle(decision, self.reservation_id, id, None);
            }
            PaymentReport::RefundRefused { refund_id, code } => {
                let event = ledger.refuse(*refund_id, code);
                return movements::settle(decision, self.reservation_id, id, event);
            }
            PaymentReport::Moved(moved) => return movements::observe(decision, self.reservation_id, id, moved),
        };
        if let Some((from, to)) = decision.ledger.apply(id, event, now) {
            self.follow(decision, from, to)?;
        } else if is_new {
            decision.note(self.reservation_id);
        }
        decision.reservation(self.reservation_id)
    }
}

impl SettlePayment {
    /// Sells the seats to a payment whose money is there. Those of a hold that has ended meanwhile are got again if they are
    /// free, the buyer may have them and the sale is not over.
    fn seat(&self, decision: &mut Decision<'_>, state: State) -> bool {
        if matches!(state, State::Confirmed | State::Captured) {
            return true;
        }
        if !matches!(state, State::Created | State::Open) {
            return false;
        }
        let Some(row) = decision.book.reservation(self.reservation_id).cloned() else { return false };
        if row.listing_id.is_some() {
            return seat_order(decision, &row);
        }
        if row.status == Status::Cancelled {
            let may_have = decision.may_claim(row.user_id, row.match_number, row.quantity).is_ok();
            if !may_have || decision.is_closed(row.match_number) || !decision.book.hold_again(row.id) {
                return false;
            }
            decision.claim(&row);
        } else if !row.status.is_live() {
            return false;
        }
        decision.book.sell(row.id);
        true
    }

    /// What a payment's step means for its reservation.
    fn follow(&self, decision: &mut Decision<'_>, from: State, to: State) -> Result<(), HoldError> {
        let (id, now) = (self.reservation_id, decision.now);
        if to == State::Captured {
            decision.paid.push(id);
            decision.book.hand_over(id);
        }
        let waits = decision.book.reservation(id).is_some_and(|row| row.status == Status::AwaitingPayment);
        match to {
            State::Voided if from == State::Confirmed => {
                if let Some(row) = decision.book.reservation(id).cloned() {
                    decision.book.take_back(id, CancelReason::PaymentFailed);
                    decision.forget(&row, row.quantity);
                }
            }
            // It can't succeed any more: the hold is a hold again, for as long as its time lasts.
            State::Voided | State::Declined
                if waits && decision.ledger.under_way(id, Some(self.payment_id)).is_none() =>
            {
                decision.book.note(id, Status::Pending);
                if decision.book.reservation(id).is_some_and(|row| decision.is_overdue(row)) {
                    decision.end(id, CancelReason::Expired)?;
                }
            }
            State::Refunding => {
                let amount = decision.ledger.payment(self.payment_id).map_or(0, |payment| payment.amount_minor);
                if decision.ledger.owe(self.payment_id, amount, RefundOrigin::default(), now) {
                    decision.note(id);
                }
            }
            // The sale itself has set its status.
            State::Confirmed => {}
            State::Captured if from != State::Confirmed => {}
            _ => decision.note(id),
        }
        Ok(())
    }
}

/// Sells its listing to an order whose money is there.
fn seat_order(decision: &mut Decision<'_>, row: &reservation::Model) -> bool {
    let is_its = match row.status {
        Status::Pending | Status::AwaitingPayment => decision.book.can_be_handed_over(row.id),
        Status::Cancelled => !decision.is_closed(row.match_number) && decision.book.hold_again(row.id),
        Status::Reserved => false,
    };
    if is_its {
        decision.book.sell(row.id);
    }
    is_its
}
