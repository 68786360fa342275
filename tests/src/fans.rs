//! Fans: people with an account, who hold, cancel, pay and give back.

use std::sync::Arc;

use domain::{
    App,
    accounts::Viewer,
    payments::{self, Paid, PaymentError, refunds},
    reservations::{self, ReservationError, Wish},
};
use entities::{category::Category, reservation, user::Role};
use uuid::Uuid;

use crate::bank::PAYS;

type Answer = Result<reservation::Model, ReservationError>;

/// A fan at one instance of the site.
#[derive(Clone)]
pub struct Fan {
    app: Arc<App>,
    pub viewer: Viewer,
}

impl Fan {
    pub(crate) fn new(app: Arc<App>, user_id: Uuid) -> Self {
        let expires_at = app.clock.now() + app.accounts.access_lifetime;
        Self { app, viewer: Viewer { user_id, role: Role::Customer, session: Some(Uuid::now_v7()), expires_at } }
    }

    /// The same fan in another window, at another instance.
    pub fn at(&self, app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), viewer: self.viewer }
    }

    pub async fn hold(&self, match_number: i32, category: Category, quantity: i32) -> Answer {
        self.wish(Wish { match_number, category: category.number(), quantity, idempotency_key: None }).await
    }

    pub async fn hold_once(&self, key: &str, match_number: i32, category: Category, quantity: i32) -> Answer {
        self.wish(Wish { match_number, category: category.number(), quantity, idempotency_key: Some(key.to_owned()) })
            .await
    }

    pub async fn wish(&self, wish: Wish) -> Answer {
        reservations::hold(&self.app, self.viewer, wish).await
    }

    /// A hold that nothing stands against.
    pub async fn holds(&self, match_number: i32, category: Category, quantity: i32) -> reservation::Model {
        self.hold(match_number, category, quantity).await.expect("nothing stands against the hold")
    }

    pub async fn cancel(&self, id: Uuid) -> Answer {
        reservations::cancel(&self.app, self.viewer, id).await
    }

    /// Pays with a card of the bank.
    pub async fn pay_with(&self, id: Uuid, card: &str, key: Option<&str>) -> Result<Paid, PaymentError> {
        payments::pay(&self.app, self.viewer, id, card.to_owned(), key.map(str::to_owned)).await
    }

    /// Pays with a card that pays.
    pub async fn pay(&self, id: Uuid) -> Answer {
        match self.pay_with(id, PAYS, None).await {
            Ok(paid) => Ok(paid.reservation),
            Err(PaymentError::Reservation(error)) => Err(error),
            Err(error) => panic!("nothing stands against the card: {error}"),
        }
    }

    /// Gives tickets back, or all that are left.
    pub async fn refund(&self, id: Uuid, tickets: Option<&[Uuid]>) -> Answer {
        let wish = refunds::Wish { reservation_id: id, tickets: tickets.map(<[Uuid]>::to_vec), reason: None };
        refunds::refund(&self.app, self.viewer, wish).await
    }

    /// The same person as one of the site's staff.
    #[must_use]
    pub fn as_admin(&self) -> Self {
        Self { viewer: Viewer { role: Role::Admin, ..self.viewer }, ..self.clone() }
    }
}
