//! What was read and is not handed on yet, and when it is.
//!
//! A batch is of one partition and one date: the date of its first record, so that every writer that begins a batch at a record gives it the same.

use std::{
    collections::HashMap,
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Batch, Place, Source};

/// How long records are passed over before it is written down that they were: until then they would be read again.
const PASSED_OVER: Duration = Duration::from_secs(3_600);

/// When what was read is handed on.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// How long after the first row of a batch was read.
    pub after: Duration,
    /// How many bytes of rows are kept in memory, over all partitions.
    pub bytes: usize,
}

/// The batches that grow, one a partition.
pub(super) struct Pending<R> {
    cut: Cut,
    cluster: Arc<str>,
    bytes: usize,
    partitions: HashMap<(Source, i32), Growing<R>>,
}

struct Growing<R> {
    /// The record after the last one that was handed on.
    next: i64,
    begun: Option<Begun>,
    bytes: usize,
    rows: Vec<R>,
}

struct Begun {
    date: NaiveDate,
    last: i64,
    /// When it is handed on.
    due: Instant,
}

impl<R> Growing<R> {
    fn from(next: i64) -> Self {
        Self { next, begun: None, bytes: 0, rows: Vec::new() }
    }
}

impl<R> Pending<R> {
    pub(super) fn new(cut: Cut, cluster: Arc<str>) -> Self {
        Self { cut, cluster, bytes: 0, partitions: HashMap::new() }
    }

    /// Forgets everything, and goes on with these partitions from these records.
    pub(super) fn restart(&mut self, starts: impl IntoIterator<Item = ((Source, i32), i64)>) {
        self.bytes = 0;
        self.partitions = starts.into_iter().map(|(of, next)| (of, Growing::from(next))).collect();
    }

    /// Whether a record can be added to the batch of its partition, rather than to the one after it.
    pub(super) fn fits(&self, of: (Source, i32), at: DateTime<Utc>) -> bool {
        let begun = self.partitions.get(&of).and_then(|growing| growing.begun.as_ref());
        begun.is_none_or(|begun| begun.date == at.date_naive())
    }

    /// Notes a record that was read, with what is kept of it; one that was handed on before, or is of a partition of others, is left alone.
    pub(super) fn add(
        &mut self,
        of: (Source, i32),
        offset: i64,
        at: DateTime<Utc>,
        row: Option<(R, usize)>,
        now: Instant,
    ) {
        let Some(growing) = self.partitions.get_mut(&of).filter(|growing| offset >= growing.next) else { return };
        let begun = growing.begun.get_or_insert(Begun { date: at.date_naive(), last: offset, due: now + PASSED_OVER });
        begun.last = offset;
        if let Some((row, bytes)) = row {
            if growing.rows.is_empty() {
                begun.due = now + self.cut.after;
            }
            growing.rows.push(row);
            growing.bytes += bytes;
            self.bytes += bytes;
        }
    }

    /// Whether memory is full of rows.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= self.cut.bytes
    }

    /// When the next batch is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.partitions.values().filter_map(|growing| growing.begun.as_ref()).map(|begun| begun.due).min()
    }

    /// Since when rows have waited.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        let rows = self.partitions.values().filter(|growing| !growing.rows.is_empty());
        let dues = rows.filter_map(|growing| growing.begun.as_ref()).map(|begun| begun.due).min();
        dues.and_then(|due| due.checked_sub(self.cut.after))
    }

    /// The partitions whose batches are due by then, or all that have one.
    pub(super) fn to_hand_on(&self, by: Option<Instant>) -> Vec<(Source, i32)> {
        let is_due = |begun: &Begun| by.is_none_or(|by| begun.due <= by);
        let due = |(_, growing): &(&(Source, i32), &Growing<R>)| growing.begun.as_ref().is_some_and(is_due);
        self.partitions.iter().filter(due).map(|(of, _)| *of).collect()
    }

    /// The partitions that have rows: what a full memory or an end is about.
    pub(super) fn with_rows(&self) -> Vec<(Source, i32)> {
        self.partitions.iter().filter(|(_, growing)| !growing.rows.is_empty()).map(|(of, _)| *of).collect()
    }

    /// The batch of a partition; the next one begins after it.
    pub(super) fn take(&mut self, of: (Source, i32)) -> Option<Batch<R>> {
        let growing = self.partitions.get_mut(&of)?;
        let Begun { date, last, .. } = growing.begun.take()?;
        let (first, rows) = (mem::replace(&mut growing.next, last + 1), mem::take(&mut growing.rows));
        self.bytes -= mem::take(&mut growing.bytes);
        let place = Place { source: of.0, cluster: Arc::clone(&self.cluster), partition: of.1 };
        Some(Batch { place, first, last, date, rows })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OF: (Source, i32) = (Source::Bookings, 3);

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hour * 3_600, 0).expect("it is a time")
    }

    fn pending(bytes: usize) -> Pending<i64> {
        let mut pending = Pending::new(Cut { after: Duration::from_secs(60), bytes }, Arc::from("c"));
        pending.restart([(OF, 0)]);
        pending
    }

    #[test]
    fn rows_wait_a_minute_and_what_is_passed_over_an_hour() {
        let (mut pending, now) = (pending(1_000), Instant::now());

        pending.add(OF, 0, at(0), None, now);
        assert_eq!(pending.due(), Some(now + PASSED_OVER));
        assert_eq!(pending.waits_since(), None);

        pending.add(OF, 1, at(0), Some((1, 10)), now);
        assert_eq!(pending.due(), Some(now + Duration::from_secs(60)));
        assert_eq!(pending.waits_since(), Some(now));
        assert!(pending.to_hand_on(Some(now + Duration::from_secs(59))).is_empty());
        assert_eq!(pending.to_hand_on(Some(now + Duration::from_secs(60))), [OF]);
    }

    #[test]
    fn a_partition_of_others_gets_no_batch() {
        let (mut pending, now) = (pending(1_000), Instant::now());

        pending.add((Source::Bookings, 4), 0, at(0), Some((1, 10)), now);

        assert!(pending.to_hand_on(None).is_empty());
        assert!(!pending.is_full());
    }

    proptest! {
        #[test]
        fn batches_follow_one_another_without_a_gap_and_each_is_of_one_date(
            records in prop::collection::vec((1_i64..4, 0_i64..30, any::<bool>()), 1..80),
        ) {
            let (mut pending, now) = (pending(50), Instant::now());
            let (mut batches, mut offset, mut hour, mut kept) = (Vec::new(), -1, 0, Vec::new());
            for (step, hours, is_kept) in records {
                offset += step;
                hour += hours;
                if !pending.fits(OF, at(hour)) || pending.is_full() {
                    batches.extend(pending.take(OF));
                }
                pending.add(OF, offset, at(hour), is_kept.then_some((offset, 10)), now);
                kept.extend(is_kept.then_some((offset, at(hour).date_naive())));
                // Read again after a rebalance: it changes nothing.
                pending.add(OF, offset.min(batches.last().map_or(-1, |batch: &Batch<i64>| batch.last)), at(0), Some((7, 1)), now);
            }
            batches.extend(pending.take(OF));

            let mut next = 0;
            let mut seen = Vec::new();
            for batch in batches {
                prop_assert_eq!(batch.first, next);
                prop_assert!(batch.last >= batch.first);
                prop_assert!(batch.rows.len() <= 5);
                next = batch.last + 1;
                seen.extend(batch.rows.iter().map(|row| (*row, batch.date)));
            }
            prop_assert_eq!(next, offset + 1);
            prop_assert_eq!(seen, kept);
        }
    }
}
