//! What the invariants say of holders: a ticket is whose it was accepted by last, or else its payer's.

use std::collections::HashMap;

use entities::{
    reservation, ticket,
    ticket_transfer::{self, Column, State},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

pub(super) async fn violations(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let payers: HashMap<Uuid, Uuid> =
        reservation::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row.user_id)).collect();
    let accepted = ticket_transfer::Entity::find().filter(Column::State.eq(State::Accepted));
    // Oldest first: the newest of a ticket stays.
    let accepted = accepted.order_by_asc(Column::Id).all(db).await?;
    let accepted: HashMap<Uuid, _> = accepted.into_iter().map(|row| (row.ticket_id, row)).collect();
    let mut found = Vec::new();
    for row in ticket::Entity::find().all(db).await? {
        let (holder, given) = match accepted.get(&row.id) {
            Some(transfer) => (transfer.taker_id, transfer.ticket_version),
            None => (payers.get(&row.reservation_id).copied(), 0),
        };
        if Some(row.user_id) != holder || row.given_version != given || row.version <= given {
            found
                .push(format!("ticket {} is held by another than accepted it, or by an earlier code: {row:?}", row.id));
        }
    }
    Ok(found)
}
