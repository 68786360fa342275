//! The page of an order, from its hold to its tickets and back. It is read anew each time it is shown, and goes to its newest
//! state by itself where the browser's script runs.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    api::Refusal,
    layout::{Page, Section},
    t, t_plain,
    visit::Visit,
    words::Words,
};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::{
    IdInPath, asked,
    entry::{self, match_of},
    held::{self, Attempt, Shown},
    is_id, life, not_shown, path_of,
    state::{Reason, State, standing},
    tickets::{self, Around, ticket},
};
use crate::{
    Shop,
    documents::{
        matches::{Recommended, recommended},
        orders::{Cancel, Extend, OrderPage, cancel as cancellation, extend as extension, order_page as document},
    },
    pages::{self, Posted, Wanted, live, recommended::cards},
};

/// Matches that are recommended to a fan who has just bought.
const OTHERS: i64 = 3;

/// Characters of a code that tell it from the ticket's others.
const MARK_LENGTH: usize = 16;

type Order = document::OrderPageReservation;

pub(super) async fn show(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    // A bank's page leads back with more than the path; what it says is not taken for the truth.
    let is_back = !asked(&parts).text("redirect_status").is_empty();
    let attempt = Attempt { is_back, ..Attempt::default() };
    answer(&mut visit, id, attempt).await
}

/// Leads to the page of an order from an address that is only posted to.
pub(super) async fn back(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    lead_to(&mut visit, &id)
}

/// Lets a hold, or a payment that waits for its buyer, go.
pub(super) async fn cancel(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = cancellation::CancelReservationInput { reservation_id: id.clone() };
    match visit.ask::<Cancel>(cancellation::Variables { input }).await {
        Ok(_) => lead_to(&mut visit, &id),
        Err(refusal) => refused(&mut visit, id, refusal, None).await,
    }
}

pub(super) fn lead_to(visit: &mut Visit<'_>, id: &str) -> Response {
    let path = if is_id(id) { visit.link(&path_of(id)) } else { visit.link("/orders") };
    answer::see_other(visit, &path)
}

/// What was refused, on the page of the order where that helps, with the card that was chosen.
pub(super) async fn refused(
    visit: &mut Visit<'_>,
    id: String,
    refusal: Box<Refusal>,
    card: Option<String>,
) -> Response {
    match answer::shown(&refusal.code) {
        answer::Shown::Form(_) => answer(visit, id, Attempt { card, refusal: Some(refusal), is_back: false }).await,
        answer::Shown::SignIn | answer::Shown::Page(_) => answer::refused(visit, &refusal),
    }
}

/// Gives a hold more time.
pub(super) async fn more_time(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let expires_at = form.text("expiresAt").parse().ok();
    let input = extension::ExtendReservationInput { reservation_id: id.clone(), expires_at };
    match visit.ask::<Extend>(extension::Variables { input }).await {
        Ok(_) => lead_to(&mut visit, &id),
        Err(refusal) => refused(&mut visit, id, refusal, None).await,
    }
}

/// The page of an order as it is now, with what became of what was just tried.
async fn answer(visit: &mut Visit<'_>, id: String, attempt: Attempt) -> Response {
    if !is_id(&id) {
        return answer::refused(visit, &Refusal::not_found());
    }
    let data = match visit.ask::<OrderPage>(document::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return not_shown(visit, &refusal),
    };
    let Some(order) = &data.reservation else {
        return answer::refused(visit, &Refusal::not_found());
    };
    let status = attempt.refusal.as_ref().map_or(StatusCode::OK, |refusal| match answer::shown(&refusal.code) {
        answer::Shown::Form(status) | answer::Shown::Page(status) => {
            StatusCode::from_u16(status).expect("the table has statuses")
        }
        answer::Shown::SignIn => StatusCode::OK,
    });
    // Whatever was posted, the page in another language is that of the order.
    visit.path = path_of(&order.id);
    let others = match standing!(document, order).state(data.now) {
        State::Paid | State::Settling => {
            visit.ask::<Recommended>(recommended::Variables { first: OTHERS, country: None }).await.ok()
        }
        _ => None,
    };
    let page = page(visit, &data, others.as_ref(), order, &attempt);
    answer::page(visit, status, &page, Keeping::Nobody)
}

fn page(
    visit: &Visit<'_>,
    data: &document::ResponseData,
    others: Option<&recommended::ResponseData>,
    order: &Order,
    attempt: &Attempt,
) -> Page {
    let (words, now) = (visit.words, data.now);
    let state = standing!(document, order).state(now);
    let known = match_of!(order);
    let heading = t_plain!(words, &format!("order-{}-heading", state.key()), n = order.quantity_left.max(1));
    let main = html! {
        md-order.stack data-reservation=(order.id) data-version=(order.version) data-status=(status(order)) data-tickets=(marks(order))
            data-href=(visit.link(&path_of(&order.id))) {
            div.notice.warn data-stale hidden {
                p { (t!(words, "order-changed")) " "
                    a href=(visit.link(&path_of(&order.id))) { (t!(words, "order-show-now")) } }
            }
            div.notice.warn data-signed-out hidden {
                p { (t!(words, "order-signed-out")) " "
                    a href=(visit.link(&format!("/sign-in?next=/{}{}", visit.locale(), path_of(&order.id)))) {
                        (t!(words, "order-sign-in")) } }
            }
            (held::tried(words, order, state, attempt))
            (life::steps(words, order, state))
            div.stack.tight {
                p.small.muted { (entry::reference(&order.reference, words)) }
                h1 { (heading) }
                p {
                    @if state == State::Paid && !order.tickets.iter().any(|ticket| ticket.qr.is_some()) {
                        (t!(words, "order-paid-without-lead"))
                    } @else {
                        (t!(words, &format!("order-{}-lead", state.key()), fixture = known.names(words)))
                    }
                }
            }
            @match state {
                State::Held | State::Waiting | State::Paying => (held::body(visit, &Shown { order, site: &data.site }, state, now, attempt)),
                State::RunOut | State::Ended(_) => (ended(visit, order, state)),
                State::Settling | State::Paid => (paid(visit, order, refunds_until(&data.site, order, now), data.site.ticket_transfers.is_some())),
            }
            (life::record(words, order, data.me.as_ref(), state))
            @if let Some(others) = others {
                (pages::recommended::beside(visit, &cards!(recommended, others.recommendations.nodes)))
            }
        }
    };
    let title = format!("{heading} · {}", known.fixture(words));
    Page { script_words: Some(script_words(words)), ..Page::new(Section::Orders, title, main) }
}

/// Tickets, and what can be done with them.
fn paid(visit: &Visit<'_>, order: &Order, refunds: Refunds, can_be_given: bool) -> Markup {
    let words = visit.words;
    let known = match_of!(order);
    let path = path_of(&order.id);
    let is_gone = |ticket: &document::OrderPageReservationTickets| ticket.status == document::TicketStatus::TRANSFERRED;
    let keeps_some = order.tickets.is_empty() || !order.tickets.iter().all(is_gone);
    let may_give_back = order.listing.is_none()
        && refunds != Refunds::Closed
        && order
            .tickets
            .iter()
            .any(|ticket| ticket.status == document::TicketStatus::VALID && ticket.frozen_at.is_none());
    html! {
        @if order.listing.as_ref().is_some_and(|listing| listing.is_outside) {
            div.notice { p { (t!(words, "tickets-outside")) } }
        } @else if order.tickets.is_empty() {
            div.notice { p { (t!(words, "tickets-soon")) " "
                a href=(visit.link(&path)) { (t!(words, "look-again")) } } }
        }
        (stubs(visit, order, can_be_given))
        div.row.noprint {
            @if keeps_some {
                a.button.quiet href=(visit.link(&format!("{path}/match.ics"))) { (t!(words, "calendar-add")) }
            }
            @if !order.tickets.is_empty() {
                md-print { button.button.quiet type="button" hidden { (t!(words, "print")) } }
            }
            @if may_give_back {
                a.button.quiet href=(visit.link(&format!("{path}/refund"))) { (t!(words, "refund-begin")) }
            }
            a.button.quiet href=(visit.link(&format!("/matches/{}", known.number))) { (t!(words, "match-page")) }
        }
        @if let (true, Refunds::Until(until)) = (may_give_back, refunds) {
            p.small.muted { (t!(words, "refund-until")) " " (entry::moment(until, known.zone(), words)) }
        }
    }
}

/// The tickets of an order.
fn stubs(visit: &Visit<'_>, order: &Order, can_be_given: bool) -> Markup {
    let known = match_of!(order);
    html! {
        @if !order.tickets.is_empty() {
            div.tickets {
                @for row in &order.tickets {
                    (tickets::stub(visit, &ticket!(document, row, order.category), &Around {
                        known: &known,
                        name: t_plain!(visit.words, "ticket-of", n = row.seat, all = order.quantity),
                        price: Some((row.price.amount.as_str(), row.price.currency.as_str())),
                        can_be_given,
                    }))
                }
            }
        }
    }
}

/// Whether buyers may give tickets back by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refunds {
    Closed,
    Until(jiff::Timestamp),
    Always,
}

fn refunds_until(site: &document::OrderPageSite, order: &Order, now: jiff::Timestamp) -> Refunds {
    let Some(terms) = &site.refunds else { return Refunds::Closed };
    match terms.cutoff_hours.map(|hours| order.match_.date_utc - jiff::SignedDuration::from_hours(hours)) {
        Some(until) if until <= now => Refunds::Closed,
        Some(until) => Refunds::Until(until),
        None => Refunds::Always,
    }
}

/// What to do next, where nothing is left to be paid.
fn ended(visit: &Visit<'_>, order: &Order, state: State) -> Markup {
    let words = visit.words;
    let known = match_of!(order);
    let (path, label) = match (state, &order.listing) {
        (State::Ended(Reason::Refunded), _) => (visit.link("/"), "back-to-matches"),
        (_, Some(_)) => (visit.link(&format!("/resale?match={}", known.number)), "order-other-offers"),
        (_, None) => (visit.link(&format!("/matches/{}", known.number)), "order-again"),
    };
    let refunded = order.tickets.iter().any(|ticket| ticket.status == document::TicketStatus::REFUNDED);
    html! {
        div.two {
            div.sheet.stack {
                div { h2 { (known.names(words)) } div.small.muted { (known.when_and_where(words)) } }
                p { (entry::what(order.quantity, order.category, words)) " · "
                    (entry::amount(&order.total_price.amount, &order.total_price.currency, words)) }
                a.button href=(path) { (t!(words, label)) }
            }
        }
        @if refunded { (stubs(visit, order, false)) }
    }
}

/// The status as the feed of an order says it.
fn status(order: &Order) -> &str {
    match &order.status {
        document::ReservationStatus::PENDING => "PENDING",
        document::ReservationStatus::AWAITING_PAYMENT => "AWAITING_PAYMENT",
        document::ReservationStatus::RESERVED => "RESERVED",
        document::ReservationStatus::CANCELLED => "CANCELLED",
        document::ReservationStatus::Other(other) => other,
    }
}

/// How the tickets stand, as the script says it of what the feed tells: a ticket's newest code is the one that counts, so the end
/// of its signature stands for it.
fn marks(order: &Order) -> String {
    let mark = |ticket: &document::OrderPageReservationTickets| {
        let code = ticket.code.as_deref().unwrap_or_default();
        let end = code.get(code.len().saturating_sub(MARK_LENGTH)..).unwrap_or_default();
        format!("{}:{end}", ticket_status(&ticket.status))
    };
    order.tickets.iter().map(mark).collect::<Vec<_>>().join(",")
}

fn ticket_status(status: &document::TicketStatus) -> &str {
    match status {
        document::TicketStatus::VALID => "VALID",
        document::TicketStatus::LISTED => "LISTED",
        document::TicketStatus::TRANSFERRED => "TRANSFERRED",
        document::TicketStatus::USED => "USED",
        document::TicketStatus::REFUNDED => "REFUNDED",
        document::TicketStatus::Other(other) => other,
    }
}

/// The words of `md-order`, `md-countdown`, `md-once` and `md-local-time`.
fn script_words(words: Words<'_>) -> Value {
    json!({
        "orderChanged": words.say("order-changed"),
        "signedOut": words.say("order-signed-out"),
        "minutesLeft": live::plural(words, "minutes-left"),
        "timeOver": words.say("time-over"),
        "localTime": t_plain!(words, "local-time", time = "{time}"),
        "sending": words.say("sending"),
    })
}
