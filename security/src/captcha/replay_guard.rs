//! Solutions that were used: in this process, and in Redis where the instances share one.
//!
//! While Redis is away each instance knows its own only, and counts that it does. Invariant: memory is bounded; where it
//! is full of solutions that could still be sent again, no further one is taken.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use limits::connection::Redis;
use metrics::counter;
use resolvers::captcha::CaptchaError;

use super::Solved;

/// Solutions in this process at most.
const USED_MAX: usize = 100_000;

/// Redis forgets a solution so much later than its end: its clock is another one.
const SKEW_MS: i64 = 60_000;

pub(super) struct ReplayGuard {
    redis: Option<Redis>,
    prefix: String,
    used: Mutex<HashMap<[u8; 32], DateTime<Utc>>>,
    /// Whether Redis did not answer last.
    is_alone: AtomicBool,
}

impl ReplayGuard {
    pub(super) fn new(redis: Option<Redis>, prefix: String) -> Self {
        Self { redis, prefix, used: Mutex::default(), is_alone: AtomicBool::new(false) }
    }

    /// Takes a solution, unless it was taken before.
    pub(super) async fn take(&self, solved: &Solved, now: DateTime<Utc>) -> Result<(), CaptchaError> {
        self.take_here(solved, now)?;
        let Some(redis) = &self.redis else {
            return Ok(());
        };
        let life = (solved.until - now).num_milliseconds().max(0) + SKEW_MS;
        let mut set = redis::cmd("SET");
        set.arg(format!("{}{}", self.prefix, hex::encode(solved.digest))).arg(1).arg("NX").arg("PX").arg(life);
        match redis.ask::<Option<String>>(&set).await {
            Ok(set) => {
                if self.is_alone.swap(false, Ordering::Relaxed) {
                    tracing::info!("Redis answers again: solved captchas are remembered by all instances");
                }
                set.map(drop).ok_or(CaptchaError::Used)
            }
            Err(error) => {
                counter!("matchday_captcha_fallbacks_total").increment(1);
                if !self.is_alone.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        error,
                        "Redis does not answer: this instance remembers only the captchas that it saw solved"
                    );
                }
                Ok(())
            }
        }
    }

    /// As [`Self::take`], where only this process is asked.
    pub(super) fn take_here(&self, solved: &Solved, now: DateTime<Utc>) -> Result<(), CaptchaError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.contains_key(&solved.digest) {
            return Err(CaptchaError::Used);
        }
        if used.len() >= USED_MAX {
            used.retain(|_, until| *until > now);
        }
        if used.len() >= USED_MAX {
            return Err(CaptchaError::Unavailable);
        }
        used.insert(solved.digest, solved.until);
        Ok(())
    }
}
