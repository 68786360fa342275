//! What becomes of a visitor's session: it goes on by itself while the API knows it, and is forgotten once it does not.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header, request, response},
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::harness::{Asked, SEC_FETCH_SITE, answered, data, form, refused, shop};

const OLD: &str = "__Host-matchday-access=old; __Host-matchday-refresh=spent; other=1";

/// What the API answers by, with what it makes the browser keep or forget.
fn with_cookies(mut answer: Response<Bytes>, access: &str, refresh: &str) -> Response<Bytes> {
    for (name, value) in [("access", access), ("refresh", refresh)] {
        let seconds = if value.is_empty() { 0 } else { 900 };
        let cookie =
            format!("__Host-matchday-{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
        answer.headers_mut().append(header::SET_COOKIE, cookie.parse().expect("it is a header"));
    }
    answer
}

/// A shop whose API takes the visitor for nobody until the session was refreshed, which it does or refuses.
fn resting(refresh: impl Fn() -> Response<Bytes> + Send + Sync + 'static, awake: Value) -> (Router, Asked) {
    let is_awake = AtomicBool::new(false);
    shop(move |operation| match operation {
        "RefreshSession" => {
            let answer = refresh();
            is_awake.store(!String::from_utf8_lossy(answer.body()).contains("errors"), Ordering::Relaxed);
            answer
        }
        _ if is_awake.load(Ordering::Relaxed) => data(&awake),
        "AccountPage" => data(&json!({ "me": null })),
        _ => refused(&json!({ "code": "UNAUTHENTICATED" })),
    })
}

fn renewed() -> Response<Bytes> {
    let answer = data(&json!({ "refreshSession": { "expiresAt": "2026-12-13T16:00:00Z" } }));
    with_cookies(answer, "new", "next")
}

fn dead() -> Response<Bytes> {
    with_cookies(refused(&json!({ "code": "UNAUTHENTICATED" })), "", "")
}

fn operations(asked: &Asked) -> Vec<String> {
    let asked = asked.lock().expect("nobody panics with it");
    asked.iter().map(|(_, body)| body["operationName"].as_str().unwrap_or("kept page").to_owned()).collect()
}

fn set_cookies(answer: &response::Parts) -> Vec<&str> {
    let set = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|set| set.to_str().ok());
    set.filter_map(|set| set.split(';').next()).collect()
}

async fn sent(shop: &Router, request: request::Builder, cookies: &str, body: &str) -> (response::Parts, String) {
    let request = request.header(header::COOKIE, cookies).header(SEC_FETCH_SITE, "same-origin");
    answered(shop, request.body(body.to_owned().into()).expect("it is a request")).await
}

#[tokio::test]
async fn a_session_whose_access_token_is_over_goes_on_though_the_browser_still_sends_it() {
    let me = json!({ "me": { "email": "ana@example.com", "emailVerified": true, "hasPassword": true, "personalised": true } });
    let (shop, asked) = resting(renewed, me);

    let (answer, page) = sent(&shop, Request::get("/en/account"), OLD, "").await;

    assert_eq!(answer.status, StatusCode::OK, "{page}");
    assert!(page.contains("ana@example.com"), "{page}");
    assert_eq!(operations(&asked), ["AccountPage", "RefreshSession", "AccountPage"]);
    let last = asked.lock().expect("nobody panics with it").pop().expect("it was asked").0;
    let expected = "other=1; __Host-matchday-access=new; __Host-matchday-refresh=next";
    assert_eq!(last.headers()[header::COOKIE], expected);
    assert_eq!(set_cookies(&answer), ["__Host-matchday-access=new", "__Host-matchday-refresh=next"]);
}

#[tokio::test]
async fn a_form_that_finds_the_access_token_over_is_done_once_by_the_next_one() {
    let (shop, asked) = resting(renewed, json!({ "reserve": { "reservation": { "id": "order-1" } } }));

    let (answer, _) = sent(&shop, form("/en/matches/1"), OLD, "category=1&quantity=2&idempotencyKey=k").await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers[header::LOCATION], "/en/orders/order-1");
    assert_eq!(operations(&asked), ["Reserve", "RefreshSession", "Reserve"]);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_also_by_who_has_an_old_session() {
    let (shop, asked) = resting(renewed, Value::Null);

    let (answer, _) = sent(&shop, form("/en/sign-in"), OLD, "email=a%40b.example&password=p").await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(operations(&asked), ["SignIn"]);
}

#[tokio::test]
async fn a_session_that_the_api_knows_no_more_is_forgotten_and_not_tried_again() {
    let (shop, asked) = resting(dead, Value::Null);

    let (answer, _) = sent(&shop, Request::get("/en/orders/order-1"), OLD, "").await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers[header::LOCATION], "/en/sign-in?next=%2Fen%2Forders%2Forder-1");
    assert_eq!(operations(&asked), ["OrderPage", "RefreshSession"]);
    assert_eq!(set_cookies(&answer), ["__Host-matchday-access=", "__Host-matchday-refresh="]);

    let (answer, _) = sent(&shop, Request::get("/en/sign-in"), "__Host-matchday-refresh=spent", "").await;
    assert_eq!((answer.status, set_cookies(&answer).len()), (StatusCode::OK, 2));
    assert_eq!(operations(&asked)[2..], ["RefreshSession"]);
}

#[tokio::test]
async fn whoever_cannot_be_judged_just_now_is_not_sent_to_sign_in() {
    let (shop, _) = resting(|| refused(&json!({ "code": "SERVICE_UNAVAILABLE", "retryAfter": 1 })), Value::Null);

    for cookies in [OLD, "__Host-matchday-refresh=spent"] {
        let (answer, page) = sent(&shop, Request::get("/en/orders/order-1"), cookies, "").await;

        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
        assert_eq!(answer.headers[header::RETRY_AFTER], "1");
        assert!(set_cookies(&answer).is_empty(), "the session may go on");
    }
}

#[tokio::test]
async fn a_page_that_a_browser_only_guesses_at_uses_no_refresh_token_up() {
    let (shop, asked) = resting(renewed, Value::Null);

    let guessed = Request::get("/en/orders/order-1").header("sec-purpose", "prefetch;prerender");
    let (answer, _) =
        answered(&shop, guessed.header(header::COOKIE, OLD).body(Body::empty()).expect("a request")).await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(operations(&asked), ["OrderPage"]);
}
