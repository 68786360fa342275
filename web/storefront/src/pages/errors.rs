//! Pages for what no page answers: an unknown address, a method that it does not take, a form of another site's, a panic.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt as _;
use kit::{answer, locale::Locale, policy, visit::Visit};

use super::Wanted;
use crate::Shop;

/// A form that is larger than any of ours; [`framed`] makes a page of it.
pub(crate) fn too_large() -> Response {
    StatusCode::PAYLOAD_TOO_LARGE.into_response()
}

pub(crate) async fn not_found(State(shop): State<Arc<Shop>>, parts: Parts) -> Response {
    unknown(&shop, &parts).await
}

/// What no page answers: a page for people, and a line of text for programs, which mistook an address.
pub(crate) async fn unknown(shop: &Shop, parts: &Parts) -> Response {
    let accepted = parts.headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") {
        return answer(shop, parts, StatusCode::NOT_FOUND).await;
    }
    let line = "There is nothing at this path: GraphQL is at /graphql.\n";
    let mut response = (StatusCode::NOT_FOUND, line).into_response();
    // By its guards it is known for an answer that no page takes the place of.
    policy::guard_file(response.headers_mut());
    response
}

pub(crate) async fn not_allowed(State(shop): State<Arc<Shop>>, parts: Parts) -> Response {
    // The list of matches has a path of one part, a language, which programs take for the API's.
    if parts.uri.path() == "/graphql/" {
        return unknown(&shop, &parts).await;
    }
    answer(&shop, &parts, StatusCode::METHOD_NOT_ALLOWED).await
}

/// The page of a status, in the language of the address or else in one that the browser names.
pub(crate) async fn answer(shop: &Shop, parts: &Parts, status: StatusCode) -> Response {
    let Wanted { locale, path } = Wanted::of_uri(shop, &parts.uri).unwrap_or_else(|| {
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|accepted| accepted.to_str().ok());
        let locale = Locale::negotiated(accepted.unwrap_or_default(), &shop.kit.site.locales);
        // Its languages lead to where there is a page.
        Wanted { locale, path: "/".to_owned() }
    });
    let mut visit = Visit::begin(&shop.kit, parts, locale, path).await;
    answer::no_page(&mut visit, status)
}

/// Makes pages of what is answered around the pages: forms that are refused before any of them is asked, and panics. What is
/// no page has the guards of a file.
pub(crate) async fn framed(State(shop): State<Arc<Shop>>, request: Request, next: Next) -> Response {
    let is_form = !matches!(*request.method(), Method::GET | Method::HEAD);
    let (uri, language) = (request.uri().clone(), request.headers().get(header::ACCEPT_LANGUAGE).cloned());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let status = match answered {
        // No page has a path that cannot be read, such as a number that is none.
        Ok(response) if response.status() == StatusCode::BAD_REQUEST && is_bare(&response) => StatusCode::NOT_FOUND,
        Ok(response) if is_form && is_bare(&response) => response.status(),
        Ok(mut response) => {
            policy::guard_file(response.headers_mut());
            return response;
        }
        Err(_) => {
            tracing::error!(path = uri.path(), "a page panicked");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    answer(&shop, &nobodys(uri, language), status).await
}

/// Whether it is a refusal without a page.
fn is_bare(response: &Response) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    is_error && !response.headers().contains_key(header::CONTENT_SECURITY_POLICY)
}

/// A request of which nothing is known but what was wanted, and in which language.
fn nobodys(uri: Uri, language: Option<HeaderValue>) -> Parts {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.uri = uri;
    parts.headers = HeaderMap::from_iter(language.map(|language| (header::ACCEPT_LANGUAGE, language)));
    parts
}
