//! A hold, as the desk decides it: tickets of the stock are a buyer's for a while, if enough are left.

use book::StockKey;
use entities::{
    category::Category,
    mail::Kind,
    reservation::{self, Status},
};
use uuid::Uuid;

use super::{
    decision::Decision,
    error::HoldError,
    needs::Needs,
    request::{Answer, Request},
};
use crate::faults;

/// A hold to be placed, its form already checked.
#[derive(Debug, Clone)]
pub(crate) struct PlaceHold {
    pub(crate) user_id: Uuid,
    pub(crate) match_number: i32,
    pub(crate) category: Category,
    pub(crate) quantity: i32,
    pub(crate) key: Option<String>,
}

impl Request for PlaceHold {
    type Refused = HoldError;

    const BINDS_CLIENT: bool = true;
    const FAULT: Option<faults::Request> = Some(faults::Request::Place);

    fn needs(&self, needs: &mut Needs) {
        needs.holders.insert(self.user_id);
        needs.claims.insert((self.user_id, self.match_number));
        needs.placed_by(self.user_id, self.key.as_ref());
    }

    fn decide(&self, decision: &mut Decision<'_>) -> Answer<Self> {
        let Self { user_id, match_number, category, quantity, ref key } = *self;
        if decision.habits.is_erased(user_id) {
            return Err(HoldError::NoAccount);
        }
        if let Some(row) = decision.of_key(user_id, key.as_ref()) {
            let same = row.match_number == match_number && row.category == category && row.quantity == quantity;
            let same = same && row.listing_id.is_none();
            return if same { Ok(row.clone()) } else { Err(HoldError::KeyReused) };
        }
        if !decision.book.knows(match_number) {
            return Err(HoldError::UnknownMatch(match_number));
        }
        let stock_key = StockKey { match_number, category };
        let stock =
            decision.book.stock(stock_key).ok_or(HoldError::UnknownCategory(match_number, category.number()))?;
        let unit_price_minor = stock.price_minor;
        if decision.is_closed(match_number) {
            return Err(HoldError::SaleClosed(match_number));
        }
        // Before the cap, as a buyer who is refused early is told: their claims do not matter where nothing is left.
        let remaining = decision.book.remaining(stock_key);
        if remaining.sellable == 0 {
            return Err(HoldError::not_enough(remaining, match_number, category));
        }
        if decision.habits.is_unconfirmed(user_id) {
            return Err(HoldError::EmailNotVerified);
        }
        decision.may_claim(user_id, match_number, quantity)?;
        let row = reservation::Model {
            id: Uuid::now_v7(),
            user_id,
            match_number,
            category,
            quantity,
            unit_price_minor,
            status: Status::Pending,
            cancel_reason: None,
            created_at: decision.now,
            expires_at: decision.now + decision.settings.hold,
            version: 1,
            idempotency_key: key.clone(),
            listing_id: None,
            returned: 0,
            extensions: 0,
            ended_at: None,
        };
        let placed = decision.book.place(row.clone());
        placed.map_err(|remaining| HoldError::not_enough(remaining, match_number, category))?;
        decision.claim(&row);
        decision.note_key(&row);
        decision.mail_of_hold(Kind::HoldPlaced, &row);

        Ok(row)
    }
}
