//! A match: its categories to choose from, and what other fans offer.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::ZonedDateTime;
use kit::{
    answer::{self, Keeping, Shown},
    api::Refusal,
    form::Form,
    kept,
    layout::{Page, Section},
    money::{money_short, times as product},
    t, t_plain, times,
    visit::Visit,
};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::{
    NumberInPath, Posted, Wanted,
    facts::{self, Category, Standing},
    live,
    recommended::cards,
};
use crate::{
    Shop,
    documents::matches::{MatchPage, Recommended, Reserve, match_page as document, recommended, reserve as mutation},
};

/// Matches that are recommended beside one that is gone.
const OTHERS: i64 = 4;

/// What the site says of every hold.
#[derive(Clone, Copy)]
struct Terms {
    minutes: i64,
    /// Tickets of one reservation.
    most: u32,
}

pub(crate) async fn show(
    State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Path((_, number)): NumberInPath,
    parts: Parts,
) -> Response {
    let variables = document::Variables { match_number: number };
    let choice = Choice::of(&Form::of_query(parts.uri.query().unwrap_or_default().as_bytes()));
    let (kit, kept) = (&shop.kit, &shop.kept);
    let make = |visit: &Visit<'_>, data: &document::ResponseData, others: Option<&recommended::ResponseData>| {
        page(visit, data, others, &choice, None)
    };
    kept::public_with::<MatchPage, Recommended>(kit, kept, &parts, wanted.locale, wanted.path, variables, others, make)
        .await
}

/// Other matches are recommended where none of this one's tickets can be had.
fn others(data: &document::ResponseData) -> Option<recommended::Variables> {
    let is_left = |category: &document::MatchPageMatchCategories| category.sellable > 0;
    let is_gone = !data.match_.as_ref()?.categories.iter().any(is_left);
    is_gone.then_some(recommended::Variables { first: OTHERS, country: None })
}

/// What a visitor has chosen: of an address, after they have signed in, or of a form that was refused.
#[derive(Default)]
struct Choice {
    category: Option<i64>,
    quantity: Option<i64>,
}

impl Choice {
    fn of(form: &Form) -> Self {
        Self { category: form.number("category"), quantity: form.number("quantity") }
    }

    /// The page of the match with it, as a path of the site.
    fn address(&self, visit: &Visit<'_>, number: i64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, chosen) in [("category", self.category), ("quantity", self.quantity)] {
            if let Some(chosen) = chosen {
                query.append_pair(name, &chosen.to_string());
            }
        }
        visit.link(&format!("/matches/{number}?{}", query.finish()))
    }
}

/// Holds what was chosen, and leads to it.
pub(crate) async fn reserve(
    State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Path((_, number)): NumberInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let choice = Choice::of(&form);
    let input = mutation::ReserveInput {
        match_number: number,
        category: choice.category.unwrap_or_default(),
        quantity: choice.quantity.unwrap_or_default(),
        idempotency_key: form.key(),
    };
    match visit.ask::<Reserve>(mutation::Variables { input }).await {
        Ok(done) => {
            let path = visit.link(&format!("/orders/{}", done.reserve.reservation.id));
            answer::see_other(&mut visit, &path)
        }
        Err(refusal) => match answer::shown(&refusal.code) {
            Shown::SignIn => {
                let next: String = form_urlencoded::byte_serialize(choice.address(&visit, number).as_bytes()).collect();
                let path = visit.link(&format!("/sign-in?next={next}"));
                answer::see_other(&mut visit, &path)
            }
            Shown::Form(status) => refused(&mut visit, number, &choice, &refusal, status).await,
            Shown::Page(_) => answer::refused(&mut visit, &refusal),
        },
    }
}

/// The page as it is now, with what was chosen and why it is not held.
async fn refused(visit: &mut Visit<'_>, number: i64, choice: &Choice, refusal: &Refusal, status: u16) -> Response {
    let data = visit.ask::<MatchPage>(document::Variables { match_number: number }).await;
    match data.map(|data| page(visit, &data, None, choice, Some(refusal))) {
        Ok(Some(page)) => {
            let status = StatusCode::from_u16(status).expect("the table has statuses");
            answer::page(visit, status, &page, Keeping::Browser)
        }
        Ok(None) => answer::refused(visit, &Refusal::not_found()),
        Err(refusal) => answer::refused(visit, &refusal),
    }
}

/// Why nothing is held, and what helps.
fn why(visit: &Visit<'_>, refusal: &Refusal) -> Markup {
    let words = visit.words;
    let key = refusal.code.to_lowercase().replace('_', "-");
    let number = |name: &str| refusal.extensions[name].as_i64();
    html! {
        div.notice.bad role="alert" tabindex="-1" autofocus {
            @match (refusal.code.as_str(), number("sellable"), number("has"), number("limit")) {
                ("TEMPORARILY_UNAVAILABLE", Some(sellable @ 1..), ..) => {
                    h2 { (t!(words, "only-some-title")) }
                    p { (t!(words, "only-some", n = sellable)) }
                }
                ("PURCHASE_LIMIT", _, Some(has), Some(limit)) => {
                    h2 { (t!(words, "refusal-purchase-limit-title")) }
                    p { (t!(words, "limit-reached", has = has, limit = limit)) }
                    p { a href=(visit.link("/orders")) { (t!(words, "limit-orders")) } }
                }
                _ => {
                    h2 { (t!(words, &format!("refusal-{key}-title"))) }
                    p { (t!(words, &format!("refusal-{key}-text"))) }
                }
            }
        }
    }
}

fn page(
    visit: &Visit<'_>,
    data: &document::ResponseData,
    others: Option<&recommended::ResponseData>,
    choice: &Choice,
    refusal: Option<&Refusal>,
) -> Option<Page> {
    let known = data.match_.as_ref()?;
    let words = visit.words;
    let most = u32::try_from(data.site.max_tickets_per_reservation).unwrap_or(1);
    let terms = Terms { minutes: data.site.hold_seconds / 60, most };
    let time = times::at(known.date_utc, &times::zone(&known.time_zone));
    let fixture = facts::fixture(&known.home_team, &known.away_team, words);
    let stage = facts::stage(known.group.as_deref(), known.round_number, words);
    let categories: Vec<Category<'_>> = known.categories.iter().map(category).collect();
    let cheapest = categories.iter().min_by_key(|category| category.number).map(|category| category.price(words));
    let main = html! {
        @if let Some(refusal) = refusal { (why(visit, refusal)) }
        p.small.crumbs {
            a href=(visit.link("/")) { (t!(words, "back-to-matches")) }
            " · " (stage) " · " (t!(words, "match-number", n = known.match_number))
        }
        div.stack {
            h1 { (facts::heading(&known.home_team, &known.away_team, words)) }
            div {
                p {
                    b { (times::day(&time, words)) " · " (facts::clock(&time)) }
                    br;
                    bdi { (facts::venue(&known.location, words)) }
                }
                (facts::own_time(&time))
            }
        }
        div.two {
            md-availability.stack {
                (facts::changed(visit))
                div data-match=(known.match_number) data-version=(known.version) data-label=(fixture)
                    data-facts=(facts::digest(&known.home_team, &known.away_team, &known.location, known.date_utc)) {
                    (choices(visit, &categories, choice, terms))
                }
            }
            (offers(visit, known.match_number, &data.listings.nodes))
        }
        @if let Some(others) = others {
            (super::recommended::beside(visit, &cards!(recommended, others.recommendations.nodes)))
        }
    };
    Some(Page {
        description: t_plain!(
            words,
            "match-description",
            fixture = fixture.as_str(),
            day = times::day(&time, words),
            venue = facts::venue(&known.location, words),
            price = cheapest.unwrap_or_default(),
        ),
        is_listed: true,
        structured: Some(structured(visit, known, &fixture, &time)),
        script_words: Some(live::words(words, terms.minutes)),
        ..Page::new(Section::Matches, fixture, main)
    })
}

/// The form that holds tickets: a category, how many, one button.
fn choices(visit: &Visit<'_>, categories: &[Category<'_>], choice: &Choice, terms: Terms) -> Markup {
    let words = visit.words;
    let first = categories.iter().find(|category| category.standing == Standing::Available);
    // A fan who chose one that is gone chooses again: nothing dearer is chosen for them.
    let chosen = choice.category.or(first.map(|first| first.number));
    let quantity_chosen =
        choice.quantity.filter(|quantity| (1..=i64::from(terms.most)).contains(quantity)).unwrap_or(1);
    html! {
        md-once {
            form.pick.stack method="post" {
                (visit.new_key())
                fieldset.bare.stack {
                    legend.row { h2 { (t!(words, "choose-category")) } (live::sign(words)) }
                    @for category in categories {
                        @let is_available = category.standing == Standing::Available;
                        label.choice data-category=(category.number) data-status=(category.standing.name())
                            data-label=(category.label(words)) {
                            input type="radio" name="category" value=(category.number) required disabled[!is_available]
                                checked[is_available && chosen == Some(category.number)];
                            span {
                                b { (category.label(words)) } " " (category.tag(words))
                                span.small.muted.note data-note { (note(visit, category.standing, terms)) }
                            }
                            span.price { (category.price(words)) }
                        }
                    }
                }
                fieldset.bare {
                    legend { h2 { (t!(words, "how-many")) } }
                    div.row {
                        @for quantity in 1..=terms.most {
                            label.chip {
                                input type="radio" name="quantity" value=(quantity) required checked[i64::from(quantity) == quantity_chosen];
                                " " (quantity)
                            }
                        }
                    }
                }
                button.button.wide data-when="AVAILABLE" hidden[first.is_none()] {
                    span data-act { (t!(words, "hold-button", minutes = terms.minutes)) }
                    @for category in categories {
                        @for quantity in 1..=terms.most {
                            @let price = money_short(&product(category.amount, quantity), category.currency, words.locale);
                            span data-act=(format!("{}-{quantity}", category.number)) {
                                (t!(words, "hold-act", n = quantity, minutes = terms.minutes, price = price))
                            }
                        }
                    }
                }
                p.small.muted data-when="AVAILABLE" hidden[first.is_none()] { (t!(words, "nothing-charged")) }
            }
        }
    }
}

fn note(visit: &Visit<'_>, standing: Standing, terms: Terms) -> String {
    match standing {
        Standing::Available => String::new(),
        Standing::OnHold => t!(visit.words, "note-held", minutes = terms.minutes).into_owned(),
        Standing::SoldOut => t!(visit.words, "note-sold-out").into_owned(),
        Standing::Closed => t!(visit.words, "note-closed").into_owned(),
    }
}

fn offers(visit: &Visit<'_>, number: i64, offers: &[document::MatchPageListingsNodes]) -> Markup {
    let words = visit.words;
    html! {
        aside.stack {
            div.sheet.stack {
                h2 { (t!(words, "other-fans")) }
                @if offers.is_empty() {
                    p.muted { (t!(words, "other-fans-none")) }
                } @else {
                    table.offers {
                        tbody {
                            @for offer in offers {
                                tr {
                                    td {
                                        a href=(visit.link(&format!("/resale/{}", offer.id))) {
                                            (t!(words, "offer-line", category = t_plain!(words, "category", n = offer.category)))
                                        }
                                        @if offer.state != document::ListingState::OPEN {
                                            " " span.tag.few { (t!(words, "resale-locked")) }
                                        }
                                    }
                                    td { (money_short(&offer.price.amount, &offer.price.currency, words.locale)) }
                                }
                            }
                        }
                    }
                    a.button.quiet.wide href=(visit.link(&format!("/resale?match={number}"))) { (t!(words, "other-fans-all")) }
                }
            }
        }
    }
}

fn category(known: &document::MatchPageMatchCategories) -> Category<'_> {
    Category {
        number: known.category,
        amount: &known.price.amount,
        currency: &known.price.currency,
        sellable: known.sellable,
        standing: match known.status {
            document::AvailabilityStatus::AVAILABLE => Standing::Available,
            document::AvailabilityStatus::SOLD_OUT => Standing::SoldOut,
            document::AvailabilityStatus::CLOSED => Standing::Closed,
            document::AvailabilityStatus::TEMPORARILY_UNAVAILABLE | document::AvailabilityStatus::Other(_) => {
                Standing::OnHold
            }
        },
    }
}

/// What search engines show of a match (schema.org's `SportsEvent`).
fn structured(visit: &Visit<'_>, known: &document::MatchPageMatch, fixture: &str, time: &ZonedDateTime) -> Value {
    let base = visit.kit.site.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
    let page = format!("{base}{}", visit.link(&format!("/matches/{}", known.match_number)));
    let offers: Vec<Value> = known
        .categories
        .iter()
        .map(|category| {
            let availability = match category.status {
                document::AvailabilityStatus::AVAILABLE => "https://schema.org/InStock",
                document::AvailabilityStatus::SOLD_OUT => "https://schema.org/SoldOut",
                document::AvailabilityStatus::CLOSED => "https://schema.org/Discontinued",
                _ => "https://schema.org/LimitedAvailability",
            };
            json!({
                "@type": "Offer",
                "name": t_plain!(visit.words, "category", n = category.category),
                "price": category.price.amount,
                "priceCurrency": category.price.currency,
                "availability": availability,
                "url": page,
            })
        })
        .collect();
    json!({
        "@context": "https://schema.org",
        "@type": "SportsEvent",
        "name": fixture,
        "startDate": time.timestamp().to_string(),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "StadiumOrArena", "name": known.location, "address": known.location},
        "competitor": [
            {"@type": "SportsTeam", "name": known.home_team},
            {"@type": "SportsTeam", "name": known.away_team},
        ],
        "url": page,
        "offers": offers,
    })
}
