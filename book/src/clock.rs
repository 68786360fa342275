//! The clock: the only source of the time of the rules, so that tests can move it.

use std::sync::Mutex;

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

/// The machine's clock plus an offset that only a test moves.
#[derive(Debug, Default)]
pub struct MovableClock {
    ahead: Mutex<Duration>,
}

impl MovableClock {
    pub fn advance(&self, by: Duration) {
        let mut ahead = self.ahead.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *ahead += by;
    }
}

impl Clock for MovableClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + *self.ahead.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
