//! The start screen: what was started, where it is, what is not durable, and how to stop.

use std::{fmt, net::SocketAddr, path::Path};

use crate::config::{Config, Payments, sections::Env};

/// What the screen tells.
pub(crate) struct Screen<'a> {
    pub(crate) config: &'a Config,
    pub(crate) address: SocketAddr,
    pub(crate) exchange: &'a kafka::Config,
}

impl fmt::Display for Screen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { config, address, exchange } = self;
        let site = reachable(*address);
        let topics = exchange.topics();
        writeln!(
            f,
            "\nMatchday {} sells as \"{}\" ({})\n",
            env!("CARGO_PKG_VERSION"),
            config.client_id,
            config.env.as_str()
        )?;
        row(f, "GraphQL", &format!("http://{site}/graphql"), "HTTP, WebSocket, server-sent events")?;
        row(f, "GraphiQL", &format!("http://{site}/graphiql"), "the schema: /schema.graphql")?;
        row(f, "Health", &format!("http://{site}/readyz"), "also /healthz, /metrics")?;
        let broker = if exchange.embedded { "embedded; any Kafka client may connect" } else { "" };
        row(f, "Kafka", &exchange.brokers, broker)?;
        row(f, "", &topics.master_list, "the master list comes in here")?;
        row(f, "", &topics.ticket_sales, "sales, of all sites")?;
        let database = match &config.database.url {
            Some(url) => url.redacted(),
            None => config.data_dir.join("matchday.db").display().to_string(),
        };
        row(f, "Database", &database, if config.is_database_embedded() { "SQLite" } else { "Postgres" })?;
        let redis = config.redis.url.as_ref().map_or_else(|| "none".to_owned(), |url| url.redacted());
        row(f, "Redis", &redis, "")?;
        let mail = match &config.mail.smtp_url {
            Some(url) => url.redacted(),
            None => config.data_dir.join("mails").display().to_string(),
        };
        row(f, "Mail", &mail, if config.mail.smtp_url.is_none() { "kept here and shown in the log" } else { "" })?;
        row(f, "Data folder", &absolute(&config.data_dir), "")?;

        writeln!(f)?;
        if exchange.embedded {
            writeln!(
                f,
                "  Not durable: the embedded Kafka broker. It keeps records in memory and forgets them when this"
            )?;
            writeln!(
                f,
                "  program ends; its port changes with every start. Matches, accounts and reservations are in the"
            )?;
            writeln!(f, "  database and stay.")?;
        } else {
            writeln!(f, "  Everything durable is in the database and in Kafka.")?;
        }
        if config.env == Env::Dev && config.accounts.jwt_secret.is_none() {
            writeln!(
                f,
                "  The keys of access tokens are sealed by a secret of this data folder (MATCHDAY_JWT_SECRET sets one)."
            )?;
        }
        writeln!(f, "  {}", payments(config))?;
        write!(f, "\n  Ctrl-C stops it in order; a second Ctrl-C at once.")
    }
}

/// What becomes of money.
fn payments(config: &Config) -> &'static str {
    match (config.payments(), &config.stripe.webhook_secret) {
        (Payments::Stripe(_), _) if config.env == Env::Prod => "Payments are taken by Stripe: real money.",
        (Payments::Stripe(_), Some(_)) => "Payments are taken by Stripe in test mode: no money moves.",
        (Payments::Stripe(_), None) => {
            "Payments are taken by Stripe in test mode. Its events are not heard: STRIPE_WEBHOOK_SECRET is unset."
        }
        (Payments::Play, _) => "Payments are play money: a sandbox answers Stripe's test cards, such as pm_card_visa.",
        (Payments::None, _) => "It takes no payments: STRIPE_SECRET_KEY is unset, and play money is for dev.",
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, value: &str, note: &str) -> fmt::Result {
    writeln!(f, "{}", format!("  {name:<12} {value:<46} {note}").trim_end())
}

/// An address that a browser on this machine opens.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() }
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        broker,
        config::secret::{Secret, SecretUrl},
    };

    fn shown(config: &Config, exchange: &kafka::Config) -> String {
        let address = "0.0.0.0:41234".parse().expect("an address");
        Screen { config, address, exchange }.to_string()
    }

    #[test]
    fn the_embedded_setting_says_where_everything_is_and_what_is_lost() {
        let config = Config::default();
        let exchange =
            kafka::Config { brokers: "127.0.0.1:39092".to_owned(), embedded: true, ..broker::exchange(&config) };

        let screen = shown(&config, &exchange);

        for told in [
            "http://localhost:41234/graphql",
            "http://localhost:41234/graphiql",
            "127.0.0.1:39092",
            "matchday.db",
            "Not durable",
            "Ctrl-C",
            "fifa-world-cup-2022-masterlist-dev",
        ] {
            assert!(screen.contains(told), "{told} is missing:\n{screen}");
        }
    }

    #[test]
    fn the_screen_says_what_becomes_of_money() {
        let mut config = Config::default();
        let mut told = Vec::new();
        for (env, key) in
            [(Env::Dev, None), (Env::Prod, None), (Env::Dev, Some("sk_test_a")), (Env::Prod, Some("sk_live_a"))]
        {
            config.env = env;
            config.stripe.secret_key = key.map(Secret::new);
            let screen = shown(&config, &broker::exchange(&config));
            assert!(key.is_none_or(|key| !screen.contains(key)));
            let line = screen.lines().find(|line| line.contains("ayments")).expect("a line speaks of payments");
            told.push(line.to_owned());
        }

        for (line, says) in told.iter().zip(["play money", "no payments", "test mode", "real money"]) {
            assert!(line.contains(says), "{line}");
        }
    }

    #[test]
    fn the_services_setting_hides_passwords() {
        let mut config = Config::default();
        config.database.url = Some(SecretUrl::new("postgres://ana:hunter2@db/matchday"));
        config.kafka.brokers = Some("kafka:9092".to_owned());

        let screen = shown(&config, &broker::exchange(&config));

        assert!(!screen.contains("hunter2") && !screen.contains("Not durable"));
    }
}
