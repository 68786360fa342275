//! Histories with deaths at every write: what was given is in the view once, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use analytics::{
    lake::{Appended, Lake, LakeError, Table},
    rows::Booking,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use object_store::ObjectStore;
use proptest::{prelude::*, sample::Index, strategy::ValueTree};
use uuid::Uuid;

use crate::{
    failing::{Death, Failing},
    moto::Moto,
    raw,
    world::{self, CLUSTER, booking, day, memory, noon, part, subject, view},
};

const PARTITIONS: usize = 2;
const FANS: u32 = 4;
/// Records of one date.
const RECORDS_OF_A_DAY: usize = 12;

#[derive(Debug, Clone)]
enum Act {
    /// The owner of a partition reads on.
    Deliver {
        partition: usize,
        count: usize,
    },
    /// A former owner writes from where it once stood, and cuts elsewhere.
    WriteLate {
        which: Index,
        count: usize,
    },
    /// The states of the database are written, as far as they lack.
    Complete,
    Erase {
        fan: u32,
    },
    Compact {
        day: u64,
    },
}

#[derive(Debug, Clone)]
struct Step {
    act: Act,
    death: Option<(i64, Death)>,
}

/// What happened outside the lake.
#[derive(Debug, Clone)]
struct History {
    /// The records of each partition: of which reservation, and whether a fan is known.
    logs: Vec<Vec<Booking>>,
    /// States that Kafka never told.
    untold: Vec<Booking>,
    steps: Vec<Step>,
}

impl History {
    fn states(&self) -> impl Iterator<Item = &Booking> {
        self.logs.iter().flatten().chain(&self.untold)
    }

    fn newest(&self) -> BTreeMap<Uuid, Booking> {
        let mut newest = BTreeMap::<Uuid, Booking>::new();
        for state in self.states() {
            let entry = newest.entry(state.reservation_id).or_insert_with(|| state.clone());
            if state.version > entry.version {
                *entry = state.clone();
            }
        }
        newest
    }
}

fn log(partition: usize) -> impl Strategy<Value = Vec<Booking>> {
    prop::collection::vec((0..6_u32, prop::option::weighted(0.8, 0..FANS)), 0..40).prop_map(move |records| {
        let mut versions = BTreeMap::<u32, i32>::new();
        let record = |(reservation, fan)| {
            let partition = u32::try_from(partition).expect("there are few partitions");
            let reservation = reservation * 2 + partition;
            let version = versions.entry(reservation).or_insert(0);
            *version += 1;
            booking(reservation, *version, fan)
        };
        records.into_iter().map(record).collect()
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        4 => (0..PARTITIONS, 1..12_usize).prop_map(|(partition, count)| Act::Deliver { partition, count }),
        2 => (any::<Index>(), 1..12_usize).prop_map(|(which, count)| Act::WriteLate { which, count }),
        1 => Just(Act::Complete),
        1 => (0..FANS).prop_map(|fan| Act::Erase { fan }),
        3 => (0..6_u64).prop_map(|day| Act::Compact { day }),
    ];
    let death = prop_oneof![Just(Death::Before), Just(Death::After)];
    let step = (act, prop::option::weighted(0.5, (0..8_i64, death))).prop_map(|(act, death)| Step { act, death });
    prop::collection::vec(step, 1..14)
}

fn histories() -> impl Strategy<Value = History> {
    let untold = prop::collection::vec(prop::option::of(0..FANS), 0..4)
        .prop_map(|fans| fans.into_iter().zip(100..).map(|(fan, reservation)| booking(reservation, 1, fan)).collect());
    (log(0), log(1), untold, steps()).prop_map(|(first, second, untold, steps)| History {
        logs: vec![first, second],
        untold,
        steps,
    })
}

fn date(offset: usize) -> NaiveDate {
    day(u64::try_from(offset / RECORDS_OF_A_DAY).expect("a test's log is short"))
}

fn lane(partition: usize) -> i32 {
    i32::try_from(partition).expect("there are few partitions")
}

fn offset(number: usize) -> i64 {
    i64::try_from(number).expect("a test's log is short")
}

/// One run of a history.
struct Run<'a> {
    history: &'a History,
    store: Arc<dyn ObjectStore>,
    /// Where owners once stood.
    stands: Vec<(usize, usize)>,
    /// What the lake has said that it wrote.
    written: HashSet<(Uuid, i32)>,
    erased: BTreeSet<u32>,
}

impl Run<'_> {
    async fn step(&mut self, step: &Step) {
        let (dying, store): (Option<Failing>, Arc<dyn ObjectStore>) = match step.death {
            Some((at, death)) => {
                let failing = Failing::dying(&self.store, at, death);
                (Some(failing.clone()), Arc::new(failing))
            }
            None => (None, Arc::clone(&self.store)),
        };
        let result = match Lake::over(store).await {
            Ok(lake) => self.act(&lake, &step.act).await,
            Err(error) => Err(error),
        };
        let died = dying.is_some_and(|failing| failing.is_dead());
        assert!(result.is_ok() || died, "it failed although it was alive: {result:?}");
    }

    async fn act(&mut self, lake: &Lake, act: &Act) -> Result<(), LakeError> {
        match act {
            Act::Deliver { partition, count } => {
                let next = lake.next_offset(Table::Bookings, CLUSTER, lane(*partition)).await?;
                let next = usize::try_from(next.unwrap_or_default()).expect("it is an offset");
                self.stands.push((*partition, next));
                self.write(lake, *partition, next, *count).await?;
            }
            Act::WriteLate { which, count } if !self.stands.is_empty() => {
                let (partition, first) = *which.get(&self.stands);
                self.write(lake, partition, first, *count).await?;
            }
            Act::WriteLate { .. } => {}
            Act::Complete => {
                let newest: Vec<_> = self.history.newest().into_values().collect();
                lake.complete(&newest).await?;
                self.written.extend(newest.iter().map(|state| (state.reservation_id, state.version)));
            }
            Act::Erase { fan } => {
                // What was asked for may be done, also where the program died of it.
                self.erased.insert(*fan);
                lake.mark_erased(subject(*fan)).await?;
            }
            Act::Compact { day: number } => drop(lake.compact(noon(day(*number))).await?),
        }
        Ok(())
    }

    async fn write(&mut self, lake: &Lake, partition: usize, first: usize, count: usize) -> Result<(), LakeError> {
        let log = &self.history.logs[partition];
        let records = log.iter().enumerate().skip(first).take(count);
        let of_one_date = records.take_while(|(number, _)| date(*number) == date(first));
        let rows: Vec<_> = of_one_date.map(|(_, row)| row.clone()).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let part = part(lane(partition), offset(first), date(first), rows.clone());
        if lake.append(&part).await? == Appended::Written {
            self.written.extend(rows.iter().map(|row| (row.reservation_id, row.version)));
        } else {
            let next = lake.next_offset(Table::Bookings, CLUSTER, lane(partition)).await?;
            assert!(next > Some(offset(first)), "whoever is refused can go on: {next:?} after {first}");
        }
        Ok(())
    }

    /// What was said to be written is there, whatever died since.
    async fn check_promises(&self) {
        let there: HashSet<_> =
            raw::bookings(&self.store).await.into_iter().map(|(id, version, _)| (id, version)).collect();
        let lost: Vec<_> = self.written.difference(&there).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
    }

    async fn recover(&mut self) {
        let lake = world::open(&self.store).await;
        for partition in 0..PARTITIONS {
            while lake.next_offset(Table::Bookings, CLUSTER, lane(partition)).await.expect("the store is fine")
                < Some(offset(self.history.logs[partition].len()))
                && !self.history.logs[partition].is_empty()
            {
                self.act(&lake, &Act::Deliver { partition, count: 100 }).await.expect("the store is fine");
            }
        }
        for fan in self.erased.clone() {
            self.act(&lake, &Act::Erase { fan }).await.expect("the store is fine");
        }
        self.act(&lake, &Act::Complete).await.expect("the store is fine");
    }

    async fn check(&self, now: DateTime<Utc>) {
        let lake = world::open(&self.store).await;
        let mut expected = self.history.newest();
        for state in expected.values_mut() {
            if self.erased.iter().any(|fan| state.subject == Some(subject(*fan))) {
                (state.subject, state.country) = (None, None);
            }
        }
        assert_eq!(view(&lake).await, expected, "before the compaction");
        lake.compact(now).await.expect("the store is fine");

        assert_eq!(view(&lake).await, expected, "after the compaction");
        let states: BTreeSet<_> = self.history.states().map(|state| (state.reservation_id, state.version)).collect();
        let told: BTreeSet<_> =
            raw::bookings(&self.store).await.into_iter().map(|(id, version, _)| (id, version)).collect();
        assert_eq!(told, states, "each state is there");
        for fan in &self.erased {
            assert!(!raw::knows(&self.store, subject(*fan)).await, "fan {fan} was erased");
        }
        self.check_offsets(&lake).await;
    }

    /// The files of each partition hold its offsets from 0 on, and nothing is left out.
    async fn check_offsets(&self, lake: &Lake) {
        for (partition, log) in self.history.logs.iter().enumerate() {
            let mut ranges = Vec::new();
            for (path, bytes) in raw::files(&self.store, "bookings").await {
                if path.contains(&format!("{CLUSTER}-p{partition:02}-")) {
                    let number =
                        |key| raw::note(&bytes, key).expect("it is noted").parse::<i64>().expect("it is a number");
                    ranges.push((number("matchday.first_offset"), number("matchday.last_offset")));
                }
            }
            ranges.sort_unstable();
            let end = ranges.iter().fold(0, |next, (first, last)| {
                assert!(*first <= next, "a gap before {first} in {ranges:?}");
                next.max(last + 1)
            });
            assert_eq!(end, offset(log.len()), "{ranges:?}");
            let next = lake.next_offset(Table::Bookings, CLUSTER, lane(partition)).await.expect("the store is fine");
            assert_eq!(next.unwrap_or_default(), end);
        }
    }
}

async fn run(history: &History, store: Arc<dyn ObjectStore>) {
    let mut run = Run { history, store, stands: Vec::new(), written: HashSet::new(), erased: BTreeSet::new() };
    for step in &history.steps {
        run.step(step).await;
        run.check_promises().await;
    }
    run.recover().await;
    let tomorrow = Utc::now() + Days::new(1);
    run.check(tomorrow.max(noon(day(30)))).await;
}

fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_view_is_the_newest_of_what_was_given_whenever_programs_died(history in histories()) {
        block_on(run(&history, memory()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_same_in_a_folder(history in histories()) {
        let folder = testkit::folder::Folder::new(&format!("lake-{}", Uuid::new_v4()));
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).expect("the folder is there");
        block_on(run(&history, Arc::new(store.with_fsync(true))));
    }
}

#[tokio::test]
async fn the_same_in_a_bucket() {
    let moto = Moto::start().await;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(8));
    for _ in 0..8 {
        let history = histories().new_tree(&mut runner).expect("a history can be made");
        run(&history.current(), moto.bucket().await).await;
    }
}

/// A lake with something for each step to do: parts of three days on two partitions, and an erasure.
async fn prepared(history: &History) -> Arc<dyn ObjectStore> {
    let store = memory();
    let lake = world::open(&store).await;
    let mut run = Run { history, store, stands: Vec::new(), written: HashSet::new(), erased: BTreeSet::new() };
    for (partition, count) in [(0, 5), (0, 5), (0, 5), (0, 5), (1, 9), (1, 9)] {
        run.act(&lake, &Act::Deliver { partition, count }).await.expect("the store is fine");
    }
    run.act(&lake, &Act::Erase { fan: 1 }).await.expect("the store is fine");
    run.store
}

#[tokio::test]
async fn a_program_may_die_at_every_single_write() {
    let state =
        |partition, n: u32| booking((n % 5) * 2 + partition, i32::try_from(1 + n / 5).expect("small"), Some(n % 3));
    let log = |partition| (0..36).map(|n| state(partition, n)).collect();
    let untold = vec![booking(100, 1, Some(1)), booking(101, 1, Some(2)), booking(102, 1, None)];
    let history = History { logs: vec![log(0), log(1)], untold, steps: Vec::new() };
    let acts = [Act::Deliver { partition: 0, count: 3 }, Act::Complete, Act::Erase { fan: 2 }, Act::Compact { day: 9 }];
    let mut deaths = [0; 4];
    for (number, act) in acts.iter().enumerate() {
        for death in [Death::Before, Death::After] {
            for at in 0.. {
                let store = prepared(&history).await;
                let (stands, written, erased) = (Vec::new(), HashSet::new(), BTreeSet::from([1]));
                let mut run = Run { history: &history, store, stands, written, erased };
                let failing = Failing::dying(&run.store, at, death);
                let lake = Lake::over(Arc::new(failing.clone())).await;
                if let Ok(lake) = lake {
                    let _ = run.act(&lake, act).await;
                }
                deaths[number] += i32::from(failing.is_dead());
                run.check_promises().await;
                run.recover().await;
                run.check(noon(day(30)).max(Utc::now() + Days::new(1))).await;
                if !failing.is_dead() {
                    break;
                }
            }
        }
    }
    // Opening writes too; so each act has died at its own writes beside those.
    assert!(deaths[3] > deaths[0] + 10, "a compaction has many writes to die at: {deaths:?}");
}
