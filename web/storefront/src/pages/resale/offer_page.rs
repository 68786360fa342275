//! One offer, and the form that orders it.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::Timestamp;
use kit::{
    answer::{self, Keeping, Shown},
    api::Refusal,
    layout::{Page, Section},
    t, t_plain,
    visit::Visit,
};
use maud::{Markup, html};

use super::{
    IdInPath,
    market::script_words,
    missing,
    offer::{Fixture, Offer, State, fixture, moment, offer, order_form, state},
    terms::{Terms, terms},
};
use crate::{
    Shop,
    documents::resale::{OrderListing, ResaleOffer, order_listing as order_document, resale_offer as document},
    pages::{Posted, Wanted, facts, live},
};

pub(super) async fn show(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    answered(&mut visit, id, None).await
}

/// Orders the offer at the version that the form was printed with, and leads to the order. What stands against it is said
/// at the offer as it is by now, with a new form.
pub(super) async fn order(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = order_document::OrderListingInput {
        listing_id: id.clone(),
        // Without one any price would do: a form that lacks it gets one that no offer has.
        version: Some(form.number("version").unwrap_or_default()),
        idempotency_key: form.key(),
    };
    match visit.ask::<OrderListing>(order_document::Variables { input }).await {
        Ok(done) => {
            let path = visit.link(&format!("/orders/{}", done.order_listing.order.id));
            answer::see_other(&mut visit, &path)
        }
        Err(refusal) => answered(&mut visit, id, Some(missing(refusal, "listingId"))).await,
    }
}

/// The page of the offer as it is now, with why it was not ordered.
async fn answered(visit: &mut Visit<'_>, id: String, refused: Option<Box<Refusal>>) -> Response {
    let status = match &refused {
        None => StatusCode::OK,
        Some(refusal) => match answer::shown(&refusal.code) {
            Shown::Form(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT),
            // One's own offer can't be ordered: the page says so, and what can be done with it.
            Shown::Page(403) if refusal.code == "FORBIDDEN" => StatusCode::FORBIDDEN,
            Shown::Page(_) | Shown::SignIn => return answer::refused(visit, refusal),
        },
    };
    let data = match visit.ask::<ResaleOffer>(document::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return answer::refused(visit, &missing(refusal, "id")),
    };
    let me = data.me.as_ref().map(|me| me.id.as_str());
    let Some(offer) = data.listing.as_ref().map(|node| offer!(document, node, me)) else {
        return answer::refused(visit, &Refusal::not_found());
    };
    if let Some(refusal) = refused.as_ref().filter(|refusal| refusal.code == "FORBIDDEN" && !offer.is_own) {
        return answer::refused(visit, refusal);
    }
    let page = page(visit, data.now, &offer, terms!(data.site), refused.as_deref());
    answer::page(visit, status, &page, Keeping::Browser)
}

fn page(visit: &Visit<'_>, now: Timestamp, offer: &Offer<'_>, terms: Option<Terms>, refused: Option<&Refusal>) -> Page {
    let words = visit.words;
    let fixture = offer.fixture.text(words);
    let match_page = visit.link(&format!("/matches/{}", offer.fixture.number));
    let main = html! {
        @if let Some(refusal) = refused { (why(visit, offer, refusal)) }
        nav.crumbs aria-label=(t!(words, "resale-crumbs")) {
            a href=(visit.link("/resale")) { (t!(words, "resale-all")) }
            " · " a href=(match_page) { (t!(words, "match-number", n = offer.fixture.number)) }
        }
        md-market data-matches=(offer.fixture.number) {
            div.two data-listing=(offer.id) data-version=(offer.version) data-state=(offer.state.name()) data-amount=(offer.amount) {
                div.stack {
                    h1 { (facts::heading(offer.fixture.home, offer.fixture.away, words)) }
                    div {
                        p {
                            b { (offer.fixture.when(words)) } " · " bdi { (facts::venue(offer.location, words)) }
                            " · " bdi { (facts::stage(offer.stage.0, offer.stage.1, words)) }
                        }
                        (facts::own_time(&offer.fixture.time()))
                    }
                    dl.facts {
                        dt { (t!(words, "resale-category")) } dd { (offer.category(words)) }
                        dt { (t!(words, "resale-offered-as")) } dd { bdi { (offer.title) } }
                        @if let Some(description) = offer.description {
                            dt { (t!(words, "resale-details")) }
                            dd { @for line in description.lines() { p { bdi { (line) } } } }
                        }
                        dt { (t!(words, "resale-seller")) } dd { (offer.seller(words)) }
                        dt { (t!(words, "resale-issued")) }
                        dd { @if offer.is_outside { (t!(words, "resale-issued-elsewhere")) } @else { (t!(words, "resale-issued-here")) } }
                    }
                    @if offer.is_outside {
                        div.notice.warn {
                            p { b { (t!(words, "resale-outside-title")) } }
                            p { (t!(words, "resale-outside-text")) }
                        }
                    }
                }
                aside { (buy(visit, now, offer, terms)) }
            }
        }
    };
    Page {
        description: t_plain!(
            words,
            "resale-offer-description",
            fixture = fixture.as_str(),
            category = offer.category(words),
            price = offer.price(words),
        ),
        script_words: Some(script_words(words)),
        ..Page::new(Section::Resale, fixture, main)
    }
}

/// What it costs, how it stands, and the one act.
fn buy(visit: &Visit<'_>, now: Timestamp, offer: &Offer<'_>, terms: Option<Terms>) -> Markup {
    let words = visit.words;
    let minutes = terms.map_or(0, |terms| terms.hold_minutes);
    let button = html! {
        span { (t!(words, "resale-order-for", minutes = minutes)) " · " span data-price { (offer.price(words)) } }
    };
    let is_gone = matches!(offer.state, State::Sold | State::Withdrawn);
    html! {
        div.sheet.stack {
            div.row.spread {
                span.figure data-price { (offer.price(words)) }
                (offer.state.tag(words))
            }
            (live::sign(words))
            @if offer.is_own {
                p { (t!(words, "resale-own-text")) }
                a.button.quiet.wide href=(visit.link(&format!("/sales/{}", offer.id))) { (t!(words, "resale-own")) }
            } @else if is_gone {
                p { (t!(words, if offer.state == State::Sold { "resale-sold-text" } else { "resale-withdrawn-text" })) }
                a.button.quiet.wide href=(visit.link(&format!("/resale?match={}", offer.fixture.number))) {
                    (t!(words, "resale-others"))
                }
            } @else if terms.is_none() {
                p { (t!(words, "resale-closed-text")) }
            } @else {
                p data-when="LOCKED" hidden[offer.state != State::Locked] {
                    @match offer.lock_end(words) {
                        Some(end) => (t!(words, "resale-locked-until", time = end)),
                        None => (t!(words, "resale-locked-note")),
                    }
                }
                md-once { (order_form(visit, offer, &button)) }
                ul.stack.tight.small.muted data-when="OPEN" hidden[offer.state != State::Open] {
                    li { (t!(words, "resale-pays")) }
                    li { (t!(words, "resale-hold", minutes = minutes, time = hold_end(visit, now, minutes))) }
                    li { (t!(words, "resale-nothing-charged")) }
                    @if !visit.has_session() { li { (t!(words, "resale-sign-in")) } }
                }
            }
        }
    }
}

/// Until when an order of this moment would be held.
fn hold_end(visit: &Visit<'_>, now: Timestamp, minutes: i64) -> String {
    let end = now.checked_add(jiff::SignedDuration::from_mins(minutes));
    moment(end.unwrap_or(Timestamp::MAX), visit.words)
}

/// Why it was not ordered, first on the page and heard at once.
fn why(visit: &Visit<'_>, offer: &Offer<'_>, refusal: &Refusal) -> Markup {
    let words = visit.words;
    let text = match (refusal.code.as_str(), offer.state) {
        ("FORBIDDEN", _) => t!(words, "resale-refused-own"),
        ("PURCHASE_LIMIT", _) => {
            let count = |name: &str| refusal.extensions[name].as_i64().unwrap_or_default();
            t!(words, "resale-refused-limit", has = count("has"), most = count("limit"))
        }
        ("CONFLICT", State::Open) if refusal.extensions["currentVersion"].is_number() => {
            t!(words, "resale-refused-changed", price = offer.price(words))
        }
        ("CONFLICT", State::Open) if refusal.extensions["lockedUntil"].is_string() => t!(words, "resale-refused-again"),
        ("CONFLICT", State::Open) => t!(words, "resale-refused-over"),
        ("CONFLICT", State::Locked) => t!(words, "resale-refused-locked"),
        ("CONFLICT", State::Sold) => t!(words, "resale-refused-sold"),
        ("CONFLICT", State::Withdrawn) => t!(words, "resale-refused-withdrawn"),
        _ => {
            return html! {
                div.notice.warn role="alert" tabindex="-1" autofocus { (answer::why(visit, refusal)) }
            };
        }
    };
    html! {
        div.notice.warn role="alert" tabindex="-1" autofocus {
            h2 { (t!(words, "resale-not-ordered")) }
            p { (text) }
            @if refusal.code == "PURCHASE_LIMIT" { p { a href=(visit.link("/orders")) { (t!(words, "resale-to-orders")) } } }
        }
    }
}
