//! Looking: how people stand by the database, read for many of them at once.
//!
//! A request that asks while others are being looked up waits for the next look, which is for all who came meanwhile: a
//! crowd costs a few queries, not one each.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::{Mutex, PoisonError},
};

use book::store::{array, nullable_array, with_arrays};
use chrono::{DateTime, Utc};
use entities::{
    session,
    user::{self, Role},
};
use sea_orm::{ColumnTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use tokio::sync::{Semaphore, oneshot};
use uuid::Uuid;

use super::{Standing, Who};
use crate::{App, accounts::AccountError};

/// People whose standing is read by one query.
const BATCH: usize = 500;

/// Looks under way at once: while one waits for the database, the next may be asked for.
const LOOKS: usize = 2;

/// Those who wait to be looked up.
pub(super) struct Queue {
    waiting: Mutex<Vec<(Who, oneshot::Sender<Found>)>>,
    turns: Semaphore,
}

/// What was found of one; nothing, where the database did not answer.
type Found = Option<Standing>;

impl Default for Queue {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turns: Semaphore::new(LOOKS) }
    }
}

impl Queue {
    fn enter(&self, who: Who) -> oneshot::Receiver<Found> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((who, sender));
        receiver
    }

    fn take(&self) -> Vec<(Who, oneshot::Sender<Found>)> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How one stands, read together with all others who are asked about at the moment.
pub(super) async fn look_at(app: &App, who: Who) -> Result<Standing, AccountError> {
    let queue = &app.accounts.standings.queue;
    loop {
        let mut found = queue.enter(who);
        let turn = tokio::select! {
            biased;
            found = &mut found => match found {
                Ok(found) => return found.ok_or(AccountError::Away),
                // Who looked for us was cut off.
                Err(_) => continue,
            },
            turn = queue.turns.acquire() => turn.map_err(|_| AccountError::Away)?,
        };
        let asked = queue.take();
        let people: HashSet<Who> = asked.iter().map(|(who, _)| *who).collect();
        let looked = look(app, &people.into_iter().collect::<Vec<_>>()).await;
        drop(turn);
        if let Err(error) = &looked {
            tracing::error!(%error, people = asked.len(), "roles and sessions can't be read");
        }
        for (who, sender) in asked {
            let standing = looked.as_ref().ok().map(|found| found.get(&who).copied().unwrap_or(Standing::Ended));
            // Some have hung up.
            let _ = sender.send(standing);
        }
        // Either among those just answered, or taken by another look a moment before.
        if let Ok(found) = found.await {
            return found.ok_or(AccountError::Away);
        }
    }
}

/// Reads how people stand, and notes it. Who is left out has no account any more.
pub(super) async fn look(app: &App, people: &[Who]) -> Result<HashMap<Who, Standing>, DbErr> {
    let (standings, mut found) = (&app.accounts.standings, HashMap::with_capacity(people.len()));
    for batch in people.chunks(BATCH) {
        let number = standings.number();
        let rows = match app.db.get_database_backend() {
            DbBackend::Sqlite => on_sqlite(app, batch).await?,
            _ => on_postgres(app, batch).await?,
        };
        let now = app.clock.now();
        for who in batch {
            let standing = match rows.get(who) {
                Some(row) if row.is_disabled => Standing::Disabled,
                Some(row) if row.is_live => Standing::Live(row.role),
                _ => Standing::Ended,
            };
            standings.note(*who, standing, number, now);
            found.insert(*who, standing);
        }
    }
    Ok(found)
}

#[derive(FromQueryResult)]
struct Row {
    user_id: Uuid,
    family: Option<Uuid>,
    role: Role,
    is_disabled: bool,
    /// Whether the session goes on; of people who have none of ours always.
    is_live: bool,
}

/// One statement for any number of people.
async fn on_postgres(app: &App, people: &[Who]) -> Result<HashMap<Who, Row>, DbErr> {
    const LOOK: &str = "SELECT who.user_id, who.family, users.role, users.disabled_at IS NOT NULL AS is_disabled, \
        who.family IS NULL OR EXISTS (SELECT 1 FROM sessions WHERE sessions.family = who.family \
        AND sessions.ended_at IS NULL) AS is_live \
        FROM unnest($1::text::uuid[], $2::text::uuid[]) AS who (user_id, family) \
        JOIN users ON users.id = who.user_id AND users.erased_at IS NULL";
    let arrays = [array(people.iter().map(|who| who.0)), nullable_array(people.iter().map(|who| who.1))];
    let rows = Row::find_by_statement(with_arrays(LOOK, arrays)).all(&app.db).await?;
    Ok(rows.into_iter().map(|row| ((row.user_id, row.family), row)).collect())
}

async fn on_sqlite(app: &App, people: &[Who]) -> Result<HashMap<Who, Row>, DbErr> {
    let users: HashMap<Uuid, (Role, Option<DateTime<Utc>>)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Role, user::Column::DisabledAt])
        .filter(user::Column::Id.is_in(people.iter().map(|who| who.0)))
        .filter(user::Column::ErasedAt.is_null())
        .into_tuple::<(Uuid, Role, Option<DateTime<Utc>>)>()
        .all(&app.db)
        .await?
        .into_iter()
        .map(|(id, role, disabled_at)| (id, (role, disabled_at)))
        .collect();
    let live = session::Entity::find()
        .select_only()
        .column(session::Column::Family)
        .distinct()
        .filter(session::Column::Family.is_in(people.iter().filter_map(|who| who.1)))
        .filter(session::Column::EndedAt.is_null());
    let live: HashSet<Uuid> = live.into_tuple::<Uuid>().all(&app.db).await?.into_iter().collect();
    let row = |who: &Who| {
        let (role, disabled_at) = users.get(&who.0)?;
        let is_live = who.1.is_none_or(|family| live.contains(&family));
        let row = Row { user_id: who.0, family: who.1, role: *role, is_disabled: disabled_at.is_some(), is_live };
        Some((*who, row))
    };
    Ok(people.iter().filter_map(row).collect())
}
