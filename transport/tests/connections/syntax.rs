//! Requests that others would read differently, and answers that others must be able to read.

use axum::http::StatusCode;
use futures_util::future::join_all;

use super::harness::{PATIENCE, Server};

async fn ask(server: &Server, request: &str) -> String {
    let mut connection = server.connect().await;
    connection.send(request).await;
    connection.rest().await
}

#[tokio::test]
async fn requests_that_others_would_read_differently_are_refused() {
    let server = Server::with(|_| {}).await;
    let space = " ".repeat(70);
    let chunked = "POST /bytes HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    let refused = [
        ("no host", "GET /probe HTTP/1.1\r\n\r\n"),
        ("two hosts", "GET /probe HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n"),
        ("two hosts of HTTP/1.0", "GET /probe HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n"),
        ("a bare LF", "GET /probe HTTP/1.1\nhost: a\r\n\r\n"),
        ("bare LFs alone", "GET /probe HTTP/1.1\nhost: a\n\n"),
        (
            "two lengths of a kind",
            "POST /bytes HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            "two lengths of a kind, the other first",
            "POST /bytes HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n",
        ),
        (
            "two lengths of a kind, one behind much space",
            &format!(
                "POST /bytes HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length:{space}5\r\n\r\n0\r\n\r\n"
            ),
        ),
        (
            "two lengths of a kind, the other first and behind much space",
            &format!(
                "POST /bytes HTTP/1.1\r\nhost: a\r\ncontent-length:{space}5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
        ),
        ("a bare LF behind chunks", &format!("{chunked}GET /probe HTTP/1.1\nhost: a\n\n")),
        (
            "two lengths of a kind behind chunks",
            &format!(
                "{chunked}POST /bytes HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
        ),
        ("behind a good one", "GET /probe HTTP/1.1\r\nhost: a\r\n\r\nGET /probe HTTP/1.1\r\nhost: a\nx: b\r\n\r\n"),
    ];

    for (what, request) in refused {
        let answers = ask(&server, request).await;
        let last = answers.rfind("HTTP/1.").map_or("", |at| &answers[at..]);
        assert!(last.contains(" 400 Bad Request\r\n"), "{what}: {answers}");
        assert!(last.contains("x-content-type-options: nosniff"), "{what}: {answers}");
    }
}

#[tokio::test]
async fn requests_that_all_read_alike_are_answered_on_one_connection() {
    let server = Server::with(|_| {}).await;
    let mut connection = server.connect().await;

    for (request, end) in [
        ("GET /probe HTTP/1.1\r\nhost: a\r\n\r\n", "fine"),
        ("POST /bytes HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n\n\n\n\n", "4"),
        ("POST /bytes HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n\n\n\r\n0\r\n\r\n", "2"),
        ("GET /probe HTTP/1.1\r\nhost: a\r\n\r\n", "fine"),
    ] {
        connection.send(request).await;
        connection.until(&format!("\r\n\r\n{end}")).await;
    }
    assert!(ask(&server, "GET /probe HTTP/1.0\r\n\r\n").await.ends_with("fine"), "HTTP/1.0 knows no host");
}

#[tokio::test]
async fn the_answer_that_opens_a_socket_names_its_headers_as_old_clients_look_for_them() {
    let server = Server::with(|_| {}).await;
    let mut connection = server.connect().await;
    connection
        .send(
            "GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
        )
        .await;

    let answer = connection.until("\r\n\r\n").await;

    assert!(answer.contains("\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"), "{answer}");
    assert!(answer.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{answer}");
}

#[tokio::test]
async fn every_answer_keeps_browsers_from_guessing_and_no_answer_is_kept_unasked() {
    let server = Server::with(|config| config.http.is_secure = true).await;
    let asked = ["/graphql?query={me{id}}", "/graphql/stream", "/graphql/", "/api/graphql", "/probe", "/nothing"];

    for path in asked {
        let answer = ask(&server, &format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
        assert!(answer.contains("x-content-type-options: nosniff"), "{path}: {answer}");
        assert!(answer.contains("strict-transport-security: max-age="), "{path}: {answer}");
        assert!(answer.contains("cache-control: "), "{path}: {answer}");
        if path.ends_with("graphql") || path.ends_with("graphql/") {
            assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("GraphQL is at /graphql"), "{answer}");
        }
    }
}

#[tokio::test]
async fn clients_of_a_trusted_proxy_are_counted_each_for_itself() {
    let server = Server::with(|config| {
        config.connections.max_connections_per_address = 2;
        config.connections.trusted_proxies = vec!["127.0.0.0/8".parse().expect("it is a network")];
    })
    .await;
    let ask = async |path: &str, client: &str| {
        let mut connection = server.connect().await;
        let forwarded =
            format!("GET {path} HTTP/1.1\r\nhost: a\r\nx-forwarded-for: {client}\r\nconnection: close\r\n\r\n");
        connection.send(&forwarded).await;
        connection.rest().await
    };
    let slow = async { join_all([ask("/slow", "192.0.2.1"), ask("/slow", "192.0.2.1")]).await };
    let others = async {
        server.slow.are_running(2).await;
        let third = ask("/probe", "192.0.2.1").await;
        let other = ask("/probe", "192.0.2.2").await;
        server.slow.release.cancel();
        (third, other)
    };

    let (slow, (third, other)) =
        tokio::time::timeout(PATIENCE, async { tokio::join!(slow, others) }).await.expect("in time");

    assert!(third.starts_with(&format!("HTTP/1.1 {} ", StatusCode::TOO_MANY_REQUESTS.as_u16())), "{third}");
    assert!(other.ends_with("fine"), "{other}");
    assert!(slow.iter().all(|answer| answer.ends_with("done")));
    assert!(ask("/probe", "192.0.2.1").await.ends_with("fine"), "its places are free again");
}
