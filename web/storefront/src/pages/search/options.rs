//! What the box of a search offers while a fan types: the first results, in the words of the page.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kit::{
    answer::{self, Shown},
    form::Form,
    money::money_short,
    t, t_plain, times,
    visit::Visit,
    words::Words,
};
use serde::Serialize;

use super::{
    advice::{self, Why},
    filter::{self, Filter},
};
use crate::{
    Shop,
    documents::search::{SearchOptions, search_options as document},
    pages::{Wanted, facts},
};

/// Results that are offered, before the way to all of them.
const OFFERED: i64 = 6;

/// What the box shows.
#[derive(Debug, Serialize)]
struct Options {
    /// How many results there are, for those who hear the page.
    said: String,
    /// What else is to be known: how the query was understood, or why there is nothing.
    note: Option<String>,
    options: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct Choice {
    href: String,
    title: String,
    detail: String,
}

/// Asked for nobody in particular: what is found is the same for everybody, and an answer that the box drops because its fan
/// types on must not be the one that carries the next token of their session.
pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, mut parts: Parts) -> Response {
    let form = Form::of_query(parts.uri.query().unwrap_or_default().as_bytes());
    let query = filter::typed(form.text("q"));
    parts.headers.remove(header::COOKIE);
    let mut visit = wanted.visit(&shop, &parts).await;
    let variables = document::Variables { query: query.clone(), first: OFFERED };
    match visit.ask::<SearchOptions>(variables).await {
        Ok(data) => Json(options(&visit, &query, &data.search)).into_response(),
        // The box stays a plain form, whatever the reason.
        Err(refusal) => match answer::shown(&refusal.code) {
            Shown::Page(status) | Shown::Form(status) => {
                StatusCode::from_u16(status).expect("the table has statuses").into_response()
            }
            Shown::SignIn => StatusCode::FORBIDDEN.into_response(),
        },
    }
}

fn options(visit: &Visit<'_>, query: &str, found: &document::SearchOptionsSearch) -> Options {
    let words = visit.words;
    let said = t_plain!(words, "search-count", n = found.total_count);
    let mut options: Vec<Choice> = found.nodes.iter().map(|hit| choice(visit, &hit.node)).collect();
    if !options.is_empty() {
        let all = Filter { query: query.to_owned(), ..Filter::default() };
        let title = t_plain!(words, "search-all", n = found.total_count);
        options.push(Choice { href: visit.link(&all.path()), title, detail: String::new() });
    }
    let corrected = found.corrected_query.as_deref();
    let corrected = corrected.map(|query| t!(words, "search-corrected", query = query).into_owned());
    let advice = found.advice.as_ref().map(|advice| {
        let why = match advice.kind {
            document::SearchAdviceKind::NOT_PLAYING => Why::NotPlaying(&advice.values),
            _ => Why::NothingLike,
        };
        advice::line(&why, words)
    });
    Options { said, note: corrected.or(advice), options }
}

fn choice(visit: &Visit<'_>, found: &document::SearchOptionsSearchNodesNode) -> Choice {
    use document::SearchOptionsSearchNodesNode::{Listing, Match};
    let words = visit.words;
    let when = |at, zone: &str| {
        let time = times::at(at, &times::zone(zone));
        format!("{} · {}", times::day(&time, words), times::clock(&time))
    };
    match found {
        Match(known) => Choice {
            href: visit.link(&format!("/matches/{}", known.match_number)),
            title: facts::fixture(&known.home_team, &known.away_team, words),
            detail: format!("{} · {}", when(known.date_utc, &known.time_zone), facts::venue(&known.location, words)),
        },
        Listing(known) => Choice {
            href: visit.link(&format!("/resale/{}", known.id)),
            title: facts::fixture(&known.match_.home_team, &known.match_.away_team, words),
            detail: format!("{} · {}", from_fan(known, words), when(known.match_.date_utc, &known.match_.time_zone)),
        },
    }
}

fn from_fan(known: &document::SearchOptionsSearchNodesNodeOnListing, words: Words<'_>) -> String {
    let price = money_short(&known.price.amount, &known.price.currency, words.locale);
    t_plain!(words, "search-from-fan", category = t_plain!(words, "category", n = known.category), price = price)
}
