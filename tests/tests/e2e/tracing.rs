//! Tracing: what a collector is sent of one hold, who decides what is sampled, and what becomes of it all without one.

use std::{collections::BTreeSet, time::Instant};

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World, broker,
    client::Client,
    exemplars,
    otlp::{Collector, Span, Trace},
    program::Program,
    raw,
    socket::Said,
};
use tokio::net::TcpListener;

use super::crashes::binary;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const RESERVE: &str = "mutation Reserve($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }";

/// Holds that are tried: a change that the hub finds by itself first, once a second, is rendered for no record.
const TRIES: u32 = 20;

/// Everything that a hold does, from the request to the message that subscribers get. `sales` and `availability` stand for
/// the topics.
const OF_A_HOLD: &str = include_str!("../../../docs/snippets/operators/trace-of-a-hold.txt");

/// A world on one machine, with matches on sale.
fn embedded() -> World {
    World::embedded().with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true")
}

async fn start(world: &World) -> Program {
    let program = Program::start(binary(), world).await;
    let visitor = program.visitor();
    eventually(PATIENCE, "the program is ready", || async { visitor.get("/readyz").await.0 == 200 }).await;
    program
}

/// Waits until match 1 is known.
async fn is_on_sale(visitor: &Client) {
    let found = || async {
        let found = visitor.ask("{ match(matchNumber: 1) { id } }", json!({})).await;
        found.0["data"]["match"].is_object()
    };
    eventually(PATIENCE, "the match is on sale", found).await;
}

/// Asks under an id that its trace is known by.
async fn hold(fan: &Client, id: &str, category: i32) {
    let input = json!({ "matchNumber": 1, "category": category, "quantity": 1 });
    fan.with_header("x-request-id", id).ask(RESERVE, json!({ "input": input })).await.data();
}

/// Waits until everything that had ended by now has been sent: spans are sent in the order in which they end.
async fn all_sent(collector: &Collector, visitor: &Client, id: &str) {
    let asked = visitor.with_header("x-request-id", id).ask("{ rateLimit { remaining } }", json!({})).await;
    assert!(asked.is_ok(), "{asked:?}");
    collector.request(id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_hold_is_one_trace_from_the_request_to_the_message_of_its_subscribers() {
    let collector = Collector::start().await;
    let world = collector.heard_by(World::services().await).with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let program = start(&world).await;
    let broker = world.broker();
    broker.give(1, 1_000).await;
    let visitor = program.visitor();
    is_on_sale(&visitor).await;
    let ana = visitor.sign_up("ana").await;
    let mut socket = visitor.socket().await;
    socket.availability(&[1], &[]).await;
    let mut pending = 0;
    let mut heard = async || {
        while socket.data().await["availability"]["categories"][0]["pending"] != pending {}
        pending += 1;
    };
    heard().await;

    let is_told = |trace: &Trace| trace.count(SpanKind::Producer) == 2 && trace.count(SpanKind::Consumer) == 1;
    let mut attempt = 0;
    let (request, trace) = loop {
        let id = format!("hold-{attempt}");
        hold(&ana, &id, 1).await;
        heard().await;
        let request = collector.request(&id).await;
        collector.trace(&request.trace, "the hold is told", is_told).await;
        all_sent(&collector, &visitor, &format!("after-{attempt}")).await;
        let trace = collector.trace(&request.trace, "the hold is told", is_told).await;
        attempt += 1;
        if trace.named("render availability").is_some() || attempt == TRIES {
            break (request, trace);
        }
    };

    let topics = broker.topics.clone();
    let tree = trace.drawn().replace(&topics.ticket_sales, "sales").replace(&topics.availability, "availability");
    assert_eq!(tree, OF_A_HOLD);
    assert!(request.parent.is_empty() && request.links.is_empty(), "{request:?}");
    for (name, said) in [
        (
            "POST /graphql",
            vec![("http.request.method", "POST"), ("http.route", "/graphql"), ("http.response.status_code", "200")],
        ),
        ("mutation", vec![("graphql.operation.type", "mutation"), ("graphql.operation.name", "Reserve")]),
        ("desk", vec![("matchday.desk.request", "PlaceHold")]),
        ("desk batch", vec![("matchday.desk.batch_size", "1")]),
        ("render availability", vec![("matchday.match_number", "1")]),
    ] {
        let span = trace.named(name).expect("it is in the tree");
        for (attribute, text) in said {
            assert!(span.says(attribute, text), "{attribute}: {span:?}");
        }
    }
    let known: BTreeSet<&str> = ["service.name", "service.version", "matchday.site"].into();
    assert!(known.iter().all(|name| request.resource.contains_key(*name)), "{:?}", request.resource);
    assert!(trace.0.iter().all(|span| !span.failed), "{tree}");
    no_span_tells_what_was_sent(&collector.spans());

    // What other sites read is what it ever was, with one header more.
    let told = broker.read(&topics.ticket_sales).await;
    let sent = trace.0.iter().find(|span| span.name == format!("send {}", topics.ticket_sales)).expect("it is there");
    let traceparent = format!("00-{}-{}-01", sent.trace, sent.id);
    let record = told.iter().find(|record| record.header("traceparent") == Some(&traceparent)).expect("it is told");
    assert_eq!(record.json(), broker::sale("PENDING", 1, 1, 1));
    let names: BTreeSet<&str> = record.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["clientId", "eventId", "reservationId", "traceparent"].into());

    let rendered = trace.named("render availability").expect("it is in the tree");
    let shown = exemplars::open_metrics(program.address).await;
    assert_eq!(
        exemplars::of(&shown, "matchday_event_to_socket_seconds", r#"transport="websocket""#).last(),
        Some(&(rendered.trace.clone(), rendered.id.clone())),
        "{shown}"
    );
    let answers = exemplars::of(&shown, "matchday_http_answer_seconds", r#"status="success""#);
    let requests = collector.spans();
    let is_request =
        |(_, id): &(String, String)| requests.iter().any(|span| span.id == *id && span.kind == SpanKind::Server);
    assert!(!answers.is_empty() && answers.iter().all(is_request), "{answers:?}");
    program.stop().await;
}

/// Neither variables nor documents nor tokens: of what clients send, spans have operations' names and requests' ids.
fn no_span_tells_what_was_sent(spans: &[Span]) {
    let all = format!("{spans:?}");
    for sent in ["example.com", "correct horse", "matchNumber", "reserve(", "Bearer", "?query"] {
        assert!(!all.contains(sent), "spans show {sent}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_site_sells_is_a_trace_of_ours_that_links_to_theirs() {
    let collector = Collector::start().await;
    let world = collector.heard_by(World::services().await);
    let program = start(&world).await;
    let broker = world.broker();
    broker.give(1, 20).await;
    is_on_sale(&program.visitor()).await;
    let topic = broker.topics.ticket_sales.clone();

    let headers = [("clientId", "there"), ("traceparent", SAMPLED)];
    broker.write(&topic, "1-1", &broker::sale("PENDING", 1, 1, 1), &headers).await;

    let name = format!("process {topic}");
    let span = collector.span("the record is traced", |span| span.name == name).await;
    assert_eq!((span.kind, span.parent.as_str()), (SpanKind::Consumer, ""));
    assert_eq!(span.links, [(TRACE.to_owned(), CALLER.to_owned())]);
    assert_ne!(span.trace, TRACE);
    let sent = format!("send {}", broker.topics.availability);
    let told = collector.span("its change is told", |other| other.name == sent && other.trace == span.trace).await;
    assert_eq!(told.parent, span.id);
    program.stop().await;
}

/// A request and its operation.
fn has_two(trace: &Trace) -> bool {
    trace.0.len() == 2
}

/// Asks from an address of this machine, with what a caller who traces sends.
async fn asked_from(from: &str, program: &Program, id: &str) {
    let body = json!({ "query": "{ rateLimit { remaining } }" }).to_string();
    let headers = [("content-type", "application/json"), ("x-request-id", id), ("traceparent", SAMPLED)];
    let answer = raw::send_from(from, program.address, "POST /graphql", &headers, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_switches_no_sampling_on_and_a_proxy_that_is_trusted_with_it_does() {
    let collector = Collector::start().await;
    let world = collector
        .heard_by(embedded())
        .with("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .with("OTEL_TRACES_SAMPLER_ARG", "0")
        .with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.1/32")
        .with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUST_TRACEPARENT", "true");
    let program = start(&world).await;

    asked_from("127.0.0.2", &program, "of-the-public").await;
    asked_from("127.0.0.1", &program, "of-the-proxy").await;

    let of_proxy = collector.request("of-the-proxy").await;
    assert_eq!((of_proxy.trace.as_str(), of_proxy.parent.as_str()), (TRACE, CALLER));
    let trace = collector.trace(TRACE, "all is sent", has_two).await;
    assert_eq!(trace.drawn(), "server: POST /graphql\n  internal: query\n");
    assert_eq!(collector.spans().len(), 2, "{:?}", collector.spans());
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_caller_names_is_linked_to_where_it_is_not_adopted() {
    let collector = Collector::start().await;
    // An ordinary proxy passes on what a visitor sent.
    let world = collector.heard_by(embedded()).with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.1/32");
    let program = start(&world).await;

    for (from, id) in [("127.0.0.2", "of-the-public"), ("127.0.0.1", "of-the-proxy")] {
        asked_from(from, &program, id).await;
        let span = collector.request(id).await;
        assert_ne!(span.trace, TRACE, "{id}");
        assert_eq!((span.parent.as_str(), &span.links[..]), ("", &[(TRACE.to_owned(), CALLER.to_owned())][..]), "{id}");
    }
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_is_traced_as_it_begins_and_keeps_no_span_open() {
    let collector = Collector::start().await;
    let secret = "authorization=Bearer%20a-secret-of-the-collector";
    tests::secrets::learn("a-secret-of-the-collector");
    let program = start(&collector.heard_by(embedded()).with("OTEL_EXPORTER_OTLP_HEADERS", secret)).await;
    let visitor = program.visitor();

    let mut socket = visitor.socket().await;
    socket.availability(&[1], &[]).await;
    socket.data().await;
    socket.subscribe("query OnASocket { rateLimit { remaining } }", json!({})).await;
    socket.data().await;
    assert_eq!(socket.said().await, Said::Complete);

    // The socket and the subscription are still open: what is not sent by now is.
    all_sent(&collector, &visitor, "after").await;
    let spans = collector.spans();
    let named = |name: &str| spans.iter().filter(|span| span.name == name).collect::<Vec<_>>();
    let (subscriptions, queries) = (named("subscription"), named("query"));
    assert_eq!(subscriptions.len(), 1, "{spans:?}");
    assert_eq!((subscriptions[0].kind, subscriptions[0].parent.as_str()), (SpanKind::Server, ""));
    assert!(queries.iter().any(|query| query.says("graphql.operation.name", "OnASocket")), "{queries:?}");
    assert!(named("GET /graphql").iter().any(|upgrade| upgrade.says("http.response.status_code", "101")));
    assert_eq!(named("render availability"), [&spans[0]; 0], "the state was there before");
    let ids: BTreeSet<&str> = spans.iter().map(|span| span.id.as_str()).collect();
    let left_open: Vec<_> =
        spans.iter().filter(|span| !span.parent.is_empty() && !ids.contains(&*span.parent)).collect();
    assert!(left_open.is_empty(), "their parents have not ended: {left_open:?}");
    assert_eq!(collector.header("authorization"), "Bearer a-secret-of-the-collector");
    drop(socket);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn event_streams_are_traced_as_they_begin() {
    let collector = Collector::start().await;
    let program = start(&collector.heard_by(embedded())).await;
    let body = json!({ "query": "subscription Live { availability(matchNumbers: [1]) { version } }" });

    let open = raw::stream_as(program.address, &[("x-request-id", "streamed")], &body).await;

    let request = collector.request("streamed").await;
    let trace = collector.trace(&request.trace, "all is sent", has_two).await;
    assert_eq!(trace.drawn(), "server: POST /graphql\n  internal: subscription\n");
    drop(open);
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_traced_nothing_is_written_of_what_callers_send() {
    let world = embedded();
    let site: Site = world.start().await;
    let ana = site.fan("ana").await.with_header("traceparent", SAMPLED);

    ana.holds(1, 1, 1).await;
    site.published().await;

    let (broker, topics) = (site.broker(), site.broker().topics);
    let mut records = broker.read_own(&topics.ticket_sales).await;
    assert!(!records.is_empty());
    records.extend(broker.read_own(&topics.availability).await);
    assert!(records.iter().all(|record| record.header("traceparent").is_none()), "{records:?}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_logged_of_a_request_names_its_trace() {
    let collector = Collector::start().await;
    // The first one who signs in takes the only chance of a minute.
    let mut world = collector.heard_by(embedded());
    for setting in ["MATCHDAY_LIMITS_CAPACITY", "MATCHDAY_LIMITS_REFILL"] {
        let fewer = world.setting(setting).replace("signIn=1000000", "signIn=1");
        world = world.with(setting, &fewer);
    }
    let program = start(&world).await;
    let visitor = program.visitor();
    let sign_in =
        "mutation { signIn(input: {email: \"nobody@example.com\", password: \"a long passphrase\"}) { expiresAt } }";

    visitor.ask(sign_in, json!({})).await;
    let refused = visitor.with_header("x-request-id", "refused").ask(sign_in, json!({})).await;
    assert_eq!(refused.code(), "RATE_LIMITED");

    let request = collector.request("refused").await;
    let trace = collector.trace(&request.trace, "all is sent", has_two).await;
    let is_of_trace = |line: &Value| line["trace_id"] == request.trace.as_str();
    let read =
        || program.logged().iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>();
    eventually(PATIENCE, "the decision is logged", || std::future::ready(read().iter().any(is_of_trace))).await;
    let lines = read();
    let line = lines.iter().find(|line| is_of_trace(line)).expect("it is logged");
    assert_eq!(line["message"], "security decision", "{line}");
    assert!(trace.0.iter().any(|span| line["span_id"] == span.id.as_str()), "{line}");
    assert!(lines.iter().any(|line| line.get("trace_id").is_none()), "what no request asked for has no trace");
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_costs_nothing_but_its_spans() {
    let free = TcpListener::bind("127.0.0.1:0").await.and_then(|port| port.local_addr()).expect("there is a free port");
    let world = embedded()
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{free}"))
        .with("OTEL_BSP_SCHEDULE_DELAY", "20")
        .with("OTEL_BSP_EXPORT_TIMEOUT", "1000")
        .with("OTEL_BSP_MAX_QUEUE_SIZE", "10")
        .with("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "5")
        .with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let program = start(&world).await;
    let visitor = program.visitor();
    let ana = visitor.sign_up("ana").await;

    for _ in 0..10 {
        ana.holds(1, 1, 1).await;
    }

    let counted = async |reason: &str| {
        let start = format!("matchday_trace_spans_dropped_total{{reason=\"{reason}\"}} ");
        visitor.get("/metrics").await.1.lines().any(|line| line.starts_with(&start))
    };
    eventually(PATIENCE, "batches are given up", || counted("collector_away")).await;
    // Faster than anything is given up.
    let spans = async || {
        for _ in 0..10 {
            visitor.ask("{ rateLimit { remaining } }", json!({})).await;
        }
        counted("queue_full").await
    };
    eventually(PATIENCE, "spans find no room", spans).await;

    let collector = Collector::start_at(free).await;
    let is_heard = async || {
        visitor.ask("{ rateLimit { remaining } }", json!({})).await;
        !collector.spans().is_empty()
    };
    eventually(PATIENCE, "the collector hears again", is_heard).await;
    let said = |what: &str| program.logged().iter().filter(|line| line.contains(what)).count();
    eventually(PATIENCE, "it is logged", || std::future::ready(said("accepts spans again") == 1)).await;
    assert_eq!(said("the collector does not accept spans"), 1);

    // Gone again, and for good.
    drop(collector);
    ana.holds(1, 2, 1).await;
    let begun = Instant::now();
    program.stop().await;
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_at_the_end_is_sent() {
    let collector = Collector::start().await;
    // Longer than the test takes.
    let program = start(&collector.heard_by(embedded()).with("OTEL_BSP_SCHEDULE_DELAY", "600000")).await;
    let visitor = program.visitor().with_header("x-request-id", "the-last");
    visitor.ask("{ rateLimit { remaining } }", json!({})).await.data();
    assert!(collector.spans().is_empty());

    program.stop().await;

    assert!(collector.spans().iter().any(|span| span.says("matchday.request_id", "the-last")));
}
