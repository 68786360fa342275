//! Kafka as this program reaches it: the configured brokers, or an embedded one of its own; and the master list that an
//! embedded one is given.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use domain::{App, masterlist::MasterListMatch, matches};
use kafka::{codec::Told, embedded::EmbeddedBroker};
use subscriptions::hub::Hub;

use crate::{config::Config, failure::Failure};

/// The World Cup 2022: 64 matches in the wire format of the master-list topic.
const BUNDLED_MASTER_LIST: &str = include_str!("../data/world-cup-2022.jsonl");

/// The exchange's configuration for the configured brokers; an embedded broker's address comes when it runs.
pub(crate) fn exchange(config: &Config) -> kafka::Config {
    let section = &config.kafka;
    let bounded = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);

    kafka::Config {
        brokers: section.brokers.clone().unwrap_or_default(),
        env: config.env.as_str().to_owned(),
        master_list_topic_prefix: section.master_list_topic_prefix.clone(),
        ticket_sales_topic_prefix: section.ticket_sales_topic_prefix.clone(),
        availability_topic_prefix: section.availability_topic_prefix.clone(),
        dead_letters_topic_prefix: section.dead_letters_topic_prefix.clone(),
        resale_topic_prefix: section.resale_topic_prefix.clone(),
        partitions: bounded(section.partitions),
        replication: bounded(section.replication),
        security_protocol: section.security_protocol.clone(),
        sasl_mechanism: section.sasl_mechanism.clone(),
        sasl_username: section.sasl_username.clone(),
        sasl_password: section.sasl_password.as_ref().map(|password| password.expose().to_owned()),
        ssl_ca_location: section.ssl_ca_location.clone(),
        site: config.client_id.clone(),
        instance_id: section.instance_id.clone(),
        ..kafka::Config::default()
    }
}

/// Reaches Kafka: starts the embedded broker where none is configured.
///
/// The configured brokers need not answer: the exchange begins when they do.
pub(crate) async fn open(config: &Config) -> Result<(kafka::Config, Option<EmbeddedBroker>), Failure> {
    let mut exchange = exchange(config);
    if !config.is_kafka_embedded() {
        exchange.check()?;
        return Ok((exchange, None));
    }
    let (topics, partitions) = (exchange.topics(), exchange.partitions);
    let start = move || kafka::embedded::start(&topics.all(), partitions);
    let broker = tokio::task::spawn_blocking(start).await.map_err(|_| kafka::Error::Stopped)??;
    exchange.brokers.clone_from(&broker.bootstrap);
    exchange.embedded = true;
    exchange.source = Some(broker.source.clone());
    exchange.check()?;

    Ok((exchange, Some(broker)))
}

/// The bundled matches, for an embedded broker that is to be given them; none for any other.
pub(crate) fn bundled(config: &Config) -> Vec<MasterListMatch> {
    if config.is_kafka_embedded() && config.kafka.bundled_master_list {
        kafka::codec::master_list_lines(BUNDLED_MASTER_LIST).matches
    } else {
        Vec::new()
    }
}

/// Publishes those of `bundle` that the database does not have: all on a first start, none on a later one.
pub(crate) async fn publish_missing(
    app: &App,
    exchange: &kafka::Config,
    bundle: &[MasterListMatch],
) -> Result<(), Failure> {
    let known: HashSet<i32> = matches::snapshot(&app.db).await?.iter().map(|state| state.match_number).collect();
    let missing: Vec<MasterListMatch> =
        bundle.iter().filter(|given| !known.contains(&given.match_number)).cloned().collect();
    if !missing.is_empty() {
        kafka::masterlist::publish(exchange, &missing, |_, _| {}).await?;
        tracing::info!(matches = missing.len(), "the bundled master list is published");
    }
    Ok(())
}

/// Hands the availability feed to the hub.
pub(crate) struct HubFeed(pub(crate) Arc<Hub>);

#[async_trait]
impl kafka::feed::Feed for HubFeed {
    async fn snapshot(&self) {
        if let Err(error) = self.0.sweep().await {
            tracing::warn!(%error, "the hub could not be filled; its next sweep does it");
        }
    }

    fn changed(&self, told: Told) {
        self.0.tell(told.state, &told.reservations);
        self.0.market.touch(&told.listings);
    }

    fn lost(&self) {
        tracing::debug!("availability may have been missed; the hub's next sweep finds it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_master_list_is_right_and_whole() {
        let report = kafka::codec::master_list_lines(BUNDLED_MASTER_LIST);

        assert_eq!(report.problems, []);
        assert_eq!(report.matches.len(), 64);
        for given in &report.matches {
            let prices: Vec<i64> = given.categories.iter().map(|category| category.price_minor).collect();
            assert_eq!(prices, [7_500, 12_500, 19_500]);
            assert!(given.categories.iter().all(|category| category.available == 20 && category.pending == 0));
            assert_eq!(given.group.is_some(), given.round_number <= 3, "match {}", given.match_number);
        }
    }

    #[test]
    fn only_an_embedded_broker_is_given_the_bundle() {
        let mut config = Config::default();
        assert_eq!(bundled(&config).len(), 64);

        config.kafka.brokers = Some("kafka:9092".to_owned());
        assert_eq!(bundled(&config), []);
    }
}
