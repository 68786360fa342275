//! Delete the account: what goes, what stays and why, what has to be settled first, and the last word.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::tz::TimeZone;
use kit::{
    answer::{self, Keeping},
    api::Refusal,
    form::{Field, Form, Mistakes},
    layout::Page,
    refusal, t, times,
    visit::Visit,
};
use maud::{Markup, html};

use super::{framed, mistakes, shown_again, sign_out};
use crate::{
    Shop,
    documents::account::{DeleteAccount, DeletePage, delete_account as mutation, delete_page as document},
    pages::{Posted, Wanted},
};

type Outlook = document::DeletePageAccountDeletion;
type Obstacle = document::DeletePageAccountDeletionObstacles;
type Kept = document::DeletePageAccountDeletionKept;

/// What goes, as the page names it.
const GOES: [&str; 5] =
    ["delete-goes-account", "delete-goes-sessions", "delete-goes-names", "delete-goes-pseudonym", "delete-goes-holds"];

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    match asked(&mut visit).await {
        Ok((email, outlook)) => {
            let page = page(&visit, &email, &outlook, &Mistakes::default());
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Nobody)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

pub(crate) async fn act(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    if form.text("confirm") != "yes" {
        let text = t!(visit.words, "wrong-confirm").into_owned();
        return again(&mut visit, &Refusal::default(), Mistakes::of("confirm", text)).await;
    }
    let password = Some(form.exact("password").to_owned()).filter(|password| !password.is_empty());
    let input = mutation::DeleteAccountInput { password };
    let refusal = match visit.ask::<DeleteAccount>(mutation::Variables { input }).await {
        Ok(_) => {
            let deleted = visit.link("/account/deleted");
            let mut response = answer::see_other(&mut visit, &deleted);
            sign_out::clear(&mut response);
            return response;
        }
        Err(refusal) => refusal,
    };
    match mistaken(&visit, &refusal, &form) {
        Some(mistakes) => again(&mut visit, &refusal, mistakes).await,
        None => answer::refused(&mut visit, &refusal),
    }
}

/// What every visitor sees once the account is gone.
pub(crate) async fn done(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let words = visit.words;
    let title = t!(words, "deleted-title");
    let main = html! {
        h1 { (title) }
        p { (t!(words, "deleted-text")) }
        p.muted { (t!(words, "deleted-kept")) }
        (refusal::support(&visit))
        p { a.button.quiet href=(visit.link("/")) { (t!(words, "back-to-matches")) } }
    };
    let page = framed(&visit, &title, &Mistakes::default(), &main);
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Nobody)
}

/// What would become of the account now, and whose it is.
async fn asked(visit: &mut Visit<'_>) -> Result<(String, Outlook), Box<Refusal>> {
    if !visit.has_session() {
        return Err(Box::new(Refusal::unauthenticated()));
    }
    let data = visit.ask::<DeletePage>(document::Variables {}).await?;
    let email = data.me.and_then(|me| me.email).unwrap_or_default();
    Ok((email, data.account_deletion))
}

fn mistaken(visit: &Visit<'_>, refusal: &Refusal, form: &Form) -> Option<Mistakes> {
    let words = visit.words;
    match refusal.code.as_str() {
        "BAD_USER_INPUT" if refusal.is_about("password") => {
            Some(Mistakes::of("password", t!(words, "wrong-currentpassword")))
        }
        "ACCOUNT_NOT_SETTLED" => Some(Mistakes::of("", t!(words, "delete-obstacles-text"))),
        "REAUTHENTICATION_REQUIRED" => Some(Mistakes::of("", t!(words, "delete-sign-in"))),
        _ => mistakes(visit, refusal, form, &[]),
    }
}

/// The page as things stand now, with what was wrong.
async fn again(visit: &mut Visit<'_>, refusal: &Refusal, mistakes: Mistakes) -> Response {
    match asked(visit).await {
        Ok((email, outlook)) => {
            let page = page(visit, &email, &outlook, &mistakes);
            shown_again(visit, refusal, &page)
        }
        Err(refusal) => answer::refused(visit, &refusal),
    }
}

fn page(visit: &Visit<'_>, email: &str, outlook: &Outlook, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let title = t!(words, "delete-title");
    let main = html! {
        h1 { (title) }
        p { (t!(words, "delete-text")) }
        @if !outlook.obstacles.is_empty() { (obstacles(visit, &outlook.obstacles)) }
        section.stack aria-labelledby="goes" {
            h2 id="goes" { (t!(words, "delete-goes-title")) }
            ul.stack { @for key in GOES { li { (t!(words, key)) } } }
        }
        section.stack aria-labelledby="kept" {
            h2 id="kept" { (t!(words, "delete-kept-title")) }
            @if outlook.kept.is_empty() {
                p { (t!(words, "delete-kept-nothing")) }
            } @else {
                p { (t!(words, "delete-kept-text")) }
                ul.stack { @for kept in &outlook.kept { (stays(visit, kept)) } }
            }
        }
        @if outlook.obstacles.is_empty() { (last_word(visit, email, outlook.needs_password, mistakes)) }
        p { a href=(visit.link("/account/data")) { (t!(words, "delete-data-first")) } }
        p { a href=(visit.link("/account")) { (t!(words, "back-to-account")) } }
    };
    framed(visit, &title, mistakes, &main)
}

/// What has to be settled first, each with the way to it.
fn obstacles(visit: &Visit<'_>, obstacles: &[Obstacle]) -> Markup {
    let words = visit.words;
    html! {
        section.sheet.stack aria-labelledby="obstacles" {
            h2 id="obstacles" { (t!(words, "delete-obstacles-title")) }
            p { (t!(words, "delete-obstacles-text")) }
            ul.stack {
                @for obstacle in obstacles {
                    @let (key, path) = named(&obstacle.kind);
                    li {
                        a href=(visit.link(path)) { (t!(words, key)) } " (" (t!(words, "delete-count", n = obstacle.count)) ")"
                        br;
                        span.small.muted { (t!(words, &format!("{key}-help"))) }
                    }
                }
            }
        }
    }
}

fn named(kind: &document::DeletionObstacleKind) -> (&'static str, &'static str) {
    use document::DeletionObstacleKind as K;

    match kind {
        K::VALID_TICKETS => ("obstacle-valid-tickets", "/orders"),
        K::OPEN_LISTINGS => ("obstacle-open-listings", "/sales"),
        K::ORDERED_LISTINGS => ("obstacle-ordered-listings", "/sales"),
        K::PAYMENTS_IN_PROGRESS => ("obstacle-payments-in-progress", "/orders"),
        K::PAYOUTS_DUE => ("obstacle-payouts-due", "/sales"),
        K::REFUNDS_UNDER_WAY => ("obstacle-refunds-under-way", "/orders"),
        K::GIFTS_OFFERED => ("obstacle-gifts-offered", "/orders"),
        K::Other(_) => ("obstacle-other", "/orders"),
    }
}

fn stays(visit: &Visit<'_>, kept: &Kept) -> Markup {
    use document::KeptRecordKind as K;

    let words = visit.words;
    let key = match kept.kind {
        K::RESERVATIONS => "kept-reservations",
        K::PAYMENTS => "kept-payments",
        K::REFUNDS => "kept-refunds",
        K::DISPUTES => "kept-disputes",
        K::TICKETS => "kept-tickets",
        K::TICKET_TRANSFERS => "kept-ticket-transfers",
        K::LISTINGS => "kept-listings",
        K::PAYOUTS => "kept-payouts",
        K::Other(_) => "kept-other",
    };
    let until = kept.until.map(|until| times::full_day(&times::at(until, &TimeZone::UTC), words));
    html! {
        li {
            (t!(words, key)) " (" (t!(words, "delete-count", n = kept.count)) ")"
            @if let Some(until) = until { " " span.muted { (t!(words, "delete-kept-until", date = until)) } }
        }
    }
}

/// The password, or another sign-in where there is none, a box that is ticked, and the button.
fn last_word(visit: &Visit<'_>, email: &str, needs_password: bool, mistakes: &Mistakes) -> Markup {
    let words = visit.words;
    let label = t!(words, "password");
    let password = Field {
        name: "password",
        label: &label,
        kind: "password",
        autocomplete: "current-password",
        error: mistakes.at("password"),
        is_required: true,
        ..Field::default()
    };
    let wrong = mistakes.at("confirm");
    html! {
        @if !needs_password {
            p { (t!(words, "delete-sign-in")) }
            p { a.button.quiet.wide href=(sign_in_anew(visit)) { (t!(words, "delete-sign-in-button")) } }
        }
        form.stack method="post" action=(visit.link("/account/delete")) {
            @if needs_password {
                // Password managers learn by it whose password is asked for.
                input type="email" name="email" value=(email) autocomplete="username" readonly hidden;
                (password.html())
            }
            div.ask {
                @if let Some(text) = wrong { p.wrong id="confirm-error" { (text) } }
                label.check {
                    input #confirm type="checkbox" name="confirm" value="yes" required
                        aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "confirm-error")];
                    span { (t!(words, "delete-confirm")) }
                }
            }
            p { button.button.danger.wide { (t!(words, "delete-button")) } }
        }
    }
}

/// The way to the identity provider, which asks anew who they are, and back to this page.
fn sign_in_anew(visit: &Visit<'_>) -> String {
    let here = visit.link("/account/delete");
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    format!("/auth/sign-in?anew=yes&next={next}")
}
