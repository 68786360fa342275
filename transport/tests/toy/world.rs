//! The toy's world: the stock of 64 matches, and what tests watch and steer.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::sync::watch;

pub(crate) struct World {
    stock: Mutex<BTreeMap<i32, Stock>>,
    changes: watch::Sender<u64>,
    release: watch::Sender<bool>,
    /// Who is not what they were when they were let in.
    dismissed: watch::Sender<Option<String>>,
    /// How far the clock is ahead of the machine's, in milliseconds.
    pub(crate) ahead_ms: AtomicU64,
    /// Subscriptions that run now.
    pub(crate) live: Arc<AtomicUsize>,
    /// Results that subscriptions have handed over.
    pub(crate) pulled: Arc<AtomicUsize>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Stock {
    pub(crate) available: i32,
    pub(crate) pending: i32,
    pub(crate) version: i32,
}

/// Counts a running subscription for as long as it lives.
pub(crate) struct Live(Arc<AtomicUsize>);

impl World {
    pub(crate) fn new() -> Arc<Self> {
        let stock = (1..=64).map(|number| (number, Stock { available: 1_000_000, pending: 0, version: 1 }));
        Arc::new(Self {
            stock: Mutex::new(stock.collect()),
            changes: watch::channel(0).0,
            release: watch::channel(false).0,
            dismissed: watch::channel(None).0,
            ahead_ms: AtomicU64::new(0),
            live: Arc::default(),
            pulled: Arc::default(),
        })
    }

    pub(crate) fn stock(&self) -> MutexGuard<'_, BTreeMap<i32, Stock>> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Holds tickets of a match and tells every subscriber.
    pub(crate) fn hold(&self, number: i32, quantity: i32) -> bool {
        let held = match self.stock().get_mut(&number) {
            Some(stock) if stock.available - stock.pending >= quantity => {
                stock.pending += quantity;
                stock.version += 1;
                true
            }
            _ => false,
        };
        if held {
            self.changes.send_modify(|change| *change += 1);
        }
        held
    }

    /// Ends the right of a user to be there, once.
    pub(crate) fn dismiss(&self, user: &str) {
        self.dismissed.send_replace(Some(user.to_owned()));
    }

    pub(crate) async fn dismissed(&self, user: &str) {
        let mut dismissed = self.dismissed.subscribe();
        dismissed.mark_unchanged();
        while dismissed.changed().await.is_ok() {
            if dismissed.borrow().as_deref() == Some(user) {
                return;
            }
        }
    }

    /// Lets everything go on that waits for it, now and later.
    pub(crate) fn release(&self) {
        self.release.send_replace(true);
    }

    pub(crate) async fn released(&self) {
        let mut release = self.release.subscribe();
        release.wait_for(|released| *released).await.expect("the world outlives those who wait in it");
    }

    pub(crate) fn now(&self) -> SystemTime {
        SystemTime::now() + Duration::from_millis(self.ahead_ms.load(Ordering::SeqCst))
    }

    pub(crate) fn live(&self) -> Live {
        self.live.fetch_add(1, Ordering::SeqCst);
        Live(Arc::clone(&self.live))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
