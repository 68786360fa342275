//! Outcomes of requests for tickets, counted where a refusal has its code.

use metrics::{Counter, counter};

/// It holds tickets that were free.
pub(crate) const PLACED: &str = "placed";
/// It was made before by the same idempotency key, and is answered again.
pub(crate) const REPEATED: &str = "repeated";

/// Requests for holds of the stock that came to this: `placed`, `repeated`, or the code of the refusal.
pub fn holds(outcome: &'static str) -> Counter {
    counter!("matchday_holds_total", "outcome" => outcome)
}

/// Orders of listings that came to this.
pub(crate) fn orders(outcome: &'static str) -> Counter {
    counter!("matchday_orders_total", "outcome" => outcome)
}
