//! Fans: people with an account, who hold, cancel, pay and give back.

use std::sync::Arc;

use domain::{
    App,
    accounts::Viewer,
    desk::error::{HoldError, PaymentRefused, RefundRefused},
    payments::{self, Paid, PaymentError, refunds},
    resale::{self, Change, Offer, Price, ResaleError, Subject},
    reservations::{self, HoldRequest},
    tickets::{
        self,
        transfers::{self, TransferError},
    },
};
use entities::{category::Category, listing, money, reservation, ticket, user::Role};
use uuid::Uuid;

use crate::bank::PAYS;

type Answer = Result<reservation::Model, HoldError>;

/// A fan at one instance of the site.
#[derive(Clone)]
pub struct Fan {
    app: Arc<App>,
    pub viewer: Viewer,
}

impl Fan {
    pub(crate) fn new(app: Arc<App>, user_id: Uuid) -> Self {
        let expires_at = app.clock.now() + app.accounts.access_lifetime;
        let session = Some(Uuid::now_v7());
        Self { app, viewer: Viewer { user_id, role: Role::Customer, session, expires_at, proved_at: None } }
    }

    /// The same fan in another window, at another instance.
    pub fn at(&self, app: &Arc<App>) -> Self {
        Self { app: Arc::clone(app), viewer: self.viewer }
    }

    pub async fn hold(&self, match_number: i32, category: Category, quantity: i32) -> Answer {
        self.request_hold(HoldRequest { match_number, category: category.number(), quantity, idempotency_key: None })
            .await
    }

    pub async fn hold_once(&self, key: &str, match_number: i32, category: Category, quantity: i32) -> Answer {
        self.request_hold(HoldRequest {
            match_number,
            category: category.number(),
            quantity,
            idempotency_key: Some(key.to_owned()),
        })
        .await
    }

    pub async fn request_hold(&self, request: HoldRequest) -> Answer {
        reservations::hold(&self.app, self.viewer, request).await
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

    /// Buys a ticket of the site's own stock.
    pub async fn buys(&self, match_number: i32, category: Category) -> ticket::Model {
        let hold = self.holds(match_number, category, 1).await;
        self.pay_with(hold.id, PAYS, None).await.expect("the card pays");
        self.ticket_of(hold.id).await.expect("a paid seat has its ticket")
    }

    /// The ticket that a reservation or an order has brought.
    pub async fn ticket_of(&self, reservation_id: Uuid) -> Option<ticket::Model> {
        let found = tickets::of_reservations(&self.app.db, &[reservation_id]).await;
        found.expect("tickets can be read").pop()
    }

    /// Offers a ticket that nothing stands against: the listing.
    pub async fn offers(&self, ticket_id: Uuid, price_minor: i64) -> listing::Model {
        self.offer(offer(Subject::Ticket(ticket_id), price_minor)).await.expect("nothing stands against the offer")
    }

    pub async fn offer(&self, offer: Offer) -> Result<listing::Model, ResaleError> {
        resale::create(&self.app, self.viewer, offer).await
    }

    pub async fn change(&self, id: Uuid, change: Change) -> Result<listing::Model, ResaleError> {
        resale::update(&self.app, self.viewer, Ok(id), change).await
    }

    pub async fn withdraw(&self, id: Uuid) -> Result<listing::Model, ResaleError> {
        resale::withdraw(&self.app, self.viewer, id, None).await
    }

    pub async fn order(&self, listing_id: Uuid) -> Result<reservation::Model, ResaleError> {
        self.request_order(resale::OrderRequest { listing_id, version: None, idempotency_key: None }).await
    }

    pub async fn request_order(&self, request: resale::OrderRequest) -> Result<reservation::Model, ResaleError> {
        resale::order(&self.app, self.viewer, request).await
    }

    /// An order that nothing stands against.
    pub async fn orders(&self, listing_id: Uuid) -> reservation::Model {
        self.order(listing_id).await.expect("nothing stands against the order")
    }

    /// Pays with a card that pays.
    pub async fn pay(&self, id: Uuid) -> Answer {
        match self.pay_with(id, PAYS, None).await {
            Ok(paid) => Ok(paid.reservation),
            Err(PaymentError::Refused(PaymentRefused::Hold(error))) => Err(error),
            Err(error) => panic!("nothing stands against the card: {error}"),
        }
    }

    /// Gives tickets back, or all that are left.
    pub async fn refund(&self, id: Uuid, tickets: Option<&[Uuid]>) -> Result<reservation::Model, RefundRefused> {
        let request =
            refunds::RefundRequest { reservation_id: id, tickets: tickets.map(<[Uuid]>::to_vec), reason: None };
        refunds::refund(&self.app, self.viewer, request).await
    }

    /// Offers a ticket to the reader of an email.
    pub async fn give(&self, ticket_id: Uuid, email: &str) -> Result<ticket::Model, TransferError> {
        transfers::offer(&self.app, self.viewer, ticket_id, email).await
    }

    /// Takes back a ticket that was offered so.
    pub async fn take_back(&self, ticket_id: Uuid) -> Result<ticket::Model, TransferError> {
        transfers::cancel(&self.app, self.viewer, ticket_id).await
    }

    /// Accepts a ticket by a mailed code.
    pub async fn accept(&self, code: &str) -> Result<ticket::Model, TransferError> {
        transfers::accept(&self.app, self.viewer, code).await
    }

    /// The same person as one of the site's staff.
    #[must_use]
    pub fn as_admin(&self) -> Self {
        Self { viewer: Viewer { role: Role::Admin, ..self.viewer }, ..self.clone() }
    }
}

/// An offer of something at this price.
pub fn offer(subject: Subject, price_minor: i64) -> Offer {
    Offer {
        subject: Ok(subject),
        title: "Behind the goal".to_owned(),
        description: None,
        price: price(price_minor),
        idempotency_key: None,
    }
}

/// A price as sellers write it.
pub fn price(minor: i64) -> Price {
    Price { amount: money::to_decimal(minor), currency: None }
}
