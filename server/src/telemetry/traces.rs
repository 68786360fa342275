//! Traces: spans that have ended, on their way to a collector.
//!
//! They wait in a queue, which a task sends in batches. A collector that is away costs nothing but its spans: what ends
//! a span never waits, a batch is tried again for as long as `OTEL_BSP_EXPORT_TIMEOUT` says, and what finds no room or is
//! not taken in time is dropped and counted. The log says once that the collector is away, and once that it is back.
//!
//! Of the process, like the rest of telemetry: the first instance that names a collector decides.
//!
//! Invariant: a stop waits for the collector no longer than [`FLUSH`].

use std::{
    future::pending,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use opentelemetry::{Context, KeyValue};
use opentelemetry_proto::{
    tonic::collector::trace::v1::ExportTraceServiceRequest,
    transform::{common::tonic::ResourceAttributesWithSchema, trace::tonic::group_spans_by_resource_and_scope},
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor},
};
use prost::Message as _;
use tokio::{
    sync::{
        Mutex,
        mpsc::{self, Receiver, Sender},
    },
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;

use self::collector::{Collector, Untaken};
use crate::config::otel::{Otel, Sampler as SamplerName};

mod collector;

/// How long a stop waits for what is left to be taken.
const FLUSH: Duration = Duration::from_secs(3);
/// Waits between tries of a batch, each twice as long as the one before.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// The spans of this process that are to be sent.
pub(crate) struct Traces {
    sending: Mutex<Sending>,
}

impl Traces {
    /// Begins to trace, where a collector is named.
    pub(super) fn open(config: &Otel, site: &str) -> Option<Arc<Self>> {
        static TRACES: OnceLock<Option<Arc<Traces>>> = OnceLock::new();
        config.collector()?;
        TRACES.get_or_init(|| Self::begin(config, site)).clone()
    }

    fn begin(config: &Otel, site: &str) -> Option<Arc<Self>> {
        let (ended, queue) = mpsc::channel(config.max_queue_size);
        let resource = resource(config, site);
        let sending = Sending {
            queue,
            gathered: Vec::new(),
            ready: None,
            resource: (&resource).into(),
            collector: Collector::new(config)?,
            batch: config.max_export_batch_size,
            delay: Duration::from_millis(config.schedule_delay_milliseconds),
            patience: Duration::from_millis(config.export_timeout_milliseconds),
            is_away: false,
        };
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(sampler(config))
            .with_span_processor(Ended(ended))
            .build();
        spans::switch_on(provider);
        tracing::info!(collector = sending.collector.shown(), "sending spans");

        Some(Arc::new(Self { sending: Mutex::new(sending) }))
    }

    /// Sends what ends until `stop`; what is left then is [`Self::flush`]'s.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        // Of several instances in a process one sends.
        let Some(mut sending) = stop.run_until_cancelled(self.sending.lock()).await else { return };
        while stop.run_until_cancelled(sending.round()).await.is_some() {}
    }

    /// Sends what is left, for a while.
    pub(crate) async fn flush(&self) {
        let deadline = Instant::now() + FLUSH;
        let Ok(mut sending) = timeout_at(deadline, self.sending.lock()).await else { return };
        while sending.has_some() {
            let sent = timeout_at(deadline, sending.send_once()).await;
            if !matches!(sent, Ok(true)) {
                let left = sending.abandon();
                tracing::warn!(spans = left, "the collector did not accept the last spans; they are dropped");
                return;
            }
        }
    }
}

/// Hands spans over as they end.
#[derive(Debug)]
struct Ended(Sender<SpanData>);

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.0.try_send(span).is_err() {
            dropped("queue_full", 1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// Where spans wait. Stopped anywhere, it loses none.
struct Sending {
    queue: Receiver<SpanData>,
    /// Taken from the queue, to be sent together.
    gathered: Vec<SpanData>,
    /// Being sent.
    ready: Option<Batch>,
    resource: ResourceAttributesWithSchema,
    collector: Collector,
    /// Spans of a batch at most.
    batch: usize,
    delay: Duration,
    /// How long a batch is tried.
    patience: Duration,
    /// Whether the log has said so.
    is_away: bool,
}

struct Batch {
    spans: u64,
    /// Shared by all tries.
    body: Bytes,
}

impl Sending {
    /// Waits for a batch, and sends it or drops it.
    async fn round(&mut self) {
        if self.ready.is_none() {
            self.gather().await;
            self.make_ready();
        }
        let give_up = Instant::now() + self.patience;
        let mut wait = RETRY.0;
        while self.ready.is_some() {
            match timeout_at(give_up, self.try_ready()).await {
                Ok(Ok(())) => return,
                Ok(Err(Untaken::Refused)) => return self.drop_ready("refused"),
                Ok(Err(Untaken::Unreached)) if Instant::now() + wait < give_up => sleep(wait).await,
                Ok(Err(Untaken::Unreached)) | Err(_) => return self.drop_ready("collector_away"),
            }
            wait = RETRY.1.min(wait * 2);
        }
    }

    /// Waits until there is a span, and then for others.
    async fn gather(&mut self) {
        if self.gathered.is_empty() && self.queue.recv_many(&mut self.gathered, self.batch).await == 0 {
            // What ends spans lives as long as the process.
            pending::<()>().await;
        }
        let deadline = Instant::now() + self.delay;
        while self.gathered.len() < self.batch {
            let room = self.batch - self.gathered.len();
            if !matches!(timeout_at(deadline, self.queue.recv_many(&mut self.gathered, room)).await, Ok(1..)) {
                return;
            }
        }
    }

    fn make_ready(&mut self) {
        let spans = std::mem::take(&mut self.gathered);
        let count = spans.len() as u64;
        let resource_spans = group_spans_by_resource_and_scope(spans, &self.resource);
        self.ready =
            Some(Batch { spans: count, body: ExportTraceServiceRequest { resource_spans }.encode_to_vec().into() });
    }

    /// Has the collector take what is ready.
    async fn try_ready(&mut self) -> Result<(), Untaken> {
        let Some(batch) = &self.ready else { return Ok(()) };
        let taken = self.collector.take(batch.body.clone()).await;
        match taken {
            Ok(rejected) => {
                let rejected = rejected.min(batch.spans);
                metrics::counter!("matchday_trace_spans_sent_total").increment(batch.spans - rejected);
                if rejected > 0 {
                    dropped("refused", rejected);
                }
                if std::mem::take(&mut self.is_away) {
                    tracing::info!(collector = self.collector.shown(), "the collector accepts spans again");
                }
                self.ready = None;
                Ok(())
            }
            Err((untaken, why)) => {
                if !std::mem::replace(&mut self.is_away, true) {
                    let collector = self.collector.shown();
                    tracing::warn!(
                        collector,
                        why,
                        "the collector does not accept spans; spans that it does not accept in time are dropped"
                    );
                }
                Err(untaken)
            }
        }
    }

    fn drop_ready(&mut self, reason: &'static str) {
        if let Some(batch) = self.ready.take() {
            dropped(reason, batch.spans);
        }
    }

    fn has_some(&self) -> bool {
        self.ready.is_some() || !self.gathered.is_empty() || !self.queue.is_empty()
    }

    /// Sends the next batch without waiting for more; `false` where it is not taken.
    async fn send_once(&mut self) -> bool {
        if self.ready.is_none() {
            while self.gathered.len() < self.batch
                && let Ok(span) = self.queue.try_recv()
            {
                self.gathered.push(span);
            }
            self.make_ready();
        }
        self.try_ready().await.is_ok()
    }

    /// Drops all that is left, and says how much that was.
    fn abandon(&mut self) -> u64 {
        let mut left = self.ready.take().map_or(0, |batch| batch.spans);
        left += std::mem::take(&mut self.gathered).len() as u64;
        while self.queue.try_recv().is_ok() {
            left += 1;
        }
        dropped("stopped", left);
        left
    }
}

fn dropped(reason: &'static str, spans: u64) {
    metrics::counter!("matchday_trace_spans_dropped_total", "reason" => reason).increment(spans);
}

fn sampler(config: &Otel) -> Sampler {
    let by_ratio = || Sampler::TraceIdRatioBased(config.ratio().unwrap_or(1.0));
    match config.traces_sampler {
        SamplerName::AlwaysOn => Sampler::AlwaysOn,
        SamplerName::AlwaysOff => Sampler::AlwaysOff,
        SamplerName::Traceidratio => by_ratio(),
        SamplerName::ParentbasedAlwaysOn => Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
        SamplerName::ParentbasedAlwaysOff => Sampler::ParentBased(Box::new(Sampler::AlwaysOff)),
        SamplerName::ParentbasedTraceidratio => Sampler::ParentBased(Box::new(by_ratio())),
    }
}

/// What traces say of this program.
fn resource(config: &Otel, site: &str) -> Resource {
    let own = [
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", uuid::Uuid::now_v7().to_string()),
        KeyValue::new("matchday.site", site.to_owned()),
        KeyValue::new("telemetry.sdk.name", "opentelemetry"),
        KeyValue::new("telemetry.sdk.language", "rust"),
    ];
    // What the operator says comes last and wins.
    let given = config.attributes().map(|(name, text)| KeyValue::new(name, text));
    Resource::builder_empty()
        .with_attributes(own)
        .with_attributes(given)
        .with_service_name(config.service_name())
        .build()
}

#[cfg(test)]
mod tests;
