//! Lookups: reservations as their owners and the staff may see them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::{reservation, ticket};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
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

/// How the tickets of a reservation stand, as far as its owner is shown it: another one wherever that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TicketsMark {
    /// When one that is still the owner's changed last.
    changed_at: Option<DateTime<Utc>>,
    /// How many are another fan's, of whom the owner hears no more.
    given: u32,
}

/// The marks of those of these paid reservations that have tickets.
pub async fn tickets_marks(
    db: &impl ConnectionTrait,
    paid: &[reservation::Model],
) -> Result<HashMap<Uuid, TicketsMark>, DbErr> {
    use ticket::Column;

    let owners: HashMap<Uuid, Uuid> = paid.iter().map(|row| (row.id, row.user_id)).collect();
    if owners.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = ticket::Entity::find()
        .select_only()
        .columns([Column::ReservationId, Column::UserId, Column::ChangedAt])
        .filter(Column::ReservationId.is_in(owners.keys().copied()))
        .into_tuple::<(Uuid, Uuid, DateTime<Utc>)>()
        .all(db)
        .await?;
    let mut marks: HashMap<Uuid, TicketsMark> = HashMap::new();
    for (id, holder, changed_at) in rows {
        let mark = marks.entry(id).or_default();
        match owners.get(&id) == Some(&holder) {
            true => mark.changed_at = mark.changed_at.max(Some(changed_at)),
            false => mark.given += 1,
        }
    }
    Ok(marks)
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
