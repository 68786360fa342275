//! Standing: what is true now of those who were here lately, whatever their tokens say: their role, whether their account
//! is disabled, whether their session goes on.
//!
//! It is read when they come, and known for a while. Whatever changes it says so in `account_changes`, in its own
//! transaction; every instance looks there each second. Of those who hold a connection open it is read again in any
//! case. Invariant: no fan acts for longer than `KNOWN` on what is no longer true, and none at all on an instance that
//! has heard of the change.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use book::store::WriteTxn;
use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    account_change,
    user::{self, Role},
};
use quick_cache::sync::Cache;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{AccountError, SignedBy, Viewer};
use crate::App;

mod following;
mod looking;

pub use following::{recheck, run};

/// How long what was read is acted on without another look.
const KNOWN: TimeDelta = TimeDelta::seconds(45);

/// How long a change is there to be heard of.
const TOLD: TimeDelta = TimeDelta::minutes(10);

/// Whose standing is known, at most: those of all who were there in the last minutes.
const PEOPLE: usize = 65_536;

/// A user, and the session of theirs where it is one of ours.
type Who = (Uuid, Option<Uuid>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Live(Role),
    Disabled,
    /// The session is over, or the account is gone.
    Ended,
}

/// What this process knows of people's standing.
pub(super) struct Standings {
    known: Cache<Who, Known>,
    /// The number of the last change of a user that was heard of.
    changed: Cache<Uuid, u64>,
    /// Numbers reads and changes in their order: what was read before a change is not acted on after it.
    order: AtomicU64,
    queue: looking::Queue,
    held: Mutex<BTreeMap<(Who, u64), Weak<Right>>>,
    /// Users whose open connections are to be looked at now.
    heard: Mutex<HashSet<Uuid>>,
    news: Notify,
}

#[derive(Clone, Copy)]
struct Known {
    standing: Standing,
    until: DateTime<Utc>,
    number: u64,
}

/// What the caller of an open connection was let in for.
pub struct Right {
    standings: Arc<Standings>,
    who: Who,
    number: u64,
    role: Role,
    signed_by: SignedBy,
    over: CancellationToken,
}

impl Right {
    /// Resolves once they would not be let in any more as they were.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }
}

impl Default for Standings {
    fn default() -> Self {
        Self {
            known: Cache::new(PEOPLE),
            changed: Cache::new(PEOPLE),
            order: AtomicU64::new(1),
            queue: looking::Queue::default(),
            held: Mutex::default(),
            heard: Mutex::default(),
            news: Notify::new(),
        }
    }
}

impl Standings {
    /// To be taken before what it numbers is read.
    fn number(&self) -> u64 {
        self.order.fetch_add(1, Ordering::AcqRel)
    }

    fn note(&self, who: Who, standing: Standing, number: u64, now: DateTime<Utc>) {
        self.known.insert(who, Known { standing, until: now + KNOWN, number });
    }

    /// What was read and not changed since, as far as this process has heard.
    fn unchanged(&self, who: Who) -> Option<Known> {
        let known = self.known.get(&who)?;
        let changed = self.changed.get(&who.0).unwrap_or_default();
        (known.number > changed).then_some(known)
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<(Who, u64), Weak<Right>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The viewer of a good token as they are now.
pub(super) async fn apply(app: &App, viewer: Viewer) -> Result<Viewer, AccountError> {
    let (who, now) = (of(viewer), app.clock.now());
    let known = app.accounts.standings.unchanged(who);
    if let Some(known) = known.filter(|known| now < known.until) {
        return as_they_are(app, viewer, known.standing);
    }
    match looking::look_at(app, who).await {
        Ok(standing) => as_they_are(app, viewer, standing),
        // While the database is away nothing is sold, and what was true a moment ago is the best that is known.
        Err(error) => known.map_or(Err(error), |known| as_they_are(app, viewer, known.standing)),
    }
}

/// The viewer as the database has them at this moment: for what must not be done by a token whose session was ended a
/// moment ago at another instance.
///
/// # Errors
/// `EndedSession` and `Disabled` by how the viewer stands; `Away` while the database cannot be asked, which passes.
pub async fn confirm(app: &App, viewer: Viewer) -> Result<Viewer, AccountError> {
    as_they_are(app, viewer, looking::look_at(app, of(viewer)).await?)
}

/// Notes what this process has just read or written itself; `number` is from before.
pub(super) fn seen(app: &App, user: &user::Model, session: Option<Uuid>, number: u64) {
    app.accounts.standings.note((user.id, session), Standing::Live(user.role), number, app.clock.now());
}

pub(super) fn number(app: &App) -> u64 {
    app.accounts.standings.number()
}

/// Says in the transaction of a change that a user is not what they were.
pub(super) async fn tell(app: &App, txn: &WriteTxn, user: Uuid) -> Result<(), DbErr> {
    account_change::Entity::insert(account_change::ActiveModel {
        user_id: Set(user),
        at: Set(app.clock.now()),
        ..Default::default()
    })
    .exec_without_returning(&**txn)
    .await?;
    Ok(())
}

/// Deletes what every instance has heard of, or will not act against: what it knew from before is over.
pub(crate) async fn forget(app: &App, txn: &WriteTxn) -> Result<(), DbErr> {
    let old = account_change::Column::At.lt(app.clock.now() - TOLD);
    account_change::Entity::delete_many().filter(old).exec(&**txn).await?;
    Ok(())
}

/// What is known of a user is old: to be called once a change is committed.
pub(super) fn heard(app: &App, user: Uuid) {
    let standings = &app.accounts.standings;
    standings.changed.insert(user, standings.number());
    standings.heard().insert(user);
    standings.news.notify_one();
}

/// Holds what a viewer was let in for, for as long as their connection is open.
pub fn hold(app: &App, viewer: Viewer, signed_by: SignedBy) -> Arc<Right> {
    let standings = &app.accounts.standings;
    let (who, number) = (of(viewer), standings.number());
    let right = Arc::new(Right {
        standings: Arc::clone(standings),
        who,
        number,
        role: viewer.role,
        signed_by,
        over: CancellationToken::new(),
    });
    standings.held().insert((who, number), Arc::downgrade(&right));
    // What was heard between their being let in and now was not heard for this connection.
    if standings.unchanged(who).is_none() {
        standings.heard().insert(who.0);
        standings.news.notify_one();
    }
    right
}

impl Drop for Right {
    fn drop(&mut self) {
        self.standings.held().remove(&(self.who, self.number));
    }
}

fn of(viewer: Viewer) -> Who {
    (viewer.user_id, viewer.session)
}

fn as_they_are(app: &App, viewer: Viewer, standing: Standing) -> Result<Viewer, AccountError> {
    match standing {
        Standing::Disabled => Err(AccountError::Disabled),
        Standing::Ended => Err(AccountError::EndedSession),
        // What the provider's token says of its own role is the provider's.
        Standing::Live(_) if viewer.session.is_none() && app.accounts.provider_gives_roles() => Ok(viewer),
        Standing::Live(role) => Ok(Viewer { role, ..viewer }),
    }
}
