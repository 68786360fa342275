//! Telemetry: what the program says of itself, as log lines, as metrics and as traces.
//!
//! All are of the process, not of an instance: they are installed once, and instances in one process share them.

use std::{
    cell::Cell,
    io::{IsTerminal, stderr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use metrics::SetRecorderError;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use self::{
    exemplars::{Exemplars, WithExemplars},
    trace_ids::{Ids, WithTraceIds},
};
use crate::config::{
    Config,
    log::{Log, LogFormat},
};

pub use lines::flush;
pub(crate) use traces::Traces;

mod exemplars;
pub(crate) mod families;
mod lines;
pub(crate) mod open_metrics;
mod process;
mod trace_ids;
mod traces;

/// How often old samples of histograms are let go.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts logging to standard error, so that standard output stays for what was asked for.
pub fn log(config: &Log) {
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // A line that can't be formatted or written is no reason to say so in the same place.
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false).with_writer(lines::Lines::open());
    let is_terminal = stderr().is_terminal();
    let installed = match (config.format, is_terminal) {
        (LogFormat::Json, _) | (LogFormat::Auto, false) => {
            let lines = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
            lines.map_event_format(|lines| WithTraceIds::new(lines, Ids::Json)).try_init()
        }
        (LogFormat::Pretty, _) | (LogFormat::Auto, true) => {
            let lines = lines.compact().with_ansi(is_terminal);
            lines.map_event_format(|lines| WithTraceIds::new(lines.with_ansi(is_terminal), Ids::Text)).try_init()
        }
    };
    // A second program in this process, as in tests, logs through the first one's subscriber.
    drop(installed);
    std::panic::set_hook(Box::new(|panic| {
        thread_local!(static IS_TELLING: Cell<bool> = const { Cell::new(false) });
        // A panic while one is logged must not be logged in turn.
        if IS_TELLING.replace(true) {
            return;
        }
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, trouble = panic.payload_as_str(), "a panic");
        IS_TELLING.set(false);
    }));
}

/// The bounds of what is measured in seconds.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// The bounds of what is counted.
const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// The process's metrics, as they are shown.
#[derive(Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    exemplars: Arc<Exemplars>,
}

impl Metrics {
    /// In Prometheus's text format.
    pub(crate) fn text(&self) -> String {
        self.handle.render()
    }

    /// In the format of `OpenMetrics`, with exemplars.
    pub(crate) fn open_metrics(&self) -> String {
        open_metrics::of(&self.text(), &self.exemplars)
    }
}

/// The process's metrics, recorded from now on.
///
/// # Errors
///
/// Another recorder was installed in this process before.
pub(crate) fn metrics() -> Result<Metrics, BuildError> {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());

    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(metrics) = METRICS.get() {
        return Ok(metrics.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), SIZES)?
        .build_recorder();
    let metrics = Metrics { handle: recorder.handle(), exemplars: Arc::new(Exemplars::new(SECONDS)) };
    let recorder = WithExemplars::new(recorder, Arc::clone(&metrics.exemplars));
    metrics::set_global_recorder(recorder).map_err(|refused| SetRecorderError(refused.0.into_inner()))?;
    families::describe();

    Ok(METRICS.get_or_init(|| metrics).clone())
}

/// Begins to trace, where a collector is named.
pub(crate) fn traces(config: &Config) -> Option<Arc<Traces>> {
    Traces::open(&config.otel, &config.client_id)
}

/// The commit that the program was built from, where its build was told.
const REVISION: &str = match option_env!("BUILD_REVISION") {
    Some(revision) if !revision.is_empty() => revision,
    _ => "unknown",
};

/// Says which build of the program this is, and of which site.
pub(crate) fn say_build(site: &str) {
    let version = env!("CARGO_PKG_VERSION");
    metrics::gauge!("matchday_build_info", "version" => version, "revision" => REVISION, "site" => site.to_owned())
        .set(1.0);
}

/// Lets old samples of histograms go.
pub(crate) async fn run_upkeep(metrics: Metrics, stop: CancellationToken) {
    while stop.run_until_cancelled(sleep(UPKEEP)).await.is_some() {
        metrics.handle.run_upkeep();
    }
}

/// Refreshes what is measured only when it is asked for.
pub(crate) fn measure() {
    process::measure();
}
