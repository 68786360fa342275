//! How the lake stands, for readiness and metrics.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kafka::sink::Reading;

use crate::config::Config;

/// How many times longer than they are collected rows may wait.
const LATE: u32 = 3;
/// How long a file may take to be written.
const WRITING: Duration = Duration::from_secs(10);

/// What is known of the lake.
#[derive(Default)]
pub(crate) struct Standing {
    pub(super) reading: Arc<Reading>,
    /// Why it can't be used; none while it can.
    trouble: Mutex<Option<String>>,
    /// How long rows are collected for a file.
    pub(super) patience: Duration,
}

impl Standing {
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        let patience = Duration::from_secs(config.lake.flush_seconds);
        Arc::new(Self { trouble: Mutex::new(Some("not opened yet".to_owned())), patience, ..Self::default() })
    }

    pub(super) fn note(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Whether it is written in time, and what is to be said of that.
    pub(crate) fn is_written(&self) -> (bool, String) {
        if let Some(trouble) = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return (false, trouble);
        }
        let report = self.reading.status.report();
        let (behind, waits): (i64, _) = (report.lag.values().sum(), self.reading.waits_for());
        match (report.consuming, report.last_error) {
            (false, Some(error)) => (false, error),
            (false, None) => (false, "no partitions are assigned yet".to_owned()),
            (true, _) => {
                let detail = format!("{behind} records behind; rows wait for {} s", waits.as_secs());
                (waits <= LATE * self.patience + WRITING, detail)
            }
        }
    }

    /// Refreshes the gauges of what changes by itself.
    pub(crate) fn measure(&self) {
        for (topic, lag) in self.reading.status.report().lag {
            metrics::gauge!("matchday_lake_lag", "topic" => topic).set(u32::try_from(lag).unwrap_or(u32::MAX));
        }
        metrics::gauge!("matchday_lake_waiting_seconds").set(self.reading.waits_for().as_secs_f64());
    }
}
