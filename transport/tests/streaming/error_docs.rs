//! Errors name their section of a page where there is one, whatever they come over.

use serde_json::{Value, json};

use super::harness::{
    Server,
    http::{Answer, send},
};

const PAGE: &str = "https://tickets.example/docs/reference/errors";

async fn documented() -> Server {
    Server::with(|config| config.http.error_docs = Some(PAGE.to_owned())).await
}

/// An error names the section of its code.
#[track_caller]
fn assert_documented(error: &Value, code: &str) {
    assert_eq!(error["extensions"]["code"], code, "{error}");
    assert_eq!(error["extensions"]["docs"], format!("{PAGE}#{}", code.to_lowercase()), "{error}");
}

const JSON: (&str, &str) = ("content-type", "application/json");

async fn post(server: &Server, headers: &[(&str, &str)], body: &Value) -> Answer {
    send(server, "POST", "/graphql", &[&[JSON], headers].concat(), &body.to_string()).await
}

async fn body(mut answer: Answer) -> Value {
    serde_json::from_str(&answer.rest().await).expect("the answer is JSON")
}

#[tokio::test]
async fn over_http_each_error_names_its_section() {
    let server = documented().await;

    let executed = body(post(&server, &[], &json!({ "query": "{ fails }" })).await).await;
    let invalid = body(post(&server, &[], &json!({ "query": "{ nonsense }" })).await).await;
    let unread = body(post(&server, &[], &json!({ "no": "query" })).await).await;
    let unmet = body(send(&server, "PUT", "/graphql", &[], "").await).await;
    let refused = body(post(&server, &[("authorization", "Bearer bad")], &json!({ "query": "{ fails }" })).await).await;
    let batch = json!([{ "query": "{ fails }" }, { "query": "{ nonsense }" }, { "query": "subscription { three }" }]);
    let batch = body(post(&server, &[], &batch).await).await;

    assert_documented(&executed["errors"][0], "CONFLICT");
    assert_documented(&invalid["errors"][0], "GRAPHQL_VALIDATION_FAILED");
    assert_documented(&unread["errors"][0], "BAD_REQUEST");
    assert_documented(&unmet["errors"][0], "METHOD_NOT_ALLOWED");
    assert_documented(&refused["errors"][0], "UNAUTHENTICATED");
    assert_documented(&batch[0]["errors"][0], "CONFLICT");
    assert_documented(&batch[1]["errors"][0], "GRAPHQL_VALIDATION_FAILED");
    assert_documented(&batch[2]["errors"][0], "BAD_USER_INPUT");
}

#[tokio::test]
async fn on_event_streams_each_error_names_its_section() {
    let server = documented().await;
    let events = ("accept", "text/event-stream");

    for (query, code) in [
        ("{ fails }", "CONFLICT"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { forbidden }", "FORBIDDEN"),
    ] {
        let mut stream = post(&server, &[events], &json!({ "query": query })).await;
        assert_documented(&stream.event().await.1["errors"][0], code);
    }
    let unopened = body(send(&server, "GET", "/graphql/stream", &[events], "").await).await;
    assert_documented(&unopened["errors"][0], "BAD_REQUEST");
}

#[tokio::test]
async fn in_multipart_answers_each_error_names_its_section() {
    let server = documented().await;
    let accept = ("accept", "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0");

    let mut answer = post(&server, &[accept], &json!({ "query": "subscription { breaks }" })).await;
    answer.until("\"errors\":").await;
    let errors = answer.until("\r\n--graphql").await;

    assert!(errors.contains(&format!("\"docs\":\"{PAGE}#internal\"")), "{errors}");
}

#[tokio::test]
async fn on_sockets_each_error_names_its_section() {
    let server = documented().await;
    let mut client = server.ready_as("ana").await;

    client.subscribe("1", "{ nonsense }").await;
    assert_documented(&client.hear_of("1").await["payload"][0], "GRAPHQL_VALIDATION_FAILED");
    client.subscribe("2", "{ fails }").await;
    assert_documented(&client.hear_of("2").await["payload"]["errors"][0], "CONFLICT");
    client.subscribe("3", "subscription { forbidden }").await;
    assert_documented(&client.hear_of("3").await["payload"][0], "FORBIDDEN");
    client.say(json!({ "type": "ping", "payload": { "authorization": null } })).await;
    loop {
        let heard = client.hear().await;
        if heard["type"] == "pong" {
            assert_eq!(heard["payload"]["error"]["docs"], format!("{PAGE}#bad_user_input"), "{heard}");
            break;
        }
    }

    let mut legacy = server.legacy().await;
    legacy.say(json!({ "type": "connection_init", "payload": { "authorization": "bad" } })).await;
    assert_eq!(legacy.hear().await["payload"]["docs"], format!("{PAGE}#unauthenticated"));
}

#[tokio::test]
async fn without_a_page_no_error_names_one() {
    let server = Server::start().await;
    let mut client = server.ready_as("ana").await;

    client.subscribe("1", "{ nonsense }").await;

    let socket = client.hear_of("1").await;
    let http = body(post(&server, &[], &json!({ "query": "{ fails }" })).await).await;
    for told in [socket, http] {
        assert!(!told.to_string().contains("docs"), "{told}");
    }
}
