//! From another site's record in Kafka to the page that shows it: through the inbox, the database, the relay, the feed and
//! the socket to what Chromium has painted, while many other pages are open and are told the same.
//!
//! The record's time is that before it is handed to the producer, the page's that of the frame after the one that shows
//! it, both by the clock of this machine.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, ChildStdout},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use rand::Rng as _;
use rdkafka::{
    ClientConfig,
    message::{Header, OwnedHeaders},
    producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::MATCH;
use crate::{
    Effort, Outcome,
    database::Database,
    edge::{Cores, children, crowd::Crowd, exchange::Exchange, sale::Sale},
    figures::{Latencies, Row, Target},
    site::PLENTY,
};

/// Changes of a run that are measured, and those before them.
const CHANGES: i32 = 50;
const WARM_UP: i32 = 10;

/// Between two changes, in milliseconds: at random, so that they come at any moment of a frame.
const PAUSE: std::ops::Range<u64> = 100..300;

/// What must have been painted, in milliseconds at p95.
const MOST: f64 = 250.0;

/// How long the producer may take to hand over what is left when it ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// What pages send, by the hashes of their texts.
const DOCUMENTS: &str = include_str!("../../../../web/browser/dist/documents.json");

pub(crate) async fn changes(template: &Database, pages: usize, effort: Effort) -> Outcome<Vec<Row>> {
    println!("\nA record of another site in Kafka to the painted page, {pages} other pages open");
    let (mut medians, mut tails) = (Vec::new(), Vec::new());
    for round in 1..=effort.rounds {
        let sale = Sale::open(template, Cores::Shared).await?;
        let (address, exchange) = (sale.server.address, sale.exchange.clone());
        let painted = Cores::Shared.client(move || run(address, &exchange, pages))?;
        sale.close_untold().await?;
        println!("  round {round}: {painted}, p95 {:.1} ms", painted.percentile(95));
        medians.push(painted.percentile(50));
        tails.push(painted.percentile(95));
    }
    Ok(vec![
        Row::alone("A record in Kafka to the painted page, many others open, median", "ms", &medians, Target::Stated),
        Row::alone("The same, p95", "ms", &tails, Target::AtMost(MOST)),
    ])
}

fn run(address: SocketAddr, exchange: &kafka::Config, pages: usize) -> Outcome<Latencies> {
    let is_over = Arc::new(AtomicBool::new(false));
    let mut others = Crowd::join_knowing(address, pages, &subscription(address)?)?;
    let listening = thread::spawn({
        let is_over = Arc::clone(&is_over);
        move || others.listen(&is_over)
    });
    let painted = paint(address, exchange);
    is_over.store(true, Ordering::Relaxed);
    let told = listening.join().map_err(|_| "the other pages panicked")??;
    let painted = painted?;

    let all = u64::try_from(pages)? * u64::try_from(WARM_UP + CHANGES)?;
    println!("    the other pages were told {told} times of {all}");
    // What is told of a state may be left out where a newer one comes before a page has taken it.
    if told < all / 10 * 9 { Err("too few".into()) } else { Ok(painted) }
}

/// What the list of all matches subscribes to, from the versions that it shows.
fn subscription(address: SocketAddr) -> Outcome<Value> {
    let documents: Value = serde_json::from_str(DOCUMENTS)?;
    let mut documents = documents.as_object().into_iter().flat_map(|documents| documents.values());
    let is_wanted = |document: &&Value| document.as_str().is_some_and(|text| text.contains("availability("));
    let document = documents.find(is_wanted).ok_or("pages follow no availability")?;
    let query = "{ matches(first: 100) { nodes { matchNumber version } } }";
    let known = Exchange::connect(address)?.execute(None, query, &Value::Null)?["matches"]["nodes"].take();
    let numbers: Vec<&Value> = known.as_array().into_iter().flatten().map(|node| &node["matchNumber"]).collect();
    Ok(json!({ "query": document, "variables": { "matchNumbers": numbers, "since": known } }))
}

/// Sends changes, each when the page has painted the last.
fn paint(address: SocketAddr, exchange: &kafka::Config) -> Outcome<Latencies> {
    let mut page = Page::open(address)?;
    let site = OtherSite::of(exchange)?;
    let mut times = Vec::new();
    for number in 1..=WARM_UP + CHANGES {
        thread::sleep(Duration::from_millis(rand::rng().random_range(PAUSE)));
        let sent = SystemTime::now();
        site.hold()?;
        let (left, painted) = page.painted()?;
        if left != PLENTY - number {
            return Err(format!("{left} are left on the page after {number} changes").into());
        }
        if number > WARM_UP {
            times.push(painted.duration_since(sent)?);
        }
    }
    Ok(Latencies::of(times))
}

/// An open page.
struct Page {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Page {
    fn open(address: SocketAddr) -> Outcome<Self> {
        let mut child = children::painting(&format!("http://{address}{MATCH}"))?;
        let lines = BufReader::new(child.stdout.take().ok_or("the page has no output")?);
        let mut page = Self { child, lines };
        match page.line()?.as_str() {
            "live" => Ok(page),
            other => Err(format!("the page says {other}").into()),
        }
    }

    /// What the page says is left, and when it did.
    fn painted(&mut self) -> Outcome<(i32, SystemTime)> {
        let line = self.line()?;
        let (left, at) = line.split_once(' ').ok_or_else(|| format!("the page says {line}"))?;
        Ok((left.parse()?, SystemTime::UNIX_EPOCH + Duration::from_millis(at.parse()?)))
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        match self.lines.read_line(&mut line)? {
            0 => Err("the page is closed".into()),
            _ => Ok(line.trim().to_owned()),
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // It ends with its input, and its browser before it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Another site, which sells the same tickets.
struct OtherSite {
    producer: ThreadedProducer<DefaultProducerContext>,
    topic: String,
}

impl OtherSite {
    fn of(exchange: &kafka::Config) -> Outcome<Self> {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", &exchange.brokers)
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "0")
            .create()?;
        Ok(Self { producer, topic: exchange.topics().ticket_sales })
    }

    /// Holds one ticket of category 1 of match 1.
    fn hold(&self) -> Outcome {
        let payload = r#"{"meta":{"action":"TICKET_PENDING"},"body":{"matchNumber":1,"tickets":{"category":1,"quantity":1,"price":75}}}"#;
        let (reservation, event) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let texts =
            [("clientId", "another-site"), ("reservationId", reservation.as_str()), ("eventId", event.as_str())];
        let headers = texts
            .iter()
            .fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value: Some(*value) }));
        let record = BaseRecord::to(&self.topic).key("1-1").payload(payload).headers(headers);
        Ok(self.producer.send(record).map_err(|(error, _)| error)?)
    }
}

impl Drop for OtherSite {
    fn drop(&mut self) {
        // What was painted was handed over.
        let _ = self.producer.flush(PATIENCE);
    }
}
