//! The ledger: the payments that one transaction may change, and all that it changes of them.
//!
//! It is opened and closed beside the book, under the lock of the payments' matches. Invariant: a payment's state never
//! changes without a row in the audit trail, and money never goes back without a refund of its own.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Duration, Utc};
use entities::{
    dispute,
    payment::{self, Column, State},
    payment_change, refund,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use uuid::Uuid;

use self::refunds::Refunds;
use crate::{
    payment_states::{self, Event, Step},
    store::WriteTxn,
};

mod refunds;

/// How long the instance that changed a payment may take for what comes next before another one goes on with it.
pub const TURN: Duration = Duration::seconds(15);

/// How soon a payment that waits for its payer is compared with the gateway.
const LOOK: Duration = Duration::seconds(5);

/// Who asked for a refund, and why; none, where money was taken for nothing.
#[derive(Debug, Clone, Default)]
pub struct RefundOrigin {
    pub by: Option<Uuid>,
    pub reason: Option<String>,
}

/// Who asked the gateway for a refund that it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// We did, for this refund.
    Ours(Uuid),
    /// We did, by a key that was refused and is not asked by any more.
    OursBefore,
    /// The operator did, at the gateway's own pages, or another program of theirs.
    Others,
}

/// The payments that one transaction may change.
#[derive(Default)]
pub struct Ledger {
    payments: HashMap<Uuid, payment::Model>,
    new: BTreeSet<Uuid>,
    changed: BTreeSet<Uuid>,
    changes: Vec<payment_change::ActiveModel>,
    reached: Vec<State>,
    refunds: Refunds,
    disputes: Vec<dispute::Model>,
}

impl Ledger {
    /// Reads the payments of these reservations and of these fans' keys, and the refunds of the reservations `refunded`;
    /// the matches are locked.
    pub async fn open(
        txn: &WriteTxn,
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

    pub fn is_changed(&self) -> bool {
        !(self.new.is_empty() && self.changed.is_empty() && self.disputes.is_empty()) || self.refunds.is_changed()
    }

    pub fn payment(&self, id: Uuid) -> Option<&payment::Model> {
        self.payments.get(&id)
    }

    /// The attempt that a fan has named so.
    pub fn of_key(&self, user_id: Uuid, key: &str) -> Option<&payment::Model> {
        let mut payments = self.payments.values();
        payments.find(|row| row.user_id == user_id && row.idempotency_key.as_deref() == Some(key))
    }

    /// The payment of a reservation that is under way, beside the one of id `beside`.
    pub fn under_way(&self, reservation_id: Uuid, beside: Option<Uuid>) -> Option<&payment::Model> {
        let mut payments = self.payments.values();
        payments.find(|row| row.reservation_id == reservation_id && row.state.is_live() && Some(row.id) != beside)
    }

    /// The payments of a reservation.
    pub fn of_reservation(&self, reservation_id: Uuid) -> impl Iterator<Item = &payment::Model> {
        self.payments.values().filter(move |row| row.reservation_id == reservation_id)
    }

    /// The payments of a fan, of those in the ledger.
    pub fn of_user(&self, user_id: Uuid) -> impl Iterator<Item = &payment::Model> {
        self.payments.values().filter(move |row| row.user_id == user_id)
    }

    /// The payment whose money for a reservation is ours.
    pub fn captured(&self, reservation_id: Uuid) -> Option<&payment::Model> {
        let mut payments = self.payments.values();
        payments.find(|row| row.reservation_id == reservation_id && row.state == State::Captured)
    }

    /// Enters a new payment.
    pub fn enter(&mut self, row: payment::Model) {
        self.record_change(row.id, "CREATED", None, row.state, row.created_at);
        self.reached.push(row.state);
        self.new.insert(row.id);
        self.payments.insert(row.id, row);
    }

    /// Gives what pays for a reservation until then.
    pub fn extend(&mut self, reservation_id: Uuid, until: DateTime<Utc>) {
        for row in self.payments.values_mut() {
            if row.reservation_id == reservation_id && row.state.is_live() {
                row.hold_ends_at = until;
                self.changed.insert(row.id);
            }
        }
    }

    /// Notes what the gateway calls a payment, the first time it tells.
    pub fn set_intent_id(&mut self, id: Uuid, gateway: &str, intent_id: &str) {
        if let Some(row) = self.payments.get_mut(&id)
            && row.intent_id.is_none()
        {
            row.gateway = Some(gateway.to_owned());
            row.intent_id = Some(intent_id.to_owned());
            self.changed.insert(id);
        }
    }

    /// Notes what the gateway says that it took.
    pub fn took(&mut self, id: Uuid, captured_minor: Option<i64>) {
        if let Some(row) = self.payments.get_mut(&id)
            && captured_minor.is_some()
            && row.captured_minor != captured_minor
        {
            row.captured_minor = captured_minor;
            self.changed.insert(id);
        }
    }

    /// Notes what of a payment went back by others, and the disputes of it.
    pub fn observe(&mut self, id: Uuid, elsewhere_minor: i64, disputes: Vec<dispute::Model>) {
        let Some(row) = self.payments.get_mut(&id) else { return };
        if row.elsewhere_minor.unwrap_or(0) != elsewhere_minor {
            tracing::warn!(payment = %id, elsewhere_minor, "money of a payment was returned without a refund from this site");
            row.elsewhere_minor = Some(elsewhere_minor);
            self.changed.insert(id);
        }
        self.disputes.extend(disputes);
    }

    /// Notes why the gateway refused a try; `true` if that is news.
    pub fn decline(&mut self, id: Uuid, code: &str) -> bool {
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
    pub fn apply(&mut self, id: Uuid, event: Event, now: DateTime<Utc>) -> Option<(State, State)> {
        let row = self.payments.get_mut(&id)?;
        let from = row.state;
        let to = match payment_states::step(from, event) {
            Step::To(to) => to,
            Step::Ignored => return None,
            Step::Impossible => {
                metrics::counter!("matchday_payments_impossible_total").increment(1);
                tracing::error!(payment = %id, state = ?from, ?event, "inconsistent payment event");
                return None;
            }
        };
        row.state = to;
        row.updated_at = now;
        row.attempts = 0;
        row.next_at = if to == State::Open { (now + LOOK).min(row.hold_ends_at.max(now)) } else { now + TURN };
        self.changed.insert(id);
        self.record_change(id, event.name(), Some(from), to, now);
        if to != from {
            self.reached.push(to);
        }
        Some((from, to))
    }

    /// Owes a part of a payment that is not owed yet; `false`, and nothing is owed, if there is no such part.
    pub fn owe(&mut self, id: Uuid, amount_minor: i64, origin: RefundOrigin, now: DateTime<Utc>) -> bool {
        let left = self.payments.get(&id).map_or(0, |row| row.amount_minor - self.refunds.owed(id));
        if !(1..=left).contains(&amount_minor) {
            tracing::error!(payment = %id, amount_minor, left, "a refund would exceed what was charged");
            return false;
        }
        self.refunds.owe(id, amount_minor, origin, now);
        true
    }

    /// Notes that a refund is done, and says what that is to its payment; none where it is known.
    pub fn repay(&mut self, refund_id: Uuid, gateway_id: &str, now: DateTime<Utc>) -> Option<Event> {
        let payment_id = self.refunds.done(refund_id, gateway_id, now)?;
        let state = self.payments.get(&payment_id)?.state;
        let is_all = state == State::Refunding && self.refunds.are_done(payment_id);
        Some(if is_all { Event::Refunded } else { Event::PartRefunded })
    }

    /// Whose a refund is that the gateway knows of a payment, by the key that it was asked for by.
    pub fn whose(&self, payment_id: Uuid, key: Option<&str>) -> Whose {
        key.map_or(Whose::Others, |key| self.refunds.whose(payment_id, key))
    }

    /// Notes that the gateway has taken a refund on.
    pub fn take_on(&mut self, refund_id: Uuid, gateway_id: &str) {
        self.refunds.taken_on(refund_id, gateway_id);
    }

    /// Notes that the money of a refund came back to the gateway, also after it was given; none where it is known.
    pub fn fail(&mut self, refund_id: Uuid, code: &str) -> Option<Event> {
        self.refunds.failed(refund_id, code).then_some(Event::RefundRefused)
    }

    /// Notes that the gateway refuses a refund for good; none where it is known.
    pub fn refuse(&mut self, refund_id: Uuid, code: &str) -> Option<Event> {
        self.refunds.refused(refund_id, code).then_some(Event::RefundRefused)
    }

    /// Has the gateway asked once more for what it refused to give back for a reservation.
    pub fn retry(&mut self, reservation_id: Uuid, now: DateTime<Utc>) {
        let of_reservation = self.payments.values().filter(|row| row.reservation_id == reservation_id);
        for id in of_reservation.map(|row| row.id).collect::<Vec<_>>() {
            if self.refunds.retry(id, now) {
                self.apply(id, Event::RefundRetried, now);
            }
        }
    }

    /// Writes every change, and returns the states that payments have reached once that is committed.
    pub async fn close(mut self, txn: &WriteTxn) -> Result<Vec<State>, DbErr> {
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
                gateway: Set(row.gateway),
                intent_id: Set(row.intent_id),
                state: Set(row.state),
                decline_code: Set(row.decline_code),
                hold_ends_at: Set(row.hold_ends_at),
                updated_at: Set(row.updated_at),
                attempts: Set(row.attempts),
                next_at: Set(row.next_at),
                captured_minor: Set(row.captured_minor),
                elsewhere_minor: Set(row.elsewhere_minor),
                ..Default::default()
            };
            payment::Entity::update(changed).exec(&**txn).await?;
        }
        if !self.changes.is_empty() {
            let changes = std::mem::take(&mut self.changes);
            payment_change::Entity::insert_many(changes).exec_without_returning(&**txn).await?;
        }
        for known in std::mem::take(&mut self.disputes) {
            use dispute::Column;

            let newer = [Column::AmountMinor, Column::State, Column::Reason, Column::ChangedAt];
            dispute::Entity::insert(known.into_active_model().reset_all())
                .on_conflict(OnConflict::column(Column::Id).update_columns(newer).to_owned())
                .exec_without_returning(&**txn)
                .await?;
        }
        self.refunds.close(txn).await?;

        Ok(self.reached)
    }

    fn record_change(&mut self, payment_id: Uuid, event: &str, from: Option<State>, to: State, at: DateTime<Utc>) {
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

/// What the call for a refund is named by: once it was refused, the same name would be answered the same.
pub fn refund_key(owed: &refund::Model) -> String {
    match owed.refusals {
        0 => format!("{}-refund", owed.id),
        refusals => format!("{}-refund-{refusals}", owed.id),
    }
}
