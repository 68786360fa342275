//! Declines: cards that were refused to payments which wait for another one at the gateway, where we see none of them.
//!
//! A client with a payment's secret may try cards there one after the other, and each refusal is an event. Invariant:
//! an event counts once, however often it is delivered; and a payment whose fan has had too many cards refused waits
//! for no further one: it is ended at the gateway, and its hold is a hold again.

use book::store::WriteTxn;
use entities::payment::{self, Column, State};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{PaymentError, advance, reload, settle};
use crate::{
    App,
    desk::{
        habits::{HOUR, refused_cards},
        report::PaymentReport,
    },
    wake::{HoldFate, HoldNews},
};

/// The kind of event that tells of a refused card.
const KIND: &str = "payment_intent.payment_failed";

pub(super) fn is_one(kind: &str) -> bool {
    kind == KIND
}

/// Counts an event that was not received before.
pub(super) async fn count(txn: &WriteTxn, payment_id: Uuid) -> Result<(), DbErr> {
    payment::Entity::update_many()
        .col_expr(Column::Declines, Expr::col(Column::Declines).add(1))
        .filter(Column::Id.eq(payment_id))
        .exec(&**txn)
        .await?;
    Ok(())
}

/// Ends what waits for further cards of a fan who has had too many refused.
pub(super) async fn process(app: &App, refused: &payment::Model) -> Result<(), PaymentError> {
    if refused.method.is_none() || refused.declines > 1 {
        // The card that was given to us is counted where it was.
        let (reservation_id, user_id) = (refused.reservation_id, refused.user_id);
        app.wake.holds_changed(vec![HoldNews { reservation_id, user_id, fate: HoldFate::CardRefused }]);
    }
    let lately = payment::Entity::find()
        .filter(Column::UserId.eq(refused.user_id))
        .filter(Column::CreatedAt.gt(app.clock.now() - HOUR))
        .all(&app.db)
        .await?;
    let cards = |is_meant: &dyn Fn(&payment::Model) -> bool| -> usize {
        lately.iter().filter(|row| is_meant(row)).map(refused_cards).sum()
    };
    let is_hour_full = cards(&|_| true) >= app.settings.declines_of_hour;
    for open in lately.iter().filter(|row| row.state == State::Open) {
        let of_hold = cards(&|row| row.reservation_id == open.reservation_id);
        if is_hour_full || of_hold >= app.settings.declines_of_hold {
            tracing::info!(payment = %open.id, of_hold, "too many declined cards: payment ended");
            settle(app, open, PaymentReport::Abandoned).await?;
            advance(app, reload(app, open.id).await?).await?;
        }
    }
    Ok(())
}
