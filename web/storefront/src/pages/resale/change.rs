//! Changing one's own offer, at the version that its seller saw.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    amount,
    answer::{self, Keeping, Shown},
    api::Refusal,
    form::{Form, Mistakes},
    layout::{Page, Section},
    money::money,
    t, t_plain,
    visit::Visit,
};
use maud::{Markup, html};

use super::{
    IdInPath,
    fields::{self, Draft},
    missing,
    offer::{Fixture, Offer, State, fixture, offer, state},
    terms::{Terms, terms},
};
use crate::{
    Shop,
    documents::resale::{ResaleOffer, UpdateListing, resale_offer as document, update_listing as update},
    pages::{Posted, Wanted, facts},
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

/// A form that was sent, and did not change the offer.
struct Refused<'a> {
    draft: Draft,
    form: &'a Form,
    mistakes: Mistakes,
    /// None where the API was not asked.
    refusal: Option<Box<Refusal>>,
}

pub(super) async fn save(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let draft = Draft::of(&form);
    let mut mistakes = Mistakes::default();
    let Some(read) = draft.read(&mut mistakes, visit.words) else {
        let posted = Refused { draft, form: &form, mistakes, refusal: None };
        return answered(&mut visit, id, Some(posted)).await;
    };
    // A price that was not touched is not judged anew: the bounds may be others by now.
    let is_touched = amount::hundredths(&read.price) != amount::hundredths(form.text("was"));
    let input = update::UpdateListingInput {
        id: id.clone(),
        version: form.number("version").unwrap_or_default(),
        title: Some(read.title),
        description: Some(read.description),
        price: is_touched.then_some(update::PriceInput { amount: read.price, currency: None }),
    };
    match visit.ask::<UpdateListing>(update::Variables { input }).await {
        Ok(_) => {
            let changed: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
            let path = visit.link(&format!("/sales?changed={changed}"));
            answer::see_other(&mut visit, &path)
        }
        Err(refusal) => {
            let posted = Refused { draft, form: &form, mistakes, refusal: Some(missing(refusal, "id")) };
            answered(&mut visit, id, Some(posted)).await
        }
    }
}

/// The page of the offer as it is now, with what came of the form.
async fn answered(visit: &mut Visit<'_>, id: String, posted: Option<Refused<'_>>) -> Response {
    if !visit.has_session() {
        return answer::refused(visit, &Refusal::unauthenticated());
    }
    let status = match posted.as_ref().map(|posted| &posted.refusal) {
        None => StatusCode::OK,
        Some(None) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Some(refusal)) => match answer::shown(&refusal.code) {
            Shown::Form(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT),
            Shown::Page(_) | Shown::SignIn => return answer::refused(visit, refusal),
        },
    };
    let data = match visit.ask::<ResaleOffer>(document::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return answer::refused(visit, &missing(refusal, "id")),
    };
    let me = data.me.as_ref().map(|me| me.id.as_str());
    let own = data.listing.as_ref().map(|node| (offer!(document, node, me), node));
    let Some((offer, node)) = own.filter(|(offer, _)| offer.is_own) else {
        let refusal = if me.is_none() { Refusal::unauthenticated() } else { Refusal::not_found() };
        return answer::refused(visit, &refusal);
    };
    let face = node.match_.categories.iter().find(|known| known.category == node.category);
    let bounds = terms!(data.site).zip(face).and_then(|(terms, face)| terms.bounds(&face.price.amount));
    let page = page(visit, &offer, &node.fee.amount, bounds, posted);
    answer::page(visit, status, &page, Keeping::Browser)
}

fn page(
    visit: &Visit<'_>,
    offer: &Offer<'_>,
    fee: &str,
    bounds: Option<(String, String)>,
    posted: Option<Refused<'_>>,
) -> Page {
    let words = visit.words;
    let shown = |amount: &str| money(amount, offer.currency, words.locale);
    let with_bounds = |key: &str, other: &str| match &bounds {
        Some((least, most)) => t_plain!(words, key, least = shown(least), most = shown(most)),
        None => t_plain!(words, other),
    };
    let newest = Draft {
        title: offer.title.to_owned(),
        description: offer.description.unwrap_or_default().to_owned(),
        price: amount::typed(offer.amount, words.locale),
    };
    let seen = |form: &Form| form.number("version").unwrap_or_default();
    let (mistakes, draft, notice, version) = match posted {
        None => (Mistakes::default(), newest, html! {}, offer.version),
        Some(Refused { draft, form, mistakes, refusal: None }) => (mistakes, draft, html! {}, seen(form)),
        Some(Refused { draft, form, mut mistakes, refusal: Some(refusal) }) if refusal.code == "BAD_USER_INPUT" => {
            fields::add_refused(
                &mut mistakes,
                &refusal,
                &with_bounds("sell-price-bounds-wrong", "sell-price-refused"),
                words,
            );
            (mistakes, draft, html! {}, seen(form))
        }
        Some(Refused { draft, refusal: Some(refusal), .. }) => {
            (Mistakes::default(), newest, changed_meanwhile(visit, offer, &draft, &refusal), offer.version)
        }
    };
    let is_live = matches!(offer.state, State::Open | State::Locked);
    let title = t!(words, if is_live { "sales-change-heading" } else { "resale-own" });
    let payout = amount::minus(offer.amount, fee).unwrap_or_default();
    let main = html! {
        (mistakes.summary(words))
        (notice)
        nav.crumbs aria-label=(t!(words, "resale-crumbs")) { a href=(visit.link("/sales")) { (t!(words, "sales-all")) } }
        div.two {
            div.stack {
                h1 { (title) }
                @if offer.state == State::Open {
                    md-once {
                        form.stack method="post" action=(visit.link(&format!("/sales/{}", offer.id))) novalidate {
                            input type="hidden" name="version" value=(version);
                            input type="hidden" name="was" value=(offer.amount);
                            (draft.fields(visit, offer.currency, &with_bounds("sell-price-bounds", "sales-price-hint"), &mistakes))
                            button.button.wide { (t!(words, "sales-save")) }
                        }
                    }
                } @else {
                    p { (fixed(offer, visit)) }
                }
            }
            aside {
                div.sheet.stack {
                    h2 { (facts::heading(offer.fixture.home, offer.fixture.away, words)) }
                    p.small { (offer.fixture.when(words)) " · " (offer.category(words)) }
                    p { (offer.state.tag(words)) }
                    table.sum {
                        tbody {
                            tr { th scope="row" { (t!(words, "sell-buyer-pays")) } td { (shown(offer.amount)) } }
                            tr { th scope="row" { (t!(words, "sales-fee")) } td { (shown(fee)) } }
                            tr { th scope="row" { (t!(words, "sell-payout")) } td { (shown(&payout)) } }
                        }
                    }
                    p.small { a href=(visit.link(&format!("/resale/{}", offer.id))) { (t!(words, "sales-as-seen")) } }
                    @if is_live {
                        a.button.danger.wide href=(visit.link(&format!("/sales/{}/withdraw", offer.id))) { (t!(words, "sales-withdraw")) }
                    }
                }
            }
        }
    };
    Page::new(Section::Resale, title.clone(), main)
}

/// Why an offer can't be changed now.
fn fixed(offer: &Offer<'_>, visit: &Visit<'_>) -> String {
    let words = visit.words;
    match offer.state {
        State::Open => String::new(),
        State::Locked => match offer.lock_end(words) {
            Some(end) => t!(words, "sales-fixed-until", time = end).into_owned(),
            None => t!(words, "sales-fixed").into_owned(),
        },
        State::Sold => t!(words, "sales-fixed-sold").into_owned(),
        State::Withdrawn => t!(words, "sales-fixed-withdrawn").into_owned(),
    }
}

/// That the offer is another by now, which the form shows, and what was entered.
fn changed_meanwhile(visit: &Visit<'_>, offer: &Offer<'_>, draft: &Draft, refusal: &Refusal) -> Markup {
    let words = visit.words;
    html! {
        div.notice.warn role="alert" tabindex="-1" autofocus {
            h2 { (t!(words, "sales-not-changed")) }
            @if refusal.code != "CONFLICT" {
                (answer::why(visit, refusal))
            } @else if offer.state == State::Open {
                p { (t!(words, "sales-newest")) }
                dl.facts {
                    dt { (t!(words, "sell-title")) } dd { bdi { (draft.title) } }
                    @if !draft.description.is_empty() { dt { (t!(words, "sell-description")) } dd { bdi { (draft.description) } } }
                    dt { (t!(words, "sales-price")) } dd { bdi { (draft.price) } }
                }
            } @else {
                p { (fixed(offer, visit)) }
            }
        }
    }
}
