//! The life of a connection: its times, its caps, and its end.

use std::{sync::atomic::Ordering, time::Duration};

use axum::body::Bytes;
use futures_util::future::join_all;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, interval, timeout},
};

use super::harness::{PATIENCE, Server, millis};

#[tokio::test]
async fn a_header_that_comes_byte_by_byte_is_cut_off_in_time() {
    let server = Server::with(|config| config.connections.header_read_timeout_ms = 300).await;
    let mut connection = server.connect().await;
    let start = Instant::now();

    connection.send("GET /probe HTTP/1.1\r\nx: ").await;
    let (mut reader, mut writer) = connection.0.split();
    let dripping = async {
        let mut drip = interval(millis(20));
        loop {
            drip.tick().await;
            if writer.write_all(b"x").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut end = Vec::new();
    tokio::select! {
        _ = reader.read_to_end(&mut end) => {}
        () = dripping => {}
    }

    assert!(end.is_empty());
    assert!((millis(300)..PATIENCE).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_connection_that_never_says_anything_whole_is_cut_off() {
    let server = Server::with(|config| config.connections.header_read_timeout_ms = 100).await;

    for beginning in ["", "P", "PRI * HTTP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut connection = server.connect().await;
        connection.send(beginning).await;
        connection.rest().await;
    }
}

#[tokio::test]
async fn a_connection_between_requests_stays_for_the_idle_time_and_then_goes() {
    let server = Server::with(|config| {
        config.connections.header_read_timeout_ms = 1_000;
        config.connections.keep_alive_idle_timeout_ms = 4_000;
    })
    .await;
    let mut connection = server.connect().await;
    let mut last = Instant::now();
    for pause in [1, 1_500] {
        // Longer than a header may take, so only the idle time can count.
        assert!(connection.stays_silent_for(millis(pause)).await);
        connection.get("/probe").await;
        connection.until("fine").await;
        last = Instant::now();
    }

    assert_eq!(connection.rest().await, "");
    assert!(last.elapsed() >= millis(3_990), "{:?}", last.elapsed());
}

#[tokio::test]
async fn a_request_that_takes_long_to_answer_is_not_cut_off() {
    let server = Server::with(|config| {
        config.connections.header_read_timeout_ms = 50;
        config.connections.keep_alive_idle_timeout_ms = 50;
    })
    .await;
    let mut connection = server.connect().await;
    connection.get("/slow").await;

    assert!(connection.stays_silent_for(millis(300)).await);
    server.slow.release.cancel();

    connection.until("done").await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_cut_off() {
    let server = Server::with(|config| config.connections.send_timeout_ms = 200).await;
    let mut connection = server.connect().await;
    let body = r#"{"query":"subscription { ticks(padding: 10000) }"}"#;
    let length = body.len();
    connection
        .send(&format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        ))
        .await;
    connection.until("\r\n\r\n").await;

    let ended = async {
        let mut look = interval(millis(10));
        while server.world.live.load(Ordering::SeqCst) > 0 || server.world.pulled.load(Ordering::SeqCst) == 0 {
            look.tick().await;
        }
    };

    timeout(PATIENCE, ended).await.expect("the stream of the stalled client ends");
}

#[tokio::test]
async fn an_answer_that_is_taken_byte_by_byte_has_an_end() {
    let server = Server::with(|config| {
        config.connections.answer_timeout_ms = 500;
        config.connections.header_read_timeout_ms = 100;
    })
    .await;
    let mut connection = server.connect().await;
    let start = Instant::now();
    connection.get("/huge").await;

    let mut taken = vec![0; 4 * 1024];
    let mut drip = interval(millis(20));
    let cut = async {
        while connection.0.read(&mut taken).await.is_ok_and(|count| count > 0) {
            drip.tick().await;
        }
    };

    timeout(PATIENCE, cut).await.expect("the connection ends");
    assert!(start.elapsed() >= millis(490), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_probe_is_quick_while_a_thousand_slow_connections_are_open() {
    const SLOW: usize = 1_000;
    let server = Server::with(|config| config.connections.max_connections_per_address = SLOW + 10).await;
    let slow = join_all((0..SLOW).map(|_| async {
        let mut connection = server.connect().await;
        connection.send("POST /graphql HTTP/1.1\r\nhost: a\r\n").await;
        connection
    }))
    .await;

    // One of a few is enough: the machine may be slow at any moment, the server must not be slow at each.
    let mut quickest = PATIENCE;
    for _ in 0..5 {
        let start = Instant::now();
        assert!(server.answers_probe().await);
        quickest = quickest.min(start.elapsed());
    }

    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
    assert_eq!(slow.len(), SLOW);
}

#[tokio::test]
async fn one_connection_too_many_waits_for_another_to_end() {
    let server = Server::with(|config| config.connections.max_connections = 2).await;
    let mut first = server.connect().await;
    first.get("/probe").await;
    first.until("fine").await;
    let mut socket = server.connect().await;
    socket
        .send(
            "GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
        )
        .await;
    assert!(socket.until("\r\n\r\n").await.starts_with("HTTP/1.1 101"));

    let early = timeout(millis(300), server.answers_probe()).await;
    assert!(early.is_err(), "an upgraded connection still counts");
    drop(first);

    assert!(timeout(PATIENCE, server.answers_probe()).await.expect("there is room now"));
}

#[tokio::test]
async fn one_address_has_as_many_connections_as_its_cap_allows() {
    let server = Server::with(|config| config.connections.max_connections_per_address = 1).await;
    let mut first = server.connect().await;
    first.get("/probe").await;
    first.until("fine").await;

    assert_eq!(server.connect().await.rest().await, "");
    drop(first);

    let mut look = interval(millis(10));
    let answered = async {
        while !server.answers_probe().await {
            look.tick().await;
        }
    };
    timeout(PATIENCE, answered).await.expect("the place is given back");
}

/// The head of an answer, and what follows it to the end of the probe.
const LAST: &str = "connection: close";

#[tokio::test]
async fn before_the_end_new_connections_are_let_in_and_each_answer_is_the_last_of_its_connection() {
    let server = Server::with(|_| {}).await;
    let mut kept = server.connect().await;
    kept.get("/probe").await;
    assert!(!kept.until("fine").await.contains(LAST));

    server.announced.cancel();

    kept.get("/probe").await;
    let last = kept.rest().await;
    assert!(last.contains(LAST) && last.ends_with("fine"), "{last}");
    let mut new = server.connect().await;
    new.get("/probe").await;
    let only = new.rest().await;
    assert!(only.contains(LAST) && only.ends_with("fine"), "{only}");
}

#[tokio::test]
async fn a_request_in_the_moments_after_the_end_began_is_answered() {
    let server = Server::with(|_| {}).await;
    let mut kept = server.connect().await;
    kept.get("/probe").await;
    kept.until("fine").await;
    let mut silent = server.connect().await;
    let mut look = interval(millis(1));

    server.shutdown.cancel();
    while TcpStream::connect(server.address).await.is_ok() {
        look.tick().await;
    }

    for connection in [&mut kept, &mut silent] {
        connection.get("/probe").await;
        let last = connection.rest().await;
        assert!(last.contains(LAST) && last.ends_with("fine"), "{last}");
    }
    server.ended().await;
}

#[tokio::test]
async fn running_requests_finish_while_the_server_shuts_down() {
    let server = Server::with(|_| {}).await;
    let mut idle = server.connect().await;
    idle.get("/probe").await;
    idle.until("fine").await;
    let mut running = server.connect().await;
    running.get("/slow").await;
    server.slow.is_running().await;

    server.shutdown.cancel();
    assert_eq!(idle.rest().await, "", "a connection without a request goes soon");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody new is let in");
    server.slow.release.cancel();

    assert!(running.rest().await.ends_with("done"));
    server.ended().await;
}

#[tokio::test]
async fn what_does_not_finish_within_the_drain_is_cut() {
    let server = Server::with(|config| config.connections.drain_seconds = 1).await;
    let mut running = server.connect().await;
    running.get("/slow").await;
    server.slow.is_running().await;

    server.shutdown.cancel();

    assert_eq!(running.rest().await, "");
    server.ended().await;
}

#[tokio::test]
async fn a_header_beyond_the_cap_is_refused() {
    let server = Server::with(|config| config.connections.max_header_bytes = 10_000).await;
    let ask = async |padding: usize| {
        let mut connection = server.connect().await;
        let header = "x".repeat(padding);
        connection.send(&format!("GET /probe HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {header}\r\n\r\n")).await;
        connection.rest().await
    };

    assert!(ask(8_000).await.ends_with("fine"));
    // 431 may be lost where the connection is reset with bytes of the header still unread.
    assert!(!ask(20_000).await.contains("fine"));
}

#[tokio::test]
async fn http2_is_spoken_on_the_same_port() {
    let server = Server::with(|_| {}).await;
    let stream = TokioIo::new(server.connect().await.0);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream).await.expect("the server speaks HTTP/2");
    let driven = tokio::spawn(connection);

    let request = hyper::Request::post(format!("http://{}/graphql", server.address))
        .header("content-type", "application/json")
        .body(Full::<Bytes>::from(r#"{"query":"{ me { id } }"}"#))
        .expect("the request is valid");
    let response = sender.send_request(request).await.expect("the server answers");
    let body = response.into_body().collect().await.expect("the answer is whole").to_bytes();

    assert_eq!(body, r#"{"data":{"me":null}}"#);
    server.shutdown.cancel();
    drop(sender);
    server.ended().await;
    assert!(timeout(PATIENCE, driven).await.is_ok());
}
