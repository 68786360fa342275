//! Following what changes of accounts, here and at other instances, for the sake of connections that are open.

use std::{
    collections::HashSet,
    sync::{Arc, Weak},
    time::Duration,
};

use entities::account_change;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Right, Standing, as_they_are, looking::look};
use crate::{App, accounts::Viewer};

/// How soon an instance hears of a change at another, or by the command line.
const PERIOD: Duration = Duration::from_secs(1);

/// How often those with open connections are looked at whatever was heard: together with [`PERIOD`] and a slow database
/// it stays below the minute that is promised.
const ROUND: Duration = Duration::from_secs(30);

/// Changes read at once.
const CHANGES: u64 = 1_000;

/// Keeps the rights of open connections true until `shutdown`.
pub async fn run(app: &App, shutdown: CancellationToken) {
    let (mut last, mut round) = (None, Instant::now());
    while !shutdown.is_cancelled() {
        let looked = match round.elapsed() >= ROUND {
            true => {
                round = Instant::now();
                recheck(app).await
            }
            false => follow_changes(app, &mut last).await,
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "account changes can't be read; cached roles and sessions expire within a minute");
        }
        tokio::select! {
            () = app.accounts.standings.news.notified() => {}
            () = sleep(PERIOD) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// Looks at all who have a connection open, and ends the rights that are none any more.
pub async fn recheck(app: &App) -> Result<(), DbErr> {
    let all = app.accounts.standings.held().values().filter_map(Weak::upgrade).collect();
    check(app, all).await
}

/// Looks at those of whom something was heard.
async fn follow_changes(app: &App, last: &mut Option<i64>) -> Result<(), DbErr> {
    let changed = changed_users(app, last).await;
    if let Ok(users) = &changed {
        for user in users {
            super::heard(app, *user);
        }
    }
    let users = std::mem::take(&mut *app.accounts.standings.heard());
    if !users.is_empty() {
        let rights = {
            let held = app.accounts.standings.held();
            let of = |user: &Uuid| {
                let theirs = held.range(((*user, None), 0)..=((*user, Some(Uuid::max())), u64::MAX));
                theirs.filter_map(|(_, right)| right.upgrade()).collect::<Vec<_>>()
            };
            users.iter().flat_map(of).collect()
        };
        check(app, rights).await?;
    }
    changed.map(drop)
}

/// Users of whom something was written since the last look.
async fn changed_users(app: &App, last: &mut Option<i64>) -> Result<HashSet<Uuid>, DbErr> {
    let Some(after) = *last else {
        let newest = account_change::Entity::find().order_by_desc(account_change::Column::Id).limit(1);
        *last = Some(newest.one(&app.db).await?.map_or(0, |change| change.id));
        return Ok(HashSet::new());
    };
    let found = account_change::Entity::find()
        .filter(account_change::Column::Id.gt(after))
        .order_by_asc(account_change::Column::Id)
        .limit(CHANGES)
        .all(&app.db)
        .await?;
    *last = found.last().map(|change| change.id).or(*last);
    Ok(found.into_iter().map(|change| change.user_id).collect())
}

async fn check(app: &App, rights: Vec<Arc<Right>>) -> Result<(), DbErr> {
    let mut people: Vec<_> = rights.iter().map(|right| right.who).collect();
    people.sort_unstable();
    people.dedup();
    let found = look(app, &people).await?;
    let now = app.clock.now();
    for right in rights {
        let standing = found.get(&right.who).copied().unwrap_or(Standing::Ended);
        let (user_id, session) = right.who;
        let viewer = Viewer { user_id, role: right.role, session, expires_at: now, proved_at: None };
        let is_as_before = as_they_are(app, viewer, standing).is_ok_and(|viewer| viewer.role == right.role);
        if !is_as_before || !right.signed_by.verifies(app, now) {
            right.over.cancel();
        }
    }
    Ok(())
}
