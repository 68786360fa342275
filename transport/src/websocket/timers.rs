//! The times a socket must keep: its init, its pings, its writes, its token and its drain.
//!
//! One `Sleep` serves them all. It is moved only towards an earlier moment; whatever has moved later is noticed when it
//! fires, so that a busy socket never touches the runtime's timer, and does not even ask it.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use tokio::time::{Instant, Sleep, sleep_until};

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

    pub(crate) fn expire_at(&mut self, at: Option<SystemTime>) {
        self.expires_at = at.and_then(|at| {
            let left = at.duration_since(SystemTime::now()).unwrap_or_default();
            // Beyond what the clock can count is never.
            Instant::now().checked_add(left)
        });
    }

    pub(crate) fn drain_within(&mut self, limit: Duration) {
        self.drain_by.get_or_insert_with(|| Instant::now() + limit);
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
            self.is_armed = self.sleep.as_mut().poll(cx).is_pending();
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
        [self.init_by, self.expires_at, self.drain_by, self.stalled_by(), self.silent_by()]
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
