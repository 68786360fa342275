//! Wakes: what this process has just committed, for its own tasks that wait for it.

use tokio::sync::{Notify, broadcast, watch};
use uuid::Uuid;

/// News of holds that wait to be heard, at most; those beyond are not.
const NEWS: usize = 4_096;

/// What has become of a hold or an order.
#[derive(Debug, Clone, Copy)]
pub struct HoldNews {
    pub reservation_id: Uuid,
    pub user_id: Uuid,
    pub fate: HoldFate,
}

/// What becomes of holds and orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldFate {
    /// Its money is taken.
    Paid,
    /// It has ended unpaid.
    Gone,
    /// The gateway has refused a card that it was given by the payer themselves.
    CardRefused,
}

/// Wakes the tasks that wait for committed work of this process; what other instances commit is found by polling.
#[derive(Debug)]
pub struct Wake {
    outbox: Notify,
    payments: Notify,
    address_rules: Notify,
    holds: broadcast::Sender<HoldNews>,
    security_events: watch::Sender<()>,
}

impl Default for Wake {
    fn default() -> Self {
        Self {
            outbox: Notify::default(),
            payments: Notify::default(),
            address_rules: Notify::default(),
            holds: broadcast::Sender::new(NEWS),
            security_events: watch::Sender::default(),
        }
    }
}

impl Wake {
    /// Resolves once this process has committed to the outbox since the last call.
    pub async fn outbox(&self) {
        self.outbox.notified().await;
    }

    pub(crate) fn committed(&self) {
        self.outbox.notify_one();
    }

    /// The same of what another instance has committed to the outbox, where it is told.
    pub fn committed_elsewhere(&self) {
        self.outbox.notify_one();
    }

    /// Resolves once this process was told of payments since the last call.
    pub(crate) async fn payments(&self) {
        self.payments.notified().await;
    }

    pub(crate) fn told_of_payments(&self) {
        self.payments.notify_one();
    }

    /// Sees that security events were counted, here or, where it is told, elsewhere.
    pub fn security_events(&self) -> watch::Receiver<()> {
        self.security_events.subscribe()
    }

    pub fn security_events_changed(&self) {
        self.security_events.send_replace(());
    }

    /// Hears what becomes of holds by this process from now on.
    pub fn holds(&self) -> broadcast::Receiver<HoldNews> {
        self.holds.subscribe()
    }

    pub(crate) fn holds_changed(&self, news: Vec<HoldNews>) {
        for one in news {
            // An instance that counts nothing has no listener.
            let _ = self.holds.send(one);
        }
    }

    /// Resolves once this process has changed the rules about addresses since the last call.
    pub async fn address_rules(&self) {
        self.address_rules.notified().await;
    }

    pub(crate) fn address_rules_changed(&self) {
        self.address_rules.notify_one();
    }
}
