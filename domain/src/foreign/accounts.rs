//! Accounts: what each other site holds of a category, taken from by the messages that resolve holds.
//!
//! Invariant: of an account's holds only those are read that a batch can reach. A ticket that is taken comes from the
//! hold of its name or from the oldest that has any left, and every hold has one at least: `n` tickets never reach beyond
//! the `n` oldest holds and the `n` oldest of a name after these.

use std::collections::{BTreeMap, HashMap, VecDeque};

use book::{outbox::TicketAction, store::WriteTxn};
use chrono::{DateTime, Utc};
use entities::{category::Category, foreign_hold};
use sea_orm::DbErr;

use super::{Account, Sale, early::EarlyEnds};

mod rows;

/// The foreign holds of a transaction's accounts, changed in memory and written once.
#[derive(Default)]
pub(crate) struct Accounts {
    holds: BTreeMap<Account, Holds>,
    early: EarlyEnds,
}

/// What a batch takes from an account at most.
#[derive(Default)]
struct Wanted {
    tickets: u32,
    /// How often each hold is named.
    named: BTreeMap<String, u32>,
}

/// Holds of one account, oldest first.
#[derive(Default)]
struct Holds {
    all: Vec<Hold>,
    /// Those before it are used up.
    oldest: usize,
    /// Where the holds of a name stand.
    named: HashMap<String, VecDeque<usize>>,
}

struct Hold {
    /// `None` for what the table does not hold yet.
    id: Option<i64>,
    reference: Option<String>,
    quantity: i32,
    /// The quantity that the table has.
    written: i32,
    ends_at: DateTime<Utc>,
}

impl Accounts {
    /// Reads the holds that `sales` can take from, under the locks of their matches.
    pub(crate) async fn open<'a>(txn: &WriteTxn, sales: impl Iterator<Item = &'a Sale> + Clone) -> Result<Self, DbErr> {
        let early = EarlyEnds::open(txn, sales.clone()).await?;
        let mut wanted = BTreeMap::<Account, Wanted>::new();
        for sale in sales.filter(|sale| sale.action != TicketAction::Pending) {
            let wanted = wanted.entry(sale.account()).or_default();
            wanted.tickets += sale.quantity.unsigned_abs();
            if let Some(reference) = &sale.reference {
                *wanted.named.entry(reference.clone()).or_default() += 1;
            }
        }
        let mut accounts = Self { early, ..Self::default() };
        for row in rows::within_reach(txn, &wanted).await? {
            let account = (row.match_number, row.category, row.sender.clone());
            accounts.holds.entry(account).or_default().push(row.into());
        }

        Ok(accounts)
    }

    /// Opens a hold, and returns with how many tickets: those are missing whose end came before.
    pub(super) fn add(
        &mut self,
        account: Account,
        mut quantity: i32,
        reference: Option<String>,
        ends_at: DateTime<Utc>,
    ) -> i32 {
        if let Some(name) = &reference {
            quantity = self.early.left_of(&account, name, quantity);
        }
        if quantity > 0 {
            let hold = Hold { id: None, reference, quantity, written: 0, ends_at };
            self.holds.entry(account).or_default().push(hold);
        }

        quantity
    }

    /// Takes up to `quantity` from an account: from the hold of that reference first, then from the oldest. What is missing
    /// is kept until `ends_at` for a hold of that reference that may come.
    pub(super) fn take(
        &mut self,
        account: &Account,
        quantity: i32,
        reference: Option<&str>,
        ends_at: DateTime<Utc>,
    ) -> i32 {
        let had = self.holds.get_mut(account).map_or(0, |holds| holds.take(quantity, reference));
        if had < quantity
            && let Some(name) = reference
        {
            self.early.note(account, name, quantity - had, ends_at);
        }

        had
    }

    /// Writes the changed holds; to be called after the book is closed, for new holds name stock that must exist.
    pub(crate) async fn close(self, txn: &WriteTxn) -> Result<(), DbErr> {
        let (mut fresh, mut changed, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for ((match_number, category, sender), holds) in self.holds {
            for hold in holds.all {
                match hold.id {
                    None if hold.quantity > 0 => fresh.push(hold.row(match_number, category, sender.clone())),
                    Some(id) if hold.quantity == 0 => gone.push(id),
                    Some(id) if hold.quantity != hold.written => changed.push((id, hold.quantity)),
                    _ => {}
                }
            }
        }
        rows::insert(txn, fresh).await?;
        rows::update(txn, changed).await?;
        rows::delete(txn, gone).await?;
        self.early.close(txn).await
    }
}

impl Holds {
    fn push(&mut self, hold: Hold) {
        if let Some(reference) = &hold.reference {
            self.named.entry(reference.clone()).or_default().push_back(self.all.len());
        }
        self.all.push(hold);
    }

    fn take(&mut self, quantity: i32, reference: Option<&str>) -> i32 {
        let mut missing = quantity;
        if let Some(named) = reference.and_then(|reference| self.oldest_of(reference)) {
            missing -= self.all[named].give(missing);
        }
        while missing > 0
            && let Some(hold) = self.all.get_mut(self.oldest)
        {
            missing -= hold.give(missing);
            if hold.quantity == 0 {
                self.oldest += 1;
            }
        }

        quantity - missing
    }

    /// Where the oldest hold of a name stands that has something left.
    fn oldest_of(&mut self, reference: &str) -> Option<usize> {
        let places = self.named.get_mut(reference)?;
        while let Some(place) = places.front() {
            if self.all[*place].quantity > 0 {
                return Some(*place);
            }
            places.pop_front();
        }
        None
    }
}

impl Hold {
    /// Gives up to `quantity` of its tickets.
    fn give(&mut self, quantity: i32) -> i32 {
        let part = std::cmp::min(self.quantity, quantity);
        self.quantity -= part;
        part
    }

    fn row(self, match_number: i32, category: Category, sender: String) -> foreign_hold::Model {
        let Self { reference, quantity, ends_at, .. } = self;
        // The table gives the id.
        foreign_hold::Model { id: 0, match_number, category, sender, reference, quantity, ends_at }
    }
}

impl From<foreign_hold::Model> for Hold {
    fn from(row: foreign_hold::Model) -> Self {
        let foreign_hold::Model { id, reference, quantity, ends_at, .. } = row;
        Self { id: Some(id), reference, quantity, written: quantity, ends_at }
    }
}
