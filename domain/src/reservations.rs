//! Reservations: one fan's claim on tickets while they pay, and after.
//!
//! A hold is placed once and ends once: paid, cancelled, or expired.
//!
//! Invariant: `held` of a category is the sum of its live holds, and never more than what nobody has sold.

use std::time::Duration;

use entities::{
    category::Category,
    reservation::{self, CancelReason, Status},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    App,
    accounts::Viewer,
    book::Left,
    desk::{Job, Placing},
    faults::{self, Point},
    matches::Page,
    payments,
    resale::ResaleError,
};

/// Tickets of one reservation at most; the sites' contract allows no more in one message.
pub const MAX_QUANTITY: i32 = 2;

/// Bytes of an idempotency key at most.
pub const MAX_KEY_LENGTH: usize = 128;

/// Why a reservation can't be placed or changed.
#[derive(Debug, Error)]
pub enum ReservationError {
    #[error("quantity is {0}; it must be 1 to {MAX_QUANTITY}")]
    Quantity(i32),
    #[error("category is {0}; it must be 1, 2 or 3")]
    Category(i32),
    #[error("idempotencyKey must be 1 to {MAX_KEY_LENGTH} visible ASCII characters")]
    Key,
    #[error("there is no match {0}")]
    UnknownMatch(i32),
    #[error("match {0} has no tickets of category {1}")]
    UnknownCategory(i32, i32),
    #[error("category {1} of match {0} is sold out")]
    SoldOut(i32, i32),
    #[error("{sellable} of the {available} unsold tickets can be had right now; held ones may come back")]
    TemporarilyUnavailable { available: i32, sellable: i32 },
    #[error("you hold or own {has} tickets of this match; the limit is {cap}")]
    PurchaseLimit { has: i32, cap: i32 },
    #[error("this idempotencyKey was used for another reservation; send a new key with a new request")]
    KeyReused,
    #[error("there is no such reservation of yours")]
    NotFound,
    #[error("the hold has expired; its tickets are on sale again")]
    HoldExpired,
    #[error("the reservation is paid")]
    AlreadyPaid,
    #[error("a payment of the reservation is under way; wait for its end, or cancel the reservation")]
    PaymentUnderWay,
    #[error("the reservation was cancelled before")]
    AlreadyCancelled(CancelReason),
    #[error("too many requests wait for these tickets; try again in {} s", retry_after.as_secs())]
    Busy {
        /// Whole seconds after which those who wait now are answered.
        retry_after: Duration,
    },
    #[error(transparent)]
    Refund(#[from] payments::refunds::Refusal),
    #[error("the reservation can't be decided right now; look into your reservations before you try again")]
    Unavailable,
    #[error(transparent)]
    Resale(#[from] ResaleError),
    #[error("the store failed")]
    Store(#[from] DbErr),
}

/// What a fan asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    pub match_number: i32,
    pub category: i32,
    pub quantity: i32,
    /// Names the attempt: the same key with the same wish is answered with the same reservation.
    pub idempotency_key: Option<String>,
}

/// Holds tickets for `viewer` until the hold's time is over.
///
/// # Errors
/// Everything that a wish can be refused for; a refused wish changes nothing and its key stays free.
pub async fn hold(app: &App, viewer: Viewer, wish: Wish) -> Result<reservation::Model, ReservationError> {
    if !(1..=MAX_QUANTITY).contains(&wish.quantity) {
        return Err(ReservationError::Quantity(wish.quantity));
    }
    let category = Category::from_number(wish.category).ok_or(ReservationError::Category(wish.category))?;
    if wish.idempotency_key.as_deref().is_some_and(|key| !is_key(key)) {
        return Err(ReservationError::Key);
    }
    refuse_early(app, viewer, &wish, category).await?;
    let placing = Placing {
        user_id: viewer.user_id,
        match_number: wish.match_number,
        category,
        quantity: wish.quantity,
        key: wish.idempotency_key,
    };

    let held = app.desk.ask(wish.match_number, Job::Place(placing)).await;
    faults::point(Point::Held);

    held
}

/// Refuses a wish for a category of which nothing is left, without a place in the queue or a transaction, while the view
/// is known to be fresh. An attempt that was made before is left to the desk, which finds its reservation.
async fn refuse_early(app: &App, viewer: Viewer, wish: &Wish, category: Category) -> Result<(), ReservationError> {
    use reservation::Column;

    let Some((_, refusal)) = refusal(app, wish.match_number, category) else {
        return Ok(());
    };
    if let Some(key) = &wish.idempotency_key {
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

/// What everybody is told who wishes for this category while the view is known to be fresh and nothing is left, and the
/// version of the match that says so.
fn refusal(app: &App, match_number: i32, category: Category) -> Option<(i32, ReservationError)> {
    let state = app.view.fresh(match_number)?;
    let left = state.categories.iter().find(|left| left.category == category && left.sellable() == 0)?;
    let refusal = Left { available: left.available, sellable: 0 }.refusal(match_number, category);

    Some((state.version, refusal))
}

/// The version of the match at which every fan's wish for the same is refused as this one was; `None` where somebody may
/// be told something else, as by an attempt that was made before.
pub fn refused_alike(app: &App, wish: &Wish, refused: &ReservationError) -> Option<i32> {
    if wish.idempotency_key.is_some() {
        return None;
    }
    let (version, refusal) = refusal(app, wish.match_number, Category::from_number(wish.category)?)?;

    (refusal.to_string() == refused.to_string()).then_some(version)
}

/// Cancels `viewer`'s hold and returns its tickets to sale; a hold that they cancelled before stays as it is.
///
/// Row, counts and event commit together: other sites never hear of a release that did not happen. A payment that waits
/// for the payer is ended at the gateway first.
pub async fn cancel(app: &App, viewer: Viewer, id: Uuid) -> Result<reservation::Model, ReservationError> {
    let row = find_owned(&app.db, viewer, id).await?.ok_or(ReservationError::NotFound)?;
    if row.status == Status::AwaitingPayment {
        payments::give_up(app, &row).await?;
    }

    app.desk.ask(row.match_number, Job::Cancel(id)).await
}

/// The reservation, if `viewer` owns it or may see everybody's.
pub async fn find(app: &App, viewer: Viewer, id: Uuid) -> Result<Option<reservation::Model>, DbErr> {
    let row = reservation::Entity::find_by_id(id).one(&app.db).await?;

    Ok(row.filter(|row| row.user_id == viewer.user_id || viewer.is_admin()))
}

/// The state of the reservations of `ids` that exist, for watchers that were let in before.
pub async fn find_many(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<reservation::Model>, DbErr> {
    reservation::Entity::find().filter(reservation::Column::Id.is_in(ids.iter().copied())).all(db).await
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
    let mut items = query
        .order_by_desc(Column::Id)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1))
        .all(&app.db)
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);

    Ok(Page { items, more })
}

pub(crate) async fn find_owned(
    db: &impl ConnectionTrait,
    viewer: Viewer,
    id: Uuid,
) -> Result<Option<reservation::Model>, DbErr> {
    let row = reservation::Entity::find_by_id(id).one(db).await?;

    Ok(row.filter(|row| row.user_id == viewer.user_id))
}

pub(crate) fn is_key(key: &str) -> bool {
    (1..=MAX_KEY_LENGTH).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}
