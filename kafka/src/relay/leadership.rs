//! Leadership: one publisher at a time, by a lease that no other clock than its holder's own ends.

use std::time::Duration;

use domain::{App, leases::Claim};

use super::{MESSAGE_TIMEOUT, database};
use crate::{config::Config, error::Error};

pub(super) const NAME: &str = "relay";
/// How long an instance that is gone keeps the others from publishing.
pub(super) const LEASE: Duration = Duration::from_secs(10);
/// A lease is renewed when less than this is left of it.
const RENEW_BELOW: Duration = Duration::from_millis(8_500);
/// What must be left of the lease beyond the producer's time: librdkafka looks for records out of time once a second.
const MARGIN: Duration = Duration::from_secs(2);

/// Whether this instance may publish, and for how long.
pub(super) struct Leadership {
    claim: Claim,
    /// No other instance can reach the broker in this process, and its last leader died with its last broker.
    alone: bool,
}

impl Leadership {
    pub(super) fn new(config: &Config) -> Self {
        Self::of(NAME, config)
    }

    /// The same of another work of one instance at a time.
    pub(super) fn of(name: &'static str, config: &Config) -> Self {
        Self { claim: Claim::new(name, LEASE), alone: config.embedded }
    }

    /// Takes or renews the lease where that is due.
    pub(super) async fn hold(&mut self, app: &App) -> Result<bool, Error> {
        if self.alone || self.claim.left() >= RENEW_BELOW {
            return Ok(true);
        }
        self.claim.hold(app).await.map_err(database)
    }

    pub(super) fn outlives_a_send(&self) -> bool {
        self.alone || self.claim.left() > MESSAGE_TIMEOUT + MARGIN
    }

    pub(super) async fn release(&mut self, app: &App) {
        if let Err(error) = self.claim.release(app).await {
            tracing::debug!(%error, "the relay's lease ends by its time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_whose_lease_may_end_before_its_records_are_out_sends_none() {
        let of = |alone| Leadership { claim: Claim::new(NAME, LEASE), alone };

        assert!(!of(false).outlives_a_send(), "it holds no lease");
        assert!(of(true).outlives_a_send(), "no other instance can reach its broker");
    }
}
