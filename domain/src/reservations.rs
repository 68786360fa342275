//! Reservations: one fan's claim on tickets while they pay, and after.
//!
//! A hold is placed once and ends once: paid, cancelled, or expired.
//!
//! Invariant: `held` of a category is the sum of its live holds, and never more than what is not sold.

use book::{Remaining, match_state::Edition};
use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    reservation::{self, Status},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    App, Settings,
    accounts::Viewer,
    desk::{MAX_QUANTITY, cancel_hold::CancelHold, error::HoldError, extend_hold::ExtendHold, place_hold::PlaceHold},
    faults::{self, Point},
    idempotency, lookup,
    page::Page,
    payments,
};

/// Of its tickets, those that are still held or owned.
#[must_use]
pub fn tickets_left(row: &reservation::Model) -> i32 {
    if row.status == Status::Cancelled { 0 } else { row.quantity - row.returned }
}

/// How often its buyer may still have more time.
#[must_use]
pub fn extensions_left(settings: &Settings, row: &reservation::Model) -> i32 {
    if row.status.is_live() { (settings.extensions - row.extensions).max(0) } else { 0 }
}

/// What people call a reservation by: ten letters and digits in two groups, such as `7K3QM-X0D4V`. They are the last 50
/// bits of its id, which are random, in the alphabet of Crockford's Base32, which has no letters that look like digits.
#[must_use]
pub fn reference(id: Uuid) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    let bits = id.as_u128();
    let letter = |place: u32| char::from(ALPHABET[usize::from((bits >> (5 * place)).to_le_bytes()[0] & 31)]);
    let group = |from: u32| (from..from + 5).rev().map(letter);
    group(5).chain(['-']).chain(group(0)).collect()
}

/// The hold that a fan asks for.
#[derive(Debug, Clone)]
pub struct HoldRequest {
    pub match_number: i32,
    pub category: i32,
    pub quantity: i32,
    /// Names the attempt: the same key with the same request is answered with the same reservation.
    pub idempotency_key: Option<String>,
}

/// Holds tickets for `viewer` until the hold's time is over.
///
/// # Errors
/// `Quantity`, `Category` and `Key` for its form; `UnknownMatch` and `UnknownCategory`; `SaleClosed`; `SoldOut` and
/// `TemporarilyUnavailable`, which says how much is left; `EmailNotVerified` and `PurchaseLimit` for the buyer; `KeyReused`.
/// A refused request changes nothing and its key stays free. After `Unavailable` it may have been done: the same key tells.
pub async fn hold(app: &App, viewer: Viewer, request: HoldRequest) -> Result<reservation::Model, HoldError> {
    if !(1..=MAX_QUANTITY).contains(&request.quantity) {
        return Err(HoldError::Quantity(request.quantity));
    }
    let category = Category::from_number(request.category).ok_or(HoldError::Category(request.category))?;
    if request.idempotency_key.as_deref().is_some_and(|key| !idempotency::is_key(key)) {
        return Err(HoldError::Key);
    }
    refuse_early(app, viewer, &request, category).await?;
    let placing = PlaceHold {
        user_id: viewer.user_id,
        match_number: request.match_number,
        category,
        quantity: request.quantity,
        key: request.idempotency_key,
    };

    let held = app.desk.ask(request.match_number, placing).await;
    faults::point(Point::Held);

    held
}

/// Refuses a hold of a category of which nothing is left, or of a match whose sale is over, without a place in the queue or a transaction, while the view
/// is known to be fresh. An attempt that was made before is left to the desk, which finds its reservation.
async fn refuse_early(app: &App, viewer: Viewer, request: &HoldRequest, category: Category) -> Result<(), HoldError> {
    use reservation::Column;

    let Some((_, refusal)) = refusal(app, request.match_number, category) else {
        return Ok(());
    };
    if let Some(key) = &request.idempotency_key {
        let made = reservation::Entity::find()
            .filter(Column::UserId.eq(viewer.user_id))
            .filter(Column::IdempotencyKey.eq(key))
            .one(&app.db)
            .await?;
        if made.is_some() {
            return Ok(());
        }
    }
    metrics::counter!("matchday_holds_refused_early_total").increment(1);

    Err(refusal)
}

/// The refusal of every hold of this category while the view is known to be fresh and nothing is left or the sale is over,
/// and the edition of the match that says so.
fn refusal(app: &App, match_number: i32, category: Category) -> Option<(Edition, HoldError)> {
    let state = app.view.fresh(match_number)?;
    let left = state.categories.iter().find(|left| left.category == category)?;
    let refusal = match (state.closed, left.sellable()) {
        (true, _) => HoldError::SaleClosed(match_number),
        (false, 0) => {
            let remaining = Remaining { available: left.available, sellable: 0 };
            HoldError::not_enough(remaining, match_number, category)
        }
        (false, _) => return None,
    };

    Some((state.edition(), refusal))
}

/// The edition of the match at which every fan's request for the same is refused as this one was; `None` where a fan
/// may be answered otherwise, as after an attempt that was made before.
pub fn refused_alike(app: &App, request: &HoldRequest, refused: &HoldError) -> Option<Edition> {
    if request.idempotency_key.is_some() {
        return None;
    }
    let (edition, refusal) = refusal(app, request.match_number, Category::from_number(request.category)?)?;

    (refusal.to_string() == refused.to_string()).then_some(edition)
}

/// Cancels `viewer`'s hold and returns its tickets to sale; a hold that they cancelled before stays as it is.
///
/// Row, counts and event commit together: other sites never hear of a release that did not happen. A payment that waits
/// for the payer is ended at the gateway first.
///
/// # Errors
/// `NotFound`, `AlreadyPaid`, `AlreadyCancelled` by something else than its buyer, `HoldExpired`; `PaymentUnderWay` where the
/// gateway can't be asked whether its payment has succeeded.
pub async fn cancel(app: &App, viewer: Viewer, id: Uuid) -> Result<reservation::Model, HoldError> {
    let row = lookup::own_reservation(&app.db, viewer, id).await?.ok_or(HoldError::NotFound)?;
    if row.status == Status::AwaitingPayment {
        payments::give_up(app, &row).await?;
    }

    app.desk.ask(row.match_number, CancelHold(id)).await
}

/// Gives `viewer`'s hold or order more time, so often as the site allows, also while its payment is under way. By the
/// deadline that they `saw`, a request that is made twice is answered twice and done once.
///
/// # Errors
/// `NotFound`, `HoldExpired`, `AlreadyPaid`, `AlreadyCancelled`; `PaymentUnderWay` where the time is over and only a payment keeps
/// the hold; `NotExtended` where the site's bound is reached, or others want the same.
pub async fn extend(
    app: &App,
    viewer: Viewer,
    id: Uuid,
    saw: Option<DateTime<Utc>>,
) -> Result<reservation::Model, HoldError> {
    let row = lookup::own_reservation(&app.db, viewer, id).await?.ok_or(HoldError::NotFound)?;
    let extending = ExtendHold { reservation_id: id, user_id: viewer.user_id, seen: saw };

    app.desk.ask(row.match_number, extending).await
}

/// Of what a fan has claimed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The site's own stock.
    Stock,
    /// Other fans' listings: orders.
    Listings,
}

/// A page of `viewer`'s reservations, newest first, after the one of id `after`.
pub async fn of_fan(
    app: &App,
    viewer: Viewer,
    of: Of,
    status: Option<Status>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<reservation::Model>, DbErr> {
    use reservation::Column;

    let what = if of == Of::Stock { Column::ListingId.is_null() } else { Column::ListingId.is_not_null() };
    let mut query = reservation::Entity::find().filter(Column::UserId.eq(viewer.user_id)).filter(what);
    if let Some(status) = status {
        query = query.filter(Column::Status.eq(status));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Page::of(&app.db, query.order_by_desc(Column::Id), limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_made_of_the_end_of_an_id() {
        let of = |id: u128| reference(Uuid::from_u128(id));

        assert_eq!(
            [of(0), of(31), of(32), of((1 << 50) - 1)],
            ["00000-00000", "00000-0000Z", "00000-00010", "ZZZZZ-ZZZZZ"]
        );
        assert_eq!(of((7 << 50) + (1 << 25)), "00001-00000", "what stands before is left out");
    }
}
