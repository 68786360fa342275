//! Durable holds: the desk, which decides a crowd in one transaction, against one transaction a hold.

use std::sync::Arc;

use domain::{
    App, Settings,
    reservations::{self, HoldRequest},
};

use crate::{
    Backend, Effort, Outcome, audit,
    cpu::Spent,
    database::Database,
    figures::{Comparison, Row, Target, rate},
    pgbench::{self, Places},
    places::Demand,
    site::{self, FANS, Site},
    work,
};

/// Fans who wait for an answer at the same time.
const TASKS: usize = 256;

/// Holds of a run at most: fewer than the fans' caps together allow.
const MOST: u64 = FANS * 6;

pub(crate) async fn one_category(effort: Effort) -> Outcome<Row> {
    let comparison = Comparison {
        title: "Durable holds on one category, in process, Postgres",
        unit: "holds/s",
        ours: "the desk, 256 tasks",
        rival: "pgbench -M prepared, 64 clients, same row",
        target: Target::AtLeast(30.0),
    };
    against_pgbench(comparison, effort, Demand::OneCategory, Places::One).await
}

pub(crate) async fn many_categories(effort: Effort) -> Outcome<Row> {
    let comparison = Comparison {
        title: "Durable holds over 192 categories, Zipf, in process, Postgres",
        unit: "holds/s",
        ours: "the desk, 256 tasks",
        rival: "pgbench -M prepared, 64 clients, same distribution",
        target: Target::AtLeast(5.0),
    };
    against_pgbench(comparison, effort, Demand::zipf(), Places::Zipf).await
}

pub(crate) async fn one_category_on_sqlite(effort: Effort) -> Outcome<Row> {
    let template = site::template(Backend::Sqlite).await?;
    let comparison = Comparison {
        title: "Durable holds on one category, in process, SQLite, synchronous=FULL",
        unit: "holds/s",
        ours: "the desk, 256 tasks",
        rival: "the desk, one transaction a hold, 256 tasks",
        target: Target::AtLeast(15.0),
    };
    let row = comparison
        .row(
            effort,
            async || run(&template, effort, Demand::OneCategory, Settings::default()).await,
            async || {
                let single = Settings { batch: 1, ..Settings::default() };
                run(&template, effort, Demand::OneCategory, single).await
            },
        )
        .await?;
    template.remove().await?;
    Ok(row)
}

async fn against_pgbench(comparison: Comparison, effort: Effort, demand: Demand, places: Places) -> Outcome<Row> {
    let template = site::template(Backend::Postgres).await?;
    let row = comparison
        .row(
            effort,
            async || run(&template, effort, demand.clone(), Settings::default()).await,
            async || {
                let database = template.copy().await?;
                let run = pgbench::hold(&database, places, effort.seconds, None).await?;
                audit::check(&database, 0).await?;
                audit::events(&database).await?;
                database.remove().await?;
                println!("    pgbench: {}", run.latencies);
                Ok(run.rate)
            },
        )
        .await?;
    template.remove().await?;
    Ok(row)
}

/// Places holds on a copy of `template`; returns how many a second.
async fn run(template: &Database, effort: Effort, demand: Demand, settings: Settings) -> Outcome<f64> {
    let database = template.copy().await?;
    let site = Site::open(&database, settings).await?;
    let (app, demand) = (Arc::clone(&site.app), Arc::new(demand));
    let holder = Arc::clone(&app);
    let spent = Spent::now();
    let done = work::closed_loop(TASKS, effort.seconds, MOST, move |number| {
        hold(Arc::clone(&holder), Arc::clone(&demand), number)
    })
    .await?;
    let cost = spent.each(done.begun);
    let batches = audit::count(&app.db, "outbox WHERE event LIKE '%\"kind\":\"availability\"%'").await?;
    println!("    the desk: {}; {} holds in {batches} batches; a hold takes {cost}", done.latencies, done.begun);
    site.close().await?;
    audit::check(&database, done.count).await?;
    audit::events(&database).await?;
    database.remove().await?;
    Ok(rate(done.count, done.took))
}

async fn hold(app: Arc<App>, demand: Arc<Demand>, number: u64) -> Outcome {
    let (match_number, category) = demand.draw();
    let request = HoldRequest { match_number, category, quantity: 1, idempotency_key: None };
    reservations::hold(&app, site::viewer(number), request).await?;
    Ok(())
}
