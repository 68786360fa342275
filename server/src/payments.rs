//! Payments as this program takes them: the gateway of its setting, and the route that the gateway's events come by.

use std::sync::Arc;

use domain::{
    App,
    payments::gateway::{Closed, PaymentGateway},
};
use sea_orm::DatabaseConnection;

use self::sandbox::Sandbox;
use crate::config::{Config, sections::Env};

mod sandbox;
mod signature;
mod till;
mod webhooks;

pub use signature::sign;

/// What takes money for this program.
#[derive(Clone)]
pub(crate) enum Gateway {
    /// Nobody: in production, and where Stripe's keys are set, which this version can't use yet.
    Closed,
    /// Play money, on one's own machine.
    Sandbox(Arc<Sandbox>),
}

impl Gateway {
    pub(crate) fn open(config: &Config, db: &DatabaseConnection) -> Self {
        if config.env == Env::Prod || config.stripe.secret_key.is_some() {
            return Self::Closed;
        }
        Self::Sandbox(Arc::new(Sandbox::new(db.clone(), config.stripe.webhook_secret.as_ref())))
    }

    pub(crate) fn shared(&self) -> Arc<dyn PaymentGateway> {
        match self {
            Self::Closed => Arc::new(Closed),
            Self::Sandbox(sandbox) => Arc::clone(sandbox) as Arc<dyn PaymentGateway>,
        }
    }

    /// `/webhooks/stripe`, and the sandbox's own till, where there is one.
    pub(crate) fn routes(&self, config: &Config, app: &Arc<App>) -> axum::Router {
        match self {
            Self::Closed => axum::Router::new(),
            Self::Sandbox(sandbox) => {
                let hook = webhooks::Hook {
                    app: Arc::clone(app),
                    secret: sandbox.secret().to_vec(),
                    is_live: config.env == Env::Prod,
                };
                webhooks::routes(hook).merge(till::routes(Arc::clone(sandbox)))
            }
        }
    }
}
