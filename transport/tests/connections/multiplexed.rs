//! HTTP/2: many requests on one connection, none of which its client may leave with the server.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::body::Bytes;
use futures_util::future::join_all;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Incoming};
use serde_json::json;
use testkit::wait::until;
use tokio::time::{Instant, timeout};

use super::harness::{LARGE, PATIENCE, Server, millis};

fn get(server: &Server, path: &str) -> Request<Full<Bytes>> {
    Request::get(server.url(path)).body(Full::default()).expect("it is valid")
}

fn stream(server: &Server, query: &str) -> Request<Full<Bytes>> {
    Request::post(server.url("/graphql"))
        .header("content-type", "application/json")
        .header("accept", "text/event-stream")
        .body(Full::from(json!({ "query": query }).to_string()))
        .expect("it is valid")
}

/// Whether the server ends the body before all of it came.
async fn is_cut(answer: Response<Incoming>) -> bool {
    timeout(PATIENCE, answer.into_body().collect()).await.expect("it ends in time").is_err()
}

#[tokio::test]
async fn answers_that_a_client_grants_no_window_for_end_in_time() {
    // None, one byte, and as much as a piece but for one.
    for window in [0, 1, 16 * 1024 - 1] {
        let server = Server::with(|config| config.connections.send_timeout_ms = 300).await;
        let mut sender = server.http2(window).await;

        // Fewer than what gives the whole connection up.
        for _ in 0..5 {
            let answer = sender.send_request(get(&server, "/large")).await.expect("its head comes");
            assert_eq!(answer.status(), StatusCode::OK);
            let start = Instant::now();
            if window == 0 {
                assert!(is_cut(answer).await);
                assert!(start.elapsed() < PATIENCE / 2, "{:?}", start.elapsed());
            } else {
                drop(answer);
            }
        }

        let alive = sender.send_request(get(&server, "/probe")).await.expect("the connection goes on");
        assert_eq!(alive.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn a_connection_whose_client_takes_no_answer_is_given_up() {
    for window in [0, 1] {
        let server = Server::with(|config| {
            config.connections.send_timeout_ms = 200;
            config.connections.header_read_timeout_ms = 200;
        })
        .await;
        let mut sender = server.http2(window).await;
        let asked = (0..20).map(|_| sender.send_request(get(&server, "/large")));
        let asked: Vec<_> = asked.collect();
        let answers = timeout(PATIENCE, join_all(asked)).await.expect("each is answered, or its connection ends");
        for answer in answers.into_iter().flatten() {
            assert!(is_cut(answer).await, "window {window}");
        }

        let ended = async {
            while sender.send_request(get(&server, "/probe")).await.is_ok() {
                tokio::time::sleep(millis(20)).await;
            }
        };
        timeout(PATIENCE, ended).await.expect("the connection ends");
    }
}

#[tokio::test]
async fn what_one_connection_has_not_taken_is_bounded_in_bytes() {
    let server = Server::with(|config| config.connections.send_timeout_ms = 60_000).await;
    let mut sender = server.http2(0).await;
    let asked: Vec<_> = (0..50).map(|_| sender.send_request(get(&server, "/large"))).collect();
    let asked = tokio::spawn(join_all(asked));
    let answered = || server.slow.large.load(Ordering::SeqCst);
    let first = async {
        while answered() == 0 {
            tokio::time::sleep(millis(5)).await;
        }
    };
    timeout(PATIENCE, first).await.expect("the first is answered");

    // Long enough for all of them, were they let run.
    tokio::time::sleep(millis(500)).await;

    let at_most = 1024 * 1024 / LARGE + 4;
    assert!(answered() <= at_most, "{} answers wait for their client", answered());
    asked.abort();
}

#[tokio::test]
async fn streams_that_a_client_does_not_let_begin_are_as_many_as_there_is_room_for() {
    let server = Server::with(|config| config.connections.send_timeout_ms = 60_000).await;
    let mut sender = server.http2(0).await;
    let begun = Arc::new(AtomicUsize::new(0));
    let streams = (0..50).map(|_| {
        let (asked, begun) =
            (sender.send_request(stream(&server, "{ matches { edges { node { version } } } }")), Arc::clone(&begun));
        async move {
            let answer = asked.await.expect("its head comes");
            begun.fetch_add(1, Ordering::SeqCst);
            answer
        }
    });
    let streams = tokio::spawn(join_all(streams.collect::<Vec<_>>()));
    // An answer that is being made counts 32 KiB.
    let room = 1024 * 1024 / (32 * 1024);
    until("as many begin as there is room for", || begun.load(Ordering::SeqCst) >= room).await;

    // Long enough for all of them, were they let run.
    tokio::time::sleep(millis(500)).await;

    assert_eq!(begun.load(Ordering::SeqCst), room);
    streams.abort();
}

#[tokio::test]
async fn whole_answers_come_whole_through_small_windows() {
    let server = Server::with(|_| {}).await;
    let mut sender = server.http2(1_000).await;

    let answer = sender.send_request(get(&server, "/large")).await.expect("the server answers");
    let body = timeout(PATIENCE, answer.into_body().collect()).await.expect("it comes").expect("it is whole");

    assert_eq!(body.to_bytes().len(), LARGE);
}
