//! Search: what a fan types, what it was understood as, and what was found. It is made for each visitor: what can be typed has
//! no end, and a page that is kept would show what was found before.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    layout::{Page, Section},
    search_box, t, t_plain,
    visit::Visit,
};
use maud::{Markup, html};

use super::{Wanted, live};
use crate::{
    Shop,
    documents::search::{SearchPage, search_page as document},
};

mod advice;
mod facets;
mod filter;
mod hits;
pub(crate) mod options;

use advice::Why;
use filter::Filter;

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let filter = Filter::of(parts.uri.query().unwrap_or_default());
    let mut visit = wanted.visit(&shop, &parts).await;
    if filter.query.is_empty() {
        let page = nothing_typed(&visit);
        return answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser);
    }
    match visit.ask::<SearchPage>(filter.variables()).await {
        Ok(data) => {
            let page = results(&visit, &filter, &data);
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

/// What can be typed, before anything is.
fn nothing_typed(visit: &Visit<'_>) -> Page {
    let words = visit.words;
    let main = html! {
        div.stack {
            h1 { (t!(words, "search-title")) }
            (search_box::in_page(visit, ""))
            p.muted { (t!(words, "search-hint")) }
            p { a href=(visit.link("/")) { (t!(words, "back-to-matches")) } }
        }
    };
    Page::new(Section::Search, t!(words, "search-title"), main)
}

fn results(visit: &Visit<'_>, filter: &Filter, data: &document::ResponseData) -> Page {
    let (words, found) = (visit.words, &data.search);
    let currency = &data.site.currency;
    let main = html! {
        div.stack {
            h1 { (t!(words, "search-of", query = filter.query.as_str())) }
            (search_box::in_page(visit, &filter.query))
            @if let Some(corrected) = &found.corrected_query {
                p { (t!(words, "search-corrected", query = corrected.as_str())) }
            }
            @if found.total_count > 0 || !filter.chosen.is_empty() {
                (facets::form(visit, filter, &found.facets, currency))
                (facets::chosen(visit, filter, currency))
            }
        }
        (list(visit, filter, data))
    };
    let title = t_plain!(words, "search-of", query = filter.query.as_str());
    Page {
        script_words: Some(hits::script_words(visit, data.site.hold_seconds / 60)),
        ..Page::new(Section::Search, title, main)
    }
}

fn list(visit: &Visit<'_>, filter: &Filter, data: &document::ResponseData) -> Markup {
    let (words, found) = (visit.words, &data.search);
    if found.total_count == 0 {
        return nothing_found(visit, filter, found.advice.as_ref());
    }
    let me = data.me.as_ref().map(|me| me.id.as_str());
    let next = found.page_info.end_cursor.as_ref().filter(|_| found.page_info.has_next_page);
    html! {
        section aria-labelledby="found" {
            div.day {
                h2 #found { (t!(words, "search-count", n = found.total_count)) }
                @if !found.nodes.is_empty() { (live::sign(words)) }
            }
            // What was bought a moment ago is counted, and not shown.
            @if found.nodes.is_empty() { p { (t!(words, "search-gone")) } } @else { (hits::list(visit, &found.nodes, me)) }
        }
        @if let Some(next) = next {
            nav.pages aria-label=(t!(words, "search-pages")) {
                a.chip href=(visit.link(&filter.going_on(next).path())) rel="next" { (t!(words, "search-more")) }
            }
        }
    }
}

fn nothing_found(visit: &Visit<'_>, filter: &Filter, advice: Option<&document::SearchPageSearchAdvice>) -> Markup {
    let words = visit.words;
    let Some(advice) = advice else {
        // What was typed is found, and filtered away.
        return html! {
            div.empty {
                h2 { (t!(words, "search-nothing")) }
                p { (t!(words, "search-none-fits")) }
                a.button.quiet href=(visit.link(&filter.unfiltered().path())) { (t!(words, "search-unfiltered")) }
            }
        };
    };
    match advice.kind {
        document::SearchAdviceKind::NOT_PLAYING => advice::instead(visit, &Why::NotPlaying(&advice.values), &[]),
        _ => advice::instead(visit, &Why::NothingLike, &advice.values),
    }
}
