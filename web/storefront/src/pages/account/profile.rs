//! What a fan says of themselves: their name, their country, the language of their mails.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping},
    api::Refusal,
    countries,
    form::{Choice, Field, Form, Mistakes},
    layout::Page,
    locale::Locale,
    t,
    visit::Visit,
};
use maud::{Markup, html};

use super::{Me, framed, me, mistakes, shown_again};
use crate::{
    Shop,
    documents::account::{UpdateProfile, UpdateProfileElsewhere, update_profile, update_profile_elsewhere},
    pages::{Posted, Wanted},
};

/// Characters of a name at most, as the API takes it.
const NAME_LENGTH: (u32, u32) = (0, 100);

/// What is in the form.
struct Said<'a> {
    name: &'a str,
    country: &'a str,
    locale: &'a str,
}

impl<'a> Said<'a> {
    fn by(me: &'a Me, visit: &Visit<'_>) -> Self {
        Self {
            name: me.display_name.as_deref().unwrap_or_default(),
            country: me.country.as_deref().unwrap_or_default(),
            locale: me.locale.as_deref().unwrap_or(visit.locale().tag()),
        }
    }

    fn in_form(form: &'a Form) -> Self {
        Self { name: form.text("displayName"), country: form.text("country"), locale: form.text("locale") }
    }
}

pub(crate) async fn show(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    match me(&mut visit).await {
        Ok(me) => {
            let page = page(&visit, &Said::by(&me, &visit), me.has_password, &Mistakes::default());
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

pub(crate) async fn act(State(shop): State<Arc<Shop>>, wanted: Wanted, Posted { parts, form }: Posted) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let refusal = match save(&mut visit, &form).await {
        Ok(()) => {
            let locale = shop.locale(form.text("locale")).unwrap_or(visit.locale());
            return answer::see_other(&mut visit, &format!("/{locale}/account?done=profile"));
        }
        Err(refusal) => refusal,
    };
    match mistakes(&visit, &refusal, &form, &["displayName", "country", "locale"]) {
        Some(mistakes) => {
            let page = page(&visit, &Said::in_form(&form), form.text("elsewhere").is_empty(), &mistakes);
            shown_again(&mut visit, &refusal, &page)
        }
        None => answer::refused(&mut visit, &refusal),
    }
}

/// Saves what the form says; what is empty is taken away. An account of an identity provider has its name from there.
async fn save(visit: &mut Visit<'_>, form: &Form) -> Result<(), Box<Refusal>> {
    let (country, locale) = (form.filled("country"), form.filled("locale"));
    if !form.text("elsewhere").is_empty() {
        let variables = update_profile_elsewhere::Variables { country, locale };
        return visit.ask::<UpdateProfileElsewhere>(variables).await.map(drop);
    }
    let input = update_profile::UpdateProfileInput { display_name: form.filled("displayName"), country, locale };
    visit.ask::<UpdateProfile>(update_profile::Variables { input }).await.map(drop)
}

fn page(visit: &Visit<'_>, said: &Said<'_>, has_name: bool, mistakes: &Mistakes) -> Page {
    let words = visit.words;
    let title = t!(words, "profile-title");
    let (label, hint) = (t!(words, "language"), t!(words, "language-hint"));
    let offered = visit.kit.site.locales.iter().map(|locale| (locale.tag(), Locale::name(*locale)));
    let language = Choice {
        name: "locale",
        label: &label,
        autocomplete: "language",
        hint: Some(&hint),
        error: mistakes.at("locale"),
        value: said.locale,
        options: offered.collect(),
    };
    let main = html! {
        h1 { (title) }
        form.stack method="post" action=(visit.link("/account/profile")) {
            @if has_name {
                (name(visit, said.name, mistakes))
            } @else {
                input type="hidden" name="elsewhere" value="yes";
                p.muted { (t!(words, "profile-elsewhere")) }
            }
            (country(visit, said.country, mistakes))
            (language.html())
            p { button.button.wide { (t!(words, "profile-button")) } }
        }
        p { a href=(visit.link("/account")) { (t!(words, "back-to-account")) } }
    };
    framed(visit, &title, mistakes, &main)
}

/// The fields of a name and a country.
pub(super) fn person(visit: &Visit<'_>, said: &str, from: &str, mistakes: &Mistakes) -> Markup {
    html! { (name(visit, said, mistakes)) (country(visit, from, mistakes)) }
}

fn name(visit: &Visit<'_>, value: &str, mistakes: &Mistakes) -> Markup {
    let (label, hint) = (t!(visit.words, "name"), t!(visit.words, "name-hint"));
    Field {
        name: "displayName",
        label: &label,
        kind: "text",
        value,
        autocomplete: "name",
        hint: Some(&hint),
        error: mistakes.at("displayName"),
        length: Some(NAME_LENGTH),
        ..Field::default()
    }
    .html()
}

fn country(visit: &Visit<'_>, value: &str, mistakes: &Mistakes) -> Markup {
    let (label, none) = (t!(visit.words, "country"), t!(visit.words, "country-none"));
    Choice {
        name: "country",
        label: &label,
        autocomplete: "country",
        hint: None,
        error: mistakes.at("country"),
        value,
        options: std::iter::once(("", none.as_ref())).chain(countries::all(visit.locale())).collect(),
    }
    .html()
}
