//! The clock: the only source of the time of the rules, so that tests can move it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, DurationRound, Utc};

/// Tells the time, to the microsecond: what Postgres keeps, so that a stored time equals the one it was made from.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's own clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the clock that is handed to everyone else")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.duration_trunc(Duration::microseconds(1)).unwrap_or(now)
    }
}

/// The machine's clock plus an offset that only a test moves, or a time at which a test has stopped it.
#[derive(Debug, Default)]
pub struct MovableClock {
    hands: Mutex<Hands>,
}

#[derive(Debug, Default)]
struct Hands {
    ahead: Duration,
    stopped_at: Option<DateTime<Utc>>,
}

impl MovableClock {
    pub fn advance(&self, by: Duration) {
        let mut hands = self.hands();
        hands.ahead += by;
        hands.stopped_at = hands.stopped_at.map(|at| at + by);
    }

    /// Stands still at this time until it is moved.
    pub fn stop_at(&self, time: DateTime<Utc>) {
        self.hands().stopped_at = Some(time);
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for MovableClock {
    fn now(&self) -> DateTime<Utc> {
        let hands = self.hands();
        hands.stopped_at.unwrap_or_else(|| SystemClock.now() + hands.ahead)
    }
}
