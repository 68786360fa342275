//! Gateways: who takes money for a site, one folder each: what it is asked, its routes, its settings, and its words for
//! the start screen.
//!
//! A payment knows by [`PaymentGateway::name`] whose it is. Nobody but this crate names a provider's types.

use std::sync::Arc;

use axum::Router;
use domain::{
    App,
    gateway::{Closed, PaymentGateway},
};
use sea_orm::DatabaseConnection;

use self::{sandbox::Sandbox, stripe::Stripe};

pub mod sandbox;
pub mod stripe;

/// Which gateway a site has, and what it has to know.
pub enum Settings {
    /// Nobody takes money: in production without Stripe's key, for play money buys no real ticket.
    Closed,
    Sandbox(sandbox::Settings),
    Stripe(stripe::Settings),
}

/// What takes money for this program.
#[derive(Clone)]
pub enum Gateway {
    Closed,
    /// Play money, on one's own machine.
    Sandbox(Arc<Sandbox>),
    /// Real money, or what Stripe's test mode calls money.
    Stripe(Arc<Stripe>),
}

/// Why a gateway can't be asked with these settings.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("Stripe can't be used: {0}\n  STRIPE_SECRET_KEY and STRIPE_API_BASE set it up.")]
    Stripe(String),
}

/// In a response: the gateway that asked was known by its signature.
#[derive(Clone, Copy)]
pub struct Signed;

impl Settings {
    /// What becomes of money, in words.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Closed => "No payments are taken: STRIPE_SECRET_KEY is unset, and play money is only for ENV=dev.",
            Self::Sandbox(_) => sandbox::DESCRIPTION,
            Self::Stripe(settings) => settings.describe(),
        }
    }
}

impl Gateway {
    /// # Errors
    /// The gateway can't be asked with these settings.
    pub fn open(settings: Settings, db: &DatabaseConnection) -> Result<Self, OpenError> {
        Ok(match settings {
            Settings::Closed => Self::Closed,
            Settings::Sandbox(settings) => Self::Sandbox(Arc::new(Sandbox::new(db.clone(), settings))),
            Settings::Stripe(settings) => Self::Stripe(Arc::new(Stripe::new(settings)?)),
        })
    }

    pub fn shared(&self) -> Arc<dyn PaymentGateway> {
        match self {
            Self::Closed => Arc::new(Closed),
            Self::Sandbox(sandbox) => Arc::clone(sandbox) as Arc<dyn PaymentGateway>,
            Self::Stripe(stripe) => Arc::clone(stripe) as Arc<dyn PaymentGateway>,
        }
    }

    /// Where the gateway's events come in, and whatever else is asked of it over HTTP.
    pub fn routes(&self, app: &Arc<App>) -> Router {
        match self {
            Self::Closed => Router::new(),
            Self::Sandbox(sandbox) => sandbox::routes(sandbox, app),
            Self::Stripe(stripe) => stripe.routes(app),
        }
    }

    /// The sandbox where it is the gateway: the program has to bring its events to its own routes.
    pub fn delivers_itself(&self) -> Option<&Arc<Sandbox>> {
        match self {
            Self::Sandbox(sandbox) => Some(sandbox),
            Self::Closed | Self::Stripe(_) => None,
        }
    }
}
