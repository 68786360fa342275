//! The addresses of the pages: `/{locale}/…`, and `/` for visitors who have named no language yet.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use kit::{locale::Locale, policy::Needs};
use tower_http::csrf::CsrfLayer;

use crate::{
    Shop,
    pages::{account, errors, match_page, matches, orders, resale, search, site},
};

/// All pages.
pub fn routes(shop: Arc<Shop>) -> Router {
    let guard = guard(shop.kit.site.public_url.as_deref());
    Router::new()
        .route("/", get(choose_language))
        // Mails lead here: which language their reader reads, the browser knows.
        .route("/verify", get(choose_language))
        .route("/reset", get(choose_language))
        .route("/tickets/accept", get(choose_language))
        .route("/{locale}", get(matches::list))
        .route("/{locale}/", get(matches::list))
        .route("/{locale}/from", get(matches::from))
        .route("/{locale}/search", get(search::show))
        .route("/{locale}/search/options", get(search::options::show))
        .route("/{locale}/matches/{number}", get(match_page::show).post(match_page::reserve))
        .merge(account::routes())
        .merge(orders::routes())
        .merge(resale::routes())
        .merge(site::routes())
        .route("/assets/{name}", get(asset))
        .route("/{locale}/{*rest}", any(errors::not_found))
        .method_not_allowed_fallback(errors::not_allowed)
        .with_state(Arc::clone(&shop))
        .layer(guard)
        .layer(from_fn_with_state(shop, errors::framed))
}

/// Lets no form of another site through: the browser says where one comes from (`Sec-Fetch-Site`, or else `Origin` beside
/// `Host`). A proxy may write another `Host`, so the address of the site counts for itself.
fn guard(public_url: Option<&str>) -> CsrfLayer {
    let trusted = public_url.and_then(origin);
    trusted.and_then(|origin| CsrfLayer::new().add_trusted_origin(origin).ok()).unwrap_or_default()
}

/// The origin of an address, as browsers send it.
fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let (scheme, host) = (uri.scheme_str()?, uri.host()?.to_ascii_lowercase());
    let port = uri.port_u16().filter(|port| Some(*port) != usual_port(scheme));
    Some(port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// Leads to the same page in the visitor's language.
async fn choose_language(State(shop): State<Arc<Shop>>, uri: Uri, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|accepted| accepted.to_str().ok());
    let locale = Locale::negotiated(accepted.unwrap_or_default(), &shop.kit.site.locales);
    let headers = [
        (header::LOCATION, format!("/{locale}{}", uri.path_and_query().map_or("/", |path| path.as_str()))),
        (header::VARY, "accept-language".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    let mut response = (StatusCode::FOUND, headers).into_response();
    shop.kit.theme.guard(response.headers_mut(), Needs::Nothing);
    response
}

/// What pages load beside themselves.
async fn asset(State(shop): State<Arc<Shop>>, Path(name): Path<String>) -> Response {
    shop.kit.theme.serve(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_of_an_address_is_written_as_browsers_send_it() {
        for (url, expected) in [
            ("https://Tickets.Example/", Some("https://tickets.example")),
            ("https://tickets.example:443/shop", Some("https://tickets.example")),
            ("http://127.0.0.1:8000", Some("http://127.0.0.1:8000")),
            ("http://[::1]:80", Some("http://[::1]")),
            ("tickets.example", None),
        ] {
            assert_eq!(origin(url).as_deref(), expected, "{url}");
        }
    }
}
