//! What the site knows of a fan: a file of it, and whether it learns from what they book.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kit::{
    answer::{self, Keeping},
    form::Mistakes,
    t,
    visit::Visit,
};
use maud::{Markup, html};

use super::{Me, framed, me};
use crate::{
    Shop,
    documents::account::{ExportMyData, SetPersonalisation, export_my_data, set_personalisation},
    pages::{Posted, Wanted},
};

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    if let Err(refusal) = me(&mut visit).await {
        return answer::refused(&mut visit, &refusal);
    }
    let words = visit.words;
    let title = t!(words, "data-title");
    let main = html! {
        h1 { (title) }
        p { (t!(words, "data-text")) }
        p.muted { (t!(words, "data-without")) }
        form.stack method="post" action=(visit.link("/account/data")) {
            p { button.button.wide { (t!(words, "data-button")) } }
        }
        p { a href=(visit.link("/account")) { (t!(words, "back-to-account")) } }
    };
    let page = framed(&visit, &title, &Mistakes::default(), &main);
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
}

pub(crate) async fn download(
    State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let export = match visit.ask::<ExportMyData>(export_my_data::Variables {}).await {
        Ok(data) => data.export_my_data,
        Err(refusal) => return answer::refused(&mut visit, &refusal),
    };
    let is_plain = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.');
    let name: String = export.file_name.chars().filter(is_plain).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let mut response = (StatusCode::OK, headers, export.json).into_response();
    for cookie in visit.take_cookies() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub(crate) async fn personalise(
    State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let enabled = form.text("enabled") == "true";
    match visit.ask::<SetPersonalisation>(set_personalisation::Variables { enabled }).await {
        Ok(_) => {
            let done = if enabled { "personalised" } else { "not-personalised" };
            let account = visit.link(&format!("/account?done={done}"));
            answer::see_other(&mut visit, &account)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

/// Whether the site learns from what a fan books, what that means, and the switch.
pub(super) fn personalisation(visit: &Visit<'_>, me: &Me) -> Markup {
    let words = visit.words;
    let (state, text, turn) = match me.personalised {
        true => ("personalisation-on", "personalisation-text-on", "personalisation-turn-off"),
        false => ("personalisation-off", "personalisation-text-off", "personalisation-turn-on"),
    };
    html! {
        section.sheet.stack aria-labelledby="personalisation" {
            h2 id="personalisation" {
                (t!(words, "personalisation-title")) " "
                span.tag.good[me.personalised] { (t!(words, state)) }
            }
            p { (t!(words, text)) }
            @if me.personalised { p.small.muted { (t!(words, "personalisation-note")) } }
            form method="post" action=(visit.link("/account/personalisation")) {
                input type="hidden" name="enabled" value=(!me.personalised);
                button.button.quiet { (t!(words, turn)) }
            }
        }
    }
}
