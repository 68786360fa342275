//! Rivals of the edge, each the least that does the job, run as processes of their own by the hidden command `peer`.
//!
//! Those that broadcast have an embedded broker and read it as the program does, so that only the way from Kafka to the
//! sockets differs.

use std::{io::Write as _, path::PathBuf};

use axum::{Router, serve::ListenerExt as _};
use bytes::Bytes;
use clap::Subcommand;
use futures_util::StreamExt as _;
use kafka::embedded::EmbeddedBroker;
use rdkafka::{
    ClientConfig, Message as _, Offset, TopicPartitionList,
    consumer::{Consumer as _, StreamConsumer},
};
use tokio::net::TcpListener;

use crate::{Outcome, changes::TOPIC};

mod bare;
mod stock;

/// Partitions of the availability topic, as the program makes it.
const PARTITIONS: i32 = 4;

/// What the embedded broker is asked to wait for records, as the program asks it.
const FETCH_WAIT: &str = "2";

#[derive(Subcommand)]
pub enum Peer {
    /// A bare axum socket that broadcasts what comes from Kafka.
    BareSocket,
    /// A bare axum handler that answers the bytes of a file.
    BareHandler { answer: PathBuf },
    /// A bare axum handler that answers as a file says, which has a whole answer of HTTP.
    BarePage { answer: PathBuf },
}

/// Runs a rival until it is killed.
pub async fn run(peer: Peer) -> Outcome {
    match peer {
        Peer::BareSocket => {
            let exchange = Records::open().await?;
            let broker = exchange.broker.bootstrap.clone();
            serve(bare::socket(exchange), &broker).await
        }
        Peer::BareHandler { answer } => serve(bare::handler(std::fs::read(answer)?.into()), "").await,
        Peer::BarePage { answer } => serve(bare::page(&std::fs::read(answer)?)?, "").await,
    }
}

/// async-graphql-axum's own subscriptions, until the program is killed. It is a program of its own, for who uses them as
/// they are shipped has the system's allocator.
pub async fn stock_subscription() -> Outcome {
    let exchange = Records::open().await?;
    let broker = exchange.broker.bootstrap.clone();
    Ok(axum::serve(listen(&broker).await?, stock::subscription(exchange)).await?)
}

async fn serve(router: Router, broker: &str) -> Outcome {
    // A refused option costs latency, not correctness.
    let listener = listen(broker).await?.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}

/// Says where it listens, and where its broker does.
async fn listen(broker: &str) -> Outcome<TcpListener> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{} {broker}", listener.local_addr()?);
    std::io::stdout().flush()?;
    Ok(listener)
}

/// The records of an embedded broker's topic.
struct Records {
    broker: EmbeddedBroker,
    consumer: StreamConsumer,
}

impl Records {
    async fn open() -> Outcome<Self> {
        let broker = tokio::task::spawn_blocking(|| kafka::embedded::start(&[TOPIC], PARTITIONS)).await??;
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &broker.bootstrap)
            .set("group.id", "bench")
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", FETCH_WAIT)
            .create()?;
        let mut assignment = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            assignment.add_partition_offset(TOPIC, partition, Offset::Beginning)?;
        }
        consumer.assign(&assignment)?;
        Ok(Self { broker, consumer })
    }

    /// Hands every record on.
    async fn follow(self, mut changed: impl FnMut(Bytes)) {
        let mut records = self.consumer.stream();
        while let Some(record) = records.next().await {
            if let Ok(record) = record
                && let Some(payload) = record.payload()
            {
                changed(Bytes::copy_from_slice(payload));
            }
        }
    }
}
