//! Offering a ticket: which one, and at what price.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, request::Parts},
    response::Response,
};
use kit::{
    answer::{self, Keeping, Shown},
    api::Refusal,
    form::{Choice, Form, Mistakes},
    layout::{Page, Section},
    money::money_short,
    t, t_plain,
    visit::Visit,
};
use maud::{Markup, html};

use super::{
    IdInPath,
    fields::{self, Draft, Read},
    missing,
    offer::{Fixture, fixture},
    sell_form::Subject,
    terms::{self, Terms, terms},
};
use crate::{
    Shop,
    documents::resale::{
        CreateListing, SellOutside, SellPage, SellTicket, create_listing as create, sell_outside as outside,
        sell_page as mine, sell_ticket as one,
    },
    pages::{Posted, Wanted, facts},
};

/// What may be offered, one to be chosen.
pub(super) async fn choose(Shared(shop): Shared<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let after = Form::of_query(parts.uri.query().unwrap_or_default().as_bytes()).filled("after");
    let mut visit = wanted.visit(&shop, &parts).await;
    match visit.ask::<SellPage>(mine::Variables { after }).await {
        Ok(data) => {
            let page = match &data.site.resale {
                Some(resale) => chooser(&visit, &data, resale.outside_tickets),
                None => terms::closed(&visit),
            };
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

fn chooser(visit: &Visit<'_>, data: &mine::ResponseData, allows_outside: bool) -> Page {
    let words = visit.words;
    let tickets = &data.my_tickets.nodes;
    let next = data.my_tickets.page_info.end_cursor.as_ref().filter(|_| data.my_tickets.page_info.has_next_page);
    let main = html! {
        div.stack {
            div.row.spread {
                h1 { (t!(words, "sell-choose")) }
                a.button.quiet href=(visit.link("/sales")) { (t!(words, "sell-to-sales")) }
            }
            p.muted { (t!(words, "sell-choose-text")) }
        }
        @if tickets.is_empty() {
            div.empty {
                h2 { (t!(words, "sell-none")) }
                p { (t!(words, "sell-none-text")) }
                a.button.quiet href=(visit.link("/orders")) { (t!(words, "nav-orders")) }
            }
        } @else {
            ul.rows.lined { @for ticket in tickets { (choice(visit, ticket)) } }
        }
        @if let Some(next) = next {
            @let query = form_urlencoded::Serializer::new(String::new()).append_pair("after", next).finish();
            nav.pages aria-label=(t!(words, "resale-pages")) {
                a.chip href=(visit.link(&format!("/sell?{query}"))) rel="next" { (t!(words, "sell-more")) }
            }
        }
        @if allows_outside {
            p { a href=(visit.link("/sell/outside")) { (t!(words, "sell-outside-link")) } }
        }
    };
    Page::new(Section::Resale, t!(words, "sell-page-title"), main)
}

fn choice(visit: &Visit<'_>, ticket: &mine::SellPageMyTicketsNodes) -> Markup {
    let words = visit.words;
    let fixture = fixture!(&ticket.match_);
    html! {
        li {
            div.stack.tight {
                h2 { (facts::heading(fixture.home, fixture.away, words)) }
                p.small.muted { (fixture.when(words)) " · " bdi { (facts::venue(&ticket.match_.location, words)) } }
                p.small { b { (t!(words, "category", n = ticket.category)) } " · " (t!(words, "sell-seat", n = ticket.seat)) }
            }
            div.end {
                div.small.muted { (t!(words, "sell-paid")) }
                b.price { (money_short(&ticket.price.amount, &ticket.price.currency, words.locale)) }
            }
            @if ticket.frozen_at.is_some() {
                p.small { span.tag.few { (t!(words, "sell-frozen")) } " " (t!(words, "sell-frozen-text")) }
            } @else {
                a.button.quiet.wide href=(visit.link(&format!("/sell/{}", ticket.id))) {
                    (t!(words, "sell-this"))
                    span.hidden { ": " (fixture.text(words)) ", " (t!(words, "sell-seat", n = ticket.seat)) }
                }
            }
        }
    }
}

pub(super) async fn show_ticket(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    parts: Parts,
) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    of_ticket(&mut visit, id, None).await
}

pub(super) async fn offer_ticket(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    of_ticket(&mut visit, id, Some(&form)).await
}

/// The form of a ticket, or what becomes of it once it is sent.
async fn of_ticket(visit: &mut Visit<'_>, id: String, posted: Option<&Form>) -> Response {
    if !visit.has_session() {
        return answer::refused(visit, &Refusal::unauthenticated());
    }
    let data = match visit.ask::<SellTicket>(one::Variables { id }).await {
        Ok(data) => data,
        Err(refusal) => return answer::refused(visit, &missing(refusal, "id")),
    };
    if data.me.is_none() {
        return answer::refused(visit, &Refusal::unauthenticated());
    }
    let Some(terms) = terms!(data.site) else {
        let page = terms::closed(visit);
        return answer::page(visit, StatusCode::OK, &page, Keeping::Browser);
    };
    let Some(one::SellTicketNode::Ticket(ticket)) = &data.node else {
        return answer::refused(visit, &Refusal::not_found());
    };
    let may_be_offered = ticket.status == one::TicketStatus::VALID && ticket.frozen_at.is_none();
    // A ticket that this very form has offered is LISTED by now: sent again, it is answered with the same offer.
    if posted.is_none() && !may_be_offered {
        let page = not_offered(visit, ticket);
        return answer::page(visit, StatusCode::CONFLICT, &page, Keeping::Browser);
    }
    let subject = of_ticket_subject(visit, ticket, terms);
    let input = |read: &Read, key: Option<String>| create::CreateListingInput {
        ticket_id: Some(ticket.id.clone()),
        outside: None,
        ..described(read, key)
    };
    match posted {
        None => {
            let page = subject.form(visit, &Draft::default(), &Mistakes::default(), &html! {});
            answer::page(visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Some(form) => offered(visit, &subject, form, Mistakes::default(), input).await,
    }
}

fn of_ticket_subject<'a>(visit: &Visit<'_>, ticket: &'a one::SellTicketNodeOnTicket, terms: Terms) -> Subject<'a> {
    let words = visit.words;
    let fixture = fixture!(&ticket.match_);
    let face = ticket.match_.categories.iter().find(|known| known.category == ticket.category);
    Subject {
        path: format!("/sell/{}", ticket.id),
        heading: html! { (t!(words, "sell-heading")) },
        facts: html! {
            h2 { (facts::heading(fixture.home, fixture.away, words)) }
            p.small { (fixture.when(words)) " · " bdi { (facts::venue(&ticket.match_.location, words)) } }
            p.small {
                b { (t!(words, "category", n = ticket.category)) } " · " (t!(words, "sell-seat", n = ticket.seat)) " · "
                (t!(words, "sell-paid-price", price = money_short(&ticket.price.amount, &ticket.price.currency, words.locale)))
            }
        },
        more: html! {},
        hidden: html! {},
        has_code: true,
        terms,
        currency: &ticket.price.currency,
        face: face.map(|known| known.price.amount.as_str()),
    }
}

/// Why a ticket can't be offered, by where it stands.
fn not_offered(visit: &Visit<'_>, ticket: &one::SellTicketNodeOnTicket) -> Page {
    let words = visit.words;
    let fixture = fixture!(&ticket.match_);
    let (key, path, link) = match ticket.status {
        one::TicketStatus::LISTED => ("sell-not-listed", "/sales", "sell-to-sales"),
        one::TicketStatus::TRANSFERRED => ("sell-not-sold", "/sales", "sell-to-sales"),
        one::TicketStatus::USED => ("sell-not-used", "/sell", "sell-others"),
        one::TicketStatus::REFUNDED => ("sell-not-refunded", "/sell", "sell-others"),
        one::TicketStatus::VALID | one::TicketStatus::Other(_) => ("sell-frozen-text", "/sell", "sell-others"),
    };
    let main = html! {
        div.narrow.stack {
            h1 { (t!(words, "sell-not")) }
            p { b { (fixture.text(words)) } " · " (t!(words, "category", n = ticket.category)) }
            p { (t!(words, key)) }
            p { a.button.quiet href=(visit.link(path)) { (t!(words, link)) } }
        }
    };
    Page::new(Section::Resale, t!(words, "sell-not"), main)
}

pub(super) async fn show_outside(Shared(shop): Shared<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    of_outside(&mut visit, None).await
}

pub(super) async fn offer_outside(
    Shared(shop): Shared<Arc<Shop>>,
    wanted: Wanted,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    of_outside(&mut visit, Some(&form)).await
}

/// The form of a ticket that was issued elsewhere, or what becomes of it once it is sent.
async fn of_outside(visit: &mut Visit<'_>, posted: Option<&Form>) -> Response {
    let data = match visit.ask::<SellOutside>(outside::Variables {}).await {
        Ok(data) => data,
        Err(refusal) => return answer::refused(visit, &refusal),
    };
    if data.me.is_none() {
        return answer::refused(visit, &Refusal::unauthenticated());
    }
    let Some(terms) = terms!(data.site).filter(|terms| terms.allows_outside) else {
        return answer::refused(visit, &Refusal::not_found());
    };
    let words = visit.words;
    let (mut mistakes, nothing) = (Mistakes::default(), Form::default());
    let form = posted.unwrap_or(&nothing);
    let (number, category) = (form.number("match"), form.number("category"));
    if posted.is_some() {
        if !data.matches.nodes.iter().any(|known| Some(known.match_number) == number) {
            mistakes.add("match", t!(words, "sell-match-missing"));
        }
        if !category.is_some_and(|category| (1..=3).contains(&category)) {
            mistakes.add("category", t!(words, "sell-category-missing"));
        }
    }
    let subject = Subject {
        path: "/sell/outside".to_owned(),
        heading: html! { (t!(words, "sell-outside-heading")) },
        facts: html! {
            @if let Some(known) = data.matches.nodes.iter().find(|known| Some(known.match_number) == number) {
                @let fixture = fixture!(known);
                h2 { (facts::heading(fixture.home, fixture.away, words)) }
                p.small { (fixture.when(words)) }
                @if let Some(category) = category { p.small { b { (t!(words, "category", n = category)) } } }
            }
            p { (t!(words, "sell-outside-text")) }
        },
        more: place(visit, &data, form, &mistakes),
        hidden: html! {
            @for name in ["match", "category"] { input type="hidden" name=(name) value=(form.text(name)); }
        },
        has_code: false,
        terms,
        currency: &data.site.currency,
        face: None,
    };
    let input = |read: &Read, key: Option<String>| create::CreateListingInput {
        ticket_id: None,
        outside: Some(create::OutsideTicketInput {
            match_number: number.unwrap_or_default(),
            category: category.unwrap_or_default(),
        }),
        ..described(read, key)
    };
    match posted {
        None => {
            let page = subject.form(visit, &Draft::default(), &mistakes, &html! {});
            answer::page(visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Some(form) => offered(visit, &subject, form, mistakes, input).await,
    }
}

/// Which match and category a ticket from elsewhere is of.
fn place(visit: &Visit<'_>, data: &outside::ResponseData, form: &Form, mistakes: &Mistakes) -> Markup {
    let words = visit.words;
    let any = t!(words, "sell-choose-one");
    let numbers: Vec<(String, String)> = data
        .matches
        .nodes
        .iter()
        .map(|known| (known.match_number.to_string(), facts::fixture(&known.home_team, &known.away_team, words)))
        .collect();
    let categories: Vec<(String, String)> =
        (1..=3).map(|category| (category.to_string(), t_plain!(words, "category", n = category))).collect();
    let select = |name, label: &str, options: &[(String, String)]| {
        let options = options.iter().map(|(value, label)| (value.as_str(), label.as_str()));
        let (value, error) = (form.text(name), mistakes.at(name));
        let options = std::iter::once(("", any.as_ref())).chain(options).collect();
        Choice { name, label, autocomplete: "off", hint: None, error, value, options }.html()
    };
    html! {
        (select("match", &t!(words, "resale-match"), &numbers))
        (select("category", &t!(words, "resale-category"), &categories))
    }
}

fn described(read: &Read, key: Option<String>) -> create::CreateListingInput {
    create::CreateListingInput {
        ticket_id: None,
        outside: None,
        title: read.title.clone(),
        description: Some(read.description.clone()).filter(|text| !text.is_empty()),
        price: create::PriceInput { amount: read.price.clone(), currency: None },
        idempotency_key: key,
    }
}

/// What becomes of a form that was sent: it comes back with all that is wrong, is shown with its fee, or is offered.
async fn offered(
    visit: &mut Visit<'_>,
    subject: &Subject<'_>,
    form: &Form,
    mut mistakes: Mistakes,
    input: impl Fn(&Read, Option<String>) -> create::CreateListingInput,
) -> Response {
    let draft = Draft::of(form);
    let is_placed = mistakes.is_empty();
    let read = draft.read(&mut mistakes, visit.words);
    let wrong = |visit: &mut Visit<'_>, mistakes: &Mistakes| {
        let page = subject.form(visit, &draft, mistakes, &html! {});
        answer::page(visit, StatusCode::UNPROCESSABLE_ENTITY, &page, Keeping::Browser)
    };
    let Some(read) = read.filter(|_| is_placed) else { return wrong(visit, &mistakes) };
    if !subject.allows(&read.price) {
        mistakes.add("price", subject.price_refused(visit));
    }
    if mistakes.is_empty() && form.text("step") != "offer" {
        let page = if form.text("step") == "edit" {
            subject.form(visit, &draft, &mistakes, &html! {})
        } else {
            subject.review(visit, &read, form)
        };
        return answer::page(visit, StatusCode::OK, &page, Keeping::Browser);
    }
    // Where something is wrong by now the API refuses it, and names what else is.
    let refusal = match visit.ask::<CreateListing>(create::Variables { input: input(&read, form.key()) }).await {
        Ok(done) => {
            let id: String = form_urlencoded::byte_serialize(done.create_listing.listing.id.as_bytes()).collect();
            let path = visit.link(&format!("/sales?offered={id}"));
            return answer::see_other(visit, &path);
        }
        Err(refusal) => refusal,
    };
    match answer::shown(&refusal.code) {
        Shown::Form(422) if refusal.code == "BAD_USER_INPUT" => {
            fields::add_refused(&mut mistakes, &refusal, &subject.price_refused(visit), visit.words);
            wrong(visit, &mistakes)
        }
        Shown::Form(status) => {
            let why = html! {
                div.notice.warn role="alert" tabindex="-1" autofocus {
                    @if refusal.code == "CONFLICT" { p { (t!(visit.words, "sell-conflict")) } } @else { (answer::why(visit, &refusal)) }
                }
            };
            let page = subject.form(visit, &draft, &Mistakes::default(), &why);
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT);
            answer::page(visit, status, &page, Keeping::Browser)
        }
        Shown::Page(_) | Shown::SignIn => answer::refused(visit, &refusal),
    }
}
