//! The books: payments and refunds as Stripe keeps them, and what may be done to each.

use chrono::Utc;
use serde_json::Value;
use uuid::Uuid;

use super::{
    cards::{Card, card},
    form::Form,
    objects::{Dispute, Intent, Refund, RefundStatus, Status},
    shown::{Trouble, event, list, refunded, shown},
};

mod movements;

/// The least that is charged, and the most, in cents.
const AMOUNTS: std::ops::RangeInclusive<i64> = 50..=99_999_999;

impl Intent {
    /// The payer gives a card.
    fn give(&mut self, name: &str) -> Result<(), Trouble> {
        let card = card(name).ok_or_else(|| Trouble::missing("payment_method", name))?;
        self.card = Some(name.to_owned());
        self.refused = None;
        match card {
            Card::Pays => self.status = Status::RequiresCapture,
            Card::Asks => self.status = Status::RequiresAction,
            Card::Declines(code, reason) => {
                self.status = Status::RequiresPaymentMethod;
                self.refused = Some((code.to_owned(), reason.map(str::to_owned)));
            }
        }
        Ok(())
    }
}

/// Everything that Stripe knows.
#[derive(Default)]
pub(super) struct Books {
    intents: Vec<Intent>,
    refunds: Vec<Refund>,
    disputes: Vec<Dispute>,
    /// What the next refunds are at first.
    pub(super) refunds_are: RefundStatus,
    events: Vec<(Option<Uuid>, Value)>,
    /// Whether the search finds nothing of what is there.
    pub(super) search_lags: bool,
}

impl Books {
    pub(super) fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.intents.iter()
    }

    pub(super) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter()
    }

    pub(super) fn of_payment(&self, payment_id: Uuid) -> Vec<Intent> {
        self.intents.iter().filter(|intent| intent.payment_id() == Some(payment_id)).cloned().collect()
    }

    pub(super) fn events(&self, payment_id: Uuid) -> Vec<Value> {
        let of_payment = self.events.iter().filter(|(of, _)| *of == Some(payment_id));
        of_payment.map(|(_, event)| event.clone()).collect()
    }

    pub(super) fn create(&mut self, form: &Form) -> Result<Value, Trouble> {
        let order = ordered(form)?;
        let confirms = form.flag("confirm")?;
        let method = form.text("payment_method");
        if confirms && method.is_none() {
            return Err(Trouble::invalid("parameter_missing", "payment_method", "is needed to confirm"));
        }
        if let Some(method) = method
            && card(method).is_none()
        {
            return Err(Trouble::missing("payment_method", method));
        }
        self.intents.push(order);
        let index = self.intents.len() - 1;
        self.told(index, "payment_intent.created");
        match method {
            Some(method) if confirms => self.charged(index, method),
            _ => Ok(shown(&self.intents[index])),
        }
    }

    pub(super) fn confirm(&mut self, id: &str, form: &Form) -> Result<Value, Trouble> {
        form.only(&["client_secret", "payment_method"])?;
        let index = self.index(id)?;
        let intent = &self.intents[index];
        if form.text("client_secret") != Some(intent.client_secret.as_str()) {
            return Err(Trouble::missing("intent", id));
        }
        let method = form.text("payment_method").ok_or_else(|| Trouble::invalid("", "payment_method", "is needed"))?;
        if intent.status != Status::RequiresPaymentMethod {
            return Err(Trouble::state(intent));
        }
        self.charged(index, method)
    }

    pub(super) fn consent(&mut self, client_secret: &str, consents: bool) -> bool {
        let waits = |intent: &Intent| intent.client_secret == client_secret && intent.status == Status::RequiresAction;
        let Some(index) = self.intents.iter().position(waits) else { return false };
        let intent = &mut self.intents[index];
        if consents {
            intent.status = Status::RequiresCapture;
        } else {
            intent.status = Status::RequiresPaymentMethod;
            intent.refused = Some(("payment_intent_authentication_failure".to_owned(), None));
        }
        self.told(
            index,
            if consents { "payment_intent.amount_capturable_updated" } else { "payment_intent.payment_failed" },
        );
        true
    }

    pub(super) fn find(&self, id: &str) -> Result<Value, Trouble> {
        Ok(shown(&self.intents[self.index(id)?]))
    }

    /// Takes what is authorised, or as much of it as is asked for.
    pub(super) fn capture(&mut self, id: &str, amount: Option<i64>) -> Result<Value, Trouble> {
        let index = self.index(id)?;
        let intent = &mut self.intents[index];
        if intent.status != Status::RequiresCapture {
            return Err(Trouble::state(intent));
        }
        let amount = amount.unwrap_or(intent.amount);
        if !(1..=intent.amount).contains(&amount) {
            return Err(Trouble::excess("amount_too_large", "You can't capture more than is authorised."));
        }
        intent.status = Status::Succeeded;
        intent.captured = amount;
        self.told(index, "payment_intent.succeeded");
        Ok(shown(&self.intents[index]))
    }

    pub(super) fn cancel(&mut self, id: &str) -> Result<Value, Trouble> {
        let index = self.index(id)?;
        let intent = &mut self.intents[index];
        if matches!(intent.status, Status::Succeeded | Status::Canceled) {
            return Err(Trouble::state(intent));
        }
        intent.status = Status::Canceled;
        self.told(index, "payment_intent.canceled");
        Ok(shown(&self.intents[index]))
    }

    pub(super) fn refund(&mut self, form: &Form) -> Result<Value, Trouble> {
        form.only(&["payment_intent", "amount", "reason", "metadata[]"])?;
        let id = form.text("payment_intent").ok_or_else(|| Trouble::invalid("", "payment_intent", "is needed"))?;
        let index = self.index(id)?;
        let intent = &mut self.intents[index];
        let left = intent.captured - intent.refunded;
        let amount = form.number("amount")?.unwrap_or(left);
        if amount < 1 {
            return Err(Trouble::invalid("parameter_invalid_integer", "amount", "must be positive"));
        }
        if intent.captured == 0 {
            return Err(Trouble::state(intent));
        }
        if left == 0 {
            return Err(Trouble::excess("charge_already_refunded", "The charge has already been refunded."));
        }
        if amount > left {
            return Err(Trouble::excess("", "The refund is greater than the unrefunded amount of the charge."));
        }
        let status = self.refunds_are;
        Ok(self.give_back(index, amount, form.map("metadata"), status))
    }

    pub(super) fn list(&self, form: &Form) -> Result<Value, Trouble> {
        form.only(&["payment_intent", "limit"])?;
        if !(1..=100).contains(&form.number("limit")?.unwrap_or(10)) {
            return Err(Trouble::invalid("parameter_invalid_integer", "limit", "must be 1 to 100"));
        }
        let id = form.text("payment_intent").ok_or_else(|| Trouble::invalid("", "payment_intent", "is needed"))?;
        let currency = self.intents[self.index(id)?].currency.clone();
        let of_intent = self.refunds.iter().rev().filter(|refund| refund.intent_id == id);
        Ok(list("list", "/v1/refunds", of_intent.map(|refund| refunded(refund, &currency)).collect()))
    }

    /// Finds payments by one piece of metadata: `metadata['name']:'value'`.
    pub(super) fn search(&self, form: &Form) -> Result<Value, Trouble> {
        form.only(&["query", "limit"])?;
        let wrong = || Trouble::invalid("", "query", "is in no language that Stripe knows");
        let query = form.text("query").ok_or_else(wrong)?;
        let query = query.strip_prefix("metadata['").and_then(|rest| rest.strip_suffix('\'')).ok_or_else(wrong)?;
        let (name, value) = query.split_once("']:'").ok_or_else(wrong)?;
        let fits = |intent: &&Intent| !self.search_lags && intent.metadata.get(name).is_some_and(|of| of == value);
        let found = self.intents.iter().filter(fits).map(shown).collect();
        Ok(list("search_result", "/v1/payment_intents/search", found))
    }

    fn charged(&mut self, index: usize, method: &str) -> Result<Value, Trouble> {
        self.intents[index].give(method)?;
        let intent = &self.intents[index];
        let (kind, answer) = match (intent.status, intent.refused.is_some()) {
            (_, true) => ("payment_intent.payment_failed", Err(Trouble::card(intent))),
            (Status::RequiresAction, _) => ("payment_intent.requires_action", Ok(shown(intent))),
            _ => ("payment_intent.amount_capturable_updated", Ok(shown(intent))),
        };
        self.told(index, kind);
        answer
    }

    fn index(&self, id: &str) -> Result<usize, Trouble> {
        let index = self.intents.iter().position(|intent| intent.id == id);
        index.ok_or_else(|| Trouble::missing("intent", id))
    }

    pub(super) fn index_of(&self, payment_id: Uuid) -> usize {
        let index = self.intents.iter().position(|intent| intent.payment_id() == Some(payment_id));
        index.expect("Stripe knows the payment")
    }

    fn told(&mut self, index: usize, kind: &str) {
        let intent = &self.intents[index];
        self.events.push((intent.payment_id(), event(self.events.len(), kind, intent)));
    }
}

/// A payment as it is ordered; whatever is wrong with the order is refused before anything is begun.
fn ordered(form: &Form) -> Result<Intent, Trouble> {
    form.only(&[
        "amount",
        "currency",
        "capture_method",
        "confirm",
        "payment_method",
        "automatic_payment_methods[]",
        "metadata[]",
        "return_url",
    ])?;
    let amount = form.number("amount")?.ok_or_else(|| Trouble::invalid("parameter_missing", "amount", "is needed"))?;
    if !AMOUNTS.contains(&amount) {
        return Err(Trouble::invalid("amount_too_small", "amount", "is less than the least that is charged"));
    }
    let currency = form.text("currency").filter(|currency| *currency == "usd");
    let currency = currency.ok_or_else(|| Trouble::invalid("", "currency", "must be a currency in lower case"))?;
    if form.text("capture_method") != Some("manual") {
        return Err(Trouble::invalid(
            "",
            "capture_method",
            "is not manual: this money is taken before the seats are sold",
        ));
    }
    let methods = form.map("automatic_payment_methods");
    let redirects = methods.get("allow_redirects").map(String::as_str);
    if form.flag("confirm")? && redirects != Some("never") && form.text("return_url").is_none() {
        return Err(Trouble::invalid("", "return_url", "is needed where the payer may be sent elsewhere"));
    }
    let id = format!("pi_{}", Uuid::now_v7().simple());
    Ok(Intent {
        client_secret: format!("{id}_secret_{}", Uuid::new_v4().simple()),
        id,
        amount,
        currency: currency.to_owned(),
        metadata: form.map("metadata"),
        status: Status::RequiresPaymentMethod,
        card: None,
        refused: None,
        captured: 0,
        refunded: 0,
        created: Utc::now().timestamp(),
    })
}
