//! The app: what every domain function needs, handed around as one `Arc`.

use std::{sync::Arc, time::Duration};

use sea_orm::DatabaseConnection;
use tokio::sync::{Mutex, Notify, broadcast, watch};
use uuid::Uuid;

use crate::{
    accounts, clock::Clock, desk, matches::MatchState, payments::gateway::PaymentGateway, resale, tickets, view::View,
};

/// How this site sells. Times are wall-clock times of the app's clock.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This site's name among the sellers (`CLIENT_ID`).
    pub site: String,
    /// What links to this site begin with, without a slash at the end; without it they begin with the path.
    pub public_url: Option<String>,
    /// Whether fans are mailed of holds that they placed, or that expired.
    pub mails_of_holds: bool,
    /// How long a fan may hold tickets before paying.
    pub hold: Duration,
    /// How long after its time a hold is kept for a payment that the gateway can't be asked about.
    pub payment_grace: Duration,
    /// How long another site's unresolved hold counts.
    pub foreign_hold: Duration,
    /// Tickets of one match that one fan may hold and own together.
    pub purchase_cap: i32,
    pub refunds: RefundRule,
    /// How fans sell to fans.
    pub resale: resale::Rules,
    /// Writers working side by side on different matches; 1 on SQLite, which has one writer.
    pub lanes: usize,
    /// Requests that may wait in one lane before further ones are refused.
    pub lane_queue: usize,
    /// Requests decided in one transaction at most.
    pub batch: usize,
}

/// Which tickets fans may give back by themselves. The site's staff gives back any that are valid.
#[derive(Debug, Clone)]
pub struct RefundRule {
    pub owner_allowed: bool,
    /// How long before kick-off that ends; it does not, where none is set.
    pub owner_cutoff: Option<Duration>,
}

impl Default for RefundRule {
    fn default() -> Self {
        Self { owner_allowed: true, owner_cutoff: None }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            site: "matchday".to_owned(),
            public_url: None,
            mails_of_holds: true,
            hold: Duration::from_secs(15 * 60),
            payment_grace: Duration::from_secs(10 * 60),
            foreign_hold: Duration::from_secs(30 * 60),
            purchase_cap: 6,
            refunds: RefundRule::default(),
            resale: resale::Rules::default(),
            lanes: 4,
            lane_queue: 4_096,
            batch: 256,
        }
    }
}

/// What every domain function needs.
pub struct App {
    pub db: DatabaseConnection,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub wake: Wake,
    pub view: View,
    pub accounts: accounts::Keys,
    pub gateway: Arc<dyn PaymentGateway>,
    pub(crate) ticket_keys: tickets::keys::Ring,
    pub(crate) desk: desk::Counter,
    /// SQLite has one writer: waiting here is fair, waiting in its busy handler sleeps.
    pub(crate) write_turn: Arc<Mutex<()>>,
}

impl App {
    /// An app over `db`, and the desk that must be run for reservations to be decided.
    pub fn new(
        db: DatabaseConnection,
        clock: Arc<dyn Clock>,
        settings: Settings,
        accounts: accounts::Keys,
        gateway: Arc<dyn PaymentGateway>,
    ) -> (Arc<Self>, desk::Desk) {
        let lanes = match db.get_database_backend() {
            sea_orm::DbBackend::Sqlite => 1,
            _ => settings.lanes.max(1),
        };
        let (counter, queues) = desk::open(lanes, settings.lane_queue, settings.batch);
        let view = View::new(Arc::clone(&clock));
        let app = Arc::new(Self {
            db,
            clock,
            settings,
            wake: Wake::default(),
            view,
            accounts,
            gateway,
            ticket_keys: tickets::keys::Ring::default(),
            desk: counter,
            write_turn: Arc::default(),
        });

        (Arc::clone(&app), desk::Desk::new(app, queues))
    }
}

impl App {
    /// Makes a commit known in this process: its states show, and the relay wakes.
    pub(crate) fn committed(&self, states: Vec<MatchState>) {
        for state in states {
            self.view.show(state);
        }
        self.wake.outbox.notify_one();
    }
}

/// Fans whose tickets were sold that wait to be heard of, at most; those beyond are not.
const SALES: usize = 1_024;

/// Wakes the tasks that wait for committed work of this process; what other instances commit is found by polling.
#[derive(Debug)]
pub struct Wake {
    outbox: Notify,
    payments: Notify,
    address_rules: Notify,
    sales: broadcast::Sender<Uuid>,
    security_events: watch::Sender<()>,
}

impl Default for Wake {
    fn default() -> Self {
        Self {
            outbox: Notify::default(),
            payments: Notify::default(),
            address_rules: Notify::default(),
            sales: broadcast::Sender::new(SALES),
            security_events: watch::Sender::default(),
        }
    }
}

impl Wake {
    /// Resolves once this process has committed to the outbox since the last call.
    pub async fn outbox(&self) {
        self.outbox.notified().await;
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

    /// Hears of the fans whose holds this process sells them from now on, once for each.
    pub fn sales(&self) -> broadcast::Receiver<Uuid> {
        self.sales.subscribe()
    }

    pub(crate) fn sold(&self, fans: Vec<Uuid>) {
        for fan in fans {
            // Nobody listens where nobody counts.
            let _ = self.sales.send(fan);
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
