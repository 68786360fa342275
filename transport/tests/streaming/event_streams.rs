//! Server-sent events: a stream for each operation, or one for all.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::harness::{
    Server,
    http::{Answer, send},
    within,
};

const EVENTS: (&str, &str) = ("accept", "text/event-stream");

async fn distinct(server: &Server, headers: &[(&str, &str)], query: &str) -> Answer {
    let body = json!({ "query": query }).to_string();
    let headers = [&[EVENTS, ("content-type", "application/json")], headers].concat();
    send(server, "POST", "/graphql", &headers, &body).await
}

#[tokio::test]
async fn an_event_stream_opens_before_anything_has_happened() {
    let server = Server::start().await;

    let mut stream = distinct(&server, &[], "subscription { silence }").await;

    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), "text/event-stream; charset=utf-8");
    assert_eq!(stream.header("x-accel-buffering"), "no", "nginx passes events on at once");
    assert_eq!(stream.until("\n\n").await, ":\n\n");
    server.until_live(1).await;
    drop(stream);
    server.until_live(0).await;
}

#[tokio::test]
async fn each_result_is_an_event_and_the_stream_ends_with_complete() {
    let server = Server::start().await;

    let mut stream = distinct(&server, &[], "subscription { three }").await;

    for number in 1..=3 {
        assert_eq!(stream.event().await, ("next".to_owned(), json!({ "data": { "three": number } })));
    }
    assert_eq!(stream.event().await, ("complete".to_owned(), Value::Null));
    assert_eq!(stream.rest().await, "");
}

#[tokio::test]
async fn queries_are_answered_with_one_event_also_by_get() {
    let server = Server::start().await;

    let mut stream =
        send(&server, "GET", "/graphql?query=%7Bme%7Bid%7D%7D", &[EVENTS, ("authorization", "ana")], "").await;

    assert_eq!(stream.event().await, ("next".to_owned(), json!({ "data": { "me": { "id": "ana" } } })));
    assert_eq!(stream.event().await.0, "complete");
}

#[tokio::test]
async fn a_refused_document_is_told_on_the_stream() {
    let server = Server::start().await;

    for query in ["{", "{ nonsense }", "subscription { three silence }", "subscription { forbidden }"] {
        let mut stream = distinct(&server, &[], query).await;
        let (name, result) = stream.event().await;
        assert_eq!(name, "next");
        assert!(result["errors"][0]["message"].is_string() && result.get("data").is_none(), "{result}");
        assert_eq!(stream.event().await.0, "complete");
    }
}

#[tokio::test]
async fn an_idle_stream_is_kept_alive_by_comments() {
    let server = Server::with(|config| config.sockets.event_stream_keep_alive_ms = 20).await;

    let mut stream = distinct(&server, &[], "subscription { silence }").await;

    for _ in 0..4 {
        assert_eq!(stream.until("\n\n").await, ":\n\n");
    }
}

#[tokio::test]
async fn a_stream_breaks_off_with_its_token_so_that_its_client_comes_back_with_a_fresh_one() {
    let server = Server::start().await;

    let mut stream = distinct(&server, &[("authorization", "ana~200")], "subscription { silence }").await;

    assert_eq!(stream.broken_off().await, ":\n\n");
    server.until_live(0).await;
}

#[tokio::test]
async fn a_stream_breaks_off_when_the_clock_is_past_the_end_of_its_token() {
    let server = Server::with(|config| config.sockets.event_stream_keep_alive_ms = 20).await;
    let token = ("authorization", "ana~3600000");
    let mut silent = distinct(&server, &[token], "subscription { silence }").await;
    let mut never_silent = distinct(&server, &[token], "subscription { ticks }").await;
    for _ in 0..3 {
        assert_eq!(silent.until("\n\n").await, ":\n\n");
    }

    server.world.ahead_ms.store(3_600_000, Ordering::SeqCst);

    silent.broken_off().await;
    never_silent.broken_off().await;
    server.until_live(0).await;
}

#[tokio::test]
async fn a_stream_that_is_never_silent_breaks_off_with_its_token() {
    let server = Server::start().await;

    let mut stream = distinct(&server, &[("authorization", "ana~200")], "subscription { ticks }").await;

    assert!(stream.broken_off().await.contains("event: next"));
    server.until_live(0).await;
}

#[tokio::test]
async fn a_stream_breaks_off_when_its_caller_is_not_what_they_were() {
    let server = Server::start().await;
    let mut hers = distinct(&server, &[("authorization", "ana")], "subscription { silence }").await;
    let _his = distinct(&server, &[("authorization", "ben")], "subscription { silence }").await;
    server.until_live(2).await;

    server.world.dismiss("ana");

    assert_eq!(hers.broken_off().await, ":\n\n");
    server.until_live(1).await;
}

#[tokio::test]
async fn a_drained_stream_breaks_off_and_completes_nothing() {
    let server = Server::start().await;
    let mut stream = distinct(&server, &[], "subscription { silence }").await;
    assert_eq!(stream.until("\n\n").await, ":\n\n");
    server.until_live(1).await;

    let ((), rest) = tokio::join!(server.drained(), stream.broken_off());

    assert_eq!(rest, "");
}

#[tokio::test]
async fn a_query_on_a_stream_finishes_while_the_server_drains() {
    let server = Server::start().await;
    let mut stream = distinct(&server, &[], "{ slow }").await;
    assert_eq!(stream.until("\n\n").await, ":\n\n");

    server.shutdown.cancel();
    server.world.release();

    assert_eq!(stream.event().await, ("next".to_owned(), json!({ "data": { "slow": true } })));
    assert_eq!(stream.event().await.0, "complete");
    assert_eq!(stream.rest().await, "");
}

#[tokio::test]
async fn a_query_that_does_not_finish_holds_no_stream_open_longer_than_configured() {
    let server = Server::with(|config| config.sockets.drain_timeout_ms = 100).await;
    let mut stream = distinct(&server, &[], "{ slow }").await;
    assert_eq!(stream.until("\n\n").await, ":\n\n");

    let ((), rest) = tokio::join!(server.drained(), stream.broken_off());

    assert_eq!(rest, "");
}

#[tokio::test]
async fn a_stalled_stream_skips_to_the_newest_state() {
    let server = Server::start().await;
    let padded = "subscription { availability(matchNumbers: [1], padding: 60000) { version padding } }";
    let mut stream = distinct(&server, &[], padded).await;
    let version = |(_, result): (String, Value)| result["data"]["availability"]["version"].as_i64();
    assert_eq!(version(stream.event().await), Some(1));

    // Far more than all buffers on the way can hold.
    for _ in 0..1_000 {
        assert!(server.world.hold(1, 1));
    }

    let mut results = 1;
    while version(stream.event().await) != Some(1_001) {
        results += 1;
    }
    assert!(results < 900, "{results} of 1,001 states were sent");
}

#[tokio::test]
async fn more_streams_than_allowed_are_refused_with_429() {
    let server = Server::with(|config| {
        config.sockets.connections_per_address_max = 2;
        config.sockets.connections_per_user_max = 1;
    })
    .await;

    let _first = distinct(&server, &[("authorization", "ana")], "subscription { silence }").await;
    let of_the_user = distinct(&server, &[("authorization", "ana")], "subscription { silence }").await;
    assert_eq!(of_the_user.status, 429);
    let _second = distinct(&server, &[], "subscription { silence }").await;
    let of_the_address = distinct(&server, &[], "subscription { silence }").await;
    assert_eq!(of_the_address.status, 429);
}

#[tokio::test]
async fn more_operations_than_allowed_are_refused_with_429() {
    let server = Server::with(|config| config.sockets.operations_per_address_max = 1).await;

    let first = distinct(&server, &[], "subscription { silence }").await;
    assert_eq!(distinct(&server, &[], "subscription { silence }").await.status, 429);

    drop(first);
    within(async { while distinct(&server, &[], "{ me { id } }").await.status != 200 {} }).await;
}

mod single_connection {
    use super::*;

    const STREAM: &str = "/graphql/stream";
    const TOKEN: &str = "x-graphql-event-stream-token";

    async fn reserve(server: &Server, headers: &[(&str, &str)]) -> String {
        let mut answer = send(server, "PUT", STREAM, headers, "").await;
        assert_eq!(answer.status, 201);
        answer.rest().await
    }

    async fn run(server: &Server, token: &str, id: Option<&str>, query: &str) -> u16 {
        let extensions = id.map_or(json!({}), |id| json!({ "operationId": id }));
        let body = json!({ "query": query, "extensions": extensions }).to_string();
        send(server, "POST", STREAM, &[(TOKEN, token), ("content-type", "application/json")], &body).await.status
    }

    #[tokio::test]
    async fn all_operations_run_over_one_reserved_stream() {
        let server = Server::start().await;
        let token = reserve(&server, &[]).await;
        assert_eq!(run(&server, &token, Some("before"), "subscription { three }").await, 202);

        let mut stream = send(&server, "GET", STREAM, &[(TOKEN, &token), EVENTS], "").await;
        assert_eq!(stream.status, 200);
        for number in 1..=3 {
            let payload = json!({ "data": { "three": number } });
            assert_eq!(stream.event().await, ("next".to_owned(), json!({ "id": "before", "payload": payload })));
        }
        assert_eq!(stream.event().await, ("complete".to_owned(), json!({ "id": "before" })));

        assert_eq!(run(&server, &token, Some("after"), "{ nonsense }").await, 202);
        let (_, refused) = stream.event().await;
        assert_eq!(refused["id"], "after");
        assert!(refused["payload"]["errors"][0]["message"].is_string(), "{refused}");
        assert_eq!(stream.event().await, ("complete".to_owned(), json!({ "id": "after" })));
    }

    #[tokio::test]
    async fn an_operation_ends_on_delete_and_all_end_with_the_stream() {
        let server = Server::start().await;
        let token = reserve(&server, &[]).await;
        let stream = send(&server, "GET", &format!("{STREAM}?token={token}"), &[EVENTS], "").await;
        for id in ["1", "2"] {
            assert_eq!(run(&server, &token, Some(id), "subscription { silence }").await, 202);
        }
        server.until_live(2).await;

        let delete = format!("{STREAM}?operationId=1");
        assert_eq!(send(&server, "DELETE", &delete, &[(TOKEN, &token)], "").await.status, 200);
        server.until_live(1).await;

        drop(stream);
        server.until_live(0).await;
        assert_eq!(run(&server, &token, Some("3"), "{ me { id } }").await, 404, "the token went with its stream");
    }

    #[tokio::test]
    async fn what_does_not_fit_is_refused_with_a_status_that_says_why() {
        let server = Server::with(|config| config.sockets.operations_per_connection_max = 1).await;
        let token = reserve(&server, &[]).await;
        let nobodys = "00000000000040008000000000000000";

        assert_eq!(run(&server, nobodys, Some("1"), "{ me { id } }").await, 404);
        assert_eq!(run(&server, "nonsense", Some("1"), "{ me { id } }").await, 404);
        assert_eq!(run(&server, &token, None, "{ me { id } }").await, 400);
        assert_eq!(run(&server, &token, Some("1"), "subscription { silence }").await, 202);
        assert_eq!(run(&server, &token, Some("1"), "subscription { silence }").await, 409);
        assert_eq!(run(&server, &token, Some("2"), "subscription { silence }").await, 429);
        assert_eq!(send(&server, "GET", STREAM, &[EVENTS], "").await.status, 400);
        let _open = send(&server, "GET", STREAM, &[(TOKEN, &token), EVENTS], "").await;
        assert_eq!(send(&server, "GET", STREAM, &[(TOKEN, &token), EVENTS], "").await.status, 409);
        assert_eq!(send(&server, "PATCH", STREAM, &[], "").await.status, 405);
    }

    #[tokio::test]
    async fn a_drained_stream_breaks_off_with_all_that_runs_on_it() {
        let server = Server::start().await;
        let token = reserve(&server, &[]).await;
        let mut stream = send(&server, "GET", STREAM, &[(TOKEN, &token), EVENTS], "").await;
        assert_eq!(stream.until("\n\n").await, ":\n\n");
        assert_eq!(run(&server, &token, Some("1"), "subscription { silence }").await, 202);
        server.until_live(1).await;

        let ((), rest) = tokio::join!(server.drained(), stream.broken_off());

        assert_eq!(rest, "");
    }

    #[tokio::test]
    async fn behind_a_balancer_that_spreads_requests_a_client_is_told_what_its_mode_needs() {
        let (here, there) = (Server::start().await, Server::start().await);
        let token = reserve(&here, &[]).await;
        let asks = [("GET", STREAM.to_owned()), ("DELETE", format!("{STREAM}?operationId=1"))];

        for (method, path) in &asks {
            let mut elsewhere = send(&there, method, path, &[(TOKEN, &token), EVENTS], "").await;
            assert_eq!(elsewhere.status, 404, "{method}");
            let told = elsewhere.rest().await;
            assert!(told.contains("another instance") && told.contains("singleConnection: false"), "{told}");
        }
        assert_eq!(run(&there, &token, Some("1"), "{ me { id } }").await, 404);

        let (instance, stream) = token.split_at(token.len() / 2);
        let over = format!("{instance}{}", "0".repeat(stream.len()));
        for (method, path) in &asks {
            let mut over = send(&here, method, path, &[(TOKEN, &over), EVENTS], "").await;
            assert_eq!(over.status, 404, "{method}");
            let told = over.rest().await;
            assert!(told.contains("reserve one with PUT") && !told.contains("another instance"), "{told}");
        }
        assert_eq!(send(&here, "GET", STREAM, &[(TOKEN, &token), EVENTS], "").await.status, 200);
    }

    #[tokio::test]
    async fn a_stream_belongs_to_who_reserved_it() {
        let server = Server::start().await;
        let token = reserve(&server, &[("authorization", "ana")]).await;

        let stolen = send(&server, "GET", STREAM, &[(TOKEN, &token), EVENTS, ("authorization", "ben")], "").await;
        assert_eq!(stolen.status, 404);
        let owned = send(&server, "GET", STREAM, &[(TOKEN, &token), EVENTS, ("authorization", "ana")], "").await;
        assert_eq!(owned.status, 200);
    }

    #[tokio::test]
    async fn a_flood_of_reservations_takes_no_place_from_others_of_its_address() {
        let server = Server::with(|config| {
            config.sockets.event_stream_reservations_per_address_max = 2;
            config.sockets.connections_per_address_max = 2;
        })
        .await;

        let [first, second, third, fourth] = [
            reserve(&server, &[]).await,
            reserve(&server, &[]).await,
            reserve(&server, &[]).await,
            reserve(&server, &[]).await,
        ];

        for given_way in [first, second] {
            assert_eq!(send(&server, "GET", STREAM, &[(TOKEN, &given_way), EVENTS], "").await.status, 404);
        }
        let open = send(&server, "GET", STREAM, &[(TOKEN, &third), EVENTS], "").await;
        let other = distinct(&server, &[], "subscription { silence }").await;
        assert_eq!((open.status, other.status), (200, 200), "what is reserved takes no place of a connection");
        assert_eq!(send(&server, "GET", STREAM, &[(TOKEN, &fourth), EVENTS], "").await.status, 429);
    }

    #[tokio::test]
    async fn what_waits_for_a_stream_to_be_opened_is_bounded_in_bytes() {
        let server = Server::start().await;
        let token = reserve(&server, &[]).await;
        let padded = |bytes: usize| format!("{{ me {{ id }} }} # {}", "x".repeat(bytes));

        assert_eq!(run(&server, &token, Some("large"), &padded(80_000)).await, 413);
        assert_eq!(run(&server, &token, Some("1"), &padded(40_000)).await, 202);
        assert_eq!(run(&server, &token, Some("2"), &padded(40_000)).await, 202);
        assert_eq!(run(&server, &token, Some("3"), &padded(10)).await, 429);

        let mut stream = send(&server, "GET", STREAM, &[(TOKEN, &token), EVENTS], "").await;
        for _ in 0..4 {
            stream.event().await;
        }
        assert_eq!(run(&server, &token, Some("3"), &padded(10)).await, 202);
    }

    #[tokio::test]
    async fn reservations_are_bounded_and_end_by_themselves() {
        let server = Server::with(|config| {
            config.sockets.event_stream_reservations_max = 1;
            config.sockets.event_stream_reservation_ms = 2_000;
        })
        .await;

        let _first = reserve(&server, &[]).await;
        assert_eq!(send(&server, "PUT", STREAM, &[], "").await.status, 503);

        within(async { while send(&server, "PUT", STREAM, &[], "").await.status != 201 {} }).await;
    }
}
