//! Fan-out: one change of a match to all who subscribed to it, against sockets that are sent ready bytes.

use std::{
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use bench::changes::{Changes, Told};
use serde_json::json;

use crate::{
    Effort, Outcome,
    edge::{
        self, Cores,
        children::{self, Rival, Server},
        crowd::{self, Crowd},
    },
    figures::{Comparison, Latencies, Target, rate},
};

/// Before a run is measured it runs for this part of its time.
const WARM_UP: u32 = 5;

/// Between two changes that are to find everything at rest.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a server may take to give back what it needed only while sockets were opened.
pub(crate) const SETTLE: Duration = Duration::from_secs(2);

/// How many subscribe, and where.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct Setting {
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    subscribers: u32,
    /// Lets server and client run on any core instead of one each.
    #[arg(long)]
    unpinned: bool,
}

impl Setting {
    pub(crate) fn count(self) -> Outcome<usize> {
        let count = usize::try_from(self.subscribers)?;
        edge::allow_sockets(count)?;
        Ok(count)
    }

    pub(crate) fn cores(self) -> Cores {
        Cores::new(self.unpinned)
    }
}

/// Deliveries a second in a closed loop: the next change is sent when everybody has the last.
pub(crate) async fn deliveries(setting: Setting, effort: Effort, stock: bool) -> Outcome {
    let (count, cores) = (setting.count()?, setting.cores());
    children::build()?;
    let rate = move |told: Told| cores.client(move || delivered(start(told, cores)?, told, count, effort.seconds));
    let (rival, name, target) = match stock {
        false => (Told::Messenger, "bare axum WebSocket broadcast of the same bytes", 0.9),
        true => (Told::Stock, "async-graphql-axum's GraphQLSubscription as shipped", 7.0),
    };
    Comparison {
        title: "Fan-out of one match's changes to subscribers, closed loop",
        unit: "deliveries/s",
        ours: "matchday",
        rival: name,
        target: Target::AtLeast(target),
    }
    .run(effort, async || rate(Told::Matchday), async || rate(rival))
    .await
}

/// From the record in Kafka until the last subscriber has it, one change at a time.
pub(crate) async fn arrival(setting: Setting, effort: Effort) -> Outcome {
    let (count, cores) = (setting.count()?, setting.cores());
    children::build()?;
    let last = move |told: Told| cores.client(move || last_of_all(start(told, cores)?, told, count, effort.seconds));
    Comparison {
        title: "A record in Kafka to the last subscriber, p99",
        unit: "ms",
        ours: "matchday",
        rival: "bare axum WebSocket broadcast of the same bytes",
        target: Target::AtMost(1.2),
    }
    .run(effort, async || last(Told::Matchday), async || last(Told::Messenger))
    .await
}

/// Memory of the server for each socket that waits.
pub(crate) async fn memory(setting: Setting, effort: Effort) -> Outcome {
    let (count, cores) = (setting.count()?, setting.cores());
    children::build()?;
    let each = move |told: Told| cores.client(move || memory_of_each(&start(told, cores)?, count));
    Comparison {
        title: "Resident memory of the server for each idle subscribed socket; ours may take 10 at most",
        unit: "kB",
        ours: "matchday",
        rival: "bare axum WebSocket",
        target: Target::AtMost(1.5),
    }
    .run(effort, async || each(Told::Matchday), async || each(Told::Messenger))
    .await
}

/// What others notice of a client that never reads.
pub(crate) async fn stalled(setting: Setting, effort: Effort) -> Outcome {
    let (count, cores) = (setting.count()?, setting.cores());
    children::build()?;
    let others = move |is_there: bool| cores.client(move || with_stalled(count, cores, effort.seconds, is_there));
    Comparison {
        title: "p99 of deliveries while one more client never reads",
        unit: "ms",
        ours: "with it",
        rival: "without it",
        target: Target::AtMost(1.1),
    }
    .run(effort, async || others(true), async || others(false))
    .await
}

fn start(told: Told, cores: Cores) -> Outcome<Server> {
    match told {
        Told::Matchday => Server::matchday(cores),
        Told::Messenger => Server::rival(&Rival::BareSocket, cores),
        Told::Stock => Server::rival(&Rival::StockSubscription, cores),
    }
}

fn delivered(server: Server, told: Told, count: usize, seconds: u64) -> Outcome<f64> {
    let mut crowd = Crowd::join(server.address, count)?;
    let (times, took) = closed_loop(&mut Changes::of(&server.broker, told)?, &mut crowd, seconds)?;
    let deliveries = u64::try_from(times.len())?;
    println!("    {told:?}: {}", Latencies::of(times));
    Ok(rate(deliveries, took))
}

/// Sends changes for `seconds`, the next when everybody has the last; returns when each was told, and the time it took.
pub(crate) fn closed_loop(
    changes: &mut Changes,
    crowd: &mut Crowd,
    seconds: u64,
) -> Outcome<(Vec<Duration>, Duration)> {
    let measured = Duration::from_secs(seconds);
    let mut times = Vec::new();
    let warm = Instant::now() + measured / WARM_UP;
    // The first change finds the producer without a connection.
    while times.is_empty() || Instant::now() < warm {
        let sent = Instant::now();
        let message = changes.send()?;
        crowd.deliver(&message, sent, &mut times)?;
    }
    times.clear();
    let start = Instant::now();
    while start.elapsed() < measured {
        let sent = Instant::now();
        let message = changes.send()?;
        crowd.deliver(&message, sent, &mut times)?;
    }
    Ok((times, start.elapsed()))
}

fn last_of_all(server: Server, told: Told, count: usize, seconds: u64) -> Outcome<f64> {
    let mut crowd = Crowd::join(server.address, count)?;
    let measured = Duration::from_secs(seconds);
    let mut changes = Changes::of(&server.broker, told)?;
    let (mut lasts, mut times) = (Vec::new(), Vec::new());
    let start = Instant::now() + measured / WARM_UP;
    while start.elapsed() < measured {
        crowd.idle(PAUSE)?;
        let sent = Instant::now();
        let message = changes.send()?;
        times.clear();
        crowd.deliver(&message, sent, &mut times)?;
        if sent >= start {
            lasts.extend(times.last());
        }
    }
    let lasts = Latencies::of(lasts);
    println!("    {told:?}: {lasts}");
    Ok(lasts.percentile(99))
}

fn memory_of_each(server: &Server, count: usize) -> Outcome<f64> {
    let before = server.resident()?;
    let mut crowd = Crowd::join(server.address, count)?;
    crowd.idle(SETTLE)?;
    Ok(kilobytes_of_each(server.resident()?.saturating_sub(before), &crowd))
}

/// What one socket of `crowd` takes of so many bytes.
#[expect(clippy::cast_precision_loss, reason = "memory of one process is far below 2^52 bytes")]
pub(crate) fn kilobytes_of_each(bytes: u64, crowd: &Crowd) -> f64 {
    bytes as f64 / crowd.len() as f64 / 1_000.0
}

fn with_stalled(count: usize, cores: Cores, seconds: u64, is_there: bool) -> Outcome<f64> {
    let server = Server::matchday(cores)?;
    let stalled = if is_there { Some(never_read(&server)?) } else { None };
    let mut crowd = Crowd::join(server.address, count)?;
    let (times, _) = closed_loop(&mut Changes::of(&server.broker, Told::Matchday)?, &mut crowd, seconds)?;
    drop(stalled);
    let times = Latencies::of(times);
    println!("    {}: {times}", if is_there { "with it" } else { "without it" });
    Ok(times.percentile(99))
}

/// A client whose socket is full: it subscribes many times to everything and reads nothing.
fn never_read(server: &Server) -> Outcome<TcpStream> {
    const OPERATIONS: u32 = 90;
    const EVERYTHING: &str = "subscription { availability { matchNumber version match { id location homeTeam awayTeam \
         dateUtc group } categories { category available pending sellable status price { amount currency } } } }";

    let mut stream = crowd::open(server.address)?;
    for number in 0..OPERATIONS {
        let words = json!({ "id": number.to_string(), "type": "subscribe", "payload": { "query": EVERYTHING } });
        crowd::say(&mut stream, &words.to_string())?;
    }
    // Until the first states, some megabytes, have filled what the kernel keeps for the socket.
    thread::sleep(SETTLE);
    Ok(stream)
}
