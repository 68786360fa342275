//! Benchmarks: each case measures Matchday and a rival in turn, on one machine within the same minutes.
//!
//! A figure is worth its ratio: the rival is built and started by the case itself and is given the same data, the same
//! durability and the same clients. A case ends by auditing what both left in their databases.
//!
//! Invariant: every run is bounded in time and in count, and what it made (databases, topics, processes) goes with it.

#![expect(
    clippy::disallowed_methods,
    reason = "load and waiting run on threads of their own, where sleeping blocks nobody"
)]

use std::process::ExitCode;

use bench::{Outcome, peers};
use clap::{Parser, Subcommand, ValueEnum};

use crate::figures::Row;

mod audit;
mod cases;
mod cpu;
mod database;
mod edge;
mod figures;
mod machine;
mod pgbench;
mod places;
mod site;
mod topics;
mod work;

/// As in the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Matchday against its rivals.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    case: Case,
    #[command(flatten)]
    effort: Effort,
}

/// How much is measured.
#[derive(clap::Args, Clone, Copy)]
struct Effort {
    /// Runs of each side, in turn.
    #[arg(long, global = true, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds that one run measures.
    #[arg(long, global = true, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Backend {
    Postgres,
    Sqlite,
}

#[derive(Subcommand)]
enum Case {
    /// Durable holds on one category: the desk against pgbench (Postgres), or against one transaction a hold (SQLite).
    HoldsOneCategory {
        #[arg(long, value_enum, default_value = "postgres")]
        database: Backend,
    },
    /// Durable holds over 192 categories, Zipf-distributed: the desk against pgbench.
    HoldsManyCategories,
    /// Durable holds on one category the whole way through HTTP and GraphQL, 256 clients: the program against pgbench.
    HoldsOverHttp,
    /// Their p99 latency at half of the maximal load, against pgbench's at its own half.
    HoldsAtHalfLoad,
    /// Refusals of a sold-out category, against the list of matches of the same server.
    Refusals {
        /// Lets server and client run on any core instead of one each.
        #[arg(long)]
        unpinned: bool,
    },
    /// From the answer to a hold to the other sites, by Kafka, and to a subscriber's socket, at 500 holds a second.
    HoldToEveryone,
    /// Check-ins of distinct tickets the whole way through HTTP and GraphQL, 64 devices.
    CheckIns,
    /// Ticket-sales records of other sites applied exactly once: the inbox against a consumer that only parses.
    ForeignRecords,
    /// Latency and memory of holds: 1,000,000 reservations in the database against 10,000.
    AMillion,
    /// Holds in a process of their own, run by a case.
    #[command(hide = true)]
    HoldsOf { url: String },
    /// Deliveries a second of one match's changes: the edge against a bare broadcast, or async-graphql-axum as shipped.
    Fanout {
        #[command(flatten)]
        setting: cases::fanout::Setting,
        /// Against async-graphql-axum's subscriptions.
        #[arg(long)]
        stock: bool,
    },
    /// From a record in Kafka to the last subscriber: the edge against a bare broadcast.
    FanoutArrival(cases::fanout::Setting),
    /// Memory of an idle subscribed socket: the edge against a bare one.
    FanoutMemory(cases::fanout::Setting),
    /// What others notice of a client that never reads; meant for 1,000 subscribers.
    FanoutStalled(cases::fanout::Setting),
    /// All matches, cached: the edge against a handler that has the bytes.
    Query {
        #[command(flatten)]
        setting: cases::queries::Setting,
        /// While 100 holds a second change them.
        #[arg(long)]
        changing: bool,
    },
    /// All matches, executed: the edge against mercurius with its JIT.
    QueryUncached(cases::queries::Setting),
    /// Durable holds on one category over HTTP: the program against the same site in Node, one core each.
    PeerHolds {
        /// Lets server and client run on any core instead of one each.
        #[arg(long)]
        unpinned: bool,
    },
    /// Deliveries a second of one match's changes: the program against the same site in Node.
    PeerFanout(cases::fanout::Setting),
    /// Memory of an idle subscribed socket: the program against the same site in Node.
    PeerMemory(cases::fanout::Setting),
    /// Documents accepted or refused, harmless and hostile: the worst time for each 10 KB.
    DocumentGuard,
    /// Random documents over the whole schema, answered by the program and by graphql-js: no time is measured.
    Differential(cases::differential::Documents),
    /// All matches, cached, charged and judged as everything is: against the same with security switched off, in process
    /// and on Redis; and how often Redis is asked.
    Security(cases::queries::Setting),
    /// All matches, cached, with no, some and all traces sampled and sent: against the same with tracing off.
    Tracing(cases::queries::Setting),
    /// The shop: its pages against a bare handler and against Next.js, its forms against the API, and how soon an open page
    /// has painted a change.
    Storefront(cases::storefront::Setting),
    /// Instances behind HAProxy that are stopped and started one after the other, under requests and subscriptions: what
    /// failed, what ended, and how soon every follower was told the truth again.
    Roll(cases::roll::Setting),
    /// Recommendations against popularity, collaborative filtering and what is true: simulated worlds, MovieLens-100k, Complete
    /// Journey; and what ranking and training take. Installs packages of Python.
    Recommend(cases::recommend::Setting),
    /// Ten recommendations over HTTP, executed, against ten matches; and how long a visitor and a signed-in fan wait.
    Recommended(cases::queries::Setting),
    /// The judged queries and their time: in this process and in OpenSearch, against `MiniSearch`, Postgres, and OpenSearch as it is usually
    /// set up; the last three where `DATABASE_URL` and `SEARCH_URL` say so.
    Search(cases::search::Setting),
    /// From the start to the first answer.
    ColdStart(cases::queries::Setting),
    /// A rival, run by the cases.
    #[command(hide = true, subcommand)]
    Peer(peers::Peer),
    /// Every case of the on-sale after the other, and one table of them all in the end.
    All,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .init();
    let Cli { case, effort } = Cli::parse();
    match run(case, effort).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(case: Case, effort: Effort) -> Outcome {
    match case {
        Case::Peer(peer) => return peers::run(peer).await,
        Case::HoldsOf { url } => return cases::size::hold_for(url, effort).await,
        _ => machine::show().await?,
    }
    match case {
        Case::Fanout { setting, stock } => cases::fanout::deliveries(setting, effort, stock).await,
        Case::FanoutArrival(setting) => cases::fanout::arrival(setting, effort).await,
        Case::FanoutMemory(setting) => cases::fanout::memory(setting, effort).await,
        Case::FanoutStalled(setting) => cases::fanout::stalled(setting, effort).await,
        Case::Query { setting, changing } => cases::queries::cached(setting, effort, changing).await,
        Case::QueryUncached(setting) => cases::queries::uncached(setting, effort).await,
        Case::Security(setting) => cases::security::security(setting, effort).await,
        Case::Tracing(setting) => cases::tracing::tracing(setting, effort).await,
        Case::DocumentGuard => cases::documents::guard(effort).await,
        Case::Differential(documents) => cases::differential::differential(documents),
        Case::Roll(setting) => cases::roll::roll(setting).await,
        Case::Recommend(setting) => cases::recommend::recommend(setting).await,
        Case::Recommended(setting) => cases::recommended::recommended(setting, effort).await,
        Case::Search(setting) => cases::search::search(setting).await,
        Case::ColdStart(setting) => cases::queries::cold_start(setting, effort).await,
        Case::All => all(effort).await,
        case => {
            figures::table(&rows(case, effort).await?);
            Ok(())
        }
    }
}

/// A case that ends in a table.
async fn rows(case: Case, effort: Effort) -> Outcome<Vec<Row>> {
    Ok(match case {
        Case::HoldsOneCategory { database: Backend::Postgres } => vec![cases::holds::one_category(effort).await?],
        Case::HoldsOneCategory { database: Backend::Sqlite } => {
            vec![cases::holds::one_category_on_sqlite(effort).await?]
        }
        Case::HoldsManyCategories => vec![cases::holds::many_categories(effort).await?],
        Case::HoldsOverHttp => vec![cases::whole_way::over_http(effort).await?],
        Case::HoldsAtHalfLoad => vec![cases::whole_way::at_half_load(effort).await?],
        Case::Refusals { unpinned } => vec![cases::refusals::refusals(effort, unpinned).await?],
        Case::CheckIns => vec![cases::check_ins::check_ins(effort).await?],
        Case::ForeignRecords => vec![cases::records::foreign_records(effort).await?],
        Case::HoldToEveryone => cases::everyone::hold_to_everyone(effort).await?,
        Case::AMillion => cases::size::a_million(effort).await?,
        Case::Storefront(setting) => cases::storefront::storefront(setting, effort).await?,
        Case::PeerHolds { unpinned } => vec![cases::peer::holds(effort, unpinned).await?],
        Case::PeerFanout(setting) => vec![cases::peer::deliveries(setting, effort).await?],
        Case::PeerMemory(setting) => vec![cases::peer::memory(setting, effort).await?],
        _ => return Err("not a case that ends in a table".into()),
    })
}

/// Every case of the on-sale; one that fails does not keep the others from being measured.
async fn all(effort: Effort) -> Outcome {
    let cases = [
        Case::HoldsOneCategory { database: Backend::Postgres },
        Case::HoldsOverHttp,
        Case::HoldsAtHalfLoad,
        Case::HoldsManyCategories,
        Case::HoldsOneCategory { database: Backend::Sqlite },
        Case::Refusals { unpinned: false },
        Case::ForeignRecords,
        Case::CheckIns,
        Case::HoldToEveryone,
        Case::AMillion,
    ];
    let (mut measured, mut failures) = (Vec::new(), Vec::new());
    for case in cases {
        match rows(case, effort).await {
            Ok(rows) => measured.extend(rows),
            Err(error) => {
                eprintln!("bench: {error}");
                failures.push(error.to_string());
            }
        }
    }
    figures::table(&measured);
    if failures.is_empty() { Ok(()) } else { Err(format!("{} cases failed: {failures:?}", failures.len()).into()) }
}
