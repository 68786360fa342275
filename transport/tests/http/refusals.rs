//! What a gateway that does not answer looks like from outside.

use std::{sync::Arc, time::SystemTime};

use axum::http::{StatusCode, request::Parts};
use error_codes::Code;
use futures_util::{FutureExt, future::BoxFuture, stream::BoxStream};
use serde_json::{Map, Value};
use transport::{
    document::Prepared,
    gateway::{Caller, Gateway, Payload, Refusal},
    request_id::RequestId,
};

use crate::{
    harness::{Client, GRAPHQL_RESPONSE, JSON},
    toy::world::World,
};

/// Lets nobody in who says how, and falls over when anybody else comes in.
struct Unwilling;

impl Gateway for Unwilling {
    fn now(&self) -> SystemTime {
        unreachable!("no token ends here")
    }

    fn identify<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Result<Caller, Refusal>> {
        let id = request.extensions.get::<RequestId>().map(|id| id.to_string()).unwrap_or_default();
        let refusal = Refusal {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: Code::RATE_LIMITED,
            message: format!("too many like {id}"),
            retry_after: Some(7),
        };
        let is_refused = request.headers.contains_key("authorization");
        let caller = Caller { user: None, expires_at: None, role: None, over: None, context: Arc::new(()) };
        async move { if is_refused { Err(refusal) } else { Ok(caller) } }.boxed()
    }

    fn identify_socket<'a>(
        &'a self,
        _: &'a Parts,
        _: &'a Map<String, Value>,
    ) -> BoxFuture<'a, Result<Caller, Refusal>> {
        unreachable!("no test opens a socket here")
    }

    fn execute(&self, _: &Caller, _: Prepared) -> BoxFuture<'static, Payload> {
        async { panic!("secret: the database said no") }.boxed()
    }

    fn subscribe(&self, _: &Caller, _: Prepared) -> BoxStream<'static, Payload> {
        unreachable!("no test subscribes here")
    }
}

fn client() -> Client {
    Client::over(Arc::new(Unwilling), World::new(), |_| {})
}

#[tokio::test]
async fn who_comes_too_often_hears_when_to_come_back() {
    let headers = [("authorization", "x"), ("accept", GRAPHQL_RESPONSE), ("x-request-id", "mine")];

    let answer = client().query("{ a }", &headers).await;

    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    assert_eq!(answer.header("retry-after"), "7");
    assert!(answer.json()["errors"][0]["message"].as_str().is_some_and(|message| message.ends_with("like mine")));
}

#[tokio::test]
async fn a_panic_is_an_internal_error_that_names_its_request_and_nothing_else() {
    let answer = client().query("{ me { id } }", &[("x-request-id", "mine")]).await;

    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"));
    let body = String::from_utf8_lossy(&answer.body);
    assert!(body.contains("mine") && !body.contains("secret"), "{body}");
}

#[tokio::test]
async fn what_cannot_be_answered_now_says_when_to_ask_again() {
    let client = Client::new();
    let cases = [
        ("{ busy }", GRAPHQL_RESPONSE, StatusCode::SERVICE_UNAVAILABLE),
        ("{ __typename busy }", GRAPHQL_RESPONSE, StatusCode::OK),
        ("{ busy }", JSON, StatusCode::OK),
    ];
    for (query, accept, status) in cases {
        let answer = client.query(query, &[("accept", accept)]).await;
        assert_eq!((answer.status, answer.header("retry-after")), (status, "1"), "{query} as {accept}");
        assert_eq!(answer.code(), "SERVICE_UNAVAILABLE");
    }

    let batch = client.post(r#"[{"query":"{ busy }"}]"#, &[]).await;
    assert_eq!((batch.status, batch.header("retry-after")), (StatusCode::OK, "1"));
    let later = client.query("{ busy(seconds: 7) again: busy }", &[]).await;
    assert_eq!(later.header("retry-after"), "7", "the header says what the error says");
    let other = client.query("{ fails }", &[("accept", GRAPHQL_RESPONSE)]).await;
    assert_eq!((other.status, other.header("retry-after")), (StatusCode::OK, ""), "an error that asking again repeats");
}

#[tokio::test]
async fn who_asks_too_often_is_told_so_by_the_status_where_nothing_else_is_told() {
    let client = Client::new();
    let cases = [
        ("{ often(seconds: 7) }", StatusCode::TOO_MANY_REQUESTS, "7"),
        ("{ often }", StatusCode::TOO_MANY_REQUESTS, ""),
        ("{ __typename often(seconds: 7) }", StatusCode::OK, "7"),
    ];
    for (query, status, wait) in cases {
        for accept in [GRAPHQL_RESPONSE, JSON] {
            let answer = client.query(query, &[("accept", accept)]).await;
            assert_eq!((answer.status, answer.header("retry-after")), (status, wait), "{query} as {accept}");
        }
    }
}

#[tokio::test]
async fn a_body_of_more_values_than_memory_is_worth_is_refused_before_it_is_read() {
    let client = Client::new();
    let body =
        |count: usize| format!(r#"{{"query":"{{ me {{ id }} }}","variables":{{"a":[{}1]}}}}"#, "1234,".repeat(count));

    assert_eq!(client.post(body(15_000), &[]).await.status, StatusCode::OK);
    let refused = client.post(body(30_000), &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
}
