//! Two sites: both sell the same stock on one broker, with the default names of all topics that are a site's own.

use std::collections::BTreeMap;

use book::{match_state::MatchState, outbox::ChangedRow};
use kafka::codec;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    client::Client,
    socket::{Said, Socket},
};

const MATCHES: &str = "{ matches { nodes { matchNumber } } }";
const SHOWN: &str = "{ match(matchNumber: 1) { version categories { category available pending } } }";
const REFUND: &str =
    "mutation ($id: ID!) { refundReservation(input: {reservationId: $id}) { reservation { status } } }";

/// Matches from this number on are words of `hears_everything`.
const WORDS: i32 = 90_000;

/// Two sites that share the sales, each with a master list of its own.
async fn sites() -> ((World, Site), (World, Site)) {
    let here = World::services().await;
    let there = World::services().await;
    let list = there.setting("MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX");
    let there = there.on_the_topics_of(&here).with("MATCHDAY_KAFKA_MASTER_LIST_TOPIC_PREFIX", &list);
    let (one, other) = tokio::join!(here.start(), there.start());
    assert_eq!(one.exchange.topics().availability, other.exchange.topics().availability, "the default");

    ((here, one), (there, other))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_two_sites_with_default_topics_shows_its_own_states() {
    let ((_here, here), (_there, there)) = sites().await;
    for site in [&here, &there] {
        site.on_sale(1, 4).await;
    }
    let mut sockets = Vec::new();
    for site in [&here, &there] {
        let mut socket = site.visitor().socket().await;
        socket.availability(&[], &[]).await;
        socket.data().await;
        sockets.push(socket);
    }

    // A ticket that was sold here and given back is ours alone: there it stays sold.
    let ana = here.fan("ana").await;
    let id = ana.holds(1, 1, 1).await;
    ana.pay(&id, "pm_card_visa", "a").await.data();
    ana.ask(REFUND, json!({ "id": id })).await.data();
    here.published().await;
    there.shows(1, 1, (3, 0)).await;
    let ben = there.fan("ben").await;
    for _ in 0..10 {
        let id = ben.holds(1, 2, 1).await;
        ben.cancel(&id).await.data();
    }
    for (site, other) in [(&here, &there), (&there, &here)] {
        site.published().await;
        other.published().await;
        hears_everything(site, other).await;
    }

    for (site, counts) in [(&here, (4, 0)), (&there, (3, 0))] {
        site.shows(1, 1, counts).await;
        shows_what_it_has(site).await;
    }
    let versions = || [&here, &there].map(|site| i64::from(site.app.view.get(1).expect("it is on sale").version));
    // Where the versions have come out alike by chance, a refund parts them: it is news here alone.
    for key in ["b", "c", "d"] {
        if versions()[0] != versions()[1] {
            break;
        }
        let (available, pending) = there.counts(1, 2);
        let id = ana.holds(1, 2, 1).await;
        ana.pay(&id, "pm_card_visa", key).await.data();
        ana.ask(REFUND, json!({ "id": id })).await.data();
        there.shows(1, 2, (available - 1, pending)).await;
    }
    let ends = versions();
    assert_ne!(ends[0], ends[1], "the sites' versions differ, or this shows nothing");
    for (socket, end) in sockets.iter_mut().zip(ends) {
        ends_on(socket, end).await;
    }
    for (site, other) in [(&here, &there), (&there, &here)] {
        resumes(site).await;
        other.shows(1, 3, site.counts(1, 3)).await;
    }
    for site in [here, there] {
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_that_only_another_site_has_is_not_listed() {
    let ((_here, here), (_there, there)) = sites().await;
    here.on_sale(1, 4).await;
    there.on_sale(2, 4).await;
    for site in [&here, &there] {
        site.published().await;
    }
    hears_everything(&here, &there).await;

    let listed = here.visitor().ask(MATCHES, Value::Null).await.data();

    let listed = listed["matches"]["nodes"].as_array().expect("matches are a list");
    let listed: Vec<i64> = listed.iter().filter_map(|listed| listed["matchNumber"].as_i64()).collect();
    assert_eq!(listed.into_iter().filter(|number| *number < i64::from(WORDS)).collect::<Vec<_>>(), [1]);
    let refused = here.fan("ana").await.reserve(2, 1, 1).await;
    assert_eq!(refused.code(), "NOT_FOUND");
    let mut socket = here.visitor().socket().await;
    socket.availability(&[2], &[]).await;
    assert_eq!(socket.said().await, Said::Error("NOT_FOUND".to_owned()));
    here.finish().await;
    there.finish().await;
}

/// Waits until `site` has read what `other` has written about its matches: its own word for each partition comes after.
async fn hears_everything(site: &Site, other: &Site) {
    let broker = site.broker();
    let theirs = other.broker().read_own(&broker.topics.availability).await;
    let partitions: BTreeMap<i32, String> =
        theirs.into_iter().filter_map(|record| Some((record.partition, record.key?))).collect();
    assert!(!partitions.is_empty(), "the other site has written nothing");
    let heard = |number: i32| site.app.view.get(number).is_some();
    for key in partitions.into_values() {
        let number = (WORDS..).find(|number| !heard(*number)).expect("few are in use");
        let state = MatchState { match_number: number, ..(*site.app.view.all()[0]).clone() };
        let word = codec::availability(&state, &[] as &[ChangedRow], &[]).expect("a state is JSON");
        let own = [("clientId", site.exchange.site.as_str())];
        broker.write_bytes(&broker.topics.availability, &key, &word, &own).await;
        eventually(PATIENCE, "the word comes back", || async { heard(number) }).await;
    }
}

/// GraphQL answers what the site's database has.
async fn shows_what_it_has(site: &Site) {
    let stored = domain::matches::snapshot(&site.app.db).await.expect("matches can be read");
    let categories: Vec<Value> = (stored[0].categories.iter())
        .map(|of| json!({ "category": of.category.number(), "available": of.available, "pending": of.pending }))
        .collect();

    let shown = site.visitor().ask(SHOWN, Value::Null).await.data();

    assert_eq!(shown["match"], json!({ "version": stored[0].version, "categories": categories }));
}

/// A subscriber of all matches has heard of each version once at most, in their order, and of the last.
async fn ends_on(socket: &mut Socket, end: i64) {
    let mut version = 0;
    while version < end {
        let state = socket.data().await["availability"].clone();
        if state["matchNumber"] == 1 {
            let newer = state["version"].as_i64().expect("a state has a version");
            assert!(version < newer && newer <= end, "{newer} after {version}, of {end}");
            version = newer;
        }
    }
}

/// A client that comes back with the last version is told of the next.
async fn resumes(site: &Site) {
    let version = i64::from(site.app.view.get(1).expect("it is on sale").version);
    let mut socket = site.visitor().socket().await;
    socket.availability(&[1], &[(1, version)]).await;

    let fan: Client = site.fan("cleo").await;
    fan.holds(1, 3, 1).await;

    assert_eq!(socket.data().await["availability"]["version"], version + 1);
}
