//! Transfers: a holder gives a ticket to the reader of an email, for nothing.
//!
//! The ticket stays its holder's, and its code opens the gate, until the reader accepts it by the code that they were mailed. Then
//! its row turns by one conditional statement: it has another holder and a newer version, so that the giver's codes are dead.
//!
//! The row of the ticket decides: an account that offers, takes back or accepts it locks that first. A gate, a resale, a refund and the
//! staff turn the same row, and leave nothing to accept, for the ticket is not what was offered any more.
//!
//! Invariant: whether the email has an account changes nothing, neither of what is done nor of what the giver is told.

use std::{collections::HashMap, time::Duration};

use book::{
    mail_queue,
    store::WriteTxn,
    ticket_rows::{self, Handing},
};
use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    mail::Kind,
    matches,
    ticket::{self, Status},
    ticket_transfer::{self, Column, State},
    user,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

use crate::{
    App,
    accounts::{self, Viewer},
    settings::TransferRules,
};

mod code;
mod error;

use error::MOST_OF_DAY;

pub use crate::accounts::emails::masked;
pub use error::TransferError;

/// Within which so many tickets may be offered by one fan.
const DAY: TimeDelta = TimeDelta::days(1);

/// Transfers whose end is written down in one go at most.
const BATCH: u64 = 500;

/// A transfer as it stands beside the ticket that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    pub row: ticket_transfer::Model,
    pub ticket: ticket::Model,
}

impl Transfer {
    /// Whether it can be accepted, or how it ended: also where its end is not written down yet.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        let Self { row, ticket } = self;
        let is_as_offered =
            super::opens(ticket) && ticket.user_id == row.giver_id && ticket.version == row.ticket_version;
        match row.state {
            State::Pending if now >= row.expires_at || !is_as_offered => State::Lapsed,
            state => state,
        }
    }
}

/// Offers a ticket of `viewer`'s to the reader of `email`, who is mailed a code to accept it by. Asked again for the same email
/// while it is offered, it is answered as it is and nothing more is mailed.
///
/// # Errors
/// `Disabled`; `Email`, `OwnEmail` and `EmailNotVerified` for who gives and who is to have it; `NoTicket`, `NotValid`, `Frozen`
/// and `Offered` for the ticket; `SaleClosed`, `TooOften` and `TooMany` for what bounds it. Refused, nothing changes.
pub async fn offer(app: &App, viewer: Viewer, ticket_id: Uuid, email: &str) -> Result<ticket::Model, TransferError> {
    let rules = rules(app)?;
    let email = email.trim();
    accounts::check_email(email).map_err(|_| TransferError::Email)?;
    let (key, now) = (accounts::email_key(email), app.clock.now());

    let txn = WriteTxn::begin(&app.store).await?;
    let ticket = locked(&txn, ticket_id).await?.filter(|row| row.user_id == viewer.user_id);
    let ticket = ticket.ok_or(TransferError::NoTicket)?;
    let giver = user::Entity::find_by_id(viewer.user_id).one(&*txn).await?;
    let giver = giver.filter(|giver| giver.erased_at.is_none()).ok_or(TransferError::NoTicket)?;
    if giver.email_key == key {
        return Err(TransferError::OwnEmail);
    }
    if app.settings.verified_email_for_holds && giver.verified_at.is_none() {
        return Err(TransferError::EmailNotVerified);
    }
    if ticket.status != Status::Valid {
        return Err(TransferError::NotValid(ticket.status));
    }
    if ticket.frozen_at.is_some() {
        return Err(TransferError::Frozen);
    }
    let ends_at = end_of_sale(app, &txn, ticket.match_number).await?;
    if let Some(before) = newest(&*txn, ticket_id).await?.filter(|row| row.state == State::Pending) {
        let before = Transfer { row: before, ticket: ticket.clone() };
        match before.state(now) {
            State::Pending if accounts::email_key(&before.row.recipient) == key => return Ok(ticket),
            State::Pending => return Err(TransferError::Offered { to: masked(&before.row.recipient) }),
            state => _ = end(&txn, &before.row, state, None, now).await?,
        }
    }
    may_offer(&txn, rules, viewer, ticket_id, now).await?;
    let latest = now + rules.life;
    let row = ticket_transfer::Model {
        id: Uuid::now_v7(),
        ticket_id,
        giver_id: viewer.user_id,
        recipient: email.to_owned(),
        ticket_version: ticket.version,
        state: State::Pending,
        taker_id: None,
        created_at: now,
        expires_at: ends_at.filter(|end| *end < latest).unwrap_or(latest),
        ended_at: None,
    };
    let id = row.id;
    ticket_transfer::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&*txn).await?;
    mail_queue::append_of_transfer(&txn, Kind::TicketOffered, &key, id, now).await?;
    txn.commit().await?;

    Ok(ticket)
}

/// Takes back what `viewer` has offered; an admin takes back any fan's. What is over already stays as it is.
///
/// # Errors
/// `NotOffered` and `Accepted`.
pub async fn cancel(app: &App, viewer: Viewer, ticket_id: Uuid) -> Result<ticket::Model, TransferError> {
    let txn = WriteTxn::begin(&app.store).await?;
    let ticket = locked(&txn, ticket_id).await?.ok_or(TransferError::NotOffered)?;
    let row = newest(&*txn, ticket_id).await?.filter(|row| row.giver_id == viewer.user_id || viewer.is_admin());
    let transfer = Transfer { row: row.ok_or(TransferError::NotOffered)?, ticket };
    let now = app.clock.now();
    match transfer.state(now) {
        State::Accepted => return Err(TransferError::Accepted),
        State::Pending => {
            end(&txn, &transfer.row, State::Cancelled, None, now).await?;
            txn.commit().await?;
        }
        State::Cancelled | State::Lapsed => {}
    }
    Ok(transfer.ticket)
}

/// Accepts the ticket that a mailed code is of: it is `viewer`'s from then on, by a new code. Asked again by its new holder, it is
/// answered as it is.
///
/// # Errors
/// `Disabled`; `InvalidCode`; `Own` for its giver; `Over`, also for a code that another account has used; `SaleClosed`;
/// `PurchaseLimit`. Refused, nothing changes.
pub async fn accept(app: &App, viewer: Viewer, code: &str) -> Result<ticket::Model, TransferError> {
    rules(app)?;
    let id = code::read(app.accounts.transfers(), code).ok_or(TransferError::InvalidCode)?;
    let txn = WriteTxn::begin(&app.store).await?;
    let found = ticket_transfer::Entity::find_by_id(id).one(&*txn).await?.ok_or(TransferError::InvalidCode)?;
    // An account that accepts two tickets at once waits here, so that both are counted.
    let taker = user::Entity::find_by_id(viewer.user_id).lock(LockType::NoKeyUpdate).one(&*txn).await?;
    let taker = taker.filter(|taker| taker.erased_at.is_none()).ok_or(TransferError::Over)?;
    let ticket = locked(&txn, found.ticket_id).await?.ok_or(TransferError::Over)?;
    // As it is under the lock.
    let row = ticket_transfer::Entity::find_by_id(id).one(&*txn).await?.ok_or(TransferError::Over)?;
    let transfer = Transfer { row, ticket };
    let Transfer { row, ticket } = &transfer;
    let now = app.clock.now();
    if row.taker_id == Some(taker.id) && ticket.user_id == taker.id {
        return Ok(transfer.ticket);
    }
    if row.giver_id == taker.id {
        return Err(TransferError::Own);
    }
    if transfer.state(now) != State::Pending {
        return Err(TransferError::Over);
    }
    end_of_sale(app, &txn, ticket.match_number).await?;
    let (has, cap) = (received(&txn, taker.id, ticket.match_number).await?, most_received(app));
    if has >= cap {
        return Err(TransferError::PurchaseLimit { has, cap });
    }
    let handing = Handing {
        ticket_id: ticket.id,
        version: row.ticket_version,
        giver_id: row.giver_id,
        taker_id: taker.id,
        taker_name: taker.display_name,
    };
    if !end(&txn, row, State::Accepted, Some(taker.id), now).await? {
        return Err(TransferError::Over);
    }
    let handed = ticket_rows::hand_on(&txn, &handing, now).await?.ok_or(TransferError::Over)?;
    let giver = user::Entity::find_by_id(row.giver_id).one(&*txn).await?;
    if let Some(giver) = giver {
        mail_queue::append_of_transfer(&txn, Kind::TicketAccepted, &giver.email_key, row.id, now).await?;
    }
    txn.commit().await?;
    tracing::info!(ticket = %handed.id, from = %handing.giver_id, to = %handing.taker_id, "ticket transferred");

    Ok(handed)
}

/// The transfer that a mailed code is of; none where it is of none.
pub async fn of_code(app: &App, code: &str) -> Result<Option<Transfer>, DbErr> {
    let Some(id) = code::read(app.accounts.transfers(), code) else { return Ok(None) };
    find(&app.db, id).await
}

/// The code of a transfer, for the mail that offers it.
pub(crate) fn code_of(app: &App, transfer_id: Uuid) -> String {
    code::written(app.accounts.transfers(), transfer_id)
}

pub(crate) async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Transfer>, DbErr> {
    let Some(row) = ticket_transfer::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    let ticket = ticket::Entity::find_by_id(row.ticket_id).one(db).await?;
    Ok(ticket.map(|ticket| Transfer { row, ticket }))
}

/// The newest transfer of each ticket: of all, or of those that one giver has begun.
pub async fn of_tickets(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    giver: Option<Uuid>,
) -> Result<HashMap<Uuid, ticket_transfer::Model>, DbErr> {
    let of_tickets = ticket_transfer::Entity::find().filter(Column::TicketId.is_in(ids.iter().copied()));
    let of_giver = giver.map(|giver| Column::GiverId.eq(giver));
    let rows = of_tickets.filter(Condition::all().add_option(of_giver)).order_by_asc(Column::Id).all(db);
    Ok(rows.await?.into_iter().map(|row| (row.ticket_id, row)).collect())
}

/// Writes down that transfers have lapsed, and lets go of the emails that they went to.
pub(crate) async fn forget(app: &App, txn: &WriteTxn) -> Result<(), DbErr> {
    let now = app.clock.now();
    let over = ticket_transfer::Entity::find().filter(Column::State.eq(State::Pending));
    let over = over.filter(Column::ExpiresAt.lte(now)).limit(BATCH).all(&**txn).await?;
    for row in over {
        end(txn, &row, State::Lapsed, None, now).await?;
    }
    Ok(())
}

fn rules(app: &App) -> Result<&TransferRules, TransferError> {
    Some(&app.settings.transfers).filter(|rules| rules.enabled).ok_or(TransferError::Disabled)
}

/// The ticket, which no other transaction turns before this one ends.
async fn locked(txn: &WriteTxn, id: Uuid) -> Result<Option<ticket::Model>, DbErr> {
    ticket::Entity::find_by_id(id).lock_exclusive().one(&**txn).await
}

async fn newest(db: &impl ConnectionTrait, ticket_id: Uuid) -> Result<Option<ticket_transfer::Model>, DbErr> {
    let of_ticket = ticket_transfer::Entity::find().filter(Column::TicketId.eq(ticket_id));
    of_ticket.order_by_desc(Column::Id).one(db).await
}

/// Until when tickets of a match may be given, if that ends.
///
/// # Errors
/// `SaleClosed` where it has ended.
async fn end_of_sale(app: &App, txn: &WriteTxn, number: i32) -> Result<Option<DateTime<Utc>>, TransferError> {
    let Some(facts) = matches::Entity::find_by_id(number).one(&**txn).await? else { return Ok(None) };
    let close = app.settings.sales_close;
    if facts.closed || close.has_come(facts.date_utc, app.clock.now()) {
        return Err(TransferError::SaleClosed(number));
    }
    Ok(close.of(facts.date_utc))
}

/// Whether the ticket may change hands once more, and its holder have one more mail sent.
async fn may_offer(
    txn: &WriteTxn,
    rules: &TransferRules,
    viewer: Viewer,
    ticket_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), TransferError> {
    let accepted = Column::TicketId.eq(ticket_id).and(Column::State.eq(State::Accepted));
    if ticket_transfer::Entity::find().filter(accepted).count(&**txn).await? >= rules.most_of_ticket {
        return Err(TransferError::TooOften(rules.most_of_ticket));
    }
    let of_day = Column::GiverId.eq(viewer.user_id).and(Column::CreatedAt.gt(now - DAY));
    let offered: Vec<DateTime<Utc>> = ticket_transfer::Entity::find()
        .select_only()
        .column(Column::CreatedAt)
        .filter(of_day)
        .order_by_desc(Column::CreatedAt)
        .limit(u64::try_from(MOST_OF_DAY).unwrap_or(u64::MAX))
        .into_tuple()
        .all(&**txn)
        .await?;
    match offered.get(MOST_OF_DAY - 1) {
        Some(first) => {
            let left = (*first + DAY - now).to_std().unwrap_or_default();
            Err(TransferError::TooMany { retry_after: Duration::from_secs(left.as_secs() + 1) })
        }
        None => Ok(()),
    }
}

/// Tickets of a match that others gave to a fan, and that are theirs still.
async fn received(txn: &WriteTxn, user_id: Uuid, match_number: i32) -> Result<u64, DbErr> {
    ticket::Entity::find()
        .filter(ticket::Column::UserId.eq(user_id))
        .filter(ticket::Column::MatchNumber.eq(match_number))
        .filter(ticket::Column::GivenVersion.gt(0))
        .filter(ticket::Column::Status.is_in([Status::Valid, Status::Listed, Status::Used]))
        .count(&**txn)
        .await
}

/// As many as one may buy.
fn most_received(app: &App) -> u64 {
    u64::try_from(app.settings.purchase_cap).unwrap_or_default()
}

/// Writes down how a transfer has ended, and lets go of the email; whether it was pending until then.
async fn end(
    txn: &WriteTxn,
    row: &ticket_transfer::Model,
    state: State,
    taker_id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let ended = ticket_transfer::ActiveModel {
        state: Set(state),
        recipient: Set(masked(&row.recipient)),
        taker_id: Set(taker_id),
        ended_at: Set(Some(now)),
        ..Default::default()
    };
    let pending = Column::Id.eq(row.id).and(Column::State.eq(State::Pending));
    let done = ticket_transfer::Entity::update_many().set(ended).filter(pending).exec(&**txn).await?;
    Ok(done.rows_affected == 1)
}
