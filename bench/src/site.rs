//! A site in this process: an app over a database, its desk, fans and stock.

use std::{sync::Arc, time::Duration};

use book::{
    clock::{Clock, SystemClock},
    master_list::{MasterListCategory, MasterListMatch},
};
use domain::{
    App, Settings,
    accounts::{Keys, Viewer},
    gateway::Closed,
    inbox::{self, Incoming, Message, Position},
};
use entities::{category::Category, user::Role};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Backend, Outcome, database::Database};

/// Fans of a site: with the purchase cap of 6 they can hold 1,200,000 tickets of a match, more than a run places.
pub(crate) const FANS: u64 = 200_000;

/// Matches of the master list.
pub(crate) const MATCHES: i32 = 64;

/// Tickets of a category: more than any run holds, so that no hold is refused.
pub(crate) const PLENTY: i32 = 100_000_000;

/// Signs the tokens of fans.
pub(crate) const SECRET: &str = "a secret of the benchmarks, long enough for anybody";

/// Tokens live longer than a case.
const TOKEN_LIFETIME: Duration = Duration::from_secs(6 * 3_600);

const PASSWORD_HASH: &str = "nobody signs in with a password";

/// An app whose desk runs.
pub(crate) struct Site {
    pub(crate) app: Arc<App>,
    shutdown: CancellationToken,
    desk: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn open(database: &Database, settings: Settings) -> Outcome<Self> {
        // What is measured is how holds are decided: no rival mails anybody.
        let settings = Settings { mails_of_holds: false, ..settings };
        let mut keys = Keys::new(SECRET.as_bytes(), settings.site.clone());
        keys.access_lifetime = TOKEN_LIFETIME;
        let pool = database.pool().await?;
        let (app, desk) = App::new(pool, Arc::new(SystemClock), settings, keys, Arc::new(Closed));
        app.view.sweep(&app.db).await?;
        let shutdown = CancellationToken::new();
        let desk = tokio::spawn(desk.run(shutdown.clone()));
        Ok(Self { app, shutdown, desk })
    }

    /// Answers what was asked, and closes the connections.
    pub(crate) async fn close(self) -> Outcome {
        self.shutdown.cancel();
        self.desk.await?;
        self.app.db.clone().close().await?;
        Ok(())
    }
}

/// A database with the stock of all matches and with fans, to be copied for each run.
pub(crate) async fn template(backend: Backend) -> Outcome<Database> {
    let database = Database::create(backend).await?;
    let site = Site::open(&database, Settings::default()).await?;
    give(&site.app, PLENTY).await?;
    enter_fans(&site.app.db, FANS).await?;
    // The events of the stock would only be in the way of the run's own.
    site.app.db.execute_unprepared("DELETE FROM outbox").await?;
    if backend == Backend::Sqlite {
        site.app.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    } else {
        site.app.db.execute_unprepared("VACUUM ANALYZE").await?;
    }
    site.close().await?;
    Ok(database)
}

/// Puts all matches on sale.
pub(crate) async fn give(app: &App, tickets: i32) -> Outcome {
    let given: Vec<MasterListMatch> = (1..=MATCHES).map(|number| given(number, tickets)).collect();
    let record = Incoming {
        at: Position { topic: "masterlist".to_owned(), partition: 0, offset: 0 },
        message: Message::MasterList(given),
    };
    inbox::apply(app, "bench", &[record]).await?;
    Ok(())
}

pub(crate) fn given(match_number: i32, tickets: i32) -> MasterListMatch {
    let price = |category: Category| match category {
        Category::One => 7_500,
        Category::Two => 12_500,
        Category::Three => 19_500,
    };
    MasterListMatch {
        match_number,
        round_number: 1,
        date_utc: SystemClock.now() + Duration::from_secs(86_400),
        location: "Al Bayt Stadium".to_owned(),
        home_team: "Qatar".to_owned(),
        away_team: "Ecuador".to_owned(),
        group: Some("A".to_owned()),
        categories: Category::ALL
            .into_iter()
            .map(|category| MasterListCategory {
                category,
                available: tickets,
                pending: 0,
                price_minor: price(category),
            })
            .collect(),
    }
}

/// Enters `count` fans whose ids are known.
pub(crate) async fn enter_fans(db: &DatabaseConnection, count: u64) -> Outcome {
    let (numbers, id) = match db.get_database_backend() {
        DbBackend::Sqlite => (
            format!("WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {count})"),
            "unhex('0000000000007000800000' || printf('%010x', n))".to_owned(),
        ),
        _ => (
            format!("WITH n AS (SELECT generate_series(0, {} - 1) AS n)", count),
            format!("{}::uuid", fan_id_in_sql("n")),
        ),
    };
    let now = SystemClock.now().to_rfc3339();
    db.execute_unprepared(&format!(
        "INSERT INTO users (id, email, email_key, password_hash, role, created_at) {numbers} \
         SELECT {id}, 'fan' || n || '@example.com', 'fan' || n || '@example.com', '{PASSWORD_HASH}', 'CUSTOMER', '{now}' FROM n"
    ))
    .await?;
    Ok(())
}

/// How Postgres spells the id of the fan whose number is `number`.
pub(crate) fn fan_id_in_sql(number: &str) -> String {
    format!("('00000000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))")
}

/// The fan of a number.
pub(crate) fn fan_id(number: u64) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | u128::from(number % FANS))
}

/// A fan who is signed in.
pub(crate) fn viewer(number: u64) -> Viewer {
    Viewer {
        user_id: fan_id(number),
        role: Role::Customer,
        session: None,
        expires_at: SystemClock.now() + Duration::from_secs(3_600),
        proved_at: None,
    }
}
