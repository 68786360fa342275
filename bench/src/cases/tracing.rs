//! Tracing: what spans cost, against the same program without a collector.
//!
//! The collector is a part of this program that takes everything and looks at nothing; it shares the clients' core. What is
//! compared is the processor time of the server: how many requests a second on a machine is given varies by more than spans cost.

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, routing::post};
use bytes::Bytes;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    Effort, Outcome,
    cases::queries::{self, Setting},
    cpu,
    edge::{
        Cores,
        children::{self, Server},
    },
    figures::{Comparison, Target},
};

/// Shares of traces that are sampled, and what is to be left of the rate.
const SHARES: [(&str, &str, f64); 3] = [
    ("All matches, cached: a collector is named and no trace sampled", "0", 0.99),
    ("The same with one trace of a hundred sampled", "0.01", 0.97),
    ("The same with every trace sampled", "1", 0.85),
];

pub(crate) async fn tracing(setting: Setting, effort: Effort) -> Outcome {
    let cores = setting.cores()?;
    children::build()?;
    let sink = Sink::start().await?;
    for (title, share, left) in SHARES {
        let traced = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url.clone()),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio".to_owned()),
            ("OTEL_TRACES_SAMPLER_ARG", share.to_owned()),
            // As a site sets it that samples everything, so that spans are sent and not dropped.
            ("OTEL_BSP_MAX_QUEUE_SIZE", "65536".to_owned()),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8192".to_owned()),
        ];
        Comparison {
            title,
            unit: "requests/s of processor time",
            ours: "traced",
            rival: "tracing off",
            target: Target::AtLeast(left),
        }
        .run(
            effort,
            async || asked(cores, "traced", effort.seconds, &traced),
            async || asked(cores, "off", effort.seconds, &[]),
        )
        .await?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of one run is far below 2^52")]
fn asked(cores: Cores, name: &'static str, seconds: u64, settings: &[(&'static str, String)]) -> Outcome<f64> {
    let settings = settings.to_vec();
    cores.client(move || {
        let server = Server::with(cores, &settings)?;
        server.wait_for("/readyz")?;
        let before = cpu::of_server(server.id());
        let done = queries::asked_often(server.address, name, seconds)?;
        let spent = cpu::of_server(server.id()).saturating_sub(before);
        Ok(done.begun as f64 / spent.as_secs_f64())
    })
}

/// A collector that keeps nothing.
struct Sink {
    url: String,
    task: JoinHandle<()>,
}

impl Sink {
    async fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let taken = post(|_: Bytes| std::future::ready(StatusCode::OK));
        let routes = Router::new().route("/v1/traces", taken).layer(DefaultBodyLimit::disable());
        let task = tokio::spawn(async move {
            // It ends with the measurement.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, task })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}
