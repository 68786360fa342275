//! Subscriptions: every subscriber ends on the committed truth, whatever they miss on the way.

use std::{collections::HashMap, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::wait::PATIENCE;
use tests::{
    Site, World,
    socket::{Said, Socket},
};

/// Long enough to be sure that nothing more comes: two sweeps of the hub.
const SILENCE: Duration = Duration::from_millis(2_100);

/// What a subscriber knows: the newest state of each match, by its version.
#[derive(Debug, Default, Clone, PartialEq)]
struct Known(HashMap<i32, (i64, Value)>);

impl Known {
    /// Takes a message in; versions only grow.
    fn hear(&mut self, data: &Value) {
        let state = &data["availability"];
        let number = i32::try_from(state["matchNumber"].as_i64().expect("a number")).expect("a small number");
        let version = state["version"].as_i64().expect("a version");
        let before = self.0.insert(number, (version, state["categories"].clone())).map(|(before, _)| before);
        assert!(before.is_none_or(|before| before < version), "{version} after {before:?}");
    }

    fn versions(&self) -> Vec<(i32, i64)> {
        self.0.iter().map(|(number, (version, _))| (*number, *version)).collect()
    }

    async fn until(&mut self, socket: &mut Socket, holds: impl Fn(&Self) -> bool) {
        while !holds(self) {
            self.hear(&socket.data().await);
        }
    }
}

/// What the database says, in the words of the subscription.
async fn truth(site: &Site) -> Known {
    let states = domain::matches::snapshot(&site.app.db).await.expect("matches can be read");
    let known = states.iter().map(|state| {
        let categories: Vec<Value> = (state.categories.iter())
            .map(|category| {
                let status = match (category.sellable(), category.available) {
                    (1.., _) => "AVAILABLE",
                    (_, 1..) => "TEMPORARILY_UNAVAILABLE",
                    _ => "SOLD_OUT",
                };
                json!({
                    "category": category.category.number(), "available": category.available,
                    "pending": category.pending, "sellable": category.sellable(), "status": status,
                })
            })
            .collect();
        (state.match_number, (i64::from(state.version), json!(categories)))
    });
    Known(known.collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_has_the_state_of_each_match_first_and_then_each_change() {
    let (_world, site) = Site::embedded().await;
    for number in 1..=3 {
        site.on_sale(number, 20).await;
    }
    let fan = site.fan("ana").await;
    let mut socket = site.visitor().socket().await;
    let mut known = Known::default();

    socket.availability(&[], &[]).await;
    for _ in 0..3 {
        known.hear(&socket.data().await);
    }
    assert_eq!(known, truth(&site).await);

    let id = fan.holds(2, 1, 2).await;
    let change = socket.data().await["availability"].clone();
    assert_eq!((change["matchNumber"].as_i64(), change["version"].as_i64()), (Some(2), Some(2)));
    assert_eq!(change["categories"][0]["sellable"], 18);
    fan.cancel(&id).await.data();
    let change = socket.data().await["availability"].clone();
    assert_eq!((change["matchNumber"].as_i64(), change["version"].as_i64()), (Some(2), Some(3)));
    assert_eq!(change["categories"][0]["sellable"], 20);

    site.broker().give(4, 5).await;
    assert_eq!(socket.data().await["availability"]["matchNumber"], 4, "a match that comes later is one of all");
    assert_eq!(socket.said_within(SILENCE).await, None);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_matches_that_are_asked_for_are_told_of() {
    let (_world, site) = Site::embedded().await;
    for number in 1..=3 {
        site.on_sale(number, 20).await;
    }
    let fan = site.fan("ana").await;
    let mut socket = site.visitor().socket().await;

    socket.availability(&[3], &[]).await;
    assert_eq!(socket.data().await["availability"]["matchNumber"], 3);
    fan.holds(1, 1, 1).await;
    fan.holds(2, 1, 1).await;
    fan.holds(3, 1, 1).await;

    let change = socket.data().await["availability"].clone();
    assert_eq!((change["matchNumber"].as_i64(), change["version"].as_i64()), (Some(3), Some(2)));
    assert_eq!(socket.said_within(SILENCE).await, None);
    let mut lost = site.visitor().socket().await;
    lost.availability(&[99], &[]).await;
    assert_eq!(lost.said().await, Said::Error("NOT_FOUND".to_owned()));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_says_what_they_have_is_told_of_the_rest() {
    let (_world, site) = Site::embedded().await;
    for number in 1..=3 {
        site.on_sale(number, 20).await;
    }
    let fan = site.fan("ana").await;
    fan.holds(2, 1, 1).await;
    let mut socket = site.visitor().socket().await;

    // The first is known as it is, the second at an older version, the third at one from another life.
    socket.availability(&[], &[(1, 1), (2, 1), (3, 9)]).await;
    let mut told = Known::default();
    told.hear(&socket.data().await);
    told.hear(&socket.data().await);

    let mut versions = told.versions();
    versions.sort_unstable();
    assert_eq!(versions, [(2, 2), (3, 1)]);
    assert_eq!(socket.said_within(SILENCE).await, None);
    fan.holds(1, 1, 1).await;
    assert_eq!(socket.data().await["availability"]["version"], 2);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_who_comes_in_the_middle_of_a_storm_ends_on_the_truth() {
    let world = World::services().await.with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let site = world.start().await;
    for number in 1..=4 {
        site.on_sale(number, 20).await;
    }
    let fans = join_all((0..4).map(|_| site.fan("ana"))).await;

    let storm = join_all(fans.iter().map(|fan| async move {
        for step in 0..30 {
            let answer = fan.reserve(1 + step % 4, 1 + step % 3, 1).await;
            if answer.is_ok() && step % 3 > 0 {
                let id = answer.data()["reserve"]["reservation"]["id"].as_str().unwrap_or_default().to_owned();
                fan.cancel(&id).await.data();
            }
        }
    }));
    let subscriber = async {
        // By then the storm is on.
        site.shows_version(4, 5).await;
        let mut socket = site.visitor().socket().await;
        socket.availability(&[], &[]).await;
        let mut known = Known::default();
        known.until(&mut socket, |known| known.0.len() == 4).await;
        // It goes away, and comes back to where it was.
        drop(socket);
        let mut socket = site.visitor().socket().await;
        socket.availability(&[], &known.versions()).await;
        (socket, known)
    };
    let (_, (mut socket, mut known)) = tokio::join!(storm, subscriber);

    let truth = truth(&site).await;
    known.until(&mut socket, |known| *known == truth).await;
    assert_eq!(socket.said_within(SILENCE).await, None);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_watches_their_reservation_to_its_end() {
    let world = World::embedded().with("MATCHDAY_HOLD_SECONDS", "2");
    let site = world.start().await;
    site.on_sale(1, 4).await;
    let ana = site.fan("ana").await;
    let (cancelled, oversold, expired) = (ana.holds(1, 1, 1).await, ana.holds(1, 2, 1).await, ana.holds(1, 3, 1).await);
    let mut watched = Vec::new();
    for id in [&cancelled, &oversold, &expired] {
        let mut socket = ana.socket().await;
        socket.reservation(id).await;
        let first = socket.data().await["reservation"].clone();
        assert_eq!((first["status"].as_str(), first["version"].as_i64()), (Some("PENDING"), Some(1)));
        watched.push(socket);
    }

    ana.cancel(&cancelled).await.data();
    for _ in 0..2 {
        site.broker().say("there", "RESERVED", 1, 2, 2).await;
    }

    for (socket, reason) in watched.iter_mut().zip(["USER", "OVERSOLD", "EXPIRED"]) {
        let last = socket.data().await["reservation"].clone();
        assert_eq!((last["status"].as_str(), last["version"].as_i64()), (Some("CANCELLED"), Some(2)));
        assert_eq!(last["cancelReason"], reason);
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_sees_more_time_where_they_watch_and_spends_it_once_with_two_clicks() {
    const EXTEND: &str = "mutation ($input: ExtendReservationInput!) { extendReservation(input: $input) {
        reservation { id expiresAt extensionsLeft } } }";
    const WATCH: &str = "subscription ($id: ID!) { reservation(id: $id) { version expiresAt extensionsLeft } }";
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 4).await;
    let ana = site.fan("ana").await;
    let id = ana.holds(1, 1, 1).await;
    let mut socket = ana.socket().await;
    socket.subscribe(WATCH, json!({ "id": id })).await;
    let first = socket.data().await["reservation"].clone();
    assert_eq!(first["extensionsLeft"], 1);

    let input = json!({ "reservationId": id, "expiresAt": first["expiresAt"] });
    let (one, other) =
        tokio::join!(ana.ask(EXTEND, json!({ "input": input })), ana.ask(EXTEND, json!({ "input": input })));
    let more = socket.data().await["reservation"].clone();

    assert_eq!(one.data(), other.data(), "both clicks are answered alike");
    let answered = one.data()["extendReservation"]["reservation"].clone();
    assert_eq!([&more["expiresAt"], &more["extensionsLeft"]], [&answered["expiresAt"], &answered["extensionsLeft"]]);
    assert_eq!([&more["version"], &more["extensionsLeft"]], [2, 0]);
    assert!(more["expiresAt"].as_str() > first["expiresAt"].as_str(), "{more}");
    let spent = ana.ask(EXTEND, json!({ "input": { "reservationId": id } })).await;
    assert_eq!(spent.code(), "EXTENSION_REFUSED");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_stops_lets_its_subscribers_go_without_telling_them_an_end() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let mut socket = site.visitor().socket().await;
    socket.availability(&[], &[]).await;
    socket.data().await;

    let (_, said) = tokio::join!(site.finish(), async {
        let mut said = Vec::new();
        while !matches!(said.last(), Some(Said::Closed(_))) {
            said.push(socket.said_within(PATIENCE).await.expect("the site says something"));
        }
        said
    });

    assert_eq!(said, [Said::Closed(1001)]);
}
