//! The pages of the site itself: help, what its operator wrote, and what search engines read.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, request::Parts},
    response::Response,
    routing::get,
};
use kit::{
    answer::{self, Keeping},
    kept,
    layout::{Page, Section},
    operator_pages::{HELP, OperatorPage},
    visit::Visit,
};
use maud::{PreEscaped, html};

use super::{Wanted, errors};
use crate::{
    Shop,
    documents::site::{HelpPage, help_page},
};

mod help;
mod robots;
mod sitemap;

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new()
        .route("/{locale}/help", get(help))
        .route("/{locale}/pages/{name}", get(written))
        .route("/robots.txt", get(robots::show))
        .route("/sitemap.xml", get(sitemap::show))
}

async fn help(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    // In a language that the operator wrote none in, ours is read more easily than theirs in another.
    if let Some(written) = shop.kit.site.pages.find(HELP, wanted.locale, &[]) {
        let mut visit = wanted.visit(&shop, &parts).await;
        let page = framed(written, &visit);
        return answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser);
    }
    let Wanted { locale, path } = wanted;
    kept::public::<HelpPage>(&shop.kit, &shop.kept, &parts, locale, path, help_page::Variables {}, |visit, data| {
        Some(help::page(visit, &data.site))
    })
    .await
}

async fn written(
    State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Path((_, name)): Path<(String, String)>,
    parts: Parts,
) -> Response {
    let site = &shop.kit.site;
    let Some(written) = site.pages.find(&name, wanted.locale, &site.locales).filter(|page| page.name != HELP) else {
        return errors::answer(&shop, &parts, StatusCode::NOT_FOUND).await;
    };
    let mut visit = wanted.visit(&shop, &parts).await;
    let page = framed(written, &visit);
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
}

/// What an operator wrote, in the frame; it says of itself which language it is in where that is another.
fn framed(written: &OperatorPage, visit: &Visit<'_>) -> Page {
    let is_other = written.locale != visit.locale();
    let main = html! {
        div.prose.stack lang=[is_other.then_some(written.locale.tag())] dir=[is_other.then_some(written.locale.direction())] {
            (PreEscaped(&written.html))
        }
    };
    Page { is_listed: !is_other, ..Page::new(Section::Elsewhere, written.title.clone(), main) }
}
