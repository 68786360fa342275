//! Media types and the status rules of each.

use axum::http::StatusCode;

use crate::harness::{Client, GRAPHQL_RESPONSE, JSON};

#[tokio::test]
async fn the_client_gets_the_media_type_it_likes_best() {
    let client = Client::new();
    let cases = [
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("APPLICATION/GRAPHQL-RESPONSE+JSON", GRAPHQL_RESPONSE),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.5, application/json;q=0.9", JSON),
        ("application/graphql-response+json;q=0.5, */*;q=0.4", GRAPHQL_RESPONSE),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("text/html, application/json;q=0.1", JSON),
        ("application/json; charset=utf-8", JSON),
        ("multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json", JSON),
        ("text/event-stream, application/json", JSON),
    ];

    for (accept, media) in cases {
        let answer = client.query("{ me { id } }", &[("accept", accept)]).await;
        assert_eq!((answer.status, answer.media()), (StatusCode::OK, media), "{accept}");
        assert!(answer.header("content-type").contains("charset=utf-8"));
    }
}

#[tokio::test]
async fn a_client_that_accepts_nothing_we_speak_gets_406() {
    let client = Client::new();
    let nothing = [
        "text/html",
        "application/json;q=0",
        "application/json;charset=latin1",
        "multipart/mixed",
        "nonsense",
        "*/*;q=0",
    ];

    for accept in nothing {
        let answer = client.query("{ me { id } }", &[("accept", accept)]).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"), "{accept}");
    }
}

#[tokio::test]
async fn the_status_says_whether_a_request_was_executed_only_in_the_newer_media_type() {
    let client = Client::new();
    let cases = [
        ("{", 400, false),
        ("{ nothing }", 400, false),
        ("query q($n: Int!) { matches(first: $n) { edges { node { matchNumber } } } }", 400, false),
        ("{ fails }", 200, true),
        ("{ me { id } }", 200, true),
    ];

    for (query, status, has_data) in cases {
        let newer = client.query(query, &[("accept", GRAPHQL_RESPONSE)]).await;
        assert_eq!(newer.status.as_u16(), status, "{query}");
        assert_eq!(newer.json().get("data").is_some(), has_data, "{query}");

        let older = client.query(query, &[("accept", JSON)]).await;
        assert_eq!(older.status.as_u16(), 200, "{query}");
        assert_eq!(older.json().get("data").is_some(), has_data, "{query}");
    }
}

#[tokio::test]
async fn a_subscription_without_a_way_to_stream_says_which_ways_there_are() {
    let client = Client::new();

    let answer = client.query("subscription { three }", &[("accept", JSON)]).await;

    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"));
    assert!(answer.json()["errors"][0]["message"].as_str().unwrap_or_default().contains("text/event-stream"));
}

#[tokio::test]
async fn a_subscription_streams_in_the_media_type_accepted() {
    let client = Client::new();

    for (accept, media) in [
        ("text/event-stream", "text/event-stream"),
        ("text/event-stream, application/json", "text/event-stream"),
        ("multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json", "multipart/mixed"),
    ] {
        let answer = client.query("subscription { three }", &[("accept", accept)]).await;
        assert_eq!((answer.status, answer.media()), (StatusCode::OK, media), "{accept}");
    }
}
