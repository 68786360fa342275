//! Quarantine: topics that are not sent to for a while, because they accept nothing while others do.
//!
//! Seldom so for good: after a restart the leaders of one topic may come back a moment later than those of another. So a
//! term is short at first, and twice as long each time the topic still takes nothing.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

const FIRST: Duration = Duration::from_secs(1);
/// A missing topic is tried this often: each time holds up the others for as long as the producer tries.
const LAST: Duration = Duration::from_secs(60);

struct Term {
    until: Instant,
    lasts: Duration,
}

#[derive(Default)]
pub(super) struct Quarantine(HashMap<String, Term>);

impl Quarantine {
    pub(super) fn holds(&self, topic: &str, now: Instant) -> bool {
        self.0.get(topic).is_some_and(|term| now < term.until)
    }

    pub(super) fn begin(&mut self, topic: &str, now: Instant) {
        let lasts = self.0.get(topic).map_or(FIRST, |term| LAST.min(term.lasts * 2));
        self.0.insert(topic.to_owned(), Term { until: now + lasts, lasts });
    }

    pub(super) fn release(&mut self, topic: &str) {
        self.0.remove(topic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_that_was_away_for_a_moment_is_tried_a_moment_later_and_a_missing_one_ever_less_often() {
        let (mut quarantine, mut now) = (Quarantine::default(), Instant::now());
        assert!(!quarantine.holds("sales", now));

        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            quarantine.begin("sales", now);
            assert!(!quarantine.holds("availability", now));
            assert!(quarantine.holds("sales", now + Duration::from_secs(seconds) - Duration::from_millis(1)));
            now += Duration::from_secs(seconds);
            assert!(!quarantine.holds("sales", now), "after {seconds} s");
        }

        quarantine.release("sales");
        quarantine.begin("sales", now);
        assert!(!quarantine.holds("sales", now + FIRST), "it begins anew");
    }
}
