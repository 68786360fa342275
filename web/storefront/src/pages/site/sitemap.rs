//! `/sitemap.xml`: every page that everybody sees, in every language, and which are the same in others.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kit::{answer, visit::Visit};

use crate::{
    Shop,
    documents::site::{Sitemap, sitemap as document},
};

/// Pages of the list of matches that are asked for at most. A sitemap has 50,000 addresses at most, and each match has one
/// in each language.
const ROUNDS_MAX: usize = 100;

pub(super) async fn show(State(shop): State<Arc<Shop>>, parts: Parts) -> Response {
    let site = &shop.kit.site;
    let Some(base) = site.public_url.as_deref().map(|url| url.trim_end_matches('/')) else {
        return (StatusCode::NOT_FOUND, "The site was not told its address (http.public_url).\n").into_response();
    };
    // As anybody sees it, whoever asks.
    let mut nobodys = parts;
    nobodys.headers.remove(header::COOKIE);
    let mut visit = Visit::begin(&shop.kit, &nobodys, site.locales[0], "/".to_owned()).await;
    let mut paths: Vec<String> = ["/", "/resale", "/help"].map(ToOwned::to_owned).into();
    let mut after = None;
    for _ in 0..ROUNDS_MAX {
        let data = match visit.ask::<Sitemap>(document::Variables { after: after.take() }).await {
            Ok(data) => data.matches,
            Err(refusal) => return answer::refused(&mut visit, &refusal),
        };
        paths.extend(data.nodes.iter().map(|known| format!("/matches/{}", known.match_number)));
        match data.page_info.end_cursor.filter(|_| data.page_info.has_next_page) {
            Some(cursor) => after = Some(cursor),
            None => break,
        }
    }
    let headers =
        [(header::CONTENT_TYPE, "application/xml; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, written(base, site, &paths)).into_response()
}

fn written(base: &str, site: &kit::visit::Site, paths: &[String]) -> String {
    let base = escaped(base);
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    for path in paths {
        let others: String = site.locales.iter().fold(String::new(), |mut links, locale| {
            let _ =
                write!(links, "<xhtml:link rel=\"alternate\" hreflang=\"{locale}\" href=\"{base}/{locale}{path}\"/>");
            links
        });
        for locale in &site.locales {
            let _ = writeln!(xml, "<url><loc>{base}/{locale}{path}</loc>{others}</url>");
        }
    }
    xml.push_str("</urlset>\n");
    xml
}

fn escaped(url: &str) -> String {
    url.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use kit::{locale::Locale, visit::Site};

    use super::*;

    #[test]
    fn every_page_is_named_in_every_language_with_all_others() {
        let site = Site { locales: vec![Locale::English, Locale::Arabic], ..Site::default() };
        let xml = written("https://tickets.example", &site, &["/".to_owned(), "/matches/7".to_owned()]);

        assert_eq!(xml.matches("<url>").count(), 4);
        assert_eq!(xml.matches("<loc>https://tickets.example/ar/matches/7</loc>").count(), 1);
        assert_eq!(xml.matches("hreflang=\"en\" href=\"https://tickets.example/en/matches/7\"").count(), 2);
    }
}
