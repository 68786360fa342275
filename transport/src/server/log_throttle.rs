//! What goes wrong again and again is logged once in a while.

use std::time::Duration;

use tokio::time::Instant;

/// How long nothing is logged again.
const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct LogThrottle {
    logged: Option<Instant>,
    skipped: u64,
}

impl LogThrottle {
    /// Whether to log it now, and how often it was not logged since the last time.
    pub(super) fn count(&mut self) -> Option<u64> {
        let now = Instant::now();
        if self.logged.is_some_and(|logged| now < logged + PAUSE) {
            self.skipped += 1;
            return None;
        }
        self.logged = Some(now);
        Some(std::mem::take(&mut self.skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_raised_all_the_time_is_said_once_in_a_while() {
        let mut throttle = LogThrottle::default();

        assert_eq!(throttle.count(), Some(0));
        for _ in 0..200 {
            assert_eq!(throttle.count(), None);
        }
        tokio::time::advance(PAUSE).await;

        assert_eq!(throttle.count(), Some(200));
    }
}
