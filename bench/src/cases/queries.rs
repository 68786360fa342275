//! Queries: the list of all matches, against a handler that has the bytes, and against mercurius that executes it.

use std::{
    env, fs,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Effort, Outcome,
    edge::{
        self, Cores,
        children::{self, Rival, Server},
        exchange::{Exchange, post},
        requests::{self, CONNECTIONS, Done},
    },
    figures::{Comparison, Spread, Target},
    site::MATCHES,
};

const DOCUMENT: &str = "{ matches(first: 64) { edges { node { id matchNumber roundNumber dateUtc location homeTeam \
     awayTeam group categories { category price { amount currency } available pending sellable status } } } } }";

/// What a start may take at the median of its runs, in milliseconds.
const START_MILLISECONDS: f64 = 500.0;

/// Holds a second that change what is shown.
const HOLDS: u32 = 100;

/// Where server and client run.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct Setting {
    /// Lets server and client run on any core instead of one each.
    #[arg(long)]
    unpinned: bool,
}

impl Setting {
    pub(crate) fn cores(self) -> Outcome<Cores> {
        edge::allow_sockets(CONNECTIONS)?;
        Ok(Cores::new(self.unpinned))
    }
}

/// The same question again and again, while nothing changes or while tickets are held.
pub(crate) async fn cached(setting: Setting, effort: Effort, changing: bool) -> Outcome {
    let cores = setting.cores()?;
    children::build()?;
    let (title, target) = match changing {
        false => ("All matches with categories and prices, anonymous, cached", 0.9),
        true => ("The same while 100 holds a second change them", 0.5),
    };
    let answer = env::temp_dir().join(format!("matchday-bench-{}.json", Uuid::new_v4()));
    fs::write(&answer, cores.client(move || list(Server::matchday(cores)?.address))?)?;
    let bare = Rival::BareHandler(answer.clone());
    let compared = Comparison {
        title,
        unit: "requests/s",
        ours: "matchday",
        rival: "bare axum handler returning the same bytes",
        target: Target::AtLeast(target),
    }
    .run(
        effort,
        async || {
            cores.client(move || {
                let server = Server::matchday(cores)?;
                let holds = if changing { Some(Holds::begin(server.address)?) } else { None };
                let rate = asked(server.address, "matchday", effort.seconds)?;
                holds.map_or(Ok(()), Holds::end)?;
                Ok(rate)
            })
        },
        async || {
            let bare = bare.clone();
            cores.client(move || asked(Server::rival(&bare, cores)?.address, "bare", effort.seconds))
        },
    )
    .await;
    fs::remove_file(answer)?;
    compared
}

/// A question that nobody has asked before, against the same one that mercurius has compiled and is asked again.
pub(crate) async fn uncached(setting: Setting, effort: Effort) -> Outcome {
    let cores = setting.cores()?;
    children::build()?;
    children::install(children::MERCURIUS)?;
    Comparison {
        title: "The same, executed: every text different for matchday, always the same for mercurius",
        unit: "requests/s",
        ours: "matchday, no text twice",
        rival: "mercurius with JIT, one text",
        target: Target::AtLeast(1.5),
    }
    .run(
        effort,
        async || {
            cores.client(move || {
                let server = Server::matchday(cores)?;
                asked_anew(server.address, effort.seconds)
            })
        },
        async || {
            cores.client(move || {
                let server = Server::rival(&Rival::Mercurius, cores)?;
                asked(server.address, "mercurius", effort.seconds)
            })
        },
    )
    .await
}

/// From the start of the process on an empty data folder to the first answer, and the memory it has then.
#[expect(clippy::cast_precision_loss, reason = "memory of one process is far below 2^52 bytes")]
pub(crate) async fn cold_start(setting: Setting, effort: Effort) -> Outcome {
    let cores = setting.cores()?;
    children::build()?;
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let (time, resident) = cores.client(move || {
            let begun = Instant::now();
            let server = Server::cold(cores)?;
            while !has_all(server.address) {
                thread::sleep(Duration::from_millis(1));
            }
            Ok((begun.elapsed(), server.resident()?))
        })?;
        times.push(time.as_secs_f64() * 1_000.0);
        memory.push(resident as f64 / 1e6);
    }
    println!("\nA start on an empty data folder, until all 64 matches are answered");
    println!("                min / median / max of {} runs", effort.rounds);
    let spread = Spread::of(&times);
    println!("  time: {spread} ms; to reach: a median ≤ {START_MILLISECONDS} ms{}", missed(spread.median));
    println!("  resident memory after it: {} MB", Spread::of(&memory));
    Ok(())
}

fn missed(median: f64) -> &'static str {
    if median <= START_MILLISECONDS { "" } else { ", **missed**" }
}

/// Whether all matches are answered.
fn has_all(address: SocketAddr) -> bool {
    let counted = Exchange::connect(address).and_then(|mut exchange| {
        let data = exchange.execute(None, "{ matches(first: 64) { totalCount } }", &Value::Null)?;
        Ok(data["matches"]["totalCount"] == MATCHES)
    });
    counted.unwrap_or(false)
}

/// The answer's bytes.
fn list(address: SocketAddr) -> Outcome<Vec<u8>> {
    let answer = Exchange::connect(address)?.send(&question())?;
    let shown: Value = serde_json::from_slice(&answer.body)?;
    match shown["data"]["matches"]["edges"].as_array() {
        Some(edges) if edges.len() == usize::try_from(MATCHES)? => Ok(answer.body),
        _ => Err(format!("answered with {shown}").into()),
    }
}

fn question() -> Vec<u8> {
    post(None, &json!({ "query": DOCUMENT }).to_string())
}

/// The same question again and again.
pub(crate) fn asked(address: SocketAddr, name: &str, seconds: u64) -> Outcome<f64> {
    asked_often(address, name, seconds).map(|done| done.rate)
}

/// The same, with how often it was.
pub(crate) fn asked_often(address: SocketAddr, name: &str, seconds: u64) -> Outcome<Done> {
    // Answers differ in the versions of numbers that they show, and so a little in length.
    let least = list(address)?.len() - 1_000;
    let question = question();
    let done = requests::run(address, seconds, least, |_, text| text.extend_from_slice(&question))?;
    println!("    {name}: {}", done.latencies);
    Ok(done)
}

/// Never the same question.
fn asked_anew(address: SocketAddr, seconds: u64) -> Outcome<f64> {
    let least = list(address)?.len();
    let done = requests::run(address, seconds, least, |number, text| {
        let body = json!({ "query": format!("query Q{number} {DOCUMENT}") }).to_string();
        text.extend_from_slice(&post(None, &body));
    })?;
    println!("    matchday: {}", done.latencies);
    Ok(done.rate)
}

/// Fans who hold tickets at a steady rate.
struct Holds {
    stop: Arc<AtomicBool>,
    placed: Arc<AtomicU64>,
    begun: Instant,
    working: thread::JoinHandle<Outcome>,
}

impl Holds {
    fn begin(address: SocketAddr) -> Outcome<Self> {
        const FANS: usize = 10;
        const SIGN_UP: &str = "mutation ($email: String!) \
             { signUp(input: { email: $email, password: \"correct horse battery\" }) { accessToken } }";

        let mut exchange = Exchange::connect(address)?;
        let mut tokens = Vec::with_capacity(FANS);
        for number in 0..FANS {
            let email = json!({ "email": format!("fan{number}@example.com") });
            let data = exchange.execute(None, SIGN_UP, &email)?;
            tokens.push(data["signUp"]["accessToken"].as_str().ok_or("no token")?.to_owned());
        }
        let (stop, placed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let working = thread::spawn({
            let (stop, placed) = (Arc::clone(&stop), Arc::clone(&placed));
            move || hold(&mut exchange, &tokens, &stop, &placed)
        });
        Ok(Self { stop, placed, begun: Instant::now(), working })
    }

    fn end(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        self.working.join().map_err(|_| "the holds panicked")??;
        let rate = crate::figures::rate(self.placed.load(Ordering::Relaxed), self.begun.elapsed());
        println!("    {rate:.0} holds a second were placed");
        if rate < f64::from(HOLDS) * 0.9 { Err("too few holds".into()) } else { Ok(()) }
    }
}

/// Every match and category in turn, then the next fan's: nothing sells out within a minute.
fn hold(exchange: &mut Exchange, tokens: &[String], stop: &AtomicBool, placed: &AtomicU64) -> Outcome {
    const RESERVE: &str = "mutation ($match: Int!, $category: Int!) \
         { reserve(input: { matchNumber: $match, category: $category, quantity: 1 }) { reservation { id } } }";

    let matches = usize::try_from(MATCHES)?;
    let begun = Instant::now();
    for number in 0..u32::MAX {
        let due = begun + Duration::from_secs(1) * number / HOLDS;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        let place = usize::try_from(number)?;
        let (round, fan) = (place / matches, place / matches / 3);
        let variables = json!({ "match": place % matches + 1, "category": round % 3 + 1 });
        exchange.execute(Some(&tokens[fan % tokens.len()]), RESERVE, &variables)?;
        placed.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
