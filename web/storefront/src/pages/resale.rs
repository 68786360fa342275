//! Resale: the market of fans, one's own offers, and what comes of them.

use std::sync::Arc;

use axum::{Router, extract::Path, routing::get};
use kit::api::Refusal;

use crate::Shop;

mod change;
mod fields;
mod filter;
pub(crate) mod market;
pub(crate) mod offer;
mod offer_page;
mod sales;
mod sell;
mod sell_form;
mod terms;
mod withdraw;

pub(crate) fn routes() -> Router<Arc<Shop>> {
    Router::new()
        .route("/{locale}/resale", get(market::show))
        .route("/{locale}/resale/{id}", get(offer_page::show).post(offer_page::order))
        .route("/{locale}/sell", get(sell::choose))
        .route("/{locale}/sell/outside", get(sell::show_outside).post(sell::offer_outside))
        .route("/{locale}/sell/{id}", get(sell::show_ticket).post(sell::offer_ticket))
        .route("/{locale}/sales", get(sales::show))
        .route("/{locale}/sales/{id}", get(change::show).post(change::save))
        .route("/{locale}/sales/{id}/withdraw", get(withdraw::ask).post(withdraw::act))
}

/// The id of a ticket or a listing in a path.
type IdInPath = Path<(String, String)>;

/// A refusal of the id in the path, which is none of the API's, as that of one that names nothing: the address is wrong, not
/// what its reader entered.
fn missing(refusal: Box<Refusal>, argument: &str) -> Box<Refusal> {
    let is_of_id = refusal.code == "BAD_USER_INPUT" && refusal.is_about(argument);
    if is_of_id { Box::new(Refusal::not_found()) } else { refusal }
}
