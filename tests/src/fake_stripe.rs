//! Stripe, as far as we ask it: a loopback server with Stripe's HTTP API, state, keys, refusals and signed events, which
//! fails when a test wants it to, before its effect or after it.
//!
//! It is stricter than Stripe where that shows a mistake of ours: whoever changes something gives a key, and nobody sends
//! a field that it does not know.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use uuid::Uuid;

use crate::client::Client;

mod books;
mod cards;
mod form;
mod keys;
mod objects;
mod routes;
mod shown;

use books::Books;
use keys::Keys;
use objects::Intent;

pub use objects::{DisputeStatus, RefundStatus};
pub use routes::Call;

/// The program's key, and what events are signed by.
pub const KEY: &str = "sk_test_of_the_tests";
pub const SECRET: &str = "whsec_of_the_tests_kX7mQ2vT9pLw4RzB8nYc";

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It answers with this status and does nothing, now.
    Status(u16),
    /// It answers with this status, and so it will for as long as it knows the key, whatever it did.
    Kept(u16),
    /// The request never arrives, and nobody says so.
    Silence,
    /// The request never arrives: the connection breaks.
    Reset,
    /// It does what it is asked; the answer never arrives, and nobody says so.
    SilenceAfter,
    /// It does what it is asked; the connection breaks before the answer.
    ResetAfter,
    /// It does what it is asked, and fails to say so; so it will for as long as it knows the key.
    KeptAfter(u16),
    /// It does what it is asked, and says so in words that nobody can read.
    GarbageAfter,
}

impl Fault {
    pub fn is_before(self) -> bool {
        matches!(self, Self::Status(_) | Self::Kept(_) | Self::Silence | Self::Reset)
    }
}

/// What everybody who is at the server shares.
#[derive(Default)]
struct Inner {
    books: Mutex<Books>,
    keys: Mutex<Keys>,
    faults: Mutex<Vec<(Call, Fault)>>,
    held: Mutex<Vec<(Call, watch::Sender<Stage>)>>,
    seen: Mutex<Vec<Call>>,
    is_away: AtomicBool,
}

/// How far a call is whose answer is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Coming,
    Done,
    Answered,
}

/// A running Stripe.
pub struct FakeStripe {
    pub address: SocketAddr,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

/// An answer that is held back: what was asked for is done, and nobody is told.
pub struct HeldBack(watch::Sender<Stage>);

impl HeldBack {
    /// Waits until the call has come and was done.
    pub async fn done(&self) {
        self.0.subscribe().wait_for(|stage| *stage == Stage::Done).await.expect("we have the sender");
    }

    /// Lets the answer go.
    pub fn answer(self) {
        self.0.send_replace(Stage::Answered);
    }
}

impl FakeStripe {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let inner = Arc::<Inner>::default();
        let task = tokio::spawn(routes::serve(listener, Arc::clone(&inner)));
        Self { address, inner, task }
    }

    /// Where the program finds it.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next such calls, this many, go wrong so.
    pub fn fail(&self, call: Call, fault: Fault, times: usize) {
        lock(&self.inner.faults).extend(std::iter::repeat_n((call, fault), times));
    }

    /// Faults that nobody has met yet.
    pub fn faults(&self) -> usize {
        lock(&self.inner.faults).len()
    }

    /// All goes well again.
    pub fn mend(&self) {
        lock(&self.inner.faults).clear();
    }

    /// While away, nobody reaches it.
    pub fn set_away(&self, is_away: bool) {
        self.inner.is_away.store(is_away, Ordering::SeqCst);
    }

    /// Holds the answer to the next such call back.
    pub fn hold(&self, call: Call) -> HeldBack {
        let (held, _) = watch::channel(Stage::Coming);
        lock(&self.inner.held).push((call, held.clone()));
        HeldBack(held)
    }

    /// How often a call came, whatever became of it.
    pub fn seen(&self, call: Call) -> usize {
        lock(&self.inner.seen).iter().filter(|seen| **seen == call).count()
    }

    /// The payer gives a card in their browser, with the secret that they were given: the status of the answer.
    pub async fn confirm(&self, client_secret: &str, card: &str) -> u16 {
        let id = client_secret.split("_secret").next().expect("a split has a first part");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", "Bearer pk_test_of_the_tests"),
            ("stripe-version", "of the browser"),
        ];
        let body = format!("client_secret={client_secret}&payment_method={card}");
        Client::new(self.address).send(&format!("/v1/payment_intents/{id}/confirm"), &headers, &body).await.0
    }

    /// The payer consents at their bank, or does not; `false` if nobody asks them any more.
    pub fn consent(&self, client_secret: &str, consents: bool) -> bool {
        self.books().consent(client_secret, consents)
    }

    /// Somebody takes or lets go of the money at Stripe's own pages; a part of it, where one is named.
    pub fn capture_by_hand(&self, payment_id: Uuid, part: Option<i64>) {
        let mut books = self.books();
        let id = books.of_payment(payment_id).first().expect("Stripe knows the payment").id.clone();
        books.capture(&id, part).expect("it is authorised");
    }

    /// Somebody gives money back at Stripe's own pages.
    pub fn refund_by_hand(&self, payment_id: Uuid, amount_minor: i64) {
        let mut books = self.books();
        let index = books.index_of(payment_id);
        books.give_back(index, amount_minor, BTreeMap::new(), RefundStatus::Succeeded);
    }

    /// Refunds that are asked for from now on are this far at first.
    pub fn refunds_are(&self, status: RefundStatus) {
        self.books().refunds_are = status;
    }

    /// The refunds of a payment are this far now.
    pub fn end_refunds(&self, payment_id: Uuid, status: RefundStatus) {
        let mut books = self.books();
        let index = books.index_of(payment_id);
        books.end_refunds(index, status);
    }

    /// The payer has their bank ask for the money back, or hears what becomes of that.
    pub fn dispute(&self, payment_id: Uuid, status: DisputeStatus) {
        let mut books = self.books();
        let index = books.index_of(payment_id);
        books.dispute(index, status);
    }

    pub fn cancel_by_hand(&self, payment_id: Uuid) {
        let mut books = self.books();
        let id = books.of_payment(payment_id).first().expect("Stripe knows the payment").id.clone();
        books.cancel(&id).expect("it is not captured");
    }

    /// What was taken for a payment and not given back, in minor units.
    pub fn taken(&self, payment_id: Uuid) -> i64 {
        self.books().of_payment(payment_id).iter().map(|intent| intent.captured - intent.refunded).sum()
    }

    /// What is reserved on cards and not taken.
    pub fn reserved(&self) -> i64 {
        self.books().intents().map(Intent::capturable).sum()
    }

    /// Our names of all payments that were ever begun, each as often as it was.
    pub fn begun(&self) -> Vec<Uuid> {
        self.books().intents().filter_map(Intent::payment_id).collect()
    }

    /// Refunds that were ever given.
    pub fn refunds(&self) -> usize {
        self.books().refunds().count()
    }

    /// What Stripe finds by its search is as old as this: nothing that was begun from now on, until it catches up.
    pub fn search_lags(&self, lags: bool) {
        self.books().search_lags = lags;
    }

    /// A day is over: no key is known any more.
    pub fn forget_keys(&self) {
        *lock(&self.inner.keys) = Keys::default();
    }

    /// The events of a payment so far, oldest first.
    pub fn events(&self, payment_id: Uuid) -> Vec<Value> {
        self.books().events(payment_id)
    }

    /// Sends an event to a site, signed at `now`, and returns the status of its answer.
    pub async fn tell(&self, site: SocketAddr, event: &Value, now: DateTime<Utc>) -> u16 {
        let body = event.to_string();
        let signature = gateways::stripe::sign(SECRET.as_bytes(), now, body.as_bytes());
        Client::new(site).post("/webhooks/stripe", &[("stripe-signature", &signature)], &body).await.0
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        lock(&self.inner.books)
    }
}

impl Drop for FakeStripe {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
