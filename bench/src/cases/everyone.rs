//! From the answer that acknowledges a hold to everybody else: other sites, by Kafka, and subscribers, by their socket.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{SinkExt as _, StreamExt as _};
use rdkafka::{
    ClientConfig, Offset, TopicPartitionList,
    consumer::{Consumer as _, StreamConsumer},
};
use serde_json::{Value, json};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};
use uuid::Uuid;

use crate::{
    Backend, Effort, Outcome,
    database::Database,
    edge::{
        Cores, children,
        requests::{self, Expected, Load, Pace},
        sale::{Fans, Held, Sale},
    },
    figures::{Latencies, Row, Target},
    site, topics,
};

/// Holds a second.
const RATE: f64 = 500.0;

/// Connections of the fans; far more than are busy at this rate.
const CLIENTS: usize = 64;

/// Holds that are acknowledged in this part of the time are not measured.
const WARM_UP: u32 = 5;

/// What must have happened to every hold, and how long afterwards.
const PATIENCE: Duration = Duration::from_secs(20);
const MOST: f64 = 50.0;

const DOCUMENT: &str = "subscription { availability(matchNumbers: [1]) \
     { matchNumber version categories { category available pending sellable status } } }";

/// A hold that was acknowledged: when, and a version of the match that has it.
struct Acknowledged {
    reservation: Uuid,
    version: i32,
    at: Instant,
}

/// What others have heard, and when.
#[derive(Default)]
struct Heard {
    records: HashMap<Uuid, Instant>,
    /// In the order in which the socket told them.
    versions: Vec<(i32, Instant)>,
}

type Notebook = Arc<Mutex<Heard>>;

pub(crate) async fn hold_to_everyone(effort: Effort) -> Outcome<Vec<Row>> {
    let template = site::template(Backend::Postgres).await?;
    children::build()?;
    let fans = Fans::sign_in(&template).await?;
    println!("\nFrom a hold's answer to the other sites and to a subscriber, {RATE} holds/s on one category");
    let mut figures: [Vec<f64>; 4] = Default::default();
    for round in 1..=effort.rounds {
        let (kafka, socket) = run(&template, &fans, effort).await?;
        println!("  round {round}: readable in Kafka {kafka}; on a subscriber's socket {socket}");
        let told = [kafka.percentile(50), kafka.percentile(99), socket.percentile(50), socket.percentile(99)];
        for (figures, told) in figures.iter_mut().zip(told) {
            figures.push(told);
        }
    }
    template.remove().await?;
    let titles = [
        "Hold acknowledged → TICKET_PENDING readable in Kafka at 500 holds/s, median",
        "The same, p99",
        "Hold acknowledged → subscriber's socket at 500 holds/s, median",
        "The same, p99",
    ];
    Ok(titles.iter().zip(&figures).map(|(title, runs)| Row::alone(title, "ms", runs, Target::AtMost(MOST))).collect())
}

/// How long after its answer each hold was readable in Kafka, and told of by a socket.
async fn run(template: &Database, fans: &Fans, effort: Effort) -> Outcome<(Latencies, Latencies)> {
    let sale = Sale::open(template, Cores::Shared).await?;
    let notebook = Notebook::default();
    let listeners =
        [read_kafka(&sale.exchange, Arc::clone(&notebook))?, read_socket(&sale, Arc::clone(&notebook)).await?];

    let (address, fans) = (sale.server.address, fans.clone());
    let load = Load { connections: CLIENTS, pace: Pace::Open(RATE), seconds: effort.seconds };
    let holds = tokio::task::spawn_blocking(move || {
        let mut holds = Vec::new();
        let mut note = |_, answer: &[u8]| {
            let at = Instant::now();
            let held = Held::read(answer)?;
            holds.push(Acknowledged { reservation: held.reservation()?, version: held.version(), at });
            Ok(())
        };
        let ask = |number, text: &mut Vec<u8>| fans.reserve(number, 1, text);
        let done = requests::send(address, load, ask, Expected::Body(&mut note))?;
        println!("    matchday: {:.0} holds/s, {}", done.rate, done.latencies);
        Outcome::Ok(holds)
    })
    .await??;
    let heard = everything(&holds, &notebook).await;
    for listener in listeners {
        listener.abort();
    }
    sale.close(holds.len() as u64).await?;
    heard
}

/// Waits until every hold was heard of everywhere.
async fn everything(holds: &[Acknowledged], notebook: &Notebook) -> Outcome<(Latencies, Latencies)> {
    let begin = holds.first().ok_or("no hold was placed")?.at;
    let measured = begin + holds.last().map_or(Duration::ZERO, |last| last.at - begin) / (WARM_UP + 1);
    let end = Instant::now() + PATIENCE;
    loop {
        let found = {
            let heard = notebook.lock().unwrap_or_else(PoisonError::into_inner);
            let told = |hold: &Acknowledged| {
                let record = heard.records.get(&hold.reservation)?;
                let first = heard.versions.partition_point(|(version, _)| *version < hold.version);
                let message = heard.versions.get(first)?;
                Some((record.saturating_duration_since(hold.at), message.1.saturating_duration_since(hold.at)))
            };
            holds.iter().filter(|hold| hold.at >= measured).map(told).collect::<Option<Vec<_>>>()
        };
        if let Some(found) = found {
            let (records, messages) = found.into_iter().unzip();
            return Ok((Latencies::of(records), Latencies::of(messages)));
        }
        if Instant::now() > end {
            return Err(format!("not everybody has heard of every hold within {PATIENCE:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Another site that reads the sales, as its client comes.
fn read_kafka(exchange: &kafka::Config, notebook: Notebook) -> Outcome<JoinHandle<Outcome>> {
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", &exchange.brokers)
        .set("group.id", "another-site")
        .set("enable.auto.commit", "false")
        .create()?;
    let mut all = TopicPartitionList::new();
    for partition in 0..exchange.partitions {
        all.add_partition_offset(&exchange.topics().ticket_sales, partition, Offset::Beginning)?;
    }
    consumer.assign(&all)?;
    Ok(tokio::spawn(async move {
        let mut records = consumer.stream();
        while let Some(record) = records.next().await {
            let record = record?;
            let at = Instant::now();
            if let Some(reservation) = topics::held(&record) {
                notebook.lock().unwrap_or_else(PoisonError::into_inner).records.entry(reservation).or_insert(at);
            }
        }
        Ok(())
    }))
}

/// A subscriber to the match.
async fn read_socket(sale: &Sale, notebook: Notebook) -> Outcome<JoinHandle<Outcome>> {
    let address = sale.server.address;
    let mut request = format!("ws://{address}/graphql").into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = client_async(request, stream).await?;
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": DOCUMENT } });
    for words in [json!({ "type": "connection_init" }), subscribe] {
        socket.send(Message::text(words.to_string())).await?;
    }
    Ok(tokio::spawn(async move {
        while let Some(message) = socket.next().await {
            let at = Instant::now();
            let Message::Text(text) = message? else { continue };
            let words: Value = serde_json::from_str(&text)?;
            let version = words["payload"]["data"]["availability"]["version"].as_i64();
            if let Some(version) = version {
                let version = i32::try_from(version)?;
                notebook.lock().unwrap_or_else(PoisonError::into_inner).versions.push((version, at));
            }
        }
        Ok(())
    }))
}
