//! The peer: a site that a user might build instead, in Node, on the same tables, topics and tokens.
//!
//! Node runs JavaScript on one thread, so `matchday` is given one core as well, and the clients the other; Postgres and
//! Kafka run where the system lets them, for both alike. Both sides are asked by the same client for the same bytes.

use bench::changes::{Changes, Told};

use crate::{
    Backend, Effort, Outcome,
    cases::{
        fanout::{self, SETTLE, closed_loop},
        whole_way::CLIENTS,
    },
    database::Database,
    edge::{
        self, Cores,
        children::{self, NODE_SITE},
        crowd::Crowd,
        requests::{self, Expected, Load, Pace},
        sale::{Fans, Held, Sale, Seller},
    },
    figures::{Comparison, Latencies, Row, Target, rate},
    site,
};

const PEER: &str = "Node: mercurius with JIT, pg, graphql-ws, KafkaJS";

/// Holds a second of 256 clients who ask again when they are answered.
pub(crate) async fn holds(effort: Effort, unpinned: bool) -> Outcome<Row> {
    edge::allow_sockets(CLIENTS)?;
    let template = site::template(Backend::Postgres).await?;
    let fans = Fans::sign_in(&template).await?;
    let comparison = Comparison {
        title: "Durable holds on one category, HTTP and GraphQL, one core each",
        unit: "holds/s",
        ours: "matchday, 256 clients",
        rival: PEER,
        target: Target::AtLeast(5.0),
    };
    compare(comparison, effort, Cores::new(unpinned), template, async |sale, seller, cores| {
        let (address, fans) = (sale.server.address, fans.clone());
        let load = Load { connections: CLIENTS, pace: Pace::Closed, seconds: effort.seconds };
        let done = cores.client(move || {
            let ask = |number, text: &mut Vec<u8>| fans.reserve(number, 1, text);
            requests::send(address, load, ask, Expected::Body(&mut |_, answer| Held::read(answer).map(drop)))
        })?;
        println!("    {seller:?}: {}", done.latencies);
        Ok(Measured { figure: done.rate, holds: done.begun })
    })
    .await
}

/// Deliveries a second in a closed loop: the next change is sent when everybody has the last.
pub(crate) async fn deliveries(setting: fanout::Setting, effort: Effort) -> Outcome<Row> {
    let count = setting.count()?;
    let comparison = Comparison {
        title: "Fan-out of one match's changes from Kafka to subscribers, closed loop, one core each",
        unit: "deliveries/s",
        ours: "matchday",
        rival: PEER,
        target: Target::AtLeast(5.0),
    };
    let template = site::template(Backend::Postgres).await?;
    compare(comparison, effort, setting.cores(), template, async |sale, seller, cores| {
        let (address, exchange) = (sale.server.address, sale.exchange.clone());
        let (times, took) = cores.client(move || {
            let mut crowd = Crowd::join(address, count)?;
            let mut changes = Changes::on(&exchange.brokers, &exchange.topics().availability, Told::Matchday)?;
            closed_loop(&mut changes, &mut crowd, effort.seconds)
        })?;
        let figure = rate(u64::try_from(times.len())?, took);
        println!("    {seller:?}: {}", Latencies::of(times));
        Ok(Measured { figure, holds: 0 })
    })
    .await
}

/// Memory of the server for each socket that waits.
pub(crate) async fn memory(setting: fanout::Setting, effort: Effort) -> Outcome<Row> {
    let count = setting.count()?;
    let comparison = Comparison {
        title: "Resident memory of the server for each idle subscribed socket, on Postgres and Kafka",
        unit: "kB",
        ours: "matchday",
        rival: PEER,
        target: Target::AtMost(0.2),
    };
    let template = site::template(Backend::Postgres).await?;
    compare(comparison, effort, setting.cores(), template, async |sale, _, cores| {
        let (address, before) = (sale.server.address, sale.server.resident()?);
        let crowd = cores.client(move || {
            let mut crowd = Crowd::join(address, count)?;
            crowd.idle(SETTLE)?;
            Ok(crowd)
        })?;
        let figure = fanout::kilobytes_of_each(sale.server.resident()?.saturating_sub(before), &crowd);
        Ok(Measured { figure, holds: 0 })
    })
    .await
}

/// What a run came to.
struct Measured {
    figure: f64,
    /// Holds that were acknowledged.
    holds: u64,
}

/// Measures both sides, each on a copy of one database; ends each run with the audit of what it left.
async fn compare(
    comparison: Comparison,
    effort: Effort,
    cores: Cores,
    template: Database,
    measure: impl AsyncFn(&Sale, Seller, Cores) -> Outcome<Measured>,
) -> Outcome<Row> {
    children::build()?;
    children::install(NODE_SITE)?;
    let run = async |seller| {
        let sale = Sale::by(seller, &template, cores).await?;
        let Measured { figure, holds } = measure(&sale, seller, cores).await?;
        sale.close(holds).await?;
        Ok(figure)
    };
    let row = comparison.row(effort, async || run(Seller::Matchday).await, async || run(Seller::Node).await).await?;
    template.remove().await?;
    Ok(row)
}
