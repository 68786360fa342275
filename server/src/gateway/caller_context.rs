//! What the program knows of a caller, carried by the edge from their request to their operations.

use std::sync::Arc;

use axum::http::HeaderMap;
use domain::accounts::SignedBy;
use resolvers::{
    cookies::{self, Cookies},
    models::ClientCountry,
};
use security::RequestContext;
use serde_json::{Map, Value};
use transport::{gateway::Caller, request_id::RequestId};

use super::tokens;

/// The header, and the name in the payload of `connection_init`, of what was earned by a captcha.
const PASS: &str = "captcha-pass";
const PASS_OF_PAYLOAD: &str = "captchaPass";

/// Longer ones were not given by us.
const LONGEST_PASS: usize = 200;

/// What the program knows of a caller.
#[derive(Default)]
pub(super) struct CallerContext {
    pub(super) context: RequestContext,
    pub(super) request: Option<RequestId>,
    /// Where cookies can be set.
    pub(super) cookies: Option<Cookies>,
    /// What the viewer's token was verified by.
    pub(super) signed_by: Option<SignedBy>,
    /// As a trusted proxy names it.
    pub(super) country: Option<ClientCountry>,
}

impl CallerContext {
    /// What `identify` found out. An anonymous caller where the edge's record is not ours.
    pub(super) fn of(caller: &Caller) -> Arc<Self> {
        Arc::clone(&caller.context).downcast().unwrap_or_default()
    }

    /// The request's id; empty where it has none.
    pub(super) fn id(&self) -> String {
        self.request.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

/// The pass of a request: of its header, or else of its cookie.
pub(super) fn pass(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(PASS).and_then(|pass| pass.to_str().ok());
    kept(header.or_else(|| tokens::of_cookie(headers, cookies::CAPTCHA)))
}

/// The pass of a socket: of `connection_init`, or else of the upgrade.
pub(super) fn pass_of_socket(headers: &HeaderMap, payload: &Map<String, Value>) -> Option<String> {
    kept(payload.get(PASS_OF_PAYLOAD).and_then(Value::as_str)).or_else(|| pass(headers))
}

fn kept(pass: Option<&str>) -> Option<String> {
    pass.filter(|pass| pass.len() <= LONGEST_PASS).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pass_is_read_from_the_header_the_cookie_and_connection_init() {
        let mut headers = HeaderMap::new();
        assert_eq!(pass(&headers), None);
        headers.insert("cookie", format!("{}=of.cookie", cookies::CAPTCHA).parse().expect("a header value"));
        assert_eq!(pass(&headers).as_deref(), Some("of.cookie"));
        headers.insert(PASS, "of.header".parse().expect("a header value"));
        assert_eq!(pass(&headers).as_deref(), Some("of.header"));

        let payload = json!({ "captchaPass": "of.init" });
        let payload = payload.as_object().expect("it is an object");
        assert_eq!(pass_of_socket(&headers, payload).as_deref(), Some("of.init"));
        assert_eq!(pass_of_socket(&headers, &Map::new()).as_deref(), Some("of.header"));
        headers.insert(PASS, "x".repeat(LONGEST_PASS + 1).parse().expect("a header value"));
        assert_eq!(pass(&headers), None);
    }
}
