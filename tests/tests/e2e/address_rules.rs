//! Rules about addresses: a blocked one is refused at every instance within a second, and loses its open connections.

use std::time::Duration;

use entities::user::Role;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    raw::{post, stream},
    socket::{Said, Socket},
};
use tokio::process::Command;

const SET: &str = "mutation ($input: SetAddressRuleInput!) { setAddressRule(input: $input) {
    rule { network effect reason createdBy expiresAt } } }";
const REMOVE: &str =
    "mutation ($input: RemoveAddressRuleInput!) { removeAddressRule(input: $input) { rule { network } } }";
const RULES: &str = "{ addressRules { nodes { network effect reason } } }";

/// Visitors say themselves where they come from.
fn behind_a_proxy(world: World) -> World {
    world.with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8")
}

fn block(network: &str) -> Value {
    json!({ "input": { "network": network, "effect": "BLOCK", "reason": "a test" } })
}

async fn status(site: &Site, from: &str) -> u16 {
    post(site.address, &[("x-forwarded-for", from)], &json!({ "query": "{ __typename }" })).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_address_is_refused_at_every_instance_within_a_second() {
    let world = behind_a_proxy(World::services().await);
    let (first, second) = tokio::join!(world.start(), world.start());
    let admin = first.staff("root", Role::Admin).await;

    let from = [("x-forwarded-for", "192.0.2.9")];
    let mut socket = Socket::open_with(second.address, None, &from).await.expect("the site takes sockets");
    let set = admin.ask(SET, block("192.0.2.77/24")).await.data();
    assert_eq!(set["setAddressRule"]["rule"]["network"], "192.0.2.0/24");
    for site in [&first, &second] {
        eventually(PATIENCE, "it is blocked", || async { status(site, "192.0.2.9").await == 403 }).await;
        assert_eq!(status(site, "192.0.3.9").await, 200);
    }
    assert_eq!(socket.said_within(PATIENCE).await, Some(Said::Closed(4403)), "open sockets end elsewhere too");
    let refused = post(second.address, &from, &json!({ "query": "{ me { id } }" })).await;
    assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "BLOCKED");

    let allow = json!({ "input": { "network": "192.0.2.9", "effect": "ALLOW", "reason": "ours" } });
    admin.ask(SET, allow).await.data();
    for site in [&first, &second] {
        eventually(PATIENCE, "it is let in", || async { status(site, "192.0.2.9").await == 200 }).await;
        assert_eq!(status(site, "192.0.2.10").await, 403);
    }
    let rules = admin.ask(RULES, json!({})).await.data()["addressRules"]["nodes"].clone();
    assert_eq!(rules.as_array().map(Vec::len), Some(2), "{rules}");

    admin.ask(REMOVE, json!({ "input": { "network": "192.0.2.0/24" } })).await.data();
    for site in [&first, &second] {
        eventually(PATIENCE, "nobody is blocked", || async { status(site, "192.0.2.10").await == 200 }).await;
    }
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_address_loses_its_open_sockets_and_streams() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let admin = site.staff("root", Role::Admin).await;
    let mut socket = site.visitor().socket().await;
    socket.availability(&[1], &[]).await;
    socket.data().await;
    let watch = json!({ "query": "subscription { availability(matchNumbers: [1]) { version } }" });
    let watching = stream(site.address, &watch).await;

    admin.ask(SET, block("127.0.0.1")).await.data();

    assert_eq!(socket.said_within(PATIENCE).await, Some(Said::Closed(4403)));
    tokio::time::timeout(PATIENCE, watching.to_its_end()).await.expect("the stream ends");
    assert_eq!(post(site.address, &[], &json!({ "query": "{ __typename }" })).await.status, 403);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_admins_make_rules_and_only_such_as_can_be_meant() {
    let (_world, site) = Site::embedded().await;
    let (fan, admin) = (site.fan("ana").await, site.staff("root", Role::Admin).await);

    for (who, code) in [(&site.visitor(), "UNAUTHENTICATED"), (&fan, "FORBIDDEN")] {
        assert_eq!(who.ask(SET, block("192.0.2.1")).await.code(), code);
        assert_eq!(who.ask(REMOVE, json!({ "input": { "network": "192.0.2.1" } })).await.code(), code);
        assert_eq!(who.ask(RULES, json!({})).await.code(), code);
    }
    for wrong in ["0.0.0.0/0", "nonsense", "192.0.2.0/33"] {
        assert_eq!(admin.ask(SET, block(wrong)).await.code(), "BAD_USER_INPUT", "{wrong}");
    }
    let mut past = block("192.0.2.1");
    past["input"]["expiresAt"] = json!("2020-01-01T00:00:00Z");
    assert_eq!(admin.ask(SET, past).await.code(), "BAD_USER_INPUT");
    assert_eq!(admin.ask(REMOVE, json!({ "input": { "network": "192.0.2.1" } })).await.code(), "NOT_FOUND");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_ends_at_its_expiry_with_nobody_removing_it() {
    let site = behind_a_proxy(World::embedded()).start().await;
    let admin = site.staff("root", Role::Admin).await;
    let mut rule = block("198.51.100.7");
    rule["input"]["expiresAt"] = json!(site.app.clock.now() + Duration::from_secs(60));

    admin.ask(SET, rule).await.data();
    eventually(PATIENCE, "it is blocked", || async { status(&site, "198.51.100.7").await == 403 }).await;
    site.move_clock(Duration::from_secs(61));

    assert_eq!(status(&site, "198.51.100.7").await, 200);
    site.finish().await;
}

/// Runs `matchday address import` beside whatever runs, and returns what it prints and whether it succeeded.
async fn imports(world: &World, list: &str, arguments: &[&str]) -> (String, bool) {
    let file = world.folder().join("list.txt");
    std::fs::create_dir_all(world.folder()).expect("a folder can be made");
    std::fs::write(&file, list).expect("a file can be written");
    let run = Command::new(env!("CARGO_BIN_EXE_matchday-under-test"))
        .args(["address", "import"])
        .arg(&file)
        .args(arguments)
        .env_clear()
        .envs(world.settings())
        .current_dir(world.folder())
        .output()
        .await
        .expect("the program can be run");
    (String::from_utf8_lossy(&run.stdout).into_owned(), run.status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_imported_beside_running_instances_and_in_force_at_all_of_them() {
    let world = behind_a_proxy(World::services().await);
    let (first, second) = tokio::join!(world.start(), world.start());
    let list = "; known bad\n192.0.2.0/24 ; SBL1\n198.51.100.7 # one\n";

    let (told, is_done) = imports(&world, list, &["--replace-source", "drop", "--expires", "7d", "--dry-run"]).await;
    assert!(is_done && told.contains("2 new") && told.contains("nothing was changed"), "{told}");
    let (told, is_done) = imports(&world, "192.0.2.0/24\nnonsense\n", &[]).await;
    assert!(!is_done && told.starts_with("line 2: \"nonsense\" is not a network"), "{told}");
    assert_eq!(status(&first, "192.0.2.9").await, 200, "nothing was changed");

    let (told, is_done) = imports(&world, list, &["--replace-source", "drop", "--reason", "Spamhaus"]).await;
    assert!(is_done && told.contains("2 new"), "{told}");
    for site in [&first, &second] {
        eventually(PATIENCE, "it is blocked", || async { status(site, "192.0.2.9").await == 403 }).await;
        assert_eq!(status(site, "198.51.100.7").await, 403);
        assert_eq!(status(site, "198.51.100.8").await, 200);
    }
    let rules = "{ addressRules { nodes { network reason source createdBy } } }";
    let admin = first.staff("root", Role::Admin).await;
    let rules = admin.ask(rules, json!({})).await.data()["addressRules"]["nodes"].clone();
    assert_eq!(
        rules[0],
        json!({ "network": "192.0.2.0/24", "reason": "Spamhaus", "source": "drop", "createdBy": null })
    );

    let (told, is_done) = imports(&world, "nonsense\n", &["--replace-source", "drop", "--skip-wrong"]).await;
    assert!(is_done && told.contains("2 removed, 1 wrong"), "{told}");
    for site in [&first, &second] {
        eventually(PATIENCE, "nobody is blocked", || async { status(site, "192.0.2.9").await == 200 }).await;
    }
    first.finish().await;
    second.finish().await;
}
