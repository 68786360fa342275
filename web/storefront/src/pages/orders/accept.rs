//! Accepting a ticket that another fan gives: the page that the mail leads to. It changes nothing by itself, for scanners of mails
//! open it too.

use std::sync::Arc;

use axum::{
    extract::State as Shared,
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
    asked,
    entry::{self, match_of},
    path_of_ticket,
};
use crate::{
    Shop,
    documents::tickets::{AcceptPage, AcceptTicket, accept_page as document, accept_ticket as mutation},
    pages::{Posted, Wanted},
};

type Transfer = document::AcceptPageTicketTransfer;

const PATH: &str = "/tickets/accept";

pub(super) async fn show(Shared(shop): Shared<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    answered(&mut visit, &asked(&parts), None).await
}

pub(super) async fn act(Shared(shop): Shared<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let code = form.text("code").to_owned();
    // Where the session has ended meanwhile, the code is still there after signing in.
    visit.path = path_with(&code);
    let input = mutation::AcceptTicketTransferInput { code };
    match visit.ask::<AcceptTicket>(mutation::Variables { input }).await {
        Ok(data) => {
            let path = visit.link(&path_of_ticket(&data.accept_ticket_transfer.ticket.id));
            answer::see_other(&mut visit, &path)
        }
        Err(refusal) => answered(&mut visit, &form, Some(&refusal)).await,
    }
}

/// The page by how the ticket stands now.
async fn answered(visit: &mut Visit<'_>, form: &Form, refusal: Option<&Refusal>) -> Response {
    let status = match refusal.map(|refusal| (refusal.code.as_str(), answer::shown(&refusal.code))) {
        None => StatusCode::OK,
        Some(("FORBIDDEN", _)) => StatusCode::FORBIDDEN,
        Some((_, Shown::Form(status))) => StatusCode::from_u16(status).expect("the table has statuses"),
        Some((_, Shown::SignIn | Shown::Page(_))) => {
            return answer::refused(visit, refusal.expect("it is that of the status"));
        }
    };
    let data = match visit.ask::<AcceptPage>(document::Variables { code: form.text("code").to_owned() }).await {
        Ok(data) => data,
        Err(refusal) => return answer::refused(visit, &refusal),
    };
    if data.site.ticket_transfers.is_none() {
        return answer::refused(visit, &Refusal::not_found());
    }
    let email = data.me.as_ref().map(|me| me.email.as_deref());
    let (page, status) = match &data.ticket_transfer {
        Some(transfer) if transfer.state == document::TicketTransferState::PENDING => {
            (pending(visit, transfer, form.text("code"), email, refusal), status)
        }
        Some(transfer) => (over(visit, transfer), if refusal.is_some() { status } else { StatusCode::GONE }),
        None if form.text("code").is_empty() && refusal.is_none() => (entry_of_code(visit, form, false), status),
        None => (entry_of_code(visit, form, true), StatusCode::UNPROCESSABLE_ENTITY),
    };
    answer::page(visit, status, &page, Keeping::Nobody)
}

/// A ticket that waits for its reader: `email` is that of their account, where they are signed in.
fn pending(
    visit: &Visit<'_>,
    transfer: &Transfer,
    code: &str,
    email: Option<Option<&str>>,
    refusal: Option<&Refusal>,
) -> Page {
    let words = visit.words;
    let known = match_of!(transfer);
    let title = t!(words, "accept-heading");
    let next: String = form_urlencoded::byte_serialize(visit.link(&path_with(code)).as_bytes()).collect();
    let main = html! {
        div.narrow.stack {
            @if let Some(refusal) = refusal { (refused(visit, refusal)) }
            h1 { (title) }
            p { (t!(words, "accept-lead")) }
            div.sheet.stack {
                div { h2 { (known.names(words)) } (known.when_and_where(words)) }
                p { b { (t!(words, "category", n = transfer.category)) } }
                p.small.muted { (t!(words, "accept-until")) " " (entry::moment(transfer.until, known.zone(), words)) }
                @match email {
                    Some(email) => {
                        @if let Some(email) = email { p { (t!(words, "accept-as", email = email)) } }
                        md-once {
                            form method="post" action=(visit.link(PATH)) {
                                input type="hidden" name="code" value=(code);
                                button.button.wide { (t!(words, "accept-act")) }
                            }
                        }
                    }
                    None => {
                        p { (t!(words, "accept-sign-in")) }
                        a.button.wide href=(visit.link(&format!("/sign-up?next={next}"))) { (t!(words, "sign-up-button")) }
                        a.button.quiet.wide href=(visit.link(&format!("/sign-in?next={next}"))) { (t!(words, "sign-in-button")) }
                    }
                }
            }
        }
    };
    Page::new(Section::Orders, format!("{title} · {}", known.fixture(words)), main)
}

/// Why the visitor does not get it.
fn refused(visit: &Visit<'_>, refusal: &Refusal) -> Markup {
    let words = visit.words;
    let number = |name: &str| refusal.extensions[name].as_i64().unwrap_or_default();
    html! {
        div.notice.bad role="alert" tabindex="-1" autofocus {
            h2 { (t!(words, "accept-not-title")) }
            @match refusal.code.as_str() {
                "FORBIDDEN" => p { (t!(words, "accept-own")) },
                "PURCHASE_LIMIT" => p { (t!(words, "accept-limit", has = number("has"), limit = number("limit"))) },
                "SALE_CLOSED" => p { (t!(words, "accept-closed")) },
                _ => (answer::why(visit, refusal)),
            }
        }
    }
}

fn over(visit: &Visit<'_>, transfer: &Transfer) -> Page {
    let words = visit.words;
    let known = match_of!(transfer);
    let title = t!(words, "accept-over-title");
    let key = match transfer.state {
        document::TicketTransferState::ACCEPTED => "accept-over-accepted",
        document::TicketTransferState::CANCELLED => "accept-over-cancelled",
        _ => "accept-over-lapsed",
    };
    let main = html! {
        div.narrow.stack {
            h1 { (title) }
            div { p { b { (known.names(words)) } } (known.when_and_where(words)) }
            p { (t!(words, key)) }
            p { a.button.quiet href=(visit.link("/orders")) { (t!(words, "orders-heading")) } }
        }
    };
    Page::new(Section::Orders, title, main)
}

/// Takes the code by hand, from a mail without a link.
fn entry_of_code(visit: &Visit<'_>, form: &Form, is_wrong: bool) -> Page {
    let words = visit.words;
    let (title, label, hint) = (t!(words, "accept-heading"), t!(words, "email-code"), t!(words, "accept-code-hint"));
    let mistakes = match is_wrong {
        true => Mistakes::of("code", t!(words, "accept-wrong-code")),
        false => Mistakes::default(),
    };
    let code = Field {
        name: "code",
        label: &label,
        kind: "text",
        value: form.text("code"),
        autocomplete: "off",
        hint: Some(&hint),
        error: mistakes.at("code"),
        is_required: true,
        is_code: true,
        ..Field::default()
    };
    let main = html! {
        div.narrow.stack {
            (mistakes.summary(words))
            h1 { (title) }
            form.sheet.stack method="get" action=(visit.link(PATH)) {
                (code.html())
                button.button.wide { (t!(words, "accept-look")) }
            }
        }
    };
    Page::new(Section::Orders, title, main)
}

/// The page for a code.
fn path_with(code: &str) -> String {
    let code: String = form_urlencoded::byte_serialize(code.as_bytes()).collect();
    format!("{PATH}?code={code}")
}
