//! What the site hears: the organiser's master list, and the other sites' sales.

use book::outbox::TicketAction;

use testkit::wait::eventually;

use crate::{
    broker::{Broker, PATIENCE, sale},
    site::{self, Site},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_master_list_is_on_sale() {
    let broker = Broker::start();
    let site = Site::open(&broker).await;
    let mut progress = Vec::new();

    kafka::masterlist::publish(&site.config, &site::fixtures(3), |done, all| progress.push((done, all)))
        .await
        .expect("the broker takes it");
    site.run();

    eventually(PATIENCE, "the matches are there", async || site.matches().await.len() == 3).await;
    assert_eq!(progress, [(1, 3), (2, 3), (3, 3)]);
    let report = site.status.report();
    assert!(report.connected && report.consuming, "{report:?}");
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_list_that_is_published_again_changes_no_counts() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 1).await;
    broker.send(&site.topics.ticket_sales, "1-1", &[("clientId", "another")], &sale(TicketAction::Pending, 1, 2)).await;
    eventually(PATIENCE, "the sale is counted", async || site.pending(1).await == 2).await;

    kafka::masterlist::publish(&site.config, &site::fixtures(2), |_, _| {}).await.expect("the broker takes it");

    eventually(PATIENCE, "the new match is there", async || site.matches().await.len() == 2).await;
    assert_eq!(site.pending(1).await, 2);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_life_of_another_sites_sale_is_counted_once() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 1).await;
    let headers = [("clientId", "another"), ("reservationId", "r-1")];

    // Byte for byte the same: two buyers, not one message twice.
    for _ in 0..2 {
        broker.send(&site.topics.ticket_sales, "1-1", &headers, &sale(TicketAction::Pending, 1, 2)).await;
    }
    eventually(PATIENCE, "both are held", async || site.pending(1).await == 4).await;
    broker.send(&site.topics.ticket_sales, "1-1", &headers, &sale(TicketAction::Reserved, 1, 2)).await;
    broker.send(&site.topics.ticket_sales, "1-1", &headers, &sale(TicketAction::Cancelled, 1, 2)).await;

    eventually(PATIENCE, "one is sold, one is back", async || site.counts(1).await == (18, 0)).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_sales_come_back_without_effect() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 1).await;
    let own = [("clientId", site.config.site.as_str())];

    broker.send(&site.topics.ticket_sales, "1-1", &own, &sale(TicketAction::Reserved, 1, 2)).await;
    broker.send(&site.topics.ticket_sales, "1-1", &[("clientId", "another")], &sale(TicketAction::Pending, 1, 1)).await;

    eventually(PATIENCE, "the record after ours is applied", async || site.counts(1).await == (20, 1)).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreadable_record_becomes_a_dead_letter_and_blocks_nothing() {
    let broker = Broker::start();
    let site = Site::selling(&broker, 1).await;

    broker.send(&site.topics.ticket_sales, "1-1", &[], "{not json").await;
    broker.send(&site.topics.ticket_sales, "1-1", &[], &sale(TicketAction::Pending, 1, 2)).await;

    eventually(PATIENCE, "the next record is applied", async || site.pending(1).await == 2).await;
    let letters = broker.read(&site.topics.dead_letters, 1).await;
    assert_eq!(letters[0].payload, b"{not json");
    assert_eq!(letters[0].key.as_deref(), Some(&b"1-1"[..]));
    assert_eq!(letters[0].headers["originTopic"], site.topics.ticket_sales);
    assert!(letters[0].headers["reason"].starts_with("not JSON: key must be a string"), "{letters:?}");
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_broker_is_read_from_its_beginning() {
    let first = Broker::start();
    let mut site = Site::selling(&first, 1).await;
    for _ in 0..3 {
        first
            .send(&site.topics.ticket_sales, "1-1", &[("clientId", "another")], &sale(TicketAction::Pending, 1, 2))
            .await;
    }
    eventually(PATIENCE, "the sales are counted", async || site.pending(1).await == 6).await;
    site.pause().await;
    drop(first);

    let second = Broker::start();
    site.connect_to(&second);
    second.send(&site.topics.ticket_sales, "1-1", &[("clientId", "another")], &sale(TicketAction::Pending, 1, 1)).await;
    site.run();

    eventually(PATIENCE, "the sale at offset 0 is counted", async || site.pending(1).await == 7).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_consumer_goes_on_after_its_last_record() {
    let broker = Broker::start();
    let mut site = Site::selling(&broker, 1).await;
    let headers = [("clientId", "another")];
    broker.send(&site.topics.ticket_sales, "1-1", &headers, &sale(TicketAction::Pending, 1, 2)).await;
    eventually(PATIENCE, "the sale is counted", async || site.pending(1).await == 2).await;
    site.pause().await;
    broker.send(&site.topics.ticket_sales, "1-1", &headers, &sale(TicketAction::Pending, 1, 1)).await;

    site.run();

    eventually(PATIENCE, "only the new sale is counted", async || site.pending(1).await == 3).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_the_broker_dropped_are_reported_and_passed_over() {
    let broker = Broker::start();
    let mut site = Site::selling(&broker, 1).await;
    let headers = [("clientId", "another")];
    broker.send(&site.topics.ticket_sales, "1-1", &headers, &sale(TicketAction::Pending, 1, 2)).await;
    eventually(PATIENCE, "the sale is counted", async || site.pending(1).await == 2).await;
    site.pause().await;
    // The embedded broker keeps 5 MiB of a partition.
    for _ in 0..10 {
        broker.send(&site.topics.ticket_sales, "1-1", &headers, &" ".repeat(700_000)).await;
    }
    broker.send(&site.topics.ticket_sales, "1-1", &headers, &sale(TicketAction::Pending, 1, 1)).await;

    site.run();

    eventually(PATIENCE, "reading goes on", async || site.pending(1).await == 3).await;
    let error = site.status.report().last_error.unwrap_or_default();
    assert!(error.contains("dropped") && error.contains(&site.topics.ticket_sales), "{error}");
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_in_a_consumer_group_reads_as_well() {
    let broker = Broker::start();
    let site = Site::open_as_service(&broker, 0).await;
    kafka::masterlist::publish(&site.config, &site::fixtures(2), |_, _| {}).await.expect("the broker takes it");

    site.run();

    eventually(PATIENCE, "the matches are there", async || site.matches().await.len() == 2).await;
    eventually(PATIENCE, "nothing is left to read", async || {
        let lag = site.status.report().lag;
        lag.len() == 2 && lag.values().all(|lag| *lag == 0)
    })
    .await;
    site.stop().await;
}
