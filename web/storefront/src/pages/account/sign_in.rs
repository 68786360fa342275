//! Sign in, and come back to where one was.

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
use maud::{Markup, html};

use super::{Me, email, framed, kept_next, me_if_any, mistakes, next, query, shown_again, with_next};
use crate::{
    Shop,
    documents::account::{SignIn, sign_in},
    pages::{Posted, Wanted},
};

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    // Whoever is signed in is told so, and not sent on: a session that is over would be sent back here for ever.
    let me = me_if_any(&mut visit).await;
    let page = page(&visit, &query(&parts), me.as_ref(), &Mistakes::default());
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
}

pub(crate) async fn act(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let (email, password) = (form.text("email").to_owned(), form.exact("password").to_owned());
    let input = sign_in::SignInInput { email, password, cookies: true };
    let refusal = match visit.ask_to_sign_in::<SignIn>(sign_in::Variables { input }).await {
        Ok(_) => {
            let next = next(&visit, &form);
            return answer::see_other(&mut visit, &next);
        }
        Err(refusal) => refusal,
    };
    let words = visit.words;
    let mistakes = match refusal.code.as_str() {
        "UNAUTHENTICATED" => Some(Mistakes::of("password", t!(words, "wrong-credentials"))),
        "FORBIDDEN" => Some(Mistakes::of("", t!(words, "account-disabled"))),
        _ => mistakes(&visit, &refusal, &form, &["email", "password"]),
    };
    match mistakes {
        Some(mistakes) => {
            let page = page(&visit, &form, None, &mistakes);
            shown_again(&mut visit, &refusal, &page)
        }
        None => answer::refused(&mut visit, &refusal),
    }
}

fn page(visit: &Visit<'_>, form: &Form, me: Option<&Me>, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let title = t!(words, "sign-in-title");
    let (email_label, password_label) = (t!(words, "email"), t!(words, "password"));
    let password = Field {
        name: "password",
        label: &password_label,
        kind: "password",
        autocomplete: "current-password",
        error: mistakes.at("password"),
        is_required: true,
        ..Field::default()
    };
    let main = html! {
        h1 { (title) }
        @if form.text("done") == "reset" { p.notice.good role="status" { (t!(words, "reset-done")) } }
        @if form.text("done") == "signed-out" { p.notice.good role="status" { (t!(words, "signed-out")) } }
        @if let Some(me) = me {
            p.notice { (t!(words, "signed-in-already", email = me.email.clone().unwrap_or_default())) " "
                a href=(next(visit, form)) { (t!(words, "go-on")) } }
        }
        form.stack method="post" action=(visit.link("/sign-in")) {
            (kept_next(form))
            (email(&email_label, form.text("email"), mistakes).html())
            (password.html())
            p { button.button.wide { (t!(words, "sign-in-button")) } }
        }
        (provider(visit, form))
        ul.links {
            li { a href=(visit.link("/forgotten")) { (t!(words, "forgotten-link")) } }
            li { a href=(with_next(visit, "/sign-up", form)) { (t!(words, "sign-up-link")) } }
        }
    };
    framed(visit, &title, mistakes, &main)
}

/// The way to the identity provider, where the site has one. A link: browsers follow no form to another site here.
pub(super) fn provider(visit: &Visit<'_>, form: &Form) -> Markup {
    let next: String = form_urlencoded::byte_serialize(next(visit, form).as_bytes()).collect();
    html! {
        @if let Some(name) = &visit.kit.site.identity_provider {
            p { a.button.quiet.wide href=(format!("/auth/sign-in?next={next}")) {
                (t!(visit.words, "sign-in-with", provider = name.as_str()))
            } }
        }
    }
}
