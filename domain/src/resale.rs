//! Resale: fans sell to fans, on the terms of the site.
//!
//! A listing offers one ticket at a price. An order locks it until that is paid or over: an order is a reservation
//! of the listing, with all that a reservation can do. Once its money is ours, the seller's ticket has ended, the buyer
//! has a new one, and a payout is written down.
//!
//! Invariant: a listing changes only under the lock of its match, and its version grows with each change that shows.

use std::collections::BTreeSet;

use book::{
    Book, StockKey, reservation_rows,
    store::{self, WriteTxn},
    ticket_rows,
};
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
    desk::{
        error::{HoldError, OrderRefused},
        place_order::{PlaceOrder, is_at, is_free},
    },
    field_errors::{self, FieldError},
    idempotency::{self, MAX_KEY_LENGTH},
    payments,
    tickets::status_text,
};

mod cheapest;
mod kept_pages;
pub mod market;
pub mod payouts;
mod terms;

pub use cheapest::{Cheapest, cheapest};
pub use kept_pages::{KeptPages, MarketPage, MarketState};
pub use terms::Price;

/// Tries of a change that the database rolled back in favour of another's.
const TRIES: usize = 3;

/// Listings that one seller may have on the market.
const MAX_LIVE: u64 = 100;

/// Why a listing can't be made, changed or ordered.
#[derive(Debug, Error)]
pub enum ResaleError {
    #[error("{}", field_errors::sentence(.0))]
    Invalid(Vec<FieldError>),
    #[error("this site has no resale")]
    Disabled,
    #[error("`idempotencyKey` must have 1 to {MAX_KEY_LENGTH} visible ASCII characters")]
    Key,
    #[error("this `idempotencyKey` was used for another listing; send a new key with a new request")]
    KeyReused,
    #[error("you have no such ticket")]
    NoTicket,
    #[error("the ticket can't be offered: it must be valid, and this one is {}", status_text(*.0))]
    NotValid(Status),
    #[error("the ticket can't be offered: this site's staff has frozen it; ask them")]
    Frozen,
    #[error("there is no match {0}")]
    UnknownMatch(i32),
    #[error("match {0} has no tickets of category {1}")]
    UnknownCategory(i32, i32),
    #[error("you have {MAX_LIVE} listings on the market, which is the limit; withdraw one")]
    TooMany,
    #[error(transparent)]
    Listing(#[from] OrderRefused),
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

/// A listing as its seller describes it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What it is, or how it fails to say so.
    pub subject: Result<Subject, FieldError>,
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

/// A request to buy a listing.
#[derive(Debug, Clone)]
pub struct OrderRequest {
    pub listing_id: Uuid,
    /// What the buyer saw: any other version is refused.
    pub version: Option<i32>,
    /// Names the attempt: the same key with the same request is answered with the same order.
    pub idempotency_key: Option<String>,
}

/// Offers a ticket of `viewer`'s for resale. From now on no code of it opens a gate.
///
/// # Errors
/// `Disabled`; `Invalid` with all that is wrong with its form; `NoTicket`, `NotValid` and `Frozen` for the ticket;
/// `UnknownMatch`, `UnknownCategory` and `SaleClosed` for the match; `TooMany` for the seller; `KeyReused`. A refused offer changes
/// nothing and its key stays free.
pub async fn create(app: &App, viewer: Viewer, offer: Offer) -> Result<listing::Model, ResaleError> {
    is_open(app)?;
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
    let txn = WriteTxn::begin(&app.store).await?;
    let mut book = Book::open(&txn, &BTreeSet::from([number]), &*app.clock).await?;
    if let Some(key) = &offer.idempotency_key
        && let Some(row) = market::of_key(&*txn, viewer.user_id, key).await?
    {
        return if offered.is_that_of(&row) { Ok(row) } else { Err(ResaleError::KeyReused) };
    }
    let now = book.now();
    if !book.knows(number) {
        return Err(ResaleError::UnknownMatch(number));
    }
    is_on_sale(app, &book, number)?;
    let stock_key = StockKey { match_number: number, category: offered.category };
    let face =
        book.stock(stock_key).ok_or(ResaleError::UnknownCategory(number, offered.category.number()))?.price_minor;
    let price_minor = terms::price(&app.settings.resale, &offer.price, face).map_err(ResaleError::Invalid)?;
    if market::live_of_seller(&*txn, viewer.user_id).await? >= MAX_LIVE {
        return Err(ResaleError::TooMany);
    }
    if let Some(ticket_id) = offered.ticket_id {
        let changed = ticket_rows::set_status(&txn, &[ticket_id], &[Status::Valid], Status::Listed, false, now).await?;
        // Its holder may have given it to another fan since it was looked at.
        if changed.first().is_some_and(|row| row.user_id != viewer.user_id) {
            return Err(ResaleError::NoTicket);
        }
        if changed.is_empty() {
            let found = ticket::Entity::find_by_id(ticket_id).one(&*txn).await?.ok_or(ResaleError::NoTicket)?;
            return Err(match found.frozen_at {
                Some(_) => ResaleError::Frozen,
                None => ResaleError::NotValid(found.status),
            });
        }
    }
    let seller = user::Entity::find_by_id(viewer.user_id).one(&*txn).await?;
    if seller.as_ref().is_some_and(|seller| seller.erased_at.is_some()) {
        return Err(OrderRefused::from(HoldError::NoAccount).into());
    }
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
        withdrawing: false,
        created_at: now,
        idempotency_key: offer.idempotency_key.clone(),
    };
    book.offer(row.clone());
    finish(app, txn, book).await?;

    Ok(row)
}

/// Changes `viewer`'s listing, if it is still at the version that they saw and no buyer has ordered it.
///
/// An id that is not one comes as what is wrong with it, and is reported with all else that is wrong.
///
/// # Errors
/// `Invalid`, `NotFound`, `SaleClosed`, `Locked`, `Ended` and `Stale`, in this order; a refused change changes nothing.
pub async fn update(
    app: &App,
    viewer: Viewer,
    id: Result<Uuid, FieldError>,
    change: Change,
) -> Result<listing::Model, ResaleError> {
    let found = match &id {
        Ok(id) => market::find(app, *id).await?.filter(|row| row.seller_id == viewer.user_id),
        Err(_) => None,
    };
    let text = terms::changed(app, found.as_ref(), id.as_ref().err().cloned(), &change).await?;
    let (id, number) = match (id, found) {
        (Ok(id), Some(row)) => (id, row.match_number),
        _ => return Err(OrderRefused::NotFound.into()),
    };
    let txn = WriteTxn::begin(&app.store).await?;
    let (mut book, row) = opened(app, &txn, number, id).await?;
    is_on_sale(app, &book, number)?;
    is_free(&row, Some(change.version))?;
    let mut next = row.clone();
    if let Some(price) = &change.price {
        let stock_key = StockKey { match_number: number, category: row.category };
        let face = book.stock(stock_key).map_or(row.price_minor, |stock| stock.price_minor);
        next.price_minor = terms::price(&app.settings.resale, price, face).map_err(ResaleError::Invalid)?;
        next.fee_minor = terms::fee(&app.settings.resale, next.price_minor);
    }
    next.title = text.title.unwrap_or(next.title);
    next.description = text.description.unwrap_or(next.description);
    if next == row {
        return Ok(row);
    }
    book.edit(id, |row| *row = next);
    let row = book.listing(id).cloned().ok_or(OrderRefused::NotFound)?;
    finish(app, txn, book).await?;

    Ok(row)
}

/// Takes a listing from the market, `viewer`'s own, or any for an admin. Its ticket opens the gate again, by a new
/// code; one that was withdrawn before stays as it is.
///
/// An order that is not being paid keeps no seller from their own ticket: it ends. While a payment is under way, the
/// listing stays locked and leaves the market as soon as that has failed.
///
/// # Errors
/// `NotFound`, `Ended` and `Stale`, in this order.
pub async fn withdraw(
    app: &App,
    viewer: Viewer,
    id: Uuid,
    version: Option<i32>,
) -> Result<listing::Model, ResaleError> {
    let found = market::find(app, id).await?.filter(|row| row.seller_id == viewer.user_id || viewer.is_admin());
    let found = found.ok_or(OrderRefused::NotFound)?;
    if let Some(order_id) = found.order_id.filter(|_| is_at(&found, version).is_ok()) {
        payments::give_up_without_card(app, order_id).await?;
    }
    let number = found.match_number;
    let txn = WriteTxn::begin(&app.store).await?;
    let (mut book, row) = opened(app, &txn, number, id).await?;
    match row.state {
        State::Withdrawn => return Ok(row),
        State::Sold => return Err(OrderRefused::Ended.into()),
        State::Open | State::Locked => is_at(&row, version)?,
    }
    book.load(reservation_rows::of_ids(&txn, &row.order_id.into_iter().collect()).await?);
    book.withdraw(id);
    let row = book.listing(id).cloned().ok_or(OrderRefused::NotFound)?;
    finish(app, txn, book).await?;

    Ok(row)
}

/// Orders a listing: it is locked for `viewer` until they have paid, at the price that it has now.
///
/// # Errors
/// `Disabled`; `Key` for its form; `Listing` with what stands against the listing, or against the buyer. A refused order changes
/// nothing and its key stays free.
pub async fn order(app: &App, viewer: Viewer, request: OrderRequest) -> Result<reservation::Model, ResaleError> {
    is_open(app)?;
    check_key(request.idempotency_key.as_deref())?;
    let listing = market::find(app, request.listing_id).await?.ok_or(OrderRefused::NotFound)?;
    let order = PlaceOrder {
        user_id: viewer.user_id,
        listing_id: request.listing_id,
        version: request.version,
        key: request.idempotency_key,
    };

    Ok(app.desk.ask(listing.match_number, order).await?)
}

/// The book of a listing's match, and the listing as it is under the lock.
async fn opened(app: &App, txn: &WriteTxn, match_number: i32, id: Uuid) -> Result<(Book, listing::Model), ResaleError> {
    let mut book = Book::open(txn, &BTreeSet::from([match_number]), &*app.clock).await?;
    book.load_listings(txn, BTreeSet::from([id])).await?;
    let row = book.listing(id).cloned().ok_or(OrderRefused::NotFound)?;

    Ok((book, row))
}

/// # Errors
/// `SaleClosed`.
fn is_on_sale(app: &App, book: &Book, match_number: i32) -> Result<(), ResaleError> {
    match app.settings.sales_close.is_over(book, match_number, book.now()) {
        true => Err(OrderRefused::from(HoldError::SaleClosed(match_number)).into()),
        false => Ok(()),
    }
}

async fn finish(app: &App, txn: WriteTxn, book: Book) -> Result<(), ResaleError> {
    let shows = book.close(&txn).await?;
    txn.commit().await?;
    app.committed(shows);

    Ok(())
}

fn is_open(app: &App) -> Result<(), ResaleError> {
    if app.settings.resale.enabled { Ok(()) } else { Err(ResaleError::Disabled) }
}

fn check_key(key: Option<&str>) -> Result<(), ResaleError> {
    if key.is_some_and(|key| !idempotency::is_key(key)) { Err(ResaleError::Key) } else { Ok(()) }
}
