//! Paying with a card of play money: one form, one mutation, and the page that says what became of it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use kit::api::Refusal;

use super::{IdInPath, order, payment};
use crate::{
    Shop,
    documents::orders::{Pay, pay as mutation},
    pages::{Posted, Wanted},
};

pub(super) async fn pay(
    State(shop): State<Arc<Shop>>,
    wanted: Wanted,
    Path((_, id)): IdInPath,
    Posted { parts, form }: Posted,
) -> Response {
    let mut visit = wanted.posted(&shop, &parts, &form).await;
    let Some(card) = form.filled("card") else {
        let missing = Refusal { code: "BAD_USER_INPUT".to_owned(), ..Refusal::default() };
        return order::refused(&mut visit, id, Box::new(missing), None).await;
    };
    let input = mutation::PayReservationInput {
        reservation_id: id.clone(),
        payment_method: card.clone(),
        // A form that "back" brings again may try another card.
        idempotency_key: form.key().map(|key| format!("{key}-{card}")),
    };
    match visit.ask::<Pay>(mutation::Variables { input }).await {
        Ok(done) => match done.pay_reservation.client_secret {
            // The bank wants their consent: there is a page for that, and it needs the secret.
            Some(secret) => payment::lead_on(&mut visit, &id, &secret),
            None => order::lead_to(&mut visit, &id),
        },
        Err(refusal) => order::refused(&mut visit, id, refusal, Some(card)).await,
    }
}
