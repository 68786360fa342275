//! Taking one's own offer from the market: a page that asks, and a form that acts.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping, Shown},
    api::Refusal,
    layout::{Page, Section},
    t,
    visit::Visit,
};
use maud::{Markup, html};

use super::{
    IdInPath, missing,
    offer::{Fixture, Offer, State, fixture, offer, state},
};
use crate::{
    Shop,
    documents::resale::{ResaleOffer, WithdrawListing, resale_offer as document, withdraw_listing as withdraw},
    pages::{Posted, Wanted, facts},
};

pub(super) async fn ask(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    answered(&mut visit, id, None).await
}

pub(super) async fn act(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = withdraw::WithdrawListingInput { id: id.clone(), version: form.number("version") };
    match visit.ask::<WithdrawListing>(withdraw::Variables { input }).await {
        Ok(_) => {
            let withdrawn: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
            let path = visit.link(&format!("/sales?withdrawn={withdrawn}"));
            answer::see_other(&mut visit, &path)
        }
        Err(refusal) => answered(&mut visit, id, Some(missing(refusal, "id"))).await,
    }
}

/// The page that asks, by the offer as it is now.
async fn answered(visit: &mut Visit<'_>, id: String, refused: Option<Box<Refusal>>) -> Response {
    if !visit.has_session() {
        return answer::refused(visit, &Refusal::unauthenticated());
    }
    let status = match &refused {
        None => StatusCode::OK,
        Some(refusal) => match answer::shown(&refusal.code) {
            Shown::Form(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT),
            Shown::Page(_) | Shown::SignIn => return answer::refused(visit, refusal),
        },
    };
    let data = match visit.ask::<ResaleOffer>(document::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return answer::refused(visit, &missing(refusal, "id")),
    };
    let me = data.me.as_ref().map(|me| me.id.as_str());
    let own = data.listing.as_ref().map(|node| (offer!(document, node, me), node.withdrawing));
    let Some((offer, withdrawing)) = own.filter(|(offer, _)| offer.is_own) else {
        let refusal = if me.is_none() { Refusal::unauthenticated() } else { Refusal::not_found() };
        return answer::refused(visit, &refusal);
    };
    let page = page(visit, &offer, withdrawing, refused.as_deref());
    answer::page(visit, status, &page, Keeping::Browser)
}

fn page(visit: &Visit<'_>, offer: &Offer<'_>, withdrawing: bool, refused: Option<&Refusal>) -> Page {
    let words = visit.words;
    let may_act = matches!(offer.state, State::Open | State::Locked) && !withdrawing;
    let main = html! {
        @if let Some(refusal) = refused {
            div.notice.warn role="alert" tabindex="-1" autofocus {
                h2 { (t!(words, "withdraw-not")) }
                @if refusal.code == "CONFLICT" { p { (t!(words, "withdraw-changed")) } } @else { (answer::why(visit, refusal)) }
            }
        }
        nav.crumbs aria-label=(t!(words, "resale-crumbs")) { a href=(visit.link("/sales")) { (t!(words, "sales-all")) } }
        div.narrow.stack {
            h1 { (t!(words, if may_act { "withdraw-heading" } else { "withdraw-over" })) }
            div.sheet.stack.tight {
                h2 { (facts::heading(offer.fixture.home, offer.fixture.away, words)) }
                p.small { (offer.fixture.when(words)) }
                p.small { b { (offer.category(words)) } " · " bdi { (offer.title) } }
                p.row { b.price { (offer.price(words)) } (offer.state.tag(words)) }
            }
            p { (what_happens(offer, withdrawing, visit)) }
            @if may_act {
                md-once {
                    form method="post" action=(visit.link(&format!("/sales/{}/withdraw", offer.id))) {
                        input type="hidden" name="version" value=(offer.version);
                        button.button.danger.wide { (t!(words, "withdraw-act")) }
                    }
                }
            }
            a.button.quiet.wide href=(visit.link("/sales")) { (t!(words, if may_act { "withdraw-keep" } else { "sales-all" })) }
        }
    };
    Page::new(Section::Resale, t!(words, "withdraw-heading"), main)
}

fn what_happens(offer: &Offer<'_>, withdrawing: bool, visit: &Visit<'_>) -> Markup {
    let key = match (offer.state, withdrawing) {
        (State::Locked, true) => "sales-is-withdrawing",
        (State::Locked, false) => "withdraw-text-locked",
        (State::Open, _) if offer.is_outside => "withdraw-text-outside",
        (State::Open, _) => "withdraw-text",
        (State::Sold, _) => "sales-fixed-sold",
        (State::Withdrawn, _) => "sales-fixed-withdrawn",
    };
    html! { (t!(visit.words, key)) }
}
