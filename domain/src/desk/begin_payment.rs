//! A payment's beginning, as the desk decides it: it is entered for a live hold, before the gateway hears of it.

use std::collections::HashMap;

use book::ledger;
use chrono::{DateTime, Utc};
use entities::{
    payment::{self, State},
    reservation::{CancelReason, Status},
};
use uuid::Uuid;

use super::{
    decision::Decision,
    error::{HoldError, PaymentRefused},
    habits::{HOUR, refused_cards, whole_seconds},
    needs::Needs,
    request::{Answer, Request},
};
use crate::faults;

/// A payment to be begun, unless one of the same key was begun before or another one is under way.
#[derive(Debug, Clone)]
pub(crate) struct BeginPayment {
    pub(crate) payment_id: Uuid,
    pub(crate) reservation_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) method: Option<String>,
    pub(crate) key: Option<String>,
    /// The name of the gateway that it is to be begun at.
    pub(crate) gateway: &'static str,
}

impl Request for BeginPayment {
    type Refused = PaymentRefused;

    const BINDS_CLIENT: bool = true;
    const FAULT: Option<faults::Request> = Some(faults::Request::Pay);

    fn needs(&self, needs: &mut Needs) {
        needs.reservations.insert(self.reservation_id);
        needs.payments.insert(self.reservation_id);
        needs.payment_keys.extend(self.key.clone().map(|key| (self.user_id, key)));
        needs.payers.insert(self.user_id);
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        let row = decision.reservation(self.reservation_id)?;
        if row.user_id != self.user_id {
            return Err(HoldError::NotFound.into());
        }
        if decision.habits.is_erased(self.user_id) {
            return Err(HoldError::NoAccount.into());
        }
        if let Some(begun) = self.key.as_ref().and_then(|key| decision.ledger.of_key(self.user_id, key)) {
            return match (begun.reservation_id == row.id, begun.method == self.method) {
                (true, true) => Ok(row),
                (true, false) => Err(PaymentRefused::KeyOfAnotherCard),
                (false, _) => Err(HoldError::KeyReused.into()),
            };
        }
        match row.status {
            Status::Reserved => return Err(HoldError::AlreadyPaid.into()),
            Status::Cancelled => return Err(HoldError::ended(row.cancel_reason).into()),
            Status::AwaitingPayment => {
                let begun = decision.ledger.under_way(row.id, None);
                return if begun.is_some_and(|begun| self.goes_on_with(begun)) {
                    Ok(row)
                } else {
                    Err(HoldError::PaymentUnderWay.into())
                };
            }
            Status::Pending if decision.is_overdue(&row) => {
                decision.end(row.id, CancelReason::Expired)?;
                return Err(HoldError::HoldExpired.into());
            }
            Status::Pending => self.may_pay(decision)?,
        }
        decision.ledger.enter(payment::Model {
            id: self.payment_id,
            reservation_id: row.id,
            user_id: row.user_id,
            match_number: row.match_number,
            amount_minor: row.unit_price_minor * i64::from(row.quantity),
            method: self.method.clone(),
            idempotency_key: self.key.clone(),
            gateway: Some(self.gateway.to_owned()),
            intent_id: None,
            state: State::Created,
            decline_code: None,
            hold_ends_at: row.expires_at,
            created_at: decision.now,
            updated_at: decision.now,
            attempts: 0,
            next_at: decision.now + ledger::TURN,
            captured_minor: None,
            elsewhere_minor: None,
            declines: 0,
        });
        decision.book.note(row.id, Status::AwaitingPayment);
        Ok(decision.reservation(row.id)?)
    }
}

impl BeginPayment {
    /// Whether a payment under way is the one that is asked for: its payer names no card here, and gives one, or their bank's
    /// consent, to the gateway that waits for it. However it was begun, they find their way back to it.
    fn goes_on_with(&self, begun: &payment::Model) -> bool {
        self.method.is_none() && (begun.method.is_none() || begun.state == State::Open)
    }

    /// Whether another card may be tried: an attacker who tests stolen ones finds out about few.
    fn may_pay(&self, decision: &Decision<'_>) -> Result<(), PaymentRefused> {
        let (cap, ledger) = (decision.settings.declines_of_hold, &decision.ledger);
        if ledger.of_reservation(self.reservation_id).map(refused_cards).sum::<usize>() >= cap {
            return Err(PaymentRefused::TooManyDeclines { cap });
        }
        let before = decision.habits.payments(self.user_id);
        let mut rows: HashMap<Uuid, &payment::Model> = before.iter().map(|row| (row.id, row)).collect();
        rows.extend(ledger.of_user(self.user_id).map(|row| (row.id, row)));
        // What the gateway has not answered yet may be refused as well.
        let cards = |row: &payment::Model| refused_cards(row).max(usize::from(row.state == State::Created));
        let lately = rows.into_values().filter(|row| row.created_at > decision.now - HOUR);
        let mut counted: Vec<DateTime<Utc>> =
            lately.flat_map(|row| std::iter::repeat_n(row.created_at, cards(row))).collect();
        let cap = decision.settings.declines_of_hour;
        if counted.len() < cap {
            return Ok(());
        }
        counted.sort_unstable();
        let free_at = counted[counted.len() - cap] + HOUR;
        let wait = (free_at - decision.now).to_std().unwrap_or_default();
        Err(PaymentRefused::DeclinedTooOften { retry_after: whole_seconds(wait) })
    }
}
