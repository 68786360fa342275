//! Changes: new states of one match as they come through Kafka, for all servers alike.

use book::match_state::{CategoryState, MatchState};
use chrono::DateTime;
use entities::category::Category;
use rdkafka::{
    ClientConfig,
    message::{Header, OwnedHeaders},
    producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer},
};

use crate::Outcome;

/// Where rivals read what they broadcast.
pub const TOPIC: &str = "bench-changes";

const AVAILABILITY: &str = "matchday-availability-dev";

/// What every subscriber asks for.
pub const DOCUMENT: &str = "subscription { availability(matchNumbers: [1]) \
     { matchNumber version categories { category available pending sellable status } } }";

/// When match 1 is played, in seconds since 1970: in the year 2100, for what has begun is not sold any more.
const KICK_OFF: i64 = 4_102_444_800;

/// More than any version of a match that has just come on sale.
const FIRST_VERSION: i32 = 1_000;

/// Who is told of changes, which says what is sent to Kafka and what comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// `matchday`, by the availability topic.
    Matchday,
    /// A rival that is given the message for the sockets, ready to be sent.
    Messenger,
    /// A rival that is given a state and executes the subscription on it.
    Stock,
}

/// Changes of match 1, each one version newer.
pub struct Changes {
    producer: ThreadedProducer<DefaultProducerContext>,
    topic: String,
    /// As whom changes are told; a site takes no others.
    site: String,
    told: Told,
    version: i32,
}

impl Changes {
    /// Of the broker that the one who is told listens to.
    pub fn of(broker: &str, told: Told) -> Outcome<Self> {
        let topic = match told {
            Told::Matchday => AVAILABILITY,
            Told::Messenger | Told::Stock => TOPIC,
        };
        Self::on(broker, topic, told)
    }

    /// Changes told by a topic.
    pub fn on(brokers: &str, topic: &str, told: Told) -> Outcome<Self> {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("linger.ms", "0")
            .set("partitioner", "murmur2_random")
            .create()?;
        let site = kafka::Config::default().site;
        Ok(Self { producer, topic: topic.to_owned(), site, told, version: FIRST_VERSION })
    }

    /// Sends a change; returns what subscribers must be told.
    pub fn send(&mut self) -> Outcome<Vec<u8>> {
        self.version += 1;
        let state = state(self.version);
        let message = match self.told {
            Told::Matchday | Told::Messenger => message(&state),
            Told::Stock => stock_message(&state),
        };
        let payload = match self.told {
            Told::Matchday | Told::Stock => kafka::codec::availability(&state, &[], &[])?,
            Told::Messenger => message.clone(),
        };
        let sender = Header { key: kafka::codec::CLIENT_ID, value: Some(&self.site) };
        let headers = OwnedHeaders::new().insert(sender);
        let record = BaseRecord::to(&self.topic).key("1").payload(&payload).headers(headers);
        self.producer.send(record).map_err(|(error, _)| error)?;
        Ok(message)
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
    }
}

/// Match 1 at a version; counts move so that messages differ.
pub fn state(version: i32) -> MatchState {
    let category = |category| CategoryState { category, price_minor: 7_500, available: 20, pending: version % 20 };
    MatchState {
        match_number: 1,
        round_number: 1,
        date_utc: DateTime::from_timestamp(KICK_OFF, 0).expect("it is a date"),
        location: "Al Bayt Stadium".to_owned(),
        home_team: "Qatar".to_owned(),
        away_team: "Ecuador".to_owned(),
        group: Some("A".to_owned()),
        version,
        closed: false,
        categories: Category::ALL.into_iter().map(category).collect(),
    }
}

/// The message of graphql-transport-ws that tells a subscriber of `state`.
pub fn message(state: &MatchState) -> Vec<u8> {
    format!(r#"{{"id":"1","type":"next","payload":{}}}"#, result(state)).into_bytes()
}

/// The same as async-graphql spells it.
fn stock_message(state: &MatchState) -> Vec<u8> {
    format!(r#"{{"type":"next","id":"1","payload":{}}}"#, result(state)).into_bytes()
}

/// The result of `DOCUMENT`, its keys in the order asked for.
fn result(state: &MatchState) -> String {
    let category = |category: &CategoryState| {
        let CategoryState { category: number, available, pending, .. } = category;
        format!(
            r#"{{"category":{},"available":{available},"pending":{pending},"sellable":{},"status":"AVAILABLE"}}"#,
            number.number(),
            category.sellable()
        )
    };
    let categories: Vec<String> = state.categories.iter().map(category).collect();
    let MatchState { match_number, version, .. } = state;
    format!(
        r#"{{"data":{{"availability":{{"matchNumber":{match_number},"version":{version},"categories":[{}]}}}}}}"#,
        categories.join(",")
    )
}
