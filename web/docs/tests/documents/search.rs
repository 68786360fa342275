//! A search finds what is meant, and shows what was asked as text.

use axum::http::StatusCode;

use super::harness::{Answer, get, options};

/// The first page that was found.
fn found(page: &Answer) -> String {
    let results = page.text.split_once("<ul class=\"found\">").map_or("", |(_, rest)| rest);
    results.split(" href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_search_finds_what_is_meant() {
    let site = docs::routes(options());
    for (question, path) in [
        ("opentelemetry+tracing", "/docs/run/tracing"),
        ("at+the+gate", "/docs/guides/gate"),
        ("one+relay+fenced+by+time", "/docs/adr/0004"),
    ] {
        let page = get(&site, &format!("/docs/search?q={question}")).await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-cache"));
        assert!(found(&page).starts_with(path), "{question}: {}", found(&page));
        assert!(page.text.contains("<mark>"), "{question}");
    }
    for nothing in ["/docs/search", "/docs/search?q=", "/docs/search?a=b", "/docs/search?q=%FF"] {
        let page = get(&site, nothing).await;
        assert!(page.status == StatusCode::OK && !page.text.contains("<mark>"), "{nothing}");
    }
    let nothing = get(&site, "/docs/search?q=zzqqxx").await;
    assert!(nothing.text.contains("No page has “zzqqxx”"), "{}", nothing.text);
    let slip = get(&site, "/docs/search?q=reservatoin").await;
    assert!(slip.text.contains("<a href=\"/docs/search?q=reservation\">reservation</a>"), "{}", slip.text);
}

#[tokio::test]
async fn what_was_asked_is_text() {
    let site = docs::routes(options());
    for asked in [
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%20autofocus%20onfocus%3D%22alert(1)",
        "%3Cmark%3Ehold",
        "hold%27%22%3E%3Cimg%20src%3Dx%3E",
    ] {
        let page = get(&site, &format!("/docs/search?q={asked}")).await;
        assert_eq!(page.status, StatusCode::OK);
        for run in ["<script>", "onfocus=\"alert", "<mark>hold<mark>", "<img"] {
            assert!(!page.text.contains(run), "{asked}: {}", page.text);
        }
        page.judge(asked);
    }
}

#[tokio::test]
async fn a_long_question_has_a_short_answer() {
    let site = docs::routes(options());

    let page = get(&site, &format!("/docs/search?q={}", "hold+".repeat(1_000))).await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains(&"hold ".repeat(50)), "the question is cut");
    assert!(page.text.len() < 200_000, "{} bytes", page.text.len());
    let results = page.text.matches("<mark>").count();
    assert!(results > 20, "{results}");
}
