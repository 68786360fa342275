//! Closing from the outside: what is shown, told and refused at the instant at which the sale of a match ends.

use book::clock::Clock;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client};

const SHOWN: &str = "{ match(matchNumber: 1) { version timeZone categories { status sellable } } }";
const INSTANT: TimeDelta = TimeDelta::milliseconds(1);

/// A world that sells until kick-off.
fn until_kick_off(world: World) -> World {
    world.with("MATCHDAY_SALES_CLOSE", "0")
}

/// Match 1 begins tomorrow.
async fn scheduled(site: &Site) -> DateTime<Utc> {
    let now = site.clock.now().duration_trunc(TimeDelta::seconds(1)).expect("the time is of this age");
    let kick_off = now + TimeDelta::days(1);
    site.broker().schedule(1, kick_off).await;
    kick_off
}

async fn knows_match(site: &Site) {
    eventually(PATIENCE, "the match is on sale", || async { site.app.view.get(1).is_some() }).await;
}

async fn shown(visitor: &Client) -> Value {
    visitor.ask(SHOWN, json!({})).await.data()["match"].clone()
}

fn status(state: &Value) -> (i64, &str) {
    let status = state["categories"][0]["status"].as_str().expect("a category has a status");
    (state["version"].as_i64().expect("a match has a version"), status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_follows_a_match_hears_that_its_sale_is_over_by_a_version_of_its_own() {
    let world = until_kick_off(World::embedded());
    let site = world.start().await;
    let end = scheduled(&site).await;
    knows_match(&site).await;
    site.clock.stop_at(end - INSTANT);
    let (ana, visitor) = (site.fan("ana").await, site.visitor());
    let held = ana.holds(1, 1, 1).await;
    let mut socket = visitor.socket().await;
    socket.availability(&[1], &[]).await;
    let mut state = socket.data().await["availability"].clone();
    while state["version"] != 2 {
        state = socket.data().await["availability"].clone();
    }
    assert_eq!((status(&state), status(&shown(&visitor).await)), ((2, "AVAILABLE"), (2, "AVAILABLE")));

    site.clock.stop_at(end);
    assert_eq!(status(&shown(&visitor).await).1, "CLOSED", "with or before the version that says so");
    assert_eq!(ana.reserve(1, 1, 1).await.code(), "SALE_CLOSED");
    let told = socket.data().await["availability"].clone();

    assert_eq!(status(&told), (3, "CLOSED"));
    assert_eq!(told["categories"][0]["sellable"], 19, "the counts go on telling the truth");
    assert_eq!(status(&shown(&visitor).await), (3, "CLOSED"));
    let mut returned = visitor.socket().await;
    returned.availability(&[1], &[(1, 2)]).await;
    assert_eq!(status(&returned.data().await["availability"]), (3, "CLOSED"));
    assert!(ana.cancel(&held).await.is_ok());
    let told = socket.data().await["availability"].clone();
    assert_eq!((status(&told), told["categories"][0]["sellable"].as_i64()), ((4, "CLOSED"), Some(20)));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_instance_closes_a_match_once_and_no_other_site_hears_of_it() {
    let world = until_kick_off(World::services().await);
    let (first, second) = tokio::join!(world.start(), world.start());
    let end = scheduled(&first).await;
    let doors = [&first, &second];
    for site in doors {
        knows_match(site).await;
    }
    let mut sockets = Vec::new();
    first.clock.stop_at(end - INSTANT);
    for site in doors {
        let mut socket = site.visitor().socket().await;
        socket.availability(&[1], &[]).await;
        assert_eq!(status(&socket.data().await["availability"]), (1, "AVAILABLE"));
        sockets.push(socket);
    }

    first.clock.stop_at(end);

    for (site, socket) in doors.into_iter().zip(&mut sockets) {
        assert_eq!(status(&socket.data().await["availability"]), (2, "CLOSED"));
        assert_eq!(site.fan("ana").await.reserve(1, 1, 1).await.code(), "SALE_CLOSED");
        assert_eq!(status(&shown(&site.visitor()).await), (2, "CLOSED"));
    }
    first.published().await;
    let broker = first.broker();
    assert_eq!(broker.read(&broker.topics.ticket_sales).await, []);
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_zone_of_a_venue_is_the_sites_own_unless_it_has_another() {
    let world = World::embedded()
        .with("MATCHDAY_VENUES_TIME_ZONE", "Europe/London")
        .with("MATCHDAY_VENUES_TIME_ZONES", "al bayt stadium=Asia/Qatar,Estadio Azteca=America/Mexico_City");
    let site = world.start().await;
    site.on_sale(1, 1).await;
    let elsewhere = json!({ "matchNumber": 2, "roundNumber": 1, "dateUtc": "2022-11-20T16:00:00Z", "location": "Wembley",
        "homeTeam": "A", "awayTeam": "B", "group": null, "availability": { "category1": { "available": 1, "pending": 0, "price": 75 } } });
    let broker = site.broker();
    broker.write(&broker.topics.master_list, "2", &elsewhere, &[]).await;
    eventually(PATIENCE, "the match is on sale", || async { site.app.view.get(2).is_some() }).await;

    let listed = site.visitor().ask("{ matches { nodes { matchNumber timeZone } } }", json!({})).await.data();
    let one = shown(&site.visitor()).await;

    let expected = json!([
        { "matchNumber": 1, "timeZone": "Asia/Qatar" },
        { "matchNumber": 2, "timeZone": "Europe/London" },
    ]);
    assert_eq!((&listed["matches"]["nodes"], &one["timeZone"]), (&expected, &json!("Asia/Qatar")));
    site.finish().await;
}
