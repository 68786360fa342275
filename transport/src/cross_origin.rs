//! Origins: pages of which sites may talk to this one, and what is logged where one may not.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use axum::http::Uri;

/// Origins that are logged at most: any client can make one up.
const LOGGED_MAX: usize = 100;

/// Letters of an origin that are logged.
const LONGEST: usize = 200;

/// Origins that were refused, each of which is logged once.
#[derive(Debug, Default)]
pub(crate) struct RefusedOrigins(Mutex<HashSet<Box<str>>>);

impl RefusedOrigins {
    /// Logs that pages of `origin` were refused `what`, and which setting would allow it.
    pub(crate) fn refused(&self, origin: &str, what: &str, setting: &str) {
        let origin = &origin[..origin.floor_char_boundary(LONGEST)];
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < LOGGED_MAX && logged.insert(origin.into()) {
            tracing::warn!(origin, "pages of this origin may not {what}; {setting} would allow it");
        }
    }
}

/// A scheme, a host in lower case and a port: what makes two spellings the same origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// Reads an origin as browsers write it, or the beginning of a web address; `None` for anything else, `null` too.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let uri = text.parse::<Uri>().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        if authority.as_str().contains('@') {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let port = uri.port_u16().or(default_port(&scheme));
        Some(Self { host: authority.host().to_ascii_lowercase(), scheme, port })
    }

    /// Whether this is where `Host` says that a request went. A proxy may have ended TLS on the way, so the scheme is
    /// the origin's, and a port that is not named is its default.
    pub(crate) fn is_of_host(&self, host: &str) -> bool {
        Self::of(&format!("{}://{host}", self.scheme)).is_some_and(|asked| asked == *self)
    }
}

/// Whether a text is an origin as browsers send it, and so as it is listed: a scheme, a host, a port if it is not the
/// scheme's own, and nothing after it.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    let has_path = text.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    !has_path && Origin::of(text).is_some()
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_the_same_with_and_without_its_default_port() {
        assert_eq!(Origin::of("https://Tickets.example"), Origin::of("https://tickets.example:443"));
        assert_eq!(Origin::of("http://tickets.example/"), Origin::of("http://tickets.example:80"));
        assert_ne!(Origin::of("https://tickets.example"), Origin::of("https://tickets.example:8443"));
        assert_ne!(Origin::of("https://tickets.example"), Origin::of("http://tickets.example"));
        assert_eq!(Origin::of("null"), None);
    }

    #[test]
    fn what_browsers_never_send_is_no_origin() {
        for right in ["https://tickets.example", "http://localhost:3000", "https://[::1]:8443", "app://shop"] {
            assert!(is_origin(right), "{right}");
        }
        for wrong in
            ["tickets.example", "https://tickets.example/", "https://a/b", "*", "", "[\"https://a\"]", "https://u@a"]
        {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
