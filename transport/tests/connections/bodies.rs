//! Bodies that arrive: bounded in bytes and in time on every route, whatever the route makes of them.

use std::convert::Infallible;

use axum::{body::Body, http::StatusCode};
use futures_util::stream;
use tokio::time::{Instant, timeout};

use super::harness::{PATIENCE, READING, Server, millis};

/// What is sent before a body; the second is answered behind compression.
const HEADS: [&str; 2] = ["", "accept-encoding: gzip\r\n"];

fn head(path: &str, more: &str, framing: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{more}{framing}\r\n\r\n")
}

#[tokio::test]
async fn a_body_without_end_is_not_waited_for_on_any_route() {
    let server = Server::with(|config| config.connections.body_read_timeout_ms = 200).await;

    for path in READING {
        for (more, framing) in HEADS
            .into_iter()
            .flat_map(|more| ["content-length: 9", "transfer-encoding: chunked"].map(|framing| (more, framing)))
        {
            let start = Instant::now();
            let mut connection = server.connect().await;
            connection.send(&head(path, more, framing)).await;
            let answer = connection.rest().await;

            assert!(answer.starts_with("HTTP/1.1 408 "), "{path} {more}{framing}: {answer}");
            assert!(answer.contains("did not arrive within 200 ms"), "{path}: {answer}");
            assert!(start.elapsed() < PATIENCE / 2, "{path}: {:?}", start.elapsed());
        }
    }
}

#[tokio::test]
async fn a_body_without_end_is_not_waited_for_over_http2_either() {
    let server = Server::with(|config| config.connections.body_read_timeout_ms = 200).await;
    let mut sender = server.http2_sending::<Body>().await;

    for path in READING {
        let request = hyper::Request::post(server.url(path))
            .header("content-type", "application/json")
            .body(Body::from_stream(stream::pending::<Result<Vec<u8>, Infallible>>()));
        let answer = timeout(PATIENCE, sender.send_request(request.expect("it is valid"))).await;
        let answer = answer.expect("it is answered in time").expect("the server answers");
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT, "{path}");
    }
}

#[tokio::test]
async fn a_body_beyond_its_bytes_is_refused_on_every_route() {
    let server = Server::with(|config| config.http.max_body_bytes = 1_000).await;

    for path in READING {
        for more in HEADS {
            let mut connection = server.connect().await;
            connection.send(&head(path, more, "content-length: 1001")).await;
            let answer = connection.rest().await;
            assert!(answer.starts_with("HTTP/1.1 413 "), "declared, {path} {more}: {answer}");

            let mut connection = server.connect().await;
            let body = format!("{}0\r\n\r\n", format!("64\r\n{}\r\n", "x".repeat(100)).repeat(11));
            connection
                .send(&format!("{}{body}", head(path, more, "connection: close\r\ntransfer-encoding: chunked")))
                .await;
            let answer = connection.rest().await;
            assert!(answer.starts_with("HTTP/1.1 413 "), "sent, {path} {more}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_body_in_many_tiny_pieces_counts_as_what_it_takes_in_memory() {
    let server = Server::with(|config| config.http.max_body_bytes = 10_000).await;
    let ask = async |pieces: usize| {
        let mut connection = server.connect().await;
        let body = format!("{}0\r\n\r\n", "1\r\nx\r\n".repeat(pieces));
        connection
            .send(&format!("{}{body}", head("/bytes", "connection: close\r\n", "transfer-encoding: chunked")))
            .await;
        connection.rest().await
    };

    assert!(ask(100).await.ends_with("100"));
    assert!(ask(1_000).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_body_that_nobody_reads_ends_with_its_answer() {
    let server = Server::with(|_| {}).await;
    let mut connection = server.connect().await;

    connection.send("POST /probe HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n").await;

    assert!(connection.rest().await.starts_with("HTTP/1.1 405 "));
    assert!(server.connect().await.stays_silent_for(millis(1)).await);
}
