//! Departures: when each long-lived connection leaves a server that drains.
//!
//! Clients come back as soon as they are let go, so that those of a whole server would come back in the same moment.
//! They are let go one after the other instead, in the order in which they notice.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

/// The last one leaves this long after the first, however many there are.
const LAST: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Departures {
    pause: Duration,
    begun: OnceLock<Instant>,
    given: AtomicU32,
}

impl Departures {
    pub(crate) fn new(per_second: u32) -> Self {
        Self { pause: Duration::from_secs(1) / per_second.max(1), begun: OnceLock::new(), given: AtomicU32::new(0) }
    }

    /// When the next connection that asks is to leave.
    pub(crate) fn next(&self) -> Instant {
        let begun = *self.begun.get_or_init(Instant::now);
        let before = self.given.fetch_add(1, Ordering::Relaxed);
        begun + self.pause.saturating_mul(before).min(LAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_one_after_the_other_and_all_of_them_soon() {
        let departures = Departures::new(1_000);

        let first = departures.next();
        let waits: Vec<Duration> = (0..20_000).map(|_| departures.next() - first).collect();

        assert_eq!(waits[..2], [Duration::from_millis(1), Duration::from_millis(2)]);
        assert!(waits.is_sorted());
        assert_eq!(waits.last(), Some(&LAST));
        assert!(Departures::new(0).next() <= Instant::now(), "the first one leaves at once at any pace");
    }
}
