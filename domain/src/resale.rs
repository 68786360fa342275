//! Resale: fans sell to fans, on the terms of the site.
//!
//! A listing offers one ticket at a price. Somebody's order locks it until that is paid or over: an order is a reservation
//! of the listing, with all that a reservation can do. Once its money is ours, the seller's ticket has ended, the buyer
//! has a new one, and a payout is written down.
//!
//! Invariant: a listing changes only under the lock of its match, and its version grows with each change that shows.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, SecondsFormat, Utc};
use entities::{
    listing::{self, State},
    reservation,
    ticket::{self, Status},
    user,
};
use sea_orm::{DbErr, EntityTrait};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    App,
    accounts::Viewer,
    book::Book,
    desk::{Buying, Job},
    reservations::{self, MAX_KEY_LENGTH, ReservationError},
    store::{self, Write},
    tickets,
};

pub(crate) mod handover;
pub mod market;
pub mod payouts;
pub mod states;
mod terms;

pub use terms::{Price, Wrong};

/// Tries of a change that the database rolled back in favour of another's.
const TRIES: usize = 3;

/// Listings that one seller may have on the market.
const MAX_LIVE: u64 = 100;

/// The site's terms of resale.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whether anything can be offered or ordered.
    pub enabled: bool,
    /// Whether tickets can be offered that were issued elsewhere.
    pub outside_tickets: bool,
    /// How long an order locks its listing.
    pub hold: Duration,
    /// The highest price, in hundredths of what the category cost at first.
    pub price_cap_percent: i64,
    /// What the site keeps, in hundredths of the price.
    pub fee_percent: i64,
    /// Whether a match that has begun goes on being sold.
    pub after_kick_off: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            enabled: true,
            outside_tickets: false,
            hold: Duration::from_secs(15 * 60),
            price_cap_percent: 110,
            fee_percent: 5,
            after_kick_off: false,
        }
    }
}

impl Rules {
    /// Whether it is too late for a match that begins at `kick_off`.
    pub(crate) fn is_over(&self, kick_off: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        !self.after_kick_off && kick_off <= now
    }
}

/// Why a listing can't be made, changed or ordered.
#[derive(Debug, Error)]
pub enum ResaleError {
    #[error("{}", terms::sentence(.0))]
    Invalid(Vec<Wrong>),
    #[error("this site has no resale")]
    Disabled,
    #[error("idempotencyKey must be 1 to {MAX_KEY_LENGTH} visible ASCII characters")]
    Key,
    #[error("this idempotencyKey was used for another listing; send a new key with a new request")]
    KeyReused,
    #[error("there is no such ticket of yours")]
    NoTicket,
    #[error("the ticket can't be offered: only a valid one can, and this one is {}", terms::words(*.0))]
    NotValid(Status),
    #[error("there is no match {0}")]
    UnknownMatch(i32),
    #[error("match {0} has no tickets of category {1}")]
    UnknownCategory(i32, i32),
    #[error("match {0} has begun; its tickets can't be offered or ordered any more")]
    Over(i32),
    #[error("you have {MAX_LIVE} listings on the market, and may not have more; withdraw one")]
    TooMany,
    #[error("there is no such listing")]
    NotFound,
    #[error("you can't buy what you offer yourself")]
    Own,
    #[error("the listing is at version {current}; look at it again")]
    Stale { current: i32 },
    #[error("somebody is buying this until {}", until.to_rfc3339_opts(SecondsFormat::Secs, true))]
    Locked { until: DateTime<Utc> },
    #[error("the listing is sold or withdrawn")]
    Ended,
    #[error("the store failed")]
    Store(#[from] DbErr),
}

/// What is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A ticket of this site.
    Ticket(Uuid),
    /// One that was issued elsewhere.
    Outside { match_number: i32, category: i32 },
}

/// A listing as its seller wishes it.
#[derive(Debug, Clone)]
pub struct Offer {
    pub subject: Subject,
    pub title: String,
    pub description: Option<String>,
    pub price: Price,
    /// Names the attempt: the same key with the same offer is answered with the same listing.
    pub idempotency_key: Option<String>,
}

/// What its seller changes of a listing; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What the seller saw: a change of any other version is refused.
    pub version: i32,
    pub title: Option<String>,
    /// An empty one takes the description away.
    pub description: Option<String>,
    pub price: Option<Price>,
}

/// A wish to buy.
#[derive(Debug, Clone)]
pub struct Wish {
    pub listing_id: Uuid,
    /// What the buyer saw: any other version is refused.
    pub version: Option<i32>,
    /// Names the attempt: the same key with the same wish is answered with the same order.
    pub idempotency_key: Option<String>,
}

/// Offers a ticket of `viewer`'s for resale. From now on no code of it opens a gate.
///
/// # Errors
/// Everything that an offer can be refused for; a refused one changes nothing and its key stays free.
pub async fn create(app: &App, viewer: Viewer, offer: Offer) -> Result<listing::Model, ResaleError> {
    is_open(app)?;
    check_key(offer.idempotency_key.as_deref())?;
    let offered = terms::Offered::read(app, viewer, &offer).await?;
    let mut tried = 1;
    loop {
        match enter(app, viewer, &offer, &offered).await {
            Err(ResaleError::Store(error)) if tried < TRIES && store::was_rolled_back(&error) => tried += 1,
            entered => return entered,
        }
    }
}

async fn enter(
    app: &App,
    viewer: Viewer,
    offer: &Offer,
    offered: &terms::Offered,
) -> Result<listing::Model, ResaleError> {
    let number = offered.match_number;
    let txn = Write::begin(app).await?;
    let mut book = Book::open(&txn, &BTreeSet::from([number])).await?;
    if let Some(key) = &offer.idempotency_key
        && let Some(row) = market::of_key(&*txn, viewer.user_id, key).await?
    {
        return if offered.is_that_of(&row) { Ok(row) } else { Err(ResaleError::KeyReused) };
    }
    let now = app.clock.now();
    let kick_off = book.kick_off(number).ok_or(ResaleError::UnknownMatch(number))?;
    if app.settings.resale.is_over(kick_off, now) {
        return Err(ResaleError::Over(number));
    }
    let place = (number, offered.category);
    let face = book.stock(place).ok_or(ResaleError::UnknownCategory(number, offered.category.number()))?.price_minor;
    let price_minor = terms::price(&app.settings.resale, &offer.price, face).map_err(|wrong| invalid(vec![wrong]))?;
    if market::live_of_seller(&*txn, viewer.user_id).await? >= MAX_LIVE {
        return Err(ResaleError::TooMany);
    }
    if let Some(ticket_id) = offered.ticket_id {
        let turned = tickets::turn(&txn, &[ticket_id], &[Status::Valid], Status::Listed, false, now).await?;
        if turned.is_empty() {
            let found = ticket::Entity::find_by_id(ticket_id).one(&*txn).await?.ok_or(ResaleError::NoTicket)?;
            return Err(ResaleError::NotValid(found.status));
        }
    }
    let seller = user::Entity::find_by_id(viewer.user_id).one(&*txn).await?;
    let row = listing::Model {
        id: Uuid::now_v7(),
        seller_id: viewer.user_id,
        seller_name: seller.and_then(|seller| seller.display_name),
        ticket_id: offered.ticket_id,
        match_number: number,
        category: offered.category,
        title: offered.title.clone(),
        description: offered.description.clone(),
        price_minor,
        fee_minor: terms::fee(&app.settings.resale, price_minor),
        state: State::Open,
        version: 1,
        order_id: None,
        locked_until: None,
        created_at: now,
        idempotency_key: offer.idempotency_key.clone(),
    };
    book.offer(row.clone());
    finish(app, txn, book, now).await?;

    Ok(row)
}

/// Changes `viewer`'s listing, if it is still at the version that they saw and nobody is buying it.
///
/// # Errors
/// `Locked`, `Ended` and `Stale`, in this order; a refused change changes nothing.
pub async fn update(app: &App, viewer: Viewer, id: Uuid, change: Change) -> Result<listing::Model, ResaleError> {
    let found = market::find(app, id).await?.filter(|row| row.seller_id == viewer.user_id);
    let number = found.ok_or(ResaleError::NotFound)?.match_number;
    let words = terms::texts(change.title.as_deref(), change.description.as_deref()).map_err(invalid)?;
    let txn = Write::begin(app).await?;
    let (mut book, row) = opened(&txn, number, id).await?;
    is_free(&row, Some(change.version))?;
    let now = app.clock.now();
    let mut next = row.clone();
    if let Some(price) = &change.price {
        let face = book.stock((number, row.category)).map_or(row.price_minor, |stock| stock.price_minor);
        next.price_minor = terms::price(&app.settings.resale, price, face).map_err(|wrong| invalid(vec![wrong]))?;
        next.fee_minor = terms::fee(&app.settings.resale, next.price_minor);
    }
    next.title = words.title.unwrap_or(next.title);
    next.description = words.description.unwrap_or(next.description);
    if next == row {
        return Ok(row);
    }
    book.edit(id, |row| *row = next);
    let row = book.listing(id).cloned().ok_or(ResaleError::NotFound)?;
    finish(app, txn, book, now).await?;

    Ok(row)
}

/// Takes a listing from the market, `viewer`'s own, or anybody's for an admin. Its ticket opens the gate again, by a new
/// code; one that was withdrawn before stays as it is.
///
/// # Errors
/// `Locked`, `Ended` and `Stale`, in this order.
pub async fn withdraw(
    app: &App,
    viewer: Viewer,
    id: Uuid,
    version: Option<i32>,
) -> Result<listing::Model, ResaleError> {
    let found = market::find(app, id).await?.filter(|row| row.seller_id == viewer.user_id || viewer.is_admin());
    let number = found.ok_or(ResaleError::NotFound)?.match_number;
    let txn = Write::begin(app).await?;
    let (mut book, row) = opened(&txn, number, id).await?;
    if row.state == State::Withdrawn {
        return Ok(row);
    }
    is_free(&row, version)?;
    let now = app.clock.now();
    if let Some(ticket_id) = row.ticket_id {
        tickets::turn(&txn, &[ticket_id], &[Status::Listed], Status::Valid, true, now).await?;
    }
    book.withdraw(id);
    let row = book.listing(id).cloned().ok_or(ResaleError::NotFound)?;
    finish(app, txn, book, now).await?;

    Ok(row)
}

/// Orders a listing: it is locked for `viewer` until they have paid, at the price that it has now.
///
/// # Errors
/// Everything that an order can be refused for; a refused one changes nothing and its key stays free.
pub async fn order(app: &App, viewer: Viewer, wish: Wish) -> Result<reservation::Model, ReservationError> {
    is_open(app)?;
    check_key(wish.idempotency_key.as_deref())?;
    let listing = market::find(app, wish.listing_id).await?.ok_or(ResaleError::NotFound)?;
    let buying = Buying {
        user_id: viewer.user_id,
        listing_id: wish.listing_id,
        version: wish.version,
        key: wish.idempotency_key,
    };

    app.desk.ask(listing.match_number, Job::Buy(buying)).await
}

/// Whether an open listing is still at the version that somebody saw, if they say so; what stands against it otherwise.
pub(crate) fn is_free(row: &listing::Model, version: Option<i32>) -> Result<(), ResaleError> {
    match (row.state, row.locked_until) {
        (State::Locked, Some(until)) => Err(ResaleError::Locked { until }),
        (State::Locked, None) | (State::Sold | State::Withdrawn, _) => Err(ResaleError::Ended),
        (State::Open, _) if version.is_some_and(|version| version != row.version) => {
            Err(ResaleError::Stale { current: row.version })
        }
        (State::Open, _) => Ok(()),
    }
}

/// The book of a listing's match, and the listing as it is under the lock.
async fn opened(txn: &Write, match_number: i32, id: Uuid) -> Result<(Book, listing::Model), ResaleError> {
    let mut book = Book::open(txn, &BTreeSet::from([match_number])).await?;
    book.take_in_listings(txn, BTreeSet::from([id])).await?;
    let row = book.listing(id).cloned().ok_or(ResaleError::NotFound)?;

    Ok((book, row))
}

async fn finish(app: &App, txn: Write, book: Book, now: DateTime<Utc>) -> Result<(), ResaleError> {
    let shows = book.close(&txn, now).await?;
    txn.commit().await?;
    app.committed(shows);

    Ok(())
}

fn is_open(app: &App) -> Result<(), ResaleError> {
    if app.settings.resale.enabled { Ok(()) } else { Err(ResaleError::Disabled) }
}

fn check_key(key: Option<&str>) -> Result<(), ResaleError> {
    if key.is_some_and(|key| !reservations::is_key(key)) { Err(ResaleError::Key) } else { Ok(()) }
}

fn invalid(wrong: Vec<Wrong>) -> ResaleError {
    ResaleError::Invalid(wrong)
}
