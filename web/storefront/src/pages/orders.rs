//! The pages of orders: what a visitor holds, has bought and may give back. An order is a reservation, of the site's own stock
//! or of another fan's offer.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::request::Parts,
    response::Response,
    routing::{get, post},
};
use kit::{answer, api::Refusal, visit::Visit};

use crate::Shop;

mod accept;
mod calendar;
mod checkout;
mod entry;
mod give;
mod held;
mod life;
mod list;
mod order;
mod pay;
mod payment;
mod refund;
mod state;
mod ticket;
mod tickets;

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new()
        .route("/{locale}/orders", get(list::show))
        .route("/{locale}/orders/{id}", get(order::show))
        .route("/{locale}/orders/{id}/pay", post(pay::pay).get(order::back))
        .route("/{locale}/orders/{id}/payment", post(payment::begin).get(payment::show))
        .route("/{locale}/orders/{id}/more-time", post(order::more_time).get(order::back))
        .route("/{locale}/orders/{id}/cancel", post(order::cancel).get(order::back))
        .route("/{locale}/orders/{id}/refund", get(refund::show).post(refund::give_back))
        .route("/{locale}/orders/{id}/match.ics", get(calendar::of_order))
        .route("/{locale}/tickets/accept", get(accept::show).post(accept::act))
        .route("/{locale}/tickets/{id}", get(ticket::show))
        .route("/{locale}/tickets/{id}/give", get(give::show).post(give::act))
        .route("/{locale}/tickets/{id}/take-back", post(give::take_back).get(ticket::back))
        .route("/{locale}/tickets/{id}/match.ics", get(calendar::of_ticket))
}

/// The id of an order or a ticket in a path.
pub(crate) type IdInPath = Path<(String, String)>;

/// The path of an order's page without its language. What is no id names none.
fn path_of(id: &str) -> String {
    format!("/orders/{id}")
}

/// The path of a ticket's page without its language.
fn path_of_ticket(id: &str) -> String {
    format!("/tickets/{id}")
}

/// Whether a text may be an id of the contract's: it goes into links as it is.
fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Why the page of an order is not shown. What is no id, or of no order, is nothing that there is.
fn not_shown(visit: &mut Visit<'_>, refusal: &Refusal) -> Response {
    if refusal.code == "BAD_USER_INPUT" {
        return answer::refused(visit, &Refusal::not_found());
    }
    answer::refused(visit, refusal)
}

/// What the query of an address says of a field.
fn asked(parts: &Parts) -> kit::form::Form {
    kit::form::Form::of_query(parts.uri.query().unwrap_or_default().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn what_goes_into_links_is_an_id() {
        assert!(is_id("UmVzZXJ2YXRpb246MDFhMjI3-_") && is_id("a"));
        for other in ["", "a/b", "a b", "..", "a?b", "é", &"x".repeat(129)] {
            assert!(!is_id(other), "{other:?}");
        }
    }
}
