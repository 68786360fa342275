//! Giving tickets back: which ones, what comes back for them, and a last look before it is done.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
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
    IdInPath, asked,
    entry::{self, match_of},
    is_id, not_shown, order, path_of,
};
use crate::{
    Shop,
    documents::orders::{GiveBack, RefundPage, give_back as mutation, refund_page as document},
    pages::{Posted, Wanted},
};

type Order = document::RefundPageReservation;
type Ticket = document::RefundPageReservationTickets;

/// Characters of a reason at most, as the contract has it.
const LONGEST_REASON: usize = 200;

pub(super) async fn show(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    page(&mut visit, &id, &asked(&parts), None).await
}

pub(super) async fn give_back(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let chosen = chosen(&form);
    if chosen.is_empty() {
        return page(&mut visit, &id, &form, None).await;
    }
    let input = mutation::RefundReservationInput {
        reservation_id: id.clone(),
        ticket_ids: Some(chosen),
        reason: form.filled("reason").map(|reason| reason.chars().take(LONGEST_REASON).collect()),
    };
    match visit.ask::<GiveBack>(mutation::Variables { input }).await {
        Ok(_) => order::lead_to(&mut visit, &id),
        Err(refusal) => match answer::shown(&refusal.code) {
            Shown::Form(_) => page(&mut visit, &id, &form, Some(&refusal)).await,
            Shown::SignIn | Shown::Page(_) => answer::refused(&mut visit, &refusal),
        },
    }
}

/// The tickets that a form names.
fn chosen(form: &Form) -> Vec<String> {
    form.all("ticket").filter(|id| !id.is_empty()).map(ToOwned::to_owned).collect()
}

async fn page(visit: &mut Visit<'_>, id: &str, form: &Form, refusal: Option<&Refusal>) -> Response {
    if !is_id(id) {
        return answer::refused(visit, &Refusal::not_found());
    }
    let data = match visit.ask::<RefundPage>(document::Variables { id: id.to_owned() }).await {
        Ok(data) => data,
        Err(refusal) => return not_shown(visit, &refusal),
    };
    let Some(order) = data.reservation else {
        return answer::refused(visit, &Refusal::not_found());
    };
    let can_go_back: Vec<&Ticket> = order
        .tickets
        .iter()
        .filter(|ticket| ticket.status == document::TicketStatus::VALID && ticket.frozen_at.is_none())
        .collect();
    if can_go_back.is_empty() || order.listing.is_some() || data.site.refunds.is_none() {
        // There is nothing to choose: the page of the order says how its tickets stand.
        return order::lead_to(visit, id);
    }
    let named = chosen(form);
    let of_form = |ticket: &&&Ticket| can_go_back.len() == 1 || named.contains(&ticket.id);
    let chosen: Vec<&Ticket> = can_go_back.iter().filter(of_form).copied().collect();
    let main = if chosen.is_empty() {
        choice(visit, &order, &can_go_back, form.text("asked") == "yes")
    } else {
        let hours = data.site.refunds.and_then(|terms| terms.cutoff_hours);
        let until = hours.map(|hours| order.match_.date_utc - SignedDuration::from_hours(hours));
        confirmation(visit, &order, &chosen, until, form, refusal)
    };
    let status = refusal.map_or(StatusCode::OK, |refusal| match answer::shown(&refusal.code) {
        Shown::Form(status) | Shown::Page(status) => StatusCode::from_u16(status).expect("the table has statuses"),
        Shown::SignIn => StatusCode::OK,
    });
    let title = t_plain!(visit.words, "refund-heading", n = chosen.len());
    answer::page(visit, status, &Page::new(Section::Orders, title, main), Keeping::Nobody)
}

/// Which tickets go back.
fn choice(visit: &Visit<'_>, order: &Order, tickets: &[&Ticket], was_asked: bool) -> Markup {
    let words = visit.words;
    let known = match_of!(order);
    let mistakes = if was_asked { Mistakes::of("which", t!(words, "refund-none-chosen")) } else { Mistakes::default() };
    let error = mistakes.at("which");
    html! {
        div.narrow.stack {
            (mistakes.summary(words))
            h1 { (t!(words, "refund-which")) }
            p { b { (known.names(words)) } }
            form.sheet.stack method="get" {
                fieldset.stack.tight #which tabindex="-1" aria-describedby=[error.map(|_| "which-error")] {
                    legend.hidden { (t!(words, "refund-which")) }
                    @if let Some(text) = error { p.wrong id="which-error" { (text) } }
                    @for ticket in tickets {
                        label.choice {
                            input type="checkbox" name="ticket" value=(ticket.id);
                            span { b { (t!(words, "ticket-of", n = ticket.seat, all = order.tickets.len())) } br;
                                span.small.muted { (t!(words, "category", n = order.category)) } }
                            span.price { (entry::amount(&ticket.price.amount, &ticket.price.currency, words)) }
                        }
                    }
                }
                button.button.wide name="asked" value="yes" { (t!(words, "refund-go-on")) }
            }
            p { a href=(visit.link(&path_of(&order.id))) { (t!(words, "refund-keep")) } }
        }
    }
}

/// What happens, and what comes back, before it is done.
fn confirmation(
    visit: &Visit<'_>,
    order: &Order,
    chosen: &[&Ticket],
    until: Option<Timestamp>,
    form: &Form,
    refusal: Option<&Refusal>,
) -> Markup {
    let words = visit.words;
    let known = match_of!(order);
    let currency = &chosen[0].price.currency;
    let total = money(
        &amount::sum(chosen.iter().map(|ticket| ticket.price.amount.as_str())).unwrap_or_default(),
        currency,
        words.locale,
    );
    html! {
        div.narrow.stack {
            @if let Some(refusal) = refusal { (refused(visit, refusal, known.zone())) }
            h1 { (t!(words, "refund-heading", n = chosen.len())) }
            div { p { b { (known.names(words)) } } (known.when_and_where(words)) }
            form.sheet.stack method="post" action=(visit.link(&format!("{}/refund", path_of(&order.id)))) {
                table.sum {
                    caption.hidden { (t!(words, "refund-sum")) }
                    tbody {
                        @for ticket in chosen {
                            tr {
                                td { (t!(words, "ticket-of", n = ticket.seat, all = order.tickets.len())) }
                                td { (entry::amount(&ticket.price.amount, &ticket.price.currency, words)) }
                            }
                        }
                        tr { td { (t!(words, "refund-sum")) } td { bdi { (total) } } }
                    }
                }
                ul.stack.tight {
                    li { (t!(words, "refund-once")) }
                    li { (t!(words, "refund-days")) }
                    @if let Some(until) = until { li { (t!(words, "refund-until")) " " (entry::moment(until, known.zone(), words)) } }
                }
                @for ticket in chosen {
                    input type="hidden" name="ticket" value=(ticket.id);
                }
                div.ask {
                    label for="reason" { (t!(words, "refund-why")) }
                    p.hint id="reason-hint" { (t!(words, "refund-why-hint")) }
                    input.field #reason name="reason" type="text" maxlength=(LONGEST_REASON) autocomplete="off"
                        aria-describedby="reason-hint" value=[form.filled("reason")];
                }
                md-once { button.button.wide { (t!(words, "refund-act", n = chosen.len(), price = total)) } }
            }
            p { a href=(visit.link(&path_of(&order.id))) { (t!(words, "refund-keep")) } }
        }
    }
}

/// Why tickets do not go back.
fn refused(visit: &Visit<'_>, refusal: &Refusal, zone: &TimeZone) -> Markup {
    let words = visit.words;
    let until = refusal.extensions["until"].as_str().and_then(|until| until.parse::<Timestamp>().ok());
    html! {
        div.notice.bad role="alert" tabindex="-1" autofocus {
            h2 { (t!(words, "refund-not-title")) }
            @if let Some(until) = until {
                p { (t!(words, "refund-until-was")) " " (entry::moment(until, zone, words)) "." }
            } @else {
                p { (t!(words, "refund-not-text")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_named_one_by_one() {
        let form = Form::of_query(b"ticket=a&ticket=b&ticket=&other=c");
        assert_eq!(chosen(&form), ["a", "b"]);
    }
}
