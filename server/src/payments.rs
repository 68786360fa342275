//! Payments as this program takes them: the gateway of its setting, and the route that the gateway's events come by.

use std::sync::Arc;

use domain::{
    App,
    payments::gateway::{Closed, PaymentGateway},
};
use sea_orm::DatabaseConnection;

use self::{sandbox::Sandbox, stripe::Stripe};
use crate::{
    config::{Config, Payments, sections::Env},
    failure::Failure,
};

mod sandbox;
mod signature;
mod stripe;
mod till;
mod webhooks;

pub use signature::sign;

/// What takes money for this program.
#[derive(Clone)]
pub(crate) enum Gateway {
    /// Nobody: in production without Stripe's key, for play money buys no real ticket.
    Closed,
    /// Play money, on one's own machine.
    Sandbox(Arc<Sandbox>),
    /// Real money, or what Stripe's test mode calls money.
    Stripe(Arc<Stripe>),
}

impl Gateway {
    /// # Errors
    /// Stripe's key or address is none.
    pub(crate) fn open(config: &Config, db: &DatabaseConnection) -> Result<Self, Failure> {
        Ok(match config.payments() {
            Payments::Stripe(key) => Self::Stripe(Arc::new(Stripe::new(&config.stripe, key)?)),
            Payments::None => Self::Closed,
            Payments::Play => Self::Sandbox(Arc::new(Sandbox::new(db.clone(), config.stripe.webhook_secret.as_ref()))),
        })
    }

    pub(crate) fn shared(&self) -> Arc<dyn PaymentGateway> {
        match self {
            Self::Closed => Arc::new(Closed),
            Self::Sandbox(sandbox) => Arc::clone(sandbox) as Arc<dyn PaymentGateway>,
            Self::Stripe(stripe) => Arc::clone(stripe) as Arc<dyn PaymentGateway>,
        }
    }

    /// `/webhooks/stripe` where there is a secret to judge events by, and the sandbox's own till, where there is one.
    pub(crate) fn routes(&self, config: &Config, app: &Arc<App>) -> axum::Router {
        let hook = |secret: &[u8]| {
            webhooks::routes(webhooks::Hook {
                app: Arc::clone(app),
                secret: secret.to_vec(),
                is_live: config.env == Env::Prod,
            })
        };
        match self {
            Self::Closed => axum::Router::new(),
            Self::Sandbox(sandbox) => hook(sandbox.secret()).merge(till::routes(Arc::clone(sandbox))),
            Self::Stripe(_) => match &config.stripe.webhook_secret {
                Some(secret) => hook(secret.expose().as_bytes()),
                None => axum::Router::new(),
            },
        }
    }
}
