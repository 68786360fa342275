//! Restarts: Postgres ends what stands on it, and an instance comes back under its name.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use testkit::wait::{PATIENCE, eventually};
use tests::{World, program::Program};

use super::crashes::{KILLS, TICKETS, binary, on_sale, sums};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_postgres_has_ended_every_connection_the_next_holds_are_placed_all_the_same() {
    let world = World::services().await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let site = world.start().await;
    site.on_sale(1, TICKETS).await;
    let fan = site.fan("ana").await;
    let db = world.connect().await;
    for _ in 0..3 {
        // All connections of the pool are in use, and so taken for alive a moment later.
        let reads =
            join_all((0..32).map(|_| fan.ask("{ myReservations { edges { cursor } } }", serde_json::Value::Null)));
        assert!(reads.await.iter().all(tests::client::Answer::is_ok));
        db.execute_unprepared(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name LIKE 'matchday %'",
        )
        .await
        .expect("connections can be ended");

        for _ in 0..8 {
            fan.holds(1, 1, 1).await;
        }
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_a_row_an_instance_that_keeps_its_name_has_its_partitions_back_at_once() {
    let world = World::services().await.with("MATCHDAY_KAFKA_INSTANCE_ID", "matchday-0");
    let broker = world.broker();
    let mut program = Program::start(binary(), &world).await;
    broker.give(1, TICKETS).await;
    on_sale(&program, 1).await;

    for _ in 0..KILLS {
        program.kill().await;
        program = Program::start(binary(), &world).await;
    }
    broker.say("there", "PENDING", 1, 1, 2).await;

    let db = world.connect().await;
    let members = AtomicUsize::new(0);
    eventually(PATIENCE, "what was said meanwhile is applied", || async {
        members.fetch_max(broker.members_of(&world.group()).await, Ordering::SeqCst);
        sums(&db).await == (2, 0)
    })
    .await;
    assert_eq!(members.into_inner(), 1, "Kafka keeps no member for the sessions of those that were killed");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_of_one_name_are_told_so_and_both_go_on_reading() {
    let world = World::services().await.with("MATCHDAY_KAFKA_INSTANCE_ID", "matchday-0");
    let first = world.start().await;
    first.on_sale(1, TICKETS).await;

    // It takes the place in the group of the one before it, which would else take it back, and so on.
    let second = world.start().await;

    eventually(PATIENCE, "the first says whose name it had", || async {
        let report = first.visitor().get("/readyz").await.1;
        report.contains("another instance has the name") && report.contains("MATCHDAY_KAFKA_INSTANCE_ID")
    })
    .await;
    let broker = world.broker();
    eventually(PATIENCE, "both are in the group", || async { broker.members_of(&world.group()).await == 2 }).await;
    broker.say("there", "PENDING", 1, 1, 2).await;
    for site in [&first, &second] {
        site.shows(1, 1, (TICKETS, 2)).await;
    }
    assert_eq!(first.visitor().get("/readyz").await.0, 200);
    first.finish().await;
    second.finish().await;
}
