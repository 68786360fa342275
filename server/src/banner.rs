//! The banner of a start: what was started, where it is, what is not durable, and how to stop.

use std::{fmt, net::SocketAddr, path::Path};

use chrono::{DateTime, Utc};

use crate::{
    calendar::Calendar,
    config::{Config, site::Env},
};

/// What the banner shows.
pub(crate) struct Banner<'a> {
    pub(crate) config: &'a Config,
    pub(crate) address: SocketAddr,
    /// The operators' address, if that is another one.
    pub(crate) admin: Option<SocketAddr>,
    pub(crate) exchange: &'a kafka::Config,
    pub(crate) unreached: Unreached,
    pub(crate) dates: Dates,
}

/// When matches are played, as far as that is known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dates {
    pub(crate) calendar: Option<Calendar>,
    /// By how many weeks the bundled matches are moved, where those are played.
    pub(crate) moved: Option<u16>,
}

/// Which services have not answered yet; the program goes on trying.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unreached {
    pub(crate) kafka: bool,
    pub(crate) redis: bool,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { config, address, admin, exchange, unreached, dates } = self;
        let site = reachable(*address);
        let topics = exchange.topics();
        writeln!(
            f,
            "\nMatchday {}: site \"{}\", ENV={}\n",
            env!("CARGO_PKG_VERSION"),
            config.client_id,
            config.env.as_str()
        )?;
        if config.web.storefront {
            row(f, "Shop", &format!("http://{site}/"), "for fans: matches, tickets, resale")?;
        }
        row(f, "GraphQL", &format!("http://{site}/graphql"), "HTTP, WebSocket, server-sent events, multipart")?;
        row(f, "GraphiQL", &format!("http://{site}/graphiql"), "schema at /schema.graphql")?;
        if config.web.docs {
            row(f, "Docs", &format!("http://{site}/docs"), "the documentation of this version, with a search")?;
        }
        let health = admin.map_or_else(|| site.clone(), reachable);
        row(f, "Health", &format!("http://{health}/readyz"), "also /healthz, /metrics")?;
        let broker = match exchange.embedded {
            true => "embedded; any Kafka client can connect",
            false => answer(unreached.kafka),
        };
        row(f, "Kafka", &exchange.brokers, broker)?;
        row(f, "", &topics.master_list, "input: master list")?;
        row(f, "", &topics.ticket_sales, "input and output: sales of all sites")?;
        let database = match &config.database.url {
            Some(url) => url.redacted(),
            None => config.data_dir.join("matchday.db").display().to_string(),
        };
        row(f, "Database", &database, if config.is_database_embedded() { "SQLite" } else { "Postgres" })?;
        let redis = config.redis.url.as_ref().map_or_else(|| "none".to_owned(), |url| url.redacted());
        row(f, "Redis", &redis, answer(unreached.redis))?;
        let mail = match &config.mail.smtp_url {
            Some(url) => url.redacted(),
            None => config.data_dir.join("mails").display().to_string(),
        };
        row(
            f,
            "Mail",
            &mail,
            if config.mail.smtp_url.is_none() { "not sent: kept here and shown in the log" } else { "" },
        )?;
        row(f, "Data folder", &absolute(&config.data_dir), "")?;
        if let Some((first, last)) = dates.calendar.and_then(|calendar| calendar.dates) {
            let day = |date: DateTime<Utc>| date.format("%-d %B %Y").to_string();
            let moved = match dates.moved {
                Some(weeks @ 1..) => format!("the World Cup 2022, {weeks} weeks later"),
                _ => String::new(),
            };
            row(f, "Matches", &format!("{} to {}", day(first), day(last)), &moved)?;
        }

        writeln!(f)?;
        if exchange.embedded {
            writeln!(
                f,
                "  Not durable: the embedded Kafka broker keeps records in memory and loses them when this program"
            )?;
            writeln!(
                f,
                "  ends. Its port changes with every start. Matches, accounts and reservations are durable, in the"
            )?;
            writeln!(f, "  database.")?;
        } else {
            writeln!(f, "  Matches, accounts, reservations and events that still wait for Kafka are in the database.")?;
        }
        if config.http.visitors_only {
            writeln!(
                f,
                "  Visitors only: the exchange with Kafka, the expiry of holds, payments under way and mails are left to\n  \
                 workers (`matchday worker`)."
            )?;
        }
        if let Some(warning) = dates.calendar.and_then(|calendar| calendar.warning()) {
            let what = match config.sells_after_kick_off() {
                true => "tickets are sold nevertheless (MATCHDAY_SALES_CLOSE)",
                false => "no tickets can be bought",
            };
            writeln!(f, "  No match is to come: {warning}; {what}.")?;
        }
        let names = [("Kafka", "KAFKA_BROKERS", unreached.kafka), ("Redis", "REDIS_URL", unreached.redis)];
        for (name, setting, _) in names.into_iter().filter(|(.., is_unreached)| *is_unreached) {
            writeln!(f, "  {name} does not answer yet; retrying ({setting}).")?;
        }
        if config.env == Env::Dev && config.accounts.jwt_secret.is_none() {
            writeln!(
                f,
                "  The signing keys are encrypted with a secret that is kept in the data folder (MATCHDAY_JWT_SECRET sets one)."
            )?;
        }
        writeln!(f, "  {}", config.gateway().describe())?;
        write!(f, "\n  Ctrl-C shuts down gracefully; a second Ctrl-C stops at once.")
    }
}

/// What the row of a service adds.
fn answer(is_unreached: bool) -> &'static str {
    if is_unreached { "does not answer yet" } else { "" }
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
    use settings::secret::{Secret, SecretUrl};

    use super::*;
    use crate::{broker, config::sales::Close};

    fn shown(config: &Config, exchange: &kafka::Config) -> String {
        banner(config, exchange, Unreached::default())
    }

    fn banner(config: &Config, exchange: &kafka::Config, unreached: Unreached) -> String {
        let address = "0.0.0.0:41234".parse().expect("an address");
        Banner { config, address, admin: None, exchange, unreached, dates: Dates::default() }.to_string()
    }

    #[test]
    fn the_embedded_setting_says_where_everything_is_and_what_is_lost() {
        let config = Config::default();
        let exchange =
            kafka::Config { brokers: "127.0.0.1:39092".to_owned(), embedded: true, ..broker::exchange(&config) };

        let banner = shown(&config, &exchange);

        for told in [
            "http://localhost:41234/graphql",
            "http://localhost:41234/graphiql",
            "http://localhost:41234/docs",
            "multipart",
            "127.0.0.1:39092",
            "matchday.db",
            "Not durable",
            "Ctrl-C",
            "fifa-world-cup-2022-masterlist-dev",
        ] {
            assert!(banner.contains(told), "{told} is missing:\n{banner}");
        }
    }

    #[test]
    fn the_screen_says_when_matches_are_played_and_that_none_is_to_come() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("it is a time");
        let played = Some((at("2026-12-13T16:00:00Z"), at("2027-01-10T15:00:00Z")));
        let calendar = |is_over| Some(Calendar { matches: 64, dates: played, is_over });
        let told = |config: &Config, dates: Dates| {
            let address = "127.0.0.1:41234".parse().expect("an address");
            let (exchange, unreached) = (&broker::exchange(config), Unreached::default());
            Banner { config, address, admin: None, exchange, unreached, dates }.to_string()
        };
        let mut config = Config::default();

        let moved = told(&config, Dates { calendar: calendar(false), moved: Some(212) });
        let line = moved.lines().find(|line| line.contains("Matches  ")).expect("a row tells of matches");
        assert!(line.contains("13 December 2026 to 10 January 2027") && line.contains("212 weeks later"), "{line}");
        assert!(!moved.contains("No match is to come"));

        let given = told(&config, Dates { calendar: calendar(true), moved: None });
        assert!(!given.contains("weeks later") && !given.contains("World Cup"), "{given}");
        assert!(given.contains("all 64 matches have begun") && given.contains("no tickets can be bought"), "{given}");
        config.sales.close = Close::Word("never".to_owned());
        let sold = told(&config, Dates { calendar: calendar(true), moved: Some(0) });
        assert!(sold.contains("sold nevertheless") && !sold.contains("weeks later"), "{sold}");
        let unknown = Calendar { matches: 0, dates: None, is_over: false };
        assert!(!told(&config, Dates { calendar: Some(unknown), moved: None }).contains("Matches  "));
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
            let banner = shown(&config, &broker::exchange(&config));
            assert!(key.is_none_or(|key| !banner.contains(key)));
            let line = banner.lines().find(|line| line.contains("ayments")).expect("a line speaks of payments");
            told.push(line.to_owned());
        }

        for (line, says) in told.iter().zip(["play money", "No payments", "test mode", "real money"]) {
            assert!(line.contains(says), "{line}");
        }
    }

    #[test]
    fn the_screen_says_which_services_do_not_answer_yet_and_what_names_them() {
        let mut config = Config::default();
        config.kafka.brokers = Some("kafka:9092".to_owned());
        config.redis.url = Some(SecretUrl::new("redis://cache:6379"));
        let exchange = broker::exchange(&config);
        let told = |kafka, redis| {
            let banner = banner(&config, &exchange, Unreached { kafka, redis });
            let says = |what: &str| banner.lines().filter(|line| line.contains(what)).count();
            [says("does not answer yet"), says("KAFKA_BROKERS"), says("REDIS_URL")]
        };

        assert_eq!(told(false, false), [0, 0, 0]);
        assert_eq!(told(true, false), [2, 1, 0]);
        assert_eq!(told(true, true), [4, 1, 1]);
    }

    #[test]
    fn an_instance_for_visitors_alone_says_who_does_the_rest() {
        let mut config = Config::default();
        let exchange = broker::exchange(&config);
        assert!(!shown(&config, &exchange).contains("matchday worker"));

        config.http.visitors_only = true;
        assert!(
            shown(&config, &exchange).contains("Visitors only")
                && shown(&config, &exchange).contains("matchday worker")
        );
    }

    #[test]
    fn the_services_setting_hides_passwords() {
        let mut config = Config::default();
        config.database.url = Some(SecretUrl::new("postgres://ana:hunter2@db/matchday"));
        config.kafka.brokers = Some("kafka:9092".to_owned());

        let banner = shown(&config, &broker::exchange(&config));

        assert!(!banner.contains("hunter2") && !banner.contains("Not durable"));
    }
}
