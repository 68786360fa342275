//! The handover: what becomes of a ticket, and of the seller's part of the money, once the buyer's is ours.

use chrono::{DateTime, Utc};
use entities::{
    listing,
    mail::Kind,
    payout, reservation,
    ticket::{self, Status},
};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};
use uuid::Uuid;

use crate::{
    mail_queue::{self, About},
    store::WriteTxn,
    ticket_rows::{self, Issue},
};

/// A listing that is paid for.
pub struct Sale {
    pub order: reservation::Model,
    pub listing: listing::Model,
    /// None where it was issued elsewhere.
    pub ticket: Option<ticket::Model>,
}

/// Ends the seller's ticket, issues the buyer's, and writes down what the seller gets, with the mail that tells them.
pub async fn write(txn: &WriteTxn, sale: &Sale, now: DateTime<Utc>) -> Result<(), DbErr> {
    let Sale { order, listing, ticket } = sale;
    if let Some(ticket) = ticket {
        let changed =
            ticket_rows::set_status(txn, &[ticket.id], &[Status::Listed], Status::Transferred, true, now).await?;
        if changed.is_empty() {
            return Err(DbErr::Custom(format!(
                "ticket {} is sold by listing {} and not listed",
                ticket.id, listing.id
            )));
        }
        let issue = Issue {
            reservation_id: order.id,
            seat: 1,
            user_id: order.user_id,
            match_number: order.match_number,
            category: order.category,
            price_minor: order.unit_price_minor,
            origin_id: Some(ticket.id),
        };
        ticket_rows::issue(txn, vec![issue], now).await?;
    }
    let payout = payout::ActiveModel {
        id: Set(Uuid::now_v7()),
        listing_id: Set(listing.id),
        order_id: Set(order.id),
        seller_id: Set(listing.seller_id),
        amount_minor: Set(listing.price_minor - listing.fee_minor),
        state: Set(payout::State::Due),
        gateway_id: Set(None),
        problem: Set(None),
        created_at: Set(now),
        paid_at: Set(None),
        attempts: Set(0),
        next_at: Set(now),
    };
    payout::Entity::insert(payout).exec_without_returning(&**txn).await?;
    let sold = About { kind: Kind::ListingSold, user_id: listing.seller_id, reservation_id: order.id };
    mail_queue::append_about(txn, &[sold], now).await
}
