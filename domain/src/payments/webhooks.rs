//! Webhooks: what the gateway tells us by itself. An event is stored before it is answered, and processed after.
//!
//! An event is a hint: it says which payment to ask the gateway about, never what is true of it. So events may come late,
//! twice or in any order, and one that is lost while its payment is on its way costs time and nothing else. The keeper
//! does not ask after a payment that rests: that others moved its money is known by an event, or not at all.

use book::store::WriteTxn;
use chrono::Duration;
use entities::{
    payment,
    webhook_event::{self, Outcome},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{PaymentError, declines, find, movements, sync, turns};
use crate::{
    App,
    faults::{self, Point},
};

/// How long an event that was processed is kept: longer than any gateway tries to deliver it again.
const KEPT: Duration = Duration::days(30);

/// Kinds of events that tell of money which moves after it was taken begin so.
const OF_MOVEMENTS: [&str; 3] = ["charge.refund", "charge.dispute.", "refund."];

/// An event of the gateway about a payment of ours, its signature checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The gateway's name for the event.
    pub id: String,
    pub kind: String,
    /// Our name for the payment.
    pub payment_id: Uuid,
}

/// Our name for the payment that the gateway calls so; none where it is not ours.
pub async fn payment_of(app: &App, intent_id: &str) -> Result<Option<Uuid>, DbErr> {
    let named = payment::Entity::find().filter(payment::Column::IntentId.eq(intent_id));
    Ok(named.one(&app.db).await?.map(|payment| payment.id))
}

/// Stores an event; one that was stored before changes nothing.
pub async fn receive(app: &App, notice: Notice) -> Result<(), DbErr> {
    let now = app.clock.now();
    let row = webhook_event::Model {
        id: notice.id,
        kind: notice.kind,
        payment_id: notice.payment_id,
        received_at: now,
        outcome: None,
        attempts: 0,
        next_at: None,
    };
    let txn = WriteTxn::begin(&app.store).await?;
    let (payment_id, is_decline) = (row.payment_id, declines::is_one(&row.kind));
    let stored = webhook_event::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(webhook_event::Column::Id).do_nothing().to_owned())
        .exec_without_returning(&*txn)
        .await?;
    if is_decline && stored == 1 {
        declines::count(&txn, payment_id).await?;
    }
    webhook_event::Entity::delete_many()
        .filter(webhook_event::Column::ReceivedAt.lte(now - KEPT))
        .filter(webhook_event::Column::Outcome.is_not_null())
        .exec(&*txn)
        .await?;
    txn.commit().await?;
    faults::point(Point::Notified);
    app.wake.told_of_payments();

    Ok(())
}

/// Events that are not processed yet and whose turn has come, oldest first.
pub(crate) async fn waiting(app: &App) -> Result<Vec<webhook_event::Model>, DbErr> {
    let next_at = webhook_event::Column::NextAt;
    webhook_event::Entity::find()
        .filter(webhook_event::Column::Outcome.is_null())
        .filter(Condition::any().add(next_at.is_null()).add(next_at.lte(app.clock.now())))
        .order_by_asc(webhook_event::Column::ReceivedAt)
        .limit(turns::ROUND)
        .all(&app.db)
        .await
}

/// Asks the gateway about the event's payment. What can't be asked about now is left to the keeper's own turns where the
/// payment has any, else to the event's next one.
pub(crate) async fn process(app: &App, event: webhook_event::Model) {
    let noted = async {
        let seen = match outcome_of(app, &event).await? {
            Some(outcome) => {
                let name = format!("{outcome:?}").to_lowercase();
                metrics::counter!("matchday_webhooks_total", "outcome" => name).increment(1);
                webhook_event::ActiveModel { outcome: Set(Some(outcome)), ..Default::default() }
            }
            None => webhook_event::ActiveModel {
                attempts: Set(event.attempts.saturating_add(1)),
                next_at: Set(Some(turns::BACKOFF.next_at(app.clock.now(), event.attempts))),
                ..Default::default()
            },
        };
        let txn = WriteTxn::begin(&app.store).await?;
        let of_event = webhook_event::Entity::update_many().filter(webhook_event::Column::Id.eq(&event.id));
        of_event.set(seen).exec(&*txn).await?;
        txn.commit().await?;
        Ok::<(), PaymentError>(())
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, event = event.id, "a payment event could not be processed; trying again");
    }
}

/// What becomes of an event; none where it has to wait for the gateway.
async fn outcome_of(app: &App, event: &webhook_event::Model) -> Result<Option<Outcome>, PaymentError> {
    let Some(payment) = find(app, event.payment_id).await? else {
        tracing::error!(event = event.id, payment = %event.payment_id, "payment event for an unknown payment");
        return Ok(Some(Outcome::Orphaned));
    };
    let is_of_movements = OF_MOVEMENTS.iter().any(|kind| event.kind.starts_with(kind));
    let is_decline = declines::is_one(&event.kind);
    let synced = async {
        if is_decline {
            declines::process(app, &payment).await?;
        }
        let progress = sync(app, &payment).await?;
        if is_of_movements { movements::compare(app, &progress.payment).await } else { Ok(()) }
    };
    match synced.await {
        Ok(()) => Ok(Some(Outcome::Settled)),
        Err(PaymentError::Unreachable) if is_of_movements => Ok(None),
        Err(PaymentError::Unreachable) => Ok(Some(Outcome::Settled)),
        Err(error) => Err(error),
    }
}
