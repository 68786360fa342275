//! Deletion: an account goes with all that says who its owner is, as soon as no contract with them runs any more.
//!
//! The row of the account stays, empty, for the books name its id: reservations, payments and what belongs to them. Everything else
//! that is theirs goes in the same transaction.
//!
//! Invariant: an erasure holds the locks of all matches before it looks at what stands in its way, and every request of the desk
//! looks at the account under such a lock. So no hold, order or payment is begun for an account that is gone.

use std::{collections::BTreeSet, net::IpAddr};

use book::{
    Book, mail_queue, reservation_rows,
    store::{self, WriteTxn},
};
use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    listing, matches,
    reservation::{self, CancelReason, Status},
    user,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{AccountError, Viewer, admin, email_key, find, lock, provider_sign_in, standing, throttle};
use crate::{
    App, analytics,
    field_errors::FieldError,
    wake::{HoldFate, HoldNews},
};

mod kept;
mod obstacles;
mod traces;

pub use kept::{KeptKind, KeptRecord};
pub use obstacles::{Obstacle, ObstacleKind};

/// How long it counts that a person has shown an identity provider who they are.
pub const FRESH: TimeDelta = TimeDelta::minutes(5);

/// What a listing is called that was never sold.
const UNTITLED: &str = "—";

/// Tries of an erasure that the database rolled back in favour of another transaction.
const TRIES: usize = 3;

/// What a person is told before they delete their account, and what they need for it.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub obstacles: Vec<Obstacle>,
    pub kept: Vec<KeptRecord>,
    pub needs_password: bool,
}

/// An account that was deleted.
#[derive(Debug, Clone)]
pub struct Deleted {
    pub at: DateTime<Utc>,
    pub kept: Vec<KeptRecord>,
}

/// How far an erasure goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// Nothing may stand in its way.
    No,
    /// Tickets, listings and gifts of the person do not: a listing is withdrawn, a gift stays with its giver, and a ticket opens the
    /// gate for the bearer of its code. Money on its way always does.
    Tickets,
}

/// By what a person shows that it is them who delete their account.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    pub password: Option<String>,
    /// The refresh token that their browser keeps, where an identity provider keeps the session.
    pub kept_token: Option<String>,
}

/// What would become of `viewer`'s account if it were deleted now.
///
/// # Errors
/// `InvalidToken` where it is gone.
pub async fn outlook(app: &App, viewer: Viewer) -> Result<Outlook, AccountError> {
    let user = find(app, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    Ok(Outlook {
        obstacles: obstacles::of(&app.db, app, user.id).await?,
        kept: kept::of(&app.db, app, user.id).await?,
        needs_password: user.has_password(),
    })
}

/// Deletes `viewer`'s account: their sessions end, their email is free, and what remains names an id alone.
///
/// # Errors
/// `InvalidToken` where it is gone; `Invalid` without a password where there is one; `Busy` and `TooManyAttempts` before it is
/// looked at; `WrongPassword`; `NotProved` for an account without one whose owner has not signed in a moment ago; `NotSettled` with
/// all that stands in the way. Refused, nothing changes.
pub async fn delete(app: &App, viewer: Viewer, address: Option<IpAddr>, proof: Proof) -> Result<Deleted, AccountError> {
    let user = find(app, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    if user.has_password() {
        let missing = || AccountError::Invalid(vec![FieldError::new("password", "is needed to delete this account")]);
        let password = proof.password.filter(|password| !password.is_empty()).ok_or_else(missing)?;
        let place = app.accounts.hashing.place()?;
        let attempt = throttle::begin(app, &user.email, address, throttle::Device::Known).await?;
        if !place.verify(password, Some(user.password_hash.clone())).await? {
            return Err(AccountError::WrongPassword("password"));
        }
        // Right, it is counted no more, whatever else stands in the way.
        let txn = WriteTxn::begin(&app.store).await?;
        throttle::succeeded(app, &txn, user.id, attempt).await?;
        txn.commit().await?;
    } else if !has_just_signed_in(app, viewer, proof.kept_token.as_deref()).await? {
        return Err(AccountError::NotProved);
    }
    // Asked first without a lock: who is refused keeps no other waiting.
    nothing_in_the_way(obstacles::of(&app.db, app, user.id).await?, Force::No)?;
    erase(app, &user, address, Force::No).await
}

/// Deletes the account of this id or email, as its operator. `None`: `name` names none.
///
/// # Errors
/// `Ambiguous` where the name is that of several accounts; `NotSettled`. Refused, nothing changes.
pub async fn erase_named(app: &App, name: &str, force: Force) -> Result<Option<Deleted>, AccountError> {
    let Some(user) = admin::found(app, name).await? else { return Ok(None) };
    erase(app, &user, None, force).await.map(Some)
}

/// What stands in the way, and what helps, for an error.
pub(super) fn in_the_way(obstacles: &[Obstacle]) -> String {
    let each: Vec<String> = obstacles.iter().map(Obstacle::in_words).collect();
    format!("the account can't be deleted yet: {}", each.join("; "))
}

/// Whether the owner of an account without a password has shown who they are just now: by the session that their browser keeps, or by
/// what their token says.
async fn has_just_signed_in(app: &App, viewer: Viewer, kept_token: Option<&str>) -> Result<bool, AccountError> {
    let since = app.clock.now() - FRESH;
    if viewer.proved_at.is_some_and(|at| at > since) {
        return Ok(true);
    }
    let Some(handle) = kept_token.filter(|token| provider_sign_in::is_handle(token)) else { return Ok(false) };
    Ok(provider_sign_in::signed_in_at(app, viewer.user_id, handle).await?.is_some_and(|at| at > since))
}

fn nothing_in_the_way(mut found: Vec<Obstacle>, force: Force) -> Result<(), AccountError> {
    found.retain(|obstacle| force == Force::No || obstacle.kind.is_of_money());
    if found.is_empty() { Ok(()) } else { Err(AccountError::NotSettled(found)) }
}

async fn erase(app: &App, user: &user::Model, address: Option<IpAddr>, force: Force) -> Result<Deleted, AccountError> {
    let mut tried = 1;
    loop {
        match erase_once(app, user, address, force).await {
            Err(AccountError::Store(error)) if tried < TRIES && store::was_rolled_back(&error) => tried += 1,
            erased => return erased,
        }
    }
}

async fn erase_once(
    app: &App,
    proved: &user::Model,
    address: Option<IpAddr>,
    force: Force,
) -> Result<Deleted, AccountError> {
    let txn = WriteTxn::begin(&app.store).await?;
    let mut book = Book::open(&txn, &all_matches(&txn).await?, &*app.clock).await?;
    // What changed meanwhile counts: by an old password no account is deleted.
    let user = lock(&txn, proved.id).await?.filter(|now| now.password_hash == proved.password_hash);
    let user = user.ok_or(AccountError::InvalidToken)?;
    nothing_in_the_way(obstacles::of(&*txn, app, user.id).await?, force)?;

    let gone = end_offers(&txn, &mut book, user.id).await?;
    let now = book.now();
    let shown = book.close(&txn).await?;
    traces::remove(app, &txn, &user, address, now).await?;
    analytics::forget(&txn, user.id, now).await?;
    let to = email_key(&user.email);
    if !to.is_empty() {
        mail_queue::append_farewell(&txn, &to, user.locale, now).await?;
    }
    standing::tell(app, &txn, user.id).await?;
    let kept = kept::of(&*txn, app, user.id).await?;
    txn.commit().await?;

    standing::heard(app, user.id);
    app.committed(shown);
    app.wake.holds_changed(gone);
    metrics::counter!("matchday_accounts_deleted_total").increment(1);
    tracing::info!(user = %user.id, "account deleted");
    Ok(Deleted { at: now, kept })
}

async fn all_matches(txn: &WriteTxn) -> Result<BTreeSet<i32>, DbErr> {
    let numbers = matches::Entity::find().select_only().column(matches::Column::MatchNumber);
    Ok(numbers.into_tuple::<i32>().all(&**txn).await?.into_iter().collect())
}

/// Ends the holds and orders that nothing was paid for, takes the person's open listings from the market, and what they wrote from
/// all. A listing that a buyer has ordered stands in the way before.
async fn end_offers(txn: &WriteTxn, book: &mut Book, user_id: Uuid) -> Result<Vec<HoldNews>, DbErr> {
    use reservation::Column;

    let held = reservation::Entity::find().select_only().column(Column::Id);
    let held = held.filter(Column::UserId.eq(user_id)).filter(Column::Status.eq(Status::Pending));
    let held: BTreeSet<Uuid> = held.into_tuple::<Uuid>().all(&**txn).await?.into_iter().collect();
    let offered = listing::Entity::find().select_only().column(listing::Column::Id);
    let offered = offered.filter(listing::Column::SellerId.eq(user_id));
    let offered: BTreeSet<Uuid> = offered.into_tuple::<Uuid>().all(&**txn).await?.into_iter().collect();
    // All of it is read before any of it is changed.
    book.load(reservation_rows::of_ids(txn, &held).await?);
    book.load_listings(txn, offered.clone()).await?;
    for id in &held {
        let is_over = book.reservation(*id).is_some_and(|row| row.expires_at <= book.now());
        book.release(*id, if is_over { CancelReason::Expired } else { CancelReason::User });
    }
    for id in offered {
        book.withdraw(id);
        book.forget_seller(id, UNTITLED);
    }
    Ok(held.into_iter().map(|reservation_id| HoldNews { reservation_id, user_id, fate: HoldFate::Gone }).collect())
}
