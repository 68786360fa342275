//! `GraphiQL`: the page where a person tries the API, and everything it needs, out of the program itself.
//!
//! It is built beforehand (`graphiql/README.md` says how) and embedded, so neither a build of the program nor a browser
//! asks any other host for it.
//!
//! Invariant: the page may load and call what this origin serves and nothing else; its policy forbids the rest.

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{self, CONTENT_ENCODING, CONTENT_TYPE},
    },
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

const PAGE: &str = include_str!("../graphiql/dist/page.html");

static ASSETS: &[Asset] = &include!("../graphiql/dist/assets.rs");

/// A file of the page. Its name changes with its contents.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    /// Whether `body` is compressed.
    gzip: bool,
    body: &'static [u8],
}

/// Monaco, the editor inside `GraphiQL`, writes style elements at run time and asks for no script beside its files.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const GUARDS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// `/graphiql` and its assets.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/graphiql", get(async || page()))
        // The page names its assets relative to its own address.
        .route("/graphiql/", get(async || Redirect::permanent("../graphiql")))
        .route("/graphiql/assets/{name}", get(asset))
}

fn page() -> Response {
    // The names of the assets are in the page: an old page must not outlive its program.
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (GUARDS, headers, PAGE).into_response()
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if asset.gzip && !takes_gzip(&headers) {
        return (StatusCode::NOT_ACCEPTABLE, "This file is kept compressed: send `Accept-Encoding: gzip`.\n")
            .into_response();
    }
    let lasting = [
        (CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    let mut response = (GUARDS, lasting, asset.body).into_response();
    if asset.gzip {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }

    response
}

/// Whether the client takes gzip: by RFC 9110, 12.5.3, also where it says nothing of encodings.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut lists = headers.get_all(header::ACCEPT_ENCODING).iter().peekable();
    if lists.peek().is_none() {
        return true;
    }
    let offers: Vec<(&str, bool)> =
        lists.filter_map(|list| list.to_str().ok()).flat_map(|list| list.split(',')).map(offer).collect();
    let named = offers.iter().find(|(coding, _)| coding.eq_ignore_ascii_case("gzip"));

    named.or_else(|| offers.iter().find(|(coding, _)| *coding == "*")).is_some_and(|(_, taken)| *taken)
}

/// A coding, and whether its weight is above 0.
fn offer(text: &str) -> (&str, bool) {
    let (coding, weight) = text.split_once(';').unwrap_or((text, ""));
    let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0_f32);

    (coding.trim(), weight > 0.0)
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn get(name: &str, encodings: Option<&'static str>) -> Response {
        let encodings = encodings.map(|list| (header::ACCEPT_ENCODING, HeaderValue::from_static(list)));
        asset(Path(name.to_owned()), encodings.into_iter().collect()).await
    }

    fn said(response: &Response, name: HeaderName) -> &str {
        response.headers().get(name).map_or("", |value| value.to_str().expect("ours are text"))
    }

    /// The assets that the page names.
    fn named() -> Vec<&'static str> {
        PAGE.split('"').filter_map(|part| part.strip_prefix("graphiql/assets/")).collect()
    }

    #[test]
    fn the_page_is_served_with_a_policy_that_allows_no_other_host() {
        let response = page();

        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(said(&response, CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(said(&response, header::CACHE_CONTROL), "no-cache");
        let policy = said(&response, header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("http") && !policy.contains('*'));
        assert!(!policy.contains("script-src 'self' 'unsafe"), "{policy}");
    }

    #[tokio::test]
    async fn everything_the_page_names_is_embedded_and_cached_for_good() {
        let names = named();
        assert_eq!(names.len(), 3, "an icon, a style sheet and a script: {names:?}");

        for name in names {
            let response = get(name, Some("gzip, deflate, br")).await;

            assert_eq!(response.status(), StatusCode::OK, "{name}");
            assert_eq!(said(&response, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
            assert_eq!(said(&response, CONTENT_ENCODING), "gzip");
            assert_eq!(said(&response, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        }
    }

    #[tokio::test]
    async fn compressed_assets_go_only_to_clients_that_take_them() {
        let script = named().into_iter().find(|name| name.ends_with(".js")).expect("the page has a script");

        for taken in [None, Some("gzip"), Some("br, GZIP;q=0.5"), Some("*")] {
            let response = get(script, taken).await;
            assert_eq!(response.status(), StatusCode::OK, "{taken:?}");
            let body = to_bytes(response.into_body(), usize::MAX).await.expect("the body is in memory");
            assert_eq!(body.get(..2), Some([0x1f, 0x8b].as_slice()), "gzip's magic number");
        }
        for refused in [Some("identity"), Some("gzip;q=0, *"), Some("br")] {
            assert_eq!(get(script, refused).await.status(), StatusCode::NOT_ACCEPTABLE, "{refused:?}");
        }
    }

    #[tokio::test]
    async fn other_names_are_not_found() {
        for name in ["page.js", "../page.html", ""] {
            assert_eq!(get(name, None).await.status(), StatusCode::NOT_FOUND, "{name:?}");
        }
    }

    #[test]
    fn names_tell_contents_apart() {
        let mut names: Vec<&str> = ASSETS.iter().map(|asset| asset.name).collect();
        names.dedup();
        assert_eq!(names.len(), ASSETS.len());
        assert!(ASSETS.iter().all(|asset| asset.name.contains('-') && !asset.body.is_empty()));
    }
}
