//! Tickets: one seat's worth of a paid reservation each, from the moment its money is ours.
//!
//! A ticket is issued in the transaction in which its payment is captured, and opens the gate once: by its newest code,
//! while it is valid. Its status changes by one conditional statement, so of two who want the same ticket at the same
//! time, such as a gate and a refund, the later one finds that it is not what it was.
//!
//! Invariant: a version of a ticket only grows, and a code of an earlier one never opens anything again.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use entities::{
    matches, reservation,
    ticket::{self, Column, Status},
    user,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Query,
};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    App,
    accounts::Viewer,
    keyring::{self, KeyError},
    page::Page,
};

mod code;
pub mod freezing;
pub mod gate;
pub mod keys;
pub mod links;
pub mod revocation;
pub mod transfers;

use keys::TicketCodes;

/// Why something about tickets can't be had.
#[derive(Debug, Error)]
pub enum TicketError {
    #[error("`{field}` must have 1 to {max} visible ASCII characters", max = gate::MAX_NAME_LENGTH)]
    Name { field: &'static str },
    #[error("{0} scans are too many; send at most {max} at once", max = gate::MAX_SCANS)]
    Scans(usize),
    #[error("the store failed")]
    Store(#[from] DbErr),
    #[error("{0}")]
    Internal(String),
}

impl From<KeyError> for TicketError {
    fn from(error: KeyError) -> Self {
        error.into_error(Self::Internal)
    }
}

/// A ticket as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    pub ticket: ticket::Model,
    pub code: String,
    pub facts: matches::Model,
    /// What its holder is called by where their name can't be printed.
    pub holder_email: Option<String>,
    /// The language that its holder has chosen, as BCP 47 names it.
    pub locale: Option<String>,
    /// The venue's, by its IANA name.
    pub time_zone: Arc<str>,
}

/// Those of the tickets that are valid, ready to be printed.
///
/// # Errors
/// `Store` where the database fails; `Internal` where the key that signs cannot sign.
pub async fn passes(app: &App, rows: Vec<ticket::Model>) -> Result<Vec<Pass>, TicketError> {
    let numbers: BTreeSet<i32> = rows.iter().map(|row| row.match_number).collect();
    let found = matches::Entity::find().filter(matches::Column::MatchNumber.is_in(numbers)).all(&app.db).await?;
    let holders: BTreeSet<Uuid> = rows.iter().map(|row| row.user_id).collect();
    let holders: HashMap<Uuid, (String, Option<String>)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Email, user::Column::Locale])
        .filter(user::Column::Id.is_in(holders))
        .into_tuple::<(Uuid, String, Option<String>)>()
        .all(&app.db)
        .await?
        .into_iter()
        .map(|(id, email, locale)| (id, (email, locale)))
        .collect();
    let mut passes = Vec::with_capacity(rows.len());
    for ticket in rows {
        let facts = found.iter().find(|facts| facts.match_number == ticket.match_number).cloned();
        if let (Some(code), Some(facts)) = (code(app, &ticket).await?, facts) {
            let (email, locale) = holders.get(&ticket.user_id).cloned().unwrap_or_default();
            let holder_email = Some(email).filter(|email| !email.is_empty());
            let time_zone = app.settings.time_zones.of(&facts.location);
            passes.push(Pass { ticket, code, facts, holder_email, locale, time_zone });
        }
    }
    Ok(passes)
}

/// A ticket's status, as a sentence goes on with it.
pub(crate) fn status_text(status: Status) -> &'static str {
    match status {
        Status::Valid => "valid",
        Status::Listed => "offered already",
        Status::Transferred => "sold",
        Status::Used => "used",
        Status::Refunded => "refunded",
    }
}

/// Whether a ticket opens the gate: it is valid, and not frozen.
pub(crate) fn opens(row: &ticket::Model) -> bool {
    row.status == Status::Valid && row.frozen_at.is_none()
}

/// The code that opens the gate for a ticket; none unless it opens.
///
/// # Errors
/// `Store` where the database fails; `Internal` where the key that signs cannot sign.
pub async fn code(app: &App, row: &ticket::Model) -> Result<Option<String>, TicketError> {
    if !opens(row) {
        return Ok(None);
    }
    let signed = keyring::signer::<TicketCodes>(app).await?.sign(row.id, row.version);
    signed.map(Some).ok_or_else(|| TicketError::Internal("the ticket-signing key can't sign".to_owned()))
}

/// The ticket, if `viewer` owns it or may see all.
pub async fn find(app: &App, viewer: Viewer, id: Uuid) -> Result<Option<ticket::Model>, DbErr> {
    let row = ticket::Entity::find_by_id(id).one(&app.db).await?;

    Ok(row.filter(|row| row.user_id == viewer.user_id || viewer.is_admin()))
}

/// The tickets of reservations, in the order of their seats.
pub async fn of_reservations(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<ticket::Model>, DbErr> {
    ticket::Entity::find()
        .filter(Column::ReservationId.is_in(ids.iter().copied()))
        .order_by_asc(Column::Seat)
        .all(db)
        .await
}

/// Which of a fan's tickets are meant; all conditions must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub status: Option<Status>,
    /// Whether another fan has given it to them: neither they nor an order of theirs has paid for it.
    pub received: Option<bool>,
}

/// A page of `viewer`'s tickets, newest first, after the one of id `after`.
pub async fn of_fan(
    app: &App,
    viewer: Viewer,
    filter: Filter,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<ticket::Model>, DbErr> {
    let mut query = ticket::Entity::find().filter(Column::UserId.eq(viewer.user_id));
    if let Some(status) = filter.status {
        query = query.filter(Column::Status.eq(status));
    }
    if let Some(received) = filter.received {
        let own = Query::select()
            .column(reservation::Column::Id)
            .from(reservation::Entity)
            .and_where(reservation::Column::UserId.eq(viewer.user_id))
            .to_owned();
        let is_own = Column::ReservationId.in_subquery(own);
        query = query.filter(if received { is_own.not() } else { is_own });
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Page::of(&app.db, query.order_by_desc(Column::Id), limit).await
}
