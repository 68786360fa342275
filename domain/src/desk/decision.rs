//! A decision: what a batch has locked and read, and what its requests change of it, one after the other.

use std::collections::HashMap;

use book::{
    Book, Shown,
    ledger::Ledger,
    mail_queue::{self, About},
    reservation_rows,
    store::WriteTxn,
    ticket_rows::{self, Issue, Tickets},
};
use chrono::{DateTime, Utc};
use entities::{
    mail::Kind,
    payment::State,
    reservation::{self, CancelReason, Status},
};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{error::HoldError, habits::Habits, needs::Needs};
use crate::{
    Settings,
    wake::{HoldFate, HoldNews},
};

/// What a batch has locked and read, kept true while its requests are decided.
pub(crate) struct Decision<'a> {
    pub(super) settings: &'a Settings,
    pub(super) now: DateTime<Utc>,
    pub(super) book: Book,
    pub(super) ledger: Ledger,
    pub(super) tickets: Tickets,
    pub(super) habits: Habits,
    /// Reservations by their buyer's key.
    keyed: HashMap<(Uuid, String), Uuid>,
    /// Tickets that a buyer holds or owns of a match.
    claimed: HashMap<(Uuid, i32), i32>,
    /// Reservations whose payment was captured by these requests.
    pub(super) paid: Vec<Uuid>,
    /// Holds and orders that these requests ended unpaid.
    gone: Vec<Uuid>,
    /// What is mailed of these requests.
    mails: Vec<About>,
}

/// What a committed batch has changed, for this process.
pub(super) struct Changed {
    pub(super) shown: Shown,
    /// States that payments have reached.
    pub(super) payments: Vec<State>,
    pub(super) holds: Vec<HoldNews>,
}

impl<'a> Decision<'a> {
    /// Reads what the requests need; `book` has locked their matches.
    pub(super) async fn open(
        txn: &WriteTxn,
        mut book: Book,
        settings: &'a Settings,
        needs: Needs,
    ) -> Result<Self, DbErr> {
        let now = book.now();
        book.load(reservation_rows::of_ids(txn, &needs.reservations).await?);
        let beside = needs.claims_beside.iter().filter_map(|id| book.reservation(*id));
        let mut claims = needs.claims.clone();
        claims.extend(beside.map(|row| (row.user_id, row.match_number)));
        let used = reservation_rows::of_keys(txn, &needs.keys).await?;
        let keyed = used.iter().filter_map(|row| Some(((row.user_id, row.idempotency_key.clone()?), row.id))).collect();
        book.load(used);
        book.load_listings(txn, needs.listings.clone()).await?;
        let claimed = reservation_rows::claims(txn, &claims).await?.into_iter().map(|claim| {
            let tickets = i32::try_from(claim.tickets).unwrap_or(i32::MAX);
            ((claim.user_id, claim.match_number), tickets)
        });
        let habits = Habits::read(txn, settings, &needs, now).await?;
        let ledger = Ledger::open(txn, &needs.payments, &needs.payment_keys, &needs.refunds).await?;
        let tickets = Tickets::open(txn, &needs.tickets).await?;

        Ok(Self {
            settings,
            now,
            book,
            ledger,
            tickets,
            habits,
            keyed,
            claimed: claimed.collect(),
            paid: Vec::new(),
            gone: Vec::new(),
            mails: Vec::new(),
        })
    }

    pub(super) fn is_changed(&self) -> bool {
        self.book.is_changed() || self.ledger.is_changed()
    }

    /// Writes all that the requests changed.
    pub(super) async fn close(mut self, txn: &WriteTxn) -> Result<Changed, DbErr> {
        let paid: Vec<_> = self.paid.iter().filter_map(|id| self.book.reservation(*id)).collect();
        // The handover of an order issues its ticket.
        let of_stock = paid.iter().filter(|row| row.listing_id.is_none());
        let issues: Vec<Issue> = of_stock.flat_map(|row| Issue::of(row)).collect();
        let of_paid = paid.iter().map(|row| About { kind: Kind::Paid, user_id: row.user_id, reservation_id: row.id });
        self.mails.extend(of_paid);
        let gone = self.gone.iter().filter_map(|id| self.book.reservation(*id)).map(|row| (row, HoldFate::Gone));
        let ended = paid.iter().map(|row| (*row, HoldFate::Paid)).chain(gone);
        let ended = ended.map(|(row, fate)| HoldNews { reservation_id: row.id, user_id: row.user_id, fate });
        let holds = ended.collect();
        let shown = self.book.close(txn).await?;
        let payments = self.ledger.close(txn).await?;
        ticket_rows::issue(txn, issues, self.now).await?;
        self.tickets.close(txn, self.now).await?;
        mail_queue::append_about(txn, &self.mails, self.now).await?;

        Ok(Changed { shown, payments, holds })
    }

    /// Whether the sale of a match is over, by the clock of this instance or of the one that closed it.
    pub(super) fn is_closed(&self, match_number: i32) -> bool {
        self.settings.sales_close.is_over(&self.book, match_number, self.now)
    }

    /// A reservation as it is after the requests so far.
    pub(super) fn reservation(&self, id: Uuid) -> Result<reservation::Model, HoldError> {
        self.book.reservation(id).cloned().ok_or(HoldError::NotFound)
    }

    /// What a buyer has placed by a key of theirs.
    pub(super) fn of_key(&self, user_id: Uuid, key: Option<&String>) -> Option<&reservation::Model> {
        let id = self.keyed.get(&(user_id, key?.clone()))?;
        self.book.reservation(*id)
    }

    /// Has a client that uses the key of a reservation again answered with it.
    pub(super) fn note_key(&mut self, row: &reservation::Model) {
        self.keyed.extend(row.idempotency_key.clone().map(|key| ((row.user_id, key), row.id)));
    }

    /// Whether a buyer may have so many more tickets of a match.
    ///
    /// # Errors
    /// `PurchaseLimit`.
    pub(super) fn may_claim(&self, user_id: Uuid, match_number: i32, quantity: i32) -> Result<(), HoldError> {
        let (has, cap) = (self.claimed.get(&(user_id, match_number)).copied().unwrap_or(0), self.settings.purchase_cap);
        if has + quantity > cap { Err(HoldError::PurchaseLimit { has, cap }) } else { Ok(()) }
    }

    /// Counts the tickets of a hold as its buyer's.
    pub(super) fn claim(&mut self, row: &reservation::Model) {
        *self.claimed.entry((row.user_id, row.match_number)).or_default() += row.quantity;
    }

    /// Counts so many tickets of a reservation as its buyer's no more. Those of an order never counted: no buyer is
    /// kept from the stock by what they bought of a fan.
    pub(super) fn forget(&mut self, row: &reservation::Model, quantity: i32) {
        if row.listing_id.is_none()
            && let Some(claimed) = self.claimed.get_mut(&(row.user_id, row.match_number))
        {
            *claimed -= quantity;
        }
    }

    /// Mails a buyer what became of their reservation.
    pub(super) fn mail(&mut self, kind: Kind, row: &reservation::Model) {
        self.mails.push(About { kind, user_id: row.user_id, reservation_id: row.id });
    }

    /// Mails a buyer what became of their hold, where the site does that.
    pub(super) fn mail_of_hold(&mut self, kind: Kind, row: &reservation::Model) {
        if self.settings.mails_of_holds {
            self.mail(kind, row);
        }
    }

    /// Has those who watch a reservation hear that its payment has changed.
    pub(super) fn note(&mut self, id: Uuid) {
        if let Some(status) = self.book.reservation(id).map(|row| row.status) {
            self.book.note(id, status);
        }
    }

    /// Whether a hold's time is over, and no payment keeps it.
    pub(super) fn is_overdue(&self, row: &reservation::Model) -> bool {
        row.status == Status::Pending && row.expires_at <= self.now
    }

    /// Ends a hold unpaid, for the reason that is true: one that is overdue has expired, whatever was asked for.
    pub(super) fn end(&mut self, id: Uuid, reason: CancelReason) -> Result<reservation::Model, HoldError> {
        let row = self.reservation(id)?;
        match row.status {
            Status::Reserved => return Err(HoldError::AlreadyPaid),
            Status::Cancelled if row.cancel_reason == Some(reason) => return Ok(row),
            Status::Cancelled => return Err(HoldError::ended(row.cancel_reason)),
            // A payment that may still succeed has to be ended first.
            Status::AwaitingPayment if reason == CancelReason::User => return Err(HoldError::PaymentUnderWay),
            Status::Pending | Status::AwaitingPayment => {}
        }
        let truly = if self.is_overdue(&row) { CancelReason::Expired } else { reason };
        self.book.release(id, truly);
        self.gone.push(id);
        self.forget(&row, row.quantity);
        if let Some(kind) = truly.mail_of_hold() {
            self.mail_of_hold(kind, &row);
        }
        if truly != reason {
            return Err(HoldError::HoldExpired);
        }
        self.reservation(id)
    }
}
