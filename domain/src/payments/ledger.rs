//! The ledger: the payments that one transaction may change, and all that it changes of them.
//!
//! It is opened and closed beside the book, under the lock of the payments' matches. Invariant: a payment's state never
//! changes without a row in the audit trail, and money never goes back without a refund of its own.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};
use entities::{
    payment::{self, Column, State},
    payment_change,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use self::refunds::Refunds;
use super::states::{self, Event, Step};
use crate::store::Write;

mod refunds;

/// How long whoever changed a payment may take for what comes next before somebody else sees to it.
pub(crate) const TURN: Duration = Duration::seconds(15);

/// How soon a payment that waits for its payer is compared with the gateway.
const LOOK: Duration = Duration::seconds(5);

/// Who asked for a refund, and why; nobody, where money was taken for nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) by: Option<Uuid>,
    pub(crate) reason: Option<String>,
}

/// The payments that one transaction may change.
#[derive(Default)]
pub(crate) struct Ledger {
    payments: HashMap<Uuid, payment::Model>,
    new: BTreeSet<Uuid>,
    changed: BTreeSet<Uuid>,
    changes: Vec<payment_change::ActiveModel>,
    refunds: Refunds,
}

impl Ledger {
    /// Reads the payments of these reservations and of these fans' keys, and the refunds of the reservations `refunded`;
    /// the matches are locked.
    pub(crate) async fn open(
        txn: &Write,
        reservations: &BTreeSet<Uuid>,
        keys: &BTreeSet<(Uuid, String)>,
        refunded: &BTreeSet<Uuid>,
    ) -> Result<Self, DbErr> {
        let mut ledger = Self::default();
        if reservations.is_empty() {
            return Ok(ledger);
        }
        let mut wanted = Condition::any().add(Column::ReservationId.is_in(reservations.iter().copied()));
        for (user_id, key) in keys {
            let of_key = Condition::all().add(Column::UserId.eq(*user_id)).add(Column::IdempotencyKey.eq(key));
            wanted = wanted.add(of_key);
        }
        let found = payment::Entity::find().filter(wanted).all(&**txn).await?;
        let repaid = found.iter().filter(|row| refunded.contains(&row.reservation_id)).map(|row| row.id).collect();
        ledger.refunds = Refunds::of(txn, repaid).await?;
        ledger.payments = found.into_iter().map(|row| (row.id, row)).collect();

        Ok(ledger)
    }

    pub(crate) fn is_changed(&self) -> bool {
        !(self.new.is_empty() && self.changed.is_empty()) || self.refunds.is_changed()
    }

    pub(crate) fn payment(&self, id: Uuid) -> Option<&payment::Model> {
        self.payments.get(&id)
    }

    /// The attempt that a fan has named so.
    pub(crate) fn of_key(&self, user_id: Uuid, key: &str) -> Option<&payment::Model> {
        let mut payments = self.payments.values();
        payments.find(|row| row.user_id == user_id && row.idempotency_key.as_deref() == Some(key))
    }

    /// The payment of a reservation that is under way, beside the one of id `beside`.
    pub(crate) fn under_way(&self, reservation_id: Uuid, beside: Option<Uuid>) -> Option<&payment::Model> {
        let mut payments = self.payments.values();
        payments.find(|row| row.reservation_id == reservation_id && row.state.is_live() && Some(row.id) != beside)
    }

    /// The payment whose money for a reservation is ours.
    pub(crate) fn captured(&self, reservation_id: Uuid) -> Option<&payment::Model> {
        let mut payments = self.payments.values();
        payments.find(|row| row.reservation_id == reservation_id && row.state == State::Captured)
    }

    /// Enters a new payment.
    pub(crate) fn enter(&mut self, row: payment::Model) {
        self.trail(row.id, "CREATED", None, row.state, row.created_at);
        self.new.insert(row.id);
        self.payments.insert(row.id, row);
    }

    /// Notes what the gateway calls a payment, the first time it tells.
    pub(crate) fn name(&mut self, id: Uuid, intent_id: &str) {
        if let Some(row) = self.payments.get_mut(&id)
            && row.intent_id.is_none()
        {
            row.intent_id = Some(intent_id.to_owned());
            self.changed.insert(id);
        }
    }

    /// Notes why the gateway refused a try; `true` if that is news.
    pub(crate) fn decline(&mut self, id: Uuid, code: &str) -> bool {
        let Some(row) = self.payments.get_mut(&id) else { return false };
        let code = code.chars().take(128).collect::<String>();
        if row.decline_code.as_deref() == Some(code.as_str()) {
            return false;
        }
        row.decline_code = Some(code);
        self.changed.insert(id);
        true
    }

    /// Lets an event happen to a payment, and says from where to where that led; none where it stays. What can't be is
    /// logged and counted, and changes nothing.
    pub(crate) fn apply(&mut self, id: Uuid, event: Event, now: DateTime<Utc>) -> Option<(State, State)> {
        let row = self.payments.get_mut(&id)?;
        let from = row.state;
        let to = match states::step(from, event) {
            Step::To(to) => to,
            Step::Stay => return None,
            Step::Never => {
                metrics::counter!("matchday_payments_impossible_total").increment(1);
                tracing::error!(payment = %id, state = ?from, ?event, "the gateway tells of what can't be");
                return None;
            }
        };
        row.state = to;
        row.updated_at = now;
        row.attempts = 0;
        row.next_at = if to == State::Open { (now + LOOK).min(row.hold_ends_at.max(now)) } else { now + TURN };
        self.changed.insert(id);
        self.trail(id, event.name(), Some(from), to, now);
        Some((from, to))
    }

    /// Owes a part of a payment that is not owed yet; `false`, and nothing is owed, if there is no such part.
    pub(crate) fn owe(&mut self, id: Uuid, amount_minor: i64, asked: Asked, now: DateTime<Utc>) -> bool {
        let left = self.payments.get(&id).map_or(0, |row| row.amount_minor - self.refunds.owed(id));
        if !(1..=left).contains(&amount_minor) {
            tracing::error!(payment = %id, amount_minor, left, "more would go back than was taken");
            return false;
        }
        self.refunds.owe(id, amount_minor, asked, now);
        true
    }

    /// Notes that a refund is done, and says what that is to its payment; none where it is known.
    pub(crate) fn repay(&mut self, refund_id: Uuid, gateway_id: &str, now: DateTime<Utc>) -> Option<Event> {
        let payment_id = self.refunds.done(refund_id, gateway_id, now)?;
        let state = self.payments.get(&payment_id)?.state;
        let is_all = state == State::Refunding && self.refunds.are_done(payment_id);
        Some(if is_all { Event::Refunded } else { Event::PartRefunded })
    }

    /// Notes that the gateway refuses a refund for good; none where it is known.
    pub(crate) fn refuse(&mut self, refund_id: Uuid, code: &str) -> Option<Event> {
        self.refunds.refused(refund_id, code).then_some(Event::RefundRefused)
    }

    /// Has the gateway asked once more for what it refused to give back for a reservation.
    pub(crate) fn retry(&mut self, reservation_id: Uuid, now: DateTime<Utc>) {
        let of_reservation = self.payments.values().filter(|row| row.reservation_id == reservation_id);
        for id in of_reservation.map(|row| row.id).collect::<Vec<_>>() {
            if self.refunds.retry(id, now) {
                self.apply(id, Event::RefundRetried, now);
            }
        }
    }

    /// Writes every change.
    pub(crate) async fn close(mut self, txn: &Write) -> Result<(), DbErr> {
        let rows = |ids: &BTreeSet<Uuid>| -> Vec<payment::Model> {
            ids.iter().filter_map(|id| self.payments.get(id)).cloned().collect()
        };
        let new = rows(&self.new).into_iter().map(|row| row.into_active_model().reset_all());
        if !self.new.is_empty() {
            payment::Entity::insert_many(new).exec_without_returning(&**txn).await?;
        }
        for row in rows(&self.changed).into_iter().filter(|row| !self.new.contains(&row.id)) {
            let changed = payment::ActiveModel {
                id: Set(row.id),
                intent_id: Set(row.intent_id),
                state: Set(row.state),
                decline_code: Set(row.decline_code),
                updated_at: Set(row.updated_at),
                attempts: Set(row.attempts),
                next_at: Set(row.next_at),
                ..Default::default()
            };
            payment::Entity::update(changed).exec(&**txn).await?;
        }
        if !self.changes.is_empty() {
            let changes = std::mem::take(&mut self.changes);
            payment_change::Entity::insert_many(changes).exec_without_returning(&**txn).await?;
        }
        self.refunds.close(txn).await
    }

    fn trail(&mut self, payment_id: Uuid, event: &str, from: Option<State>, to: State, at: DateTime<Utc>) {
        self.changes.push(payment_change::ActiveModel {
            id: NotSet,
            payment_id: Set(payment_id),
            event: Set(event.to_owned()),
            from_state: Set(from),
            to_state: Set(to),
            at: Set(at),
        });
    }
}
