//! The refunds of a ledger's payments: each is owed, then done, or refused until an admin has it asked for again.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::refund::{self, Column, State};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::{RefundOrigin, TURN, Whose, refund_key};
use crate::store::WriteTxn;

/// The refunds that one transaction may change.
#[derive(Default)]
pub(super) struct Refunds {
    rows: HashMap<Uuid, refund::Model>,
    new: BTreeSet<Uuid>,
    changed: BTreeSet<Uuid>,
}

impl Refunds {
    pub(super) async fn of(txn: &WriteTxn, payments: BTreeSet<Uuid>) -> Result<Self, DbErr> {
        if payments.is_empty() {
            return Ok(Self::default());
        }
        let found = refund::Entity::find().filter(Column::PaymentId.is_in(payments)).all(&**txn).await?;
        Ok(Self { rows: found.into_iter().map(|row| (row.id, row)).collect(), ..Self::default() })
    }

    /// Minor units of a payment that are back, on their way back, or refused on it.
    pub(super) fn owed(&self, payment_id: Uuid) -> i64 {
        self.of_payment(payment_id).map(|row| row.amount_minor).sum()
    }

    pub(super) fn is_changed(&self) -> bool {
        !(self.new.is_empty() && self.changed.is_empty())
    }

    pub(super) fn are_done(&self, payment_id: Uuid) -> bool {
        self.of_payment(payment_id).all(|row| row.state == State::Done)
    }

    pub(super) fn owe(&mut self, payment_id: Uuid, amount_minor: i64, origin: RefundOrigin, now: DateTime<Utc>) {
        let row = refund::Model {
            id: Uuid::now_v7(),
            payment_id,
            amount_minor,
            state: State::Due,
            gateway_id: None,
            created_at: now,
            done_at: None,
            asked_by: origin.by,
            reason: origin.reason,
            refusal_code: None,
            refusals: 0,
            attempts: 0,
            next_at: now + TURN,
        };
        self.new.insert(row.id);
        self.rows.insert(row.id, row);
    }

    /// Notes that a refund is done, and says of which payment; none where it is known, or there is no such refund.
    pub(super) fn done(&mut self, id: Uuid, gateway_id: &str, now: DateTime<Utc>) -> Option<Uuid> {
        let row = self.rows.get_mut(&id).filter(|row| row.state != State::Done)?;
        row.state = State::Done;
        row.gateway_id = Some(gateway_id.to_owned());
        row.done_at = Some(now);
        self.changed.insert(id);
        Some(row.payment_id)
    }

    /// Whose the refund is that was asked for by this key.
    pub(super) fn whose(&self, payment_id: Uuid, known: &str) -> Whose {
        let row = self.of_payment(payment_id).find(|row| known.starts_with(&row.id.to_string()));
        row.map_or(Whose::Others, |row| if refund_key(row) == known { Whose::Ours(row.id) } else { Whose::OursBefore })
    }

    /// Notes what the gateway calls a refund that is due and on its way.
    pub(super) fn taken_on(&mut self, id: Uuid, gateway_id: &str) {
        if let Some(row) = self.rows.get_mut(&id)
            && row.state == State::Due
            && row.gateway_id.as_deref() != Some(gateway_id)
        {
            row.gateway_id = Some(gateway_id.to_owned());
            self.changed.insert(id);
        }
    }

    /// Notes that a refund which is due will not be done; `false` where it is not due.
    pub(super) fn refused(&mut self, id: Uuid, code: &str) -> bool {
        self.end(id, &[State::Due], code)
    }

    /// Notes that the money of a refund, given or on its way, came back; `false` where that is known.
    pub(super) fn failed(&mut self, id: Uuid, code: &str) -> bool {
        self.end(id, &[State::Due, State::Done], code)
    }

    fn end(&mut self, id: Uuid, from: &[State], code: &str) -> bool {
        let Some(row) = self.rows.get_mut(&id).filter(|row| from.contains(&row.state)) else { return false };
        row.state = State::Refused;
        row.done_at = None;
        row.gateway_id = None;
        row.refusal_code = Some(code.chars().take(128).collect());
        row.refusals += 1;
        self.changed.insert(id);
        true
    }

    /// Makes due again what was refused; `false` where nothing was.
    pub(super) fn retry(&mut self, payment_id: Uuid, now: DateTime<Utc>) -> bool {
        let refused = self.rows.values_mut().filter(|row| row.payment_id == payment_id && row.state == State::Refused);
        let mut is_any = false;
        for row in refused {
            row.state = State::Due;
            row.attempts = 0;
            row.next_at = now + TURN;
            self.changed.insert(row.id);
            is_any = true;
        }
        is_any
    }

    pub(super) async fn close(self, txn: &WriteTxn) -> Result<(), DbErr> {
        let rows = |ids: &BTreeSet<Uuid>| -> Vec<refund::ActiveModel> {
            let rows = ids.iter().filter_map(|id| self.rows.get(id));
            rows.map(|row| row.clone().into_active_model().reset_all()).collect()
        };
        if !self.new.is_empty() {
            refund::Entity::insert_many(rows(&self.new)).exec_without_returning(&**txn).await?;
        }
        for row in rows(&self.changed) {
            let changed = refund::ActiveModel {
                id: row.id,
                state: row.state,
                gateway_id: row.gateway_id,
                done_at: row.done_at,
                refusal_code: row.refusal_code,
                refusals: row.refusals,
                attempts: row.attempts,
                next_at: row.next_at,
                ..Default::default()
            };
            refund::Entity::update(changed).exec(&**txn).await?;
        }
        Ok(())
    }

    fn of_payment(&self, payment_id: Uuid) -> impl Iterator<Item = &refund::Model> {
        self.rows.values().filter(move |row| row.payment_id == payment_id)
    }
}
