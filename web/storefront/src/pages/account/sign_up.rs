//! Open an account.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    form::{self, Form, Mistakes},
    layout::Page,
    t,
    visit::Visit,
};
use maud::html;

use super::{email, framed, kept_next, mistakes, new_password, profile, query, shown_again, sign_in, with_next};
use crate::{
    Shop,
    documents::account::{SignUp, sign_up},
    pages::{Posted, Wanted},
};

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let page = page(&visit, &query(&parts), &Mistakes::default());
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
}

pub(crate) async fn act(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = sign_up::SignUpInput {
        email: form.text("email").to_owned(),
        password: form.exact("password").to_owned(),
        display_name: form.filled("displayName"),
        country: form.filled("country"),
        locale: Some(visit.locale().tag().to_owned()),
        cookies: true,
    };
    let refusal = match visit.ask::<SignUp>(sign_up::Variables { input }).await {
        Ok(_) => {
            let welcome = visit.link("/account?done=signed-up");
            let next = form::next_path(form.text("next")).unwrap_or(&welcome);
            return answer::see_other(&mut visit, next);
        }
        Err(refusal) => refusal,
    };
    let mistakes = match refusal.code.as_str() {
        "CONFLICT" => Some(Mistakes::of("email", t!(visit.words, "email-taken"))),
        _ => mistakes(&visit, &refusal, &form, &["email", "password", "displayName", "country"]),
    };
    match mistakes {
        Some(mistakes) => {
            let page = page(&visit, &form, &mistakes);
            shown_again(&mut visit, &refusal, &page)
        }
        None => answer::refused(&mut visit, &refusal),
    }
}

fn page(visit: &Visit<'_>, form: &Form, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let title = t!(words, "sign-up-title");
    let (email_label, password_label, rule) = (t!(words, "email"), t!(words, "password"), t!(words, "password-rule"));
    let main = html! {
        h1 { (title) }
        p.muted { (t!(words, "sign-up-text")) }
        form.stack method="post" action=(visit.link("/sign-up")) {
            (kept_next(form))
            (email(&email_label, form.text("email"), mistakes).html())
            (new_password("password", &password_label, &rule, mistakes).html())
            (profile::person(visit, form.text("displayName"), form.text("country"), mistakes))
            p { button.button.wide { (t!(words, "sign-up-button")) } }
        }
        (sign_in::provider(visit, form))
        ul.links {
            li { a href=(with_next(visit, "/sign-in", form)) { (t!(words, "sign-in-link")) } }
        }
    };
    framed(visit, &title, mistakes, &main)
}
