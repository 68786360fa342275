//! What waits in the outbox, as readiness and metrics want to know it: at every instance, whichever publishes.
//!
//! How long the oldest event has waited is told by the clocks of those who wrote and who ask, and at least for as long
//! as this instance has seen it wait: a clock that is wrong hides nothing.

use std::time::{Duration, Instant};

use book::outbox::{self, Queued};
use domain::App;

use super::database;
use crate::{error::Error, status::Status};

/// How often what waits is counted, where that takes a question to the database.
const COUNT: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(super) struct Backlog {
    /// The oldest event, and since when it has been that.
    oldest: Option<(i64, Instant)>,
    counted: Option<(u64, Instant)>,
}

impl Backlog {
    /// Tells of what the leader has read, the oldest events up to `limit`.
    pub(super) async fn lead(&mut self, app: &App, status: &Status, batch: &[Queued], limit: u64) -> Result<(), Error> {
        let mut backlog = batch.len() as u64;
        if backlog == limit {
            backlog = backlog.max(self.count(app).await?);
        }
        self.report(app, status, true, batch.first(), backlog);

        Ok(())
    }

    /// Tells of what another instance is to publish.
    pub(super) async fn follow(&mut self, app: &App, status: &Status) -> Result<(), Error> {
        if self.counted.is_some_and(|(_, at)| at.elapsed() < COUNT) {
            status.relay(|relay| relay.leader = false);
            return Ok(());
        }
        let oldest = outbox::pending(&app.db, 1).await.map_err(database)?;
        let backlog = self.count(app).await?;
        self.report(app, status, false, oldest.first(), backlog);

        Ok(())
    }

    async fn count(&mut self, app: &App) -> Result<u64, Error> {
        match self.counted {
            Some((backlog, at)) if at.elapsed() < COUNT => Ok(backlog),
            _ => {
                let backlog = outbox::backlog(&app.db).await.map_err(database)?;
                self.counted = Some((backlog, Instant::now()));
                Ok(backlog)
            }
        }
    }

    fn report(&mut self, app: &App, status: &Status, leader: bool, oldest: Option<&Queued>, backlog: u64) {
        self.oldest = oldest.map(|oldest| match self.oldest {
            Some((id, since)) if id == oldest.id => (id, since),
            _ => (oldest.id, Instant::now()),
        });
        let seen = self.oldest.map_or(0, |(_, since)| since.elapsed().as_secs());
        let dated = oldest.map_or(0, |oldest| (app.clock.now() - oldest.created_at).num_seconds());
        let seconds = seen.max(u64::try_from(dated).unwrap_or(0));
        status.relay(|relay| {
            relay.leader = leader;
            relay.backlog = backlog;
            relay.oldest_seconds = seconds;
        });
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        {
            metrics::gauge!("matchday_outbox_backlog").set(backlog as f64);
            metrics::gauge!("matchday_outbox_oldest_seconds").set(seconds as f64);
        }
    }
}
