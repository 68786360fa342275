//! Holds the whole way: HTTP, authentication, GraphQL, the desk, Postgres, and Kafka behind it, against pgbench.

use crate::{
    Backend, Effort, Outcome, audit,
    cpu::Spent,
    database::Database,
    edge::{
        Cores, children,
        requests::{self, Done, Expected, Load, Pace},
        sale::{Fans, Held, Sale},
    },
    figures::{Comparison, Row, Target},
    pgbench::{self, Places},
    site,
};

/// Connections, each a fan who waits for an answer.
pub(crate) const CLIENTS: usize = 256;

/// Holds a second of 256 clients who ask again when they are answered.
pub(crate) async fn over_http(effort: Effort) -> Outcome<Row> {
    let template = site::template(Backend::Postgres).await?;
    children::build()?;
    let fans = Fans::sign_in(&template).await?;
    let comparison = Comparison {
        title: "Durable holds on one category, whole way through HTTP and GraphQL, Postgres and Kafka",
        unit: "holds/s",
        ours: "matchday, 256 clients",
        rival: "pgbench -M prepared, 64 clients, same row",
        target: Target::AtLeast(8.0),
    };
    let row = comparison
        .row(
            effort,
            async || {
                let sale = Sale::open(&template, Cores::Shared).await?;
                let done = ask(&sale, &fans, Pace::Closed, effort).await?;
                sale.close(done.begun).await?;
                Ok(done.rate)
            },
            async || {
                let database = template.copy().await?;
                let run = pgbench::hold(&database, Places::One, effort.seconds, None).await?;
                println!("    pgbench: {}", run.latencies);
                leave(database).await?;
                Ok(run.rate)
            },
        )
        .await?;
    template.remove().await?;
    Ok(row)
}

/// p99 of holds at half of the most that each side has just placed.
pub(crate) async fn at_half_load(effort: Effort) -> Outcome<Row> {
    let template = site::template(Backend::Postgres).await?;
    children::build()?;
    let fans = Fans::sign_in(&template).await?;
    let comparison = Comparison {
        title: "The same, p99 latency at half of the maximal load",
        unit: "ms",
        ours: "matchday, 256 clients",
        rival: "pgbench -M prepared, 64 clients, same row, at its own half",
        target: Target::AtMost(1.0),
    };
    let row = comparison
        .row(
            effort,
            async || {
                let sale = Sale::open(&template, Cores::Shared).await?;
                let most = ask(&sale, &fans, Pace::Closed, effort).await?;
                sale.published().await?;
                let half = ask(&sale, &fans, Pace::Open(most.rate / 2.0), effort).await?;
                sale.close(most.begun + half.begun).await?;
                Ok(half.latencies.percentile(99))
            },
            async || {
                let database = template.copy().await?;
                let most = pgbench::hold(&database, Places::One, effort.seconds, None).await?;
                let half = pgbench::hold(&database, Places::One, effort.seconds, Some(most.rate / 2.0)).await?;
                println!("    pgbench: {:.0} holds/s at most; at {:.0}: {}", most.rate, half.rate, half.latencies);
                leave(database).await?;
                Ok(half.latencies.percentile(99))
            },
        )
        .await?;
    template.remove().await?;
    Ok(row)
}

async fn ask(sale: &Sale, fans: &Fans, pace: Pace, effort: Effort) -> Outcome<Done> {
    let (address, fans) = (sale.server.address, fans.clone());
    let load = Load { connections: CLIENTS, pace, seconds: effort.seconds };
    let spent = Spent::with(sale.server.id());
    let done = tokio::task::spawn_blocking(move || {
        let ask = |number, text: &mut Vec<u8>| fans.reserve(number, 1, text);
        requests::send(address, load, ask, Expected::Body(&mut |_, answer| Held::read(answer).map(drop)))
    })
    .await??;
    println!("    matchday: {:.0} holds/s, {}; a hold takes {}", done.rate, done.latencies, spent.each(done.begun));
    Ok(done)
}

/// Audits what pgbench left.
async fn leave(database: Database) -> Outcome {
    audit::check(&database, 0).await?;
    audit::events(&database).await?;
    database.remove().await
}
