//! Closing: the sale of a match ends at its time, and what fans offer of it leaves the market.
//!
//! The desk refuses by its own clock, and the view shows the match closed, from the instant on; what is written here a moment
//! later makes it a version of the match, so that whoever follows it hears of it, and gives offered tickets back to their
//! owners. Every instance looks for matches whose time has come; under the lock of the match one of them ends its sale.
//!
//! Invariant: no listing of a closed match is put on the market, nor comes back to it.

use std::{collections::BTreeSet, time::Duration};

use book::{Book, store::WriteTxn};
use chrono::{DateTime, Utc};
use entities::{listing, matches};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::Query};
use tokio_util::sync::CancellationToken;

use crate::{App, resale::market};

/// How often matches are looked at that other instances may have been told of; the next known close is waited for exactly.
const PERIOD: Duration = Duration::from_secs(1);

/// Listings that are taken from the market in one transaction at most: each is a statement under the lock of its match.
const BATCH: u64 = 200;

/// How far the clocks of two instances may differ: what another has closed a moment before its time is not opened again.
const SKEW: Duration = Duration::from_secs(60);

/// Ends sales at their time until `shutdown`.
pub async fn run(app: &App, shutdown: CancellationToken) {
    let mut is_reopened = false;
    while !shutdown.is_cancelled() {
        let next = match look(app, &mut is_reopened).await {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(%error, "matches whose sale ends can't be read; trying again");
                None
            }
        };
        let wait = next.and_then(|next| (next - app.clock.now()).to_std().ok()).map_or(PERIOD, |wait| wait.min(PERIOD));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

async fn look(app: &App, is_reopened: &mut bool) -> Result<Option<DateTime<Utc>>, DbErr> {
    if !*is_reopened {
        reopen(app).await?;
        *is_reopened = true;
    }
    round(app).await
}

/// Ends the sales whose time has come, and says when the next one ends.
///
/// # Errors
/// The database's; the next round goes on.
pub async fn round(app: &App) -> Result<Option<DateTime<Utc>>, DbErr> {
    let (now, mut due, mut next) = (app.clock.now(), still_offered(app).await?, None);
    for (number, kick_off) in which(app, false).await? {
        match app.settings.sales_close.of(kick_off) {
            Some(close) if close <= now => _ = due.insert(number),
            Some(close) => next = Some(next.map_or(close, |next: DateTime<Utc>| next.min(close))),
            None => {}
        }
    }
    for number in due {
        while end(app, number).await? {}
    }
    Ok(next)
}

/// Opens the sale again where the setting that has closed it is another now. A match that was put off is opened with its
/// new facts.
///
/// # Errors
/// The database's.
pub async fn reopen(app: &App) -> Result<(), DbErr> {
    let close = app.settings.sales_close;
    for (number, _) in which(app, true).await? {
        let txn = WriteTxn::begin(&app.store).await?;
        let mut book = Book::open(&txn, &BTreeSet::from([number]), &*app.clock).await?;
        let now = book.now();
        if book.kick_off(number).is_some_and(|kick_off| close.has_come(kick_off, now + SKEW)) {
            continue;
        }
        book.set_closed(number, false);
        finish(app, txn, book).await?;
        tracing::info!(match_number = number, "sale reopened");
    }
    Ok(())
}

/// Matches whose sale was ended, or was not, and when they begin.
async fn which(app: &App, closed: bool) -> Result<Vec<(i32, DateTime<Utc>)>, DbErr> {
    use matches::Column;

    matches::Entity::find()
        .select_only()
        .columns([Column::MatchNumber, Column::DateUtc])
        .filter(Column::Closed.eq(closed))
        .into_tuple()
        .all(&app.db)
        .await
}

/// Closed matches of which something is offered: more than one transaction ended, or whoever ended them has died.
async fn still_offered(app: &App) -> Result<BTreeSet<i32>, DbErr> {
    use listing::Column;

    let closed = Query::select()
        .column(matches::Column::MatchNumber)
        .from(matches::Entity)
        .and_where(matches::Column::Closed.eq(true))
        .to_owned();
    let numbers = listing::Entity::find()
        .select_only()
        .column(Column::MatchNumber)
        .distinct()
        .filter(Column::State.eq(listing::State::Open))
        .filter(Column::MatchNumber.in_subquery(closed))
        .into_tuple::<i32>()
        .all(&app.db)
        .await?;
    Ok(numbers.into_iter().collect())
}

/// Ends the sale of a match if it is still to be ended under the lock, and some of what is offered of it; says whether more
/// may be.
async fn end(app: &App, number: i32) -> Result<bool, DbErr> {
    let txn = WriteTxn::begin(&app.store).await?;
    let mut book = Book::open(&txn, &BTreeSet::from([number]), &*app.clock).await?;
    let now = book.now();
    if !app.settings.sales_close.is_over(&book, number, now) {
        return Ok(false);
    }
    let is_first = !book.is_closed(number);
    book.set_closed(number, true);
    let open = market::open_of_match(&*txn, number, BATCH).await?;
    book.load_listings(&txn, open.clone()).await?;
    for id in &open {
        book.withdraw(*id);
    }
    finish(app, txn, book).await?;
    if is_first {
        tracing::info!(match_number = number, listings = open.len(), "sale closed");
    }
    Ok(u64::try_from(open.len()).is_ok_and(|ended| ended == BATCH))
}

async fn finish(app: &App, txn: WriteTxn, book: Book) -> Result<(), DbErr> {
    if !book.is_changed() {
        return Ok(());
    }
    let shows = book.close(&txn).await?;
    txn.commit().await?;
    app.committed(shows);

    Ok(())
}
