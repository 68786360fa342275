//! A sale: the program on the real services, with a database and topics of its own, and the fans who ask it for tickets.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{Settings, accounts};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sea_orm::ConnectionTrait as _;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Outcome, audit,
    database::Database,
    edge::{
        Cores,
        children::{Rival, Server},
        exchange::{post, post_form},
    },
    site::{self, Site},
    topics,
};

/// How long the program may take to publish what it had committed when the load ended.
const PUBLISHING: Duration = Duration::from_secs(120);

/// How often it is asked whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// Fans who are signed in. Each holds some tickets of a match, so the cap on these is raised.
const SIGNED_IN: u32 = 10_000;
const PURCHASE_CAP: u32 = 1_000;

/// Fans who sign in at the same time.
const AT_ONCE: usize = 64;

/// What the page of a match asks for, when its form is posted.
const RESERVE_BY_FORM: &str = include_str!("../../../web/storefront/documents/matches/reserve.graphql");

const RESERVE: &str = "mutation Reserve($input: ReserveInput!) \
     { reserve(input: $input) { reservation { id status expiresAt match { version } } } }";

/// Which program sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seller {
    Matchday,
    /// The site in Node, `bench/peers/node`.
    Node,
}

/// A server on Postgres and Kafka.
pub(crate) struct Sale {
    pub(crate) server: Server,
    pub(crate) exchange: kafka::Config,
    database: Database,
}

/// What a program is told that sells on these services.
pub(crate) fn settings(database: &Database, exchange: &kafka::Config) -> Vec<(&'static str, String)> {
    vec![
        ("MATCHDAY_JWT_SECRET", site::SECRET.to_owned()),
        ("MATCHDAY_HOLDS_PURCHASE_CAP", PURCHASE_CAP.to_string()),
        // What is measured is how holds are decided: no rival mails anybody.
        ("MATCHDAY_MAIL_HOLDS", "false".to_owned()),
        ("DATABASE_URL", database.url.clone()),
        ("KAFKA_BROKERS", exchange.brokers.clone()),
        ("CLIENT_ID", exchange.site.clone()),
        ("MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX", exchange.master_list_topic_prefix.clone()),
        ("MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX", exchange.ticket_sales_topic_prefix.clone()),
        ("MATCHDAY_KAFKA_AVAILABILITY_TOPIC_PREFIX", exchange.availability_topic_prefix.clone()),
        ("MATCHDAY_KAFKA_DEAD_LETTERS_TOPIC_PREFIX", exchange.dead_letters_topic_prefix.clone()),
        ("MATCHDAY_KAFKA_RESALE_TOPIC_PREFIX", exchange.resale_topic_prefix.clone()),
        ("MATCHDAY_KAFKA_BOOKINGS_TOPIC_PREFIX", exchange.bookings_topic_prefix.clone()),
    ]
}

/// Waits until everything that was committed is published.
pub(crate) async fn published(database: &Database) -> Outcome {
    let db = database.pool().await?;
    let begun = Instant::now();
    loop {
        let waiting = audit::count(&db, "outbox").await?;
        if waiting == 0 {
            println!("    published {:.1} s after the load ended", begun.elapsed().as_secs_f64());
            return Ok(db.close().await?);
        }
        if begun.elapsed() > PUBLISHING {
            return Err(format!("{waiting} events were not published within {PUBLISHING:?}").into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Audits what programs left that have ended: the database, and what it has told in Kafka.
pub(crate) async fn audit_remains(database: &Database, exchange: &kafka::Config, acknowledged: u64) -> Outcome {
    audit::check(database, acknowledged).await?;
    audit::no_dead_letters(database).await?;
    audit::told(database, exchange).await
}

impl Sale {
    /// Starts `matchday` on a copy of `template` and topics of its own, and waits until it is ready.
    pub(crate) async fn open(template: &Database, cores: Cores) -> Outcome<Self> {
        Self::by(Seller::Matchday, template, cores).await
    }

    /// The same of either program.
    pub(crate) async fn by(seller: Seller, template: &Database, cores: Cores) -> Outcome<Self> {
        let (database, exchange) = (template.copy().await?, topics::create().await?);
        let settings = settings(&database, &exchange);
        let server = match seller {
            Seller::Matchday => {
                let server = Server::with(cores, &settings)?;
                server.wait_for("/readyz")?;
                server
            }
            // It says where it listens once it is ready.
            Seller::Node => Server::rival(&Rival::NodeSite(settings), cores)?,
        };
        Ok(Self { server, exchange, database })
    }

    /// Waits until everything that was committed is published.
    pub(crate) async fn published(&self) -> Outcome {
        published(&self.database).await
    }

    /// Ends the program and audits what it left: the database, and what it has told in Kafka.
    pub(crate) async fn close(self, acknowledged: u64) -> Outcome {
        self.published().await?;
        let Self { server, exchange, database } = self;
        drop(server);
        audit_remains(&database, &exchange, acknowledged).await?;
        topics::delete(&exchange).await?;
        database.remove().await
    }

    /// The same where Kafka tells of other holds than the database: of other sites', or of none that were there before.
    pub(crate) async fn close_untold(self) -> Outcome {
        let Self { server, exchange, database } = self;
        drop(server);
        audit::check(&database, 0).await?;
        topics::delete(&exchange).await?;
        database.remove().await
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }
}

/// Fans who are signed in, each with a token.
#[derive(Clone)]
pub(crate) struct Fans(Arc<Vec<String>>);

impl Fans {
    /// Signs fans of `template` in, with sessions that they are given, for a hash of a password takes 20 ms of a core.
    pub(crate) async fn sign_in(template: &Database) -> Outcome<Self> {
        let site = Site::open(template, Settings::default()).await?;
        let (fan, refresh_token) = (site::fan_id_in_sql("n"), "'refresh-' || n");
        let sessions = format!(
            "INSERT INTO sessions (token_hash, family, user_id, expires_at) \
             SELECT encode(sha256(convert_to({refresh_token}, 'UTF8')), 'hex'), gen_random_uuid(), {fan}::uuid, \
             now() + interval '1 day' FROM generate_series(0, {SIGNED_IN} - 1) AS n"
        );
        site.app.db.execute_unprepared(&sessions).await?;
        let app = &site.app;
        let tokens: Vec<String> = stream::iter(0..SIGNED_IN)
            .map(|number| async move { accounts::refresh(app, &format!("refresh-{number}")).await })
            .buffered(AT_ONCE)
            .map_ok(|session| session.access_token)
            .try_collect()
            .await?;
        site.app.db.execute_unprepared("VACUUM ANALYZE").await?;
        site.close().await?;
        Ok(Self(Arc::new(tokens)))
    }

    /// The tokens of all of them.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.0.to_vec()
    }

    /// The token of a fan; each in turn.
    fn token(&self, number: u64) -> &str {
        &self.0[usize::try_from(number).unwrap_or_default() % self.0.len()]
    }

    /// Writes what a browser posts from the page of match 1 to hold one ticket.
    pub(crate) fn reserve_by_form(&self, number: u64, category: i32, text: &mut Vec<u8>) {
        let fields = format!("idempotencyKey={}&category={category}&quantity=1", Uuid::new_v4());
        text.extend_from_slice(&post_form("/en/matches/1", self.token(number), &fields));
    }

    /// Writes the mutation that the form comes to, as a client of the API sends it.
    pub(crate) fn reserve_as_form(&self, number: u64, category: i32, text: &mut Vec<u8>) {
        let key = Uuid::new_v4().to_string();
        let input = json!({ "matchNumber": 1, "category": category, "quantity": 1, "idempotencyKey": key });
        let body = json!({ "query": RESERVE_BY_FORM, "operationName": "Reserve", "variables": { "input": input } });
        text.extend_from_slice(&post(Some(self.token(number)), &body.to_string()));
    }

    /// Writes the request of a fan's browser for one ticket of match 1.
    pub(crate) fn reserve(&self, number: u64, category: i32, text: &mut Vec<u8>) {
        let input = json!({ "matchNumber": 1, "category": category, "quantity": 1 });
        let body = json!({ "query": RESERVE, "operationName": "Reserve", "variables": { "input": input } });
        text.extend_from_slice(&post(Some(self.token(number)), &body.to_string()));
    }
}

/// A hold as its fan reads it.
#[derive(Deserialize)]
pub(crate) struct Held {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    reserve: Reserve,
}

#[derive(Deserialize)]
struct Reserve {
    reservation: Reservation,
}

#[derive(Deserialize)]
struct Reservation {
    id: String,
    status: String,
    r#match: Match,
}

#[derive(Deserialize)]
struct Match {
    version: i32,
}

impl Held {
    /// # Errors
    /// The answer is not that of a hold.
    pub(crate) fn read(answer: &[u8]) -> Outcome<Self> {
        match serde_json::from_slice::<Self>(answer) {
            Ok(held) if held.data.reserve.reservation.status == "PENDING" => Ok(held),
            _ => Err(format!("no hold: {}", String::from_utf8_lossy(answer)).into()),
        }
    }

    /// The reservation, as Kafka's records name it.
    pub(crate) fn reservation(&self) -> Outcome<Uuid> {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

        let name = String::from_utf8(URL_SAFE_NO_PAD.decode(&self.data.reserve.reservation.id)?)?;
        Ok(name.strip_prefix("Reservation:").ok_or("not the id of a reservation")?.parse()?)
    }

    /// A version of the match that has this hold.
    pub(crate) fn version(&self) -> i32 {
        self.data.reserve.reservation.r#match.version
    }
}
