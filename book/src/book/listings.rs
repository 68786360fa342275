//! The listings of a book, and what the steps of their orders do to them.
//!
//! An order is a reservation of a listing: where a hold of the stock moves counts and is sent to the other sites, an
//! order locks, unlocks or sells its listing, and is sent to this site's own instances.
//!
//! Invariant: a listing is locked or sold exactly as long as the order that it names is live or reserved.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{
    listing::{self, Column, State},
    reservation::{self, CancelReason, Status},
    ticket,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::{Book, event_id};
use crate::{
    handover::{self, Sale},
    listing_state::{ListingAction, ListingState, OrderAction, OrderState},
    outbox::{ChangedRow, Event},
    store::WriteTxn,
    ticket_rows,
};

/// The listings that one transaction may change.
#[derive(Default)]
pub(super) struct Listings {
    rows: HashMap<Uuid, listing::Model>,
    /// What they offer, where this site issued it.
    tickets: HashMap<Uuid, ticket::Model>,
    offered: BTreeSet<Uuid>,
    changed: BTreeSet<Uuid>,
    sales: Vec<Sale>,
    /// Tickets of listings that were taken from the market: valid again, by new codes.
    freed: Vec<Uuid>,
}

impl Listings {
    /// Writes every change; the orders are written.
    pub(super) async fn write(&self, txn: &WriteTxn, now: DateTime<Utc>) -> Result<(), DbErr> {
        let rows = |ids: &mut dyn Iterator<Item = &Uuid>| -> Vec<listing::ActiveModel> {
            let rows = ids.filter_map(|id| self.rows.get(id));
            rows.map(|row| row.clone().into_active_model().reset_all()).collect()
        };
        let offered = rows(&mut self.offered.iter());
        if !offered.is_empty() {
            listing::Entity::insert_many(offered).exec_without_returning(&**txn).await?;
        }
        for row in rows(&mut self.changed.difference(&self.offered)) {
            listing::Entity::update(row).exec(&**txn).await?;
        }
        for sale in &self.sales {
            handover::write(txn, sale, now).await?;
        }
        if !self.freed.is_empty() {
            ticket_rows::set_status(txn, &self.freed, &[ticket::Status::Listed], ticket::Status::Valid, true, now)
                .await?;
        }
        Ok(())
    }
}

impl Book {
    /// A listing that was loaded into the book, as it is after the steps so far.
    pub fn listing(&self, id: Uuid) -> Option<&listing::Model> {
        self.listings.rows.get(&id)
    }

    /// Reads, after the lock, these listings and those of the orders in the book, with what they offer.
    pub async fn load_listings(&mut self, txn: &WriteTxn, mut ids: BTreeSet<Uuid>) -> Result<(), DbErr> {
        ids.extend(self.reservations.values().filter_map(|row| row.listing_id));
        if ids.is_empty() {
            return Ok(());
        }
        let rows = listing::Entity::find().filter(Column::Id.is_in(ids)).all(&**txn).await?;
        let offered: Vec<Uuid> = rows.iter().filter_map(|row| row.ticket_id).collect();
        self.listings.rows.extend(rows.into_iter().map(|row| (row.id, row)));
        if !offered.is_empty() {
            let tickets = ticket::Entity::find().filter(ticket::Column::Id.is_in(offered)).all(&**txn).await?;
            self.listings.tickets.extend(tickets.into_iter().map(|row| (row.id, row)));
        }
        Ok(())
    }

    /// Puts a new listing on the market.
    pub fn offer(&mut self, row: listing::Model) {
        let id = row.id;
        self.listings.rows.insert(id, row);
        self.listings.offered.insert(id);
        self.emit_listing(id, ListingAction::Created);
    }

    /// Changes what an open listing says of itself.
    pub fn edit(&mut self, id: Uuid, change: impl FnOnce(&mut listing::Model)) {
        self.alter(id, &[State::Open], ListingAction::Updated, change);
    }

    /// Takes a listing from the market: at once where no buyer is paying for it, else as soon as its order is over
    /// unpaid. An order whose payment has not begun ends with it.
    pub fn withdraw(&mut self, id: Uuid) {
        let Some(row) = self.listing(id) else { return };
        let order = row.order_id.and_then(|id| self.reservation(id)).filter(|order| order.status == Status::Pending);
        match (row.state, order.map(|order| order.id)) {
            (State::Open, _) => self.leave(id, &[State::Open]),
            (State::Locked, Some(order_id)) => {
                if let Some(row) = self.listings.rows.get_mut(&id) {
                    row.withdrawing = true;
                }
                self.release_order(order_id, CancelReason::Withdrawn);
            }
            (State::Locked, None) if !row.withdrawing => {
                self.alter(id, &[State::Locked], ListingAction::Updated, |row| row.withdrawing = true);
            }
            (State::Locked | State::Sold | State::Withdrawn, _) => {}
        }
    }

    /// Lets go of what a seller wrote and is called, and tells the copies of the market. The title of what was sold is what its
    /// buyer has bought; any other is replaced by `untitled`.
    pub fn forget_seller(&mut self, id: Uuid, untitled: &str) {
        self.alter(id, &[State::Open, State::Locked, State::Sold, State::Withdrawn], ListingAction::Updated, |row| {
            row.seller_name = None;
            row.description = None;
            row.idempotency_key = None;
            if row.state != State::Sold {
                untitled.clone_into(&mut row.title);
            }
        });
    }

    /// Takes a listing in one of these states from the market. Its ticket opens the gate again, by a new code.
    fn leave(&mut self, id: Uuid, from: &[State]) {
        self.listings.freed.extend(self.listing(id).and_then(|row| row.ticket_id));
        self.alter(id, from, ListingAction::Withdrawn, |row| {
            row.state = State::Withdrawn;
            row.withdrawing = false;
            row.order_id = None;
            row.locked_until = None;
        });
    }

    /// Places an order: its listing, which is open, is locked for it.
    pub fn order(&mut self, row: reservation::Model) {
        let (id, until) = (row.id, row.expires_at);
        let Some(listing_id) = row.listing_id else { return };
        self.placed.insert(id);
        self.reservations.insert(id, row);
        self.lock(listing_id, id, until);
        self.emit_order(id, OrderAction::Created);
    }

    /// Whether an order can be given what it pays for: its listing is its own, and so is the ticket.
    pub fn can_be_handed_over(&self, id: Uuid) -> bool {
        let listing = self.of_order(id).filter(|row| row.order_id == Some(id));
        listing.is_some_and(|row| self.is_ticket_listed(row))
    }

    /// Hands what an order has paid for to its buyer; nothing happens to a reservation of the stock.
    pub fn hand_over(&mut self, id: Uuid) {
        let (Some(order), Some(listing)) = (self.reservation(id), self.of_order(id)) else { return };
        if order.status != Status::Reserved || listing.order_id != Some(id) {
            return;
        }
        let ticket = listing.ticket_id.and_then(|id| self.listings.tickets.get(&id)).cloned();
        let sale = Sale { order: order.clone(), listing: listing.clone(), ticket };
        self.listings.sales.push(sale);
        self.emit_order(id, OrderAction::Completed);
    }

    pub(super) fn is_order(&self, id: Uuid) -> bool {
        self.reservation(id).is_some_and(|row| row.listing_id.is_some())
    }

    /// Ends a live order unpaid; its listing is open again.
    pub(super) fn release_order(&mut self, id: Uuid, reason: CancelReason) {
        if self.reservation(id).is_none_or(|row| !row.status.is_live()) {
            return;
        }
        self.set_status(id, Status::Cancelled, Some(reason));
        self.unlock(id);
        self.emit_order(id, OrderAction::of_end(reason));
    }

    /// Sells its listing to a live order.
    pub(super) fn sell_order(&mut self, id: Uuid) {
        let Some(row) = self.reservation(id).filter(|row| row.status.is_live()) else { return };
        let Some(listing_id) = row.listing_id else { return };
        self.set_status(id, Status::Reserved, None);
        self.alter(listing_id, &[State::Locked], ListingAction::Sold, |row| {
            row.state = State::Sold;
            row.locked_until = None;
        });
    }

    /// Locks its listing again for an order that ended, if that is open at the order's price; `false` if it is not.
    pub(super) fn order_again(&mut self, id: Uuid) -> bool {
        let Some(order) = self.reservation(id) else { return false };
        let until = order.expires_at;
        let is_same = |row: &&listing::Model| row.state == State::Open && row.price_minor == order.unit_price_minor;
        let Some(listing) = self.of_order(id).filter(is_same).filter(|row| self.is_ticket_listed(row)) else {
            return false;
        };
        let listing_id = listing.id;
        self.set_status(id, Status::AwaitingPayment, None);
        self.lock(listing_id, id, until);
        true
    }

    /// Undoes the sale of an order whose money did not come; its listing is open again.
    pub(super) fn take_back_order(&mut self, id: Uuid, reason: CancelReason) {
        self.set_status(id, Status::Cancelled, Some(reason));
        self.unlock(id);
        self.emit_order(id, OrderAction::Cancelled);
    }

    fn of_order(&self, id: Uuid) -> Option<&listing::Model> {
        self.listing(self.reservation(id)?.listing_id?)
    }

    /// Whether what a listing offers is still offered; of a ticket of another site this one knows nothing better.
    fn is_ticket_listed(&self, listing: &listing::Model) -> bool {
        let ticket = |id: Uuid| self.listings.tickets.get(&id);
        listing.ticket_id.is_none_or(|id| ticket(id).is_some_and(|row| row.status == ticket::Status::Listed))
    }

    fn lock(&mut self, listing_id: Uuid, order_id: Uuid, until: DateTime<Utc>) {
        self.alter(listing_id, &[State::Open], ListingAction::Locked, |row| {
            row.state = State::Locked;
            row.order_id = Some(order_id);
            row.locked_until = Some(until);
        });
    }

    /// Keeps the listing of an order locked until then; nothing happens to a reservation of the stock.
    pub(super) fn extend_lock(&mut self, order_id: Uuid, until: DateTime<Utc>) {
        let Some(listing) = self.of_order(order_id).filter(|row| row.order_id == Some(order_id)) else { return };
        self.alter(listing.id, &[State::Locked], ListingAction::Updated, |row| row.locked_until = Some(until));
    }

    /// Opens the listing of an order that has locked or bought it, or takes it from the market where its seller wants that or
    /// the sale of its match has ended meanwhile.
    fn unlock(&mut self, order_id: Uuid) {
        let Some(listing) = self.of_order(order_id).filter(|row| row.order_id == Some(order_id)) else { return };
        let (id, from) = (listing.id, [State::Locked, State::Sold]);
        if listing.withdrawing || self.is_closed(listing.match_number) {
            return self.leave(id, &from);
        }
        self.alter(id, &from, ListingAction::Unlocked, |row| {
            row.state = State::Open;
            row.order_id = None;
            row.locked_until = None;
        });
    }

    /// Changes a listing that is in one of these states, for those who watch it.
    fn alter(&mut self, id: Uuid, from: &[State], action: ListingAction, change: impl FnOnce(&mut listing::Model)) {
        let Some(row) = self.listings.rows.get_mut(&id).filter(|row| from.contains(&row.state)) else { return };
        change(row);
        row.version += 1;
        self.listings.changed.insert(id);
        self.emit_listing(id, action);
    }

    fn emit_listing(&mut self, id: Uuid, action: ListingAction) {
        let Some(row) = self.listings.rows.get(&id) else { return };
        let changed = ChangedRow { id, version: row.version };
        let event = Event::Listing { action, event_id: event_id(), listing: ListingState::from(row) };
        self.changed_rows.entry(row.match_number).or_default().listings.push(changed);
        self.emit(event);
    }

    fn emit_order(&mut self, id: Uuid, action: OrderAction) {
        let order = self.reservation(id).and_then(OrderState::of);
        if let Some(order) = order {
            self.emit(Event::Order { action, event_id: event_id(), order });
        }
    }
}
