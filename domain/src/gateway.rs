//! The gateway: who takes money for us, as `domain` sees it.
//!
//! A call either tells what the gateway knows of a payment, or that it can't be known now: then it is made again with
//! the same key, and the gateway does at most once what the key names.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entities::dispute;
use thiserror::Error;
use uuid::Uuid;

/// How buyers pay at a gateway, as pages have to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checkout<'a> {
    /// Nobody can pay.
    Closed,
    /// Play money, by cards that have names.
    Sandbox(&'static [TestCard]),
    /// Stripe's script takes the card in the buyer's browser. It knows the site by this key, where the site gives it one.
    Stripe { publishable_key: Option<&'a str> },
}

/// A card of play money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    /// What `payReservation` takes it by.
    pub method: &'static str,
    pub outcome: TestCardOutcome,
}

/// What a test card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestCardOutcome {
    Pays,
    /// Its bank wants the payer's consent.
    AsksForConsent,
    /// In the gateway's words.
    Declines(&'static str),
}

/// What a gateway is asked to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentRequest {
    /// Our name for the payment, which the gateway gives back with its events.
    pub payment_id: Uuid,
    /// In minor units of [`entities::money::CURRENCY`].
    pub amount_minor: i64,
    /// The payer's card by the gateway's name; none where the payer gives it to the gateway alone.
    pub method: Option<String>,
    /// Names the call: a second one of the same key changes nothing.
    pub key: String,
}

/// What a gateway is asked to pay to a seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Our name for it.
    pub payout_id: Uuid,
    /// Our name for whom it is paid to.
    pub seller_id: Uuid,
    /// In minor units of [`entities::money::CURRENCY`].
    pub amount_minor: i64,
    /// Names the call: a second one of the same key changes nothing.
    pub key: String,
}

/// What a gateway knows of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub id: String,
    pub status: Status,
    /// Lets the payer go on at the gateway by themselves.
    pub client_secret: Option<String>,
    /// What was taken, in minor units; known once it is.
    pub captured_minor: Option<i64>,
}

/// A refund that the gateway has taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedRefund {
    /// The gateway's name for it.
    pub id: String,
    /// Whether the money is on its way still: then it may yet come back.
    pub is_pending: bool,
}

/// Money of a payment that has moved at the gateway since it was taken, moved by us or by others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Movements {
    pub refunds: Vec<GatewayRefund>,
    pub disputes: Vec<Dispute>,
}

/// Money that went back, or should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayRefund {
    /// The gateway's name for it.
    pub id: String,
    /// The key that it was asked for by; none where we did not ask for it.
    pub key: Option<String>,
    pub amount_minor: i64,
    pub outcome: RefundOutcome,
}

/// What has become of a refund at the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundOutcome {
    Pending,
    Done,
    /// It has come back: nothing is given, and the gateway says why in its words.
    Failed(String),
}

/// A payer who asks their bank for the money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The gateway's name for it.
    pub id: String,
    pub amount_minor: i64,
    pub state: dispute::State,
    /// In the gateway's words.
    pub reason: String,
    pub opened_at: DateTime<Utc>,
}

/// How far a payment is at the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It waits for a card of the payer.
    Waiting,
    /// It has a card, and waits for the consent of the payer's bank or for an answer.
    Consenting,
    /// The last card was refused; another one may follow.
    Declined(String),
    /// The money is reserved for us.
    Authorised,
    /// The money is ours.
    Captured,
    /// Nothing will be taken.
    Cancelled,
}

/// As what gateways refuse a payment method that they do not know: it is the client's mistake, and no card was refused.
pub const NO_SUCH_METHOD: &str = "resource_missing";

/// Why a gateway did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GatewayError {
    /// It answered that it will not; asking again changes nothing.
    #[error("refused: {code}")]
    Refused { code: String },
    /// It is not known whether it did.
    #[error("unreachable: {0}")]
    Unreachable(String),
}

/// Who takes money. Each call ends within a bounded time.
#[async_trait]
pub trait PaymentGateway: Send + Sync + 'static {
    /// Its name in the rows of its payments, never changed and no other's.
    fn name(&self) -> &'static str;

    /// How buyers pay.
    fn checkout(&self) -> Checkout<'_>;

    /// Whether payments can be begun at all.
    fn is_open(&self) -> bool {
        self.checkout() != Checkout::Closed
    }

    /// Begins a payment that authorises and does not capture.
    async fn open(&self, request: &IntentRequest) -> Result<Intent, GatewayError>;

    /// What it knows of a payment; none if nothing.
    async fn find(&self, intent_id: &str) -> Result<Option<Intent>, GatewayError>;

    /// Takes what is authorised.
    async fn capture(&self, intent_id: &str, key: &str) -> Result<Intent, GatewayError>;

    /// Lets go of what was not captured.
    async fn cancel(&self, intent_id: &str, key: &str) -> Result<Intent, GatewayError>;

    /// Gives captured money back. Asked again by the same key, it says how far that is.
    async fn refund(&self, intent_id: &str, amount_minor: i64, key: &str) -> Result<AcceptedRefund, GatewayError>;

    /// What has moved of a payment's money since it was taken.
    async fn movements(&self, intent_id: &str) -> Result<Movements, GatewayError>;

    /// Pays a seller their part, and names the transfer.
    async fn transfer(&self, _: &Transfer) -> Result<String, GatewayError> {
        Err(GatewayError::Refused { code: "transfers_unsupported".to_owned() })
    }
}

/// The gateway of a program that takes no payments.
#[derive(Debug, Clone, Copy)]
pub struct Closed;

impl Closed {
    fn refusal() -> GatewayError {
        GatewayError::Unreachable("this program takes no payments".to_owned())
    }
}

#[async_trait]
impl PaymentGateway for Closed {
    fn name(&self) -> &'static str {
        "NONE"
    }

    fn checkout(&self) -> Checkout<'_> {
        Checkout::Closed
    }

    async fn open(&self, _: &IntentRequest) -> Result<Intent, GatewayError> {
        Err(Self::refusal())
    }

    async fn find(&self, _: &str) -> Result<Option<Intent>, GatewayError> {
        Err(Self::refusal())
    }

    async fn capture(&self, _: &str, _: &str) -> Result<Intent, GatewayError> {
        Err(Self::refusal())
    }

    async fn cancel(&self, _: &str, _: &str) -> Result<Intent, GatewayError> {
        Err(Self::refusal())
    }

    async fn refund(&self, _: &str, _: i64, _: &str) -> Result<AcceptedRefund, GatewayError> {
        Err(Self::refusal())
    }

    async fn movements(&self, _: &str) -> Result<Movements, GatewayError> {
        Err(Self::refusal())
    }
}
