//! The edge in front of the real program: what it lets through, what it tells, and what its clients survive.

use std::path::Path;

use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    program::Program,
    raw::{self, get, post},
    socket::Said,
};

const RESERVE: &str = "reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } }";
const SIGN_IN: &str = r#"signIn(input: {email: "a@example.com", password: "correct horse"}) { accessToken }"#;

/// A mutation that does the same several times.
fn flood(count: usize, call: &str) -> String {
    let calls: Vec<String> = (0..count).map(|number| format!("a{number}: {call}")).collect();
    format!("mutation {{ {} }}", calls.join(" "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_holds_and_sign_ins_are_refused_before_any_of_them_is_done() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let fan = site.fan("ana").await;

    for flood in [flood(5, RESERVE), flood(2, SIGN_IN)] {
        assert_eq!(fan.ask(&flood, json!({})).await.code(), "QUERY_TOO_COMPLEX", "{flood}");
        let mut socket = fan.socket().await;
        socket.subscribe(&flood, json!({})).await;
        assert_eq!(socket.said().await, Said::Error("QUERY_TOO_COMPLEX".to_owned()), "{flood}");
    }
    assert_eq!(site.counts(1, 1), (20, 0));

    fan.ask(&flood(2, RESERVE), json!({})).await.data();
    site.shows(1, 1, (20, 2)).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schema_is_told_where_it_is_no_secret_and_nowhere_else() {
    let open = World::embedded().start().await;
    let world = World::embedded().with("MATCHDAY_INTROSPECTION", "false").with("MATCHDAY_SUGGESTIONS", "false");
    let closed = world.start().await;
    let (schema, typename, misspelt) =
        ("{ __schema { types { name } } }", "{ __typename }", "{ matchs { totalCount } }");

    assert!(open.visitor().ask(schema, json!({})).await.is_ok());
    assert_eq!(open.visitor().get("/schema.graphql").await.0, 200);
    let told = open.visitor().ask(misspelt, json!({})).await;
    assert!(told.0.to_string().contains("Did you mean"), "{told:?}");

    let visitor = closed.visitor();
    assert_eq!(visitor.ask(schema, json!({})).await.code(), "INTROSPECTION_DISABLED");
    assert_eq!(visitor.ask(r#"{ __type(name: "Match") { name } }"#, json!({})).await.code(), "INTROSPECTION_DISABLED");
    assert!(visitor.ask(typename, json!({})).await.is_ok());
    assert_eq!(visitor.get("/schema.graphql").await.0, 404);
    let told = visitor.ask(misspelt, json!({})).await;
    assert_eq!(told.code(), "GRAPHQL_VALIDATION_FAILED");
    assert!(!told.0.to_string().contains("mean") && !told.0.to_string().contains("matches"), "{told:?}");
    let mut socket = visitor.socket().await;
    socket.subscribe(schema, json!({})).await;
    assert_eq!(socket.said().await, Said::Error("INTROSPECTION_DISABLED".to_owned()));
    for site in [open, closed] {
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_trusted_documents_are_executed_where_there_is_a_manifest_over_sockets_too() {
    let world = World::embedded();
    let manifest = world.folder().join("documents.json");
    let live = "subscription { availability { matchNumber } }";
    let listed = json!({ "live": live, "count": "{ matches { totalCount } }" });
    std::fs::write(&manifest, listed.to_string()).expect("the folder is the test's");
    let path = manifest.display().to_string();
    let world = world.with("MATCHDAY_TRANSPORT_DOCUMENTS_TRUSTED_MANIFEST", &path);
    let site = world.start().await;
    let visitor = site.visitor();

    assert!(visitor.ask("{ matches { totalCount } }", json!({})).await.is_ok(), "its text is listed");
    let by_id = post(site.address, &[], &json!({ "documentId": "count" })).await;
    assert_eq!(by_id.json()["data"]["matches"]["totalCount"], 0);
    let stranger = "{ matches { nodes { id } } }";
    assert_eq!(visitor.ask(stranger, json!({})).await.code(), "DOCUMENT_NOT_TRUSTED");

    let mut socket = visitor.socket().await;
    for text in [stranger, "subscription { availability { version } }"] {
        socket.subscribe(text, json!({})).await;
        assert_eq!(socket.said().await, Said::Error("DOCUMENT_NOT_TRUSTED".to_owned()), "{text}");
    }
    site.on_sale(1, 20).await;
    socket.subscribe(live, json!({})).await;
    assert_eq!(socket.data().await["availability"]["matchNumber"], 1);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_before_its_answer_finds_one_hold_by_its_key() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let fan = site.fan("ana").await;
    let input = json!({ "matchNumber": 1, "category": 1, "quantity": 1, "idempotencyKey": "lost" });
    let query = "mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }";
    let body = json!({ "query": query, "variables": { "input": input } });
    let token = format!("Bearer {}", fan.token().expect("she is signed in"));

    for _ in 0..20 {
        raw::ask_and_leave(site.address, &[("authorization", &token)], &body).await;
    }
    let told = fan.reserve_once("lost", 1, 1, 1).await.expect("the site answers").data();

    let mine = fan.ask("{ myReservations { nodes { id } } }", json!({})).await.data();
    assert_eq!(mine["myReservations"]["nodes"], json!([{ "id": told["reserve"]["reservation"]["id"] }]));
    site.shows(1, 1, (20, 1)).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_answer_is_not_sent_again_until_it_changes() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    site.on_sale(2, 20).await;
    let fan = site.fan("ana").await;
    let question = [("query", "{ match(matchNumber: 1) { categories { pending } } }")];
    let first = get(site.address, &[], &question).await;
    let tag = first.header("etag");
    assert!(tag.starts_with("W/\""), "{first:?}");

    fan.holds(2, 1, 1).await;
    let again = get(site.address, &[("if-none-match", &tag)], &question).await;
    assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", tag.clone()));

    fan.holds(1, 1, 1).await;
    let changed = get(site.address, &[("if-none-match", &tag)], &question).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["data"]["match"]["categories"][0]["pending"], 1);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_failed_is_null_or_makes_null_what_it_belongs_to() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let data = async |query: &str| site.visitor().ask(query, json!({})).await.0["data"].clone();

    let nullable = data(r#"{ match(matchNumber: 1) { matchNumber } node(id: "nonsense") { id } }"#).await;
    assert_eq!(nullable, json!({ "match": { "matchNumber": 1 }, "node": null }));
    assert_eq!(data("{ match(matchNumber: 1) { id } myReservations { nodes { id } } }").await, Value::Null);
    assert_eq!(data("{ match(matchNumber: 1) { id } matches(first: 101) { totalCount } }").await, Value::Null);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_metrics_tell_of_subscribers_and_of_the_way_from_the_event_to_the_socket() {
    // A process of its own: in this one other tests are counted too.
    let world = World::embedded().with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true");
    let program = Program::start(Path::new(env!("CARGO_BIN_EXE_matchday-under-test")), &world).await;
    let visitor = program.visitor();
    eventually(PATIENCE, "the program is ready", || async { visitor.get("/readyz").await.0 == 200 }).await;
    let fan = visitor.sign_up("ana").await;
    let value = |metrics: &str, name: &str| {
        let line = metrics.lines().find(|line| line.starts_with(name))?;
        line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok())
    };

    let before = visitor.get("/metrics").await.1;
    let mut socket = visitor.socket().await;
    socket.availability(&[1], &[]).await;
    socket.data().await;
    fan.holds(1, 1, 1).await;
    socket.data().await;

    let after = visitor.get("/metrics").await.1;
    let grown = |name: &str| {
        let after = value(&after, name).unwrap_or_else(|| panic!("no {name}:\n{after}"));
        after - value(&before, name).unwrap_or_default()
    };
    for name in ["matchday_availability_followers", "matchday_sockets{transport=\"websocket\"}"] {
        assert_eq!(grown(name), 1.0, "{name}");
    }
    for name in [
        "matchday_socket_deliveries_total{transport=\"websocket\"}",
        "matchday_availability_encode_seconds_count",
        "matchday_event_to_socket_seconds_count{transport=\"websocket\"}",
    ] {
        assert!(grown(name) >= 1.0, "{name}");
    }
    for name in ["matchday_availability_conflated_total", "matchday_sockets_stalled"] {
        assert!(after.contains(name), "no {name}:\n{after}");
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_registered_at_one_instance_is_known_at_the_other() {
    let world = World::services().await;
    let (first, second) = tokio::join!(world.start(), world.start());
    // A text that no other test registers.
    let text = format!("{{ t{}: __typename }}", uuid::Uuid::new_v4().simple());
    let hash = raw::sha256(&text);
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = json!({ "extensions": extensions });
    let code = |answer: &raw::Answer| answer.json()["errors"][0]["extensions"]["code"].clone();

    for site in [&first, &second] {
        assert_eq!(code(&post(site.address, &[], &by_hash).await), "PERSISTED_QUERY_NOT_FOUND");
    }
    let registration = json!({ "query": text, "extensions": extensions });
    post(first.address, &[], &registration).await;
    assert_eq!(code(&post(second.address, &[], &by_hash).await), "PERSISTED_QUERY_NOT_FOUND", "it was sent once");
    let registered = post(first.address, &[], &registration).await;
    assert!(registered.body.contains("\"Query\""), "{registered:?}");

    let data = |answer: &raw::Answer| answer.json()["data"].clone();
    let known = post(second.address, &[], &by_hash).await;
    assert_eq!(data(&known), data(&registered));
    let parameters = [("extensions", extensions.to_string())];
    let got = get(second.address, &[], &parameters.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    assert_eq!(data(&got), data(&registered));
    eventually(PATIENCE, "both are ready", || async { second.visitor().get("/readyz").await.0 == 200 }).await;
    first.finish().await;
    second.finish().await;
}
