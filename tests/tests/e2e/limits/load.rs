//! Limits under load: many clients at two instances on a real Redis, that is killed and comes back.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use testkit::{
    own_redis::OwnRedis,
    wait::{PATIENCE, eventually},
    way::Way,
};
use tests::{Site, World, client::Client, raw::post, socket::Said};
use tokio::task::JoinSet;

use super::{SIGN_OUT, query, strict};

/// Its price, which is owed also where nobody is signed in.
const SIGN_OUT_COSTS: u64 = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_under_many_clients_grant_what_one_bucket_holds() {
    const CLIENTS: u64 = 64;
    const GRANTED: u64 = 100;
    // A machine that is busy with its tests is no Redis that is away.
    let world = strict(World::services().await, GRANTED * SIGN_OUT_COSTS)
        .with("MATCHDAY_LIMITS_REDIS_TIMEOUT_MILLISECONDS", "10000");
    let (first, second) = tokio::join!(world.start(), world.start());
    let granted = Arc::new(AtomicU64::new(0));

    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let address = if number % 2 == 0 { first.address } else { second.address };
        let granted = Arc::clone(&granted);
        clients.spawn(async move {
            let begun = Instant::now();
            let mut refused = 0;
            // What others have reserved may come back, so the first refusal is not the last word.
            while refused < 3 && begun.elapsed() < PATIENCE {
                let won = ask(address, number).await;
                granted.fetch_add(won, Ordering::SeqCst);
                if won == 0 {
                    refused += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
    }
    clients.join_all().await;

    // A reservation may exceed what the price then is by a little, which keeps the very last one out.
    let granted = granted.load(Ordering::SeqCst);
    assert!((GRANTED - 2..=GRANTED).contains(&granted), "{granted}");
    assert!(!first.visitor().get("/readyz").await.1.contains("by itself"));
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_killed_and_started_again_under_load_costs_nobody_an_answer() {
    const CLIENTS: u64 = 16;
    const GRANTED: u64 = 60;
    const SHARE: u64 = GRANTED / 2;
    let mut redis = OwnRedis::start().await;
    let world = strict(World::services().await, GRANTED * SIGN_OUT_COSTS)
        .with("REDIS_URL", &redis.url())
        .with("MATCHDAY_LIMITS_FALLBACK_SHARE_PERCENT", "50")
        .with("MATCHDAY_LIMITS_REDIS_TIMEOUT_MILLISECONDS", "10000");
    let (first, second) = tokio::join!(world.start(), world.start());
    let load = Load::begin(&[first.address, second.address], CLIENTS);
    let is_by_itself = async |site: &Site| {
        site.visitor().get("/readyz").await.1.contains("applies 50 % of the configured limits by itself")
    };

    eventually(PATIENCE, "all is granted", || async { load.granted() >= GRANTED - 2 }).await;
    load.goes_on().await;
    assert!(load.granted() <= GRANTED, "{}", load.granted());

    redis.kill().await;
    eventually(PATIENCE, "both say that they limit by themselves", || async {
        is_by_itself(&first).await && is_by_itself(&second).await
    })
    .await;
    load.goes_on().await;
    let both = GRANTED + 2 * SHARE;
    assert!(load.granted() <= both, "{}", load.granted());

    let before = load.granted();
    redis.start_again().await;
    eventually(PATIENCE, "Redis is used again", || async {
        !is_by_itself(&first).await && !is_by_itself(&second).await
    })
    .await;
    // It has forgotten what it had granted, which is granted once more.
    eventually(PATIENCE, "all is granted", || async { load.granted() >= before + GRANTED - 2 }).await;
    load.goes_on().await;
    assert!(load.granted() <= both + GRANTED, "{}", load.granted());
    load.end().await;
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_cut_off_under_load_leaves_the_stated_share_and_is_used_again() {
    const CLIENTS: u64 = 8;
    const GRANTED: u64 = 100;
    const SHARE: u64 = GRANTED / 2;
    let world = World::services().await;
    let way = Way::to(&world.setting("REDIS_URL")).await;
    let world = strict(world, GRANTED * SIGN_OUT_COSTS)
        .with("REDIS_URL", &way.url)
        .with("MATCHDAY_LIMITS_FALLBACK_SHARE_PERCENT", "50")
        .with("MATCHDAY_LIMITS_REDIS_TIMEOUT_MILLISECONDS", "10000");
    let site = world.start().await;
    let (load, visitor) = (Load::begin(&[site.address], CLIENTS), site.visitor());

    // What a reservation exceeds the price by keeps the last ones out.
    eventually(PATIENCE, "all is granted", || async { load.granted() >= GRANTED - 2 }).await;
    load.goes_on().await;
    assert!(load.granted() <= GRANTED, "{}", load.granted());

    way.cut();
    eventually(PATIENCE, "readiness tells of it", || async {
        visitor.get("/readyz").await.1.contains("applies 50 % of the configured limits by itself")
    })
    .await;
    eventually(PATIENCE, "the share is granted", || async { load.granted() >= GRANTED + SHARE - 4 }).await;
    load.goes_on().await;
    assert!(load.granted() <= GRANTED + SHARE, "{}", load.granted());

    way.mend();
    eventually(PATIENCE, "Redis is used again", || async { !visitor.get("/readyz").await.1.contains("by itself") })
        .await;
    load.goes_on().await;
    assert!(load.granted() <= GRANTED + SHARE, "{}", load.granted());
    load.end().await;
    site.finish().await;
}

/// Clients who sign out again and again, in all ways, at all addresses.
struct Load {
    clients: JoinSet<()>,
    count: u64,
    granted: Arc<AtomicU64>,
    answered: Arc<AtomicU64>,
}

impl Load {
    fn begin(addresses: &[SocketAddr], count: u64) -> Self {
        let (granted, answered) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let mut clients = JoinSet::new();
        for (number, address) in (0..count).zip(addresses.iter().copied().cycle()) {
            let (granted, answered) = (Arc::clone(&granted), Arc::clone(&answered));
            clients.spawn(async move {
                loop {
                    granted.fetch_add(ask(address, number).await, Ordering::SeqCst);
                    answered.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            });
        }
        Self { clients, count, granted, answered }
    }

    fn granted(&self) -> u64 {
        self.granted.load(Ordering::SeqCst)
    }

    /// Waits until everybody was answered some times more.
    async fn goes_on(&self) {
        let before = self.answered.load(Ordering::SeqCst);
        eventually(PATIENCE, "everybody is still answered", || async {
            self.answered.load(Ordering::SeqCst) >= before + 4 * self.count
        })
        .await;
    }

    async fn end(mut self) {
        self.clients.shutdown().await;
    }
}

/// Signs out by one of four ways, and says how many sign-outs were granted.
async fn ask(address: SocketAddr, number: u64) -> u64 {
    let one = format!("mutation {{ {SIGN_OUT} }}");
    let count = |results: &[Value], each: u64| {
        let executed = results.iter().filter(|result| result["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED");
        u64::try_from(executed.count()).expect("it is small") * each
    };
    match number / 2 % 4 {
        0 => count(&[post(address, &[], &query(&one)).await.json()], 1),
        1 => {
            let two = format!("mutation {{ a: {SIGN_OUT} b: {SIGN_OUT} }}");
            count(&[post(address, &[], &query(&two)).await.json()], 2)
        }
        2 => {
            let batch = post(address, &[], &json!([query(&one), query(&one)])).await.json();
            count(batch.as_array().expect("a batch has an answer for each"), 1)
        }
        _ => {
            let mut socket = Client::new(address).socket().await;
            socket.subscribe(&one, json!({})).await;
            u64::from(socket.said().await == Said::Error("UNAUTHENTICATED".to_owned()))
        }
    }
}
