//! Giving a ticket to a friend: what happens, and whom it goes to; and taking it back.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping, Shown},
    api::Refusal,
    form::{Field, Form, Mistakes},
    layout::{Page, Section},
    t,
    visit::Visit,
};
use maud::{Markup, html};

use super::{
    IdInPath,
    entry::match_of,
    not_shown, path_of, path_of_ticket, ticket,
    tickets::{Standing, standing_of_ticket},
};
use crate::{
    Shop,
    documents::tickets::{
        GivePage, GiveTicket, TakeTicketBack, give_page as document, give_ticket as giving, take_ticket_back as taking,
    },
    pages::{Posted, Wanted},
};

type Ticket = document::GivePageNodeOnTicket;

pub(super) async fn show(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    answered(&mut visit, id, &Form::default(), None).await
}

pub(super) async fn act(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = giving::TransferTicketInput { ticket_id: id.clone(), email: form.text("email").to_owned() };
    match visit.ask::<GiveTicket>(giving::Variables { input }).await {
        Ok(data) => {
            let given = data.transfer_ticket.ticket;
            let order = given.reservation.as_ref().map(|order| (order.id.as_str(), given.seat));
            ticket::lead_to(&mut visit, &given.id, order)
        }
        Err(refusal) => answered(&mut visit, id, &form, Some(&refusal)).await,
    }
}

pub(super) async fn take_back(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = taking::CancelTicketTransferInput { ticket_id: id };
    match visit.ask::<TakeTicketBack>(taking::Variables { input }).await {
        Ok(data) => {
            let kept = data.cancel_ticket_transfer.ticket;
            let order = kept.reservation.as_ref().map(|order| (order.id.as_str(), kept.seat));
            ticket::lead_to(&mut visit, &kept.id, order)
        }
        Err(refusal) => not_shown(&mut visit, &refusal),
    }
}

/// The form, or what stands against it, with what was entered.
async fn answered(visit: &mut Visit<'_>, id: String, form: &Form, refusal: Option<&Refusal>) -> Response {
    let status = match refusal.map(|refusal| answer::shown(&refusal.code)) {
        None => StatusCode::OK,
        Some(Shown::Form(status)) => StatusCode::from_u16(status).expect("the table has statuses"),
        Some(Shown::SignIn | Shown::Page(_)) => {
            return not_shown(visit, refusal.expect("it is that of the status"));
        }
    };
    if refusal.is_some_and(|refusal| refusal.is_about("ticketId")) {
        return answer::refused(visit, &Refusal::not_found());
    }
    if !visit.has_session() {
        return answer::refused(visit, &Refusal::unauthenticated());
    }
    let data = match visit.ask::<GivePage>(document::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return not_shown(visit, &refusal),
    };
    let Some(document::GivePageNode::Ticket(row)) = &data.node else {
        return answer::refused(visit, &Refusal::not_found());
    };
    let Some(terms) = &data.site.ticket_transfers else {
        return answer::refused(visit, &Refusal::not_found());
    };
    let standing = standing_of_ticket!(document, row);
    let page = page(visit, row, standing, terms.hours, form, refusal);
    let status = if refusal.is_none() && standing != Standing::Valid { StatusCode::CONFLICT } else { status };
    answer::page(visit, status, &page, Keeping::Nobody)
}

fn page(
    visit: &Visit<'_>,
    row: &Ticket,
    standing: Standing,
    hours: i64,
    form: &Form,
    refusal: Option<&Refusal>,
) -> Page {
    let words = visit.words;
    let known = match_of!(row);
    let title = t!(words, "give-heading");
    let mistakes = mistakes(visit, refusal);
    let is_refused = refusal.is_some_and(|refusal| refusal.code != "BAD_USER_INPUT");
    let shown_at = match &row.reservation {
        Some(order) => format!("{}#ticket-{}", path_of(&order.id), row.seat),
        None => path_of_ticket(&row.id),
    };
    let main = html! {
        div.narrow.stack {
            (mistakes.summary(words))
            @if is_refused || standing != Standing::Valid { (not_given(visit, row, standing, refusal)) }
            h1 { (title) }
            div { p { b { (known.names(words)) } " · " (t!(words, "category", n = row.category)) } (known.when_and_where(words)) }
            @if standing == Standing::Valid { (fields(visit, row, hours, form, &mistakes)) }
            p { a href=(visit.link(&shown_at)) { (t!(words, if standing == Standing::Valid { "give-keep" } else { "give-look" })) } }
        }
    };
    Page::new(Section::Orders, title, main)
}

fn fields(visit: &Visit<'_>, row: &Ticket, hours: i64, form: &Form, mistakes: &Mistakes) -> Markup {
    let words = visit.words;
    let (label, hint) = (t!(words, "give-email"), t!(words, "give-email-hint"));
    let email = Field {
        name: "email",
        label: &label,
        kind: "email",
        value: form.text("email"),
        autocomplete: "off",
        hint: Some(&hint),
        error: mistakes.at("email"),
        is_required: true,
        is_code: true,
        ..Field::default()
    };
    html! {
        form.sheet.stack method="post" action=(visit.link(&format!("{}/give", path_of_ticket(&row.id)))) {
            (email.html())
            ul.stack.tight {
                li { (t!(words, "give-rule-until", hours = hours)) }
                li { (t!(words, "give-rule-after")) }
                li { (t!(words, "give-rule-money")) }
            }
            md-once { button.button.wide { (t!(words, "give-act")) } }
        }
    }
}

fn mistakes(visit: &Visit<'_>, refusal: Option<&Refusal>) -> Mistakes {
    match refusal.filter(|refusal| refusal.is_about("email")) {
        Some(_) => Mistakes::of("email", t!(visit.words, "give-wrong-email")),
        None => Mistakes::default(),
    }
}

/// Why the ticket is not given, by how it stands now.
fn not_given(visit: &Visit<'_>, row: &Ticket, standing: Standing, refusal: Option<&Refusal>) -> Markup {
    let words = visit.words;
    let to = row.transfer.as_ref().map_or("", |transfer| transfer.to.as_str());
    html! {
        div.notice.bad role="alert" tabindex="-1" autofocus {
            h2 { (t!(words, "give-not-title")) }
            @match (standing, refusal.map(|refusal| refusal.code.as_str())) {
                (Standing::Offered, _) => p { (t!(words, "give-not-offered", to = to)) },
                (Standing::Valid, Some("SALE_CLOSED")) => p { (t!(words, "give-not-closed")) },
                (Standing::Valid, _) => p { (t!(words, "give-not-again")) },
                (standing, _) => p { (t!(words, &format!("ticket-{}-text", standing.sign().0), to = to)) },
            }
        }
    }
}
