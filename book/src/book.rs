//! The book: the matches that one transaction may change, locked, and all that it changes.
//!
//! A book is opened on a transaction by locking the rows of its matches in the order of their numbers, is changed in
//! memory by any number of steps, and is closed once: counts, reservations, versions and events are written by a handful
//! of statements, however many steps there were.
//!
//! Invariant: nobody changes a count, a reservation or a foreign hold without holding the row of its match. That makes
//! check-then-act safe here, the versions of a match gapless, and its events ordered.

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
    master_list::MasterListMatch,
    match_state::MatchState,
    outbox::{self, Event, TicketAction, Touched},
    reservation_rows,
    store::Write,
};

mod counts;
mod holds;
mod listings;

pub use holds::Left;

/// One category of one match.
pub type Place = (i32, Category);

/// The matches that one transaction may change.
#[derive(Default)]
pub struct Book {
    facts: BTreeMap<i32, matches::Model>,
    stock: BTreeMap<Place, stock::Model>,
    reservations: HashMap<Uuid, reservation::Model>,
    new_matches: BTreeSet<i32>,
    changed_facts: BTreeSet<i32>,
    changed_stock: BTreeSet<Place>,
    changed_matches: BTreeSet<i32>,
    placed: BTreeSet<Uuid>,
    turned: BTreeSet<Uuid>,
    shelf: listings::Shelf,
    touched: BTreeMap<i32, Touches>,
    events: Vec<Event>,
}

/// What changed of a match beside its own state.
#[derive(Default)]
struct Touches {
    reservations: Vec<Touched>,
    listings: Vec<Touched>,
}

impl Book {
    /// Locks the matches of `numbers` that exist, waiting for whoever holds them, and reads their counts.
    ///
    /// The counts are read by a second statement on purpose: on Postgres a statement that waits for a lock re-reads the
    /// locked row only, and joined rows would be those of before the wait.
    pub async fn open(txn: &Write, numbers: &BTreeSet<i32>) -> Result<Self, DbErr> {
        let mut book = Self::default();
        let facts = matches::Entity::find()
            .filter(matches::Column::MatchNumber.is_in(numbers.iter().copied()))
            .order_by_asc(matches::Column::MatchNumber)
            .lock_exclusive()
            .all(&**txn)
            .await?;
        let stock = stock::Entity::find()
            .filter(stock::Column::MatchNumber.is_in(facts.iter().map(|facts| facts.match_number)))
            .all(&**txn)
            .await?;
        book.facts = facts.into_iter().map(|facts| (facts.match_number, facts)).collect();
        book.stock = stock.into_iter().map(|stock| ((stock.match_number, stock.category), stock)).collect();

        Ok(book)
    }

    pub fn knows(&self, match_number: i32) -> bool {
        self.facts.contains_key(&match_number)
    }

    /// When a match begins.
    pub fn kick_off(&self, match_number: i32) -> Option<DateTime<Utc>> {
        self.facts.get(&match_number).map(|facts| facts.date_utc)
    }

    pub fn stock(&self, place: Place) -> Option<&stock::Model> {
        self.stock.get(&place)
    }

    /// A reservation that was taken into the book, as it is after the steps so far.
    pub fn reservation(&self, id: Uuid) -> Option<&reservation::Model> {
        self.reservations.get(&id)
    }

    /// Takes rows read under the lock into the book; rows it already has stay as the steps left them.
    pub fn take_in(&mut self, rows: Vec<reservation::Model>) {
        for row in rows {
            self.reservations.entry(row.id).or_insert(row);
        }
    }

    /// Enters a match of the master list: with its stock the first time, its facts alone ever after.
    pub fn enter(&mut self, given: &MasterListMatch) {
        let number = given.match_number;
        match self.facts.get(&number) {
            None => {
                self.facts.insert(number, given.facts(0));
                self.stock.extend(given.stock().map(|stock| ((number, stock.category), stock)));
                self.new_matches.insert(number);
                self.changed_matches.insert(number);
            }
            Some(known) => {
                let facts = given.facts(known.version);
                if facts != *known {
                    self.facts.insert(number, facts);
                    self.changed_facts.insert(number);
                    self.changed_matches.insert(number);
                }
            }
        }
    }

    /// Writes every change and its events into the transaction, and returns what shows once that is committed.
    pub async fn close(mut self, txn: &Write, now: DateTime<Utc>) -> Result<Vec<MatchState>, DbErr> {
        if !self.is_changed() {
            return Ok(Vec::new());
        }
        for number in &self.changed_matches {
            if let Some(facts) = self.facts.get_mut(number) {
                facts.version += 1;
            }
        }
        self.write_facts(txn).await?;
        self.write_stock(txn).await?;
        self.write_reservations(txn).await?;
        self.shelf.write(txn, now).await?;
        let states: Vec<MatchState> = self.changed_matches.iter().filter_map(|number| self.state(*number)).collect();
        let mut events = std::mem::take(&mut self.events);
        events.extend(states.iter().map(|state| {
            let touched = self.touched.remove(&state.match_number).unwrap_or_default();
            touched.told_with(state.clone())
        }));
        // What changed without its match: the state of the match is told once more, at the version that it has.
        let touched = std::mem::take(&mut self.touched);
        events.extend(touched.into_iter().filter_map(|(number, touched)| Some(touched.told_with(self.state(number)?))));
        outbox::append(txn, &events, now).await?;

        Ok(states)
    }

    /// Whether closing writes anything.
    pub fn is_changed(&self) -> bool {
        !(self.changed_matches.is_empty() && self.events.is_empty() && self.turned.is_empty())
    }

    /// Adds an event that belongs to no match of the book.
    pub fn tell(&mut self, event: Event) {
        self.events.push(event);
    }

    fn state(&self, number: i32) -> Option<MatchState> {
        let categories = Category::ALL.iter().filter_map(|category| self.stock.get(&(number, *category)));
        Some(MatchState::new(self.facts.get(&number)?, categories))
    }

    async fn write_facts(&self, txn: &Write) -> Result<(), DbErr> {
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

    async fn write_stock(&self, txn: &Write) -> Result<(), DbErr> {
        use stock::Column;

        let rows: Vec<_> = self
            .stock
            .iter()
            .filter(|(place, _)| self.changed_stock.contains(place) || self.new_matches.contains(&place.0))
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

    async fn write_reservations(&self, txn: &Write) -> Result<(), DbErr> {
        let rows = |ids: &mut dyn Iterator<Item = &Uuid>| -> Vec<&reservation::Model> {
            ids.filter_map(|id| self.reservations.get(id)).collect()
        };
        let placed = rows(&mut self.placed.iter());
        let (orders, holds): (Vec<_>, Vec<_>) = placed.into_iter().partition(|row| row.listing_id.is_some());
        reservation_rows::insert(txn, &holds).await?;
        reservation_rows::update(txn, &rows(&mut self.turned.difference(&self.placed))).await?;
        // After the update: whose order ended in this transaction may be followed by the next.
        reservation_rows::insert_orders(txn, &orders).await
    }

    /// Moves a reservation to its next state, for those who watch it.
    fn turn(&mut self, id: Uuid, status: Status, reason: Option<CancelReason>) {
        let Some(row) = self.reservations.get_mut(&id) else {
            return;
        };
        row.status = status;
        row.cancel_reason = reason;
        row.version += 1;
        let touched = Touched { id, version: row.version };
        self.touched.entry(row.match_number).or_default().reservations.push(touched);
        self.turned.insert(id);
    }

    /// Tells the other sites what became of `quantity` tickets of a reservation.
    fn announce(&mut self, id: Uuid, action: TicketAction, quantity: i32) {
        if quantity > 0
            && let Some(row) = self.reservations.get(&id)
        {
            let event = told(action, row, quantity);
            self.events.push(event);
        }
    }

    /// The counts of a category that a step is about to change.
    fn counts(&mut self, place: Place) -> Option<&mut stock::Model> {
        let stock = self.stock.get_mut(&place)?;
        self.changed_stock.insert(place);
        self.changed_matches.insert(place.0);

        Some(stock)
    }
}

impl Touches {
    fn told_with(self, state: MatchState) -> Event {
        Event::Availability { state, reservations: self.reservations, listings: self.listings }
    }
}

/// Random from this thread's generator: an event's id needs no order, and the system's costs a call each.
fn event_id() -> Uuid {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid()
}

fn told(action: TicketAction, row: &reservation::Model, quantity: i32) -> Event {
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
