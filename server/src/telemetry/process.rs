//! The process as the system sees it, by the names that Prometheus' client libraries give.

use std::fs;

use metrics::{counter, gauge};

/// Ticks of a second in `/proc`, on every Linux that runs today.
const TICKS_A_SECOND: u64 = 100;
/// Bytes of a page where the system is not asked; all it misjudges is the memory of unusual machines.
const PAGE: f64 = 4_096.0;

/// Refreshes the gauges; where there is no `/proc`, nothing is told.
pub(super) fn measure() {
    let Some(process) = Process::read() else { return };
    counter!("process_cpu_seconds_total").absolute(process.ticks / TICKS_A_SECOND);
    gauge!("process_virtual_memory_bytes").set(process.virtual_bytes);
    gauge!("process_resident_memory_bytes").set(process.resident_pages * PAGE);
    gauge!("process_threads").set(process.threads);
    if let Some(begun) = boot_seconds() {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        gauge!("process_start_time_seconds").set((begun + process.started_ticks / TICKS_A_SECOND) as f64);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        gauge!("process_open_fds").set(u32::try_from(open.count()).unwrap_or(u32::MAX));
    }
    if let Some(most) = most_descriptors() {
        gauge!("process_max_fds").set(most);
    }
    counter!("matchday_log_lines_lost_total").absolute(super::lines::lost());
}

struct Process {
    ticks: u64,
    threads: f64,
    started_ticks: u64,
    virtual_bytes: f64,
    resident_pages: f64,
}

impl Process {
    fn read() -> Option<Self> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The name before the parenthesis may hold spaces; the third field of proc(5) follows it.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3);
        let ticks = |number| field(number)?.parse::<u64>().ok();
        let amount = |number| field(number)?.parse::<f64>().ok();
        Some(Self {
            ticks: ticks(14)?.saturating_add(ticks(15)?),
            threads: amount(20)?,
            started_ticks: ticks(22)?,
            virtual_bytes: amount(23)?,
            resident_pages: amount(24)?,
        })
    }
}

/// When the machine was started, in seconds since 1970.
fn boot_seconds() -> Option<u64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

fn most_descriptors() -> Option<f64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}
