//! Doors: which address a long-lived connection came from, so that who is no longer welcome can be shown out.
//!
//! Connections of one address share a door while one of them is open. Invariant: the map holds the doors that are open
//! and no other, so it is bounded by what is open.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio_util::sync::CancellationToken;

pub(crate) struct Doors {
    drain: CancellationToken,
    open: Mutex<HashMap<IpAddr, Weak<Door>>>,
}

/// The way out of the connections of one address.
pub(crate) struct Door {
    doors: Arc<Doors>,
    address: Option<IpAddr>,
    /// Cancelled when the server drains, and when the address is shown out.
    pub(crate) leaving: CancellationToken,
    is_expelled: AtomicBool,
}

/// Shows addresses out of their open connections.
#[derive(Clone)]
pub struct Bouncer(pub(crate) Arc<Doors>);

impl Bouncer {
    /// Ends the sockets and streams of every address that `is_unwelcome`. It does not keep them from coming again.
    pub fn expel(&self, is_unwelcome: impl Fn(IpAddr) -> bool) {
        let unwelcome: Vec<Arc<Door>> = {
            let mut open = self.0.open();
            let found = open.extract_if(|address, _| is_unwelcome(*address));
            found.filter_map(|(_, door)| door.upgrade()).collect()
        };
        for door in unwelcome {
            door.is_expelled.store(true, Ordering::Release);
            door.leaving.cancel();
        }
    }
}

impl Doors {
    pub(crate) fn new(drain: CancellationToken) -> Arc<Self> {
        Arc::new(Self { drain, open: Mutex::default() })
    }

    /// The door of an address; who comes from nowhere has one alone.
    pub(crate) fn enter(self: &Arc<Self>, address: Option<IpAddr>) -> Arc<Door> {
        let new = || {
            let leaving = self.drain.child_token();
            Arc::new(Door { doors: Arc::clone(self), address, leaving, is_expelled: AtomicBool::new(false) })
        };
        let Some(address) = address.map(|address| address.to_canonical()) else {
            return new();
        };
        let mut open = self.open();
        if let Some(door) = open.get(&address).and_then(Weak::upgrade) {
            return door;
        }
        let door = new();
        open.insert(address, Arc::downgrade(&door));
        door
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, Weak<Door>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    pub(crate) fn is_expelled(&self) -> bool {
        self.is_expelled.load(Ordering::Acquire)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let Some(address) = self.address.map(|address| address.to_canonical()) else {
            return;
        };
        let mut open = self.doors.open();
        // Somebody else may have come through a new one meanwhile.
        if open.get(&address).is_some_and(|door| door.strong_count() == 0) {
            open.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_shown_out_leaves_and_others_stay() {
        let doors = Doors::new(CancellationToken::new());
        let [ana, ben] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().expect("it is an address"));
        let (first, second, other) = (doors.enter(Some(ana)), doors.enter(Some(ana)), doors.enter(Some(ben)));

        Bouncer(Arc::clone(&doors)).expel(|address| address == ana);

        assert!(first.is_expelled() && second.leaving.is_cancelled());
        assert!(!other.is_expelled() && !other.leaving.is_cancelled());
        let again = doors.enter(Some(ana));
        assert!(!again.is_expelled(), "who may come again comes through a new door");
        drop((first, second));
        assert_eq!(doors.open().len(), 2);
        drop((again, other));
        assert_eq!(doors.open().len(), 0);
    }
}
