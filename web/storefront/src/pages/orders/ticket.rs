//! The page of one ticket, which another fan gave to the visitor: there is no order of theirs that it stands on.

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
};
use maud::html;

use super::{
    IdInPath,
    entry::match_of,
    not_shown, order, path_of_ticket,
    tickets::{self, Around, Standing, ticket},
};
use crate::{
    Shop,
    documents::tickets::{TicketPage, ticket_page as document},
    pages::Wanted,
};

type Ticket = document::TicketPageNodeOnTicket;

pub(super) async fn show(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    if !visit.has_session() {
        return answer::refused(&mut visit, &Refusal::unauthenticated());
    }
    let data = match visit.ask::<TicketPage>(document::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return not_shown(&mut visit, &refusal),
    };
    let Some(document::TicketPageNode::Ticket(ticket)) = &data.node else {
        return answer::refused(&mut visit, &Refusal::not_found());
    };
    if let Some(reservation) = &ticket.reservation {
        return order::lead_to(&mut visit, &reservation.id);
    }
    let page = page(&visit, ticket, data.site.ticket_transfers.is_some());
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Nobody)
}

/// Leads to the page of a ticket from an address that is only posted to.
pub(super) async fn back(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    lead_to(&mut visit, &id, None)
}

/// Leads to where a ticket is shown: on its order, where that is the visitor's.
pub(super) fn lead_to(visit: &mut Visit<'_>, id: &str, order: Option<(&str, i64)>) -> Response {
    let path = match order {
        Some((order_id, seat)) => format!("{}#ticket-{seat}", super::path_of(order_id)),
        None if super::is_id(id) => path_of_ticket(id),
        None => "/orders".to_owned(),
    };
    let path = visit.link(&path);
    answer::see_other(visit, &path)
}

fn page(visit: &Visit<'_>, row: &Ticket, can_be_given: bool) -> Page {
    let words = visit.words;
    let known = match_of!(row);
    let name = t_plain!(words, "order-paid-heading", n = 1);
    let shown = ticket!(document, row, row.category);
    let lead = if shown.qr.is_some() { "received-lead" } else { "received-without-lead" };
    let is_going = matches!(shown.standing, Standing::Valid | Standing::Offered | Standing::Listed);
    let around = Around { known: &known, name: name.clone(), price: None, can_be_given };
    let main = html! {
        div.stack.tight {
            h1 { (name) }
            p { (t!(words, lead)) }
        }
        div.tickets { (tickets::stub(visit, &shown, &around)) }
        div.row.noprint {
            @if is_going {
                a.button.quiet href=(visit.link(&format!("{}/match.ics", path_of_ticket(&row.id)))) { (t!(words, "calendar-add")) }
            }
            @if shown.qr.is_some() { md-print { button.button.quiet type="button" hidden { (t!(words, "print")) } } }
            a.button.quiet href=(visit.link(&format!("/matches/{}", known.number))) { (t!(words, "match-page")) }
            a.button.quiet href=(visit.link("/orders")) { (t!(words, "orders-heading")) }
        }
    };
    Page::new(Section::Orders, format!("{name} · {}", known.fixture(words)), main)
}
