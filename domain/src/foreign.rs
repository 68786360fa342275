//! Other sites: what they hold and sell of the shared stock.
//!
//! A foreign hold is opened by PENDING, is taken from by RESERVED and CANCELLED of the same account, and ends by itself
//! when its sender does not resolve it. An account is a sender, or the shared one of all who give no name. An end that
//! is read before its hold, known by its name, is kept until the hold comes (`early`).
//!
//! Invariant: `foreign_pending` of a category is the sum of its foreign holds; messages of others touch nothing else of
//! what is pending.

use std::collections::BTreeSet;

use book::{Book, StockKey, master_list::MasterListMatch, outbox::TicketAction, store::WriteTxn};
use chrono::{DateTime, Utc};
use entities::{category::Category, foreign_hold, stock};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::App;

mod accounts;
mod early;
mod parked_sales;

pub(crate) use accounts::Accounts;
pub(crate) use parked_sales::{ParkedSales, ParkedSalesCount, thin as thin_parked};

/// Stale holds or parked matches handled in one transaction at most.
const ROUND: u64 = 1_024;

/// The account of senders that give no name.
const SHARED: &str = "";

/// A category of a match, and who holds there.
type Account = (i32, Category, String);

/// A ticket-sales message of another site, read and validated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sale {
    pub action: TicketAction,
    pub match_number: i32,
    pub category: Category,
    pub quantity: i32,
    pub sender: Option<String>,
    /// The sender's own name for the hold.
    pub reference: Option<String>,
    /// The sender's own name for the event: one that comes twice counts once.
    #[serde(default)]
    pub event_id: Option<String>,
}

impl Sale {
    fn account(&self) -> Account {
        (self.match_number, self.category, self.sender.clone().unwrap_or_else(|| SHARED.to_owned()))
    }
}

/// Applies another site's message to a match that the book knows.
pub(crate) async fn apply(
    app: &App,
    txn: &WriteTxn,
    book: &mut Book,
    accounts: &mut Accounts,
    sale: &Sale,
) -> Result<(), DbErr> {
    let key = StockKey { match_number: sale.match_number, category: sale.category };
    if book.stock(key).is_none() {
        // The match has come without this category: no site can sell what was never given.
        metrics::counter!("matchday_foreign_sales_unknown_category_total").increment(1);
        tracing::warn!(?sale, "another site sold a category that the master list does not have");
        return Ok(());
    }
    let account = sale.account();
    let ends_at = app.clock.now() + app.settings.foreign_hold;
    match sale.action {
        TicketAction::Pending => {
            let opened = accounts.add(account, sale.quantity, sale.reference.clone(), ends_at);
            book.hold_elsewhere(key, opened);
        }
        TicketAction::Cancelled => {
            let had = accounts.take(&account, sale.quantity, sale.reference.as_deref(), ends_at);
            book.release_elsewhere(key, had);
        }
        TicketAction::Reserved => {
            let had = accounts.take(&account, sale.quantity, sale.reference.as_deref(), ends_at);
            let gave_way = book.sell_elsewhere(txn, key, sale.quantity, had).await?;
            for id in gave_way {
                metrics::counter!("matchday_holds_oversold_total").increment(1);
                tracing::warn!(%id, ?sale, "hold cancelled: its tickets were sold by another site");
            }
        }
    }
    Ok(())
}

/// Enters a match of the master list; what it says is pending starts in the shared account.
pub(crate) fn enter(app: &App, book: &mut Book, accounts: &mut Accounts, given: &MasterListMatch) {
    if !book.knows(given.match_number) {
        let ends_at = app.clock.now() + app.settings.foreign_hold;
        for category in given.categories.iter().filter(|category| category.pending > 0) {
            let account = (given.match_number, category.category, SHARED.to_owned());
            accounts.add(account, category.pending, None, ends_at);
        }
    }
    book.enter(given);
}

/// Enters matches that are given to this program itself, as those that come through the broker are entered.
///
/// # Errors
/// The database's; nothing was entered then.
pub async fn enter_all(app: &App, list: &[MasterListMatch]) -> Result<(), DbErr> {
    let matches: Vec<_> = list.iter().map(|given| (given.match_number, Some(given))).collect();
    enter_and_catch_up(app, &matches).await
}

/// Has the metrics tell how many tickets are sold beyond the stock.
pub(crate) async fn measure(app: &App) -> Result<(), DbErr> {
    let rows = stock::Entity::find().filter(stock::Column::Deficit.gt(0)).all(&app.db).await?;
    let deficit = rows.iter().map(|row| row.deficit).sum::<i32>();
    metrics::gauge!("matchday_deficit_tickets").set(deficit);
    Ok(())
}

/// Applies sales that were parked while another instance entered their match.
pub(crate) async fn unpark(app: &App) -> Result<(), DbErr> {
    let arrived = parked_sales::arrived(&app.db).await?;
    if arrived.is_empty() {
        return Ok(());
    }
    let matches: Vec<_> = arrived.into_iter().map(|number| (number, None)).collect();
    enter_and_catch_up(app, &matches).await
}

/// Enters the matches that come with their record, and applies what is parked for each, in one transaction.
async fn enter_and_catch_up(app: &App, matches: &[(i32, Option<&MasterListMatch>)]) -> Result<(), DbErr> {
    let numbers = matches.iter().map(|(number, _)| *number).collect();
    let txn = WriteTxn::begin(&app.store).await?;
    let mut book = Book::open(&txn, &numbers, &*app.clock).await?;
    let mut parked = ParkedSales::open(&txn, &numbers).await?;
    let mut accounts = Accounts::open(&txn, parked.sales()).await?;
    for &(number, given) in matches {
        if let Some(given) = given {
            enter(app, &mut book, &mut accounts, given);
        }
        catch_up(app, &txn, &mut book, &mut accounts, &mut parked, number).await?;
    }
    parked.close(&txn, book.now()).await?;
    let shows = book.close(&txn).await?;
    accounts.close(&txn).await?;
    txn.commit().await?;
    app.committed(shows);

    Ok(())
}

/// Applies what was parked for a match that has come, before anything newer of it.
pub(crate) async fn catch_up(
    app: &App,
    txn: &WriteTxn,
    book: &mut Book,
    accounts: &mut Accounts,
    parked: &mut ParkedSales,
    match_number: i32,
) -> Result<(), DbErr> {
    for sale in parked.leave(match_number) {
        apply(app, txn, book, accounts, &sale).await?;
    }
    Ok(())
}

/// Ends holds of other sites that their senders did not resolve in time.
pub(crate) async fn end_stale(app: &App, now: DateTime<Utc>) -> Result<(), DbErr> {
    use foreign_hold::Column;

    early::forget(app, now).await?;
    let stale = foreign_hold::Entity::find().filter(Column::EndsAt.lte(now)).limit(ROUND);
    let numbers: BTreeSet<i32> = stale.clone().all(&app.db).await?.iter().map(|hold| hold.match_number).collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let txn = WriteTxn::begin(&app.store).await?;
    let mut book = Book::open(&txn, &numbers, &*app.clock).await?;
    // Read again under the locks: a message may have resolved some meanwhile.
    let rows = stale.filter(Column::MatchNumber.is_in(numbers)).all(&*txn).await?;
    for hold in &rows {
        let key = StockKey { match_number: hold.match_number, category: hold.category };
        book.release_elsewhere(key, hold.quantity);
        tracing::info!(match_number = hold.match_number, category = hold.category.number(), sender = %hold.sender,
            quantity = hold.quantity, "another site's hold expired unresolved");
    }
    foreign_hold::Entity::delete_many().filter(Column::Id.is_in(rows.iter().map(|hold| hold.id))).exec(&*txn).await?;
    let shows = book.close(&txn).await?;
    txn.commit().await?;
    app.committed(shows);
    metrics::counter!("matchday_foreign_holds_ended_total").increment(rows.len() as u64);

    Ok(())
}
