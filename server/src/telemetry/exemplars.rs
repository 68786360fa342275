//! Exemplars: which trace a value of a histogram belongs to, one for each bucket, so that a dashboard leads from a slow
//! answer to what it waited for.
//!
//! The recorder below notes them by itself from the current span, so the places that record a value know nothing of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use spans::Origin;

/// The histograms that have exemplars. Their values are recorded within the span that they belong to.
const FAMILIES: [&str; 2] = ["matchday_event_to_socket_seconds", "matchday_http_answer_seconds"];

/// A value, and the span that it was recorded in.
#[derive(Debug, Clone)]
pub(super) struct Exemplar {
    pub(super) value: f64,
    pub(super) origin: Origin,
    pub(super) at: SystemTime,
}

/// The newest sampled value of each bucket, by family and labels. The buckets are told apart by their upper bounds; the
/// last one has none.
#[derive(Debug)]
pub(super) struct Exemplars {
    bounds: &'static [f64],
    /// As many as the families have series, which their labels' few values bound.
    series: Mutex<HashMap<String, Arc<Series>>>,
}

#[derive(Debug)]
struct Series {
    bounds: &'static [f64],
    buckets: Mutex<Box<[Option<Exemplar>]>>,
}

impl Exemplars {
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, series: Mutex::default() }
    }

    /// The newest of the bucket that ends at `bound`; the series is written `family{name="value"}`.
    pub(super) fn of(&self, series: &str, bound: f64) -> Option<Exemplar> {
        let series = Arc::clone(lock(&self.series).get(series)?);
        let bucket = self.bounds.iter().position(|&other| other >= bound).unwrap_or(self.bounds.len());
        lock(&series.buckets)[bucket].clone()
    }

    fn series(&self, key: &Key) -> Arc<Series> {
        let labels = key.labels().map(|label| format!("{}=\"{}\"", label.key(), label.value()));
        let name = format!("{}{{{}}}", key.name(), labels.collect::<Vec<_>>().join(","));
        let new =
            || Arc::new(Series { bounds: self.bounds, buckets: Mutex::new(vec![None; self.bounds.len() + 1].into()) });
        Arc::clone(lock(&self.series).entry(name).or_insert_with(new))
    }
}

impl Series {
    #[expect(clippy::disallowed_methods, reason = "Prometheus compares it with the machine's own time, not the app's")]
    fn note(&self, value: f64, origin: Origin) {
        let bucket = self.bounds.iter().position(|&bound| value <= bound).unwrap_or(self.bounds.len());
        lock(&self.buckets)[bucket] = Some(Exemplar { value, origin, at: SystemTime::now() });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A recorder that also notes exemplars.
pub(super) struct WithExemplars<R> {
    inner: R,
    exemplars: Arc<Exemplars>,
}

impl<R> WithExemplars<R> {
    pub(super) fn new(inner: R, exemplars: Arc<Exemplars>) -> Self {
        Self { inner, exemplars }
    }

    pub(super) fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Recorder> Recorder for WithExemplars<R> {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.inner.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.inner.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.inner.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        let inner = self.inner.register_histogram(key, metadata);
        if !FAMILIES.contains(&key.name()) {
            return inner;
        }
        Histogram::from_arc(Arc::new(Noting { inner, series: self.exemplars.series(key) }))
    }
}

/// A histogram that notes the current span of its values.
struct Noting {
    inner: Histogram,
    series: Arc<Series>,
}

impl HistogramFn for Noting {
    fn record(&self, value: f64) {
        self.inner.record(value);
        if spans::is_on()
            && let Some(origin) = spans::current()
        {
            self.series.note(value, origin);
        }
    }
}
