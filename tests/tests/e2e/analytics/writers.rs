//! `matchday analytics`: killed, doubled, cut off from Kafka, and each booking is in the lake once.

use ::analytics::lake::{Lake, Table};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, own_broker::OwnBroker};

use super::{Writer, agrees, bookings_published, command, fans, lake, live, rows, sales, sent, truth, view, with_lake};

/// What the topic has is in the lake: each version, and in the files once.
async fn has_each_version_once(world: &World, site: &Site) {
    let (lake, sent) = (lake(world).await, sent(site).await);
    let states: Vec<_> = sent.into_values().collect();
    assert_eq!(lake.complete(&states).await.expect("it can be compared"), 0, "versions are missing");
    assert_eq!(rows(&lake, Table::Bookings).await, states.len() as u64, "rows are in the files more than once");
}

/// The lake agrees with the database, also once the last booking has been published, and has each version once.
async fn has_all(world: &World, site: &Site, lake: &Lake) {
    agrees(lake, &site.app).await;
    bookings_published(&site.app).await;
    agrees(lake, &site.app).await;
    has_each_version_once(world, site).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_booking_is_in_the_lake_once_however_often_its_writer_is_killed() {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    let (fans, lake) = (fans(&site).await, lake(&world).await);

    // Killed with all that it has read in its memory.
    let writer = Writer::start_with(&world, &[("MATCHDAY_LAKE_FLUSH_SECONDS", "3600")]).await;
    live(&fans, 30).await;
    bookings_published(&site.app).await;
    eventually(PATIENCE, "it has read", || async {
        writer.part("lake").await["detail"].as_str().is_some_and(|detail| detail.starts_with("0 records behind"))
    })
    .await;
    writer.kill().await;
    assert_eq!(rows(&lake, Table::Bookings).await, 0);

    // Killed as soon as a file is there.
    for _ in 0..2 {
        let before = rows(&lake, Table::Bookings).await;
        let writer = Writer::launch(&world, &[]);
        live(&fans, 10).await;
        eventually(3 * PATIENCE, "a file is written", || async { rows(&lake, Table::Bookings).await > before }).await;
        writer.kill().await;
    }
    let writer = Writer::launch(&world, &[]);
    has_all(&world, &site, &lake).await;
    writer.stop().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_share_the_partitions_and_one_takes_over_from_the_other() {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    let (fans, lake) = (fans(&site).await, lake(&world).await);

    let first = Writer::start(&world).await;
    live(&fans, 20).await;
    let second = Writer::start(&world).await;
    live(&fans, 20).await;
    first.kill().await;
    live(&fans, 20).await;
    let third = Writer::start(&world).await;
    live(&fans, 20).await;
    second.stop().await;

    has_all(&world, &site, &lake).await;
    third.stop().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_booked_while_kafka_was_away_is_in_the_lake_once_it_is_back() {
    let broker = OwnBroker::start().await;
    let world = with_lake(World::on_brokers(&broker.brokers()).await);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    let (fans, lake) = (fans(&site).await, lake(&world).await);
    let writer = Writer::start(&world).await;
    live(&fans, 20).await;

    broker.run("stop-kafka").await;
    live(&fans, 20).await;
    broker.run("start-kafka").await;
    live(&fans, 10).await;

    has_all(&world, &site, &lake).await;
    writer.stop().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_of_other_sites_are_in_the_lake_and_those_of_this_one_are_not() {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    let (fans, lake) = (fans(&site).await, lake(&world).await);
    let writer = Writer::start(&world).await;
    let other = site.broker();

    live(&fans, 10).await;
    for quantity in [1, 2] {
        other.say("there", "PENDING", 1, quantity, quantity).await;
        other.say("elsewhere", "RESERVED", 1, 1, quantity).await;
    }
    // What no writer can read is passed over, and holds nothing up.
    other.write_bytes(&other.topics.ticket_sales, "1-1", b"{", &[("clientId", "there")]).await;
    other.write_bytes(&other.topics.bookings, "x", b"{", &[("clientId", world.name())]).await;
    other.write_bytes(&other.topics.bookings, "x", b"{}", &[("clientId", "there")]).await;

    eventually(3 * PATIENCE, "the sales of others are in the lake", || async { sales(&lake).await.len() == 4 }).await;
    agrees(&lake, &site.app).await;
    let mut told: Vec<_> = sales(&lake)
        .await
        .into_iter()
        .map(|sale| (sale.site.unwrap_or_default(), sale.action, sale.category, sale.quantity))
        .collect();
    told.sort();
    let of = |site: &str, action: &str, category, quantity| {
        (site.to_owned(), format!("TICKET_{action}"), category, quantity)
    };
    assert_eq!(
        told,
        [
            of("elsewhere", "RESERVED", 1, 1),
            of("elsewhere", "RESERVED", 1, 2),
            of("there", "PENDING", 1, 1),
            of("there", "PENDING", 2, 2),
        ]
    );
    writer.stop().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_existed_before_its_lake_fills_it_by_a_command() {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    let fans = fans(&site).await;
    live(&fans, 30).await;
    let lake = lake(&world).await;

    let (succeeded, said) = command(&world, &["lake", "rebuild"]).await;
    assert!(succeeded, "{said}");
    assert_eq!(view(&lake).await, truth(&site.app).await);
    let (_, again) = command(&world, &["lake", "rebuild"]).await;
    assert!(again.contains("0 bookings and 0 matches written"), "{again}");
    site.finish().await;
}
