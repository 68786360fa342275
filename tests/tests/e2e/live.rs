//! Live: one execution of a subscription's selection per change, however many subscribed to it.
//!
//! Two messages of one execution are the same bytes in memory, which tells shared ones from equal ones.

use std::time::Duration;

use bytes::Bytes;
use entities::category::Category;
use futures_util::{StreamExt, stream::BoxStream};
use schema::{Rendered, SharedRendering};
use serde_json::{Value, json};
use subscriptions::hub::Hub;
use testkit::wait::PATIENCE;
use tests::{Backend, Site, TestApp, question::Question, socket::Said};

const ALL: &str = "subscription { availability { matchNumber version } }";
const SOME: &str = "subscription ($numbers: [Int!], $since: [VersionInput!], $counts: Boolean = true) {
    availability(matchNumbers: $numbers, since: $since) {
        matchNumber version categories { category pending @include(if: $counts) } } }";

type Subscriber = BoxStream<'static, Rendered>;

/// A site's live availability, with matches 1 and 2 on sale.
struct Feed {
    site: TestApp,
    hub: std::sync::Arc<Hub>,
    live: SharedRendering,
}

impl Feed {
    async fn new() -> Self {
        let site = TestApp::start(Backend::Sqlite).await;
        for number in [1, 2] {
            site.stock(number, Category::One, 1_000).await;
        }
        let hub = Hub::new(site.app());
        hub.sweep().await.expect("the view can be filled");
        let live = SharedRendering::new(
            site.app(),
            schema::build(
                site.app(),
                std::sync::Arc::clone(&hub),
                std::sync::Arc::default(),
                std::sync::Arc::default(),
                None,
            ),
            hub.clone(),
            1 << 20,
        );

        Self { site, hub, live }
    }

    fn join(&self, text: &str, variables: Value) -> Option<Subscriber> {
        let collected = Question::with(text, variables).parsed().collect().ok()?;
        self.live.join(collected).ok().map(StreamExt::boxed)
    }

    /// Somebody who has been sent what is there.
    async fn joined(&self, text: &str, variables: Value) -> Subscriber {
        let states = variables["numbers"].as_array().map_or(2, Vec::len);
        let mut subscriber = self.join(text, variables).expect("it is shared");
        for _ in 0..states {
            next(&mut subscriber).await;
        }
        subscriber
    }

    /// The feed tells of a match at its next version.
    fn change(&self, number: i32) {
        let mut state = (*self.site.view.get(number).expect("the match is on sale")).clone();
        state.version += 1;
        self.hub.publish(state, &[]);
    }
}

async fn next(subscriber: &mut Subscriber) -> Rendered {
    let next = tokio::time::timeout(PATIENCE, subscriber.next()).await;
    next.expect("something comes").expect("it does not end")
}

async fn bytes(subscriber: &mut Subscriber) -> Bytes {
    next(subscriber).await.bytes
}

fn is_shared(one: &Bytes, other: &Bytes) -> bool {
    one.as_ptr() == other.as_ptr()
}

#[tokio::test]
async fn a_change_is_executed_once_for_all_who_subscribed_to_the_same() {
    let feed = Feed::new().await;
    let mut subscribers = Vec::new();
    for _ in 0..200 {
        subscribers.push(feed.joined(ALL, json!({})).await);
    }

    for _ in 0..3 {
        feed.change(1);
        let first = bytes(&mut subscribers[0]).await;
        for subscriber in &mut subscribers[1..] {
            assert!(is_shared(&first, &bytes(subscriber).await));
        }
    }
    feed.site.stop().await;
}

#[tokio::test]
async fn who_follows_other_matches_or_comes_back_shares_with_the_others() {
    let feed = Feed::new().await;
    let mut one = feed.joined(SOME, json!({ "numbers": [1] })).await;
    let mut both = feed.joined(SOME, json!({ "numbers": [1, 2] })).await;
    let version = feed.site.view.get(1).expect("it is on sale").version;
    let since = json!({ "numbers": [1], "since": [{ "matchNumber": 1, "version": version }] });
    let mut back = feed.join(SOME, since).expect("it is shared");

    feed.change(1);

    let first = bytes(&mut one).await;
    assert!(is_shared(&first, &bytes(&mut both).await));
    assert!(is_shared(&first, &bytes(&mut back).await), "the first message to who comes back is the change");
    feed.site.stop().await;
}

#[tokio::test]
async fn who_says_the_same_in_other_words_shares_with_the_others() {
    let feed = Feed::new().await;
    let mut plain = feed.joined(ALL, json!({})).await;
    let mut others = Vec::new();
    for words in [
        "subscription Named { availability { ...all } } fragment all on MatchAvailability { matchNumber version }",
        "subscription ($no: Boolean = false) { ... { availability { matchNumber matchNumber @skip(if: $no) version } } }",
        "subscription { availability { matchNumber } availability { version matchNumber @include(if: false) } }",
    ] {
        others.push(feed.joined(words, json!({})).await);
    }
    let mut in_another_order = feed.joined("subscription { availability { version matchNumber } }", json!({})).await;

    feed.change(1);

    let first = bytes(&mut plain).await;
    for other in &mut others {
        assert!(is_shared(&first, &bytes(other).await));
    }
    assert!(bytes(&mut in_another_order).await.starts_with(br#"{"data":{"availability":{"version""#));
    feed.site.stop().await;
}

#[tokio::test]
async fn variables_that_change_what_is_selected_part_subscribers() {
    let feed = Feed::new().await;
    let mut with = feed.joined(SOME, json!({ "numbers": [1], "counts": true })).await;
    let mut without = feed.joined(SOME, json!({ "numbers": [1], "counts": false })).await;

    feed.change(1);

    let (with, without) = (bytes(&mut with).await, bytes(&mut without).await);
    assert!(with.ends_with(br#""categories":[{"category":1,"pending":0}]}}}"#), "{with:?}");
    assert!(without.ends_with(br#""categories":[{"category":1}]}}}"#), "{without:?}");
    feed.site.stop().await;
}

#[tokio::test]
async fn what_cannot_be_shared_is_left_to_an_execution_of_its_own() {
    let feed = Feed::new().await;
    let unknown = json!({ "numbers": [1, 77] });

    assert!(feed.join(ALL, json!({})).is_some());
    for (text, variables) in [
        ("subscription { availability { nonsense } }", json!({})),
        ("subscription { availability { matchNumber { deeper } } }", json!({})),
        ("subscription { availability(matchNumbers: 1, elsewhere: 2) { version } }", json!({})),
        ("subscription { availability(matchNumbers: [\"one\"]) { version } }", json!({})),
        ("subscription ($yes: Boolean!) { availability @skip(if: $yes) { version } }", json!({ "yes": true })),
        ("subscription { reservation(id: \"1\") { id } }", json!({})),
        (SOME, unknown),
        (SOME, json!({ "since": [{ "matchNumber": 1, "version": 1, "more": 1 }] })),
    ] {
        assert!(feed.join(text, variables.clone()).is_none(), "{text} with {variables}");
    }
    feed.site.stop().await;
}

#[tokio::test]
async fn a_slow_subscriber_is_sent_the_newest_state_and_when_it_was_heard_of() {
    let feed = Feed::new().await;
    let mut subscriber = feed.join(ALL, json!({})).expect("it is shared");
    assert!(next(&mut subscriber).await.since.is_none(), "what was there is no news");
    next(&mut subscriber).await;

    for _ in 0..10 {
        feed.change(2);
    }

    let newest = feed.site.view.get(2).expect("it is on sale").version;
    let news = next(&mut subscriber).await;
    assert_eq!(
        news.bytes,
        format!(r#"{{"data":{{"availability":{{"matchNumber":2,"version":{newest}}}}}}}"#).into_bytes()
    );
    assert!(news.since.is_some_and(|since| since.elapsed() < PATIENCE));
    let more = tokio::time::timeout(Duration::from_millis(50), subscriber.next()).await;
    assert!(more.is_err(), "nothing is queued behind it");
    feed.site.stop().await;
}

#[tokio::test]
async fn who_follows_all_matches_is_told_of_one_that_comes_on_sale_later() {
    let feed = Feed::new().await;
    let mut subscriber = feed.joined(ALL, json!({})).await;

    feed.site.stock(3, Category::One, 1_000).await;
    feed.hub.sweep().await.expect("the view can be filled");

    let told =
        |bytes: Bytes| serde_json::from_slice::<Value>(&bytes).map(|mut told| told["data"]["availability"].take());
    let first = told(bytes(&mut subscriber).await).expect("it is JSON");
    assert_eq!(first["matchNumber"], 3);
    for number in [3, 1] {
        feed.change(number);
        let next = told(bytes(&mut subscriber).await).expect("it is JSON");
        assert_eq!(next["matchNumber"], number);
    }
    feed.site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_selection_is_refused_over_a_socket_as_a_query_is() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let mut socket = site.visitor().socket().await;

    socket.subscribe("subscription { availability { nonsense } }", json!({})).await;
    assert_eq!(socket.said().await, Said::Error("GRAPHQL_VALIDATION_FAILED".to_owned()));
    socket.availability(&[77], &[]).await;
    assert_eq!(socket.said().await, Said::Error("NOT_FOUND".to_owned()));

    socket.availability(&[1], &[]).await;
    assert_eq!(socket.data().await["availability"]["matchNumber"], 1);
    site.finish().await;
}
