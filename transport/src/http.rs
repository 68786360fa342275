//! GraphQL over HTTP, by the GraphQL-over-HTTP draft: what a request accepts and says, and the answer's status, headers and
//! body.

use axum::http::HeaderValue;

pub(crate) mod accept;
pub(crate) mod answer;
pub(crate) mod csrf;
pub(crate) mod etag;
pub(crate) mod failure;
pub(crate) mod input;
pub(crate) mod layers;
pub(crate) mod meters;

/// Answers that may hold what belongs to one person, or a token, are kept nowhere.
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
