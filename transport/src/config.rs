//! The edge's settings: every limit has a name with its unit and a default that is safe in public.
//!
//! Read once at start, never changed after. Unknown keys are refused, so a misspelt limit never silently does nothing.

use std::{collections::HashMap, path::PathBuf, time::Duration};

use axum::http::HeaderName;
use serde::{Deserialize, Serialize};

use self::networks::Network;

pub mod networks;
pub mod sockets;

/// All settings of the edge, one struct per concern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub connections: Connections,
    pub http: Http,
    pub documents: Documents,
    pub sockets: sockets::Sockets,
}

/// What one TCP connection may cost, whatever is spoken on it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Connections {
    /// Connections open at the same time, upgraded ones included. Further ones wait in the listener's backlog.
    pub max_connections: usize,
    /// Connections that one network address may have open; further ones are closed at once. A trusted proxy may have any
    /// number; as many requests may run at the same time for each client that it names. Of IPv6 a /64 is one address, a
    /// /56 four of them, and a /48 sixteen.
    pub max_connections_per_address: usize,
    /// Networks of proxies that are believed about the client's address (`X-Forwarded-For`), as `10.0.0.0/8`.
    pub trusted_proxies: Vec<Network>,
    /// Whether these proxies say which requests are traced: they write `traceparent` themselves, and pass on none that a
    /// visitor sent.
    pub trust_traceparent: bool,
    /// The header by which these proxies name a client's country, ISO 3166-1 alpha-2, as `cf-ipcountry`. It is taken away from requests
    /// that do not come from them.
    pub country_header: Option<String>,
    /// Time a client has to send the whole header of a request.
    pub header_read_timeout_ms: u64,
    /// Time a client has to send the whole body of a request.
    pub body_read_timeout_ms: u64,
    /// Time a connection may stay open with no request on it.
    pub keep_alive_idle_timeout_ms: u64,
    /// Time a client may take no byte of an answer before its connection is cut.
    pub send_timeout_ms: u64,
    /// Time for a request and the whole of its answer; event streams, multipart subscriptions and sockets have none.
    pub answer_timeout_ms: u64,
    /// Bytes of request headers.
    pub max_header_bytes: usize,
    /// Requests running at the same time on one HTTP/2 connection.
    pub max_http2_streams: u32,
    /// Time in which new connections are still let in after a stop was asked for, while `/readyz` says that it was:
    /// as long as balancers need to see it.
    pub shutdown_delay_seconds: u64,
    /// Time that running requests and sockets get to finish once the server shuts down.
    pub drain_seconds: u64,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            max_connections: 25_000,
            max_connections_per_address: 1_000,
            trusted_proxies: Vec::new(),
            trust_traceparent: false,
            country_header: None,
            header_read_timeout_ms: 10_000,
            body_read_timeout_ms: 10_000,
            keep_alive_idle_timeout_ms: 75_000,
            send_timeout_ms: 30_000,
            answer_timeout_ms: 300_000,
            max_header_bytes: 32 * 1024,
            max_http2_streams: 100,
            shutdown_delay_seconds: 0,
            drain_seconds: 20,
        }
    }
}

impl Connections {
    /// See `country_header`; none where it is not a header's name.
    #[must_use]
    pub fn country_header(&self) -> Option<HeaderName> {
        self.country_header.as_ref()?.parse().ok()
    }

    pub(crate) fn header_read_timeout(&self) -> Duration {
        Duration::from_millis(self.header_read_timeout_ms)
    }

    pub(crate) fn body_read_timeout(&self) -> Duration {
        Duration::from_millis(self.body_read_timeout_ms)
    }

    pub(crate) fn keep_alive_idle_timeout(&self) -> Duration {
        Duration::from_millis(self.keep_alive_idle_timeout_ms)
    }

    pub(crate) fn send_timeout(&self) -> Duration {
        Duration::from_millis(self.send_timeout_ms)
    }

    /// See `shutdown_delay_seconds`.
    #[must_use]
    pub fn shutdown_delay(&self) -> Duration {
        Duration::from_secs(self.shutdown_delay_seconds)
    }

    pub(crate) fn answer_timeout(&self) -> Duration {
        Duration::from_millis(self.answer_timeout_ms)
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

/// GraphQL over HTTP: sizes, browsers' rules, compression.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Bytes of a request body.
    pub max_body_bytes: usize,
    /// Operations in one batched request; 0 refuses batches.
    pub max_batch: usize,
    /// Cost of all operations of a batch together: see `documents.max_cost`.
    pub max_batch_cost: u64,
    /// Which requests must prove that no page of another site could have sent them unasked.
    pub csrf_prevention: CsrfPrevention,
    /// Answers shorter than this are sent as they are.
    pub compress_above_bytes: u64,
    pub cors: Cors,
    /// Whether visitors reach the site by TLS, so that browsers are told to come by nothing else. The program decides it;
    /// it is no setting of the edge.
    #[serde(skip)]
    pub is_secure: bool,
    /// The page that explains errors by their codes, where visitors can reach one. The program decides it; it is no setting
    /// of the edge.
    #[serde(skip)]
    pub error_docs: Option<String>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            max_body_bytes: 1024 * 1024,
            max_batch: 10,
            max_batch_cost: 40_000,
            csrf_prevention: CsrfPrevention::Browsers,
            compress_above_bytes: 1024,
            cors: Cors::default(),
            is_secure: false,
            error_docs: None,
        }
    }
}

/// How far a request must prove that a browser asked for permission before it was sent.
///
/// The proof is a content type that is not a form's, or one of the headers `apollo-require-preflight`,
/// `x-apollo-operation-name` and `graphql-require-preflight`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CsrfPrevention {
    /// No proof asked.
    Off,
    /// Every request that a browser sent from another site, or with a cookie, needs the proof.
    Browsers,
    /// Every request needs the proof, as Apollo Server has it.
    Strict,
}

/// Which other sites' pages may read answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins such as `https://tickets.example`, or `*` for any; none means same-origin only.
    pub allowed_origins: Vec<String>,
    /// Whether their requests may carry cookies; not together with `*`.
    pub allow_credentials: bool,
    /// Time a browser may remember the permission.
    pub max_age_seconds: u64,
}

impl Default for Cors {
    fn default() -> Self {
        Self { allowed_origins: Vec::new(), allow_credentials: false, max_age_seconds: 3600 }
    }
}

/// What one document may ask for, and which documents are known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Documents {
    /// Bytes of a document.
    pub max_bytes: usize,
    /// Tokens of a document: names, values and punctuators.
    pub max_tokens: usize,
    /// Bytes of a name: of a field, an alias, a variable or whatever else has one.
    pub max_name_bytes: usize,
    /// Braces and brackets within each other, fragments expanded.
    pub max_nesting: usize,
    /// Fields within fields, fragments expanded.
    pub max_depth: usize,
    /// Fields with an alias, fragments expanded.
    pub max_aliases: usize,
    /// Fields of the root type, fragments expanded.
    pub max_root_fields: usize,
    /// Directives, fragments expanded.
    pub max_directives: usize,
    /// Arguments of one field or directive.
    pub max_arguments: usize,
    /// Fields and fragments selected, fragments expanded, over all operations of the document.
    pub max_selections: usize,
    /// Cost of the operation: each field's cost, times the page sizes around it.
    pub max_cost: u64,
    /// Bytes of an answer, or of one result of a subscription; a longer one is not sent. The answers of a batch have as
    /// many together.
    pub max_answer_bytes: usize,
    /// Cost of a field that `field_costs` does not name.
    pub default_field_cost: u64,
    /// Cost of fields by name, or by `Type.field` for fields of the roots `Query`, `Mutation` and `Subscription`.
    pub field_costs: HashMap<String, u64>,
    /// Fields that are lists without page arguments, by name, and the length to reckon with.
    pub list_sizes: HashMap<String, u64>,
    /// Length to reckon with where a page argument is not a number.
    pub default_page_size: u64,
    /// Tokens of all parsed documents kept for reuse, and a quarter more for whole requests; 0 keeps none. A token takes
    /// up to half a kilobyte of memory.
    pub cached_tokens: usize,
    /// Whether clients may register a document under its SHA-256 and send only that.
    pub persisted: bool,
    /// Bytes of the documents that clients registered in this process; the least recently used give way. One address may
    /// register a sixteenth of them.
    pub persisted_bytes: usize,
    /// Bytes of a document that clients may register; a longer one is executed and not kept.
    pub persisted_document_bytes: usize,
    /// A JSON file of documents by id. Where set, every other document is refused.
    pub trusted_manifest: Option<PathBuf>,
    /// Whether documents may ask for the schema itself. The program decides it; it is no setting of the edge.
    #[serde(skip)]
    pub introspection: bool,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            max_bytes: 256 * 1024,
            max_tokens: 10_000,
            max_name_bytes: 128,
            max_nesting: 50,
            max_depth: 15,
            max_aliases: 50,
            max_root_fields: 20,
            max_directives: 50,
            max_arguments: 50,
            max_selections: 5_000,
            max_cost: 20_000,
            max_answer_bytes: 2 * 1024 * 1024,
            default_field_cost: 1,
            field_costs: HashMap::new(),
            list_sizes: HashMap::new(),
            default_page_size: 100,
            cached_tokens: 200_000,
            persisted: true,
            persisted_bytes: 16 * 1024 * 1024,
            persisted_document_bytes: 16 * 1024,
            trusted_manifest: None,
            introspection: true,
        }
    }
}
