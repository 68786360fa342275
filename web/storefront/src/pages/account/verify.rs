//! Show that an email is one's own.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    form::{self, Field, Form, Mistakes},
    layout::Page,
    t,
    visit::Visit,
};
use maud::{Markup, html};

use super::{Me, framed, kept_next, me_if_any, mistakes, query, shown_again, with_next};
use crate::{
    Shop,
    documents::account::{RequestEmailVerification, VerifyEmail, request_email_verification, verify_email},
    pages::{Posted, Wanted},
};

/// The page that the mail leads to. It changes nothing by itself: scanners of mails open it too.
pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let me = me_if_any(&mut visit).await;
    let page = page(&visit, &query(&parts), me.as_ref(), &Mistakes::default());
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Nobody)
}

pub(crate) async fn act(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let code = form.text("code").to_owned();
    // Where the session has ended meanwhile, the code is still there after signing in.
    let kept: String = form_urlencoded::byte_serialize(code.as_bytes()).collect();
    visit.path = format!("/verify?code={kept}");
    let input = verify_email::VerifyEmailInput { code };
    let refusal = match visit.ask::<VerifyEmail>(verify_email::Variables { input }).await {
        Ok(_) => {
            let done = if visit.has_session() { "/account?done=verified" } else { "/verify?done=1" };
            let done = visit.link(done);
            let account = visit.link("/account");
            let next = form::next_path(form.text("next")).filter(|next| *next != account).unwrap_or(&done);
            return answer::see_other(&mut visit, next);
        }
        Err(refusal) => refusal,
    };
    shown_or_refused(&mut visit, &form, &refusal).await
}

/// Mails another code.
pub(crate) async fn resend(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    "/verify".clone_into(&mut visit.path);
    match visit.ask::<RequestEmailVerification>(request_email_verification::Variables {}).await {
        Ok(_) => {
            let verify = with_next(&visit, "/verify", &form);
            let mark = if verify.contains('?') { '&' } else { '?' };
            answer::see_other(&mut visit, &format!("{verify}{mark}sent=1"))
        }
        Err(refusal) => shown_or_refused(&mut visit, &form, &refusal).await,
    }
}

async fn shown_or_refused(visit: &mut Visit<'_>, form: &Form, refusal: &kit::api::Refusal) -> Response {
    match mistakes(visit, refusal, form, &["code"]) {
        Some(mistakes) => {
            let me = me_if_any(visit).await;
            let page = page(visit, form, me.as_ref(), &mistakes);
            shown_again(visit, refusal, &page)
        }
        None => answer::refused(visit, refusal),
    }
}

fn page(visit: &Visit<'_>, form: &Form, me: Option<&Me>, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let title = t!(words, "verify-title");
    let is_done = !form.text("done").is_empty() || me.is_some_and(|me| me.email_verified);
    let main = html! {
        h1 { (title) }
        @if is_done {
            p.notice.good role="status" { (t!(words, "done-verified")) }
            p { a.button href=(visit.link("/account")) { (t!(words, "account-title")) } }
        } @else {
            @if !form.text("sent").is_empty() { p.notice.good role="status" { (t!(words, "done-sent")) } }
            p { @match me.and_then(|me| me.email.as_deref()) {
                Some(email) => (t!(words, "verify-why", email = email)),
                None => (t!(words, "verify-text")),
            } }
            (code_form(visit, form, mistakes))
            (resend_form(visit, form, me.is_some()))
        }
    };
    framed(visit, &title, mistakes, &main)
}

fn code_form(visit: &Visit<'_>, form: &Form, mistakes: &Mistakes) -> Markup {
    let words = visit.words;
    let (label, hint) = (t!(words, "email-code"), t!(words, "email-code-hint"));
    let code = Field {
        name: "code",
        label: &label,
        kind: "text",
        value: form.text("code"),
        autocomplete: "one-time-code",
        hint: Some(&hint),
        error: mistakes.at("code"),
        is_required: true,
        is_code: true,
        ..Field::default()
    };
    html! {
        form.stack method="post" action=(visit.link("/verify")) {
            (kept_next(form))
            (code.html())
            p { button.button.wide { (t!(words, "email-confirm")) } }
        }
    }
}

/// Only who is signed in is mailed another code.
fn resend_form(visit: &Visit<'_>, form: &Form, is_signed_in: bool) -> Markup {
    let words = visit.words;
    html! {
        @if is_signed_in {
            form method="post" action=(visit.link("/verify/resend")) {
                (kept_next(form))
                p.small.muted { (t!(words, "email-no-code")) }
                button.link { (t!(words, "email-resend")) }
            }
        } @else {
            p { (t!(words, "verify-sign-in")) " " a href=(visit.link("/sign-in?next=") + "%2F" + visit.locale().tag() + "%2Fverify") {
                (t!(words, "sign-in-button"))
            } }
        }
    }
}
