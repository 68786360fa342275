//! Routes beside operations: which addresses they answer, and what their refusals cost.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, Uri,
        header::{CONTENT_LENGTH, RETRY_AFTER},
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use resolvers::context::Requester;
use transport::gateway::Refusal;

use crate::{Security, address::of_extensions};

/// Routes that no blocked address gets anything from, where addresses are judged.
pub fn closed_to_the_blocked(routes: Router, security: Option<&Arc<Security>>) -> Router {
    let Some(security) = security else { return routes };
    let guard = async |State(security): State<Arc<Security>>, request: Request, next: Next| {
        let client = of_extensions(request.extensions());
        match security.admit(client) {
            Ok(()) => next.run(request).await,
            Err(refusal) => (refusal.status, refusal.message).into_response(),
        }
    };
    routes.layer(middleware::from_fn_with_state(Arc::clone(security), guard))
}

/// Routes beside operations whose refusals are paid for as those of operations are; a refusal of
/// a request whose signature is good is free.
pub fn charged_for_refusals(routes: Router, security: &Arc<Security>, is_signed: fn(&Response) -> bool) -> Router {
    if !routes.has_routes() {
        return routes;
    }
    let charge = move |State(security): State<Arc<Security>>, request: Request, next: Next| async move {
        let address = of_extensions(request.extensions());
        let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let response = next.run(request).await;
        if !response.status().is_client_error() || is_signed(&response) {
            return response;
        }
        let stranger = Requester { viewer: None, address };
        match security.charge_refusal(stranger, length.unwrap_or(LARGEST_BESIDE)).await {
            Ok(()) => response,
            Err(refusal) => limited(refusal),
        }
    };
    routes.route_layer(middleware::from_fn_with_state(Arc::clone(security), charge))
}

/// Routes beside operations that each cost a caller so many units, whatever they answer.
pub fn charged(routes: Router, security: &Arc<Security>, price: fn(&Uri) -> u64) -> Router {
    if !routes.has_routes() {
        return routes;
    }
    let charge = move |State(security): State<Arc<Security>>, request: Request, next: Next| async move {
        let stranger = Requester { viewer: None, address: of_extensions(request.extensions()) };
        match security.charge_units(stranger, price(request.uri())).await {
            Ok(()) => next.run(request).await,
            Err(refusal) => limited(refusal),
        }
    };
    routes.route_layer(middleware::from_fn_with_state(Arc::clone(security), charge))
}

fn limited(refusal: Refusal) -> Response {
    let wait = HeaderValue::from(refusal.retry_after.unwrap_or(1));
    (refusal.status, [(RETRY_AFTER, wait)], refusal.message).into_response()
}

/// Bytes of a body that does not say how long it is, on such a route: it reads no more.
const LARGEST_BESIDE: usize = 256 * 1024;
