//! Webhooks: what the gateway tells us by itself. An event is stored before it is answered, and seen to after.
//!
//! An event is a hint: it says which payment to ask the gateway about, never what is true of it. So events may come late,
//! twice or in any order, and one that is lost costs time and nothing else.

use chrono::Duration;
use entities::webhook_event::{self, Outcome};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{PaymentError, find, keeper, look};
use crate::{
    App,
    faults::{self, Point},
    store::Write,
};

/// How long an event that was seen to is kept: longer than any gateway tries to deliver it again.
const KEPT: Duration = Duration::days(30);

/// An event of the gateway about a payment of ours, its signature checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The gateway's name for the event.
    pub id: String,
    pub kind: String,
    /// Our name for the payment.
    pub payment_id: Uuid,
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
    };
    let txn = Write::begin(app).await?;
    webhook_event::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::column(webhook_event::Column::Id).do_nothing().to_owned())
        .exec_without_returning(&*txn)
        .await?;
    webhook_event::Entity::delete_many()
        .filter(webhook_event::Column::ReceivedAt.lte(now - KEPT))
        .filter(webhook_event::Column::Outcome.is_not_null())
        .exec(&*txn)
        .await?;
    txn.commit().await?;
    faults::point(Point::Told);
    app.wake.told_of_payments();

    Ok(())
}

/// Events that nobody has seen to, oldest first.
pub(super) async fn waiting(app: &App) -> Result<Vec<webhook_event::Model>, DbErr> {
    webhook_event::Entity::find()
        .filter(webhook_event::Column::Outcome.is_null())
        .order_by_asc(webhook_event::Column::ReceivedAt)
        .limit(keeper::ROUND)
        .all(&app.db)
        .await
}

/// Asks the gateway about the event's payment. One that can't be asked about now is left to the keeper's own turns.
pub(super) async fn see_to(app: &App, event: webhook_event::Model) {
    let outcome = async {
        let Some(payment) = find(app, event.payment_id).await? else {
            tracing::error!(event = event.id, payment = %event.payment_id, "an event of a payment that we don't know");
            return Ok(Outcome::Orphaned);
        };
        match look(app, &payment).await {
            Ok(_) | Err(PaymentError::Unreachable) => Ok(Outcome::Settled),
            Err(error) => Err(error),
        }
    };
    let noted = async {
        let outcome = outcome.await?;
        let txn = Write::begin(app).await?;
        webhook_event::Entity::update_many()
            .set(webhook_event::ActiveModel { outcome: Set(Some(outcome)), ..Default::default() })
            .filter(webhook_event::Column::Id.eq(&event.id))
            .exec(&*txn)
            .await?;
        txn.commit().await?;
        metrics::counter!("matchday_webhooks_total", "outcome" => format!("{outcome:?}").to_lowercase()).increment(1);
        Ok::<(), PaymentError>(())
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, event = event.id, "an event could not be seen to; trying again");
    }
}
