//! Buying, as the desk decides it: a listing is ordered by one at a time.

use chrono::{DateTime, Utc};
use entities::reservation::{self, Status};
use uuid::Uuid;

use super::{Answer, Buying, batch::Known};
use crate::{
    App,
    book::Book,
    resale::{self, ResaleError},
    reservations::ReservationError,
};

/// Places an order, unless one of the same key was placed before.
pub(super) fn place(app: &App, book: &mut Book, known: &mut Known, buying: &Buying, now: DateTime<Utc>) -> Answer {
    if let Some(row) = buying.key.as_ref().and_then(|key| known.of_key(book, buying.user_id, key)) {
        let same = row.listing_id == Some(buying.listing_id);
        return if same { Ok(row.clone()) } else { Err(ReservationError::KeyReused) };
    }
    let listing = book.listing(buying.listing_id).ok_or(ResaleError::NotFound)?;
    if listing.seller_id == buying.user_id {
        return Err(ResaleError::Own.into());
    }
    resale::is_free(listing, buying.version)?;
    if is_over(app, book, listing.match_number, now) {
        return Err(ResaleError::Over(listing.match_number).into());
    }
    let row = reservation::Model {
        id: Uuid::now_v7(),
        user_id: buying.user_id,
        match_number: listing.match_number,
        category: listing.category,
        quantity: 1,
        unit_price_minor: listing.price_minor,
        status: Status::Pending,
        cancel_reason: None,
        created_at: now,
        expires_at: now + app.settings.resale.hold,
        version: 1,
        idempotency_key: buying.key.clone(),
        listing_id: Some(listing.id),
        returned: 0,
    };
    book.order(row.clone());
    known.note_key(&row);

    Ok(row)
}

/// Whether an order that has ended may have its listing again, for money that came late: not after the match has begun.
pub(super) fn may_have_again(app: &App, book: &Book, row: &reservation::Model, now: DateTime<Utc>) -> bool {
    !is_over(app, book, row.match_number, now)
}

fn is_over(app: &App, book: &Book, match_number: i32, now: DateTime<Utc>) -> bool {
    book.kick_off(match_number).is_some_and(|kick_off| app.settings.resale.is_over(kick_off, now))
}
