//! `/robots.txt`: what search engines need not read. What is anybody's own is closed to them anyway.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::Shop;

/// Pages that are one person's, or a form alone; and what is found, which has an address for each thing that may be typed.
const CLOSED: [&str; 9] =
    ["account", "orders", "search", "sign-in", "sign-up", "sign-out", "forgotten", "reset", "verify"];

pub(super) async fn show(State(shop): State<Arc<Shop>>) -> Response {
    let site = &shop.kit.site;
    let mut text = String::from("User-agent: *\n");
    for locale in &site.locales {
        for page in CLOSED {
            text.push_str(&format!("Disallow: /{locale}/{page}\n"));
        }
    }
    text.push_str("Disallow: /graphql\n");
    if let Some(url) = &site.public_url {
        text.push_str(&format!("\nSitemap: {}/sitemap.xml\n", url.trim_end_matches('/')));
    }
    ([(header::CACHE_CONTROL, "public, max-age=3600")], text).into_response()
}
