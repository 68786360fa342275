//! The pages of account: who a fan is, and how they show it.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
    routing::{get, post},
};
use kit::{
    answer::{self, Keeping},
    api::Refusal,
    form::{self, Field, Form, Mistakes},
    layout::{Page, Section},
    t,
    visit::Visit,
};
use maud::{Markup, html};

use crate::{
    Shop,
    documents::account::{AccountPage, account_page},
};

mod data;
mod delete;
mod overview;
mod password;
mod profile;
mod recovery;
mod sign_in;
mod sign_out;
mod sign_up;
mod verify;

/// What the API takes as a password. Its other rules it says itself: many different characters, and not a common one.
const PASSWORD_LENGTH: (u32, u32) = (8, 128);

/// Who is signed in.
type Me = account_page::AccountPageMe;

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new()
        .route("/{locale}/sign-in", get(sign_in::show).post(sign_in::act))
        .route("/{locale}/sign-up", get(sign_up::show).post(sign_up::act))
        .route("/{locale}/sign-out", get(sign_out::show).post(sign_out::act))
        .route("/{locale}/account", get(overview::show))
        .route("/{locale}/account/profile", get(profile::show).post(profile::act))
        .route("/{locale}/account/password", get(password::show).post(password::act))
        .route("/{locale}/account/data", get(data::show).post(data::download))
        .route("/{locale}/account/personalisation", post(data::personalise))
        .route("/{locale}/account/delete", get(delete::show).post(delete::act))
        .route("/{locale}/account/deleted", get(delete::done))
        .route("/{locale}/forgotten", get(recovery::show_forgotten).post(recovery::forgotten))
        .route("/{locale}/reset", get(recovery::show_reset).post(recovery::reset))
        .route("/{locale}/verify", get(verify::show).post(verify::act))
        .route("/{locale}/verify/resend", post(verify::resend))
}

/// What the address of a page says behind its question mark.
fn query(parts: &Parts) -> Form {
    Form::of_query(parts.uri.query().unwrap_or_default().as_bytes())
}

/// Where a form leads once it is done: where its visitor came from, or to their account.
fn next(visit: &Visit<'_>, form: &Form) -> String {
    form::next_path(form.text("next")).map_or_else(|| visit.link("/account"), ToOwned::to_owned)
}

/// Keeps where the visitor came from, in a form.
fn kept_next(form: &Form) -> Markup {
    html! {
        @if let Some(next) = form::next_path(form.text("next")) { input type="hidden" name="next" value=(next); }
    }
}

/// The same for a link to another of these pages.
fn with_next(visit: &Visit<'_>, path: &str, form: &Form) -> String {
    let Some(next) = form::next_path(form.text("next")) else { return visit.link(path) };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    visit.link(&format!("{path}?next={next}"))
}

/// Who is signed in, for a page that is nobody else's.
async fn me(visit: &mut Visit<'_>) -> Result<Me, Box<Refusal>> {
    let data = visit.ask::<AccountPage>(account_page::Variables {}).await?;
    data.me.ok_or_else(|| Box::new(Refusal::unauthenticated()))
}

/// Who is signed in, for a page that is anybody's: a session that is over counts as none.
async fn me_if_any(visit: &mut Visit<'_>) -> Option<Me> {
    if visit.has_session() { me(visit).await.ok() } else { None }
}

/// What a refusal says of a form's fields, which are named in the order of the page; none where it is not about them.
fn mistakes(visit: &Visit<'_>, refusal: &Refusal, form: &Form, fields: &[&'static str]) -> Option<Mistakes> {
    let words = visit.words;
    match refusal.code.as_str() {
        "RATE_LIMITED" => {
            let seconds = refusal.retry_after.unwrap_or(1);
            Some(Mistakes::of("", t!(words, "too-many-attempts", seconds = seconds)))
        }
        "BAD_USER_INPUT" => {
            let mut mistakes = Mistakes::default();
            for field in fields.iter().filter(|field| refusal.is_about(field)) {
                let text = match *field {
                    "password" | "newPassword" => mistaken_password(visit, form.exact(field)),
                    field => t!(words, &format!("wrong-{}", field.to_lowercase())).into_owned(),
                };
                mistakes.add(field, text);
            }
            Some(mistakes).filter(|mistakes| !mistakes.is_empty())
        }
        _ => None,
    }
}

/// What is wrong with a password that was to be taken.
fn mistaken_password(visit: &Visit<'_>, password: &str) -> String {
    let words = visit.words;
    let (least, most) = PASSWORD_LENGTH;
    match u32::try_from(password.chars().count()).unwrap_or(u32::MAX) {
        length if length < least => t!(words, "password-short", n = least),
        length if length > most => t!(words, "password-long", n = most),
        _ => t!(words, "password-common"),
    }
    .into_owned()
}

/// A form that comes back with what is wrong in it.
fn shown_again(visit: &mut Visit<'_>, refusal: &Refusal, page: &Page) -> Response {
    let status = match refusal.code.as_str() {
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "FORBIDDEN" | "REAUTHENTICATION_REQUIRED" => StatusCode::FORBIDDEN,
        "ACCOUNT_NOT_SETTLED" | "CONFLICT" => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut response = answer::page(visit, status, page, Keeping::Nobody);
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A page of one form, whose first word is what was wrong with it, also where only its title is heard.
fn framed(visit: &Visit<'_>, title: &str, mistakes: &Mistakes, main: &Markup) -> Page {
    let words = visit.words;
    let main = html! { div.narrow.stack { (mistakes.summary(words)) (main) } };
    let title =
        if mistakes.is_empty() { title.to_owned() } else { t!(words, "mistake-title", title = title).into_owned() };
    Page::new(Section::Account, title, main)
}

/// The field of a password that is to be taken.
fn new_password<'a>(name: &'a str, label: &'a str, hint: &'a str, mistakes: &'a Mistakes) -> Field<'a> {
    Field {
        name,
        label,
        kind: "password",
        autocomplete: "new-password",
        hint: Some(hint),
        error: mistakes.at(name),
        is_required: true,
        length: Some(PASSWORD_LENGTH),
        ..Field::default()
    }
}

/// The field of an email, which names an account too.
fn email<'a>(label: &'a str, value: &'a str, mistakes: &'a Mistakes) -> Field<'a> {
    Field {
        name: "email",
        label,
        kind: "email",
        value,
        autocomplete: "username",
        error: mistakes.at("email"),
        is_required: true,
        is_code: true,
        ..Field::default()
    }
}
