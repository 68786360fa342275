//! Topics that are left alone for a while, because they take nothing while others do.
//!
//! Seldom so for good: after a restart the leaders of one topic may come back a moment later than those of another. So a
//! rest is short at first, and twice as long each time the topic still takes nothing.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

const FIRST: Duration = Duration::from_secs(1);
/// A missing topic is tried this often: each time holds up the others for as long as the producer tries.
const LAST: Duration = Duration::from_secs(60);

struct Rest {
    until: Instant,
    lasts: Duration,
}

#[derive(Default)]
pub(super) struct Resting(HashMap<String, Rest>);

impl Resting {
    pub(super) fn has(&self, topic: &str, now: Instant) -> bool {
        self.0.get(topic).is_some_and(|rest| now < rest.until)
    }

    pub(super) fn begin(&mut self, topic: &str, now: Instant) {
        let lasts = self.0.get(topic).map_or(FIRST, |rest| LAST.min(rest.lasts * 2));
        self.0.insert(topic.to_owned(), Rest { until: now + lasts, lasts });
    }

    pub(super) fn took(&mut self, topic: &str) {
        self.0.remove(topic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_that_was_away_for_a_moment_is_tried_a_moment_later_and_a_missing_one_ever_less_often() {
        let (mut resting, mut now) = (Resting::default(), Instant::now());
        assert!(!resting.has("sales", now));

        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            resting.begin("sales", now);
            assert!(!resting.has("availability", now));
            assert!(resting.has("sales", now + Duration::from_secs(seconds) - Duration::from_millis(1)));
            now += Duration::from_secs(seconds);
            assert!(!resting.has("sales", now), "after {seconds} s");
        }

        resting.took("sales");
        resting.begin("sales", now);
        assert!(!resting.has("sales", now + FIRST), "it begins anew");
    }
}
