//! Leadership: one publisher at a time, by a lease that its holder outlives on no clock.

use std::time::{Duration, Instant};

use domain::{App, leases};
use uuid::Uuid;

use super::{MESSAGE_TIMEOUT, database};
use crate::{config::Config, error::Error};

/// How long an instance that is gone keeps the others from publishing.
const LEASE: Duration = Duration::from_secs(10);
/// A lease is renewed when less than this is left of it.
const RENEW_BELOW: Duration = Duration::from_millis(8_500);
/// What must be left of the lease beyond the producer's time: librdkafka looks for records out of time once a second.
const MARGIN: Duration = Duration::from_secs(2);
const LEASE_NAME: &str = "relay";

/// Whether this instance may publish, and until when by its own steady clock.
pub(super) struct Leadership {
    holder: Uuid,
    /// Nobody else can reach the broker in this process, and its last leader died with its last broker.
    alone: bool,
    until: Option<Instant>,
}

impl Leadership {
    pub(super) fn new(config: &Config) -> Self {
        Self { holder: Uuid::new_v4(), alone: config.embedded, until: None }
    }

    /// Takes or renews the lease where that is due.
    pub(super) async fn hold(&mut self, app: &App) -> Result<bool, Error> {
        if self.alone || self.left() >= RENEW_BELOW {
            return Ok(true);
        }
        // Counted from before the question: the database counts from later, so its lease never ends before ours.
        let asked = Instant::now();
        self.until = None;
        if leases::acquire(app, LEASE_NAME, self.holder, LEASE).await.map_err(database)? {
            self.until = Some(asked + LEASE);
        }

        Ok(self.until.is_some())
    }

    fn left(&self) -> Duration {
        self.until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    pub(super) fn outlives_a_send(&self) -> bool {
        self.alone || self.left() > MESSAGE_TIMEOUT + MARGIN
    }

    pub(super) async fn release(&mut self, app: &App) {
        if self.until.take().is_some()
            && let Err(error) = leases::release(app, LEASE_NAME, self.holder).await
        {
            tracing::debug!(%error, "the relay's lease ends by its time");
        }
    }
}
