//! pgbench as a rival: the same three statements a hold, one transaction each, as fast as Postgres lets 64 clients.

use std::{path::PathBuf, process::Stdio, time::Duration};

use tokio::process::Command;

use crate::{
    Outcome,
    database::Database,
    figures::Latencies,
    places::{EXPONENT, PLACES},
    site::{self, FANS},
};

pub(crate) const CLIENTS: u32 = 64;

/// Which places pgbench's clients ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Places {
    One,
    Zipf,
}

/// One run of pgbench.
pub(crate) struct Run {
    pub(crate) rate: f64,
    pub(crate) latencies: Latencies,
}

/// Places holds for `seconds`; as fast as it goes, or `at` so many a second.
pub(crate) async fn hold(database: &Database, places: Places, seconds: u64, at: Option<f64>) -> Outcome<Run> {
    let folder = std::env::temp_dir().join(format!("matchday-pgbench-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder)?;
    let run = hold_in(&folder, database, places, seconds, at).await;
    std::fs::remove_dir_all(&folder)?;
    run
}

async fn hold_in(folder: &PathBuf, database: &Database, places: Places, seconds: u64, at: Option<f64>) -> Outcome<Run> {
    let file = folder.join("hold.sql");
    std::fs::write(&file, script(places))?;
    let mut command = Command::new("pgbench");
    command
        .current_dir(folder)
        .args(["-n", "-M", "prepared", "-j", "2", "-l"])
        .args(["-c", &CLIENTS.to_string(), "-T", &seconds.to_string()])
        .arg("-f")
        .arg(&file);
    if let Some(rate) = at {
        command.args(["-R", &format!("{rate:.0}")]);
    }
    let output = command.arg(&database.url).stdin(Stdio::null()).kill_on_drop(true).output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("pgbench: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
        .ok_or_else(|| format!("pgbench told no rate: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(Run { rate, latencies: latencies(folder)? })
}

/// The third column of pgbench's logs, in microseconds.
fn latencies(folder: &PathBuf) -> Outcome<Latencies> {
    let mut times = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_log = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log"));
        if is_log {
            for line in std::fs::read_to_string(path)?.lines() {
                let column = line.split(' ').nth(2).and_then(|time| time.parse().ok());
                times.extend(column.map(Duration::from_micros));
            }
        }
    }
    Ok(Latencies::of(times))
}

fn script(places: Places) -> String {
    let draw = match places {
        Places::One => "\\set number 1\n\\set category 1\n".to_owned(),
        Places::Zipf => format!(
            "\\set rank random_zipfian(1, {PLACES}, {EXPONENT}) - 1\n\
             \\set number :rank / 3 + 1\n\\set category :rank % 3 + 1\n"
        ),
    };
    let fan = site::fan_id_in_sql(":fan::int");
    format!(
        "\\set fan random(0, {FANS} - 1)\n{draw}\
         BEGIN;\n\
         UPDATE stock SET held = held + 1 WHERE match_number = :number AND category = :category AND available - held - foreign_pending >= 1;\n\
         INSERT INTO reservations (id, user_id, match_number, category, quantity, unit_price_minor, status, created_at, expires_at, version) \
         VALUES (gen_random_uuid(), {fan}::uuid, :number, :category, 1, 7500, 'PENDING', now(), now() + interval '15 minutes', 1);\n\
         INSERT INTO outbox (event, created_at) \
         VALUES ('{{\"kind\":\"ticket\",\"action\":\"PENDING\",\"eventId\":\"00000000-0000-7000-8000-000000000000\",\"reservationId\":\"00000000-0000-7000-8000-000000000000\",\"matchNumber\":1,\"category\":1,\"quantity\":1,\"priceMinor\":7500}}', now());\n\
         COMMIT;\n"
    )
}
