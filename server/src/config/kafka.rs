//! The Kafka brokers and topics; without brokers the program starts an embedded one.

use std::collections::HashSet;

use kafka::config::{MECHANISMS, PROTOCOLS, TLS, is_part_of_name};
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

use super::{forms::is_host_and_port, site::Env};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Kafka {
    /// Unset: an embedded broker.
    pub brokers: Option<String>,
    /// Whether an embedded broker is given the bundled World Cup 2022 master list.
    pub bundled_master_list: bool,
    /// Whether that list is played as if it began soon.
    pub bundled_starts_soon: bool,
    /// How the brokers are reached, and which topics are theirs.
    #[serde(flatten)]
    pub exchange: kafka::Config,
}

impl Default for Kafka {
    fn default() -> Self {
        Self { brokers: None, bundled_master_list: true, bundled_starts_soon: true, exchange: kafka::Config::default() }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("kafka.brokers", "KAFKA_BROKERS", Kind::Text, "host:port[,host:port]; unset: an embedded broker"),
    ("kafka.security_protocol", "KAFKA_SECURITY_PROTOCOL", Kind::OneOf(PROTOCOLS), "protocol to the brokers: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; unset: PLAINTEXT. TLS needs a build with `kafka-tls`"),
    ("kafka.sasl_mechanism", "KAFKA_SASL_MECHANISM", Kind::OneOf(MECHANISMS), "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
    ("kafka.sasl_username", "KAFKA_SASL_USERNAME", Kind::Text, "user at the brokers"),
    ("kafka.sasl_password", "KAFKA_SASL_PASSWORD", Kind::Text, "password at the brokers"),
    ("kafka.ssl_ca_location", "KAFKA_SSL_CA_LOCATION", Kind::Text, "file of the authority that signed the brokers' certificates; unset: the system's authorities"),
    ("kafka.instance_id", "MATCHDAY_KAFKA_INSTANCE_ID", Kind::Text, "lasting name of this instance, such as a StatefulSet's pod name; a restarted instance takes its partitions back at once. Each instance has its own"),
    ("kafka.master_list_topic_prefix", "MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX", Kind::Text, "name of the master-list topic without -<env>"),
    ("kafka.ticket_sales_topic_prefix", "MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX", Kind::Text, "name of the ticket-sales topic without -<env>"),
    ("kafka.availability_topic_prefix", "MATCHDAY_KAFKA_AVAILABILITY_TOPIC_PREFIX", Kind::Text, "name of the site's availability topic without -<env>"),
    ("kafka.dead_letters_topic_prefix", "MATCHDAY_KAFKA_DEAD_LETTERS_TOPIC_PREFIX", Kind::Text, "name of the site's dead-letter topic without -<env>"),
    ("kafka.resale_topic_prefix", "MATCHDAY_KAFKA_RESALE_TOPIC_PREFIX", Kind::Text, "name of the site's topic of listings and orders without -<env>"),
    ("kafka.bookings_topic_prefix", "MATCHDAY_KAFKA_BOOKINGS_TOPIC_PREFIX", Kind::Text, "name of the site's topic of bookings for analytics without -<env>"),
    ("kafka.partitions", "MATCHDAY_KAFKA_PARTITIONS", Kind::Number(1, 1_000), "partitions of topics that Matchday creates"),
    ("kafka.replication", "MATCHDAY_KAFKA_REPLICATION", Kind::Number(1, 15), "replicas of topics that Matchday creates"),
    ("kafka.bundled_master_list", "MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", Kind::Flag, "publish the bundled World Cup 2022 master list on an embedded broker"),
    ("kafka.bundled_starts_soon", "MATCHDAY_KAFKA_BUNDLED_STARTS_SOON", Kind::Flag, "move the dates of that list by whole weeks, so that it begins two to three weeks after the first start"),
];

impl Kafka {
    pub(super) fn problems(&self, env: Env, found: &mut Vec<Problem>) {
        let exchange = &self.exchange;
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        if self.brokers.is_none() && env == Env::Prod {
            let what = "unset, and ENV=prod does not run on the embedded broker, which keeps no records";
            wrong("KAFKA_BROKERS", what.to_owned(), "name the brokers.");
        }
        if let Some(brokers) = &self.brokers
            && !brokers.split(',').all(|broker| is_host_and_port(broker.trim()))
        {
            wrong("KAFKA_BROKERS", format!("{brokers:?} is not a list of brokers"), "write host:port[,host:port].");
        }
        let protocol = exchange.security_protocol.as_deref().unwrap_or("PLAINTEXT");
        let signs_in =
            exchange.sasl_mechanism.is_some() || exchange.sasl_username.is_some() || exchange.sasl_password.is_some();
        if self.brokers.is_none() && (protocol != "PLAINTEXT" || signs_in) {
            wrong(
                "KAFKA_BROKERS",
                "unset, but security settings of Kafka are set".to_owned(),
                "name the brokers, or unset the other KAFKA_*.",
            );
        }
        if protocol.starts_with("SASL") {
            let missing = [
                ("KAFKA_SASL_USERNAME", exchange.sasl_username.is_none()),
                ("KAFKA_SASL_PASSWORD", exchange.sasl_password.is_none()),
            ];
            for (setting, _) in missing.iter().filter(|(_, is_missing)| *is_missing) {
                wrong(
                    setting,
                    format!("unset, but {protocol} needs it"),
                    "set it, or use another KAFKA_SECURITY_PROTOCOL.",
                );
            }
        } else if signs_in {
            let what = format!("{protocol}, but a SASL user, password or mechanism is set");
            wrong("KAFKA_SECURITY_PROTOCOL", what, "use SASL_SSL (or SASL_PLAINTEXT), or unset KAFKA_SASL_*.");
        }
        if protocol.ends_with("SSL") && !TLS {
            let right = "build with `cargo build --release --features kafka-tls`.";
            wrong(
                "KAFKA_SECURITY_PROTOCOL",
                format!("{protocol}, but this program was built without TLS to Kafka"),
                right,
            );
        }
        if let Some(file) = exchange.ssl_ca_location.as_deref().filter(|file| !file.is_file()) {
            wrong(
                "KAFKA_SSL_CA_LOCATION",
                format!("there is no file {}", file.display()),
                "name the authority's PEM file.",
            );
        }
        if let Some(id) = &exchange.instance_id
            && !is_part_of_name(id, 249)
        {
            wrong(
                "MATCHDAY_KAFKA_INSTANCE_ID",
                format!("{id:?} is not a valid name"),
                "use 1 to 249 letters, digits, dots, dashes and underscores.",
            );
        }
        let topics = [
            ("MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX", &exchange.master_list_topic_prefix),
            ("MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX", &exchange.ticket_sales_topic_prefix),
            ("MATCHDAY_KAFKA_AVAILABILITY_TOPIC_PREFIX", &exchange.availability_topic_prefix),
            ("MATCHDAY_KAFKA_DEAD_LETTERS_TOPIC_PREFIX", &exchange.dead_letters_topic_prefix),
            ("MATCHDAY_KAFKA_RESALE_TOPIC_PREFIX", &exchange.resale_topic_prefix),
            ("MATCHDAY_KAFKA_BOOKINGS_TOPIC_PREFIX", &exchange.bookings_topic_prefix),
        ];
        let mut seen = HashSet::new();
        for (setting, topic) in topics {
            if !is_part_of_name(topic, 200) {
                wrong(
                    setting,
                    format!("{topic:?} is not a topic name"),
                    "use 1 to 200 letters, digits, dots, dashes and underscores.",
                );
            } else if !seen.insert(topic) {
                wrong(setting, format!("{topic:?} is the name of another topic of this site"), "give each its own.");
            }
        }
    }
}
