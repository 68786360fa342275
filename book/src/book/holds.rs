//! The steps of a book: a hold placed, released, sold, and what other sites do to a category.

use chrono::{DateTime, Utc};
use entities::{
    reservation::{self, CancelReason, Status},
    stock,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Book, StockKey, counts, ticket_event};
use crate::{outbox::TicketAction, store::WriteTxn};

/// Newest holds read at once when some must give way; each holds at least one ticket.
const GIVE_WAY_PAGE: u64 = 64;

/// What is left of a category, as a buyer who was refused is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    pub available: i32,
    pub sellable: i32,
}

impl Book {
    /// What is left of a category; nothing, where it does not exist.
    pub fn remaining(&self, key: StockKey) -> Remaining {
        self.stock(key).map_or(Remaining { available: 0, sellable: 0 }, remaining)
    }

    /// Places a hold.
    ///
    /// # Errors
    /// What is left, where that is less than the hold asks for.
    pub fn place(&mut self, row: reservation::Model) -> Result<(), Remaining> {
        let key = StockKey::of(&row);
        let remaining = self.remaining(key);
        if remaining.sellable < row.quantity {
            return Err(remaining);
        }
        if let Some(stock) = self.counts(key) {
            counts::hold(stock, row.quantity);
        }
        self.emit(ticket_event(TicketAction::Pending, &row, row.quantity));
        self.placed.insert(row.id);
        self.reservations.insert(row.id, row);

        Ok(())
    }

    /// Ends a live hold unpaid; its tickets go back on sale.
    pub fn release(&mut self, id: Uuid, reason: CancelReason) {
        if self.is_order(id) {
            return self.release_order(id, reason);
        }
        let Some((key, quantity)) = self.live(id) else {
            return;
        };
        if let Some(stock) = self.counts(key) {
            counts::release(stock, quantity);
        }
        self.set_status(id, Status::Cancelled, Some(reason));
        self.emit_ticket(id, TicketAction::Cancelled, quantity);
    }

    /// Turns a live hold into a sale.
    pub fn sell(&mut self, id: Uuid) {
        if self.is_order(id) {
            return self.sell_order(id);
        }
        let Some((key, quantity)) = self.live(id) else {
            return;
        };
        let again = self.counts(key).map_or(0, |stock| counts::sell(stock, quantity));
        self.set_status(id, Status::Reserved, None);
        // What the other sites count as sold already is only no longer pending to them.
        self.emit_ticket(id, TicketAction::Cancelled, again);
        self.emit_ticket(id, TicketAction::Reserved, quantity - again);
    }

    /// Holds again what ended as expired or gave way, if that much is free; `false` if it is not.
    pub fn hold_again(&mut self, id: Uuid) -> bool {
        let Some(row) = self.reservation(id) else { return false };
        let (key, quantity) = (StockKey::of(row), row.quantity);
        let ended = row.status == Status::Cancelled && row.cancel_reason.is_some_and(CancelReason::may_be_held_again);
        if ended && row.listing_id.is_some() {
            return self.order_again(id);
        }
        if !ended || self.remaining(key).sellable < quantity {
            return false;
        }
        if let Some(stock) = self.counts(key) {
            counts::hold(stock, quantity);
        }
        self.set_status(id, Status::AwaitingPayment, None);
        self.emit_ticket(id, TicketAction::Pending, quantity);
        true
    }

    /// Undoes a sale; its tickets go back on sale, here alone: the other sites' messages know no way back.
    pub fn take_back(&mut self, id: Uuid, reason: CancelReason) {
        let Some(row) = self.reservation(id).filter(|row| row.status == Status::Reserved) else { return };
        if row.listing_id.is_some() {
            return self.take_back_order(id, reason);
        }
        let (key, quantity) = (StockKey::of(row), row.quantity);
        if let Some(stock) = self.counts(key) {
            counts::take_back(stock, quantity);
        }
        self.set_status(id, Status::Cancelled, Some(reason));
    }

    /// Gives back `quantity` tickets of a sale; they go back on sale as those of [`Self::take_back`] do. With the last of
    /// them the reservation is over.
    pub fn refund(&mut self, id: Uuid, quantity: i32) {
        let Some(row) = self.reservations.get_mut(&id).filter(|row| row.status == Status::Reserved) else { return };
        row.returned += quantity;
        let (key, is_over) = (StockKey::of(row), row.returned == row.quantity);
        if let Some(stock) = self.counts(key) {
            counts::take_back(stock, quantity);
        }
        let status = if is_over { Status::Cancelled } else { Status::Reserved };
        self.set_status(id, status, is_over.then_some(CancelReason::Refunded));
    }

    /// Gives a live hold or order until then. No other site is told: to them it is held until they hear how it ended.
    pub fn extend(&mut self, id: Uuid, until: DateTime<Utc>) {
        let Some(row) = self.reservations.get_mut(&id).filter(|row| row.status.is_live()) else { return };
        row.expires_at = until;
        row.extensions += 1;
        let status = row.status;
        self.note(id, status);
        self.extend_lock(id, until);
    }

    /// Notes a step of a live hold towards its payment, or of what its watchers see with it: no count changes.
    pub fn note(&mut self, id: Uuid, status: Status) {
        if let Some(row) = self.reservation(id) {
            let reason = row.cancel_reason;
            self.set_status(id, status, reason);
        }
    }

    /// Another site holds `quantity` more.
    pub fn hold_elsewhere(&mut self, key: StockKey, quantity: i32) {
        if quantity > 0
            && let Some(stock) = self.counts(key)
        {
            stock.foreign_pending += quantity;
        }
    }

    /// Another site holds `quantity` less.
    pub fn release_elsewhere(&mut self, key: StockKey, quantity: i32) {
        if quantity > 0
            && let Some(stock) = self.counts(key)
        {
            stock.foreign_pending -= quantity;
        }
    }

    /// Another site sold `quantity`, `had` of them out of its own holds. Returns our holds that gave way to it.
    pub async fn sell_elsewhere(
        &mut self,
        txn: &WriteTxn,
        key: StockKey,
        quantity: i32,
        had: i32,
    ) -> Result<Vec<Uuid>, DbErr> {
        if let Some(stock) = self.counts(key) {
            counts::sell_elsewhere(stock, quantity, had);
        }
        let mut gave_way = Vec::new();
        while self.stock(key).is_some_and(|stock| stock.held > stock.available) {
            let Some(id) = self.newest_live(txn, key).await? else {
                return Err(DbErr::Custom(format!("{key:?}: held tickets without a live hold")));
            };
            self.release(id, CancelReason::Oversold);
            gave_way.push(id);
        }

        Ok(gave_way)
    }

    async fn newest_live(&mut self, txn: &WriteTxn, key: StockKey) -> Result<Option<Uuid>, DbErr> {
        use reservation::Column;

        let ended = self.reservations.values().filter(|row| !row.status.is_live()).map(|row| row.id);
        let rows = reservation::Entity::find()
            .filter(Column::MatchNumber.eq(key.match_number))
            .filter(Column::Category.eq(key.category))
            .filter(Column::ListingId.is_null())
            .filter(Column::Status.is_in(Status::LIVE))
            .filter(Column::Id.is_not_in(ended))
            .order_by_desc(Column::Id)
            .limit(GIVE_WAY_PAGE)
            .all(&**txn)
            .await?;
        self.load(rows);

        Ok(self
            .reservations
            .values()
            .filter(|row| row.status.is_live() && row.listing_id.is_none())
            .filter(|row| StockKey::of(row) == key)
            .map(|row| row.id)
            .max())
    }

    fn live(&self, id: Uuid) -> Option<(StockKey, i32)> {
        let row = self.reservation(id)?;
        row.status.is_live().then_some((StockKey::of(row), row.quantity))
    }
}

fn remaining(stock: &stock::Model) -> Remaining {
    Remaining { available: stock.available, sellable: counts::sellable(stock) }
}
