//! The lake of a program whose broker is embedded: that broker forgets, and the database does not.

use std::time::Duration;

use ::analytics::lake::Table;
use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{World, program::Program};

use super::{agrees, command, fans, lake, live, rows, truth, with_lake};
use crate::e2e::crashes::binary;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_default_start_keeps_a_lake_that_equals_the_database_over_restarts() {
    let world = with_lake(World::embedded());
    let lake = lake(&world).await;
    for round in 0..3 {
        let site = world.start().await;
        if round == 0 {
            site.on_sale(1, 1_000).await;
        }
        let fans = fans(&site).await;
        live(&fans, 40).await;
        if round == 2 {
            // What is still held runs out.
            site.move_clock(Duration::from_secs(3_600));
            eventually(PATIENCE, "holds run out", || async {
                truth(&site.app).await.values().all(|state| state.7 != "PENDING")
            })
            .await;
        }
        // The last round waits for the broker's part; those before leave what they can to the next start.
        if round == 2 {
            agrees(&lake, &site.app).await;
        }
        site.stop().await;
    }
    let (succeeded, said) = command(&world, &["lake", "status"]).await;
    assert!(succeeded && said.contains("bookings") && said.contains("0 erasures"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_program_had_not_written_is_in_the_lake_after_its_next_start() {
    let world = with_lake(World::embedded())
        .with("MATCHDAY_LAKE_FLUSH_SECONDS", "3600")
        .with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true");
    let lake = lake(&world).await;
    let program = Program::start(binary(), &world).await;
    let visitor = program.visitor();
    eventually(PATIENCE, "the program is ready", || async { visitor.get("/readyz").await.0 == 200 }).await;
    let fans = [visitor.sign_up("ana").await, visitor.sign_up("ben").await];
    live(&fans, 20).await;
    program.kill().await;
    assert_eq!(rows(&lake, Table::Bookings).await, 0, "they were in its memory");

    let site = world.start().await;

    agrees(&lake, &site.app).await;
    assert!(rows(&lake, Table::Bookings).await > 0 && rows(&lake, Table::Matches).await >= 64);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lake_that_cannot_be_written_makes_no_shop_less_ready() {
    let world = World::embedded();
    let blocked = world.folder().join("blocked");
    std::fs::write(&blocked, "a file, and no folder").expect("the folder is ours");
    let world = world.with("MATCHDAY_LAKE_URL", &blocked.join("lake").display().to_string());

    let site = world.start().await;
    site.on_sale(1, 20).await;
    site.fan("ana").await.holds(1, 1, 1).await;

    let (status, text) = site.visitor().get("/readyz").await;
    let report: serde_json::Value = serde_json::from_str(&text).expect("readiness is JSON");
    let parts = report["parts"].as_array().expect("there are parts");
    let part = parts.iter().find(|part| part["name"] == "lake").expect("the lake is named");
    assert_eq!((status, &part["ready"], &part["needed"]), (200, &json!(false), &json!(false)), "{part}");
    site.finish().await;
}
