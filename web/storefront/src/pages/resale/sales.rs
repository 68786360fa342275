//! What one offers and has offered, and what comes of it.

use std::sync::Arc;

use axum::{
    extract::State as Shared,
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::Timestamp;
use kit::{
    amount,
    answer::{self, Keeping},
    form::Form,
    layout::{Page, Section},
    money::{money, money_short},
    t, times,
    visit::Visit,
    words::Words,
};
use maud::{Markup, html};

use super::offer::{Fixture, State, fixture, moment, state};
use crate::{
    Shop,
    documents::resale::{SalesPage, sales_page as document},
    pages::{Wanted, facts},
};

/// One's own listing.
struct Sale<'a> {
    id: &'a str,
    state: State,
    category: i64,
    title: &'a str,
    price: &'a str,
    fee: &'a str,
    currency: &'a str,
    locked_until: Option<Timestamp>,
    withdrawing: bool,
    fixture: Fixture<'a>,
}

impl<'a> Sale<'a> {
    fn of(known: &'a document::Sale) -> Self {
        Self {
            id: &known.id,
            state: state!(document, &known.state),
            category: known.category,
            title: &known.title,
            price: &known.price.amount,
            fee: &known.fee.amount,
            currency: &known.price.currency,
            locked_until: known.locked_until,
            withdrawing: known.withdrawing,
            fixture: fixture!(&known.match_),
        }
    }

    /// What its seller gets once it is sold.
    fn payout(&self) -> String {
        amount::minus(self.price, self.fee).unwrap_or_default()
    }

    fn shown(&self, amount: &str, words: Words<'_>) -> String {
        money(amount, self.currency, words.locale)
    }
}

pub(super) async fn show(Shared(shop): Shared<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let asked = Form::of_query(parts.uri.query().unwrap_or_default().as_bytes());
    let mut visit = wanted.visit(&shop, &parts).await;
    let variables =
        document::Variables { payouts_after: asked.filled("payouts"), ended_after: asked.filled("earlier") };
    match visit.ask::<SalesPage>(variables).await {
        Ok(data) => {
            let page = page(&visit, &data, &asked);
            answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
        }
        Err(refusal) => answer::refused(&mut visit, &refusal),
    }
}

fn page(visit: &Visit<'_>, data: &document::ResponseData, asked: &Form) -> Page {
    let words = visit.words;
    let live: Vec<Sale<'_>> = data.locked.nodes.iter().chain(&data.open.nodes).map(Sale::of).collect();
    let ended: Vec<Sale<'_>> = data
        .ended
        .nodes
        .iter()
        .map(Sale::of)
        .filter(|sale| !matches!(sale.state, State::Open | State::Locked))
        .collect();
    let more_ended = data.ended.page_info.end_cursor.as_deref().filter(|_| data.ended.page_info.has_next_page);
    let has_paid_out = !data.payouts.nodes.is_empty();
    let is_first = asked.text("payouts").is_empty() && asked.text("earlier").is_empty();
    let is_empty = live.is_empty() && ended.is_empty() && !has_paid_out && is_first;
    let main = html! {
        (done(visit, live.iter().chain(&ended), asked))
        div.row.spread {
            h1 { (t!(words, "sales-heading")) }
            @if !is_empty { a.button.quiet href=(visit.link("/sell")) { (t!(words, "sales-offer-more")) } }
        }
        @if is_empty {
            div.empty {
                h2 { (t!(words, "sales-none")) }
                p { (t!(words, "sales-none-text")) }
                a.button href=(visit.link("/sell")) { (t!(words, "sales-offer-first")) }
            }
        } @else {
            section.stack aria-labelledby="live" {
                h2 #live { (t!(words, "sales-live")) }
                @if live.is_empty() {
                    p.muted { (t!(words, "sales-live-none")) }
                } @else {
                    ul.rows.lined { @for sale in &live { (row(visit, sale)) } }
                }
            }
            section.stack aria-labelledby="payouts" {
                h2 #payouts { (t!(words, "sales-payouts")) }
                @if has_paid_out || !is_first { (payouts(visit, data)) } @else { p.muted { (t!(words, "sales-payouts-none")) } }
            }
            @if !ended.is_empty() || more_ended.is_some() {
                section.stack aria-labelledby="earlier" {
                    h2 #earlier { (t!(words, "sales-earlier")) }
                    ul.rows.lined { @for sale in &ended { (row(visit, sale)) } }
                    (next(visit, "earlier", more_ended, "sales-earlier-more"))
                }
            }
        }
    };
    Page::new(Section::Resale, t!(words, "sales-title"), main)
}

/// What was just done to one of the listings, first on the page.
fn done<'a>(visit: &Visit<'_>, mut sales: impl Iterator<Item = &'a Sale<'a>>, asked: &Form) -> Markup {
    let words = visit.words;
    let acts = ["offered", "changed", "withdrawn"];
    let Some((act, id)) = acts.into_iter().find_map(|act| Some((act, asked.filled(act)?))) else { return html! {} };
    let Some(sale) = sales.find(|sale| sale.id == id) else { return html! {} };
    let key = match (act, sale.state, sale.withdrawing) {
        ("offered", State::Open, _) => "sales-offered",
        ("changed", State::Open, _) => "sales-changed",
        ("withdrawn", State::Withdrawn, _) => "sales-withdrawn",
        ("withdrawn", State::Locked, true) => "sales-withdrawing",
        _ => return html! {},
    };
    html! {
        div.notice.good role="status" {
            p { b { (t!(words, key)) } " " (sale.fixture.text(words)) ", " (t!(words, "category", n = sale.category)) }
            @if sale.state == State::Open {
                p { (figures(sale, words)) }
            }
            @if sale.state == State::Withdrawn { p { a href=(visit.link("/orders")) { (t!(words, "sales-to-tickets")) } } }
        }
    }
}

/// Price, fee and payout in one line, as the site says them of the offer.
fn figures(sale: &Sale<'_>, words: Words<'_>) -> String {
    let shown = |amount: &str| sale.shown(amount, words);
    t!(words, "sales-figures", price = shown(sale.price), fee = shown(sale.fee), payout = shown(&sale.payout()))
        .into_owned()
}

fn row(visit: &Visit<'_>, sale: &Sale<'_>) -> Markup {
    let words = visit.words;
    let what = html! { span.hidden { ": " (sale.fixture.text(words)) ", " bdi { (sale.title) } } };
    let page = visit.link(&format!("/sales/{}", sale.id));
    let is_live = matches!(sale.state, State::Open | State::Locked);
    html! {
        li data-state=(sale.state.name()) {
            div.stack.tight {
                h3 { (facts::heading(sale.fixture.home, sale.fixture.away, words)) }
                p.small { b { (t!(words, "category", n = sale.category)) } " · " bdi { (sale.title) } }
                p.small.muted { (sale.fixture.when(words)) }
                @if is_live { p.small { (figures(sale, words)) } }
                @if sale.state == State::Locked {
                    p.small {
                        @match sale.locked_until {
                            Some(until) => (t!(words, "sales-locked-until", time = moment(until, words))),
                            None => (t!(words, "sales-locked")),
                        }
                        @if sale.withdrawing { " " (t!(words, "sales-is-withdrawing")) }
                    }
                }
            }
            div.end {
                b.price { (money_short(sale.price, sale.currency, words.locale)) }
                div { (sale.state.tag(words)) }
            }
            @if is_live {
                div.row {
                    @if sale.state == State::Open { a.button.quiet href=(page) { (t!(words, "sales-change")) (what) } }
                    @if !sale.withdrawing {
                        a.button.danger href=(format!("{page}/withdraw")) { (t!(words, "sales-withdraw")) (what) }
                    }
                }
            }
        }
    }
}

/// What was and will be paid out: all of it in two figures, then each.
fn payouts(visit: &Visit<'_>, data: &document::ResponseData) -> Markup {
    let words = visit.words;
    let due: Vec<_> = data.due.nodes.iter().map(|payout| (&*payout.amount.amount, &*payout.amount.currency)).collect();
    let paid: Vec<_> =
        data.paid.nodes.iter().map(|payout| (&*payout.amount.amount, &*payout.amount.currency)).collect();
    let next_page = data.payouts.page_info.end_cursor.as_deref().filter(|_| data.payouts.page_info.has_next_page);
    let label = |key: &str| t!(words, key).into_owned();
    html! {
        div.tiles {
            (tile("sales-total-due", &due, data.due.page_info.has_next_page, words))
            (tile("sales-total-paid", &paid, data.paid.page_info.has_next_page, words))
        }
        table.plain.cards role="table" {
            caption.hidden { (t!(words, "sales-payouts")) }
            thead role="rowgroup" {
                tr role="row" {
                    th role="columnheader" scope="col" { (t!(words, "sales-ticket")) }
                    th.amount role="columnheader" scope="col" { (t!(words, "sales-price")) }
                    th.amount role="columnheader" scope="col" { (t!(words, "sales-fee")) }
                    th.amount role="columnheader" scope="col" { (t!(words, "sales-payout")) }
                    th.amount role="columnheader" scope="col" { (t!(words, "sales-status")) }
                }
            }
            tbody role="rowgroup" {
                @for payout in &data.payouts.nodes {
                    @let sale = Sale::of(&payout.listing);
                    tr role="row" {
                        th role="rowheader" scope="row" {
                            span { (sale.fixture.text(words)) " · " (t!(words, "category", n = sale.category)) }
                        }
                        td.amount role="cell" data-label=(label("sales-price")) { (sale.shown(sale.price, words)) }
                        td.amount role="cell" data-label=(label("sales-fee")) { (sale.shown(sale.fee, words)) }
                        td.amount role="cell" data-label=(label("sales-payout")) {
                            b { (money(&payout.amount.amount, &payout.amount.currency, words.locale)) }
                        }
                        td.amount role="cell" data-label=(label("sales-status")) { (status(payout, words)) }
                    }
                }
            }
        }
        (next(visit, "payouts", next_page, "sales-payouts-more"))
    }
}

fn status(payout: &document::SalesPagePayoutsNodes, words: Words<'_>) -> Markup {
    let day = |moment: Timestamp| times::day(&times::at(moment, words.zone), words);
    html! {
        @match (&payout.status, payout.paid_at) {
            (document::PayoutStatus::PAID, Some(at)) => {
                span { span.tag.good { (t!(words, "sales-paid")) } " " span.small.muted { (day(at)) } }
            },
            (document::PayoutStatus::PAID, None) => span.tag.good { (t!(words, "sales-paid")) },
            _ => span { span.tag.few { (t!(words, "sales-due")) } " " span.small.muted { (day(payout.created_at)) } },
        }
    }
}

/// All payouts of a status together, by their currency; `is_more` says that there are more than were counted.
fn tile(key: &str, payouts: &[(&str, &str)], is_more: bool, words: Words<'_>) -> Markup {
    let sum = amount::sum(payouts.iter().map(|(amount, _)| *amount)).unwrap_or_default();
    let currency = payouts.first().map(|(_, currency)| *currency);
    html! {
        div.sheet {
            p.small.muted { (t!(words, key)) }
            p.figure {
                @match currency {
                    Some(currency) => (money(&sum, currency, words.locale)),
                    None => (t!(words, "sales-nothing")),
                }
            }
            @if !payouts.is_empty() {
                p.small.muted {
                    @if is_more { (t!(words, "sales-of-newest", n = payouts.len())) } @else { (t!(words, "sales-of", n = payouts.len())) }
                }
            }
        }
    }
}

fn next(visit: &Visit<'_>, name: &str, cursor: Option<&str>, key: &str) -> Markup {
    html! {
        @if let Some(cursor) = cursor {
            @let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, cursor).finish();
            nav.pages aria-label=(t!(visit.words, key)) {
                a.chip href=(visit.link(&format!("/sales?{query}#{name}"))) rel="next" { (t!(visit.words, key)) }
            }
        }
    }
}
