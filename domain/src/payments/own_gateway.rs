//! A payment is asked for of the gateway that it is of: which ones are of this program's.

use entities::payment;
use sea_orm::{ColumnTrait, Condition};

use super::PaymentError;
use crate::{App, gateway::PaymentGateway};

/// The gateway that a payment is of. Another one than ours is out of reach: no other may be asked about it.
pub(super) fn gateway_of<'a>(app: &'a App, payment: &payment::Model) -> Result<&'a dyn PaymentGateway, PaymentError> {
    if is_ours(app, payment) { Ok(&*app.gateway) } else { Err(PaymentError::Unreachable) }
}

fn is_ours(app: &App, payment: &payment::Model) -> bool {
    payment.gateway.as_deref().is_none_or(|name| name == app.gateway.name())
}

/// Payments of this program's gateway, and those that may be.
pub(super) fn ours(app: &App) -> Condition {
    use payment::Column::Gateway;

    Condition::any().add(Gateway.is_null()).add(Gateway.eq(app.gateway.name()))
}
