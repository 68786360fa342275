//! Money that moves after it was taken: refunds, by whoever makes them, and disputes.

use std::collections::BTreeMap;

use chrono::Utc;
use serde_json::Value;
use uuid::Uuid;

use super::{Books, Form, Trouble, event, list, refunded};
use crate::fake_stripe::{
    objects::{Dispute, DisputeStatus, Refund, RefundStatus},
    shown::{disputed, of_object},
};

impl Books {
    /// Gives a part of a payment back, and tells of it.
    pub(in crate::fake_stripe) fn give_back(
        &mut self,
        index: usize,
        amount: i64,
        metadata: BTreeMap<String, String>,
        status: RefundStatus,
    ) -> Value {
        let intent = &mut self.intents[index];
        intent.refunded += amount;
        let refund = Refund {
            id: format!("re_{}", Uuid::now_v7().simple()),
            intent_id: intent.id.clone(),
            amount,
            metadata,
            status,
            created: Utc::now().timestamp(),
        };
        let answer = refunded(&refund, &intent.currency);
        self.refunds.push(refund);
        self.told(index, "charge.refunded");
        self.told_of(index, "refund.created", &answer);
        answer
    }

    /// The refunds of a payment are this far now. What failed is the site's again.
    pub(in crate::fake_stripe) fn end_refunds(&mut self, index: usize, status: RefundStatus) {
        let (id, currency) = (self.intents[index].id.clone(), self.intents[index].currency.clone());
        let mut told = Vec::new();
        for refund in self.refunds.iter_mut().filter(|refund| refund.intent_id == id) {
            refund.status = status;
            if status == RefundStatus::Failed {
                self.intents[index].refunded -= refund.amount;
            }
            told.push(refunded(refund, &currency));
        }
        for shown in told {
            self.told_of(index, "charge.refund.updated", &shown);
            let kind = if status == RefundStatus::Failed { "refund.failed" } else { "refund.updated" };
            self.told_of(index, kind, &shown);
        }
    }

    /// The payer disputes a payment, or hears what becomes of that.
    pub(in crate::fake_stripe) fn dispute(&mut self, index: usize, status: DisputeStatus) {
        let intent = &self.intents[index];
        let (id, currency, amount) = (intent.id.clone(), intent.currency.clone(), intent.captured);
        let (kind, shown) = match self.disputes.iter_mut().find(|dispute| dispute.intent_id == id) {
            Some(known) => {
                known.status = status;
                ("charge.dispute.closed", disputed(known, &currency))
            }
            None => {
                let dispute_id = format!("du_{}", Uuid::now_v7().simple());
                let created = Utc::now().timestamp();
                let dispute = Dispute { id: dispute_id, intent_id: id, amount, status, created };
                let shown = disputed(&dispute, &currency);
                self.disputes.push(dispute);
                ("charge.dispute.created", shown)
            }
        };
        self.told_of(index, kind, &shown);
    }

    pub(in crate::fake_stripe) fn list_disputes(&self, form: &Form) -> Result<Value, Trouble> {
        form.only(&["payment_intent", "limit"])?;
        let id = form.text("payment_intent").ok_or_else(|| Trouble::invalid("", "payment_intent", "is needed"))?;
        let currency = self.intents[self.index(id)?].currency.clone();
        let of_intent = self.disputes.iter().filter(|dispute| dispute.intent_id == id);
        Ok(list("list", "/v1/disputes", of_intent.map(|dispute| disputed(dispute, &currency)).collect()))
    }

    /// Tells of an object of a payment, which says nothing of the payment's own metadata.
    fn told_of(&mut self, index: usize, kind: &str, object: &Value) {
        let intent = &self.intents[index];
        let told = of_object(event(self.events.len(), kind, intent), object.clone());
        self.events.push((intent.payment_id(), told));
    }
}
