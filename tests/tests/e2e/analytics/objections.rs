//! Objections: a fan who wants nothing learned from them is erased, and what they book from then on names nobody.

use ::analytics::lake::Lake;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, client::Client, site::reservation_id};
use uuid::Uuid;

use super::{Writer, agrees, bookings_published, command, erasure::in_files, fans, lake, view, with_lake};

const PERSONALISE: &str =
    "mutation ($enabled: Boolean!) { setPersonalisation(input: { enabled: $enabled }) { user { personalised } } }";

async fn personalises(fan: &Client, enabled: bool) {
    let answer = fan.ask(PERSONALISE, json!({ "enabled": enabled })).await.data();
    assert_eq!(answer["setPersonalisation"]["user"]["personalised"], enabled);
}

async fn holds(fan: &Client) -> Uuid {
    reservation_id(&fan.holds(1, 1, 1).await).expect("it names a reservation")
}

/// The pseudonym and the country that the lake has of a reservation.
async fn of(lake: &Lake, id: Uuid) -> (Option<Uuid>, Option<String>) {
    let view = view(lake).await;
    let (_, subject, country, ..) = view.get(&id).expect("the lake has it").clone();
    (subject, country)
}

/// What the topic was told of a reservation: the pseudonym and the country of its fan, in all versions.
async fn told_of(site: &Site, id: Uuid) -> Vec<(Value, Value)> {
    let broker = site.broker();
    let records = broker.read_own(&broker.topics.bookings).await;
    let of_id = records.iter().map(tests::broker::Record::json).filter(|record| record["reservationId"] == json!(id));
    of_id.map(|record| (record["subject"].clone(), record["country"].clone())).collect()
}

async fn in_the_lake(site: &Site, lake: &Lake) {
    bookings_published(&site.app).await;
    agrees(lake, &site.app).await;
}

/// A fan of Peru books, objects, books again, and objects no more.
async fn a_fan_objects(world: &World, site: &Site) {
    site.on_sale(1, 1_000).await;
    let (fans, lake) = (fans(site).await, lake(world).await);
    let ana = &fans[0];
    let before = holds(ana).await;
    in_the_lake(site, &lake).await;
    let (known, country) = of(&lake, before).await;
    let known = known.expect("she has a pseudonym");
    assert_eq!(country.as_deref(), Some("PE"));

    personalises(ana, false).await;
    let meanwhile = holds(ana).await;
    in_the_lake(site, &lake).await;
    assert_eq!(told_of(site, before).await, [(json!(known), json!("PE"))], "as it was then");
    assert_eq!(told_of(site, meanwhile).await, [(Value::Null, Value::Null)]);
    eventually(3 * PATIENCE, "her rows are nobody's", || async { of(&lake, before).await == (None, None) }).await;
    assert_eq!(of(&lake, meanwhile).await, (None, None));
    eventually(3 * PATIENCE, "no file has her", || async {
        let (succeeded, said) = command(world, &["lake", "compact"]).await;
        assert!(succeeded, "{said}");
        !in_files(world).contains(&known)
    })
    .await;

    personalises(ana, true).await;
    let after = holds(ana).await;
    in_the_lake(site, &lake).await;
    let (given, country) = of(&lake, after).await;
    assert!(given.is_some_and(|given| given != known) && country.as_deref() == Some("PE"));
    assert_eq!([of(&lake, before).await, of(&lake, meanwhile).await], [(None, None), (None, None)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_who_objects_books_as_nobody_on_an_embedded_site() {
    let world = with_lake(World::embedded());
    let site = world.start().await;
    a_fan_objects(&world, &site).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_who_objects_books_as_nobody_on_a_site_on_services() {
    let world = with_lake(World::services().await);
    let site = world.start().await;
    let writer = Writer::start(&world).await;
    a_fan_objects(&world, &site).await;
    writer.stop().await;
    site.finish().await;
}
