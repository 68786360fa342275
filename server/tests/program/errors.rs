//! What went wrong inside: hidden from clients, told in the log under the id that they were given.

use std::{fs, time::Instant};

use futures_util::{SinkExt, StreamExt};
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::serving::{DEADLINE, Folder, Serving};

const SIGN_IN: &str =
    r#"mutation { signIn(input: {email: \"a@example.com\", password: \"correct horse\"}) { accessToken } }"#;

/// A program whose accounts have vanished from the database.
async fn broken(folder: &Folder) -> Serving {
    let program = Serving::start(folder);
    program.ready();
    let file = folder.0.join("data/matchday.db");
    let db = Database::connect(format!("sqlite://{}", file.display())).await.expect("the file is a database");
    db.execute_unprepared("ALTER TABLE users RENAME TO gone").await.expect("the table is there");
    db.close().await.expect("it can be closed");
    program
}

/// The masked error of a result, and that the log says more under this id.
fn assert_masked(result: &Value, id: &str, folder: &Folder) {
    let error = &result["errors"][0];
    assert_eq!(error["extensions"], json!({ "code": "INTERNAL", "requestId": id }), "{result}");
    assert!(!result.to_string().contains("users"), "{result}");
    let line = folder.logged(&[id, "no such table"]);
    assert!(line.contains("ERROR"), "{line}");
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("an answer has a head").1
}

#[tokio::test]
async fn an_internal_error_names_the_request_that_the_log_tells_of() {
    let folder = Folder::new();
    let program = broken(&folder).await;

    let answer = program.query(SIGN_IN);
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("it is in the head").to_owned();
    assert_masked(&serde_json::from_str(body(&answer)).expect("it is JSON"), &id, &folder);

    let request = json!({ "query": SIGN_IN.replace('\\', "") }).to_string();
    let stream = program.ask(&format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-request-id: stream-1\r\naccept: text/event-stream\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{request}",
        request.len()
    ));
    let event = stream.lines().find_map(|line| line.strip_prefix("data: ")).expect("there is an event");
    assert_masked(&serde_json::from_str(event).expect("it is JSON"), "stream-1", &folder);
}

#[tokio::test]
async fn an_internal_error_on_a_socket_names_the_request_that_opened_it() {
    let folder = Folder::new();
    let program = broken(&folder).await;
    let mut request = format!("ws://{}/graphql", program.address).into_client_request().expect("the address is right");
    for (name, value) in [("sec-websocket-protocol", "graphql-transport-ws"), ("x-request-id", "socket-1")] {
        request.headers_mut().insert(name, value.parse().expect("it is a header's value"));
    }
    let (mut socket, _) = connect_async(request).await.expect("the program takes sockets");

    let operation = json!({ "query": SIGN_IN.replace('\\', "") });
    for message in
        [json!({ "type": "connection_init" }), json!({ "type": "subscribe", "id": "1", "payload": operation })]
    {
        socket.send(Message::text(message.to_string())).await.expect("the socket is open");
    }

    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < DEADLINE, "nothing comes");
        let Some(Ok(Message::Text(text))) = socket.next().await else { continue };
        let message: Value = serde_json::from_str(&text).expect("it is JSON");
        if message["type"] == "next" {
            assert_masked(&message["payload"], "socket-1", &folder);
            break;
        }
    }
}

#[tokio::test]
async fn no_filter_of_the_log_loses_the_request_of_an_error() {
    let folder = Folder::new();
    folder.write("matchday.toml", "[log]\nfilter = \"error\"\n");
    let program = broken(&folder).await;

    program.query(SIGN_IN);

    let log = fs::read_to_string(folder.0.join("log")).expect("the log is text");
    assert!(folder.logged(&["no such table"]).contains("request_id"), "{log}");
}
