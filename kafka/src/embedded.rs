//! The embedded broker: librdkafka's in-process Kafka, for a start with nothing to install.
//!
//! It lives on a thread of its own, because its handle may not leave the thread that made it, and ends with its
//! `EmbeddedBroker`. It keeps its records in memory, 5 MiB or 100,000 batches a partition, and loses them with the
//! process: the database and the outbox are the truth, this is transport.
//!
//! Invariant: every start is a new source, whose offsets begin at 0.

use std::{sync::mpsc, thread};

use domain::inbox::EMBEDDED_SOURCE;
use rdkafka::mocking::MockCluster;
use uuid::Uuid;

use crate::error::Error;

const BROKERS: i32 = 1;
const REPLICAS: i32 = 1;

/// A running broker. Drop it after its clients, or they complain about its absence.
#[derive(Debug)]
pub struct EmbeddedBroker {
    /// `host:port`, for our clients and any other: the port is the system's choice.
    pub bootstrap: String,
    /// A new id at every start, for `Config::source`.
    pub source: String,
    stop: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// Starts a broker that has these topics.
pub fn start(topics: &[&str], partitions: i32) -> Result<EmbeddedBroker, Error> {
    let topics: Vec<String> = topics.iter().map(|topic| (*topic).to_owned()).collect();
    let (started, start) = mpsc::channel();
    let (stop, stopped) = mpsc::channel::<()>();
    let thread = thread::Builder::new()
        .name("embedded-kafka".to_owned())
        .spawn(move || {
            let cluster = match serve(&topics, partitions) {
                Ok(cluster) => cluster,
                Err(error) => return drop(started.send(Err(error))),
            };
            if started.send(Ok(cluster.bootstrap_servers())).is_ok() {
                // Ends when the handle is dropped; nothing is ever sent.
                let _ = stopped.recv();
            }
        })
        .map_err(|error| Error::Embedded(error.to_string()))?;
    let bootstrap = start.recv().map_err(|_| Error::Embedded("its thread ended".to_owned()))??;
    tracing::debug!(bootstrap, "embedded broker started");

    Ok(EmbeddedBroker {
        bootstrap,
        source: format!("{EMBEDDED_SOURCE}{}", Uuid::new_v4()),
        stop: Some(stop),
        thread: Some(thread),
    })
}

fn serve(
    topics: &[String],
    partitions: i32,
) -> Result<MockCluster<'static, rdkafka::producer::DefaultProducerContext>, Error> {
    let cluster = MockCluster::new(BROKERS)?;
    for topic in topics {
        cluster.create_topic(topic, partitions, REPLICAS)?;
    }

    Ok(cluster)
}

impl Drop for EmbeddedBroker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
