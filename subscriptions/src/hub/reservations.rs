//! The feed of a reservation: first as it is, then after each change of its state or of its tickets.
//!
//! The hub tells only that there is a newer version; what it is, is read for each follower. Invariant: a follower owes one
//! number and one mark, never a queue. A slow one skips states and ends on the last.

use std::{sync::Arc, time::Duration};

use domain::{
    App,
    accounts::Viewer,
    lookup::{self, TicketsMark},
};
use entities::reservation::{Model, Status};
use sea_orm::DbErr;
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use super::Hub;

/// The wait before a change is read again that is known before this connection's database shows it.
const AGAIN: Duration = Duration::from_millis(50);

/// What the process has heard of a reservation.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    pub(super) version: i32,
    /// How its tickets stand; none until the database was asked.
    pub(super) tickets: Option<TicketsMark>,
}

/// A subscriber who watches what the process hears of one reservation.
pub(super) struct Watcher {
    heard: watch::Receiver<Heard>,
}

impl Watcher {
    pub(super) fn new(heard: watch::Receiver<Heard>) -> Self {
        Self { heard }
    }

    /// Resolves once the process has heard of a version newer than `seen`, or of other tickets; none if it will hear nothing more.
    async fn changed(&mut self, seen: &Seen) -> Option<Heard> {
        let is_news = |heard: &Heard| heard.version > seen.version || seen.lacks(heard.tickets);
        self.heard.wait_for(is_news).await.ok().map(|heard| *heard)
    }
}

/// What a follower was told last.
#[derive(Default)]
struct Seen {
    version: i32,
    tickets: TicketsMark,
}

impl Seen {
    fn lacks(&self, tickets: Option<TicketsMark>) -> bool {
        tickets.is_some_and(|mark| mark != self.tickets)
    }
}

/// A subscriber who follows one reservation.
pub(crate) struct ReservationFollower {
    app: Arc<App>,
    viewer: Viewer,
    id: Uuid,
    watcher: Watcher,
    first: Option<Model>,
    seen: Seen,
}

impl ReservationFollower {
    /// Follows a reservation; none where there is none that `viewer` may see.
    pub(crate) async fn open(hub: &Hub, app: Arc<App>, viewer: Viewer, id: Uuid) -> Result<Option<Self>, DbErr> {
        // Watched before it is read, so that no change falls between the two.
        let watcher = hub.watch(id);
        let Some(row) = lookup::reservation(&app, viewer, id).await? else { return Ok(None) };
        let tickets = match row.status {
            // Before what is shown of them, so that a change in between is told of once more.
            Status::Reserved => lookup::tickets_marks(&app.db, std::slice::from_ref(&row)).await?.remove(&id),
            _ => None,
        };
        let seen = Seen { version: row.version, tickets: tickets.unwrap_or_default() };

        Ok(Some(Self { app, viewer, id, watcher, first: Some(row), seen }))
    }

    /// The reservation at a version newer than the one before, or with other tickets; none once the process will hear of no
    /// further change.
    pub(crate) async fn next(&mut self) -> Option<Result<Model, DbErr>> {
        if let Some(row) = self.first.take() {
            return Some(Ok(row));
        }
        loop {
            let heard = self.watcher.changed(&self.seen).await?;
            match lookup::reservation(&self.app, self.viewer, self.id).await {
                Ok(Some(row)) if row.version > self.seen.version || self.seen.lacks(heard.tickets) => {
                    self.seen = Seen { version: row.version, tickets: heard.tickets.unwrap_or(self.seen.tickets) };
                    return Some(Ok(row));
                }
                // The next sweep tells of it again.
                Ok(_) => sleep(AGAIN).await,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
