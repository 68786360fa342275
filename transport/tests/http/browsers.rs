//! Pages of other sites: what they may send unasked, and what they may read.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use transport::config::CsrfPrevention;

use crate::harness::{Client, Headers};

const QUERY: &[(&str, &str)] = &[("query", "{ me { id } }")];

fn preventing(prevention: CsrfPrevention) -> Client {
    Client::with(|config| config.http.csrf_prevention = prevention)
}

#[tokio::test]
async fn a_request_that_another_sites_page_can_send_unasked_is_refused() {
    let client = Client::new();
    let forged: [Headers<'_>; 6] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("referer", "https://evil.example/page")],
        &[("cookie", "session=1")],
        &[("cookie", "session=1"), ("content-type", "text/plain; charset=utf-8")],
    ];

    for headers in forged {
        let answer = client.get(QUERY, headers).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "CSRF_PREVENTED"), "{headers:?}");
    }
}

#[tokio::test]
async fn a_request_that_proves_the_browser_asked_first_is_answered() {
    let client = Client::new();
    let proofs = [
        ("apollo-require-preflight", "true"),
        ("x-apollo-operation-name", "Matches"),
        ("graphql-require-preflight", "1"),
        ("content-type", "application/json"),
    ];

    for proof in proofs {
        let answer = client.get(QUERY, &[("sec-fetch-site", "cross-site"), ("cookie", "session=1"), proof]).await;
        assert_eq!(answer.status, StatusCode::OK, "{proof:?}");
    }
    for own in [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")] {
        assert_eq!(client.get(QUERY, &[own]).await.status, StatusCode::OK, "{own:?}");
    }
}

#[tokio::test]
async fn prevention_can_be_as_strict_as_apollos_or_off() {
    let strict = preventing(CsrfPrevention::Strict);
    assert_eq!(strict.get(QUERY, &[]).await.code(), "CSRF_PREVENTED");
    assert_eq!(strict.get(QUERY, &[("apollo-require-preflight", "true")]).await.status, StatusCode::OK);
    assert_eq!(strict.query("{ me { id } }", &[]).await.status, StatusCode::OK, "JSON is proof enough");

    let off = preventing(CsrfPrevention::Off);
    assert_eq!(off.get(QUERY, &[("sec-fetch-site", "cross-site")]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_pages_of_allowed_origins_may_read_answers() {
    let client = Client::with(|config| config.http.cors.allowed_origins = vec!["https://tickets.example".to_owned()]);
    let ask = |origin: &'static str| {
        let headers: Vec<(&'static str, &str)> = vec![
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type,authorization"),
        ];
        headers
    };

    let preflight = client.send(Method::OPTIONS, "/graphql", Body::empty(), &ask("https://tickets.example")).await;
    assert_eq!(preflight.status, StatusCode::OK);
    assert_eq!(preflight.header("access-control-allow-origin"), "https://tickets.example");
    assert_eq!(preflight.header("access-control-allow-headers"), "content-type,authorization");
    assert_eq!(preflight.header("access-control-max-age"), "3600");
    let other = client.send(Method::OPTIONS, "/graphql", Body::empty(), &ask("https://evil.example")).await;
    assert_eq!(other.header("access-control-allow-origin"), "");

    let answer = client.query("{ me { id } }", &[("origin", "https://tickets.example")]).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://tickets.example");
    let exposed = answer.header("access-control-expose-headers").to_owned();
    assert!(["x-request-id", "date"].iter().all(|name| exposed.contains(name)), "{exposed}");
    let none = Client::new().query("{ me { id } }", &[("origin", "https://tickets.example")]).await;
    assert_eq!(none.header("access-control-allow-origin"), "");
}
