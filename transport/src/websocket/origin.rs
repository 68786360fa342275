//! Origins whose pages may open a socket: WebSockets know no same-origin policy, so the server keeps one.

use axum::http::{Uri, header, request::Parts};

/// Only browsers send `Origin`; other clients can't be driven by a foreign page and are let through.
pub(crate) fn allowed(parts: &Parts, allowed_origins: &[String]) -> bool {
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };

    allowed_origins.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
        || same_host(parts, origin)
}

fn same_host(parts: &Parts, origin: &str) -> bool {
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    let Ok(origin) = origin.parse::<Uri>() else {
        return false;
    };

    host.zip(origin.authority()).is_some_and(|(host, origin)| origin.as_str().eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, request::Parts};

    use super::allowed;

    fn request(origin: Option<&str>) -> Parts {
        let mut request = Request::builder().header("host", "tickets.example:8000");
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
