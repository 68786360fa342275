//! The feed of a reservation: first as it is, then after each change of state.
//!
//! The hub tells only that there is a newer version; what it is, is read for each follower. Invariant: a follower owes one
//! number, never a queue. A slow one skips states and ends on the last.

use std::{sync::Arc, time::Duration};

use domain::{App, accounts::Viewer, lookup};
use entities::reservation::Model;
use sea_orm::DbErr;
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use super::Hub;

/// The wait before a change is read again that is known before this connection's database shows it.
const AGAIN: Duration = Duration::from_millis(50);

/// A subscriber who watches the versions of one reservation.
pub(super) struct Watcher {
    versions: watch::Receiver<i32>,
}

impl Watcher {
    pub(super) fn new(versions: watch::Receiver<i32>) -> Self {
        Self { versions }
    }

    /// Resolves once the process has heard of a version newer than `seen`; `false` if it will hear of none.
    async fn changed(&mut self, seen: i32) -> bool {
        self.versions.wait_for(|version| *version > seen).await.is_ok()
    }
}

/// A subscriber who follows one reservation.
pub(crate) struct ReservationFollower {
    app: Arc<App>,
    viewer: Viewer,
    id: Uuid,
    watcher: Watcher,
    first: Option<Model>,
    seen: i32,
}

impl ReservationFollower {
    /// Follows a reservation; none where there is none that `viewer` may see.
    pub(crate) async fn open(hub: &Hub, app: Arc<App>, viewer: Viewer, id: Uuid) -> Result<Option<Self>, DbErr> {
        // Watched before it is read, so that no change falls between the two.
        let watcher = hub.watch(id);
        let found = lookup::reservation(&app, viewer, id).await?;

        Ok(found.map(|row| Self { app, viewer, id, watcher, first: Some(row), seen: 0 }))
    }

    /// The reservation at a version newer than the one before; none once the process will hear of no further one.
    pub(crate) async fn next(&mut self) -> Option<Result<Model, DbErr>> {
        if let Some(row) = self.first.take() {
            self.seen = row.version;
            return Some(Ok(row));
        }
        loop {
            if !self.watcher.changed(self.seen).await {
                return None;
            }
            match lookup::reservation(&self.app, self.viewer, self.id).await {
                Ok(Some(row)) if row.version > self.seen => {
                    self.seen = row.version;
                    return Some(Ok(row));
                }
                // The next sweep tells of it again.
                Ok(_) => sleep(AGAIN).await,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
