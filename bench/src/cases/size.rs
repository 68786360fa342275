//! Size: what the reservations that a database holds already cost the next hold, in memory and in time.

use std::{fs, process::Stdio, sync::Arc};

use domain::{
    Settings,
    reservations::{self, HoldRequest},
};
use sea_orm::ConnectionTrait;
use tokio::process::Command;

use crate::{
    Backend, Effort, Outcome, audit,
    database::Database,
    figures::{Comparison, Row, Target},
    places::Demand,
    site::{self, FANS, PLENTY, Site},
    work,
};

const SMALL: u64 = 10_000;
const LARGE: u64 = 1_000_000;

/// Holds a second: few, so that latency is not a queue's and the smaller database stays small.
const RATE: u32 = 500;

pub(crate) async fn a_million(effort: Effort) -> Outcome<Vec<Row>> {
    let small = filled(SMALL).await?;
    let large = filled(LARGE).await?;
    let comparison = |title, unit| Comparison {
        title,
        unit,
        ours: "with 1,000,000 reservations in the database",
        rival: "with 10,000",
        target: Target::AtMost(1.2),
    };
    println!("\n500 holds/s over 192 categories, in a process of its own, by what the database holds already");
    let mut rounds = Vec::new();
    for round in 0..effort.rounds {
        let (ours, rival) = if round % 2 == 0 {
            let ours = measure(&large, effort).await?;
            (ours, measure(&small, effort).await?)
        } else {
            let rival = measure(&small, effort).await?;
            (measure(&large, effort).await?, rival)
        };
        println!("  round {}: median, p99, memory {ours:.2?} against {rival:.2?}", round + 1);
        rounds.push((ours, rival));
    }
    let titles = [
        ("Median latency of a hold at 500/s, 1,000,000 reservations in the database", "ms"),
        ("The same, p99", "ms"),
        ("The same, memory of the process", "MiB"),
    ];
    let mut rows = Vec::new();
    for (at, (title, unit)) in titles.into_iter().enumerate() {
        println!("\n{title}");
        let pairs: Vec<(f64, f64)> = rounds.iter().map(|(ours, rival)| (ours[at], rival[at])).collect();
        rows.push(comparison(title, unit).conclude(&pairs));
    }
    small.remove().await?;
    large.remove().await?;
    Ok(rows)
}

/// A database with `count` reservations of fans, half of them live, a quarter paid and a quarter cancelled.
async fn filled(count: u64) -> Outcome<Database> {
    let database = Database::create(Backend::Postgres).await?;
    let site = Site::open(&database, Settings::default()).await?;
    site::give(&site.app, PLENTY).await?;
    site::enter_fans(&site.app.db, FANS).await?;
    let fan = site::fan_id_in_sql(&format!("n % {FANS}"));
    for statement in [
        format!(
            "INSERT INTO reservations (id, user_id, match_number, category, quantity, unit_price_minor, status, cancel_reason, created_at, expires_at, version) \
             SELECT gen_random_uuid(), {fan}::uuid, n % 64 + 1, n / 64 % 3 + 1, 1, 7500, \
             CASE n % 4 WHEN 0 THEN 'RESERVED' WHEN 1 THEN 'CANCELLED' ELSE 'PENDING' END, \
             CASE n % 4 WHEN 1 THEN 'USER' END, now(), now() + interval '1 day', 1 FROM generate_series(0, {count} - 1) AS n"
        ),
        "UPDATE stock SET held = live, sold = paid, available = given - paid FROM ( \
            SELECT match_number AS number, category AS class, \
            count(*) FILTER (WHERE status = 'PENDING') AS live, count(*) FILTER (WHERE status = 'RESERVED') AS paid \
            FROM reservations GROUP BY 1, 2) AS counts \
         WHERE match_number = number AND category = class"
            .to_owned(),
        "DELETE FROM outbox".to_owned(),
        "VACUUM ANALYZE".to_owned(),
    ] {
        site.app.db.execute_unprepared(&statement).await?;
    }
    site.close().await?;
    Ok(database)
}

/// Median and p99 of holds in milliseconds, and the memory of their process after them in MiB.
async fn measure(database: &Database, effort: Effort) -> Outcome<[f64; 3]> {
    let copy = database.copy().await?;
    let output = Command::new(std::env::current_exe()?)
        .args(["holds-of", &copy.url, "--seconds", &effort.seconds.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await?;
    let told: Vec<f64> =
        String::from_utf8(output.stdout)?.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let told = told.try_into().map_err(|told| format!("the holder told {told:?}"))?;
    audit::check(&copy, 0).await?;
    copy.remove().await?;
    Ok(told)
}

/// The process whose holds are measured.
pub(crate) async fn hold_for(url: String, effort: Effort) -> Outcome {
    let database = Database::of_postgres(url);
    // The fans of this case hold already, some of them a hundred.
    let site = Site::open(&database, Settings { purchase_cap: i32::MAX, ..Settings::default() }).await?;
    let (app, demand) = (Arc::clone(&site.app), Arc::new(Demand::zipf()));
    let latencies = work::open_loop(RATE, effort.seconds, move |number| {
        let (app, demand) = (Arc::clone(&app), Arc::clone(&demand));
        async move {
            let (match_number, category) = demand.draw();
            let request = HoldRequest { match_number, category, quantity: 1, idempotency_key: None };
            reservations::hold(&app, site::viewer(number * 7_919), request).await?;
            Ok(())
        }
    })
    .await?;
    println!("{} {} {}", latencies.percentile(50), latencies.percentile(99), resident()?);
    site.close().await
}

/// Memory of this process that is in use, in MiB.
fn resident() -> Outcome<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kib: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
        .ok_or("the system does not tell the memory of a process")?
        .trim()
        .parse()?;
    Ok(kib / 1_024.0)
}
