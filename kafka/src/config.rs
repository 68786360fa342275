//! The configuration of the exchange: which brokers, which topics, and as whom.
//!
//! It is a section of the server's settings, checked by `client_config` before the first connection, and never shows a
//! password. What is skipped there is no setting: the program decides it.

use std::path::PathBuf;

use rdkafka::ClientConfig;
use serde::{Deserialize, Serialize};
use settings::secret::Secret;

use crate::topics::Topics;

/// What `security_protocol` can be.
pub const PROTOCOLS: &[&str] = &["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];
/// What `sasl_mechanism` can be.
pub const MECHANISMS: &[&str] = &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];
/// Whether this build has TLS to Kafka.
pub const TLS: bool = cfg!(feature = "kafka-tls");

/// How this site reaches Kafka.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// `host:port` of one broker or more, separated by commas.
    #[serde(skip)]
    pub brokers: String,
    /// `dev` or `prod`: the ending of every topic's name.
    #[serde(skip)]
    pub env: String,
    pub master_list_topic_prefix: String,
    pub ticket_sales_topic_prefix: String,
    pub availability_topic_prefix: String,
    pub dead_letters_topic_prefix: String,
    pub resale_topic_prefix: String,
    pub bookings_topic_prefix: String,
    /// Partitions of the topics that we create.
    pub partitions: i32,
    /// Replicas of the topics that we create; -1 takes the broker's default.
    pub replication: i32,
    /// `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`; plain text if unset.
    pub security_protocol: Option<String>,
    /// `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.
    pub sasl_mechanism: Option<String>,
    pub sasl_username: Option<String>,
    pub sasl_password: Option<Secret>,
    /// The authority that signed the brokers' certificates, in PEM; the system's authorities if unset.
    pub ssl_ca_location: Option<PathBuf>,
    /// This site's name among the sellers (`CLIENT_ID`): the sender of our records.
    #[serde(skip)]
    pub site: String,
    /// The consumer group, shared by the site's instances and by no other client; `matchday-<site>` if unset.
    #[serde(skip)]
    pub group: Option<String>,
    /// This instance's own name in the group, kept over its restarts: one that is started again under it takes its
    /// partitions back at once. A nameless one waits until the dead one's session is over.
    pub instance_id: Option<String>,
    /// The broker is the one in this process, see `embedded`.
    #[serde(skip)]
    pub embedded: bool,
    /// Whose offsets we store; the cluster's id if unset. The embedded broker has a new one at every start.
    #[serde(skip)]
    pub source: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            brokers: "127.0.0.1:9092".to_owned(),
            env: "dev".to_owned(),
            master_list_topic_prefix: "fifa-world-cup-2022-masterlist".to_owned(),
            ticket_sales_topic_prefix: "fifa-world-cup-2022-ticket-sales".to_owned(),
            availability_topic_prefix: "matchday-availability".to_owned(),
            dead_letters_topic_prefix: "matchday-dead-letters".to_owned(),
            resale_topic_prefix: "matchday-resale".to_owned(),
            bookings_topic_prefix: "matchday-bookings".to_owned(),
            partitions: 4,
            replication: 1,
            security_protocol: None,
            sasl_mechanism: None,
            sasl_username: None,
            sasl_password: None,
            ssl_ca_location: None,
            site: "matchday".to_owned(),
            group: None,
            instance_id: None,
            embedded: false,
            source: None,
        }
    }
}

/// Why the exchange can't start with this configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{0} must not be empty")]
    Empty(&'static str),
    #[error("KAFKA_SECURITY_PROTOCOL is {0:?}; it can be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL")]
    UnknownProtocol(String),
    #[error("KAFKA_SASL_MECHANISM is {0:?}; it can be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512")]
    UnknownMechanism(String),
    #[error("KAFKA_SECURITY_PROTOCOL {0} needs {1}")]
    Missing(&'static str, &'static str),
    #[error("{0} is set, but KAFKA_SECURITY_PROTOCOL {1} does not use it")]
    Unused(&'static str, &'static str),
    #[error(
        "{0} needs a build with TLS to Kafka: build with `--features kafka-tls` (it compiles OpenSSL, about three minutes)"
    )]
    NeedsTls(String),
    #[error(
        "the site's name {0:?} can't name a Kafka sender: use 1 to 64 letters, digits, dots, dashes and underscores"
    )]
    Site(String),
    #[error(
        "topic {0:?} is not a name that Kafka accepts: use at most 249 letters, digits, dots, dashes and underscores"
    )]
    Topic(String),
    #[error("two topics have the same name {0:?}; give each its own prefix")]
    SameTopic(String),
    #[error(
        "the instance's name {0:?} can't name a member of the consumer group: use 1 to {MAX_INSTANCE_ID} letters, digits, dots, dashes and \
         underscores"
    )]
    InstanceId(String),
    #[error("{0} must be between {1} and {2}")]
    OutOfRange(&'static str, i32, i32),
}

/// Kafka's own limit.
const MAX_TOPIC_NAME: usize = 249;
const MAX_PARTITIONS: i32 = 1_000;
const MAX_INSTANCE_ID: usize = 249;

impl Config {
    /// The consumer group of this site.
    pub fn group(&self) -> String {
        self.group.clone().unwrap_or_else(|| format!("matchday-{}", self.site))
    }

    /// The consumer group of those who write the site's lake.
    pub fn analytics_group(&self) -> String {
        format!("{}-analytics", self.group())
    }

    pub fn topics(&self) -> Topics {
        let name = |prefix: &str| format!("{prefix}-{}", self.env);
        Topics {
            master_list: name(&self.master_list_topic_prefix),
            ticket_sales: name(&self.ticket_sales_topic_prefix),
            availability: name(&self.availability_topic_prefix),
            dead_letters: name(&self.dead_letters_topic_prefix),
            resale: name(&self.resale_topic_prefix),
            bookings: name(&self.bookings_topic_prefix),
        }
    }

    /// Finds what would fail later, and names the setting.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.client_config().map(|_| ())
    }

    /// What every client of ours has in common: where to connect, and as whom.
    pub fn client_config(&self) -> Result<ClientConfig, ConfigError> {
        if self.brokers.trim().is_empty() {
            return Err(ConfigError::Empty("KAFKA_BROKERS"));
        }
        if !is_name(&self.site, 64) {
            return Err(ConfigError::Site(self.site.clone()));
        }
        if let Some(id) = &self.instance_id
            && !is_name(id, MAX_INSTANCE_ID)
        {
            return Err(ConfigError::InstanceId(id.clone()));
        }
        if !(1..=MAX_PARTITIONS).contains(&self.partitions) {
            return Err(ConfigError::OutOfRange("partitions", 1, MAX_PARTITIONS));
        }
        if self.replication != -1 && !(1..=100).contains(&self.replication) {
            return Err(ConfigError::OutOfRange("replication", 1, 100));
        }
        check_topics(&self.topics())?;

        let mut client = ClientConfig::new();
        client
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", format!("matchday-{}", self.site))
            .set("socket.keepalive.enable", "true")
            // A broker that comes back is found again within a second.
            .set("reconnect.backoff.ms", "100")
            .set("reconnect.backoff.max.ms", "1000")
            .set("topic.metadata.refresh.interval.ms", "30000");
        self.secure(&mut client)?;

        Ok(client)
    }

    fn secure(&self, client: &mut ClientConfig) -> Result<(), ConfigError> {
        let protocol = match self.security_protocol.as_deref() {
            None => "PLAINTEXT",
            Some(name) => PROTOCOLS
                .iter()
                .copied()
                .find(|known| known.eq_ignore_ascii_case(name))
                .ok_or_else(|| ConfigError::UnknownProtocol(name.to_owned()))?,
        };
        let (tls, sasl) = (protocol.ends_with("SSL"), protocol.starts_with("SASL"));
        if tls && !TLS {
            return Err(ConfigError::NeedsTls(format!("KAFKA_SECURITY_PROTOCOL {protocol}")));
        }
        client.set("security.protocol", protocol);

        match &self.ssl_ca_location {
            Some(_) if !tls => return Err(ConfigError::Unused("KAFKA_SSL_CA_LOCATION", protocol)),
            Some(path) => {
                client.set("ssl.ca.location", path.to_string_lossy());
            }
            // The OpenSSL that we build knows no system folder of its own; librdkafka then looks in the usual ones.
            None if tls => {
                client.set("ssl.ca.location", "probe");
            }
            None => {}
        }
        if sasl {
            return self.authenticate(client, protocol);
        }
        for (name, is_set) in [
            ("KAFKA_SASL_MECHANISM", self.sasl_mechanism.is_some()),
            ("KAFKA_SASL_USERNAME", self.sasl_username.is_some()),
            ("KAFKA_SASL_PASSWORD", self.sasl_password.is_some()),
        ] {
            if is_set {
                return Err(ConfigError::Unused(name, protocol));
            }
        }

        Ok(())
    }

    fn authenticate(&self, client: &mut ClientConfig, protocol: &'static str) -> Result<(), ConfigError> {
        let mechanism = match self.sasl_mechanism.as_deref() {
            None => "PLAIN",
            Some(name) => MECHANISMS
                .iter()
                .copied()
                .find(|known| known.eq_ignore_ascii_case(name))
                .ok_or_else(|| ConfigError::UnknownMechanism(name.to_owned()))?,
        };
        // librdkafka takes SCRAM's hashes from OpenSSL.
        if mechanism != "PLAIN" && !TLS {
            return Err(ConfigError::NeedsTls(format!("KAFKA_SASL_MECHANISM {mechanism}")));
        }
        let username = self.sasl_username.as_deref().ok_or(ConfigError::Missing(protocol, "KAFKA_SASL_USERNAME"))?;
        let password = self.sasl_password.as_ref().ok_or(ConfigError::Missing(protocol, "KAFKA_SASL_PASSWORD"))?;
        client.set("sasl.mechanism", mechanism).set("sasl.username", username).set("sasl.password", password.expose());

        Ok(())
    }
}

fn check_topics(topics: &Topics) -> Result<(), ConfigError> {
    let all = topics.all();
    for (at, topic) in all.iter().enumerate() {
        if !is_name(topic, MAX_TOPIC_NAME) {
            return Err(ConfigError::Topic((*topic).to_owned()));
        }
        if all[..at].contains(topic) {
            return Err(ConfigError::SameTopic((*topic).to_owned()));
        }
    }

    Ok(())
}

/// Whether Kafka takes `text` as a name of a topic, and everybody as a name of a site.
fn is_name(text: &str, max: usize) -> bool {
    is_part_of_name(text, max) && text != "." && text != ".."
}

/// Whether Kafka takes a name with `text` in it.
pub fn is_part_of_name(text: &str, max: usize) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=max).contains(&text.len()) && text.bytes().all(is_legal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sasl(protocol: &str) -> Config {
        Config {
            security_protocol: Some(protocol.to_owned()),
            sasl_username: Some("site".to_owned()),
            sasl_password: Some(Secret::new("hunter2hunter2")),
            ..Config::default()
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown = format!("{:?}", sasl("SASL_PLAINTEXT"));

        assert!(shown.contains("[redacted]"));
        assert!(!shown.contains("hunter2"));
    }

    #[test]
    fn plain_over_plain_text_needs_no_tls() {
        let client = sasl("sasl_plaintext").client_config().expect("the configuration is complete");

        assert_eq!(client.get("security.protocol"), Some("SASL_PLAINTEXT"));
        assert_eq!(client.get("sasl.mechanism"), Some("PLAIN"));
    }

    #[cfg(not(feature = "kafka-tls"))]
    #[test]
    fn tls_without_the_feature_is_refused_by_name() {
        let scram = Config { sasl_mechanism: Some("scram-sha-512".to_owned()), ..sasl("SASL_PLAINTEXT") };

        for config in [sasl("SSL"), sasl("SASL_SSL"), scram] {
            let refused = config.check().expect_err("this build has no TLS").to_string();
            assert!(refused.contains("--features kafka-tls"), "{refused}");
        }
    }

    #[cfg(feature = "kafka-tls")]
    #[test]
    fn the_marketplaces_settings_make_a_client() {
        use rdkafka::producer::{BaseProducer, DefaultProducerContext};

        for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] {
            let config = Config { sasl_mechanism: Some(mechanism.to_owned()), ..sasl("SASL_SSL") };
            let client: Result<BaseProducer<DefaultProducerContext>, _> =
                config.client_config().expect("the configuration is complete").create();
            assert!(client.is_ok(), "{mechanism}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.check().expect_err("the configuration is wrong").to_string()
        };

        assert!(refused(|c| c.brokers = " ".to_owned()).contains("KAFKA_BROKERS"));
        assert!(refused(|c| c.site = "a site".to_owned()).contains("a site"));
        assert!(refused(|c| c.security_protocol = Some("TLS".to_owned())).contains("SASL_SSL"));
        assert!(refused(|c| c.security_protocol = Some("SASL_PLAINTEXT".to_owned())).contains("KAFKA_SASL_USERNAME"));
        assert!(refused(|c| c.sasl_password = Some(Secret::new("secret"))).contains("KAFKA_SASL_PASSWORD"));
        assert!(refused(|c| c.instance_id = Some("a b".to_owned())).contains("a b"));
        assert!(refused(|c| c.partitions = 0).contains("partitions"));
        assert!(refused(|c| c.availability_topic_prefix = "a b".to_owned()).contains("a b-dev"));
        assert!(refused(|c| c.availability_topic_prefix = c.dead_letters_topic_prefix.clone()).contains("same name"));
    }
}
