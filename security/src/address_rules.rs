//! The rules about addresses as this instance has them, kept in step with the database.
//!
//! An instance that changes a rule tells the others through Redis; each also looks by itself, so that all know of it
//! within a second without Redis. Invariant: rules that cannot be read leave those before them in force.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    App,
    address_rules::{self, rules::Rules},
};
use entities::address_rule::Effect;
use limits::connection::Redis;
use sea_orm::DbErr;
use tokio::{
    sync::{Notify, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use transport::Evictor;

use crate::config::Config;

/// How often the database is asked whether the rules have changed.
const PERIOD: Duration = Duration::from_millis(500);

/// How often blocked addresses are looked for among the open connections, if no rule changes.
const EVICT_AGAIN: Duration = Duration::from_millis(500);

pub struct AddressRules {
    app: Arc<App>,
    rules: watch::Sender<Arc<Rules>>,
    revision: Mutex<Option<i64>>,
    redis: Option<Redis>,
    channel: String,
    news: Notify,
}

impl AddressRules {
    pub(crate) fn new(app: Arc<App>, redis: Option<Redis>, config: &Config<'_>) -> Self {
        Self {
            app,
            rules: watch::Sender::new(Arc::default()),
            revision: Mutex::default(),
            redis,
            channel: config.redis_key("address-rules"),
            news: Notify::new(),
        }
    }

    /// What the rules say about an address now.
    pub(crate) fn effect(&self, address: IpAddr) -> Option<Effect> {
        let rules = self.rules.borrow();
        if rules.is_empty() { None } else { rules.effect(address, self.app.clock.now()) }
    }

    /// Reads the rules, if they have changed.
    ///
    /// # Errors
    ///
    /// The database does not answer; the rules before stay in force.
    pub async fn refresh(&self) -> Result<(), DbErr> {
        let revision = address_rules::revision(&self.app).await?;
        if *self.known() == Some(revision) {
            return Ok(());
        }
        // Rules that change between the two reads are read again by the next round.
        let rules = Rules::new(address_rules::in_force(&self.app).await?);
        tracing::info!(count = rules.len(), revision, "address rules loaded");
        self.rules.send_replace(Arc::new(rules));
        *self.known() = Some(revision);

        Ok(())
    }

    /// Keeps the rules in step until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            let is_own = tokio::select! {
                () = self.app.wake.address_rules() => true,
                () = self.news.notified() => false,
                () = sleep(PERIOD) => false,
                () = stop.cancelled() => return,
            };
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "address rules can't be read; the previous ones stay in force");
            }
            if is_own && let Some(redis) = &self.redis {
                redis.publish(&self.channel).await;
            }
        }
    }

    /// Hears of other instances' changes until `stop`.
    pub async fn listen(&self, stop: CancellationToken) {
        let Some(redis) = &self.redis else {
            return stop.cancelled().await;
        };
        stop.run_until_cancelled(redis.listen(&self.channel, || self.news.notify_one())).await;
    }

    /// Shows blocked addresses out of their open connections, until `stop`.
    pub async fn evict(&self, evictor: &Evictor, stop: CancellationToken) {
        let mut rules = self.rules.subscribe();
        loop {
            let is_blocked = |address| self.effect(address) == Some(Effect::Block);
            evictor.evict(is_blocked);
            // A client may have been let in by the rules before while these came.
            tokio::select! {
                _ = timeout(EVICT_AGAIN, rules.changed()) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        self.revision.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
