//! The app: what every domain function needs, handed around as one `Arc`.

use std::sync::Arc;

use book::{
    Shown,
    clock::Clock,
    store::{Store, health::Health},
};
use sea_orm::DatabaseConnection;

use crate::{
    accounts, desk, foreign,
    gateway::PaymentGateway,
    keyring::Keyring,
    resale::{Cheapest, KeptPages, market},
    settings::Settings,
    tickets::keys::TicketCodes,
    view::View,
    wake::Wake,
};

/// What every domain function needs.
pub struct App {
    pub db: DatabaseConnection,
    /// `db` as it is written to.
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub wake: Wake,
    pub view: View,
    pub market: KeptPages<market::Question>,
    pub(crate) cheapest: Cheapest,
    pub accounts: accounts::Keys,
    pub gateway: Arc<dyn PaymentGateway>,
    pub(crate) ticket_keys: Keyring<TicketCodes>,
    pub(crate) desk: desk::DeskHandle,
    pub(crate) parked_sales: foreign::ParkedSalesCount,
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
        Self::over((db, Arc::default()), clock, settings, accounts, gateway)
    }

    /// The same over a database whose pool knows how writes fare.
    pub fn over(
        (db, health): (DatabaseConnection, Arc<Health>),
        clock: Arc<dyn Clock>,
        settings: Settings,
        accounts: accounts::Keys,
        gateway: Arc<dyn PaymentGateway>,
    ) -> (Arc<Self>, desk::Desk) {
        let lanes = match db.get_database_backend() {
            sea_orm::DbBackend::Sqlite => 1,
            _ => settings.lanes.max(1),
        };
        let (handle, queues) = desk::open(lanes, settings.lane_queue, settings.batch);
        let view = View::new(Arc::clone(&clock), settings.sales_close);
        let market = KeptPages::new(Arc::clone(&clock));
        let store = Store::new(db.clone(), health, settings.patience);
        let app = Arc::new(Self {
            db,
            store,
            clock,
            settings,
            wake: Wake::default(),
            view,
            market,
            cheapest: Cheapest::default(),
            accounts,
            gateway,
            ticket_keys: Keyring::default(),
            desk: handle,
            parked_sales: foreign::ParkedSalesCount::default(),
        });

        (Arc::clone(&app), desk::Desk::new(app, queues))
    }
}

impl App {
    /// Sales of other sites that wait for matches that are not known, as they were counted in the last seconds.
    pub fn parked_sales(&self) -> u64 {
        self.parked_sales.sales()
    }

    /// Requests that wait to be decided in the fullest lane, and how many may.
    pub fn desk_queue(&self) -> (usize, usize) {
        self.desk.waiting()
    }

    /// Makes a commit known in this process: its states show, and the relay wakes.
    pub(crate) fn committed(&self, shown: Shown) {
        for state in shown.states {
            self.view.show(state);
        }
        self.market.touch(&shown.listings);
        self.wake.committed();
    }
}
