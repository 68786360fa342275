//! What answers say to browsers and caches, and what is answered where there is no page.

use std::path::Path;

use axum::http::{Method, StatusCode};
use testkit::routes;

use super::harness::{ask, get, options};

#[tokio::test]
async fn a_page_is_known_by_its_tag_and_comes_compressed() {
    let site = docs::routes(options());
    let others = ["/docs/shop.png", "/docs/matchday.example.toml", "/llms.txt", "/llms-full.txt"];
    for path in ["/docs", "/docs/run", "/docs/run.md"].into_iter().chain(others) {
        let page = get(&site, path).await;
        let tag = page.header("etag").to_owned();
        assert!(page.status == StatusCode::OK && tag.starts_with("W/\""), "{path}: {} {tag}", page.status);
        assert_eq!((page.header("cache-control"), page.header("vary")), ("no-cache", "accept-encoding"), "{path}");

        let known = ask(&site, Method::GET, path, &[("if-none-match", &tag)]).await;
        assert_eq!((known.status, known.bytes), (StatusCode::NOT_MODIFIED, 0), "{path}");
        let other = ask(&site, Method::GET, path, &[("if-none-match", "W/\"0\"")]).await;
        assert_eq!(other.status, StatusCode::OK, "{path}");
        let head = ask(&site, Method::HEAD, path, &[]).await;
        assert_eq!((head.status, head.bytes, head.header("etag")), (StatusCode::OK, 0, tag.as_str()), "{path}");
    }
    let plain = get(&site, "/docs/run").await;
    for coding in ["br", "gzip"] {
        let page = ask(&site, Method::GET, "/docs/run", &[("accept-encoding", coding)]).await;
        assert_eq!(page.header("content-encoding"), coding);
        assert!(page.bytes * 2 < plain.bytes, "{} of {} bytes", page.bytes, plain.bytes);
    }
    let picture = ask(&site, Method::GET, "/docs/shop.png", &[("accept-encoding", "br")]).await;
    assert_eq!((picture.header("content-type"), picture.header("content-encoding")), ("image/png", ""));
}

#[tokio::test]
async fn a_first_visit_is_light() {
    let site = docs::routes(options());
    let index = ask(&site, Method::GET, "/docs", &[("accept-encoding", "br")]).await;
    assert!(index.bytes <= 14_000, "{} bytes of HTML", index.bytes);
}

#[tokio::test]
async fn every_answer_has_its_guards() {
    let site = docs::routes(options());
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let page = get(&site, "/docs").await;
    let assets: Vec<String> = page
        .attributes("href")
        .into_iter()
        .filter_map(|path| Some(path.strip_prefix("/docs/assets/")?.to_owned()))
        .collect();
    assert_eq!(assets.len(), 2, "a style sheet and an icon: {assets:?}");
    let filled = |route: String| route.replace("{*path}", "run").replace("{name}", &assets[1]);
    let of_sources = routes::of_sources(&sources).into_iter().map(|(_, route)| filled(route));
    let others = ["nothing", "nothing.md", "assets/nothing.js", "adr", "shop.png", "search?q=a"];
    let mut asked = 0;
    for path in of_sources.chain(others.map(|path| format!("/docs/{path}"))) {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            let page = ask(&site, method.clone(), &path, &[]).await;
            let case = format!("{method} {path}, {}", page.status);
            assert!(!page.status.is_server_error(), "{case}");
            let is_refused = page.status == StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(is_refused, [Method::POST, Method::DELETE].contains(&method), "{case}");
            page.judge(&case);
            asked += 1;
        }
    }
    assert!(asked > 40, "{asked}");
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_page_with_a_search() {
    let site = docs::routes(options());

    let nothing = get(&site, "/docs/tracing").await;
    assert_eq!((nothing.status, nothing.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
    assert!(nothing.text.contains("There is no such page"), "{}", nothing.text);
    assert!(nothing.attributes("action").contains(&"/docs/search".to_owned()));
    assert!(nothing.attributes("href").contains(&"/docs/run/tracing".to_owned()), "pages with its words are shown");
    let long = format!("/docs/{}", "x".repeat(4_000));
    for path in ["/docs/%3Cscript%3E", "/docs/..%2f..%2fetc%2fpasswd", "/docs/%00", "/docs/a//b", "/docs/%FF", &long] {
        let page = get(&site, path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.judge(path);
    }
}

#[tokio::test]
async fn an_address_that_means_a_page_leads_to_it() {
    let site = docs::routes(options());
    for (path, to) in [
        ("/docs/", "/docs"),
        ("/docs/run/", "/docs/run"),
        ("/docs/run/README.md", "/docs/run.md"),
        ("/docs/README.md", "/docs.md"),
        ("/docs/guides", "/docs/guides/sessions"),
    ] {
        let led = get(&site, path).await;
        assert_eq!((led.status, led.header("location")), (StatusCode::TEMPORARY_REDIRECT, to), "{path}");
    }
}
