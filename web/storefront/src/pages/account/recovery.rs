//! A forgotten password: a code by mail, and another password by the code.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    form::{Field, Form, Mistakes},
    layout::Page,
    t,
    visit::Visit,
};
use maud::html;

use super::{email, framed, mistakes, new_password, query, shown_again};
use crate::{
    Shop,
    documents::account::{RequestPasswordReset, ResetPassword, request_password_reset, reset_password},
    pages::{Posted, Wanted},
};

pub(crate) async fn show_forgotten(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let page = forgotten_page(&visit, &Form::default(), &Mistakes::default());
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
}

pub(crate) async fn forgotten(
    State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = request_password_reset::RequestPasswordResetInput { email: form.text("email").to_owned() };
    let refusal = match visit.ask::<RequestPasswordReset>(request_password_reset::Variables { input }).await {
        Ok(_) => {
            let reset = visit.link("/reset?sent=1");
            return answer::see_other(&mut visit, &reset);
        }
        Err(refusal) => refusal,
    };
    match mistakes(&visit, &refusal, &form, &["email"]) {
        Some(mistakes) => {
            let page = forgotten_page(&visit, &form, &mistakes);
            shown_again(&mut visit, &refusal, &page)
        }
        None => answer::refused(&mut visit, &refusal),
    }
}

fn forgotten_page(visit: &Visit<'_>, form: &Form, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let (title, label) = (t!(words, "forgotten-title"), t!(words, "email"));
    let main = html! {
        h1 { (title) }
        p.muted { (t!(words, "forgotten-text")) }
        form.stack method="post" action=(visit.link("/forgotten")) {
            (email(&label, form.text("email"), mistakes).html())
            p { button.button.wide { (t!(words, "forgotten-button")) } }
        }
        p { a href=(visit.link("/sign-in")) { (t!(words, "back-to-sign-in")) } }
    };
    framed(visit, &title, mistakes, &main)
}

/// The page that the mail leads to: it shows the form with the code in it, and does nothing before it is sent.
pub(crate) async fn show_reset(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let page = reset_page(&visit, &query(&parts), &Mistakes::default());
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Nobody)
}

pub(crate) async fn reset(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let (code, new_password) = (form.text("code").to_owned(), form.exact("newPassword").to_owned());
    let input = reset_password::ResetPasswordInput { code, new_password };
    let refusal = match visit.ask::<ResetPassword>(reset_password::Variables { input }).await {
        Ok(_) => {
            let sign_in = visit.link("/sign-in?done=reset");
            return answer::see_other(&mut visit, &sign_in);
        }
        Err(refusal) => refusal,
    };
    match mistakes(&visit, &refusal, &form, &["code", "newPassword"]) {
        Some(mistakes) => {
            let page = reset_page(&visit, &form, &mistakes);
            shown_again(&mut visit, &refusal, &page)
        }
        None => answer::refused(&mut visit, &refusal),
    }
}

fn reset_page(visit: &Visit<'_>, form: &Form, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let (title, code_label, code_hint) =
        (t!(words, "reset-title"), t!(words, "reset-code"), t!(words, "reset-code-hint"));
    let (label, rule) = (t!(words, "password-new"), t!(words, "password-rule"));
    let code = Field {
        name: "code",
        label: &code_label,
        kind: "text",
        value: form.text("code"),
        autocomplete: "one-time-code",
        hint: Some(&code_hint),
        error: mistakes.at("code"),
        is_required: true,
        is_code: true,
        ..Field::default()
    };
    let main = html! {
        h1 { (title) }
        @if !form.text("sent").is_empty() { p.notice.good role="status" { (t!(words, "forgotten-sent")) } }
        p.muted { (t!(words, "reset-text")) }
        form.stack method="post" action=(visit.link("/reset")) {
            (code.html())
            (new_password("newPassword", &label, &rule, mistakes).html())
            p { button.button.wide { (t!(words, "reset-button")) } }
        }
        p { a href=(visit.link("/forgotten")) { (t!(words, "reset-another")) } }
    };
    framed(visit, &title, mistakes, &main)
}
