//! Answers that are not sent again, and answers that are sent smaller.

use axum::http::StatusCode;

use crate::harness::{Client, Headers};

const MATCHES: &[(&str, &str)] =
    &[("query", "{ matches { edges { node { matchNumber homeTeam categories { available } } } } }")];

#[tokio::test]
async fn a_public_answer_that_the_client_has_is_not_sent_again() {
    let client = Client::new();
    let first = client.get(MATCHES, &[]).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");

    for known in [tag.clone(), format!("\"other\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".to_owned()] {
        let again = client.get(MATCHES, &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
        assert_eq!(again.header("etag"), tag);
    }

    assert!(client.world.hold(1, 1));
    let pending = [("query", "{ matches { edges { node { categories { pending } } } } }")];
    let before = client.get(&pending, &[]).await.header("etag").to_owned();
    assert!(client.world.hold(1, 1));
    let changed = client.get(&pending, &[("if-none-match", &before)]).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert_ne!(changed.header("etag"), before);
}

#[tokio::test]
async fn an_address_that_was_asked_before_is_answered_by_what_is_true_now() {
    let client = Client::new();
    let pending = async |first: usize| {
        let variables = format!(r#"{{"n":{first}}}"#);
        let document = "query q($n: Int!) { matches(first: $n) { edges { node { categories { pending } } } } }";
        let answer = client.get(&[("query", document), ("variables", &variables)], &[]).await.json();
        let edges = answer["data"]["matches"]["edges"].as_array().cloned().unwrap_or_default();
        (edges.len(), edges[0]["node"]["categories"][0]["pending"].as_i64())
    };

    for _ in 0..3 {
        assert_eq!(pending(1).await, (1, Some(0)));
    }
    assert!(client.world.hold(1, 1));

    assert_eq!(pending(1).await, (1, Some(1)));
    assert_eq!(pending(2).await, (2, Some(1)));
}

#[tokio::test]
async fn answers_for_one_user_or_with_errors_have_no_tag() {
    let client = Client::new();
    let cases: [(&[(&str, &str)], Headers<'_>); 3] =
        [(MATCHES, &[("authorization", "Bearer ana")]), (&[("query", "{ fails }")], &[]), (&[("query", "{")], &[])];

    for (parameters, headers) in cases {
        let answer = client.get(parameters, headers).await;
        assert_eq!(answer.header("etag"), "", "{parameters:?}");
    }
    let posted = client.query(MATCHES[0].1, &[]).await;
    assert_eq!(posted.header("etag"), "");
}

#[tokio::test]
async fn long_answers_are_compressed_as_the_client_likes() {
    let client = Client::new();
    let plain = client.get(MATCHES, &[]).await;
    assert!(plain.body.len() > 4_000);

    // Clients that offer zstd as well may not be able to read it.
    for (accepted, encoding) in
        [("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip, zstd", "gzip")]
    {
        let answer = client.get(MATCHES, &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), encoding);
        assert!(answer.body.len() < plain.body.len() / 4, "{encoding}: {}", answer.body.len());
        assert!(answer.headers.get_all("vary").iter().any(|vary| vary.as_bytes() == b"accept-encoding"));
    }
}

#[tokio::test]
async fn short_answers_and_event_streams_are_not_compressed() {
    let client = Client::new();

    let short = client.query("{ me { id } }", &[("accept-encoding", "gzip")]).await;
    assert_eq!(short.header("content-encoding"), "");
    let all = Client::with(|config| config.http.compress_above_bytes = 0);
    assert_eq!(all.query("{ me { id } }", &[("accept-encoding", "gzip")]).await.header("content-encoding"), "gzip");
    for accept in ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"] {
        let headers = [("accept-encoding", "gzip"), ("accept", accept)];
        let stream = all.query("subscription { three }", &headers).await;
        assert_eq!(stream.header("content-encoding"), "", "{accept}");
    }
}
