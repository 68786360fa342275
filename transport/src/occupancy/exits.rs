//! Exits: which address a long-lived connection came from, so that those of a blocked address can be ended.
//!
//! Connections of one address share an exit while one of them is open. Invariant: the map holds the exits that are open
//! and no other, so it is bounded by what is open.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::occupancy::departures::Departures;

pub(crate) struct Exits {
    drain: CancellationToken,
    departures: Departures,
    open: Mutex<HashMap<IpAddr, Weak<AddressExit>>>,
}

/// The way out of the connections of one address.
pub(crate) struct AddressExit {
    exits: Arc<Exits>,
    address: Option<IpAddr>,
    /// Cancelled when the server drains, and when the address is evicted.
    pub(crate) leaving: CancellationToken,
    is_evicted: AtomicBool,
}

/// Ends the open connections of addresses.
#[derive(Clone)]
pub struct Evictor(pub(crate) Arc<Exits>);

impl Evictor {
    /// Ends the sockets and streams of every address that `is_unwelcome`. It does not keep them from coming again.
    pub fn evict(&self, is_unwelcome: impl Fn(IpAddr) -> bool) {
        let unwelcome: Vec<Arc<AddressExit>> = {
            let mut open = self.0.open();
            let found = open.extract_if(|address, _| is_unwelcome(*address));
            found.filter_map(|(_, exit)| exit.upgrade()).collect()
        };
        for exit in unwelcome {
            exit.is_evicted.store(true, Ordering::Release);
            exit.leaving.cancel();
        }
    }
}

impl Exits {
    pub(crate) fn new(drain: CancellationToken, departures: Departures) -> Arc<Self> {
        Arc::new(Self { drain, departures, open: Mutex::default() })
    }

    /// The exit of an address; a connection without an address has one of its own.
    pub(crate) fn of(self: &Arc<Self>, address: Option<IpAddr>) -> Arc<AddressExit> {
        let new = || {
            let leaving = self.drain.child_token();
            Arc::new(AddressExit { exits: Arc::clone(self), address, leaving, is_evicted: AtomicBool::new(false) })
        };
        let Some(address) = address.map(|address| address.to_canonical()) else {
            return new();
        };
        let mut open = self.open();
        if let Some(exit) = open.get(&address).and_then(Weak::upgrade) {
            return exit;
        }
        let exit = new();
        open.insert(address, Arc::downgrade(&exit));
        exit
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, Weak<AddressExit>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AddressExit {
    pub(crate) fn is_evicted(&self) -> bool {
        self.is_evicted.load(Ordering::Acquire)
    }

    /// When one of its connections is to leave, to be asked for once by each that has to.
    pub(crate) fn departure(&self) -> Instant {
        if self.is_evicted() { Instant::now() } else { self.exits.departures.next() }
    }
}

impl Drop for AddressExit {
    fn drop(&mut self) {
        let Some(address) = self.address.map(|address| address.to_canonical()) else {
            return;
        };
        let mut open = self.exits.open();
        // Another connection may have been given a new one meanwhile.
        if open.get(&address).is_some_and(|exit| exit.strong_count() == 0) {
            open.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_shown_out_leaves_and_others_stay() {
        let exits = Exits::new(CancellationToken::new(), Departures::new(1_000));
        let [ana, ben] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().expect("it is an address"));
        let (first, second, other) = (exits.of(Some(ana)), exits.of(Some(ana)), exits.of(Some(ben)));

        Evictor(Arc::clone(&exits)).evict(|address| address == ana);

        assert!(first.is_evicted() && second.leaving.is_cancelled());
        assert!(!other.is_evicted() && !other.leaving.is_cancelled());
        let again = exits.of(Some(ana));
        assert!(!again.is_evicted(), "who may come again is given a new exit");
        drop((first, second));
        assert_eq!(exits.open().len(), 2);
        drop((again, other));
        assert_eq!(exits.open().len(), 0);
    }
}
