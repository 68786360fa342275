//! A person's rights from the outside: an account is deleted on every protocol at once, its data is had, learning from it is ended.

use chrono::Datelike;
use domain::accounts::admin;
use entities::user::{self, Role};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{Site, World, client::Client, socket::Said};

const PASSWORD: &str = "correct horse battery staple";
const DELETE: &str = "mutation ($password: String) { deleteAccount(input: { password: $password }) {
    deletedAt kept { kind count reason until } } }";
const OUTLOOK: &str =
    "{ accountDeletion { needsPassword obstacles { kind count message } kept { kind count until } } }";
const EXPORT: &str = "mutation { exportMyData { json fileName createdAt } }";
const PERSONALISE: &str =
    "mutation ($enabled: Boolean!) { setPersonalisation(input: { enabled: $enabled }) { user { personalised } } }";
const SIGN_UP: &str =
    "mutation ($input: SignUpInput!) { signUp(input: $input) { user { id hasPassword personalised } } }";

async fn email(who: &Client) -> String {
    let me = who.ask("{ me { email } }", json!({})).await.data();
    me["me"]["email"].as_str().expect("an account has an email").to_owned()
}

async fn deletes(who: &Client) -> Value {
    who.ask(DELETE, json!({ "password": PASSWORD })).await.data()["deleteAccount"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_account_is_gone_on_every_protocol_within_a_second() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let email = email(&ana).await;
    let reservation = ana.holds(1, 1, 1).await;
    let mut socket = ana.socket().await;
    socket.subscribe("subscription ($id: ID!) { reservation(id: $id) { status } }", json!({ "id": reservation })).await;
    assert!(matches!(socket.said().await, Said::Next(_)));

    let deleted = deletes(&ana).await;

    assert_eq!(deleted["kept"][0]["kind"], "RESERVATIONS");
    assert!(deleted["kept"][0]["reason"].as_str().is_some_and(|reason| reason.ends_with('.')), "{deleted}");
    let closed = loop {
        match socket.said_within(std::time::Duration::from_secs(5)).await {
            Some(Said::Closed(code)) => break code,
            Some(Said::Next(_) | Said::Complete) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(closed, 4403);
    assert_eq!(ana.ask("{ myReservations { nodes { id } } }", json!({})).await.code(), "UNAUTHENTICATED");
    assert_eq!(ana.ask(DELETE, json!({ "password": PASSWORD })).await.code(), "UNAUTHENTICATED");
    let again = json!({ "email": email, "password": PASSWORD });
    let opened = site.visitor().ask(SIGN_UP, json!({ "input": again })).await.data();
    assert_eq!(opened["signUp"]["user"]["hasPassword"], true);
    assert_eq!(opened["signUp"]["user"]["personalised"], true);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_told_before_and_by_the_refusal() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let listing = ana.offers(&ana.buys(1, 1).await, "70").await;

    let outlook = ana.ask(OUTLOOK, json!({})).await.data()["accountDeletion"].clone();
    let refused = ana.ask(DELETE, json!({ "password": PASSWORD })).await;

    assert_eq!(outlook["needsPassword"], true);
    assert_eq!(outlook["obstacles"][0]["kind"], "OPEN_LISTINGS");
    assert_eq!(refused.code(), "ACCOUNT_NOT_SETTLED");
    let error = &refused.0["errors"][0];
    assert_eq!(error["extensions"]["obstacles"], json!([{ "kind": "OPEN_LISTINGS", "count": 1 }]));
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("1 open listing") && message.contains("withdraw them"), "{message}");
    assert_eq!(ana.ask(OUTLOOK, json!({})).await.data()["accountDeletion"], outlook, "{listing}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_are_limited_as_at_a_sign_in() {
    let (_world, site) = Site::embedded().await;
    let ana = site.fan("ana").await;
    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(ana.ask(DELETE, json!({ "password": "not her password" })).await.code().to_owned());
    }

    assert_eq!(codes[..6], ["BAD_USER_INPUT"; 6]);
    assert!(codes.contains(&"RATE_LIMITED".to_owned()), "{codes:?}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_has_their_data_and_ends_what_is_learned_from_it() {
    let (_world, site) = Site::embedded().await;
    let ana = site.fan("ana").await;
    let email = email(&ana).await;

    let export = ana.ask(EXPORT, json!({})).await.data()["exportMyData"].clone();
    let off = ana.ask(PERSONALISE, json!({ "enabled": false })).await.data();
    let after = ana.ask(EXPORT, json!({})).await.data()["exportMyData"].clone();

    let read = |export: &Value| -> Value {
        serde_json::from_str(export["json"].as_str().expect("it is text")).expect("it is JSON")
    };
    assert_eq!(read(&export)["account"]["email"], email.as_str());
    assert_eq!(read(&export)["analyticsSubjects"].as_array().map(Vec::len), Some(1));
    assert_eq!(off["setPersonalisation"]["user"]["personalised"], false);
    assert_eq!(read(&after)["analyticsSubjects"], json!([]));
    assert_eq!(read(&after)["account"]["personalised"], false);
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(ana.ask(EXPORT, json!({})).await);
    }
    assert_eq!(codes.last().map(|answer| answer.code().to_owned()).as_deref(), Some("RATE_LIMITED"));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_who_leaves_is_none_of_the_staff_any_more() {
    let (_world, site) = Site::embedded().await;
    let boss = site.staff("boss", Role::Admin).await;
    let email = email(&boss).await;

    deletes(&boss).await;

    assert_eq!(boss.ask("{ addressRules { nodes { network } } }", json!({})).await.code(), "UNAUTHENTICATED");
    assert!(admin::set_role(&site.app, &email, Role::Admin).await.expect("it can be looked for").is_none());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_much_data_as_an_answer_takes_arrives_whole_and_more_is_a_conflict_that_says_whom_to_ask() {
    const MOST: usize = 2 * 1024 * 1024 - 4 * 1024;
    for world in [World::embedded(), World::services().await] {
        let site = world.start().await;
        let ana = site.fan("ana").await;
        let email = email(&ana).await;
        let is_called = async |bytes: usize| {
            let name = user::ActiveModel { display_name: Set(Some("x".repeat(bytes))), ..Default::default() };
            let of_ana = user::Entity::update_many().set(name).filter(user::Column::Email.eq(&email));
            of_ana.exec(&site.app.db).await.expect("a name can be changed");
        };
        let exported = async || ana.ask(EXPORT, json!({})).await.data()["exportMyData"]["json"].clone();
        // As a text in JSON.
        let length = |export: &Value| export.to_string().len() - 2;
        is_called(1).await;
        let left = MOST - length(&exported().await);

        // To the byte is tried where no mail is sent between one export and the next.
        is_called(left - 5_000).await;
        let full = exported().await;
        is_called(left + 5_000).await;
        let refused = ana.ask(EXPORT, json!({})).await;

        assert!((MOST - 10_000..=MOST).contains(&length(&full)), "{}", length(&full));
        let read: Value = serde_json::from_str(full.as_str().expect("it is text")).expect("it is JSON to its end");
        assert_eq!(read["account"]["email"], email.as_str());
        assert_eq!(refused.code(), "CONFLICT");
        let message = refused.0["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains("ask this site's staff"), "{message}");
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_of_a_deleted_account_is_told_with_the_end_of_the_years_that_the_operator_names() {
    const YEARS: &str = "MATCHDAY_ACCOUNTS_RECORDS_YEARS";
    for (world, after) in [
        (World::embedded(), None),
        (World::embedded().with(YEARS, "0"), Some(1)),
        (World::services().await.with(YEARS, "10"), Some(11)),
    ] {
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let ana = site.fan("ana").await;
        let hold = ana.holds(1, 1, 1).await;
        let year = site.app.clock.now().year();
        ana.cancel(&hold).await.data();
        let until = after.map(|after| format!("{}-01-01T00:00:00Z", year + after));

        let outlook = ana.ask(OUTLOOK, json!({})).await.data()["accountDeletion"]["kept"].clone();
        let deleted = deletes(&ana).await;

        assert_eq!(outlook, json!([{ "kind": "RESERVATIONS", "count": 1, "until": until }]));
        assert_eq!(
            (&deleted["kept"][0]["kind"], &deleted["kept"][0]["until"]),
            (&json!("RESERVATIONS"), &json!(until))
        );
        // Told, and no more: the books are there after that day, too, for their operator to decide about.
        site.move_clock(std::time::Duration::from_secs(12 * 366 * 86_400));
        domain::maintenance::forget(&site.app).await.expect("the round works");
        let kept = domain::analytics::bookings(&site.app.db, uuid::Uuid::nil(), 10).await.expect("they can be read");
        assert_eq!(kept.len(), 1);
        site.finish().await;
    }
}
