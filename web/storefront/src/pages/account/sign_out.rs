//! Sign out, here or everywhere.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    form::Mistakes,
    t,
};
use maud::html;

use super::framed;
use crate::{
    Shop,
    documents::account::{SignOut, sign_out},
    pages::{Posted, Wanted},
};

/// Pages that the browser kept for "back" show what is the account's.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
const CACHE: HeaderValue = HeaderValue::from_static("\"cache\"");

/// A link cannot sign anybody out: the page has the button.
pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let words = visit.words;
    let title = t!(words, "sign-out-title");
    let main = html! {
        h1 { (title) }
        p { (t!(words, "sign-out-text")) }
        form.stack method="post" action=(visit.link("/sign-out")) {
            label.check {
                input type="checkbox" name="everywhere" value="yes";
                span { (t!(words, "sign-out-everywhere")) }
            }
            p { button.button.wide { (t!(words, "sign-out")) } }
        }
    };
    let page = framed(&visit, &title, &Mistakes::default(), &main);
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
}

pub(crate) async fn act(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let input = sign_out::SignOutInput { all_sessions: form.text("everywhere") == "yes" };
    match visit.ask::<SignOut>(sign_out::Variables { input: Some(input) }).await {
        // Who has no session any more is where they wanted to be.
        Err(refusal) if refusal.code != "UNAUTHENTICATED" => answer::refused(&mut visit, &refusal),
        Ok(_) | Err(_) => {
            let home = visit.link("/");
            let mut response = answer::see_other(&mut visit, &home);
            clear(&mut response);
            response
        }
    }
}

/// Has the browser forget the pages that it kept.
pub(super) fn clear(response: &mut Response) {
    response.headers_mut().insert(CLEAR_SITE_DATA, CACHE);
}
