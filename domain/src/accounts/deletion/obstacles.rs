//! Obstacles: what stands in the way of a deletion, for there the contract with the person still runs.

use std::collections::HashMap;

use chrono::TimeDelta;
use entities::{listing, matches, payment, payout, refund, ticket, ticket_transfer};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Query};
use uuid::Uuid;

use crate::App;

/// How long after its kick-off a match may last, and its tickets be needed.
const MATCH_LASTS: TimeDelta = TimeDelta::hours(4);

/// A kind of what stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    ValidTickets,
    OpenListings,
    OrderedListings,
    PaymentsInProgress,
    PayoutsDue,
    RefundsUnderWay,
    GiftsOffered,
}

/// So many of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obstacle {
    pub kind: ObstacleKind,
    pub count: u64,
}

impl ObstacleKind {
    /// As clients are told it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ValidTickets => "VALID_TICKETS",
            Self::OpenListings => "OPEN_LISTINGS",
            Self::OrderedListings => "ORDERED_LISTINGS",
            Self::PaymentsInProgress => "PAYMENTS_IN_PROGRESS",
            Self::PayoutsDue => "PAYOUTS_DUE",
            Self::RefundsUnderWay => "REFUNDS_UNDER_WAY",
            Self::GiftsOffered => "GIFTS_OFFERED",
        }
    }

    /// Whether money is on its way to the person, from them, or by their listing: no operator goes past that.
    pub(super) fn is_of_money(self) -> bool {
        match self {
            Self::OrderedListings | Self::PaymentsInProgress | Self::PayoutsDue | Self::RefundsUnderWay => true,
            Self::ValidTickets | Self::OpenListings | Self::GiftsOffered => false,
        }
    }
}

impl Obstacle {
    /// What it is.
    pub fn what(&self) -> String {
        let (one, many) = match self.kind {
            ObstacleKind::ValidTickets => ("valid ticket of a match to come", "valid tickets of matches to come"),
            ObstacleKind::OpenListings => ("open listing", "open listings"),
            ObstacleKind::OrderedListings => ("listing that a buyer has ordered", "listings that buyers have ordered"),
            ObstacleKind::PaymentsInProgress => ("payment in progress", "payments in progress"),
            ObstacleKind::PayoutsDue => ("payout that is due", "payouts that are due"),
            ObstacleKind::RefundsUnderWay => ("refund under way", "refunds under way"),
            ObstacleKind::GiftsOffered => ("ticket offered as a gift", "tickets offered as gifts"),
        };
        format!("{} {}", self.count, if self.count == 1 { one } else { many })
    }

    /// What takes it out of the way.
    pub fn remedy(&self) -> &'static str {
        match self.kind {
            ObstacleKind::ValidTickets => "wait until after the match, refund them, sell them or give them away",
            ObstacleKind::OpenListings => "withdraw them with `withdrawListing`",
            ObstacleKind::OrderedListings => "wait until the buyer has paid or the order has ended",
            ObstacleKind::PaymentsInProgress => {
                "wait until they end, or cancel the reservation with `cancelReservation`"
            }
            ObstacleKind::PayoutsDue => "wait until the money is paid out",
            ObstacleKind::RefundsUnderWay => "wait until the money is back, or ask this site's staff",
            ObstacleKind::GiftsOffered => "take them back with `cancelTicketTransfer`",
        }
    }

    pub(super) fn in_words(&self) -> String {
        format!("{}: {}", self.what(), self.remedy())
    }
}

/// All that stands in the way of a person's deletion now.
pub(super) async fn of(db: &impl ConnectionTrait, app: &App, user_id: Uuid) -> Result<Vec<Obstacle>, DbErr> {
    let counted = [
        (ObstacleKind::ValidTickets, tickets(db, app, user_id).await?),
        (ObstacleKind::OpenListings, listings(db, user_id, listing::State::Open).await?),
        (ObstacleKind::OrderedListings, listings(db, user_id, listing::State::Locked).await?),
        (ObstacleKind::PaymentsInProgress, payments(db, user_id).await?),
        (ObstacleKind::PayoutsDue, payouts(db, user_id).await?),
        (ObstacleKind::RefundsUnderWay, refunds(db, user_id).await?),
        (ObstacleKind::GiftsOffered, gifts(db, app, user_id).await?),
    ];
    Ok(counted.into_iter().filter(|(_, count)| *count > 0).map(|(kind, count)| Obstacle { kind, count }).collect())
}

async fn tickets(db: &impl ConnectionTrait, app: &App, user_id: Uuid) -> Result<u64, DbErr> {
    use ticket::{Column, Status};

    let to_come = Query::select()
        .column(matches::Column::MatchNumber)
        .from(matches::Entity)
        .and_where(matches::Column::DateUtc.gt(app.clock.now() - MATCH_LASTS))
        .to_owned();
    let valid = ticket::Entity::find().filter(Column::UserId.eq(user_id)).filter(Column::Status.eq(Status::Valid));
    valid.filter(Column::MatchNumber.in_subquery(to_come)).count(db).await
}

async fn listings(db: &impl ConnectionTrait, user_id: Uuid, state: listing::State) -> Result<u64, DbErr> {
    use listing::Column;

    let of_seller = listing::Entity::find().filter(Column::SellerId.eq(user_id));
    of_seller.filter(Column::State.eq(state)).count(db).await
}

async fn payments(db: &impl ConnectionTrait, user_id: Uuid) -> Result<u64, DbErr> {
    use payment::{Column, State};

    let of_user = payment::Entity::find().filter(Column::UserId.eq(user_id));
    of_user.filter(Column::State.is_in(State::LIVE)).count(db).await
}

async fn payouts(db: &impl ConnectionTrait, user_id: Uuid) -> Result<u64, DbErr> {
    use payout::{Column, State};

    let of_seller = payout::Entity::find().filter(Column::SellerId.eq(user_id));
    of_seller.filter(Column::State.eq(State::Due)).count(db).await
}

/// Also those that the gateway refuses: the money is owed all the same.
async fn refunds(db: &impl ConnectionTrait, user_id: Uuid) -> Result<u64, DbErr> {
    use refund::{Column, State};

    let of_user = Query::select()
        .column(payment::Column::Id)
        .from(payment::Entity)
        .and_where(payment::Column::UserId.eq(user_id))
        .to_owned();
    let of_user = refund::Entity::find().filter(Column::PaymentId.in_subquery(of_user));
    of_user.filter(Column::State.ne(State::Done)).count(db).await
}

/// Gifts that can still be accepted.
async fn gifts(db: &impl ConnectionTrait, app: &App, user_id: Uuid) -> Result<u64, DbErr> {
    use ticket_transfer::{Column, State};

    let offered = ticket_transfer::Entity::find().filter(Column::GiverId.eq(user_id));
    let offered = offered.filter(Column::State.eq(State::Pending)).all(db).await?;
    let tickets = ticket::Entity::find().filter(ticket::Column::Id.is_in(offered.iter().map(|row| row.ticket_id)));
    let tickets: HashMap<Uuid, ticket::Model> = tickets.all(db).await?.into_iter().map(|row| (row.id, row)).collect();
    let now = app.clock.now();
    // As `tickets::transfers` judges it, which stands above accounts.
    let can_be_accepted = |row: &ticket_transfer::Model, ticket: &ticket::Model| {
        let is_as_offered = ticket.user_id == row.giver_id && ticket.version == row.ticket_version;
        let opens = ticket.status == ticket::Status::Valid && ticket.frozen_at.is_none();
        now < row.expires_at && is_as_offered && opens
    };
    let pending =
        offered.iter().filter(|row| tickets.get(&row.ticket_id).is_some_and(|ticket| can_be_accepted(row, ticket)));
    let pending = pending.count();
    Ok(u64::try_from(pending).unwrap_or(u64::MAX))
}
