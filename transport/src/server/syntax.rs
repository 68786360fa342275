//! Requests that another program might read differently: answered by 400 before anything else is done with them.

use axum::http::{HeaderMap, Version, header};

/// Why a request is not looked at. `has_bad_head` is what its bytes say, which the parser has forgiven.
pub(super) fn fault(version: Version, headers: &HeaderMap, has_bad_head: bool) -> Option<&'static str> {
    if has_bad_head {
        return Some(
            "Lines must end with CR LF, and a body must have a Content-Length or a Transfer-Encoding, not both.\n",
        );
    }
    // HTTP/2 says the host in `:authority`.
    if version > Version::HTTP_11 {
        return None;
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(_), None) => None,
        (None, _) if version < Version::HTTP_11 => None,
        _ => Some("A request must have exactly one Host.\n"),
    }
}
