//! Attacks: ten connections that do their worst, one kind after the other, and a visitor who must not notice.
//!
//! Each row of docs/reference/limits.md is tried here on the whole program, a process of its own, so that its memory can be read.
//! What each bound answers is tested where the bound is; here it is that there is one.

use std::{net::SocketAddr, path::Path, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{World, program::Program, raw};
use tokio::{
    task::JoinSet,
    time::{Instant, interval, timeout},
};

mod means;

const CONNECTIONS: usize = 10;

/// How long each attack lasts.
const TIME: Duration = Duration::from_millis(2_500);

/// What the program may fill of memory, so that it stays below 200 MB with its code.
const MEMORY: u64 = 180 * 1024 * 1024;

/// How long the visitor waits at most. A busy machine may be slow at any moment; the program must not be slow at most.
/// Unoptimised, all that an attacker asks for takes the program ten to twenty times as long.
const QUICK: Duration = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });

/// One connection of an attacker, for as long as it is let live.
type Attack = fn(SocketAddr, usize) -> BoxFuture<'static, ()>;

const ATTACKS: [(&str, Attack); 20] = [
    ("headers that come byte by byte", |at, _| means::slow_header(at).boxed()),
    ("bodies that do not end, on every route", |at, number| means::slow_body(at, number).boxed()),
    ("bodies in pieces of one byte", |at, _| means::tiny_pieces(at).boxed()),
    ("HTTP/2 without a window", |at, number| means::no_window(at, number, 0, "*/*").boxed()),
    ("HTTP/2 with a window of one byte", |at, number| means::no_window(at, number, 1, "*/*").boxed()),
    ("event streams over HTTP/2 without a window", |at, number| {
        means::no_window(at, number, 0, "text/event-stream").boxed()
    }),
    ("event streams over HTTP/2 with a window of one byte", |at, number| {
        means::no_window(at, number, 1, "text/event-stream").boxed()
    }),
    ("event streams over HTTP/2 with a window of a few bytes", |at, number| {
        means::no_window(at, number, 10, "text/event-stream").boxed()
    }),
    ("HTTP/2 streams that are opened and left", |at, _| means::left_streams(at).boxed()),
    ("subscriptions with many variables over HTTP", |at, _| means::heavy_streams(at).boxed()),
    ("subscriptions with many variables on a socket", |at, number| means::heavy_socket(at, number).boxed()),
    ("subscriptions with long documents on a socket", |at, number| means::long_socket(at, number).boxed()),
    ("registered documents", |at, number| means::registering(at, number).boxed()),
    ("reserved event streams", |at, _| means::reserving(at).boxed()),
    ("sockets that are not read", |at, _| means::unread_socket(at).boxed()),
    ("JSON in JSON in JSON", |at, _| means::deep_json(at).boxed()),
    ("batches of long lists", |at, number| means::batches(at, number).boxed()),
    ("long names", |at, number| means::names(at, number).boxed()),
    ("long addresses", |at, number| means::long_urls(at, number).boxed()),
    ("event streams that are not read", |at, number| means::unread_stream(at, number).boxed()),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_does_not_notice_ten_connections_that_do_their_worst() {
    let world = World::embedded()
        .with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true")
        .with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8");
    // Whoever attacks has the tokens of one address, as anybody has.
    let limits = "anonymous=4000000,address=10000000";
    let world = world.with("MATCHDAY_LIMITS_CAPACITY", limits).with("MATCHDAY_LIMITS_REFILL", limits);
    // What the program holds is asked for, not what its allocator keeps in case that it is wanted again.
    let world = world.with("MIMALLOC_PURGE_DELAY", "0").with("MIMALLOC_ALLOW_THP", "0");
    let program = Program::start(Path::new(env!("CARGO_BIN_EXE_matchday-under-test")), &world).await;
    eventually(PATIENCE, "all matches are on sale", || async {
        let body = json!({ "query": "{ matches { totalCount } }" });
        raw::post(program.address, means::VISITOR, &body).await.json()["data"]["matches"]["totalCount"] == 64
    })
    .await;
    let before = program.memory();
    assert!(before < MEMORY, "{} MB before anything", before / 1_048_576);

    let mut noticed = Vec::new();
    for (name, attack) in ATTACKS {
        let mut attackers = JoinSet::new();
        for number in 0..CONNECTIONS {
            attackers.spawn(attack(program.address, number));
        }
        let (probe, memory) = visit(&program).await;
        drop(attackers);

        println!("{name}: {} ms, {} MB", probe.as_millis(), memory / 1_048_576);
        if probe >= QUICK || memory >= MEMORY {
            noticed.push(format!("{name}: {} ms, {} MB", probe.as_millis(), memory / 1_048_576));
        }
    }
    assert!(noticed.is_empty(), "{noticed:#?}");
    program.stop().await;
}

/// How long a request took; one that takes ten times as long as it may is given up.
async fn timed(request: impl Future<Output = ()>) -> Duration {
    let asked = Instant::now();
    timeout(10 * QUICK, request).await.map_or(10 * QUICK, |()| asked.elapsed())
}

/// Visits for the time of an attack: how long half of the requests took at most, and the most memory that was seen.
async fn visit(program: &Program) -> (Duration, u64) {
    let (begun, mut pause) = (Instant::now(), interval(Duration::from_millis(100)));
    let (mut took, mut memory) = (Vec::new(), 0);
    while begun.elapsed() < TIME || took.len() < 3 {
        pause.tick().await;
        took.push(timed(async { assert_eq!(program.visitor().get("/healthz").await.0, 200) }).await);
        let body = json!({ "query": "{ matches(first: 5) { nodes { id homeTeam } } }" });
        let asked = async {
            let answer = raw::post(program.address, means::VISITOR, &body).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        };
        took.push(timed(asked).await);
        memory = memory.max(program.memory());
    }
    took.sort_unstable();
    (took[took.len() / 2], memory)
}
