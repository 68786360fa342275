//! The pages of search: what they ask, what they show of the answer, and what a fan finds instead of results.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header, response},
};
use serde_json::{Value, json};

use super::harness::{Asked, answered, data, refused, shop};

/// What is found: a match, and an offer whose seller wrote what browsers must not read as HTML.
fn found() -> Value {
    json!({
        "search": {
            "totalCount": 21,
            "correctedQuery": "brazil",
            "advice": null,
            "pageInfo": { "hasNextPage": true, "endCursor": "next" },
            "facets": [
                { "field": "TEAM", "values": [value("Brazil", 21), value("Serbia", 2)] },
                { "field": "VENUE", "values": [value("Lusail Stadium", 21)] },
                { "field": "PRICE", "values": [
                    { "value": "0.00", "count": 4, "priceBelow": { "amount": "50.00" } },
                    { "value": "50.00", "count": 9, "priceBelow": { "amount": "100.00" } },
                    { "value": "1000.00", "count": 1, "priceBelow": null },
                ] },
            ],
            "nodes": [
                { "node": known(), "highlights": [
                    { "field": "HOME_TEAM", "pieces": [{ "text": "Brazil", "isMatch": true }] },
                ] },
                { "node": listing(), "highlights": [
                    { "field": "TITLE", "pieces": [{ "text": "<b>", "isMatch": false }, { "text": "Brazil", "isMatch": true }] },
                    { "field": "DESCRIPTION", "pieces": [{ "text": "with <i>brasil</i>", "isMatch": true }, { "text": " fans", "isMatch": false }] },
                ] },
            ],
        },
        "site": { "currency": "USD", "holdSeconds": 900 },
        "me": null,
    })
}

fn value(name: &str, count: i64) -> Value {
    json!({ "value": name, "count": count, "priceBelow": null })
}

fn known() -> Value {
    json!({
        "__typename": "Match",
        "matchNumber": 16,
        "roundNumber": 1,
        "dateUtc": "2026-11-24T19:00:00Z",
        "timeZone": "Asia/Qatar",
        "location": "Lusail Stadium",
        "homeTeam": "Brazil",
        "awayTeam": "Serbia",
        "group": "G",
        "version": 3,
        "categories": [{ "category": 1, "price": { "amount": "75.00", "currency": "USD" }, "sellable": 9, "status": "AVAILABLE" }],
    })
}

fn listing() -> Value {
    json!({
        "__typename": "Listing",
        "id": "l1",
        "state": "OPEN",
        "category": 2,
        "title": "<b>Brazil",
        "description": "with <i>brasil</i> fans",
        "price": { "amount": "82.50", "currency": "USD" },
        "seller": { "id": "s", "displayName": null },
        "isOutside": false,
        "lockedUntil": null,
        "version": 4,
        "match": {
            "matchNumber": 16,
            "roundNumber": 1,
            "dateUtc": "2026-11-24T19:00:00Z",
            "timeZone": "Asia/Qatar",
            "location": "Lusail Stadium",
            "homeTeam": "Brazil",
            "awayTeam": "Serbia",
            "group": "G",
        },
    })
}

/// Nothing, and why.
fn nothing(advice: &Value) -> Value {
    json!({
        "search": {
            "totalCount": 0, "correctedQuery": null, "advice": advice, "facets": [], "nodes": [],
            "pageInfo": { "hasNextPage": false, "endCursor": null },
        },
        "site": { "currency": "USD", "holdSeconds": 900 },
        "me": null,
    })
}

fn finding(answer: Value) -> (Router, Asked) {
    shop(move |_| data(&answer))
}

async fn opened(shop: &Router, path: &str) -> (response::Parts, String) {
    answered(shop, Request::get(path).body(Body::empty()).expect("it is a request")).await
}

/// Without the marks that isolate names from their surroundings.
fn plain(html: &str) -> String {
    html.replace(['\u{2068}', '\u{2069}'], "")
}

fn variables(asked: &Asked) -> Value {
    asked.lock().expect("nobody panics with it").last().expect("it was asked").1["variables"].clone()
}

#[tokio::test]
async fn the_address_says_what_is_asked() {
    let (shop, asked) = finding(found());

    let address = "/en/search?q=+Brasil+&team=Brazil&price=50.00-100.00&source=RESALE&sort=cheapest&after=here";
    let (parts, html) = opened(&shop, address).await;

    assert_eq!(parts.status, StatusCode::OK, "{html}");
    let asked = variables(&asked);
    assert_eq!(
        (&asked["query"], &asked["sort"], &asked["after"]),
        (&json!("Brasil"), &json!("PRICE_ASC"), &json!("here"))
    );
    let filter = &asked["filter"];
    assert_eq!((&filter["teams"], &filter["sources"]), (&json!(["Brazil"]), &json!(["RESALE"])));
    assert_eq!((&filter["priceMin"], &filter["priceMax"]), (&json!("50.00"), &json!("99.99")));
}

#[tokio::test]
async fn results_say_how_they_were_found_and_how_to_find_fewer() {
    let (shop, _) = finding(found());

    let (parts, html) = opened(&shop, "/en/search?q=brasil&team=Brazil").await;

    let html = plain(&html);
    assert_eq!(parts.headers[header::CACHE_CONTROL], "private, no-cache");
    for expected in [
        "<title>Results for “brasil”",
        "content=\"noindex\"",
        "Showing results for “brazil”.",
        "21 results",
        "data-match=\"16\"",
        "data-listing=\"l1\"",
        "name=\"team\" value=\"Serbia\"",
        "name=\"team\" value=\"Brazil\" checked",
        "Under $50",
        "value=\"50.00-100.00\"",
        "$1,000 and more",
        "<span class=\"hidden\">Remove the filter </span><bdi>Brazil</bdi>",
        "href=\"/en/search?q=brasil&amp;team=Brazil&amp;after=next\" rel=\"next\"",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert!(html.contains("<a class=\"chip\" href=\"/en/search?q=brasil\""), "the only filter can be removed: {html}");
    assert!(!html.contains("value=\"Lusail Stadium\""), "one stadium is no choice");
    assert_eq!(html.matches("<md-search").count(), 1, "the page has the box, and the header none");
}

#[tokio::test]
async fn marks_stand_around_text_whatever_a_seller_wrote() {
    let (shop, _) = finding(found());

    let (_, html) = opened(&shop, "/en/search?q=%3Cscript%3E").await;

    assert!(html.contains("&lt;b&gt;<mark>Brazil</mark>"), "{html}");
    assert!(html.contains("<mark>with &lt;i&gt;brasil&lt;/i&gt;</mark> fans"), "{html}");
    assert!(html.contains("value=\"&lt;script&gt;\"") && !html.contains("<script>"), "{html}");
}

#[tokio::test]
async fn teams_and_stadiums_are_called_as_the_page_calls_them() {
    let (shop, _) = finding(found());

    let (_, html) = opened(&shop, "/fr/search?q=brasil").await;
    let (_, options) = opened(&shop, "/fr/search/options?q=brasil").await;

    for text in [&html, &options] {
        assert!(text.contains("Brésil") && text.contains("Serbie"), "{text}");
    }
    assert!(html.contains("name=\"team\" value=\"Brazil\""), "what is chosen is as the contract names it: {html}");
}

#[tokio::test]
async fn nothing_found_says_why_and_what_to_try() {
    for (advice, filter, expected, link) in [
        (json!({ "kind": "NOT_PLAYING", "values": ["Italy"] }), "", "There is no match with Italy here.", "/en/"),
        (
            json!({ "kind": "NOTHING_FOUND", "values": ["Qatar", "2026-12-13"] }),
            "",
            "Sunday 13 December",
            "/en/search?q=2026-12-13",
        ),
        (json!(null), "&team=Qatar", "none with these filters", "/en/search?q=x"),
        (json!({ "kind": "NOTHING_TYPED", "values": [] }), "", "No match and no ticket is like this", "/en/"),
    ] {
        let (shop, _) = finding(nothing(&advice));

        let (parts, html) = opened(&shop, &format!("/en/search?q=x{filter}")).await;

        assert_eq!(parts.status, StatusCode::OK);
        let html = plain(&html);
        assert!(html.contains("Nothing found") && html.contains(expected), "{expected}: {html}");
        assert!(html.contains(&format!("href=\"{link}\"")), "{link}: {html}");
    }
}

#[tokio::test]
async fn where_nothing_is_typed_nothing_is_asked() {
    let (shop, asked) = finding(found());

    for path in ["/en/search", "/en/search?q=+&team=Brazil"] {
        let (parts, html) = opened(&shop, path).await;

        assert_eq!(parts.status, StatusCode::OK);
        assert!(html.contains("Type a team") && html.contains("autofocus"), "{html}");
    }
    assert!(asked.lock().expect("nobody panics with it").is_empty());
}

#[tokio::test]
async fn a_search_that_is_refused_says_so_like_every_page() {
    let (shop, _) = shop(|_| refused(&json!({ "code": "SERVICE_UNAVAILABLE" })));

    let (parts, html) = opened(&shop, "/en/search?q=brasil").await;

    assert_eq!(parts.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(html.contains("Back in a moment"), "{html}");
}

#[tokio::test]
async fn the_box_is_offered_the_first_results_as_text() {
    let (shop, asked) = finding(found());

    let request = Request::get("/en/search/options?q=brasil").header(header::COOKIE, "__Host-matchday-access=a");
    let (parts, body) = answered(&shop, request.body(Body::empty()).expect("it is a request")).await;

    let options: Value = serde_json::from_str(&plain(&body)).expect("it is JSON");
    assert_eq!((&options["said"], &options["note"]), (&json!("21 results"), &json!("Showing results for “brazil”.")));
    let all = options["options"].as_array().expect("there are some");
    assert_eq!(all[0]["href"], "/en/matches/16");
    assert_eq!(all[0]["title"], "Brazil v Serbia");
    assert_eq!(all[0]["detail"], "Tuesday 24 November · 22:00 · Lusail Stadium");
    assert_eq!(all[1]["href"], "/en/resale/l1");
    assert_eq!(all[1]["detail"], "Category 2 from a fan for $82.50 · Tuesday 24 November · 22:00");
    assert_eq!(all[2]["href"], "/en/search?q=brasil");
    assert_eq!(parts.headers[header::CACHE_CONTROL], "no-store");
    assert!(
        asked
            .lock()
            .expect("nobody panics with it")
            .iter()
            .all(|(request, _)| !request.headers().contains_key(header::COOKIE))
    );
    assert_eq!(variables(&asked)["first"], 6);
}

#[tokio::test]
async fn the_box_hears_why_there_is_nothing_and_nothing_of_what_goes_wrong() {
    let (shop_of_nothing, _) = finding(nothing(&json!({ "kind": "NOT_PLAYING", "values": ["Italy"] })));
    let (shop_of_limits, _) = shop(|_| refused(&json!({ "code": "RATE_LIMITED", "retryAfter": 3 })));

    let (_, body) = opened(&shop_of_nothing, "/en/search/options?q=italy").await;
    let (limited, html) = opened(&shop_of_limits, "/en/search/options?q=italy").await;

    let options: Value = serde_json::from_str(&plain(&body)).expect("it is JSON");
    assert_eq!((&options["options"], &options["note"]), (&json!([]), &json!("There is no match with Italy here.")));
    assert_eq!((limited.status, html.as_str()), (StatusCode::TOO_MANY_REQUESTS, ""));
}

#[tokio::test]
async fn every_other_page_leads_to_the_search() {
    let (shop, _) = finding(json!({
        "search": null,
        "site": { "name": "x" },
    }));

    let (_, html) = opened(&shop, "/ar/from").await;

    let header = html.split_once("</header>").expect("a page has a header").0;
    assert!(header.contains("<form class=\"find\" role=\"search\" action=\"/ar/search\">"), "{header}");
    assert!(header.contains("<a class=\"seek\" href=\"/ar/search\">"), "{header}");
}
