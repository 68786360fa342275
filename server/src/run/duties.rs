//! Duties: what an instance does beside what its visitors wait for.

use crate::{config::Config, failure::Failure};

/// What an instance does beside what its visitors wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duties {
    /// The exchange with Kafka, the expiry of holds, the ends of sales, mails and payments under way.
    All,
    /// Others do it.
    None,
}

impl Duties {
    /// Those of an instance that serves visitors.
    pub(super) fn of(config: &Config) -> Result<Self, Failure> {
        if !config.http.visitors_only {
            return Ok(Self::All);
        }
        // Nothing would end what visitors hold, and no other site would hear of it.
        let alone = |part, setting| Err(Failure::VisitorsAlone { part, setting });
        match (config.is_database_embedded(), config.is_kafka_embedded()) {
            (true, _) => alone("the database", "DATABASE_URL"),
            (_, true) => alone("the broker", "KAFKA_BROKERS"),
            (false, false) => Ok(Self::None),
        }
    }
}
