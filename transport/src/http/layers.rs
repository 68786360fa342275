//! What wraps every route: permission for other sites' pages, and compression.

use std::time::Duration;

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
};
use tower_http::{
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    cors::{AllowHeaders, AllowOrigin, CorsLayer},
};

use crate::config::{Cors, Http};

/// Headers of an answer that another site's page may read.
const EXPOSED: [HeaderName; 6] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    header::RETRY_AFTER,
    header::ETAG,
    // The clock that countdowns and the ends of tokens go by.
    header::DATE,
];

pub(crate) fn wrap(router: Router, config: &Http) -> Router {
    let worth_it = SizeAbove::new(config.compress_above_bytes)
        .and(NotForContentType::const_new("text/event-stream"))
        .and(NotForContentType::const_new("multipart/mixed"));
    // By gzip and br only: there are clients that offer zstd and can't read it, such as code generators on Node 20.
    let router = router.layer(CompressionLayer::new().compress_when(worth_it));

    if always_act(config) { router.layer(cors(&config.cors)) } else { router }
}

/// Whether every answer passes through something that changes it, not only those that ask to be compressed.
pub(crate) fn always_act(config: &Http) -> bool {
    !config.cors.allowed_origins.is_empty()
}

/// Origins that are no header values can never be sent by a browser, so leaving them out changes nothing.
fn cors(config: &Cors) -> CorsLayer {
    let any = config.allowed_origins.iter().any(|origin| origin == "*");
    let listed = config.allowed_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let origins = if any { AllowOrigin::any() } else { AllowOrigin::list(listed) };

    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(config.allow_credentials && !any)
        .expose_headers(EXPOSED)
        .max_age(Duration::from_secs(config.max_age_seconds))
}
