//! Origins whose pages may open a socket: WebSockets know no same-origin policy, so the server keeps one.

use axum::http::{header, request::Parts};

use crate::cross_origin::Origin;

/// Only browsers send `Origin`; other clients can't be driven by a foreign page and are let through.
pub(crate) fn allowed(parts: &Parts, allowed_origins: &[String]) -> bool {
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        return true;
    };
    let Some(origin) = origin.to_str().ok().and_then(Origin::of) else {
        return false;
    };
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| parts.uri.authority().map(|authority| authority.as_str()));

    host.is_some_and(|host| origin.is_of_host(host))
        || allowed_origins.iter().any(|allowed| allowed == "*" || Origin::of(allowed).as_ref() == Some(&origin))
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, request::Parts};

    use super::allowed;

    fn request(origin: Option<&str>) -> Parts {
        request_to("tickets.example:8000", origin)
    }

    fn request_to(host: &str, origin: Option<&str>) -> Parts {
        let mut request = Request::builder().header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        request.body(()).expect("the headers are valid").into_parts().0
    }

    #[test]
    fn a_page_opens_sockets_to_its_own_host_only() {
        assert!(allowed(&request(Some("http://tickets.example:8000")), &[]));
        assert!(!allowed(&request(Some("http://tickets.example")), &[]), "another port is another origin");
        assert!(!allowed(&request(Some("https://evil.example")), &[]));
        assert!(!allowed(&request(Some("null")), &[]));
    }

    #[test]
    fn a_port_that_is_the_default_of_its_scheme_need_not_be_written() {
        for (host, origin) in [
            ("tickets.example:443", "https://tickets.example"),
            ("tickets.example", "https://tickets.example:443"),
            ("tickets.example", "https://tickets.example"),
            ("Tickets.Example:80", "http://tickets.example"),
            ("[2001:db8::1]:443", "https://[2001:db8::1]"),
        ] {
            assert!(allowed(&request_to(host, Some(origin)), &[]), "{host} {origin}");
        }
        for (host, origin) in [
            ("tickets.example:80", "https://tickets.example"),
            ("tickets.example:443", "http://tickets.example"),
            ("tickets.example:8443", "https://tickets.example"),
        ] {
            assert!(!allowed(&request_to(host, Some(origin)), &[]), "{host} {origin}");
        }
        let listed = ["https://tickets.example/".to_owned()];
        assert!(allowed(&request_to("upstream:8000", Some("https://tickets.example")), &listed));
    }

    #[test]
    fn a_listed_origin_is_allowed_and_others_are_not() {
        let listed = ["https://shop.example".to_owned()];

        assert!(allowed(&request(Some("https://shop.example")), &listed));
        assert!(!allowed(&request(Some("https://shop.example.evil.example")), &listed));
        assert!(allowed(&request(Some("https://evil.example")), &["*".to_owned()]));
    }

    #[test]
    fn a_client_that_is_no_browser_sends_no_origin_and_is_let_in() {
        assert!(allowed(&request(None), &[]));
    }
}
