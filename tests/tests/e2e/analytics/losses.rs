//! Losses: what the broker drops after it was written is missed by nobody, what it drops before comes from the database, and another
//! cluster may take its place.

use std::collections::BTreeSet;

use ::analytics::lake::{Lake, Next, Table};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client, own_broker::OwnBroker};

use super::{Writer, agrees, bookings_published, command, fans, lake, live, truth, view, with_lake};

const LOST: &str = "matchday_lake_lost_records_total";
const DAY_MS: i64 = 86_400_000;

/// Up to where the lake has the topic of bookings.
async fn written(lake: &Lake) -> Vec<Next> {
    let status = lake.status().await.expect("the lake says how it stands");
    let of_bookings = status.tables.into_iter().find(|of| of.table == Table::Bookings);
    of_bookings.expect("it has the table").next
}

async fn opened() -> (World, Site, Vec<Client>, Lake) {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    let (fans, lake) = (fans(&site).await, lake(&world).await);
    (world, site, fans, lake)
}

/// Nothing is left to be written from the database.
async fn is_complete(world: &World) {
    let (succeeded, said) = command(world, &["lake", "rebuild"]).await;
    assert!(succeeded && said.contains("0 bookings and"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_topic_of_bookings_is_made_to_keep_them_for_twenty_eight_days() {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    let broker = site.broker();

    let settings = broker.settings_of(&broker.topics.bookings).await;

    let days = |name: &str| settings[name].parse::<i64>().expect("it is a number") as f64 / DAY_MS as f64;
    // A segment goes as a whole, once its newest record is so old: what was erased is out of the topic within 30 days.
    assert_eq!((days("retention.ms"), days("segment.ms")), (28.0, 1.0));
    assert_eq!((settings["cleanup.policy"].as_str(), settings["retention.bytes"].as_str()), ("delete", "-1"));
    assert_eq!(settings["message.timestamp.type"], "LogAppendTime");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_topic_drops_after_it_was_written_is_missed_by_nobody() {
    let (world, site, fans, lake) = opened().await;
    let broker = site.broker();
    let writer = Writer::start(&world).await;
    live(&fans, 20).await;
    bookings_published(&site.app).await;
    agrees(&lake, &site.app).await;

    let old: Vec<_> = written(&lake).await.into_iter().map(|next| (next.partition, next.offset)).collect();
    broker.drop_before(&broker.topics.bookings, &old).await;
    live(&fans, 10).await;
    agrees(&lake, &site.app).await;
    let lost = writer.counted(LOST).await;
    writer.kill().await;
    let writer = Writer::start(&world).await;
    live(&fans, 10).await;
    bookings_published(&site.app).await;

    agrees(&lake, &site.app).await;
    assert_eq!((lost, writer.counted(LOST).await), (0.0, 0.0));
    is_complete(&world).await;
    writer.stop().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_topic_drops_before_it_was_written_is_counted_and_comes_from_the_database() {
    let (world, site, fans, lake) = opened().await;
    let broker = site.broker();
    let writer = Writer::start(&world).await;
    live(&fans, 20).await;
    bookings_published(&site.app).await;
    agrees(&lake, &site.app).await;
    writer.kill().await;
    live(&fans, 20).await;
    bookings_published(&site.app).await;

    let (before, ends) = (written(&lake).await, broker.ends(&broker.topics.bookings).await);
    broker.drop_before(&broker.topics.bookings, &ends).await;
    let read = |partition: i32| before.iter().find(|next| next.partition == partition).map(|next| next.offset);
    // Of a partition of which nothing was read before, it is not known how much is lost.
    let lost: i64 = ends.iter().filter_map(|(partition, end)| Some(end - read(*partition)?)).sum();
    let writer = Writer::start(&world).await;
    live(&fans, 10).await;

    eventually(3 * PATIENCE, "what follows is read on", || async {
        let written = written(&lake).await;
        broker.ends(&broker.topics.bookings).await.into_iter().all(|(partition, end)| {
            end == 0
                || written.iter().any(|next| next.partition == partition && next.offset == end)
                || ends.contains(&(partition, end))
        })
    })
    .await;
    assert!(view(&lake).await != truth(&site.app).await, "nothing is lost, so nothing is tested");
    assert!(lost > 0 && (writer.counted(LOST).await - lost as f64).abs() < 0.5, "{lost}");
    let (succeeded, said) = command(&world, &["lake", "rebuild"]).await;
    assert!(succeeded && !said.starts_with("0 "), "{said}");
    agrees(&lake, &site.app).await;
    is_complete(&world).await;
    live(&fans, 10).await;
    agrees(&lake, &site.app).await;
    writer.stop().await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_cluster_takes_the_place_of_the_brokers_while_the_writer_runs() {
    let broker = OwnBroker::start().await;
    let world = with_lake(World::on_brokers(&broker.brokers()).await);
    let site = world.start().await;
    site.on_sale(1, 1_000).await;
    let (fans, lake) = (fans(&site).await, lake(&world).await);
    let writer = Writer::start(&world).await;
    live(&fans, 5).await;
    bookings_published(&site.app).await;
    agrees(&lake, &site.app).await;
    let of_first: BTreeSet<_> = written(&lake).await.into_iter().map(|next| next.cluster).collect();

    site.stop().await;
    broker.replace().await;
    let site = world.start().await;
    let fans: Vec<_> = fans.iter().map(|fan| fan.at(site.address)).collect();
    // More than the cluster before had: its offsets are behind the new ends.
    live(&fans, 40).await;
    bookings_published(&site.app).await;

    agrees(&lake, &site.app).await;
    let clusters: BTreeSet<_> = written(&lake).await.into_iter().map(|next| next.cluster).collect();
    assert_eq!((of_first.len(), clusters.len()), (1, 2), "{clusters:?}");
    is_complete(&world).await;
    writer.stop().await;
    site.finish().await;
}
