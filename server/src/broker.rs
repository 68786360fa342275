//! Kafka as this program reaches it: the configured brokers, or an embedded one of its own; and the master list that an
//! embedded one is given.

use std::{
    future::pending,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use book::{clock::Clock, master_list::MasterListMatch};
use chrono::{DateTime, Utc};
use domain::{App, foreign, inbox, matches};
use kafka::{codec::AvailabilityRecord, embedded::EmbeddedBroker};
use subscriptions::hub::Hub;
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{calendar::Bundle, config::Config, failure::Failure};

/// How often it is looked whether the published master list was read.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The exchange's configuration for the configured brokers; an embedded broker's address comes when it runs.
pub(crate) fn exchange(config: &Config) -> kafka::Config {
    kafka::Config {
        brokers: config.kafka.brokers.clone().unwrap_or_default(),
        env: config.env.as_str().to_owned(),
        site: config.client_id.clone(),
        ..config.kafka.exchange.clone()
    }
}

/// Kafka as the tasks of this program reach it: configured brokers at once, the embedded one as soon as it is up.
///
/// Starting the embedded broker takes up to a second, which its library sleeps; no client waits for it.
pub(crate) struct Exchange {
    /// Without the embedded broker's address.
    settings: kafka::Config,
    reached: watch::Sender<Option<kafka::Config>>,
    broker: Mutex<Option<EmbeddedBroker>>,
    /// What this program publishes of its bundle has not come back to it yet.
    owes_list: AtomicBool,
}

impl Exchange {
    /// The configured brokers need not answer: the exchange begins when they do.
    pub(crate) fn open(config: &Config) -> Result<Arc<Self>, Failure> {
        let mut settings = exchange(config);
        settings.embedded = config.is_kafka_embedded();
        if settings.embedded {
            // Stands for an address until there is one.
            settings.brokers = "embedded".to_owned();
        }
        settings.check()?;
        let reached = (!settings.embedded).then(|| settings.clone());
        Ok(Arc::new(Self {
            settings,
            reached: watch::Sender::new(reached),
            broker: Mutex::default(),
            owes_list: AtomicBool::default(),
        }))
    }

    pub(crate) fn is_embedded(&self) -> bool {
        self.settings.embedded
    }

    /// The topic that matches come in by.
    pub(crate) fn master_list(&self) -> String {
        self.settings.topics().master_list
    }

    /// Resolves once there is a broker to ask.
    pub(crate) async fn reached(&self) -> kafka::Config {
        let mut reached = self.reached.subscribe();
        // The sender lives as long as `self`, so there is no other end to wait for.
        match reached.wait_for(Option::is_some).await.map(|reached| reached.clone()) {
            Ok(Some(config)) => config,
            Ok(None) | Err(_) => pending().await,
        }
    }

    /// Runs a task that needs a broker, once there is one.
    pub(crate) async fn run<Fut, E>(
        self: Arc<Self>,
        stop: CancellationToken,
        task: impl FnOnce(kafka::Config, CancellationToken) -> Fut,
    ) -> Result<(), E>
    where
        Fut: Future<Output = Result<(), E>>,
    {
        match stop.run_until_cancelled(self.reached()).await {
            Some(config) => task(config, stop).await,
            None => Ok(()),
        }
    }

    /// Whether the bundled master list is still to come through Kafka.
    pub(crate) fn owes_list(&self) -> bool {
        self.owes_list.load(Ordering::Acquire)
    }

    /// Starts the embedded broker, and keeps it until it is closed.
    pub(crate) async fn start(&self) -> Result<String, Failure> {
        let (topics, partitions) = (self.settings.topics(), self.settings.partitions);
        let start = move || kafka::embedded::start(&topics.all(), partitions);
        let broker = tokio::task::spawn_blocking(start).await.map_err(|_| kafka::Error::Stopped)??;
        let (brokers, source) = (broker.bootstrap.clone(), Some(broker.source.clone()));
        *self.broker.lock().unwrap_or_else(PoisonError::into_inner) = Some(broker);
        self.reached.send_replace(Some(kafka::Config { brokers: brokers.clone(), source, ..self.settings.clone() }));

        Ok(brokers)
    }

    /// Ends the embedded broker, which waits for its thread. Its clients have ended.
    pub(crate) fn close(&self) {
        drop(self.broker.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// Enters those of `bundle` that the database does not have so, all on a first start and none on a later one, and returns
/// them. Whoever asks for matches finds them before there is a broker.
pub(crate) async fn enter_missing(
    app: &App,
    exchange: &Exchange,
    bundle: Option<&Bundle>,
) -> Result<Vec<MasterListMatch>, Failure> {
    let Some(bundle) = bundle else { return Ok(Vec::new()) };
    let missing = bundle.missing(&matches::snapshot(&app.db).await?);
    foreign::enter_all(app, &missing).await?;
    exchange.owes_list.store(!missing.is_empty(), Ordering::Release);

    Ok(missing)
}

/// Publishes what was entered, for other readers of the embedded broker, and waits until it came back, which changes
/// nothing any more.
pub(crate) async fn publish(
    app: &App,
    exchange: &Exchange,
    config: &kafka::Config,
    entered: &[MasterListMatch],
) -> Result<(), Failure> {
    kafka::masterlist::publish(config, entered, |_, _| {}).await?;
    tracing::info!(matches = entered.len(), "bundled master list published");
    let (topic, source) = (exchange.master_list(), config.source.as_deref().unwrap_or_default());
    loop {
        let positions = inbox::positions(app, source).await?;
        let read: i64 = positions.iter().filter(|(of, ..)| *of == topic).map(|(.., next)| next).sum();
        if usize::try_from(read).is_ok_and(|read| read >= entered.len()) {
            exchange.owes_list.store(false, Ordering::Release);
            return Ok(());
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Hands the availability feed to the hub.
pub(crate) struct HubFeed {
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl kafka::feed::Feed for HubFeed {
    async fn snapshot(&self) {
        if let Err(error) = self.hub.sweep().await {
            tracing::warn!(%error, "live availability could not be loaded; the next comparison with the database does it");
        }
    }

    fn changed(&self, record: AvailabilityRecord) {
        self.hub.publish(record.state, &record.reservations);
        self.hub.market.touch(&record.listings);
    }

    fn lost(&self) {
        tracing::debug!(
            "a change of availability may have been missed; the next comparison with the database finds it"
        );
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
