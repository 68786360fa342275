//! All that a visitor holds, has bought or had, of the site's own stock and of other fans: one list, the newest first, and what
//! waits for its buyer before the rest.

use std::sync::Arc;

use axum::{
    extract::State as Shared,
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::Timestamp;
use kit::{
    answer::{self, Keeping},
    layout::{Page, Section},
    t, t_plain, times,
    visit::Visit,
};
use maud::{Markup, html};
use serde_json::json;

use super::{
    asked,
    entry::{self, match_of},
    path_of, path_of_ticket,
    state::{State, standing},
    tickets::standing_of_ticket,
};
use crate::{
    Shop,
    documents::orders::{OrdersPage, orders_page as document},
    pages::{Wanted, facts},
};

type Row = document::Row;
type Received = document::OrdersPageReceivedNodes;

/// Orders of a page.
const ROWS: usize = 20;

pub(super) async fn show(Shared(shop): Shared<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let place = asked(&parts);
    let (holds_after, orders_after) = (place.filled("holds"), place.filled("orders"));
    let is_first = holds_after.is_none() && orders_after.is_none();
    let variables = document::Variables {
        first: i64::try_from(ROWS).unwrap_or(i64::MAX),
        holds_after: holds_after.clone(),
        orders_after: orders_after.clone(),
    };
    let data = match visit.ask::<OrdersPage>(variables).await {
        Ok(data) => data,
        Err(refusal) => return answer::refused(&mut visit, &refusal),
    };
    let holds = Source {
        rows: data.holds.edges.into_iter().map(|edge| (edge.node.created_at, edge.cursor, edge.node)).collect(),
        has_more: data.holds.page_info.has_next_page,
        after: holds_after,
    };
    let orders = Source {
        rows: data.orders.edges.into_iter().map(|edge| (edge.node.created_at, edge.cursor, edge.node)).collect(),
        has_more: data.orders.page_info.has_next_page,
        after: orders_after,
    };
    let (rows, next) = merged(holds, orders, ROWS);
    let received = if is_first { data.received.nodes } else { Vec::new() };
    let takes_codes = is_first && data.site.ticket_transfers.is_some();
    let lists = Lists { orders: &rows, received: &received, takes_codes };
    let page = page(&visit, data.now, &lists, next, is_first);
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
}

/// A list of the contract's, from a place in it on.
struct Source<T> {
    /// When each began, where it stands in the list, and what it is; the newest first.
    rows: Vec<(Timestamp, String, T)>,
    has_more: bool,
    /// The place that it begins after.
    after: Option<String>,
}

/// Where both lists go on, if either does.
type Next = Option<(Option<String>, Option<String>)>;

/// The newest of two lists, and where the next ones begin.
fn merged<T>(one: Source<T>, other: Source<T>, most: usize) -> (Vec<T>, Next) {
    let mut has_more = one.has_more || other.has_more;
    let (mut one_at, mut other_at) = (one.after, other.after);
    let (mut one, mut other) = (one.rows.into_iter().peekable(), other.rows.into_iter().peekable());
    let mut rows = Vec::new();
    loop {
        let is_one = match (one.peek(), other.peek()) {
            (None, None) => break,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some((first, ..)), Some((second, ..))) => first >= second,
        };
        if rows.len() == most {
            has_more = true;
            break;
        }
        let (list, at) = if is_one { (&mut one, &mut one_at) } else { (&mut other, &mut other_at) };
        if let Some((_, place, row)) = list.next() {
            *at = Some(place);
            rows.push(row);
        }
    }
    (rows, has_more.then_some((one_at, other_at)))
}

/// What is listed.
struct Lists<'a> {
    orders: &'a [Row],
    received: &'a [Received],
    /// Whether a code can be entered that a ticket was offered by.
    takes_codes: bool,
}

fn page(visit: &Visit<'_>, now: Timestamp, lists: &Lists<'_>, next: Next, is_first: bool) -> Page {
    let words = visit.words;
    let Lists { orders: rows, received, takes_codes } = *lists;
    let stated: Vec<(State, &Row)> = rows.iter().map(|row| (standing!(document, row).state(now), row)).collect();
    let (waiting, others): (Vec<_>, Vec<_>) = stated.into_iter().partition(|(state, _)| state.needs_its_buyer());
    let main = html! {
        div.stack.tight {
            h1 { (t!(words, "orders-heading")) }
            @if !rows.is_empty() || !received.is_empty() { p.muted { (t!(words, "orders-lead")) } }
        }
        @if rows.is_empty() && received.is_empty() && is_first {
            div.empty {
                svg width="48" height="48" viewBox="0 0 48 48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.5" {
                    path d="M5 15a2 2 0 0 1 2-2h34a2 2 0 0 1 2 2v5a4 4 0 0 0 0 8v5a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-5a4 4 0 0 0 0-8z" {}
                    path d="M29 14v20" stroke-dasharray="3 3" {}
                }
                h2 { (t!(words, "orders-empty")) }
                p { (t!(words, "orders-empty-text")) }
                a.button href=(visit.link("/")) { (t!(words, "orders-find")) }
            }
        } @else if rows.is_empty() && !is_first {
            p { (t!(words, "orders-end")) }
        }
        @if !waiting.is_empty() {
            section.stack aria-labelledby="waiting" {
                h2 id="waiting" { (t!(words, "orders-waiting", n = waiting.len())) }
                ul.rows { @for (state, row) in &waiting { (line(visit, *state, row)) } }
            }
        }
        @if !received.is_empty() {
            section.stack aria-labelledby="received" {
                h2 id="received" { (t!(words, "orders-received")) }
                ul.rows { @for ticket in received { (given(visit, ticket)) } }
            }
        }
        @if !others.is_empty() {
            section.stack aria-labelledby="others" {
                h2 id="others" { (t!(words, "orders-others")) }
                ul.rows { @for (state, row) in &others { (line(visit, *state, row)) } }
            }
        }
        (ways(visit, next, is_first))
        @if takes_codes { p.small { (t!(words, "orders-code")) " " a href=(visit.link("/tickets/accept")) { (t!(words, "orders-code-enter")) } } }
    };
    let script_words = json!({ "localTime": t_plain!(words, "local-time", time = "{time}") });
    Page { script_words: Some(script_words), ..Page::new(Section::Orders, t!(words, "orders-heading"), main) }
}

fn line(visit: &Visit<'_>, state: State, row: &Row) -> Markup {
    let words = visit.words;
    let known = match_of!(row);
    let path = visit.link(&path_of(&row.id));
    let (class, act) = match state {
        State::Held => ("tag few", Some("orders-pay")),
        State::Waiting => ("tag few", Some("orders-go-on")),
        State::RunOut | State::Paying | State::Settling => ("tag few", None),
        State::Paid => ("tag good", None),
        State::Ended(_) => ("tag", None),
    };
    let count = if matches!(state, State::Paid) { row.quantity_left } else { row.quantity };
    html! {
        li {
            div.stack.tight {
                h3 { a href=(path) { (known.names(words)) } }
                div.small.muted {
                    (known.when_and_where(words))
                    p { (entry::what(count, row.category, words))
                        @if row.listing.is_some() { " · " (t!(words, "orders-from-fan")) } }
                    p { (entry::reference(&row.reference, words)) }
                }
                p {
                    span class=(class) { (t!(words, &format!("order-{}-tag", state.key()))) }
                    @if let (State::Held, Some(end)) = (state, row.expires_at) {
                        " " span.small.muted { (t!(words, "held-until")) " " (facts::clock(&times::at(end, known.zone()))) }
                    }
                }
            }
            span.price { (entry::amount(&row.total_price.amount, &row.total_price.currency, words)) }
            @if let Some(act) = act {
                a.button.quiet href=(path) aria-label=(t_plain!(words, &format!("{act}-of"), fixture = known.fixture(words))) {
                    (t!(words, act))
                }
            }
        }
    }
}

/// A ticket that another fan gave.
fn given(visit: &Visit<'_>, ticket: &Received) -> Markup {
    let words = visit.words;
    let known = match_of!(ticket);
    let (key, class) = standing_of_ticket!(document, ticket).sign();
    html! {
        li {
            div.stack.tight {
                h3 { a href=(visit.link(&path_of_ticket(&ticket.id))) { (known.names(words)) } }
                div.small.muted { (known.when_and_where(words)) p { (entry::what(1, ticket.category, words)) } }
                p { span class=(class) { (t!(words, &format!("ticket-{key}"))) } }
            }
        }
    }
}

/// The ways to older orders, and back to the newest.
fn ways(visit: &Visit<'_>, next: Next, is_first: bool) -> Markup {
    let words = visit.words;
    let older = next.map(|(holds, orders)| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, place) in [("holds", holds), ("orders", orders)] {
            if let Some(place) = place {
                query.append_pair(name, &place);
            }
        }
        visit.link(&format!("/orders?{}", query.finish()))
    });
    html! {
        @if older.is_some() || !is_first {
            nav.pages aria-label=(t!(words, "orders-pages")) {
                @if !is_first { a.chip href=(visit.link("/orders")) { (t!(words, "orders-newest")) } }
                @if let Some(older) = older { a.chip rel="next" href=(older) { (t!(words, "orders-older")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(seconds: &[i64], has_more: bool, after: Option<&str>) -> Source<i64> {
        let row =
            |second: &i64| (Timestamp::from_second(*second).expect("it is a time"), format!("after-{second}"), *second);
        Source { rows: seconds.iter().map(row).collect(), has_more, after: after.map(ToOwned::to_owned) }
    }

    #[test]
    fn two_lists_are_one_and_go_on_where_each_stopped() {
        let (rows, next) = merged(source(&[9, 5, 1], false, None), source(&[8, 7], false, None), 3);
        assert_eq!(rows, [9, 8, 7]);
        assert_eq!(next, Some((Some("after-9".to_owned()), Some("after-7".to_owned()))));

        let (rows, next) = merged(source(&[5, 1], false, Some("after-9")), source(&[], false, Some("after-7")), 3);
        assert_eq!((rows, next), (vec![5, 1], None), "they end together");
    }

    #[test]
    fn a_list_that_was_not_reached_goes_on_where_it_was() {
        let (rows, next) = merged(source(&[9, 8], true, None), source(&[1], false, None), 2);
        assert_eq!(rows, [9, 8]);
        assert_eq!(next, Some((Some("after-8".to_owned()), None)));

        let (rows, next) = merged(source(&[], false, Some("a")), source(&[], false, None), 2);
        assert_eq!((rows, next), (Vec::new(), None));
    }
}
