//! Tracing: whether spans are sent to an OpenTelemetry collector, and which, by the standard's own names.
//!
//! Off unless a collector is named. What the standard says of metrics and logs, and of traces beside these, is not read.

use std::{collections::BTreeMap, time::Duration};

use axum::http::{HeaderName, HeaderValue, Uri};
use fetch::AddressError;
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
    secret::{Secret, SecretUrl},
};

/// Where a collector takes traces, below the address of the collector.
const TRACES_PATH: &str = "v1/traces";
/// Where collectors speak gRPC, unless they are told otherwise.
const GRPC_PORT: u16 = 4_317;
const PROTOCOL: &str = "http/protobuf";

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Otel {
    pub sdk_disabled: bool,
    pub traces_exporter: Exporter,
    pub endpoint: Option<SecretUrl>,
    pub traces_endpoint: Option<SecretUrl>,
    pub protocol: String,
    pub headers: Option<Secret>,
    pub timeout_milliseconds: u64,
    pub service_name: Option<String>,
    pub resource_attributes: BTreeMap<String, String>,
    pub traces_sampler: Sampler,
    pub traces_sampler_arg: Option<String>,
    pub schedule_delay_milliseconds: u64,
    pub export_timeout_milliseconds: u64,
    pub max_queue_size: usize,
    pub max_export_batch_size: usize,
}

impl Default for Otel {
    /// As the standard has it.
    fn default() -> Self {
        Self {
            sdk_disabled: false,
            traces_exporter: Exporter::Otlp,
            endpoint: None,
            traces_endpoint: None,
            protocol: PROTOCOL.to_owned(),
            headers: None,
            timeout_milliseconds: 10_000,
            service_name: None,
            resource_attributes: BTreeMap::new(),
            traces_sampler: Sampler::ParentbasedAlwaysOn,
            traces_sampler_arg: None,
            schedule_delay_milliseconds: 5_000,
            export_timeout_milliseconds: 30_000,
            max_queue_size: 2_048,
            max_export_batch_size: 512,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exporter {
    Otlp,
    None,
}

/// Which traces are sampled: those that a `parentbased` one is not asked about are sampled as their parents are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    AlwaysOn,
    AlwaysOff,
    Traceidratio,
    ParentbasedAlwaysOn,
    ParentbasedAlwaysOff,
    ParentbasedTraceidratio,
}

const SAMPLERS: &[&str] = &[
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("otel.endpoint", ENDPOINT, Kind::Text, "address of an OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318; unset: nothing is traced. See docs/run/tracing.md"),
    ("otel.traces_endpoint", TRACES_ENDPOINT, Kind::Text, "the same for traces only, as the whole address, such as http://127.0.0.1:4318/v1/traces"),
    ("otel.headers", "OTEL_EXPORTER_OTLP_HEADERS", Kind::Text, "headers for the collector, such as authorization=Bearer%20secret; separated by commas"),
    ("otel.protocol", "OTEL_EXPORTER_OTLP_PROTOCOL", Kind::Text, "http/protobuf is the only protocol"),
    ("otel.timeout_milliseconds", "OTEL_EXPORTER_OTLP_TIMEOUT", Kind::Number(1, 600_000), "longest wait for the collector's answer to a batch"),
    ("otel.sdk_disabled", "OTEL_SDK_DISABLED", Kind::Flag, "true: nothing is traced, whatever else is set"),
    ("otel.traces_exporter", "OTEL_TRACES_EXPORTER", Kind::OneOf(&["otlp", "none"]), "none: nothing is traced, whatever else is set"),
    ("otel.traces_sampler", "OTEL_TRACES_SAMPLER", Kind::OneOf(SAMPLERS), "which traces are sampled; visitors cannot decide it"),
    ("otel.traces_sampler_arg", "OTEL_TRACES_SAMPLER_ARG", Kind::Text, "share of traces that traceidratio samples, from 0 to 1; unset: 1"),
    ("otel.service_name", "OTEL_SERVICE_NAME", Kind::Text, "name of this program in traces; unset: service.name of the resource attributes, else matchday"),
    ("otel.resource_attributes", "OTEL_RESOURCE_ATTRIBUTES", Kind::Texts, "further attributes of this program in traces: name=text,other=text, percent-encoded"),
    ("otel.schedule_delay_milliseconds", "OTEL_BSP_SCHEDULE_DELAY", Kind::Number(1, 600_000), "longest time that a span waits for others to be sent with"),
    ("otel.export_timeout_milliseconds", "OTEL_BSP_EXPORT_TIMEOUT", Kind::Number(1, 600_000), "time after which a batch that the collector does not accept is dropped"),
    ("otel.max_queue_size", "OTEL_BSP_MAX_QUEUE_SIZE", Kind::Number(1, 1_000_000), "spans that wait to be sent; further ones are dropped"),
    ("otel.max_export_batch_size", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", Kind::Number(1, 100_000), "spans that are sent together"),
];

impl Otel {
    /// Where traces are sent, where they are.
    pub(crate) fn collector(&self) -> Option<SecretUrl> {
        if self.sdk_disabled || self.traces_exporter == Exporter::None {
            return None;
        }
        self.traces_endpoint.clone().or_else(|| {
            let base = self.endpoint.as_ref()?.expose().trim_end_matches('/').to_owned();
            Some(SecretUrl::new(format!("{base}/{TRACES_PATH}")))
        })
    }

    /// What the collector is told beside; none where that can't be read.
    pub(crate) fn sent_headers(&self) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let Some(headers) = &self.headers else { return Some(Vec::new()) };
        let pairs = headers.expose().split(',').map(str::trim).filter(|pair| !pair.is_empty());
        let read = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            let mut value = HeaderValue::from_str(&percent_decoded(value.trim())?).ok()?;
            value.set_sensitive(true);
            Some((name.trim().parse().ok()?, value))
        };
        pairs.map(read).collect()
    }

    /// What traces call this program.
    pub(crate) fn service_name(&self) -> String {
        let of_resource = || self.resource_attributes.get("service.name").and_then(|name| percent_decoded(name));
        self.service_name.clone().or_else(of_resource).unwrap_or_else(|| "matchday".to_owned())
    }

    /// What they say of it beside its name.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let others = self.resource_attributes.iter().filter(|(name, _)| *name != "service.name");
        others.filter_map(|(name, text)| Some((name.clone(), percent_decoded(text)?)))
    }

    /// The share of traces that is sampled by their ids.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let share = self.traces_sampler_arg.as_deref().unwrap_or("1").trim().parse::<f64>().ok();
        share.filter(|share| (0.0..=1.0).contains(share))
    }

    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_milliseconds)
    }

    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        for (setting, endpoint) in [(ENDPOINT, &self.endpoint), (TRACES_ENDPOINT, &self.traces_endpoint)] {
            if let Some(endpoint) = endpoint
                && matches!(fetch::address(endpoint.expose()), Err(AddressError::Malformed))
            {
                let right = "write a scheme, a host and a port, such as http://127.0.0.1:4318.";
                wrong(setting, format!("{endpoint:?} is not the address of a collector"), right);
            }
        }
        if self.protocol != PROTOCOL {
            let right = "leave it out for http/protobuf, and name the collector's port for HTTP, usually 4318.";
            wrong("OTEL_EXPORTER_OTLP_PROTOCOL", format!("{:?} is not supported", self.protocol), right);
        }
        if self.sent_headers().is_none() {
            let right = "write name=value, several parted by commas, their values percent-encoded.";
            wrong("OTEL_EXPORTER_OTLP_HEADERS", "not a list of headers".to_owned(), right);
        }
        let is_by_ratio = matches!(self.traces_sampler, Sampler::Traceidratio | Sampler::ParentbasedTraceidratio);
        if is_by_ratio && self.ratio().is_none() {
            let given = self.traces_sampler_arg.as_deref().unwrap_or_default();
            let right = "write a share from 0 to 1, such as 0.01 for one trace of a hundred.";
            wrong("OTEL_TRACES_SAMPLER_ARG", format!("{given:?} is not a share"), right);
        }
        if let Some((name, _)) = self.resource_attributes.iter().find(|(_, text)| percent_decoded(text).is_none()) {
            let right = "write name=text,other=text, with %25 for a percent sign.";
            wrong("OTEL_RESOURCE_ATTRIBUTES", format!("the value of {name:?} is not percent-encoded text"), right);
        }
        if self.max_export_batch_size > self.max_queue_size {
            let right = "make batches smaller, or give the queue more room.";
            let what = format!("{}, and only {} spans may wait", self.max_export_batch_size, self.max_queue_size);
            wrong("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", what, right);
        }
    }

    /// What is allowed and seldom meant.
    pub(super) fn warnings(&self, found: &mut Vec<Problem>) {
        let Some(collector) = self.collector() else { return };
        let setting = if self.traces_endpoint.is_some() { TRACES_ENDPOINT } else { ENDPOINT };
        if self.headers.is_some() && fetch::address(collector.expose()) == Err(AddressError::Clear) {
            let what = "without TLS, so OTEL_EXPORTER_OTLP_HEADERS travels in clear text";
            found.push(Problem::new(setting, what, "write https://, or use a private network."));
        }
        if collector.expose().parse::<Uri>().is_ok_and(|uri| uri.port_u16() == Some(GRPC_PORT)) {
            let what = "port 4317, where collectors speak gRPC, which this program does not support";
            found.push(Problem::new(setting, what, "name the collector's port for HTTP, usually 4318."));
        }
    }
}

/// The text that stands for another in lists of the standard; `None` where it stands for none.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}
