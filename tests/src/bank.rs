//! The bank: a payment gateway under test. It keeps what it is told in memory, does once what a key names, and fails when
//! a test wants it to, before its effect or after it.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use domain::gateway::{
    AcceptedRefund, Checkout, Dispute, GatewayError, GatewayRefund, Intent, IntentRequest, Movements, PaymentGateway,
    RefundOutcome, Status, Transfer,
};
use uuid::Uuid;

/// A card that pays, one whose bank wants the payer's consent, and one that is refused.
pub const PAYS: &str = "pays";
pub const ASKS: &str = "asks";
pub const DECLINES: &str = "declines";

/// Its name in the rows of payments.
pub const NAME: &str = "BANK";

/// When a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was done.
    Before,
    /// It was done, and the caller is not told.
    After,
    /// It will not be done, however often it is asked for by the same name.
    Refused,
}

/// A call to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Open,
    Find,
    Capture,
    Cancel,
    Refund,
    Movements,
    Transfer,
}

/// An account's money.
#[derive(Debug, Clone)]
struct Held {
    id: String,
    payment_id: Uuid,
    amount_minor: i64,
    status: Status,
    refunded_minor: i64,
    /// What is taken of it, where that is not all.
    captured_minor: Option<i64>,
    disputes: Vec<Dispute>,
}

/// Money that went back.
#[derive(Debug, Clone)]
struct Returned {
    intent_id: String,
    refund: GatewayRefund,
}

#[derive(Default)]
struct Books {
    held: Vec<Held>,
    opened: HashMap<String, String>,
    refunds: Vec<Returned>,
    /// What becomes of the next refunds.
    is_slow: bool,
    refused: HashSet<String>,
    asked: usize,
    /// By their keys, what sellers were paid.
    transfers: HashMap<String, Transfer>,
    faults: Vec<(Call, Fault)>,
}

/// A gateway under test.
#[derive(Default)]
pub struct Bank {
    books: Mutex<Books>,
    /// While set, it is out of reach.
    pub is_away: AtomicBool,
    asked: AtomicUsize,
}

impl Bank {
    /// The next such call fails so.
    pub fn fail(&self, call: Call, fault: Fault) {
        self.books().faults.push((call, fault));
    }

    /// From now on nothing fails.
    pub fn forget_faults(&self) {
        self.books().faults.clear();
    }

    /// How far a payment is here; none if it was never begun.
    pub fn status(&self, payment_id: Uuid) -> Option<Status> {
        let books = self.books();
        let held = books.held.iter().find(|held| held.payment_id == payment_id);
        held.map(|held| held.status.clone())
    }

    /// The payer gives their bank's consent, or a card, to what waits for them.
    pub fn consent(&self, payment_id: Uuid) {
        self.set(payment_id, Status::Authorised);
    }

    /// Something happens at the bank that the site did not ask for.
    pub fn set(&self, payment_id: Uuid, status: Status) {
        let mut books = self.books();
        let held = books.held.iter_mut().find(|held| held.payment_id == payment_id);
        held.expect("the bank knows the payment").status = status;
    }

    /// What was taken for a payment and not given back, in minor units.
    pub fn taken(&self, payment_id: Uuid) -> i64 {
        let books = self.books();
        let of_payment = books.held.iter().filter(|held| held.payment_id == payment_id);
        of_payment
            .map(|held| if held.status == Status::Captured { held.amount_minor - held.refunded_minor } else { 0 })
            .sum()
    }

    /// Refunds that are asked for are on their way from now on, or are done at once.
    pub fn be_slow(&self, is_slow: bool) {
        self.books().is_slow = is_slow;
    }

    /// What becomes of the refunds of a payment that were asked for so far.
    pub fn end_refunds(&self, payment_id: Uuid, outcome: &RefundOutcome) {
        let mut books = self.books();
        let Books { held, refunds, .. } = &mut *books;
        let held = held.iter_mut().find(|held| held.payment_id == payment_id).expect("the bank knows the payment");
        for returned in refunds.iter_mut().filter(|returned| returned.intent_id == held.id) {
            if let RefundOutcome::Failed(_) = outcome {
                held.refunded_minor -= returned.refund.amount_minor;
            }
            returned.refund.outcome = outcome.clone();
        }
    }

    /// The operator gives money back at the bank's own counter.
    pub fn refund_by_hand(&self, payment_id: Uuid, amount_minor: i64) {
        let mut books = self.books();
        let held = books.held.iter_mut().find(|held| held.payment_id == payment_id);
        let held = held.expect("the bank knows the payment");
        held.refunded_minor += amount_minor;
        let intent_id = held.id.clone();
        let id = format!("refund-{}", books.refunds.len());
        let refund = GatewayRefund { id, key: None, amount_minor, outcome: RefundOutcome::Done };
        books.refunds.push(Returned { intent_id, refund });
    }

    /// The payer has their bank ask for the money back, or hears what becomes of that.
    pub fn dispute(&self, payment_id: Uuid, dispute: Dispute) {
        let mut books = self.books();
        let held = books.held.iter_mut().find(|held| held.payment_id == payment_id);
        let held = held.expect("the bank knows the payment");
        held.disputes.retain(|known| known.id != dispute.id);
        held.disputes.push(dispute);
    }

    /// Of a payment's money this much is taken, whatever is asked for.
    pub fn take_only(&self, payment_id: Uuid, minor: i64) {
        let mut books = self.books();
        let held = books.held.iter_mut().find(|held| held.payment_id == payment_id);
        held.expect("the bank knows the payment").captured_minor = Some(minor);
    }

    /// How often it was asked to give money back.
    pub fn refunds_asked(&self) -> usize {
        self.books().asked
    }

    /// What a seller was paid, in minor units.
    pub fn paid_to(&self, seller_id: Uuid) -> i64 {
        let books = self.books();
        let to_them = books.transfers.values().filter(|transfer| transfer.seller_id == seller_id);
        to_them.map(|transfer| transfer.amount_minor).sum()
    }

    /// How many calls came, whatever became of them.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// How many payments were ever begun.
    pub fn begun(&self) -> usize {
        self.books().held.len()
    }

    /// What is reserved on a payer's card and not taken.
    pub fn reserved(&self) -> i64 {
        let books = self.books();
        books.held.iter().filter(|held| held.status == Status::Authorised).map(|held| held.amount_minor).sum()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what a call asks for, unless it is to fail first.
    fn answer<T>(
        &self,
        call: Call,
        effect: impl FnOnce(&mut Books) -> Result<T, GatewayError>,
    ) -> Result<T, GatewayError> {
        let lost = || GatewayError::Unreachable("no answer came".to_owned());
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(lost());
        }
        let mut books = self.books();
        let planned = books.faults.iter().position(|(planned, _)| *planned == call);
        let fault = planned.map(|index| books.faults.remove(index).1);
        match fault {
            Some(Fault::Before) => return Err(lost()),
            Some(Fault::Refused) => return Err(refused("refused_by_the_test")),
            Some(Fault::After) | None => {}
        }
        let answer = effect(&mut books);
        if fault == Some(Fault::After) { Err(lost()) } else { answer }
    }

    fn step(&self, call: Call, id: &str, from: &[Status], to: &Status) -> Result<Intent, GatewayError> {
        self.answer(call, |books| {
            let held = books.held.iter_mut().find(|held| held.id == id).ok_or_else(|| refused("resource_missing"))?;
            if from.contains(&held.status) || matches!(held.status, Status::Declined(_)) && call == Call::Cancel {
                held.status = to.clone();
            }
            if held.status == *to { Ok(intent(held)) } else { Err(refused("unexpected_state")) }
        })
    }
}

#[async_trait]
impl PaymentGateway for Bank {
    fn name(&self) -> &'static str {
        NAME
    }

    fn checkout(&self) -> Checkout<'_> {
        Checkout::Sandbox(&[])
    }

    async fn open(&self, request: &IntentRequest) -> Result<Intent, GatewayError> {
        self.answer(Call::Open, |books| {
            if let Some(id) = books.opened.get(&request.key) {
                let held = books.held.iter().find(|held| held.id == *id).expect("what was opened is held");
                return Ok(intent(held));
            }
            let status = match request.method.as_deref() {
                Some(PAYS) => Status::Authorised,
                Some(DECLINES) => Status::Declined("insufficient_funds".to_owned()),
                Some(ASKS) => Status::Consenting,
                None => Status::Waiting,
                Some(_) => return Err(refused("resource_missing")),
            };
            let held = Held {
                id: format!("intent-{}", books.held.len()),
                payment_id: request.payment_id,
                amount_minor: request.amount_minor,
                status,
                refunded_minor: 0,
                captured_minor: None,
                disputes: Vec::new(),
            };
            books.opened.insert(request.key.clone(), held.id.clone());
            books.held.push(held.clone());
            Ok(intent(&held))
        })
    }

    async fn find(&self, intent_id: &str) -> Result<Option<Intent>, GatewayError> {
        self.answer(Call::Find, |books| Ok(books.held.iter().find(|held| held.id == intent_id).map(intent)))
    }

    async fn capture(&self, intent_id: &str, _: &str) -> Result<Intent, GatewayError> {
        self.step(Call::Capture, intent_id, &[Status::Authorised], &Status::Captured)
    }

    async fn cancel(&self, intent_id: &str, _: &str) -> Result<Intent, GatewayError> {
        self.step(
            Call::Cancel,
            intent_id,
            &[Status::Waiting, Status::Consenting, Status::Authorised],
            &Status::Cancelled,
        )
    }

    async fn refund(&self, intent_id: &str, amount_minor: i64, key: &str) -> Result<AcceptedRefund, GatewayError> {
        self.books().asked += 1;
        let answer = self.answer(Call::Refund, |books| {
            if books.refused.contains(key) {
                return Err(refused("refused_by_the_test"));
            }
            let of_key = books.refunds.iter().find(|returned| returned.refund.key.as_deref() == Some(key));
            if let Some(Returned { refund, .. }) = of_key {
                return accepted(refund);
            }
            let held = books.held.iter_mut().find(|held| held.id == intent_id);
            let held = held.ok_or_else(|| refused("resource_missing"))?;
            if held.status != Status::Captured || held.refunded_minor + amount_minor > held.amount_minor {
                return Err(refused("charge_not_refundable"));
            }
            held.refunded_minor += amount_minor;
            let refund = GatewayRefund {
                id: format!("refund-{}", books.refunds.len()),
                key: Some(key.to_owned()),
                amount_minor,
                outcome: if books.is_slow { RefundOutcome::Pending } else { RefundOutcome::Done },
            };
            books.refunds.push(Returned { intent_id: intent_id.to_owned(), refund: refund.clone() });
            accepted(&refund)
        });
        if let Err(GatewayError::Refused { .. }) = &answer {
            self.books().refused.insert(key.to_owned());
        }
        answer
    }

    async fn movements(&self, intent_id: &str) -> Result<Movements, GatewayError> {
        self.answer(Call::Movements, |books| {
            let of_intent = books.refunds.iter().filter(|returned| returned.intent_id == intent_id);
            let held = books.held.iter().find(|held| held.id == intent_id);
            Ok(Movements {
                refunds: of_intent.map(|returned| returned.refund.clone()).collect(),
                disputes: held.map(|held| held.disputes.clone()).unwrap_or_default(),
            })
        })
    }

    async fn transfer(&self, transfer: &Transfer) -> Result<String, GatewayError> {
        self.answer(Call::Transfer, |books| {
            books.transfers.insert(transfer.key.clone(), transfer.clone());
            Ok(format!("transfer-{}", transfer.payout_id))
        })
    }
}

fn intent(held: &Held) -> Intent {
    let captured = held.captured_minor.unwrap_or(held.amount_minor);
    Intent {
        id: held.id.clone(),
        status: held.status.clone(),
        client_secret: Some(format!("{}-secret", held.id)),
        captured_minor: (held.status == Status::Captured).then_some(captured),
    }
}

fn accepted(refund: &GatewayRefund) -> Result<AcceptedRefund, GatewayError> {
    match &refund.outcome {
        RefundOutcome::Failed(code) => Err(refused(code)),
        outcome => Ok(AcceptedRefund { id: refund.id.clone(), is_pending: *outcome == RefundOutcome::Pending }),
    }
}

fn refused(code: &str) -> GatewayError {
    GatewayError::Refused { code: code.to_owned() }
}
