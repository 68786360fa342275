//! The sandbox: a gateway of play money that answers Stripe's test cards as Stripe does, and tells by the same signed
//! webhooks. What it knows is in the site's database, so that instances share it and a crash forgets nothing.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use domain::{
    App,
    gateway::{
        AcceptedRefund, Checkout, GatewayError, GatewayRefund, Intent, IntentRequest, Movements, PaymentGateway,
        RefundOutcome, Status as Known, Transfer,
    },
};
use entities::{
    sandbox_intent::{ActiveModel, Column, Entity, Model, Status},
    sandbox_refund, sandbox_transfer,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, QueryFilter, TransactionTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde_json::json;
use settings::secret::Secret;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::stripe::{
    sign,
    webhooks::{self, PATH, PAYMENT, SIGNATURE},
};

mod cards;
mod checkout;

pub(crate) const DESCRIPTION: &str =
    "Payments are play money: a sandbox accepts Stripe's test cards, such as pm_card_visa.";

/// How the sandbox tells what happens.
pub struct Settings {
    /// What its events are signed by; one of its own where there is none.
    pub webhook_secret: Option<Secret>,
}

/// Events that wait for their delivery; what comes beyond is lost, as events may be.
const QUEUE: usize = 1_024;

/// Tries of an event, and the wait between them.
const TRIES: usize = 5;
const WAIT: Duration = Duration::from_millis(500);

/// A gateway of play money.
pub struct Sandbox {
    db: DatabaseConnection,
    secret: Vec<u8>,
    told: mpsc::Sender<String>,
    queue: Mutex<mpsc::Receiver<String>>,
}

impl Sandbox {
    /// Signs its events by the settings' secret; without one, by a secret of its own that no other program knows.
    pub(crate) fn new(db: DatabaseConnection, settings: Settings) -> Self {
        let secret = match settings.webhook_secret {
            Some(secret) => secret.expose().as_bytes().to_vec(),
            None => rand::random::<[u8; 32]>().to_vec(),
        };
        let (told, queue) = mpsc::channel(QUEUE);
        Self { db, secret, told, queue: Mutex::new(queue) }
    }

    /// Delivers events to the program's own route until `shutdown`.
    pub async fn deliver(
        &self,
        routes: Router,
        now: impl Fn() -> chrono::DateTime<chrono::Utc>,
        shutdown: CancellationToken,
    ) {
        let mut queue = self.queue.lock().await;
        while let Some(Some(body)) = shutdown.run_until_cancelled(queue.recv()).await {
            for _ in 0..TRIES {
                let request = Request::builder()
                    .method(Method::POST)
                    .uri(PATH)
                    .header(header::CONTENT_TYPE, "application/json")
                    .header(SIGNATURE, sign(&self.secret, now(), body.as_bytes()))
                    .body(Body::from(body.clone()))
                    .expect("the parts of the request are well formed");
                let answer = routes.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
                if answer.status().is_success()
                    || shutdown.run_until_cancelled(tokio::time::sleep(WAIT)).await.is_none()
                {
                    break;
                }
            }
        }
    }

    /// The payer gives a card to the gateway, or their bank's consent, by the secret that they were given.
    async fn confirm(&self, id: &str, secret: &str, act: Act) -> Result<Model, Refusal> {
        let row = self.row(id).await?.filter(|row| row.client_secret == secret).ok_or(Refusal::Unknown)?;
        let (status, code) = match (act, row.status) {
            (Act::Card(name), Status::RequiresPaymentMethod) => {
                cards::find(&name).map(cards::outcome).ok_or(Refusal::NoSuchCard)?
            }
            (Act::Consent(true), Status::RequiresAction) => (Status::RequiresCapture, None),
            (Act::Consent(false), Status::RequiresAction) => {
                (Status::RequiresPaymentMethod, Some("payment_intent_authentication_failure"))
            }
            _ => return Err(Refusal::State),
        };
        let change =
            ActiveModel { status: Set(status), decline_code: Set(code.map(str::to_owned)), ..Default::default() };
        if !self.turn(id, &[row.status], change).await? {
            return Err(Refusal::State);
        }
        let row = self.row(id).await?.ok_or(Refusal::Unknown)?;
        self.tell(&row);
        Ok(row)
    }

    async fn row(&self, id: &str) -> Result<Option<Model>, DbErr> {
        Entity::find_by_id(id).one(&self.db).await
    }

    /// Changes an intent that is in one of these states; `false` if it is in another.
    async fn turn(&self, id: &str, from: &[Status], change: ActiveModel) -> Result<bool, DbErr> {
        let turned = Entity::update_many()
            .set(change)
            .filter(Column::Id.eq(id))
            .filter(Column::Status.is_in(from.iter().copied()))
            .exec(&self.db)
            .await?;
        Ok(turned.rows_affected == 1)
    }

    async fn step(&self, id: &str, from: &[Status], to: Status) -> Result<Intent, GatewayError> {
        let change = ActiveModel { status: Set(to), ..Default::default() };
        let turned = self.turn(id, from, change).await.map_err(unreachable)?;
        let row = self.row(id).await.map_err(unreachable)?.ok_or_else(|| refused("resource_missing"))?;
        if turned {
            self.tell(&row);
        }
        if row.status == to { Ok(intent(row)) } else { Err(refused("payment_intent_unexpected_state")) }
    }

    /// Gives a part of what was taken back, once a key; `false` where the key is known or no such part is left.
    async fn give_back(&self, intent_id: &str, amount_minor: i64, key: &str) -> Result<bool, DbErr> {
        let refund = sandbox_refund::Model {
            id: format!("re_{}", Uuid::now_v7().simple()),
            idempotency_key: key.to_owned(),
            intent_id: intent_id.to_owned(),
            amount_minor,
        };
        let refunded = Expr::col(Column::RefundedMinor).add(amount_minor);
        let txn = self.db.begin().await?;
        let given = Entity::update_many()
            .col_expr(Column::RefundedMinor, refunded.clone())
            .filter(Column::Id.eq(intent_id))
            .filter(Column::Status.eq(Status::Succeeded))
            .filter(refunded.lte(Expr::col(Column::AmountMinor)))
            .exec(&txn)
            .await?;
        if given.rows_affected == 0 {
            return Ok(false);
        }
        let made = sandbox_refund::Entity::insert(refund.into_active_model().reset_all())
            .on_conflict(OnConflict::column(sandbox_refund::Column::IdempotencyKey).do_nothing().to_owned())
            .exec_without_returning(&txn)
            .await?;
        if made == 0 {
            return Ok(false);
        }
        txn.commit().await?;
        Ok(true)
    }

    /// Queues the event of an intent as it is now.
    fn tell(&self, row: &Model) {
        let kind = match row.status {
            _ if row.refunded_minor > 0 => "charge.refunded",
            Status::RequiresPaymentMethod if row.decline_code.is_some() => "payment_intent.payment_failed",
            Status::RequiresPaymentMethod => "payment_intent.created",
            Status::RequiresAction => "payment_intent.requires_action",
            Status::RequiresCapture => "payment_intent.amount_capturable_updated",
            Status::Succeeded => "payment_intent.succeeded",
            Status::Canceled => "payment_intent.canceled",
        };
        let event = json!({
            "id": format!("evt_{}", Uuid::now_v7().simple()),
            "object": "event",
            "type": kind,
            "livemode": false,
            "data": { "object": { "id": row.id, "metadata": { PAYMENT: row.payment_id } } },
        });
        if self.told.try_send(event.to_string()).is_err() {
            tracing::warn!(kind, "a sandbox event is dropped: too many are waiting");
        }
    }
}

/// The sandbox's own events come by the route that Stripe's would; beside it is its checkout. Its money is never real.
pub(crate) fn routes(sandbox: &Arc<Sandbox>, app: &Arc<App>) -> Router {
    webhooks::routes(app, &sandbox.secret, false).merge(checkout::routes(Arc::clone(sandbox)))
}

/// What a payer does at the gateway.
enum Act {
    /// They give a card.
    Card(String),
    /// They consent, or do not, to what their bank asks.
    Consent(bool),
}

/// Why the sandbox does not do what a payer asks.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("there is no such payment with this secret")]
    Unknown,
    #[error("there is no such test card; pm_card_visa is one")]
    NoSuchCard,
    #[error("the payment is not waiting for this step")]
    State,
    #[error("the sandbox failed")]
    Store(#[from] DbErr),
}

#[async_trait]
impl PaymentGateway for Sandbox {
    fn name(&self) -> &'static str {
        "SANDBOX"
    }

    fn checkout(&self) -> Checkout<'_> {
        Checkout::Sandbox(&cards::ALL)
    }

    async fn open(&self, request: &IntentRequest) -> Result<Intent, GatewayError> {
        let (status, code) = match &request.method {
            Some(name) => cards::find(name).map(cards::outcome).ok_or_else(|| refused("resource_missing"))?,
            None => (Status::RequiresPaymentMethod, None),
        };
        let id = format!("pi_{}", Uuid::now_v7().simple());
        let row = Model {
            client_secret: format!("{id}_secret_{}", Uuid::new_v4().simple()),
            id,
            idempotency_key: request.key.clone(),
            payment_id: request.payment_id,
            amount_minor: request.amount_minor,
            status,
            decline_code: code.map(str::to_owned),
            refunded_minor: 0,
        };
        let made = Entity::insert(row.into_active_model().reset_all())
            .on_conflict(OnConflict::column(Column::IdempotencyKey).do_nothing().to_owned())
            .exec_without_returning(&self.db)
            .await
            .map_err(unreachable)?;
        let row = Entity::find().filter(Column::IdempotencyKey.eq(&request.key)).one(&self.db).await;
        let row = row.map_err(unreachable)?.ok_or_else(|| refused("resource_missing"))?;
        if made == 1 {
            self.tell(&row);
        }
        Ok(intent(row))
    }

    async fn find(&self, intent_id: &str) -> Result<Option<Intent>, GatewayError> {
        Ok(self.row(intent_id).await.map_err(unreachable)?.map(intent))
    }

    async fn capture(&self, intent_id: &str, _: &str) -> Result<Intent, GatewayError> {
        self.step(intent_id, &[Status::RequiresCapture], Status::Succeeded).await
    }

    async fn cancel(&self, intent_id: &str, _: &str) -> Result<Intent, GatewayError> {
        let open = [Status::RequiresPaymentMethod, Status::RequiresAction, Status::RequiresCapture];
        self.step(intent_id, &open, Status::Canceled).await
    }

    async fn refund(&self, intent_id: &str, amount_minor: i64, key: &str) -> Result<AcceptedRefund, GatewayError> {
        let made = self.give_back(intent_id, amount_minor, key).await.map_err(unreachable)?;
        let row = self.row(intent_id).await.map_err(unreachable)?.ok_or_else(|| refused("resource_missing"))?;
        let of_key = sandbox_refund::Entity::find().filter(sandbox_refund::Column::IdempotencyKey.eq(key));
        match of_key.one(&self.db).await.map_err(unreachable)? {
            None => Err(refused("charge_not_refundable")),
            Some(known) if (&*known.intent_id, known.amount_minor) != (intent_id, amount_minor) => {
                Err(refused("idempotency_key_in_use"))
            }
            Some(known) => {
                if made {
                    self.tell(&row);
                }
                Ok(AcceptedRefund { id: known.id, is_pending: false })
            }
        }
    }

    async fn movements(&self, intent_id: &str) -> Result<Movements, GatewayError> {
        let of_intent = sandbox_refund::Entity::find().filter(sandbox_refund::Column::IntentId.eq(intent_id));
        let refunds = of_intent.all(&self.db).await.map_err(unreachable)?.into_iter().map(|known| GatewayRefund {
            id: known.id,
            key: Some(known.idempotency_key),
            amount_minor: known.amount_minor,
            outcome: RefundOutcome::Done,
        });
        Ok(Movements { refunds: refunds.collect(), disputes: Vec::new() })
    }

    async fn transfer(&self, transfer: &Transfer) -> Result<String, GatewayError> {
        use sandbox_transfer::Column;

        let row = sandbox_transfer::Model {
            id: format!("tr_{}", Uuid::now_v7().simple()),
            idempotency_key: transfer.key.clone(),
            seller_id: transfer.seller_id,
            amount_minor: transfer.amount_minor,
        };
        sandbox_transfer::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(OnConflict::column(Column::IdempotencyKey).do_nothing().to_owned())
            .exec_without_returning(&self.db)
            .await
            .map_err(unreachable)?;
        let made =
            sandbox_transfer::Entity::find().filter(Column::IdempotencyKey.eq(&transfer.key)).one(&self.db).await;
        made.map_err(unreachable)?.map(|row| row.id).ok_or_else(|| refused("resource_missing"))
    }
}

fn intent(row: Model) -> Intent {
    let status = match row.status {
        Status::RequiresPaymentMethod => row.decline_code.map_or(Known::Waiting, Known::Declined),
        Status::RequiresAction => Known::Consenting,
        Status::RequiresCapture => Known::Authorised,
        Status::Succeeded => Known::Captured,
        Status::Canceled => Known::Cancelled,
    };
    let captured_minor = (status == Known::Captured).then_some(row.amount_minor);
    Intent { id: row.id, status, client_secret: Some(row.client_secret), captured_minor }
}

fn refused(code: &str) -> GatewayError {
    GatewayError::Refused { code: code.to_owned() }
}

fn unreachable(error: DbErr) -> GatewayError {
    GatewayError::Unreachable(error.to_string())
}
