//! Take another password.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    form::{Field, Mistakes},
    layout::Page,
    t,
    visit::Visit,
};
use maud::html;

use super::{framed, me, mistakes, new_password, shown_again};
use crate::{
    Shop,
    documents::account::{ChangePassword, change_password},
    pages::{Posted, Wanted},
};

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    match me(&mut visit).await {
        Ok(me) => {
            let page = page(&visit, me.email.as_deref().unwrap_or_default(), &Mistakes::default());
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

pub(crate) async fn act(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = change_password::ChangePasswordInput {
        current_password: form.exact("currentPassword").to_owned(),
        new_password: form.exact("newPassword").to_owned(),
    };
    let refusal = match visit.ask::<ChangePassword>(change_password::Variables { input }).await {
        Ok(_) => {
            let account = visit.link("/account?done=password");
            return answer::see_other(&mut visit, &account);
        }
        Err(refusal) => refusal,
    };
    let mistakes = match refusal.code.as_str() {
        "FORBIDDEN" => Some(Mistakes::of("", t!(visit.words, "account-elsewhere"))),
        _ => mistakes(&visit, &refusal, &form, &["currentPassword", "newPassword"]),
    };
    match mistakes {
        Some(mistakes) => {
            let page = page(&visit, form.text("email"), &mistakes);
            shown_again(&mut visit, &refusal, &page)
        }
        None => answer::refused(&mut visit, &refusal),
    }
}

fn page(visit: &Visit<'_>, email: &str, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let title = t!(words, "password-title");
    let (current_label, new_label) = (t!(words, "password-current"), t!(words, "password-new"));
    let rule = t!(words, "password-rule");
    let current = Field {
        name: "currentPassword",
        label: &current_label,
        kind: "password",
        autocomplete: "current-password",
        error: mistakes.at("currentPassword"),
        is_required: true,
        ..Field::default()
    };
    let main = html! {
        h1 { (title) }
        p.muted { (t!(words, "password-text")) }
        form.stack method="post" action=(visit.link("/account/password")) {
            // Password managers learn by it whose password changes.
            input type="email" name="email" value=(email) autocomplete="username" readonly hidden;
            (current.html())
            (new_password("newPassword", &new_label, &rule, mistakes).html())
            p { button.button.wide { (t!(words, "password-button")) } }
        }
        p { a href=(visit.link("/account")) { (t!(words, "back-to-account")) } }
    };
    framed(visit, &title, mistakes, &main)
}
