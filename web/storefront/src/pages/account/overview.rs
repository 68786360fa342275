//! Who I am, and where what is mine stands.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    countries,
    layout::{Page, Section},
    locale::Locale,
    refusal, t,
    visit::Visit,
};
use maud::{Markup, html};

use super::{Me, data, me, query};
use crate::{Shop, pages::Wanted};

/// What can just have been done on another page, as `?done=` names it.
const DONE: [&str; 7] = ["signed-up", "verified", "sent", "password", "profile", "personalised", "not-personalised"];

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    match me(&mut visit).await {
        Ok(me) => {
            let done = query(&parts).filled("done");
            let page = page(&visit, &me, done.as_deref());
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

fn page(visit: &Visit<'_>, me: &Me, done: Option<&str>) -> Page {
    let words = visit.words;
    let title = t!(words, "account-title");
    let done = done.filter(|done| DONE.contains(done));
    let main = html! {
        h1 { (title) }
        @if let Some(done) = done { p.notice.good role="status" { (t!(words, &format!("done-{done}"))) } }
        div.two {
            div.stack {
                @if let (Some(email), false) = (&me.email, me.email_verified) {
                    section.sheet.stack aria-labelledby="confirm" {
                        h2 id="confirm" { (t!(words, "verify-title")) }
                        p { (t!(words, "verify-why", email = email.as_str())) }
                        (refusal::confirm_email(visit, &visit.link("/account")))
                    }
                }
                (facts(visit, me))
                (data::personalisation(visit, me))
            }
            aside.stack {
                nav.sheet aria-label=(t!(words, "account-nav")) {
                    ul.links {
                        @for (path, key) in [
                            ("/orders", "nav-orders"),
                            ("/sales", "sales-title"),
                            ("/account/profile", "profile-title"),
                            ("/account/password", "password-title"),
                            ("/account/data", "data-title"),
                            ("/account/delete", "delete-title"),
                        ].into_iter().filter(|(path, _)| me.has_password || *path != "/account/password") {
                            li { a href=(visit.link(path)) { (t!(words, key)) } }
                        }
                    }
                }
                form method="post" action=(visit.link("/sign-out")) {
                    button.button.quiet.wide { (t!(words, "sign-out")) }
                }
                p.small { a href=(visit.link("/sign-out")) { (t!(words, "sign-out-everywhere-link")) } }
            }
        }
    };
    Page::new(Section::Account, title.clone(), main)
}

fn facts(visit: &Visit<'_>, me: &Me) -> Markup {
    let words = visit.words;
    let country = me.country.as_deref().map(|code| countries::name(code, visit.locale()).unwrap_or(code));
    let language = me.locale.as_deref().and_then(Locale::of_tag);
    html! {
        dl.facts {
            dt { (t!(words, "email")) }
            dd {
                @match &me.email {
                    Some(email) => {
                        bdi { (email) } " "
                        @if me.email_verified {
                            span.tag.good { (t!(words, "email-verified")) }
                        } @else {
                            span.tag.few { (t!(words, "email-not-verified")) }
                        }
                    },
                    None => (t!(words, "email-elsewhere")),
                }
            }
            dt { (t!(words, "name")) }
            dd { @match &me.display_name { Some(name) => bdi { (name) }, None => span.muted { (t!(words, "not-given")) } } }
            dt { (t!(words, "country")) }
            dd { @match country { Some(name) => (name), None => span.muted { (t!(words, "not-given")) } } }
            @if let Some(language) = language {
                dt { (t!(words, "language")) }
                dd { span lang=(language.tag()) { (language.name()) } }
            }
        }
    }
}
