//! Processor time: what an operation costs, whatever else the machine does at the same time.

use std::{fs, time::Duration};

/// Linux counts in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// Processor time spent so far, by everybody who has a part in it.
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    server: Option<u32>,
    by: Vec<(&'static str, Duration)>,
}

impl Spent {
    /// By this process and by Postgres.
    pub(crate) fn now() -> Self {
        Self { server: None, by: vec![("ours", of_process("self")), ("Postgres", of_all("(postgres)"))] }
    }

    /// By the server of this process id, and by all that it and its clients stand on.
    pub(crate) fn with(server: u32) -> Self {
        let by = vec![
            ("the server", of_process(&server.to_string())),
            ("Postgres", of_all("(postgres)")),
            ("the broker", of_all("(java)")),
            ("the clients", of_process("self")),
        ];
        Self { server: Some(server), by }
    }

    /// What `count` operations cost since then, each, in microseconds.
    #[expect(clippy::cast_precision_loss, reason = "a count of one run is far below 2^52")]
    pub(crate) fn each(self, count: u64) -> String {
        let now = self.server.map_or_else(Self::now, Self::with);
        let each = |then: Duration, now: Duration| now.saturating_sub(then).as_secs_f64() * 1e6 / count.max(1) as f64;
        let parts = self.by.iter().zip(&now.by);
        let parts: Vec<String> =
            parts.map(|((name, then), (_, now))| format!("{:.1} µs of {name}", each(*then, *now))).collect();
        parts.join(", ")
    }
}

/// Of the server of this process id.
pub(crate) fn of_server(id: u32) -> Duration {
    of_process(&id.to_string())
}

/// Of all processes of a name; those that have ended are not counted.
fn of_all(name: &str) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    processes.filter_map(|entry| time_of(&entry.path().join("stat").to_string_lossy(), name)).sum()
}

fn of_process(id: &str) -> Duration {
    time_of(&format!("/proc/{id}/stat"), "").unwrap_or_default()
}

/// Fields 14 and 15 of a process's `stat`, if its name is `name`.
fn time_of(file: &str, name: &str) -> Option<Duration> {
    let stat = fs::read_to_string(file).ok()?;
    let (head, tail) = stat.rsplit_once(") ")?;
    if !name.is_empty() && !format!("{head})").ends_with(name) {
        return None;
    }
    let ticks: u32 = tail.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    Some(TICK * ticks)
}
