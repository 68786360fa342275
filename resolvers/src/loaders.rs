//! Loaders: rows that the objects of an answer lead to, read for all of them at once.
//!
//! Whoever asks for a row waits until everybody has asked who can without it; then one statement reads all of them. Within
//! a query, or one result of a subscription, each row is read once. A mutation changes rows between its fields: it reads
//! anew.
//!
//! Not async-graphql's `DataLoader`, for that reads in a task of its own, after a delay by the clock: there nobody pays for
//! the statement, and it goes on after the client has left. These read in the task of whoever asks first.
//!
//! Invariant: what a query costs the database does not depend on how many items its lists have.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::Context;
use domain::{
    history::{self, Step},
    lookup,
    payments::{self, refunds},
    resale::market,
    tickets::{self, transfers},
};
use entities::{listing, payment, refund, reservation, ticket, ticket_transfer};
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{context::InContext, error::ApiError};

/// In the data of a query or a subscription: what it has read.
#[derive(Default)]
pub struct Loaders {
    payments: Loader<Option<payment::Model>>,
    refunds: Loader<Vec<refund::Model>>,
    tickets: Loader<Vec<ticket::Model>>,
    reservations: Loader<Option<reservation::Model>>,
    histories: Loader<Vec<Step>>,
    listings: Loader<Option<listing::Model>>,
    transfers: Loader<Option<ticket_transfer::Model>>,
}

impl Loaders {
    /// Loads anew from here on, where nothing is being read.
    pub fn forget(&self) {
        self.payments.forget();
        self.refunds.forget();
        self.tickets.forget();
        self.reservations.forget();
        self.histories.forget();
        self.listings.forget();
        self.transfers.forget();
    }

    /// The newest payment of a reservation.
    pub(crate) async fn payment(ctx: &Context<'_>, id: Uuid) -> Result<Option<payment::Model>, ApiError> {
        // Oldest first: the newest of a reservation stays.
        let read = async |db: &DatabaseConnection, ids: &[Uuid]| {
            let rows = payments::of_reservations(db, ids).await?;
            Ok(rows.into_iter().map(|row| (row.reservation_id, Some(row))).collect())
        };
        load(ctx, |loaders| &loaders.payments, id, read).await
    }

    /// The refunds of a payment, oldest first.
    pub(crate) async fn refunds(ctx: &Context<'_>, id: Uuid) -> Result<Vec<refund::Model>, ApiError> {
        let read = async |db: &DatabaseConnection, ids: &[Uuid]| refunds::of_payments(db, ids).await;
        load(ctx, |loaders| &loaders.refunds, id, read).await
    }

    /// The tickets of a reservation, in the order of their seats.
    pub(crate) async fn tickets(ctx: &Context<'_>, id: Uuid) -> Result<Vec<ticket::Model>, ApiError> {
        let read = async |db: &DatabaseConnection, ids: &[Uuid]| {
            let mut found = HashMap::<Uuid, Vec<ticket::Model>>::new();
            for row in tickets::of_reservations(db, ids).await? {
                found.entry(row.reservation_id).or_default().push(row);
            }
            Ok(found)
        };
        load(ctx, |loaders| &loaders.tickets, id, read).await
    }

    pub(crate) async fn reservation(ctx: &Context<'_>, id: Uuid) -> Result<Option<reservation::Model>, ApiError> {
        let read = async |db: &DatabaseConnection, ids: &[Uuid]| {
            let rows = lookup::reservations(db, ids).await?;
            Ok(rows.into_iter().map(|row| (row.id, Some(row))).collect())
        };
        load(ctx, |loaders| &loaders.reservations, id, read).await
    }

    /// What happened to the payments, refunds and tickets of a reservation.
    pub(crate) async fn history(ctx: &Context<'_>, id: Uuid) -> Result<Vec<Step>, ApiError> {
        let read = async |db: &DatabaseConnection, ids: &[Uuid]| history::of_reservations(db, ids).await;
        load(ctx, |loaders| &loaders.histories, id, read).await
    }

    pub(crate) async fn listing(ctx: &Context<'_>, id: Uuid) -> Result<Option<listing::Model>, ApiError> {
        let read = async |db: &DatabaseConnection, ids: &[Uuid]| {
            let rows = market::find_many(db, ids).await?;
            Ok(rows.into_iter().map(|row| (row.id, Some(row))).collect())
        };
        load(ctx, |loaders| &loaders.listings, id, read).await
    }

    /// The newest transfer of a ticket by `giver`, who is the same throughout a request; by any giver where none is named.
    pub(crate) async fn transfer(
        ctx: &Context<'_>,
        id: Uuid,
        giver: Option<Uuid>,
    ) -> Result<Option<ticket_transfer::Model>, ApiError> {
        let read = async |db: &DatabaseConnection, ids: &[Uuid]| {
            let rows = transfers::of_tickets(db, ids, giver).await?;
            Ok(rows.into_iter().map(|(ticket_id, row)| (ticket_id, Some(row))).collect())
        };
        load(ctx, |loaders| &loaders.transfers, id, read).await
    }
}

/// Loads a row with the others of its query; by itself where nothing is kept for the request.
async fn load<V: Clone + Default>(
    ctx: &Context<'_>,
    of: impl Fn(&Loaders) -> &Loader<V>,
    id: Uuid,
    read: impl AsyncFnOnce(&DatabaseConnection, &[Uuid]) -> Result<HashMap<Uuid, V>, DbErr>,
) -> Result<V, ApiError> {
    let db = &ctx.app()?.db;
    match ctx.data_opt::<Arc<Loaders>>() {
        Some(loaders) => Ok(of(loaders).load(id, async |ids: &[Uuid]| read(db, ids).await).await?),
        None => Ok(read(db, &[id]).await?.remove(&id).unwrap_or_default()),
    }
}

/// Rows of one kind, each read once.
struct Loader<V> {
    rows: Mutex<Rows<V>>,
    /// Wakes all who wait for what is being read. All at once, so that what each of them asks for next is read together.
    read: Notify,
}

struct Rows<V> {
    known: HashMap<Uuid, V>,
    wanted: Vec<Uuid>,
    is_reading: bool,
}

impl<V> Default for Loader<V> {
    fn default() -> Self {
        Self { rows: Mutex::default(), read: Notify::default() }
    }
}

impl<V> Default for Rows<V> {
    fn default() -> Self {
        Self { known: HashMap::new(), wanted: Vec::new(), is_reading: false }
    }
}

impl<V: Clone + Default> Loader<V> {
    async fn load(
        &self,
        id: Uuid,
        read: impl AsyncFnOnce(&[Uuid]) -> Result<HashMap<Uuid, V>, DbErr>,
    ) -> Result<V, DbErr> {
        if let Some(known) = self.rows().known_or_wanted(id) {
            return Ok(known);
        }
        // The others of the list ask meanwhile.
        tokio::task::yield_now().await;
        let wanted = loop {
            let is_read = self.read.notified();
            {
                let mut rows = self.rows();
                if let Some(known) = rows.known_or_wanted(id) {
                    return Ok(known);
                }
                if !rows.is_reading {
                    rows.is_reading = true;
                    break std::mem::take(&mut rows.wanted);
                }
            }
            // A long list asks in one go, though a task should give way after some: whoever read next would read for few.
            tokio::task::unconstrained(is_read).await;
        };
        let reading = Reading(self);
        let mut found = read(&wanted).await?;
        let value = {
            let mut rows = self.rows();
            rows.known.extend(wanted.into_iter().map(|id| (id, found.remove(&id).unwrap_or_default())));
            rows.known.get(&id).cloned().unwrap_or_default()
        };
        drop(reading);

        Ok(value)
    }

    fn forget(&self) {
        *self.rows() = Rows::default();
    }
}

impl<V> Loader<V> {
    fn rows(&self) -> MutexGuard<'_, Rows<V>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody reads. However that ends, the others go on: one of them reads what is wanted still.
struct Reading<'a, V>(&'a Loader<V>);

impl<V> Drop for Reading<'_, V> {
    fn drop(&mut self) {
        self.0.rows().is_reading = false;
        self.0.read.notify_waiters();
    }
}

impl<V: Clone> Rows<V> {
    /// What is known of a row; one that is not is wanted from now on.
    fn known_or_wanted(&mut self, id: Uuid) -> Option<V> {
        let known = self.known.get(&id).cloned();
        if known.is_none() && !self.wanted.contains(&id) {
            self.wanted.push(id);
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn rows_that_are_asked_for_together_are_read_at_once_and_each_once() {
        let (loader, reads) = (Loader::<Option<Uuid>>::default(), AtomicUsize::new(0));
        let ids: Vec<Uuid> = (0..5).map(Uuid::from_u128).collect();
        let load = |id: Uuid| {
            loader.load(id, async |ids: &[Uuid]| {
                reads.fetch_add(1, Ordering::Relaxed);
                Ok(ids.iter().filter(|id| **id != Uuid::from_u128(4)).map(|id| (*id, Some(*id))).collect())
            })
        };

        let asked = ids.iter().chain(&ids).map(|id| load(*id));
        let found: Vec<Option<Uuid>> =
            join_all(asked).await.into_iter().collect::<Result<_, _>>().expect("it can be read");

        assert_eq!(reads.load(Ordering::Relaxed), 1);
        assert_eq!(found[..5], found[5..]);
        assert_eq!((found[3], found[4]), (Some(ids[3]), None), "what is not there is known not to be");
        assert_eq!(load(ids[0]).await.expect("it is known"), Some(ids[0]));
        assert_eq!(reads.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_page_of_items_that_lead_from_row_to_row_is_read_once_for_each_step() {
        let (first, second, reads) =
            (Loader::<Option<Uuid>>::default(), Loader::<Option<Uuid>>::default(), AtomicUsize::new(0));
        let found = async |ids: &[Uuid]| {
            reads.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(ids.iter().map(|id| (*id, Some(*id))).collect())
        };

        // More than a task may do at a time before others have their turn, and more than futures polled one by one.
        let (first, second, found) = (&first, &second, &found);
        let lead = |id: u128| async move {
            let step = first.load(Uuid::from_u128(id), found).await?.unwrap_or_default();
            second.load(step, found).await
        };
        let led = join_all((0..500).map(lead)).await;

        assert!(led.iter().all(|found| matches!(found, Ok(Some(_)))));
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_read_that_failed_is_tried_again() {
        let loader = Loader::<Option<Uuid>>::default();
        let failed = loader.load(Uuid::nil(), async |_: &[Uuid]| Err(DbErr::Custom("gone".to_owned()))).await;
        assert!(failed.is_err());

        let found = loader.load(Uuid::nil(), async |ids: &[Uuid]| Ok(ids.iter().map(|id| (*id, Some(*id))).collect()));
        assert_eq!(found.await.expect("it can be read"), Some(Uuid::nil()));
    }
}
