//! Brokers behind SASL PLAIN over TLS, as the real marketplace's are.

use entities::category::Category;
use kafka::{Config, masterlist, setup};
use settings::secret::Secret;
use tests::sites::given;
use uuid::Uuid;

/// The TLS listener that `scripts/services env` tells of.
fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run scripts/test, which starts the services"))
}

fn config() -> Config {
    Config {
        brokers: setting("KAFKA_TLS_BROKERS"),
        env: Uuid::new_v4().simple().to_string(),
        security_protocol: Some("SASL_SSL".to_owned()),
        sasl_mechanism: Some("PLAIN".to_owned()),
        sasl_username: Some(setting("KAFKA_TLS_USERNAME")),
        sasl_password: Some(Secret::new(setting("KAFKA_TLS_PASSWORD"))),
        ssl_ca_location: Some(setting("KAFKA_TLS_CA").into()),
        site: "matchday".to_owned(),
        ..Config::default()
    }
}

#[tokio::test]
async fn a_master_list_is_published_to_a_broker_behind_sasl_and_tls() {
    let config = config();
    setup::ensure(&config).await.expect("the broker lets us in");

    let mut published = 0;
    let list = [given(1, &[(Category::One, 20)])];
    masterlist::publish(&config, &list, |done, _| published = done).await.expect("the broker takes the record");

    assert_eq!(published, 1);
}

#[tokio::test]
async fn a_wrong_password_is_not_let_in() {
    let config = Config { sasl_password: Some(Secret::new("guessed")), ..config() };

    assert!(setup::ensure(&config).await.is_err());
}
