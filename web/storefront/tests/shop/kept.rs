//! Pages that are kept: whom they are shown to, and until when.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header, response},
};
use bytes::Bytes;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};

use super::harness::{Asked, answered, data, refused, shop};

/// The list without a match, as the API answers for it.
fn list() -> Value {
    json!({
        "matches": { "totalCount": 0, "pageInfo": { "hasNextPage": false, "endCursor": null }, "nodes": [] },
        "recommendations": { "nodes": [] },
        "site": { "holdSeconds": 900, "maxTicketsPerReservation": 2 },
        "all": { "totalCount": 0, "nodes": [] },
    })
}

fn tagged(mut answer: Response<Bytes>, tag: &str) -> Response<Bytes> {
    answer.headers_mut().insert(header::ETAG, tag.parse().expect("it is a tag"));
    answer
}

fn unchanged() -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    answer
}

/// A shop whose API answers one after the other.
fn answering(answers: &[fn() -> Response<Bytes>]) -> (Router, Asked) {
    let answers = answers.to_vec();
    let turn = Arc::new(AtomicUsize::new(0));
    shop(move |_| answers[turn.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1)]())
}

async fn opened(shop: &Router, path: &str, headers: &[(&str, &str)]) -> (response::Parts, String) {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    answered(shop, request.body(Body::empty()).expect("it is a request")).await
}

#[tokio::test]
async fn a_page_is_kept_while_the_api_says_that_nothing_has_changed() {
    let (shop, asked) = answering(&[|| tagged(data(&list()), "\"one\""), unchanged]);

    let (first, page) = opened(&shop, "/en/", &[]).await;
    let (second, again) = opened(&shop, "/en/", &[]).await;

    assert_eq!((first.status, second.status, &page), (StatusCode::OK, StatusCode::OK, &again));
    assert_eq!(first.headers[header::ETAG], second.headers[header::ETAG]);
    let vary = second.headers[header::VARY].to_str().expect("it is text");
    assert!(vary.contains("cookie"), "whoever has a session is shown another: {vary}");
    let known = asked.lock().expect("nobody panics with it")[1].0.headers().get(header::IF_NONE_MATCH).cloned();
    assert_eq!(known.expect("the API is asked whether it is true still"), "\"one\"");

    let tag = first.headers[header::ETAG].to_str().expect("it is text").to_owned();
    let (known, nothing) = opened(&shop, "/en/", &[("if-none-match", &tag)]).await;
    assert_eq!((known.status, nothing.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn a_visitor_who_is_refused_is_told_so_though_there_is_a_page() {
    let limited = || refused(&json!({ "code": "RATE_LIMITED", "retryAfter": 3 }));
    let (shop, _) = answering(&[|| tagged(data(&list()), "\"one\""), limited, unchanged]);
    let (_, page) = opened(&shop, "/en/", &[]).await;

    let (limited, _) = opened(&shop, "/en/", &[]).await;
    let (others, again) = opened(&shop, "/en/", &[]).await;

    assert_eq!(
        (limited.status, limited.headers[header::RETRY_AFTER].as_bytes()),
        (StatusCode::TOO_MANY_REQUESTS, &b"3"[..])
    );
    assert_eq!((others.status, again), (StatusCode::OK, page), "it was theirs alone");
}

#[tokio::test]
async fn each_language_has_its_page() {
    let (shop, _) = answering(&[|| tagged(data(&list()), "\"one\"")]);

    for (path, language) in [("/en/", "en"), ("/ar/", "ar"), ("/en/", "en")] {
        let (answer, page) = opened(&shop, path, &[]).await;
        assert!(page.contains(&format!("<html lang=\"{language}\"")), "{path}: {page}");
        assert_eq!(answer.headers[header::CONTENT_LANGUAGE], language);
    }
}

#[tokio::test]
async fn whoever_has_a_session_is_asked_for_and_leaves_nothing_for_others() {
    let (shop, asked) = answering(&[|| tagged(data(&list()), "\"one\"")]);
    let session = [("cookie", "__Host-matchday-access=a; __Host-matchday-refresh=r")];

    let (own, page) = opened(&shop, "/en/", &session).await;
    let (others, public) = opened(&shop, "/en/", &[]).await;
    let (own_again, _) = opened(&shop, "/en/", &session).await;

    for answer in [&own, &own_again] {
        assert_eq!(answer.headers[header::CACHE_CONTROL], "private, no-cache");
        assert!(!answer.headers.contains_key(header::ETAG));
    }
    assert_eq!(others.headers[header::CACHE_CONTROL], "no-cache");
    assert!(page.contains("data-session") && !public.contains("data-session"), "{public}");
    let asked = asked.lock().expect("nobody panics with it");
    let with_cookies = asked.iter().map(|(request, _)| request.headers().contains_key(header::COOKIE));
    assert_eq!(with_cookies.collect::<Vec<_>>(), [true, false, true]);
}

#[tokio::test]
async fn a_match_that_is_no_more_is_not_shown_from_before() {
    let known = json!({
        "match": {
            "matchNumber": 1, "roundNumber": 1, "dateUtc": "2026-12-13T16:00:00Z", "timeZone": "Asia/Qatar",
            "location": "Al Bayt Stadium", "homeTeam": "Qatar", "awayTeam": "Ecuador", "group": "A", "version": 1,
            "categories": [],
        },
        "site": { "holdSeconds": 900, "maxTicketsPerReservation": 2 },
        "listings": { "nodes": [] },
    });
    let gone = json!({ "match": null, "site": known["site"], "listings": known["listings"] });
    let turn = AtomicUsize::new(0);
    let (shop, asked) = shop(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => tagged(data(&known), "\"one\""),
        _ => tagged(data(&gone), "\"two\""),
    });
    assert_eq!(opened(&shop, "/en/matches/1", &[]).await.0.status, StatusCode::OK);

    // Within its pace the page before is shown, and brings itself up to date.
    eventually(PATIENCE, "it is gone", || async {
        opened(&shop, "/en/matches/1", &[]).await.0.status == StatusCode::NOT_FOUND
    })
    .await;

    assert_eq!(opened(&shop, "/en/matches/1", &[]).await.0.status, StatusCode::NOT_FOUND);
    let last = asked.lock().expect("nobody panics with it").pop().expect("it was asked").0;
    assert!(!last.headers().contains_key(header::IF_NONE_MATCH), "nothing is kept of it");
}

/// A match of which no ticket is left.
fn gone() -> Value {
    json!({
        "match": {
            "matchNumber": 1, "roundNumber": 1, "dateUtc": "2026-12-20T16:00:00Z", "timeZone": "Asia/Qatar", "location": "Al Bayt Stadium",
            "homeTeam": "Qatar", "awayTeam": "Ecuador", "group": "A", "version": 3,
            "categories": [{ "category": 1, "price": { "amount": "75.00", "currency": "USD" }, "sellable": 0, "status": "SOLD_OUT" }],
        },
        "site": { "holdSeconds": 900, "maxTicketsPerReservation": 2 },
        "listings": { "nodes": [] },
    })
}

fn recommended() -> Value {
    json!({ "recommendations": { "nodes": [{
        "match": {
            "matchNumber": 28, "dateUtc": "2026-12-28T16:00:00Z", "timeZone": "Asia/Qatar", "location": "Lusail Stadium",
            "homeTeam": "Brazil", "awayTeam": "Serbia",
        },
        "category": { "category": 1, "price": { "amount": "75.00", "currency": "USD" } },
        "listing": null,
        "becauseOf": [{ "kind": "YOUR_REGION", "team": "Brazil", "country": "PE", "match": null }],
    }] } })
}

#[tokio::test]
async fn a_match_that_is_gone_shows_others_for_as_long_as_both_are_true() {
    let answers: [fn() -> Response<Bytes>; 4] =
        [|| tagged(data(&gone()), "\"one\""), || tagged(data(&recommended()), "\"two\""), unchanged, unchanged];
    let (shop, asked) = answering(&answers);

    let (_, page) = opened(&shop, "/en/matches/1", &[]).await;
    let (_, again) = opened(&shop, "/en/matches/1", &[]).await;

    assert!(page.contains("You may also like") && page.contains("Brazil plays, a team of your region"), "{page}");
    assert_eq!(page, again);
    let asked = asked.lock().expect("nobody panics with it");
    let known = asked.iter().skip(2).map(|(asked, _)| asked.headers().get(header::IF_NONE_MATCH).cloned());
    let known: Vec<_> = known.flatten().collect();
    assert_eq!(known, ["\"one\"", "\"two\""], "each visitor asks for both");
}

#[tokio::test]
async fn what_is_refused_beside_a_page_hides_nothing_else_and_is_asked_again() {
    let limited = || refused(&json!({ "code": "RATE_LIMITED", "retryAfter": 3 }));
    let answers: [fn() -> Response<Bytes>; 4] = [
        || tagged(data(&gone()), "\"one\""),
        limited,
        || tagged(data(&gone()), "\"one\""),
        || tagged(data(&recommended()), "\"two\""),
    ];
    let (shop, _) = answering(&answers);

    let (without, page) = opened(&shop, "/en/matches/1", &[]).await;
    let (_, whole) = opened(&shop, "/en/matches/1", &[]).await;

    assert_eq!((without.status, page.contains("You may also like")), (StatusCode::OK, false), "{page}");
    assert!(whole.contains("You may also like"), "{whole}");
}
