//! Rolls: instances behind a balancer are stopped and started one after the other while visitors ask and followers look
//! on; some rolls go to the next version of the program and back.
//!
//! There is no rival: nothing may fail. What is compared is what followers were told with what the database says, at the
//! end of every instance and of every roll, and in the end, when nothing changes any more, to the last count.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use domain::matches;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use testkit::rolling::{
    balancer::{Balancer, LAG},
    followers::Followers,
    truth::{State, Truth},
    visitors::Visitors,
};
use tokio::time::{Instant, sleep};

use self::report::{Row, Stops};
use crate::{
    Backend, Outcome,
    database::{self, Database},
    edge::{
        self, children,
        fleet::Fleet,
        sale::{self, Fans},
    },
    site, topics,
};

mod report;

/// `shutdown_delay_seconds`, longer than the balancer is late.
const DELAY: Duration = Duration::from_secs(5);

/// How long is waited for who is late, so that it is known how late.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long visitors and followers are let alone before the first roll, to see what is usual.
const CALM: Duration = Duration::from_secs(10);

/// One visitor's address holds all that is held, and every fan holds much.
const FORGIVEN: &str = "unpaidHoldsOfUser=1000000000,unpaidHoldsOfAddress=1000000000,accountsOfAddress=1000000000,\
                        matchTicketsOfAddress=1000000000";

/// What is rolled, and under which load.
#[derive(clap::Args, Clone)]
pub(crate) struct Setting {
    /// Rolls of one version, before those to the next version and back.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rolls: u32,
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(2..=10))]
    instances: u16,
    /// Requests a second.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    rate: u32,
    /// Clients who each follow one match, every tenth by an event stream and the others by a socket.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    subscribers: u32,
    /// The program; the one beside this is built unless told.
    #[arg(long)]
    program: Option<PathBuf>,
    /// A release of the program that has more migrations, to roll to and back from. Unless told it is the program itself,
    /// and a migration is made for it: a column more in every table, and a step that the program does not know.
    #[arg(long)]
    other: Option<PathBuf>,
    /// Seconds of `shutdown_delay_seconds`; where they are fewer than the balancer is late, requests fail.
    #[arg(long, default_value_t = DELAY.as_secs(), value_parser = clap::value_parser!(u64).range(0..=60))]
    delay: u64,
}

/// A site that is rolled, and who notices.
struct Watch {
    fleet: Fleet,
    balancer: Balancer,
    followers: Followers,
    visitors: Visitors,
    db: DatabaseConnection,
}

pub(crate) async fn roll(setting: Setting) -> Outcome {
    // Of the balancer, which inherits it: two of each follower, and those of visitors.
    edge::allow_sockets(2 * usize::try_from(setting.subscribers)? + 1_000)?;
    children::ensure_command("haproxy", "haproxy")?;
    let program = match &setting.program {
        Some(program) => program.canonicalize()?,
        None => {
            children::build()?;
            children::program()?
        }
    };
    let template = site::template(Backend::Postgres).await?;
    let fans = Fans::sign_in(&template).await?;
    let (database, exchange) = (template.copy().await?, topics::create().await?);
    template.remove().await?;

    let rows = rolls(&setting, &program, &database, &exchange, &fans).await;
    // What went wrong is said before what could not be removed because of it.
    let removed = [topics::delete(&exchange).await, database.remove().await];
    report::conclude(&rows?)?;
    removed.into_iter().collect()
}

async fn rolls(
    setting: &Setting,
    program: &Path,
    database: &Database,
    exchange: &kafka::Config,
    fans: &Fans,
) -> Outcome<Vec<Row>> {
    let mut watch = Watch::begin(setting, program, sale::settings(database, exchange), database, fans).await?;
    let mut rows = vec![watch.calm().await];
    for number in 1..=setting.rolls {
        rows.push(watch.roll(number.to_string(), program, Migration::None).await?);
    }
    let (next, migration) = match &setting.other {
        Some(other) => (other.canonicalize()?, Migration::None),
        None => (program.to_owned(), Migration::Made),
    };
    rows.push(watch.roll("N → N+1".to_owned(), &next, migration).await?);
    rows.push(watch.roll("N+1 → N".to_owned(), program, Migration::None).await?);
    rows.push(watch.rest().await?);
    sale::published(database).await?;
    drop(watch.fleet);
    watch.db.close().await?;

    let holds: usize = rows.iter().map(|row| row.visits.holds).sum();
    sale::audit_remains(database, exchange, u64::try_from(holds)?).await?;
    Ok(rows)
}

/// What the next version finds missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Migration {
    /// Nothing that is made here.
    None,
    /// What `expand` makes.
    Made,
}

impl Watch {
    async fn begin(
        setting: &Setting,
        program: &Path,
        mut settings: Vec<(&'static str, String)>,
        database: &Database,
        fans: &Fans,
    ) -> Outcome<Self> {
        settings.extend([
            ("REDIS_URL", redis()?),
            ("MATCHDAY_SHUTDOWN_DELAY_SECONDS", setting.delay.to_string()),
            ("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
            ("MATCHDAY_BOTS_FREE", FORGIVEN.to_owned()),
        ]);
        let fleet = Fleet::start(program, setting.instances, settings).await?;
        let balancer = Balancer::start(&fleet.backends()).await?;
        println!(
            "\n{} instances behind {}, which notices an end {LAG:?} late; shutdown_delay_seconds = {}; {} requests/s, \
             {} followers",
            setting.instances,
            balancer.version().await?,
            setting.delay,
            setting.rate,
            setting.subscribers
        );
        let (count, matches) = (usize::try_from(setting.subscribers)?, u32::try_from(site::MATCHES)?);
        let followers = Followers::come(balancer.address, count, i64::from(matches)).await?;
        let visitors = Visitors::come(balancer.address, fans.tokens(), matches, setting.rate).await?;
        let db = database::connect(&database.url, 2).await?;
        Ok(Self { fleet, balancer, followers, visitors, db })
    }

    /// What is usual, while nothing is rolled.
    async fn calm(&self) -> Row {
        let begun = Instant::now();
        sleep(CALM).await;
        Row { took: begun.elapsed(), ..self.row("before".to_owned()) }
    }

    /// Ends each instance and starts it again by `program`, one after the other.
    async fn roll(&mut self, name: String, program: &Path, migration: Migration) -> Outcome<Row> {
        let begun = Instant::now();
        let mut stops = Stops::default();
        for number in 0..self.fleet.len() {
            let turning = self.balancer.turns_from(number, PATIENCE);
            let (turned, ended) = tokio::join!(turning, self.fleet.end(number));
            stops.drained.push(ended?);
            stops.turned.push(turned?);
            if number == 0 && migration == Migration::Made {
                expand(&self.db).await?;
            }
            let (asked, truth) = (Instant::now(), truth(&self.db).await?);
            let told = self.followers.reach(&truth, asked, PATIENCE);
            let (told, started) = tokio::join!(told, self.fleet.begin(number, program));
            stops.started.push(started?);
            stops.told(told);
        }
        let (asked, truth) = (Instant::now(), truth(&self.db).await?);
        stops.told(self.followers.reach(&truth, asked, PATIENCE).await);
        let row = Row { stops, took: begun.elapsed(), ..self.row(name) };
        println!("{row}");
        Ok(row)
    }

    /// Lets visitors leave, and waits until followers show exactly what is true then.
    async fn rest(&mut self) -> Outcome<Row> {
        let begun = Instant::now();
        self.visitors.leave().await;
        let mut row = self.row("after".to_owned());
        let (asked, truth) = (Instant::now(), truth(&self.db).await?);
        row.stops.told(self.followers.reach(&truth, asked, PATIENCE).await);
        let wrong = self.followers.wrong(&truth);
        if let Some(first) = wrong.first() {
            return Err(format!("{} followers show what is not true, such as: {first}", wrong.len()).into());
        }
        row.took = begun.elapsed();
        Ok(row)
    }

    fn row(&self, name: String) -> Row {
        let (visits, notes) = (self.visitors.visits(), self.followers.notes());
        Row { name, visits, notes, stops: Stops::default(), took: Duration::ZERO }
    }
}

/// What an expand migration does: every table gets a column that may be empty, under the load, and the list of steps one
/// that this program does not know.
async fn expand(db: &DatabaseConnection) -> Outcome {
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'";
    for row in db.query_all_raw(Statement::from_string(DbBackend::Postgres, tables)).await? {
        let table: String = row.try_get_by_index(0)?;
        db.execute_unprepared(&format!("ALTER TABLE {table} ADD COLUMN of_the_next_version text")).await?;
    }
    let step = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_next_version', 0)";
    db.execute_unprepared(step).await?;
    Ok(())
}

/// What the database says of every match.
async fn truth(db: &DatabaseConnection) -> Outcome<Truth> {
    let states = matches::snapshot(db).await?.into_iter().map(|state| {
        let counts =
            state.categories.iter().map(|category| (i64::from(category.available), i64::from(category.pending)));
        let (version, counts) = (i64::from(state.version), counts.collect());
        (i64::from(state.match_number), State { version, counts })
    });
    Ok(states.collect())
}

fn redis() -> Outcome<String> {
    std::env::var("REDIS_URL")
        .map_err(|_| "REDIS_URL is not set: run `scripts/services up` and `eval \"$(scripts/services env)\"`".into())
}
