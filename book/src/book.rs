//! The book: the matches that one transaction may change, locked, and all that it changes.
//!
//! A book is opened on a transaction by locking the rows of its matches in the order of their numbers, is changed in
//! memory by any number of steps, and is closed once: counts, reservations, versions and events are written by a handful
//! of statements, however many steps there were.
//!
//! Invariant: no transaction changes a count, a reservation or a foreign hold without locking the row of its match.
//! That makes check-then-act safe here, the versions of a match gapless, and its events ordered.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    matches,
    reservation::{self, CancelReason, Status},
    stock,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use crate::{
    booking_state::BookingState,
    clock::Clock,
    master_list::MasterListMatch,
    match_state::MatchState,
    outbox::{self, ChangedRow, Event, NewEvent, TicketAction, bookings::BookingEvent},
    reservation_rows,
    store::WriteTxn,
};

mod counts;
mod holds;
mod listings;

pub use holds::Remaining;

/// Names the counts of one category of one match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StockKey {
    pub match_number: i32,
    pub category: Category,
}

impl StockKey {
    /// Whose counts a reservation of the stock is in.
    pub(crate) fn of(row: &reservation::Model) -> Self {
        Self { match_number: row.match_number, category: row.category }
    }
}

/// What shows once a book's changes are committed.
#[derive(Debug, Default)]
pub struct Shown {
    pub states: Vec<MatchState>,
    pub listings: Vec<ChangedRow>,
}

/// The matches that one transaction may change.
#[derive(Default)]
pub struct Book {
    now: DateTime<Utc>,
    facts: BTreeMap<i32, matches::Model>,
    stock: BTreeMap<StockKey, stock::Model>,
    reservations: HashMap<Uuid, reservation::Model>,
    new_matches: BTreeSet<i32>,
    changed_facts: BTreeSet<i32>,
    changed_stock: BTreeSet<StockKey>,
    changed_matches: BTreeSet<i32>,
    placed: BTreeSet<Uuid>,
    changed_reservations: BTreeSet<Uuid>,
    listings: listings::Listings,
    changed_rows: BTreeMap<i32, ChangedRows>,
    events: Vec<NewEvent>,
}

/// What changed of a match beside its own state.
#[derive(Default)]
struct ChangedRows {
    reservations: Vec<ChangedRow>,
    listings: Vec<ChangedRow>,
}

impl Book {
    /// Locks the matches of `numbers` that exist, waiting for the transactions that hold them, and reads their counts. What the
    /// book changes happens at the time at which it has the locks, so that what comes later is never of an earlier time.
    ///
    /// The counts are read by a second statement on purpose: on Postgres a statement that waits for a lock re-reads the
    /// locked row only, and joined rows would be those of before the wait.
    pub async fn open(txn: &WriteTxn, numbers: &BTreeSet<i32>, clock: &dyn Clock) -> Result<Self, DbErr> {
        let mut book = Self::default();
        let facts = matches::Entity::find()
            .filter(matches::Column::MatchNumber.is_in(numbers.iter().copied()))
            .order_by_asc(matches::Column::MatchNumber)
            .lock_exclusive()
            .all(&**txn)
            .await?;
        book.now = clock.now();
        let stock = stock::Entity::find()
            .filter(stock::Column::MatchNumber.is_in(facts.iter().map(|facts| facts.match_number)))
            .all(&**txn)
            .await?;
        book.facts = facts.into_iter().map(|facts| (facts.match_number, facts)).collect();
        book.stock = stock.into_iter().map(|stock| (stock_key(&stock), stock)).collect();

        Ok(book)
    }

    /// When its changes happen.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub fn knows(&self, match_number: i32) -> bool {
        self.facts.contains_key(&match_number)
    }

    /// When a match begins.
    pub fn kick_off(&self, match_number: i32) -> Option<DateTime<Utc>> {
        self.facts.get(&match_number).map(|facts| facts.date_utc)
    }

    /// Whether the sale of a match was ended.
    pub fn is_closed(&self, match_number: i32) -> bool {
        self.facts.get(&match_number).is_some_and(|facts| facts.closed)
    }

    /// Ends the sale of a match, or opens it again; its subscribers hear of it.
    pub fn set_closed(&mut self, match_number: i32, closed: bool) {
        if let Some(facts) = self.facts.get_mut(&match_number).filter(|facts| facts.closed != closed) {
            facts.closed = closed;
            self.changed_facts.insert(match_number);
            self.changed_matches.insert(match_number);
        }
    }

    pub fn stock(&self, key: StockKey) -> Option<&stock::Model> {
        self.stock.get(&key)
    }

    /// A reservation that was loaded into the book, as it is after the steps so far.
    pub fn reservation(&self, id: Uuid) -> Option<&reservation::Model> {
        self.reservations.get(&id)
    }

    /// Loads rows that were read under the lock; rows it already has stay as the steps left them.
    pub fn load(&mut self, rows: Vec<reservation::Model>) {
        for row in rows {
            self.reservations.entry(row.id).or_insert(row);
        }
    }

    /// Enters a match of the master list: with its stock the first time, its facts alone ever after.
    pub fn enter(&mut self, given: &MasterListMatch) {
        let number = given.match_number;
        match self.facts.get(&number) {
            None => {
                self.facts.insert(number, given.facts(0, false));
                self.stock.extend(given.stock().map(|stock| (stock_key(&stock), stock)));
                self.new_matches.insert(number);
                self.changed_matches.insert(number);
            }
            Some(known) => {
                // A match that is put off is sold again, until its new time.
                let closed = known.closed && known.date_utc == given.date_utc;
                let facts = given.facts(known.version, closed);
                if facts != *known {
                    self.facts.insert(number, facts);
                    self.changed_facts.insert(number);
                    self.changed_matches.insert(number);
                }
            }
        }
    }

    /// Writes every change and its events into the transaction, and returns what shows once that is committed.
    pub async fn close(mut self, txn: &WriteTxn) -> Result<Shown, DbErr> {
        if !self.is_changed() {
            return Ok(Shown::default());
        }
        for number in &self.changed_matches {
            if let Some(facts) = self.facts.get_mut(number) {
                facts.version += 1;
            }
        }
        self.write_facts(txn).await?;
        self.write_stock(txn).await?;
        self.write_reservations(txn).await?;
        self.listings.write(txn, self.now).await?;
        let states: Vec<MatchState> = self.changed_matches.iter().filter_map(|number| self.state(*number)).collect();
        let listings = self.changed_rows.values().flat_map(|changed| changed.listings.iter().copied()).collect();
        let mut events = std::mem::take(&mut self.events);
        events.extend(states.iter().map(|state| {
            let changed = self.changed_rows.remove(&state.match_number).unwrap_or_default();
            NewEvent::from(changed.into_event(state.clone()))
        }));
        // What changed without its match: the state of the match is sent once more, at the version that it has.
        let changed = std::mem::take(&mut self.changed_rows);
        let unchanged =
            |(number, changed): (i32, ChangedRows)| Some(NewEvent::from(changed.into_event(self.state(number)?)));
        events.extend(changed.into_iter().filter_map(unchanged));
        outbox::append(txn, &events, &self.bookings(), self.now).await?;

        Ok(Shown { states, listings })
    }

    /// Whether closing writes anything.
    pub fn is_changed(&self) -> bool {
        !(self.changed_matches.is_empty() && self.events.is_empty() && self.changed_reservations.is_empty())
    }

    /// Adds an event that belongs to no match of the book.
    pub fn emit(&mut self, event: Event) {
        self.events.push(event.into());
    }

    /// What analytics is told: each reservation and order that is new or changed, once, as it ends.
    fn bookings(&self) -> Vec<BookingEvent> {
        let rows = self.placed.union(&self.changed_reservations).filter_map(|id| self.reservations.get(id));
        rows.map(|row| BookingEvent::Booking(BookingState::new(row, self.now))).collect()
    }

    fn state(&self, number: i32) -> Option<MatchState> {
        let key = |category| StockKey { match_number: number, category };
        let categories = Category::ALL.iter().filter_map(|category| self.stock.get(&key(*category)));
        Some(MatchState::new(self.facts.get(&number)?, categories))
    }

    async fn write_facts(&self, txn: &WriteTxn) -> Result<(), DbErr> {
        let rows = |numbers: &BTreeSet<i32>| -> Vec<matches::ActiveModel> {
            numbers
                .iter()
                .filter_map(|number| self.facts.get(number))
                .map(|facts| facts.clone().into_active_model().reset_all())
                .collect()
        };
        let new = rows(&self.new_matches);
        if !new.is_empty() {
            matches::Entity::insert_many(new).exec_without_returning(&**txn).await?;
        }
        for facts in rows(&self.changed_facts) {
            matches::Entity::update(facts).exec(&**txn).await?;
        }
        let counted: Vec<i32> = self
            .changed_matches
            .iter()
            .copied()
            .filter(|number| !self.new_matches.contains(number) && !self.changed_facts.contains(number))
            .collect();
        if !counted.is_empty() {
            matches::Entity::update_many()
                .col_expr(matches::Column::Version, Expr::col(matches::Column::Version).add(1))
                .filter(matches::Column::MatchNumber.is_in(counted))
                .exec(&**txn)
                .await?;
        }
        Ok(())
    }

    async fn write_stock(&self, txn: &WriteTxn) -> Result<(), DbErr> {
        use stock::Column;

        let rows: Vec<_> = self
            .stock
            .iter()
            .filter(|(key, _)| self.changed_stock.contains(key) || self.new_matches.contains(&key.match_number))
            .map(|(_, stock)| stock.clone().into_active_model().reset_all())
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let counts = [
            Column::Available,
            Column::Held,
            Column::ForeignPending,
            Column::Sold,
            Column::ForeignSold,
            Column::Returned,
            Column::Deficit,
        ];
        stock::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns([Column::MatchNumber, Column::Category]).update_columns(counts).to_owned())
            .exec_without_returning(&**txn)
            .await?;

        Ok(())
    }

    async fn write_reservations(&self, txn: &WriteTxn) -> Result<(), DbErr> {
        let rows = |ids: &mut dyn Iterator<Item = &Uuid>| -> Vec<&reservation::Model> {
            ids.filter_map(|id| self.reservations.get(id)).collect()
        };
        let placed = rows(&mut self.placed.iter());
        let (orders, holds): (Vec<_>, Vec<_>) = placed.into_iter().partition(|row| row.listing_id.is_some());
        reservation_rows::insert(txn, &holds).await?;
        reservation_rows::update(txn, &rows(&mut self.changed_reservations.difference(&self.placed))).await?;
        // After the update: an order that ended in this transaction may be followed by the next one.
        reservation_rows::insert_orders(txn, &orders).await
    }

    /// Sets a reservation's status, and lets its watchers know.
    fn set_status(&mut self, id: Uuid, status: Status, reason: Option<CancelReason>) {
        let Some(row) = self.reservations.get_mut(&id) else {
            return;
        };
        // What is sold and given back later ended as a hold when it was sold.
        if row.status != status && !reason.is_some_and(CancelReason::is_refund) {
            row.ended_at = (!status.is_live()).then_some(self.now);
        }
        row.status = status;
        row.cancel_reason = reason;
        row.version += 1;
        let changed = ChangedRow { id, version: row.version };
        self.changed_rows.entry(row.match_number).or_default().reservations.push(changed);
        self.changed_reservations.insert(id);
    }

    /// Emits, for the other sites, what became of `quantity` tickets of a reservation.
    fn emit_ticket(&mut self, id: Uuid, action: TicketAction, quantity: i32) {
        if quantity > 0
            && let Some(row) = self.reservations.get(&id)
        {
            let event = ticket_event(action, row, quantity);
            self.emit(event);
        }
    }

    /// The counts of a category that a step is about to change.
    fn counts(&mut self, key: StockKey) -> Option<&mut stock::Model> {
        let stock = self.stock.get_mut(&key)?;
        self.changed_stock.insert(key);
        self.changed_matches.insert(key.match_number);

        Some(stock)
    }
}

impl ChangedRows {
    fn into_event(self, state: MatchState) -> Event {
        Event::Availability { state, reservations: self.reservations, listings: self.listings }
    }
}

fn stock_key(stock: &stock::Model) -> StockKey {
    StockKey { match_number: stock.match_number, category: stock.category }
}

/// Random from this thread's generator: an event's id needs no order, and the system's costs a call each.
fn event_id() -> Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}

fn ticket_event(action: TicketAction, row: &reservation::Model, quantity: i32) -> Event {
    Event::Ticket {
        action,
        event_id: event_id(),
        reservation_id: row.id,
        match_number: row.match_number,
        category: row.category,
        quantity,
        price_minor: row.unit_price_minor,
    }
}
