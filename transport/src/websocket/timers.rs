//! The times a socket must keep: its init, its pings, its writes, its token and its drain.
//!
//! One `Sleep` serves them all. It is moved only towards an earlier moment; whatever has moved later is noticed when it
//! fires, so that a busy socket never touches the runtime's timer, and does not even ask it.

use std::{
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use tokio::{
    task::unconstrained,
    time::{Instant, Sleep, sleep_until},
};

use crate::config::sockets::Sockets;

pub(crate) struct Timers {
    sleep: Pin<Box<Sleep>>,
    /// Whether the sleep wakes the socket's task at its deadline.
    is_armed: bool,
    init_by: Option<Instant>,
    ping_at: Instant,
    /// When the ping was written that waits for a sign of life.
    pinged_at: Option<Instant>,
    stalled_since: Option<Instant>,
    expires_at: Option<Instant>,
    drain_by: Option<Instant>,
    /// When a drain lets the socket go, where nothing runs on it that is to finish first.
    leave_at: Option<Instant>,
    ping_interval: Duration,
    ping_timeout: Duration,
    write_timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Init,
    Ping,
    /// Nothing was heard since the ping.
    Silent,
    /// The client took nothing for the write timeout.
    Stalled,
    Expired,
    Drained,
    /// The drain has come to this socket.
    Leaving,
}

impl Timers {
    pub(crate) fn new(limits: &Sockets) -> Self {
        let now = Instant::now();
        let init_by = now + limits.init_timeout();
        Self {
            sleep: Box::pin(sleep_until(init_by)),
            is_armed: false,
            init_by: Some(init_by),
            ping_at: now + limits.ping_interval(),
            pinged_at: None,
            stalled_since: None,
            expires_at: None,
            drain_by: None,
            leave_at: None,
            ping_interval: limits.ping_interval(),
            ping_timeout: limits.ping_timeout(),
            write_timeout: limits.write_timeout(),
        }
    }

    pub(crate) fn init_received(&mut self) {
        self.init_by = None;
    }

    pub(crate) fn heard(&mut self) {
        self.pinged_at = None;
    }

    pub(crate) fn pinged(&mut self) {
        self.pinged_at.get_or_insert_with(Instant::now);
    }

    pub(crate) fn stalled(&mut self) {
        self.stalled_since.get_or_insert_with(Instant::now);
    }

    pub(crate) fn took(&mut self) {
        self.stalled_since = None;
    }

    /// Sets the end of the token, as the program's clock stands.
    pub(crate) fn expire_at(&mut self, at: Option<SystemTime>, now: SystemTime) {
        self.expires_at = at.and_then(|at| {
            let left = at.duration_since(now).unwrap_or_default();
            // Beyond what the clock can count is never.
            Instant::now().checked_add(left)
        });
    }

    /// Begins the drain, unless it has begun: what runs may take so long, and the socket leaves when it is told.
    pub(crate) fn drain_within(&mut self, limit: Duration, departure: impl FnOnce() -> Instant) {
        if self.drain_by.is_none() {
            self.drain_by = Some(Instant::now() + limit);
            self.leave_at = Some(departure());
        }
    }

    /// Whether a drain has begun and the socket's turn to leave has come.
    pub(crate) fn may_leave(&self) -> bool {
        self.drain_by.is_some() && self.leave_at.is_none()
    }

    /// The next thing that is due; to be asked until it is pending.
    pub(crate) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        loop {
            let earliest = self.earliest();
            if earliest < self.sleep.deadline() {
                self.reset(earliest);
            }
            if self.is_armed && !self.sleep.is_elapsed() {
                return Poll::Pending;
            }
            // Where a task has done all that it may do at once, the runtime would answer "not yet" without keeping the time.
            self.is_armed = pin!(unconstrained(self.sleep.as_mut())).poll(cx).is_pending();
            if self.is_armed {
                return Poll::Pending;
            }
            let now = Instant::now();
            if let Some(due) = self.due(now) {
                return Poll::Ready(due);
            }
            self.reset(earliest);
        }
    }

    fn reset(&mut self, at: Instant) {
        self.sleep.as_mut().reset(at);
        self.is_armed = false;
    }

    fn due(&mut self, now: Instant) -> Option<Due> {
        let passed = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if passed(self.init_by) {
            return Some(Due::Init);
        }
        if passed(self.expires_at) {
            return Some(Due::Expired);
        }
        if passed(self.drain_by) {
            return Some(Due::Drained);
        }
        if passed(self.leave_at) {
            self.leave_at = None;
            return Some(Due::Leaving);
        }
        if passed(self.stalled_by()) {
            return Some(Due::Stalled);
        }
        if passed(self.silent_by()) {
            return Some(Due::Silent);
        }
        if self.ping_at <= now {
            self.ping_at = now + self.ping_interval;
            return Some(Due::Ping);
        }

        None
    }

    fn earliest(&self) -> Instant {
        [self.init_by, self.expires_at, self.drain_by, self.leave_at, self.stalled_by(), self.silent_by()]
            .into_iter()
            .flatten()
            .fold(self.ping_at, Instant::min)
    }

    fn stalled_by(&self) -> Option<Instant> {
        self.stalled_since.map(|since| since + self.write_timeout)
    }

    fn silent_by(&self) -> Option<Instant> {
        self.pinged_at.map(|at| at + self.ping_timeout)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures_util::FutureExt;
    use tokio::{task::consume_budget, time::timeout};

    use super::*;

    #[tokio::test]
    async fn a_time_is_kept_also_where_the_task_had_done_all_it_may_at_once_when_it_was_set() {
        let mut timers = Timers::new(&Sockets::default());
        timers.init_received();
        timers.expire_at(Some(SystemTime::UNIX_EPOCH + Duration::from_millis(50)), SystemTime::UNIX_EPOCH);
        let mut is_set = false;

        let due = poll_fn(|cx| {
            if !is_set {
                // The runtime has nothing ready for a task that has done so much: it is polled again.
                while consume_budget().boxed().poll_unpin(cx).is_ready() {}
                is_set = true;
            }
            timers.poll_due(cx)
        });

        assert_eq!(timeout(Duration::from_secs(20), due).await, Ok(Due::Expired));
    }

    #[tokio::test(start_paused = true)]
    async fn who_answers_pings_stays_and_who_does_not_is_silent_after_the_timeout() {
        let limits = Sockets { ping_interval_ms: 1_000, ping_timeout_ms: 5_000, ..Sockets::default() };
        let mut timers = Timers::new(&limits);
        timers.init_received();
        let begun = Instant::now();

        for _ in 0..100 {
            assert_eq!(poll_fn(|cx| timers.poll_due(cx)).await, Due::Ping);
            timers.pinged();
            timers.heard();
        }
        assert_eq!(begun.elapsed().as_secs(), 100, "a ping a second, and no other end");

        timers.pinged();
        for _ in 0..4 {
            assert_eq!(poll_fn(|cx| timers.poll_due(cx)).await, Due::Ping);
            timers.pinged();
        }
        assert_eq!(poll_fn(|cx| timers.poll_due(cx)).await, Due::Silent);
        assert_eq!(begun.elapsed().as_secs(), 105, "it was silent since the first of them");
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_stalls_after_the_timeout_and_who_takes_something_does_not() {
        let limits = Sockets { write_timeout_ms: 5_000, ping_interval_ms: 60_000, ..Sockets::default() };
        let mut timers = Timers::new(&limits);
        timers.init_received();
        let begun = Instant::now();

        timers.stalled();
        timers.took();
        assert_eq!(poll_fn(|cx| timers.poll_due(cx)).await, Due::Ping);
        timers.stalled();
        assert_eq!(poll_fn(|cx| timers.poll_due(cx)).await, Due::Stalled);
        assert_eq!(begun.elapsed().as_secs(), 65);
    }
}
