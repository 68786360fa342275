//! The market: what fans offer to fans, live.

use std::{collections::BTreeSet, sync::Arc};

use axum::{extract::State as Shared, http::StatusCode, http::request::Parts, response::Response};
use jiff::Timestamp;
use kit::{
    answer::{self, Keeping},
    kept,
    layout::{Page, Section},
    t, t_plain,
    visit::{self, Visit},
    words::Words,
};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::{
    filter::{Choice, Filter},
    offer::{Fixture, Offer, State, fixture, offer, order_form, state},
    terms,
};
use crate::{
    Shop,
    documents::resale::{ResaleMarket, ResaleMarketOfFan, resale_market as market, resale_market_of_fan as of_fan},
    pages::{Wanted, facts, live},
};

/// What a document of the market was answered with.
struct Answer<'a> {
    is_closed: bool,
    offers: Vec<Offer<'a>>,
    /// Where the next page begins.
    next: Option<&'a str>,
    /// When the newest of all offers was made; none where nothing is offered at all.
    newest: Option<Timestamp>,
    matches: Vec<Choice<'a>>,
}

macro_rules! variables {
    ($document:ident, $filter:expr) => {{
        let filter: &Filter = $filter;
        $document::Variables {
            filter: Some($document::ListingFilter {
                match_number: filter.match_number,
                team: filter.team.clone(),
                category: filter.category,
                price_min: filter.price_min().map(ToOwned::to_owned),
                price_max: filter.price_max().map(ToOwned::to_owned),
                seller_id: None,
            }),
            sort: Some(match filter.sort {
                Sort::Cheapest => $document::ListingSort::PRICE_ASC,
                Sort::Dearest => $document::ListingSort::PRICE_DESC,
                Sort::Newest => $document::ListingSort::NEWEST,
                Sort::Oldest => $document::ListingSort::OLDEST,
            }),
            after: filter.after.clone(),
        }
    }};
}

macro_rules! answer {
    ($document:ident, $data:expr, $me:expr) => {{
        let data = $data;
        Answer {
            is_closed: data.site.resale.is_none(),
            offers: data.listings.nodes.iter().map(|node| offer!($document, node, $me)).collect(),
            next: data.listings.page_info.end_cursor.as_deref().filter(|_| data.listings.page_info.has_next_page),
            newest: data.newest.nodes.first().map(|node| node.created_at),
            matches: data
                .matches
                .nodes
                .iter()
                .map(|known| Choice { number: known.match_number, home: &known.home_team, away: &known.away_team })
                .collect(),
        }
    }};
}

use super::filter::Sort;

/// Who has no session sees the page that is kept; who has one sees which offers are their own.
pub(super) async fn show(Shared(shop): Shared<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let filter = Filter::of(parts.uri.query().unwrap_or_default(), wanted.locale);
    if !visit::may_have_session(&parts.headers) {
        let variables = variables!(market, &filter);
        return kept::public::<ResaleMarket>(
            &shop.kit,
            &shop.kept,
            &parts,
            wanted.locale,
            wanted.path,
            variables,
            |visit, data| Some(page(visit, &filter, &answer!(market, data, None))),
        )
        .await;
    }
    let mut visit = wanted.visit(&shop, &parts).await;
    match visit.ask::<ResaleMarketOfFan>(variables!(of_fan, &filter)).await {
        Ok(data) => {
            let me = data.me.as_ref().map(|me| me.id.as_str());
            let page = page(&visit, &filter, &answer!(of_fan, &data, me));
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

fn page(visit: &Visit<'_>, filter: &Filter, answer: &Answer<'_>) -> Page {
    let words = visit.words;
    if answer.is_closed {
        return terms::closed(visit);
    }
    let main = html! {
        div.stack {
            div.row.spread {
                h1 { (t!(words, "resale-heading")) }
                a.button.quiet href=(visit.link("/sell")) { (t!(words, "resale-sell-yours")) }
            }
            p.muted { (t!(words, "resale-intro")) }
            @if answer.newest.is_some() || !filter.is_empty() {
                details.fold open[!filter.is_empty()] {
                    summary.chip { (t!(words, "resale-filter")) }
                    (filter.form(visit, &answer.matches))
                }
            }
        }
        (live_market(visit, filter, answer))
    };
    Page {
        description: t!(words, "resale-description").into_owned(),
        is_listed: filter.is_empty() && filter.after.is_none(),
        script_words: Some(script_words(words)),
        ..Page::new(Section::Resale, t!(words, "resale-title"), main)
    }
}

/// The offers, and what says that there are none: also where some may come while the page is open.
fn live_market(visit: &Visit<'_>, filter: &Filter, answer: &Answer<'_>) -> Markup {
    let words = visit.words;
    let mut numbers = filter.numbers(&answer.matches);
    // A long list hears of its own matches alone: the stream would begin with all that it does not show.
    if numbers.is_empty() && (answer.next.is_some() || filter.after.is_some()) {
        let of_rows: BTreeSet<i64> = answer.offers.iter().map(|offer| offer.fixture.number).collect();
        numbers = of_rows.into_iter().collect();
    }
    let numbers = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
    let newest = answer.newest.map(|made_at| made_at.to_string()).unwrap_or_default();
    html! {
        md-market.stack.tight data-newest=(newest) data-matches=[(!numbers.is_empty()).then_some(numbers)]
            data-category=[filter.category] data-price-min=[filter.price_min()] data-price-max=[filter.price_max()] {
            div.day {
                h2 { (t!(words, "resale-offers")) }
                (live::sign(words))
            }
            p.notice data-new hidden { a href=(visit.link(&format!("/resale?{}", filter.query("")))) { span data-new-count {} } }
            @if answer.offers.is_empty() {
                (none(visit, answer.newest.is_some()))
            } @else {
                md-once {
                    ul.rows.lined {
                        @for offer in &answer.offers { (row(visit, offer, &Texts::of(offer))) }
                    }
                }
            }
        }
        @if let Some(next) = answer.next {
            nav.pages aria-label=(t!(words, "resale-pages")) {
                a.chip href=(visit.link(&format!("/resale?{}", filter.query(next)))) rel="next" { (t!(words, "resale-more")) }
            }
        }
    }
}

fn none(visit: &Visit<'_>, has_any: bool) -> Markup {
    let words = visit.words;
    html! {
        div.empty {
            @if has_any {
                h3 { (t!(words, "resale-none-fits")) }
                p { (t!(words, "resale-none-fits-text")) }
                a.button.quiet href=(visit.link("/resale")) { (t!(words, "filter-clear")) }
            } @else {
                h3 { (t!(words, "resale-none")) }
                p { (t!(words, "resale-none-text")) }
                a.button.quiet href=(visit.link("/")) { (t!(words, "back-to-matches")) }
            }
        }
    }
}

/// What the seller wrote, as a row shows it: with marks where a search found it.
pub(crate) struct Texts {
    pub(crate) title: Markup,
    /// A part of the description, where that says why the offer is in the list.
    pub(crate) excerpt: Option<Markup>,
}

impl Texts {
    fn of(offer: &Offer<'_>) -> Self {
        Self { title: html! { (offer.title) }, excerpt: None }
    }
}

/// For a page with `md-market` around it.
pub(crate) fn row(visit: &Visit<'_>, offer: &Offer<'_>, texts: &Texts) -> Markup {
    let words = visit.words;
    let button = html! {
        span { (t!(words, "resale-order")) " · " span data-price { (offer.price(words)) } }
        span.hidden { " · " (offer.fixture.text(words)) ", " (offer.category(words)) }
    };
    html! {
        li data-listing=(offer.id) data-version=(offer.version) data-state=(offer.state.name()) data-amount=(offer.amount) {
            div.stack.tight {
                h3 {
                    a href=(visit.link(&format!("/resale/{}", offer.id))) {
                        (facts::heading(offer.fixture.home, offer.fixture.away, words))
                    }
                }
                p.small { b { (offer.category(words)) } " · " bdi { (texts.title) } }
                @if let Some(excerpt) = &texts.excerpt { p.small { bdi { (excerpt) } } }
                p.small.muted { (offer.fixture.when(words)) }
                p.small.muted {
                    (t!(words, "resale-by")) " " (offer.seller(words))
                    @if offer.is_outside { " · " (t!(words, "resale-outside")) }
                }
            }
            div.end {
                b.price data-price { (offer.price(words)) }
                div { (offer.state.tag(words)) }
            }
            @if offer.is_own {
                a.button.quiet.wide href=(visit.link(&format!("/sales/{}", offer.id))) { (t!(words, "resale-own")) }
            } @else {
                (order_form(visit, offer, &button))
            }
            p.small.muted data-when="LOCKED" hidden[offer.state != State::Locked] {
                @match offer.lock_end(words) {
                    Some(end) => (t!(words, "resale-locked-until", time = end)),
                    None => (t!(words, "resale-locked-note")),
                }
            }
        }
    }
}

/// What the elements of the market say.
pub(crate) fn script_words(words: Words<'_>) -> Value {
    json!({
        "live": words.say("live"),
        "changed": t_plain!(words, "live-changed", ago = "{ago}"),
        "reconnecting": words.say("reconnecting"),
        "offline": words.say("offline"),
        "listingOpen": words.say("resale-open"),
        "listingLocked": words.say("resale-locked"),
        "listingSold": words.say("resale-sold"),
        "listingWithdrawn": words.say("resale-withdrawn"),
        "priceChanged": words.say("resale-new-price"),
        "newOffers": live::plural(words, "resale-new-offers"),
        "localTime": t_plain!(words, "local-time", time = "{time}"),
        "sending": words.say("sending"),
    })
}
