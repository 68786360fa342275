//! What every answer of the shop tells browsers and caches, whatever is asked of whichever route.

use std::path::Path;

use hyper::http::{Method, StatusCode};
use testkit::routes;
use tests::{
    World,
    pages::{Browser, Page},
};

/// Pages that everybody sees alike, and caches may keep as long as they ask whether they are true.
const KEPT: [&str; 5] = ["/en", "/en/", "/en/matches/1", "/en/help", "/en/resale"];

/// How long an answer may be kept, and by what it differs.
fn expected(path: &str, page: &Page, has_session: bool) -> (&'static [&'static str], &'static str) {
    const NOT_KEPT: &[&str] = &["no-store"];
    match path {
        "/" | "/verify" | "/reset" if page.status == StatusCode::FOUND => (&["no-cache"], "accept-language"),
        "/robots.txt" | "/sitemap.xml" if page.status == StatusCode::OK => (&["public, max-age=3600"], ""),
        _ if path.starts_with("/assets/") && page.status == StatusCode::OK => {
            (&["public, max-age=31536000, immutable"], "")
        }
        _ if ![StatusCode::OK, StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY].contains(&page.status) => {
            (NOT_KEPT, "")
        }
        _ if !has_session && KEPT.contains(&path) => (&["no-cache"], "cookie"),
        _ => (&["private, no-cache", "no-store"], ""),
    }
}

fn judge(case: &str, page: &Page, (keeping, differs): (&[&str], &str)) {
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{case}: {policy:?}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{case}: {policy:?}");
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{case}");
    let referrers = page.header("referrer-policy");
    assert!(["strict-origin-when-cross-origin", "no-referrer"].contains(&referrers), "{case}: {referrers:?}");
    let cache = page.header("cache-control");
    assert!(keeping.contains(&cache), "{case}: {cache:?}, but {keeping:?} is right");
    let vary: Vec<&str> = page.headers.get_all("vary").iter().filter_map(|vary| vary.to_str().ok()).collect();
    assert!(vary.join(", ").contains(differs), "{case}: varies by {vary:?}, but {differs:?} is right");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_its_guards_and_says_who_may_keep_it() {
    let world = World::embedded().with("MATCHDAY_PUBLIC_URL", "https://tickets.example");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let mut fan = Browser::new(site.address);
    fan.post("/en/sign-up", &[("email", "ana@example.com"), ("password", "correct horse battery staple")]).await;
    let key = fan.open("/en/matches/1").await.field("idempotencyKey");
    let held = [("category", "1"), ("quantity", "1"), ("idempotencyKey", &*key)];
    let order = fan.post("/en/matches/1", &held).await;
    let key = order.field("idempotencyKey");
    let paid = fan.post(&format!("{}/pay", order.path), &[("card", "pm_card_visa"), ("idempotencyKey", &key)]).await;
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text());
    let id = order.path.trim_start_matches("/en/orders/");
    let script = order.html.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a page has one");
    let filled = |route: &str| {
        let named = [
            ("{locale}", "en"),
            ("{number}", "1"),
            ("{id}", id),
            ("{name}", script.trim_start_matches("/assets/")),
            ("{*rest}", "a/b"),
        ];
        named.into_iter().fold(route.to_owned(), |path, (name, value)| path.replace(name, value))
    };
    let mut paths: Vec<String> = ["web/storefront/src", "server/src"]
        .map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder))
        .iter()
        .flat_map(|folder| routes::of_sources(folder))
        .map(|(_, route)| filled(&route))
        .filter(|path| is_of_the_shop(path))
        .collect();
    paths.extend(
        ["/assets/nothing.js", "/nowhere", "/nowhere/else", "/de/", "/en/matches/99", "/en/matches/x"]
            .map(str::to_owned),
    );
    paths.dedup();
    assert!(paths.len() > 40, "{paths:?}");

    let mut anybody = Browser::new(site.address);
    let mut kept = 0;
    for path in &paths {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            for (browser, has_session) in [(&mut anybody, false), (&mut fan, true)] {
                // Signing out would leave the fan with nothing to look at.
                if path.ends_with("/sign-out") && method == Method::POST {
                    continue;
                }
                let form = (method == Method::POST).then_some(&[("a", "b")][..]);
                let page = browser.send(method.clone(), path, form).await;

                let case = format!("{method} {path}, {}", page.status);
                assert!(!page.status.is_server_error(), "{case}");
                judge(&case, &page, expected(path, &page, has_session));
                kept += usize::from(page.header("cache-control") == "no-cache");
            }
        }
    }
    assert!(kept > KEPT.len(), "some are kept: {kept}");
    site.finish().await;
}

/// Beside the API, what operators look at, and what other programs are given.
fn is_of_the_shop(path: &str) -> bool {
    let others = ["/graphiql", "/healthz", "/readyz", "/metrics", "/schema.graphql", "/.well-known/", "/tickets/"];
    !others.iter().any(|other| path.starts_with(other))
}
