//! What a request must look like, and what becomes of one that does not.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use futures_util::stream;
use serde_json::{Value, json};

use crate::harness::{Client, GRAPHQL_RESPONSE, JSON};

#[tokio::test]
async fn parameters_of_the_wrong_type_are_refused() {
    let client = Client::new();
    let refused = [
        json!({}),
        json!({ "query": null }),
        json!({ "query": 1 }),
        json!({ "query": "{ me { id } }", "operationName": {} }),
        json!({ "query": "{ me { id } }", "variables": "{}" }),
        json!({ "query": "{ me { id } }", "variables": [] }),
        json!({ "query": "{ me { id } }", "extensions": 0 }),
        json!("{ me { id } }"),
        json!(null),
        json!(["{ me { id } }"]),
        json!([["{ me { id } }"]]),
    ];

    for body in refused {
        let answer = client.post(body.to_string(), &[]).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{body}");
    }
    let secret = json!({ "query": "{ me { id } }", "variables": "correct horse" });
    let answer = client.post(secret.to_string(), &[]).await;
    let message = answer.json()["errors"][0]["message"].to_string();
    assert!(!message.contains("horse") && message.contains("an object"), "{message}");
    let nulls =
        json!({ "query": "{ me { id } }", "operationName": null, "variables": null, "extensions": null, "more": 1 });
    assert_eq!(client.post(nulls.to_string(), &[]).await.json(), json!({ "data": { "me": null } }));
}

#[tokio::test]
async fn a_body_that_is_no_json_in_utf8_is_refused() {
    let client = Client::new();

    for body in [b"{ not json".to_vec(), b"".to_vec(), b"{\"query\": \"{ m\xff }\"}".to_vec()] {
        let answer = client.post(body, &[]).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"));
    }
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "application/json; charset=latin1"),
        ("content-type", ""),
        ("content-encoding", "gzip"),
    ] {
        let answer = client.query("{ me { id } }", &[(name, value), ("apollo-require-preflight", "1")]).await;
        let expected = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE");
        assert_eq!((answer.status, answer.code().as_str()), expected, "{name}: {value}");
    }
    let with_charset = [("content-type", "Application/JSON; Charset=\"UTF-8\"")];
    assert_eq!(client.query("{ me { id } }", &with_charset).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_beyond_the_cap_is_refused_whether_or_not_it_says_its_length() {
    let client = Client::with(|config| config.http.max_body_bytes = 100);
    let body = |length: usize| {
        let head = r#"{"query":"{ me { id } }"}"#;
        format!("{head}{}", " ".repeat(length - head.len()))
    };

    assert_eq!(client.post(body(100), &[]).await.status, StatusCode::OK);
    let said = client.post(body(101), &[]).await;
    assert_eq!((said.status, said.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
    let pieces: Vec<Result<String, std::convert::Infallible>> = vec![Ok(body(60)), Ok(" ".repeat(41))];
    let unsaid = client.post(Body::from_stream(stream::iter(pieces)), &[]).await;
    assert_eq!((unsaid.status, unsaid.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_takes_too_long_is_given_up() {
    let client = Client::new();
    let never = Body::from_stream(stream::pending::<Result<String, std::convert::Infallible>>());

    let answer = client.post(never, &[]).await;

    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"));
}

#[tokio::test]
async fn a_get_request_runs_the_query_of_its_url() {
    let client = Client::new();
    let query = "query a { me { id } } query b($n: Int!) { matches(first: $n) { edges { node { matchNumber } } } }";
    let parameters = [("query", query), ("operationName", "b"), ("variables", r#"{"n":1}"#), ("extensions", "{}")];

    let answer = client.get(&parameters, &[("accept", GRAPHQL_RESPONSE)]).await;

    assert_eq!(answer.json(), json!({ "data": { "matches": { "edges": [{ "node": { "matchNumber": 1 } }] } } }));
    for broken in [[("query", "{ me { id } }"), ("variables", "[]")], [("query", "{ me { id } }"), ("extensions", "{")]]
    {
        assert_eq!(client.get(&broken, &[]).await.status, StatusCode::BAD_REQUEST, "{broken:?}");
    }
    assert_eq!(client.get(&[], &[]).await.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn a_get_request_changes_nothing() {
    let client = Client::new();
    let mutation = r#"mutation { signUp(input: { email: "a", password: "b" }) { accessToken } }"#;

    for accept in [JSON, GRAPHQL_RESPONSE, "text/event-stream"] {
        let answer = client.get(&[("query", mutation)], &[("accept", accept)]).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"), "{accept}");
    }
    let disguised = format!("query q {{ me {{ id }} }} {}", mutation.replace("mutation", "mutation m"));
    let answer = client.get(&[("query", &disguised), ("operationName", "m")], &[]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(client.get(&[("query", &disguised), ("operationName", "q")], &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn other_methods_are_told_which_ones_there_are() {
    let client = Client::new();

    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = client.send(method.clone(), "/graphql", Body::empty(), &[]).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, POST"), "{method}");
    }
}

#[tokio::test]
async fn who_is_refused_hears_it_before_the_document_is_looked_at() {
    let client = Client::new();

    for (token, status, code) in [
        ("Bearer bad", StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
        ("Bearer banned", StatusCode::FORBIDDEN, "FORBIDDEN"),
        ("Bearer busy", StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
    ] {
        let answer = client.query("{", &[("authorization", token), ("accept", GRAPHQL_RESPONSE)]).await;
        assert_eq!((answer.status, answer.code().as_str(), answer.media()), (status, code, GRAPHQL_RESPONSE));
    }
}

#[tokio::test]
async fn a_refusal_by_a_limit_says_the_limit_what_was_found_and_what_is_allowed() {
    let client = Client::with(|config| config.documents.max_depth = 2);

    let answer = client.query("{ matches { edges { node { matchNumber } } } }", &[]).await;

    let expected = json!({ "code": "QUERY_TOO_COMPLEX", "limit": { "name": "depth", "found": 4, "allowed": 2 } });
    assert_eq!(answer.json()["errors"][0]["extensions"], expected);
    assert_eq!(answer.json().get("data"), None);
}

#[tokio::test]
async fn every_answer_has_a_request_id_the_clients_own_where_it_is_sane() {
    let client = Client::new();

    let own = client.query("{ me { id } }", &[("x-request-id", "order-66_a.b:c")]).await;
    assert_eq!(own.header("x-request-id"), "order-66_a.b:c");
    for insane in ["", "a b", "<script>", &"x".repeat(65)] {
        let answer = client.query("{", &[("x-request-id", insane)]).await;
        assert!(!answer.header("x-request-id").is_empty() && answer.header("x-request-id") != insane, "{insane}");
    }
    let (first, second) = (client.query("{", &[]).await, client.query("{", &[]).await);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let refused = client.send(Method::PUT, "/graphql", Body::empty(), &[]).await;
    assert!(!refused.header("x-request-id").is_empty());
}

#[tokio::test]
async fn a_flood_of_errors_is_answered_with_the_first_of_them() {
    let client = Client::with(|config| config.documents.max_root_fields = 10_000);
    let fields: String = (0..3_000).map(|field| format!("nothing{field} ")).collect();

    let answer = client.query(&format!("{{ {fields} }}"), &[]).await;

    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(10));
}

#[tokio::test]
async fn a_document_is_registered_by_its_hash_when_it_is_sent_again_and_then_run_by_it() {
    let client = Client::new();
    // The SHA-256 of the query's text.
    let persisted = json!({ "persistedQuery": { "version": 1, "sha256Hash": HASH } });
    let ask = |query: Option<&str>| json!({ "query": query, "extensions": persisted }).to_string();

    let unknown = client.post(ask(None), &[]).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND"));
    let expected: Value = json!({ "data": { "me": null } });
    for _ in 0..2 {
        assert_eq!(client.post(ask(Some("{ me { id } }")), &[]).await.json(), expected);
    }

    assert_eq!(client.post(ask(None), &[]).await.json(), expected);
    let by_url = client.get(&[("extensions", &persisted.to_string())], &[]).await;
    assert_eq!(by_url.json(), expected);
}

const HASH: &str = "c53d78fa4c9c65a93967d42316fcd207fd611c7cac40a103820a866c3e5dd8f5";

#[tokio::test]
async fn the_same_bytes_are_answered_for_whoever_sends_them() {
    let client = Client::new();
    let named = |user: &str| json!({ "data": { "me": { "id": user } } });
    let nobody = json!({ "data": { "me": null } });

    for _ in 0..3 {
        assert_eq!(client.query("{ me { id } }", &[]).await.json(), nobody);
        for user in ["ana", "ben"] {
            let token = format!("Bearer {user}");
            let answer = client.query("{ me { id } }", &[("authorization", &token)]).await;
            assert_eq!(answer.json(), named(user));
        }
    }
    let refused = client.query("{ me { id } }", &[("authorization", "Bearer bad")]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "who may not ask is not told what is known");
    let form = client.query("{ me { id } }", &[("content-type", "text/plain")]).await;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "and what is no request stays none");
    let accepted = client.query("{ me { id } }", &[("accept", GRAPHQL_RESPONSE)]).await;
    assert_eq!((accepted.media(), accepted.json()), (GRAPHQL_RESPONSE, nobody));
}
