//! Lookups: reservations as their owners and the staff may see them.

use entities::reservation;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{App, accounts::Viewer};

/// The reservation, if `viewer` owns it or may see all.
pub async fn reservation(app: &App, viewer: Viewer, id: Uuid) -> Result<Option<reservation::Model>, DbErr> {
    let row = reservation::Entity::find_by_id(id).one(&app.db).await?;

    Ok(row.filter(|row| row.user_id == viewer.user_id || viewer.is_admin()))
}

/// The state of the reservations of `ids` that exist, for watchers that were let in before.
pub async fn reservations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<reservation::Model>, DbErr> {
    reservation::Entity::find().filter(reservation::Column::Id.is_in(ids.iter().copied())).all(db).await
}

/// The reservation, if `viewer` owns it.
pub(crate) async fn own_reservation(
    db: &impl ConnectionTrait,
    viewer: Viewer,
    id: Uuid,
) -> Result<Option<reservation::Model>, DbErr> {
    let row = reservation::Entity::find_by_id(id).one(db).await?;

    Ok(row.filter(|row| row.user_id == viewer.user_id))
}
