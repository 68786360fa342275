//! Rolls: instances behind a balancer are stopped and started one after the other, to the next version and back, and
//! neither visitors nor followers notice. `bench roll` does the same at full size.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use domain::{audit, matches};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use testkit::{
    ports::free_ports,
    rolling::{
        balancer::{Backend, Balancer, LAG},
        followers::Followers,
        truth::{State, Truth},
        visitors::Visitors,
    },
    wait::{PATIENCE, eventually},
};
use tests::{World, client::Client, program::Program};
use tokio::time::Instant;
use uuid::Uuid;

use super::crashes::{binary, on_sale};

const INSTANCES: u16 = 2;
const MATCHES: u32 = 4;
const TICKETS: i32 = 1_000_000;
const FANS: usize = 4;
const FOLLOWERS: usize = 100;
/// Requests a second.
const RATE: u32 = 50;

/// Longer than the balancer is late, on a busy machine too.
const DELAY: Duration = Duration::from_secs(6);

/// Within which followers are told the truth: `bench roll` wants five seconds, beside which other tests leave too little.
const SOON: Duration = Duration::from_secs(20);

/// Instances of one site behind a balancer, under load.
struct Rolled {
    world: World,
    db: DatabaseConnection,
    backends: Vec<Backend>,
    programs: Vec<Program>,
    balancer: Balancer,
    followers: Followers,
    visitors: Visitors,
}

impl Rolled {
    async fn start(delay: Duration) -> Self {
        let world = World::services()
            .await
            .with("MATCHDAY_SHUTDOWN_DELAY_SECONDS", &delay.as_secs().to_string())
            .with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.1/32")
            .with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
        let first = free_ports(2 * INSTANCES);
        let at = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let backends: Vec<Backend> = (0..INSTANCES)
            .map(|number| Backend { visitors: at(first + 2 * number), admin: at(first + 2 * number + 1) })
            .collect();
        let mut programs = Vec::new();
        for backend in &backends {
            programs.push(instance(&world, backend).await);
        }
        for number in 1..=MATCHES {
            world.broker().give(i32::try_from(number).expect("there are few"), TICKETS).await;
        }
        for program in &programs {
            on_sale(program, i32::try_from(MATCHES).expect("there are few")).await;
        }
        let mut fans = Vec::new();
        for _ in 0..FANS {
            fans.push(programs[0].visitor().sign_up("ana").await.token().expect("a fan has a token").to_owned());
        }
        let balancer = Balancer::start(&backends).await.expect("HAProxy starts");
        let followers = Followers::come(balancer.address, FOLLOWERS, MATCHES.into()).await;
        let visitors = Visitors::come(balancer.address, fans, MATCHES, RATE).await;
        Self {
            db: world.connect().await,
            world,
            backends,
            programs,
            followers: followers.expect("followers are told what is there"),
            visitors: visitors.expect("the balancer listens"),
            balancer,
        }
    }

    /// Stops an instance as an orchestrator does; waits until the balancer has turned away from it, too.
    async fn stop(&mut self, number: usize) {
        let stopped = self.programs.remove(number);
        let (turned, ()) = tokio::join!(self.balancer.turns_from(number, PATIENCE), stopped.stop());
        let turned = turned.expect("the balancer notices");
        assert!(turned >= LAG, "the balancer noticed after {turned:?}, so that nothing is shown");
    }

    /// Starts it again, as whatever version the tables are of.
    async fn begin(&mut self, number: usize) {
        self.programs.insert(number, instance(&self.world, &self.backends[number]).await);
    }

    async fn roll(&mut self) {
        for number in 0..self.backends.len() {
            self.stop(number).await;
            let asked = Instant::now();
            let truth = self.truth().await;
            self.begin(number).await;
            let told = self.followers.reach(&truth, asked, asked.elapsed() + SOON).await;
            assert_eq!(told.missing, 0, "followers who were not told the truth: {:?}", self.followers.notes());
        }
    }

    async fn truth(&self) -> Truth {
        let states = matches::snapshot(&self.db).await.expect("matches can be read").into_iter().map(|state| {
            let counts =
                state.categories.iter().map(|category| (i64::from(category.available), i64::from(category.pending)));
            (i64::from(state.match_number), State { version: i64::from(state.version), counts: counts.collect() })
        });
        states.collect()
    }
}

/// Starts an instance at its addresses, and waits until it is ready.
async fn instance(world: &World, at: &Backend) -> Program {
    let folder = world.folder().join(Uuid::new_v4().to_string()).display().to_string();
    let own = [
        ("MATCHDAY_BIND", at.visitors.to_string()),
        ("MATCHDAY_ADMIN_BIND", at.admin.to_string()),
        ("MATCHDAY_DATA_DIR", folder),
    ];
    let program = Program::start_as(binary(), world, &own).await;
    let operator = Client::new(at.admin);
    eventually(PATIENCE, "the instance is ready", || async { operator.get("/readyz").await.0 == 200 }).await;
    program
}

/// As a newer program's step that leaves an older one what it needs: a column more in every table, under the load.
async fn expand(db: &DatabaseConnection) {
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'";
    let tables = db.query_all_raw(Statement::from_string(DbBackend::Postgres, tables)).await;
    for row in tables.expect("tables can be listed") {
        let table: String = row.try_get_by_index(0).expect("a table has a name");
        let more = format!("ALTER TABLE {table} ADD COLUMN of_the_next_version text");
        db.execute_unprepared(&more).await.expect("a table can be given a column");
    }
    let step = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_next_version', 0)";
    db.execute_unprepared(step).await.expect("a step can be entered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_roll_to_the_next_version_and_back_fails_no_request_and_ends_no_subscription() {
    let mut site = Rolled::start(DELAY).await;

    expand(&site.db).await;
    site.roll().await;
    site.roll().await;

    site.visitors.leave().await;
    let visits = site.visitors.visits();
    assert_eq!(
        (visits.failures, visits.unsent),
        (Vec::new(), 0),
        "{} of {} requests failed",
        visits.failed,
        visits.answered + visits.failed
    );
    assert!(visits.holds > 0 && visits.cancelled > 0, "matches changed meanwhile");
    let truth = site.truth().await;
    let told = site.followers.reach(&truth, Instant::now(), SOON).await;
    assert_eq!(told.missing, 0, "{:?}", site.followers.notes());
    assert_eq!(site.followers.wrong(&truth), [""; 0]);
    let notes = site.followers.notes();
    assert_eq!((notes.ended, notes.refused), (Vec::new(), Vec::new()));
    assert!(notes.away.len() >= FOLLOWERS, "every follower had to move: {:?}", notes.gone);
    assert_eq!(audit::violations(&site.db).await.expect("the database can be audited"), [""; 0]);
    join_all(site.programs.into_iter().map(Program::stop)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_that_balancers_are_given_no_time_to_see_is_noticed() {
    let mut site = Rolled::start(Duration::ZERO).await;

    site.stop(1).await;

    site.visitors.leave().await;
    let visits = site.visitors.visits();
    assert!(visits.failed > 0, "of {} requests each was answered, so that no roll shows anything", visits.answered);
    join_all(site.programs.into_iter().map(Program::stop)).await;
}
