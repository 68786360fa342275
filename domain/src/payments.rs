//! Payments: money for a reservation, from the first word to the gateway until it is ours, or surely never will be.
//!
//! A payment is written down, then begun at the gateway; authorised money buys the seats, then it is captured. What the
//! gateway answers, tells by webhook or is found to know goes the same way: a report to the desk, which moves payment and
//! reservation together. Where an instance dies in between, the keeper goes on.
//!
//! Invariant: a payment is asked for of the gateway that it is of, and of no other. One of a gateway that this program does not
//! have is left alone, and listed by `reconciliation` once it has been on its way for too long.
//! Invariant: no call to the gateway is made inside a transaction, and none without a key that is in the database.
//! Invariant: a hold is not given back while its payment may still succeed, but for the grace that the settings give.

use entities::{
    payment::{self, State},
    reservation::{self, Status},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    App,
    accounts::Viewer,
    desk::{
        begin_payment::BeginPayment,
        error::{HoldError, PaymentRefused},
        report::PaymentReport,
        settle_payment::SettlePayment,
    },
    faults::{self, Point},
    gateway::{self, GatewayError, Intent, IntentRequest, NO_SUCH_METHOD},
    idempotency::{self, MAX_KEY_LENGTH},
    lookup,
};

use own_gateway::gateway_of;

pub(crate) mod declines;
mod movements;
mod own_gateway;
pub mod reconciliation;
pub mod refunds;
pub(crate) mod turns;
pub mod webhooks;

/// Characters of a payment method's name at most.
pub const MAX_METHOD_LENGTH: usize = 128;

/// Digits of a card's number at least (ISO/IEC 7812 has 8 to 19; cards have 12 and more). No id has so many in a row.
const SHORTEST_CARD_NUMBER: usize = 12;

/// Calls to the gateway in one go at most: what a call leads to needs one more, and there is no way in circles.
const CALLS: usize = 4;

/// Why a reservation is not paid.
#[derive(Debug, Error)]
pub enum PaymentError {
    #[error(
        "`paymentMethod` must be a payment method's id (pm_…): 1 to {MAX_METHOD_LENGTH} letters, digits and underscores"
    )]
    Method,
    #[error("`paymentMethod` must be a payment method's id (pm_…), never a card number")]
    CardNumber,
    #[error("the payment provider does not know this `paymentMethod`; send the id that the provider gave you (pm_…)")]
    UnknownMethod,
    #[error(
        "the payment was declined: {code}; your tickets are held until the hold expires, so pay with another card and a new `idempotencyKey`"
    )]
    Declined {
        /// In the gateway's words.
        code: String,
    },
    #[error("the payment came too late or was abandoned; the card is not charged, or the charge is refunded")]
    Void,
    #[error("this site takes no payments")]
    Closed,
    #[error("the payment provider can't be reached; check the reservation before you try again")]
    Unreachable,
    #[error("`idempotencyKey` must have 1 to {MAX_KEY_LENGTH} visible ASCII characters")]
    Key,
    #[error(transparent)]
    Refused(#[from] PaymentRefused),
}

impl From<HoldError> for PaymentError {
    fn from(error: HoldError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<DbErr> for PaymentError {
    fn from(error: DbErr) -> Self {
        HoldError::from(error).into()
    }
}

/// A reservation with its payment, as they stand.
#[derive(Debug, Clone)]
pub struct Paid {
    pub reservation: reservation::Model,
    pub payment: payment::Model,
    /// Lets the payer go on at the gateway, where it waits for them.
    pub client_secret: Option<String>,
}

/// Pays `viewer`'s hold with a card that the gateway knows by the name `method`.
///
/// The same key with the same input is answered with the same payment; after a refusal, another key tries again. Where
/// the payer's bank has to consent, the payment waits and `client_secret` leads on.
///
/// # Errors
/// `Method`, `CardNumber` and `Key` for its form; `Closed` where the site takes no payments; `Refused` where no payment is
/// begun, and its key stays free. `Declined` and `UnknownMethod` where the card was refused: the key is spent, and another one
/// tries again. `Void` where the payment came too late.
pub async fn pay(
    app: &App,
    viewer: Viewer,
    reservation_id: Uuid,
    method: String,
    key: Option<String>,
) -> Result<Paid, PaymentError> {
    if has_card_number(&method) {
        return Err(PaymentError::CardNumber);
    }
    let is_name = method.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name || !(1..=MAX_METHOD_LENGTH).contains(&method.len()) {
        return Err(PaymentError::Method);
    }
    if key.as_deref().is_some_and(|key| !idempotency::is_key(key)) {
        return Err(PaymentError::Key);
    }
    begin(app, viewer, reservation_id, Some(method), key).await
}

/// Whether a buyer typed their card's number, however they parted its digits: it goes no further, not even to the
/// gateway.
fn has_card_number(method: &str) -> bool {
    let mut digits = 0;
    for sign in method.chars().filter(|sign| !matches!(sign, ' ' | '\u{a0}' | '-' | '.' | '_' | '/')) {
        digits = if sign.is_numeric() { digits + 1 } else { 0 };
        if digits >= SHORTEST_CARD_NUMBER {
            return true;
        }
    }
    false
}

/// Begins a payment whose card `viewer` gives to the gateway alone; asked again, the same payment is given.
///
/// # Errors
/// `Closed` where the site takes no payments; `Refused` where no payment is begun; `Void` where it came too late.
pub async fn create_intent(app: &App, viewer: Viewer, reservation_id: Uuid) -> Result<Paid, PaymentError> {
    begin(app, viewer, reservation_id, None, None).await
}

async fn begin(
    app: &App,
    viewer: Viewer,
    reservation_id: Uuid,
    method: Option<String>,
    key: Option<String>,
) -> Result<Paid, PaymentError> {
    if !app.gateway.is_open() {
        return Err(PaymentError::Closed);
    }
    let owned = lookup::own_reservation(&app.db, viewer, reservation_id).await?;
    let match_number = owned.ok_or(HoldError::NotFound)?.match_number;
    let payment_id = Uuid::now_v7();
    let beginning = BeginPayment {
        payment_id,
        reservation_id,
        user_id: viewer.user_id,
        method,
        key: key.clone(),
        gateway: app.gateway.name(),
    };
    app.desk.ask(match_number, beginning).await?;
    faults::point(Point::Begun);
    let begun = match &key {
        Some(key) => {
            let of_key = payment::Entity::find()
                .filter(payment::Column::UserId.eq(viewer.user_id))
                .filter(payment::Column::IdempotencyKey.eq(key));
            of_key.one(&app.db).await?
        }
        None => latest(&app.db, reservation_id).await?,
    };
    let payment = begun.ok_or(HoldError::Unavailable)?;
    let id = payment.id;
    // The client's secret is the gateway's: a payment that was opened before is asked for again.
    let advanced = match payment.state {
        State::Open => sync(app, &payment).await,
        _ => advance(app, payment).await,
    };
    let client_secret = match advanced {
        Ok(progress) => progress.client_secret,
        // It is under way, and the keeper goes on with it: the fan is told how far it is.
        Err(PaymentError::Unreachable) => None,
        Err(error) => return Err(error),
    };
    let payment = reload(app, id).await?;
    let row = reservation::Entity::find_by_id(reservation_id).one(&app.db).await?.ok_or(HoldError::NotFound)?;
    match payment.state {
        State::Declined => Err(match payment.decline_code {
            Some(code) if code == NO_SUCH_METHOD => PaymentError::UnknownMethod,
            code => PaymentError::Declined { code: code.unwrap_or_default() },
        }),
        State::Voiding | State::Voided | State::Refunding | State::Refunded => Err(PaymentError::Void),
        State::Open => Ok(Paid { reservation: row, payment, client_secret }),
        State::Created | State::Confirmed | State::Captured => {
            Ok(Paid { reservation: row, payment, client_secret: None })
        }
    }
}

/// Ends the payment of a hold that its fan gives up, at the gateway first.
///
/// # Errors
/// It has succeeded meanwhile, or the gateway can't be asked whether it has.
pub(crate) async fn give_up(app: &App, row: &reservation::Model) -> Result<(), HoldError> {
    let Some(payment) = latest(&app.db, row.id).await?.filter(|payment| payment.state.is_live()) else {
        return Ok(());
    };
    let given_up = async {
        let payment = advance(app, payment).await?.payment;
        settle(app, &payment, PaymentReport::Abandoned).await?;
        faults::point(Point::GivenUp);
        advance(app, reload(app, payment.id).await?).await
    };
    match given_up.await {
        Ok(_) => Ok(()),
        Err(PaymentError::Refused(PaymentRefused::Hold(error))) => Err(error),
        Err(_) => Err(HoldError::PaymentUnderWay),
    }
}

/// Ends the payment of a reservation whose payer has given no card yet: it takes nothing, and only keeps what it is for. One
/// that may succeed by itself, or that the gateway can't be asked about, is let be.
pub(crate) async fn give_up_without_card(app: &App, reservation_id: Uuid) -> Result<(), DbErr> {
    let waits = |payment: &payment::Model| payment.state == State::Open && payment.method.is_none();
    let Some(payment) = latest(&app.db, reservation_id).await?.filter(waits) else { return Ok(()) };
    let Some(intent_id) = &payment.intent_id else { return Ok(()) };
    let given_up = async {
        if let PaymentReport::Intent(Intent {
            status: gateway::Status::Waiting | gateway::Status::Declined(_), ..
        }) = fetch_intent(app, &payment, intent_id).await?
        {
            settle(app, &payment, PaymentReport::Abandoned).await?;
            advance(app, reload(app, payment.id).await?).await?;
        }
        Ok::<(), PaymentError>(())
    };
    if let Err(error) = given_up.await {
        tracing::warn!(%error, payment = %payment.id, "an abandoned payment could not be cancelled");
    }
    Ok(())
}

/// A payment, and what leads its payer on.
struct Progress {
    payment: payment::Model,
    client_secret: Option<String>,
}

/// Asks the gateway for what a payment needs next, until it rests or waits for its payer.
async fn advance(app: &App, mut payment: payment::Model) -> Result<Progress, PaymentError> {
    let mut client_secret = None;
    for _ in 0..CALLS {
        let Some(report) = call(app, &payment).await? else { break };
        faults::point(Point::Answered(payment.state));
        if let PaymentReport::Intent(Intent { client_secret: Some(secret), .. }) = &report {
            client_secret = Some(secret.clone());
        }
        settle(app, &payment, report).await?;
        faults::point(Point::Settled(payment.state));
        let before = payment.state;
        payment = reload(app, payment.id).await?;
        if payment.state == before {
            break;
        }
    }
    if payment.state == State::Refunding {
        refunds::pay_back(app, &payment).await?;
        payment = reload(app, payment.id).await?;
    }
    Ok(Progress { payment, client_secret })
}

/// Makes the call that a payment's state asks for; none where it asks for none.
async fn call(app: &App, payment: &payment::Model) -> Result<Option<PaymentReport>, PaymentError> {
    let key = |call: &str| format!("{}-{call}", payment.id);
    let intent_id = payment.intent_id.as_deref();
    if !matches!(payment.state, State::Created | State::Confirmed | State::Voiding) {
        return Ok(None);
    }
    let gateway = gateway_of(app, payment)?;
    let answered = match (payment.state, intent_id) {
        (State::Created, _) => {
            let request = IntentRequest {
                payment_id: payment.id,
                amount_minor: payment.amount_minor,
                method: payment.method.clone(),
                key: key("open"),
            };
            gateway.open(&request).await.map(PaymentReport::Intent)
        }
        (State::Confirmed, Some(intent_id)) => {
            gateway.capture(intent_id, &key("capture")).await.map(PaymentReport::Intent)
        }
        (State::Voiding, Some(intent_id)) => gateway.cancel(intent_id, &key("cancel")).await.map(PaymentReport::Intent),
        _ => return Ok(None),
    };
    match (answered, intent_id) {
        (Ok(report), _) => Ok(Some(report)),
        (Err(GatewayError::Refused { code }), None) => Ok(Some(PaymentReport::Refused(code))),
        // It will not do this any more: what it knows says what is to be done instead.
        (Err(GatewayError::Refused { code }), Some(intent_id)) => {
            tracing::warn!(payment = %payment.id, state = ?payment.state, code, "the payment provider refused a step");
            fetch_intent(app, payment, intent_id).await.map(Some)
        }
        (Err(error @ GatewayError::Unreachable(_)), _) => Err(unreachable(payment, &error)),
    }
}

fn unreachable(payment: &payment::Model, error: &GatewayError) -> PaymentError {
    metrics::counter!("matchday_payments_unreachable_total").increment(1);
    tracing::warn!(payment = %payment.id, state = ?payment.state, %error, "payment status unknown: the payment provider does not answer");
    PaymentError::Unreachable
}

/// Compares a payment with what the gateway knows of it, and does what that asks for.
async fn sync(app: &App, payment: &payment::Model) -> Result<Progress, PaymentError> {
    let Some(intent_id) = &payment.intent_id else {
        return advance(app, payment.clone()).await;
    };
    let report = fetch_intent(app, payment, intent_id).await?;
    let client_secret = match &report {
        PaymentReport::Intent(intent) => intent.client_secret.clone(),
        _ => None,
    };
    settle(app, payment, report).await?;
    let progress = advance(app, reload(app, payment.id).await?).await?;

    Ok(Progress { client_secret: progress.client_secret.or(client_secret), ..progress })
}

async fn fetch_intent(app: &App, payment: &payment::Model, intent_id: &str) -> Result<PaymentReport, PaymentError> {
    match gateway_of(app, payment)?.find(intent_id).await {
        Ok(Some(intent)) => Ok(PaymentReport::Intent(intent)),
        Ok(None) => Ok(PaymentReport::Gone),
        Err(error) => {
            tracing::warn!(intent_id, %error, "the payment provider can't be asked about a payment");
            Err(PaymentError::Unreachable)
        }
    }
}

async fn settle(app: &App, payment: &payment::Model, report: PaymentReport) -> Result<(), HoldError> {
    let settlement = SettlePayment {
        payment_id: payment.id,
        reservation_id: payment.reservation_id,
        report,
        gateway: app.gateway.name(),
    };
    app.desk.ask(payment.match_number, settlement).await.map(drop)
}

async fn reload(app: &App, id: Uuid) -> Result<payment::Model, PaymentError> {
    Ok(find(app, id).await?.ok_or(HoldError::Unavailable)?)
}

async fn find(app: &App, id: Uuid) -> Result<Option<payment::Model>, DbErr> {
    payment::Entity::find_by_id(id).one(&app.db).await
}

/// The newest payment of a reservation.
pub async fn latest(db: &impl ConnectionTrait, reservation_id: Uuid) -> Result<Option<payment::Model>, DbErr> {
    payment::Entity::find()
        .filter(payment::Column::ReservationId.eq(reservation_id))
        .order_by_desc(payment::Column::Id)
        .one(db)
        .await
}

/// The payments of reservations, oldest first.
pub async fn of_reservations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<payment::Model>, DbErr> {
    payment::Entity::find()
        .filter(payment::Column::ReservationId.is_in(ids.iter().copied()))
        .order_by_asc(payment::Column::Id)
        .all(db)
        .await
}

/// Whether the time of a payment's hold is over while the hold still waits for it.
async fn is_overdue(app: &App, payment: &payment::Model) -> Result<bool, DbErr> {
    if payment.hold_ends_at > app.clock.now() {
        return Ok(false);
    }
    let row = reservation::Entity::find_by_id(payment.reservation_id).one(&app.db).await?;
    Ok(row.is_none_or(|row| row.status != Status::Reserved))
}
