//! The gate: who comes in by a code, and who does not, and why.
//!
//! A check-in is one conditional statement on the ticket's row and takes no lock of its match: a gate waits for no sale.
//! A refund or a resale turns the same row, so of the two the later one finds that the ticket is not what it was.
//!
//! A device that is offline lets people in by the codes' signatures and tells of it later. Then two may have come in by
//! one ticket: it counts as used by the visitor who was scanned first, and the stewards at both are told of the other
//! one.

use std::time::Duration;

use book::store::WriteTxn;
use chrono::{DateTime, DurationRound, Utc};
use entities::ticket::{self, Column, Status};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use super::{TicketError, code::Code, keys};
use crate::{App, page::Page};

/// Bytes of a device's or a scan's name at most.
pub const MAX_NAME_LENGTH: usize = 128;

/// Scans of one batch at most.
pub const MAX_SCANS: usize = 100;

/// Longer than a transaction takes from its time to its end, and clocks of instances differ: what changed before that is
/// told by now.
const OVERLAP: Duration = Duration::from_secs(120);

/// A code in front of a device.
#[derive(Debug, Clone)]
pub struct Scan {
    pub code: String,
    /// The device's own name for this scan.
    pub nonce: String,
    /// When it was, for a device that was offline; now where it is not said.
    pub scanned_at: Option<DateTime<Utc>>,
}

/// Where a steward scans.
#[derive(Debug, Clone)]
pub struct Gate {
    pub device: String,
    /// The match that people come in to; any, where it is not said.
    pub match_number: Option<i32>,
}

/// What becomes of a visitor who shows a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Admitted,
    /// A visitor came in by this ticket before.
    AlreadyUsed,
    /// The ticket has a newer code.
    Outdated,
    /// Its holder offers it for resale.
    Listed,
    /// It was sold or given to another fan, who has a code of their own.
    Transferred,
    Refunded,
    /// The staff of the site keeps it out.
    Frozen,
    /// It is a ticket of another match.
    WrongMatch,
    /// We did not sign it, or its key was ended.
    Forged,
}

/// A visitor who came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: DateTime<Utc>,
    pub device: String,
}

/// What a device is told of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIn {
    pub outcome: Outcome,
    /// The ticket as it is then; none where the code is forged.
    pub ticket: Option<ticket::Model>,
    /// Who else was let in by the ticket, later than this scan: where devices were offline.
    pub conflict: Option<Entry>,
}

impl CheckIn {
    /// Who came in by the ticket.
    pub fn entry(&self) -> Option<Entry> {
        self.ticket.as_ref().and_then(entry)
    }
}

/// Lets a visitor in by a code, once. The same scan, sent again by its device, has the same outcome.
///
/// # Errors
/// The names of the device or the scan are not names; a visitor who is not let in is not an error.
pub async fn check_in(app: &App, gate: &Gate, scan: &Scan) -> Result<CheckIn, TicketError> {
    check_name("deviceId", &gate.device)?;
    check_name("nonce", &scan.nonce)?;
    let refused = |outcome, ticket| CheckIn { outcome, ticket, conflict: None };
    let Some(code) = verified(app, &scan.code).await? else {
        return Ok(counted(refused(Outcome::Forged, None)));
    };
    let now = app.clock.now();
    // A device whose clock is ahead has not scanned in the future.
    let at = scan.scanned_at.map_or(now, |at| at.duration_trunc(chrono::Duration::microseconds(1)).unwrap_or(at));
    let at = at.min(now);
    let opens = Condition::all().add(Column::Id.eq(code.ticket())).add(Column::Version.eq(code.version()));
    let of_match = gate.match_number.map(|number| Column::MatchNumber.eq(number));

    let txn = WriteTxn::begin(&app.store).await?;
    let valid =
        opens.clone().add(Column::Status.eq(Status::Valid)).add(Column::FrozenAt.is_null()).add_option(of_match);
    if let Some(row) = enter(&txn, valid, gate, scan, at, now).await? {
        txn.commit().await?;
        return Ok(counted(refused(Outcome::Admitted, Some(row))));
    }
    let Some(row) = ticket::Entity::find_by_id(code.ticket()).one(&*txn).await? else {
        return Ok(counted(refused(Outcome::Forged, None)));
    };
    if row.used_by.as_ref() == Some(&gate.device) && row.used_nonce.as_ref() == Some(&scan.nonce) {
        return Ok(counted(refused(Outcome::Admitted, Some(row))));
    }
    if gate.match_number.is_some_and(|number| number != row.match_number) {
        return Ok(counted(refused(Outcome::WrongMatch, Some(row))));
    }
    // Before it was issued it was not scanned: such a clock decides nothing.
    if row.status == Status::Used && scan.scanned_at.is_some() && row.issued_at <= at {
        let later = opens.add(Column::Status.eq(Status::Used)).add(Column::UsedAt.gt(at));
        if let Some(first) = enter(&txn, later, gate, scan, at, now).await? {
            txn.commit().await?;
            let conflict = entry(&row);
            tracing::warn!(ticket = %row.id, ?conflict, device = gate.device, "one ticket admitted two people");
            return Ok(counted(CheckIn { outcome: Outcome::Admitted, ticket: Some(first), conflict }));
        }
    }
    Ok(counted(refused(refusal(&row, code.version()), Some(row))))
}

/// Tells what a device has scanned while it was offline. Each scan is judged by itself, in the order of their times, and
/// answered in the order in which they were sent.
///
/// # Errors
/// There are too many scans, or a name is none; then nothing is done.
pub async fn check_in_batch(app: &App, gate: &Gate, scans: &[Scan]) -> Result<Vec<CheckIn>, TicketError> {
    if scans.len() > MAX_SCANS {
        return Err(TicketError::Scans(scans.len()));
    }
    check_name("deviceId", &gate.device)?;
    for scan in scans {
        check_name("nonce", &scan.nonce)?;
    }
    let mut order: Vec<usize> = (0..scans.len()).collect();
    order.sort_by_key(|at| scans[*at].scanned_at);
    let mut answers = Vec::with_capacity(scans.len());
    for at in order {
        answers.push((at, check_in(app, gate, &scans[at]).await?));
    }
    answers.sort_by_key(|(at, _)| *at);

    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

/// Tickets that have codes which open nothing, in the order in which that changed.
#[derive(Debug, Clone)]
pub struct Revoked {
    pub page: Page<ticket::Model>,
    /// The `since` to ask with next: nothing that changed before it will be told of any more.
    pub until: DateTime<Utc>,
}

/// Where a ticket stands among those that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub at: DateTime<Utc>,
    pub ticket_id: Uuid,
}

/// Tickets that have codes which open nothing, changed at `since` or later, of one match or of all.
///
/// A change shows up only when its transaction ends, which is later than the time that it bears. So `until` is some time
/// ago, and the changes since are told again by the next question; that harms nothing, for versions only grow.
pub async fn revoked(
    app: &App,
    since: Option<DateTime<Utc>>,
    match_number: Option<i32>,
    after: Option<Change>,
    limit: usize,
) -> Result<Revoked, DbErr> {
    let until = app.clock.now() - OVERLAP;
    let mut wanted = Condition::all()
        .add(Condition::any().add(Column::Status.ne(Status::Valid)).add(Column::Version.gt(1)))
        .add_option(since.map(|since| Column::ChangedAt.gte(since)))
        .add_option(match_number.map(|number| Column::MatchNumber.eq(number)));
    if let Some(Change { at, ticket_id }) = after {
        let at_once = Condition::all().add(Column::ChangedAt.eq(at)).add(Column::Id.gt(ticket_id));
        wanted = wanted.add(Condition::any().add(Column::ChangedAt.gt(at)).add(at_once));
    }
    let mut items = ticket::Entity::find()
        .filter(wanted)
        .order_by_asc(Column::ChangedAt)
        .order_by_asc(Column::Id)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1))
        .all(&app.db)
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);

    Ok(Revoked { page: Page { items, more }, until })
}

/// The code, if we signed it.
async fn verified(app: &App, text: &str) -> Result<Option<Code>, TicketError> {
    let Some(code) = Code::read(text) else { return Ok(None) };
    let key = keys::find(app, code.key()).await?;
    Ok(key.is_some_and(|key| key.has_signed(&code)).then_some(code))
}

/// Uses the ticket that `wanted` says, if there is one.
async fn enter(
    txn: &WriteTxn,
    wanted: Condition,
    gate: &Gate,
    scan: &Scan,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<ticket::Model>, DbErr> {
    let used = ticket::ActiveModel {
        status: Set(Status::Used),
        changed_at: Set(now),
        used_by: Set(Some(gate.device.clone())),
        used_nonce: Set(Some(scan.nonce.clone())),
        ..Default::default()
    };
    // A clock that is behind the ticket's own time tells nothing: such a scan is one of now.
    let when = Expr::case(Column::IssuedAt.gt(at), Expr::val(now)).finally(Expr::val(at));
    let entering = ticket::Entity::update_many().set(used).col_expr(Column::UsedAt, when.into()).filter(wanted);
    let mut entered = entering.exec_with_returning(&**txn).await?;
    Ok(entered.pop())
}

/// Why a ticket of this match is not let in by a code that we signed.
fn refusal(row: &ticket::Model, version: i32) -> Outcome {
    match row.status {
        _ if version <= row.given_version => Outcome::Transferred,
        Status::Valid if row.frozen_at.is_some() => Outcome::Frozen,
        Status::Valid => Outcome::Outdated,
        Status::Listed => Outcome::Listed,
        Status::Transferred => Outcome::Transferred,
        Status::Used => Outcome::AlreadyUsed,
        Status::Refunded => Outcome::Refunded,
    }
}

fn entry(row: &ticket::Model) -> Option<Entry> {
    Some(Entry { at: row.used_at?, device: row.used_by.clone()? })
}

fn counted(answer: CheckIn) -> CheckIn {
    let outcome = match answer.outcome {
        Outcome::Admitted => "admitted",
        Outcome::AlreadyUsed => "already_used",
        Outcome::Outdated => "outdated",
        Outcome::Listed => "listed",
        Outcome::Transferred => "transferred",
        Outcome::Refunded => "refunded",
        Outcome::Frozen => "frozen",
        Outcome::WrongMatch => "wrong_match",
        Outcome::Forged => "forged",
    };
    metrics::counter!("matchday_check_ins_total", "outcome" => outcome).increment(1);
    answer
}

fn check_name(field: &'static str, name: &str) -> Result<(), TicketError> {
    let is_name = (1..=MAX_NAME_LENGTH).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then_some(()).ok_or(TicketError::Name { field })
}
