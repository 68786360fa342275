//! Random outages, pauses and lost answers, against a model of what librdkafka does with records.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use proptest::{collection::vec, prelude::*};
use tokio::sync::oneshot;

use super::*;

/// How often the model looks around.
const STEP: Duration = Duration::from_millis(20);
/// How often librdkafka looks for records that are out of time.
const SCAN: Duration = Duration::from_secs(1);
/// Rounds until everything must have been published.
const ROUNDS: usize = 500;

/// What goes wrong. All times in milliseconds.
#[derive(Debug, Clone)]
struct Trouble {
    /// The lanes of the events, in their order.
    events: Vec<u8>,
    /// The broker goes away this long after it came back, and stays away this long.
    outages: Vec<(u64, u64)>,
    /// The whole process stops before this record, of all that are handed over, and for this long.
    pauses: Vec<(usize, u64)>,
    /// Of what the broker gets while it goes away, how many records have an answer that is lost.
    lost_answers: usize,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let outages = vec((0..4_000_u64, 0..14_000_u64), 0..5);
    let pauses = vec((0..60_usize, 0..9_000_u64), 0..4);
    (vec(0..3_u8, 1..24), outages, pauses, 0..6_usize).prop_map(|(events, outages, pauses, lost_answers)| Trouble {
        events,
        outages,
        pauses,
        lost_answers,
    })
}

/// A record that librdkafka has taken.
struct Taken {
    id: i64,
    lane: u8,
    gives_up: Instant,
    /// Sent, and not answered.
    sent: bool,
    answer: oneshot::Sender<Result<(), Failure>>,
}

#[derive(Default)]
struct Model {
    trouble: Option<Trouble>,
    handed: usize,
    queue: VecDeque<Taken>,
    /// What the broker has, in its order.
    log: Vec<(u8, i64)>,
    /// Of this producer: what was handed over of a lane, and how much of it the broker has.
    lanes: BTreeMap<u8, (Vec<i64>, usize)>,
    is_away: bool,
    next_scan: Option<Instant>,
    /// Records were given back: nothing is sent before the broker has said a new epoch.
    asks: bool,
    violation: Option<String>,
}

#[derive(Clone, Default)]
struct Broker(Arc<Mutex<Model>>);

impl Broker {
    fn lock(&self) -> MutexGuard<'_, Model> {
        self.0.lock().expect("no test panics with it")
    }

    /// The broker's own life.
    async fn live(self, outages: Vec<(u64, u64)>) {
        for (up, down) in outages {
            tokio::time::sleep(Duration::from_millis(up)).await;
            self.lock().is_away = true;
            tokio::time::sleep(Duration::from_millis(down)).await;
            self.lock().is_away = false;
        }
    }

    /// The threads of librdkafka: first what is out of time, then what can be sent.
    async fn serve(self) {
        loop {
            self.lock().serve(Instant::now());
            tokio::time::sleep(STEP).await;
        }
    }
}

impl Model {
    fn serve(&mut self, now: Instant) {
        if self.next_scan.is_none_or(|scan| scan <= now) {
            self.next_scan = Some(now + SCAN);
            let (over, left): (VecDeque<_>, _) =
                std::mem::take(&mut self.queue).into_iter().partition(|taken| taken.gives_up <= now);
            self.queue = left;
            if !over.is_empty() {
                self.asks = true;
                for taken in over {
                    let _ = taken.answer.send(Err(Failure::OutOfTime("timed out".to_owned())));
                }
                return;
            }
        }
        if self.is_away {
            return;
        }
        self.asks = false;
        for taken in std::mem::take(&mut self.queue) {
            if !taken.sent {
                self.arrives(taken.lane, taken.id);
            }
            let _ = taken.answer.send(Ok(()));
        }
    }

    /// Records that were on their way when the broker went away reach it, and their answers are lost.
    fn lose_answers(&mut self, count: usize) {
        let mut on_their_way = Vec::new();
        for taken in self.queue.iter_mut().filter(|taken| !taken.sent).take(count) {
            taken.sent = true;
            on_their_way.push((taken.lane, taken.id));
        }
        for (lane, id) in on_their_way {
            self.arrives(lane, id);
        }
    }

    fn arrives(&mut self, lane: u8, id: i64) {
        let (handed, delivered) = self.lanes.entry(lane).or_default();
        if handed.get(*delivered) != Some(&id) {
            self.violation.get_or_insert(format!("{id} came after {delivered} of {handed:?}"));
        }
        *delivered += 1;
        self.log.push((lane, id));
    }
}

impl Outlet for Broker {
    type Answer = futures_util::future::BoxFuture<'static, Result<(), Failure>>;

    fn hand_over(&self, written: &Written) -> Result<Self::Answer, String> {
        let (sender, answer) = oneshot::channel();
        let mut model = self.lock();
        let pause: u64 = (model.trouble.iter().flat_map(|trouble| &trouble.pauses))
            .filter(|(record, _)| *record == model.handed)
            .map(|(_, pause)| pause)
            .sum();
        if pause > 0 {
            // Its first step moves the clock, and no other task runs meanwhile.
            let _ = futures_util::FutureExt::now_or_never(tokio::time::advance(Duration::from_millis(pause)));
        }
        model.handed += 1;
        let lane = written.record.key.as_ref().expect("every record has a key")[0];
        model.lanes.entry(lane).or_default().0.push(written.id);
        let gives_up = Instant::now() + MESSAGE_TIMEOUT;
        model.queue.push_back(Taken { id: written.id, lane, gives_up, sent: false, answer: sender });
        let lost = model.trouble.as_ref().map_or(0, |trouble| trouble.lost_answers);
        if model.is_away && !model.asks {
            model.lose_answers(lost);
        }

        Ok(Box::pin(async { answer.await.unwrap_or(Err(Failure::OutOfTime("gone".to_owned()))) }))
    }

    async fn withdraw(&self) {
        for taken in std::mem::take(&mut self.lock().queue) {
            let _ = taken.answer.send(Err(Failure::OutOfTime("withdrawn".to_owned())));
        }
    }
}

fn written(id: i64, lane: u8) -> Written {
    let record =
        Outgoing { topic: "sales".to_owned(), key: Some(vec![lane]), payload: Vec::new(), headers: Vec::new() };
    Written { id, record, span: None, timestamp: 0 }
}

/// Publishes all events as the relay does; what the broker has at the end.
async fn publish(trouble: Trouble) -> Result<Vec<(u8, i64)>, String> {
    let broker = Broker::default();
    broker.lock().trouble = Some(trouble.clone());
    let tasks = [tokio::spawn(broker.clone().live(trouble.outages)), tokio::spawn(broker.clone().serve())];
    let mut outbox: VecDeque<(i64, u8)> = (0..).zip(trouble.events).collect();
    for _ in 0..ROUNDS {
        if outbox.is_empty() {
            break;
        }
        let round = hand_over(&broker, outbox.iter().map(|(id, lane)| written(*id, *lane)).collect());
        let outcome = round.outcome(&broker).await;
        outbox.retain(|(id, _)| !outcome.settled.contains(id));
        if outcome.withdrawn {
            // A new producer.
            broker.lock().lanes.clear();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for task in tasks {
        task.abort();
    }
    let model = broker.lock();
    match &model.violation {
        Some(violation) => Err(violation.clone()),
        None if outbox.is_empty() => Ok(model.log.clone()),
        None => Err(format!("{} events were never published", outbox.len())),
    }
}

/// The events of a lane in the order in which they came first, and last.
fn orders(log: &[(u8, i64)], lane: u8) -> (Vec<i64>, Vec<i64>) {
    let ids: Vec<i64> = log.iter().filter(|(of, _)| *of == lane).map(|(_, id)| *id).collect();
    let mut first = Vec::new();
    let mut last = Vec::new();
    for id in &ids {
        if !first.contains(id) {
            first.push(*id);
        }
        last.retain(|known| known != id);
        last.push(*id);
    }
    (first, last)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_wrong_a_key_is_told_of_in_its_order(trouble in trouble()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();

        let log = runtime.expect("a runtime can be made").block_on(publish(trouble.clone()));

        let log = log.map_err(TestCaseError::fail)?;
        for lane in 0..3 {
            let expected: Vec<i64> = (0..).zip(&trouble.events).filter(|(_, of)| **of == lane).map(|(id, _)| id).collect();
            prop_assert_eq!(orders(&log, lane), (expected.clone(), expected));
        }
    }
}
