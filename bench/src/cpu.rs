//! Processor time: what an operation costs, whatever else the machine does at the same time.

use std::{fs, time::Duration};

/// Linux counts in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// Processor time spent so far, by this process and by Postgres.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    ours: Duration,
    postgres: Duration,
}

impl Spent {
    pub(crate) fn now() -> Self {
        let postgres = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| time_of(&entry.ok()?.path().join("stat").to_string_lossy(), "(postgres)"))
            .sum();
        Self { ours: time_of("/proc/self/stat", "").unwrap_or_default(), postgres }
    }

    /// What `count` operations cost since then, each: ours and Postgres's microseconds.
    #[expect(clippy::cast_precision_loss, reason = "a count of one run is far below 2^52")]
    pub(crate) fn each(self, count: u64) -> String {
        let now = Self::now();
        let each = |then: Duration, now: Duration| now.saturating_sub(then).as_secs_f64() * 1e6 / count.max(1) as f64;
        format!(
            "{:.1} µs of ours and {:.1} µs of Postgres",
            each(self.ours, now.ours),
            each(self.postgres, now.postgres)
        )
    }
}

/// Fields 14 and 15 of a process's `stat`, if its name is `name`; backends that have ended are not counted.
fn time_of(file: &str, name: &str) -> Option<Duration> {
    let stat = fs::read_to_string(file).ok()?;
    let (head, tail) = stat.rsplit_once(") ")?;
    if !name.is_empty() && !format!("{head})").ends_with(name) {
        return None;
    }
    let ticks: u32 = tail.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    Some(TICK * ticks)
}
