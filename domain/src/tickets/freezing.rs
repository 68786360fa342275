//! Freezing: the staff keeps tickets out of the gate for a while, as those of a payment that its payer's bank disputes.
//!
//! A frozen ticket keeps its status and has no code. Freezing ends the codes that there are and so does its end, which
//! gives new ones: a device that was offline lets no visitor in by what it heard of before.

use book::store::WriteTxn;
use entities::ticket::{self, Column, Status};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{App, accounts::Viewer};

/// Tickets that may come to the gate yet: a listed one does once it is taken off sale.
const AHEAD: [Status; 2] = [Status::Valid, Status::Listed];

/// Keeps the tickets of a reservation out of the gate, those that no visitor came in by and that were not sold on or
/// given back. What is frozen already stays as it is.
pub async fn freeze(app: &App, staff: Viewer, reservation_id: Uuid) -> Result<(), DbErr> {
    set(app, staff, reservation_id, true).await
}

/// Lets the frozen tickets of a reservation into the gate again, by new codes.
pub async fn unfreeze(app: &App, staff: Viewer, reservation_id: Uuid) -> Result<(), DbErr> {
    set(app, staff, reservation_id, false).await
}

async fn set(app: &App, staff: Viewer, reservation_id: Uuid, is_frozen: bool) -> Result<(), DbErr> {
    let now = app.clock.now();
    let (at, by) = (is_frozen.then_some(now), is_frozen.then_some(staff.user_id));
    let of_reservation = ticket::Entity::update_many()
        .col_expr(Column::FrozenAt, Expr::val(at))
        .col_expr(Column::FrozenBy, Expr::val(by))
        .col_expr(Column::ChangedAt, Expr::val(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::ReservationId.eq(reservation_id));
    let changing = match is_frozen {
        true => of_reservation.filter(Column::FrozenAt.is_null()).filter(Column::Status.is_in(AHEAD)),
        false => of_reservation.filter(Column::FrozenAt.is_not_null()),
    };
    let txn = WriteTxn::begin(&app.store).await?;
    let changed = changing.exec(&*txn).await?.rows_affected;
    txn.commit().await?;
    if changed > 0 {
        tracing::info!(reservation = %reservation_id, by = %staff.user_id, is_frozen, changed, "tickets frozen or unfrozen");
    }
    Ok(())
}
