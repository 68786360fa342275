//! Where reading begins, and what of the records before it is told.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::*;
use crate::sink::Batch;

/// Writes down what it is told of losses.
#[derive(Default)]
struct Losses(Mutex<Vec<Lost>>);

#[async_trait]
impl Sink for Losses {
    type Row = ();

    fn read(&self, _: &Read<'_>) -> Option<()> {
        None
    }

    async fn next_offset(&self, _: &Place) -> Result<Option<i64>, String> {
        Ok(None)
    }

    async fn take(&self, _: Batch<()>) -> Result<Taken, String> {
        Ok(Taken::Taken)
    }

    fn lost(&self, lost: &Lost) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(lost.clone());
    }
}

struct Case {
    reader: Reader<Losses>,
    sink: Arc<Losses>,
}

impl Case {
    fn new() -> Self {
        let (sink, cut) = (Arc::<Losses>::default(), Cut { after: Duration::from_secs(1), bytes: 1_000 });
        Self { reader: Reader::new(Config::default(), Arc::clone(&sink), cut, Arc::default()), sink }
    }

    /// Where reading begins of a partition that the sink has up to `stored` and the broker from `low` to `high`.
    fn start(&mut self, cluster: &str, stored: Option<i64>, low: i64, high: i64) -> Result<i64, Error> {
        let of = (self.reader.topics.bookings.clone(), 3);
        self.reader.starting_point(&of, &place(cluster), stored, low, high)
    }

    /// What was told since.
    fn told(&self) -> Vec<Lost> {
        std::mem::take(&mut *self.sink.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn place(cluster: &str) -> Place {
    Place { source: Source::Bookings, cluster: Arc::from(cluster), partition: 3 }
}

fn lost(cluster: &str, from: Option<i64>, to: i64) -> Lost {
    Lost { place: place(cluster), from, to }
}

#[test]
fn what_was_taken_may_be_dropped_and_nothing_is_told_of_it() {
    let mut case = Case::new();

    for (low, high) in [(0, 60), (49, 60), (50, 60), (50, 50)] {
        assert_eq!(case.start("a", Some(50), low, high).ok(), Some(50), "from {low} to {high}");
    }

    assert_eq!(case.told(), []);
}

#[test]
fn what_was_dropped_before_it_was_taken_is_told_once_and_reading_goes_on_behind_it() {
    let mut case = Case::new();

    for _ in 0..2 {
        assert_eq!(case.start("a", Some(50), 55, 60).ok(), Some(55));
    }
    assert_eq!(case.told(), [lost("a", Some(50), 55)]);

    assert_eq!(case.start("a", Some(57), 59, 60).ok(), Some(59));
    assert_eq!(case.told(), [lost("a", Some(57), 59)], "another gap");
}

#[test]
fn a_cluster_of_which_nothing_was_taken_is_read_from_its_first_record_and_told() {
    let mut case = Case::new();

    assert_eq!(case.start("a", None, 7, 60).ok(), Some(7));
    assert_eq!(case.start("b", None, 0, 3).ok(), Some(0));

    assert_eq!(case.told(), [lost("a", None, 7), lost("b", None, 0)]);
}

#[test]
fn each_cluster_that_takes_the_place_of_another_is_told_while_the_reader_runs() {
    let mut case = Case::new();

    for cluster in ["a", "b", "b", "c"] {
        assert_eq!(case.start(cluster, None, 0, 3).ok(), Some(0));
    }

    assert_eq!(case.told(), [lost("a", None, 0), lost("b", None, 0), lost("c", None, 0)]);
}

#[test]
fn a_topic_that_ends_before_what_was_taken_is_not_read() {
    let refused = Case::new().start("a", Some(50), 0, 40);

    assert!(matches!(refused, Err(Error::Rewound { end: 40, stored: 50, .. })), "{refused:?}");
}
