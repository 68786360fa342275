//! Telemetry: what the program says of itself, as log lines and as metrics.
//!
//! Both are of the process, not of an instance: they are installed once, and instances in one process share them.

use std::{
    io::{IsTerminal, stderr},
    sync::OnceLock,
};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::sections::{Log, LogFormat};

/// Starts logging to standard error, so that standard output stays for what was asked for.
pub fn log(config: &Log) {
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let is_terminal = stderr().is_terminal();
    let installed = match (config.format, is_terminal) {
        (LogFormat::Json, _) | (LogFormat::Auto, false) => {
            lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        (LogFormat::Pretty, _) | (LogFormat::Auto, true) => lines.compact().with_ansi(is_terminal).try_init(),
    };
    // A second program in this process, as in tests, logs through the first one's subscriber.
    drop(installed);
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, trouble = panic.payload_as_str(), "a panic");
    }));
}

/// The process's metrics, as Prometheus reads them.
///
/// # Errors
///
/// Another recorder was installed in this process before.
pub(crate) fn metrics() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());

    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
    const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), SIZES)?
        .install_recorder()?;
    describe();

    Ok(HANDLE.get_or_init(|| handle).clone())
}

fn describe() {
    use metrics::{describe_counter, describe_gauge};

    describe_gauge!("matchday_up_info", "Always 1; its labels name the version and the site.");
    describe_gauge!("matchday_ready", "1 while /readyz says that the part is ready, by part.");
    describe_counter!("matchday_task_restarts_total", "Starts of a task after it failed, by task.");
    describe_gauge!("matchday_relay_backlog", "Outbox events that wait for the broker.");
    describe_gauge!("matchday_kafka_lag", "Records not read yet, by topic.");
    describe_counter!("matchday_mails_total", "Mails that were seen to, by what became of them.");
    describe_counter!("matchday_sign_ins_throttled_total", "Tries of passwords that were refused unheard.");
    describe_counter!("matchday_internal_errors_total", "Errors whose text was hidden from a client.");
}
