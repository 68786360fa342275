//! Buckets on a real Redis: two instances, many clients, and a Redis that goes away.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use limits::{Charge, Decider, Limiter, Policy, Settings, Taking, give_back, settle, take};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use testkit::{wait::until, way::Way};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

const CLIENTS: usize = 64;
const TIMEOUT: Duration = Duration::from_millis(50);
/// Long enough for a busy machine, which is no Redis that is away.
const PATIENCE: Duration = Duration::from_secs(20);

fn redis_url() -> String {
    std::env::var("REDIS_URL").expect(
        "REDIS_URL is not set, and this test needs a real Redis: run scripts/test, or first `scripts/services up` \
         and `eval \"$(scripts/services env)\"`",
    )
}

fn site() -> String {
    format!("test-{}", uuid::Uuid::new_v4().simple())
}

fn limiter(url: &str, site: &str) -> Arc<Limiter> {
    waiting(url, site, TIMEOUT)
}

fn waiting(url: &str, site: &str, timeout: Duration) -> Arc<Limiter> {
    let options = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(Duration::from_secs(1)))
        .set_response_timeout(Some(Duration::from_secs(10)))
        .set_number_of_retries(1);
    let client = redis::Client::open(url).expect("it is an address");
    let connection = ConnectionManager::new_lazy_with_config(client, options).expect("the options are right");
    let settings = Settings { site: site.to_owned(), timeout, share_percent: 50, buckets_max: 1_000 };
    Arc::new(Limiter::shared(connection, &settings))
}

fn charge(name: &'static str, policy: Policy, cost: u64) -> Charge {
    Charge { name, key: name.into(), policy, cost, taking: Taking::Estimated }
}

fn policy(capacity: u64, refill_a_second: u64) -> Policy {
    Policy::new(capacity, refill_a_second, Duration::from_secs(1)).expect("it is a policy")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_under_many_clients_never_grant_more_than_the_policy() {
    let (site, stop) = (site(), CancellationToken::new());
    let patient = || waiting(&redis_url(), &site, PATIENCE);
    let instances = [patient(), patient()];
    let mut running = JoinSet::new();
    for instance in instances.clone() {
        let stop = stop.clone();
        running.spawn(async move { instance.run(stop).await });
    }
    let (wide, narrow) = (policy(4_000, 2_000), policy(100_000, 1));
    let used = Arc::new(AtomicU64::new(0));
    // One call first, so that no client meets a Redis that does not know the script yet, nor counts its connection.
    for instance in &instances {
        while take(instance, vec![charge("warm", wide, 0)]).await.map(|grant| grant.decider) != Ok(Decider::Shared) {}
    }

    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let (limiter, used) = (Arc::clone(&instances[number % 2]), Arc::clone(&used));
        clients.spawn(async move {
            let enough = || used.load(Ordering::SeqCst) >= 4_000 || begun.elapsed() > Duration::from_secs(30);
            while begun.elapsed() < Duration::from_millis(1_500) || !enough() {
                let charges = vec![charge("user", wide, 10), charge("address", narrow, 10)];
                let Ok(mut grant) = take(&limiter, charges).await else { continue };
                assert_eq!(grant.decider, Decider::Shared, "Redis was too slow for this machine");
                // Half of it is not needed.
                used.fetch_add(5, Ordering::SeqCst);
                settle(&limiter, &mut grant, |_| 5);
            }
        });
    }
    clients.join_all().await;
    let most = 4_000 + 2_000 * u64::try_from(begun.elapsed().as_millis()).expect("it was short") / 1_000 + 10;
    stop.cancel();
    running.join_all().await;

    let used = used.load(Ordering::SeqCst);
    assert!(used <= most, "{used} of {most}");
    assert!(used >= 4_000, "what is not used can be used by others: {used} of {most}");
}

#[tokio::test]
async fn unused_tokens_reach_the_other_instance_too() {
    let (site, stop) = (site(), CancellationToken::new());
    let (one, other) = (waiting(&redis_url(), &site, PATIENCE), waiting(&redis_url(), &site, PATIENCE));
    let policy = Policy::new(100, 1, Duration::from_secs(3_600)).expect("it is a policy");

    let mut grant = take(&one, vec![charge("user", policy, 100)]).await.expect("it is full");
    let refused = take(&other, vec![charge("user", policy, 1)]).await.expect_err("all of it is taken");
    assert_eq!((refused.tightest.name, refused.tightest.remaining), ("user", 0));
    assert!(refused.retry_after.is_some_and(|wait| wait > Duration::from_secs(30)), "{refused:?}");
    settle(&one, &mut grant, |_| 40);
    stop.cancel();
    one.run(stop).await;

    let grant = take(&other, vec![charge("user", policy, 50)]).await.expect("60 came back");
    assert!((9..=10).contains(&grant.tightest().remaining), "{:?}", grant.tightest());
}

#[tokio::test]
async fn what_one_instance_counts_and_gives_back_the_other_sees() {
    let (site, stop) = (site(), CancellationToken::new());
    let (one, other) = (waiting(&redis_url(), &site, PATIENCE), waiting(&redis_url(), &site, PATIENCE));
    let day = Policy::new(1_000_000, 1, Duration::from_secs(86_400)).expect("it is a policy");
    let counted = |cost| Charge { taking: Taking::Counted, ..charge("holds", day, cost) };
    let counts = async |limiter: &Limiter| {
        let grant = take(limiter, vec![charge("user", day, 0), counted(0)]).await.expect("nothing is taken");
        grant.counts().next().expect("it is counted").total
    };

    let mut grant = take(&one, vec![charge("user", day, 0), counted(5)]).await.expect("a count refuses nobody");
    assert_eq!(counts(&other).await, 5);
    settle(&one, &mut grant, |charge| if charge.name == "holds" { 4 } else { 0 });
    give_back(&one, &counted(3));
    stop.cancel();
    one.run(stop).await;

    assert_eq!(counts(&other).await, 1);
}

#[tokio::test]
async fn a_redis_that_hangs_is_waited_for_once_and_the_share_is_granted_meanwhile() {
    const CALLS: u32 = 1_000;
    let (_silent, url) = silent().await;
    let limiter = limiter(&url, &site());
    let policy = Policy::new(100, 1, Duration::from_secs(3_600)).expect("it is a policy");

    let begun = Instant::now();
    let mut granted = 0;
    for _ in 0..CALLS {
        granted += u64::from(take(&limiter, vec![charge("user", policy, 1)]).await.is_ok());
    }

    assert!(begun.elapsed() < TIMEOUT * CALLS / 2, "{:?}", begun.elapsed());
    assert_eq!(granted, 50, "half of the policy is this instance's");
    assert_eq!(limiter.falls_back_to(), Some(50));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_cut_off_under_load_and_comes_back_is_used_again() {
    let way = Way::to(&redis_url()).await;
    let (limiter, stop) = (limiter(&way.url, &site()), CancellationToken::new());
    let policy = policy(1_000_000, 1_000_000);
    let mut tasks = JoinSet::new();
    let (running, ended) = (Arc::clone(&limiter), stop.clone());
    tasks.spawn(async move { running.run(ended).await });
    let slowest = Arc::new(AtomicU64::new(0));
    for _ in 0..CLIENTS {
        let (limiter, stop, slowest) = (Arc::clone(&limiter), stop.clone(), Arc::clone(&slowest));
        tasks.spawn(async move {
            while !stop.is_cancelled() {
                let begun = Instant::now();
                take(&limiter, vec![charge("user", policy, 1)]).await.expect("there is enough for all, at any share");
                let took = u64::try_from(begun.elapsed().as_millis()).expect("it was short");
                slowest.fetch_max(took, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
    }

    for _ in 0..2 {
        until("Redis answers again", || limiter.falls_back_to().is_none()).await;
        way.cut();
        until("Redis is missed", || limiter.falls_back_to() == Some(50)).await;
        way.mend();
        until("Redis answers again", || limiter.falls_back_to().is_none()).await;
    }

    stop.cancel();
    tasks.join_all().await;
    let slowest = Duration::from_millis(slowest.load(Ordering::SeqCst));
    assert!(slowest < PATIENCE / 4, "somebody waited {slowest:?} for an absent Redis");
}

/// A Redis that takes connections and never says anything.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, format!("redis://{address}"))
}
