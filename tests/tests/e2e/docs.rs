//! The documentation beside the program: what it costs, whom it is closed to, and where it is not.

use entities::user::Role;
use hyper::http::StatusCode;
use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{Site, World, pages::Browser, raw::send, storefront::Storefront};
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_are_paid_for_and_a_blocked_address_gets_nothing() {
    let world = World::embedded()
        .with("MATCHDAY_LIMITS_CAPACITY", "anonymous=50000")
        .with("MATCHDAY_LIMITS_REFILL", "anonymous=1")
        .with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8");
    let site = world.start().await;
    let from = |address: &str| Browser::new(site.address).with_header("x-forwarded-for", address);
    let mut reader = from("192.0.2.9");

    // 300 units each.
    for _ in 0..150 {
        assert_eq!(reader.ask("/docs/search?q=hold").await.status, StatusCode::OK);
    }
    let mut searches = 150;
    let refused = loop {
        let page = reader.ask("/docs/search?q=hold").await;
        if page.status != StatusCode::OK {
            break page;
        }
        searches += 1;
        assert!(searches <= 170, "a search costs nothing");
    };
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!refused.header("retry-after").is_empty(), "{refused:?}");
    assert_eq!(from("192.0.2.10").ask("/docs").await.status, StatusCode::OK, "others read on");

    let block = "mutation ($input: SetAddressRuleInput!) { setAddressRule(input: $input) { rule { network } } }";
    let input = json!({ "input": { "network": "198.51.100.7", "effect": "BLOCK", "reason": "a test" } });
    site.staff("root", Role::Admin).await.ask(block, input).await.data();
    eventually(PATIENCE, "it is blocked", || async {
        from("198.51.100.7").ask("/docs").await.status == StatusCode::FORBIDDEN
    })
    .await;
    for path in ["/docs/run", "/docs/search?q=a", "/llms.txt", "/docs/nothing"] {
        assert_eq!(from("198.51.100.7").ask(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_may_be_without_documentation_and_without_a_contract_to_look_at() {
    let off = World::embedded().with("MATCHDAY_WEB_DOCS", "false").start().await;
    let mut browser = Browser::new(off.address);
    for path in ["/docs", "/docs/run", "/docs.md", "/llms.txt", "/llms-full.txt"] {
        assert_eq!(browser.ask(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!browser.open("/en/").await.html.contains("href=\"/docs\""));
    off.finish().await;

    let closed = World::embedded()
        .with("MATCHDAY_INTROSPECTION", "false")
        .with("MATCHDAY_WEB_STOREFRONT", "false")
        .start()
        .await;
    let index = Browser::new(closed.address).ask("/docs").await;
    assert!(index.html.contains("href=\"/graphiql\""), "{}", index.html);
    assert!(!index.html.contains("href=\"/schema.graphql\"") && !index.html.contains(">Shop<"), "{}", index.html);
    closed.finish().await;

    let (_world, open) = Site::embedded().await;
    let mut browser = Browser::new(open.address);
    assert!(browser.open("/en/").await.html.contains("href=\"/docs\""), "a developer finds it from the shop");
    let index = browser.open("/docs").await;
    for path in ["/graphiql", "/schema.graphql", "/"] {
        assert!(index.html.contains(&format!("href=\"{path}\"")), "{path}");
        assert_eq!(browser.open(path).await.status, StatusCode::OK, "{path}");
    }
    let mut compressing = Browser::new(open.address).with_header("accept-encoding", "br");
    let codings = ["/docs", "/docs/search?q=hold", "/docs/shop.png"];
    for (path, coding) in codings.into_iter().zip(["br", "br", ""]) {
        assert_eq!(compressing.ask(path).await.header("content-encoding"), coding, "{path}");
    }
    open.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storefront_elsewhere_has_the_documents_and_leads_to_nothing_that_it_has_not() {
    let (_world, site) = Site::embedded().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let storefront = Storefront::start_at(listener, site.address, &[]).await;

    let page = Browser::new(storefront.address).ask("/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    for absent in ["/graphiql", "/schema.graphql"] {
        assert!(!page.html.contains(&format!("href=\"{absent}\"")), "{absent}");
    }
    let found = send(storefront.address, "GET /docs/search?q=hold", &[]).await;
    assert_eq!(found.status, 200, "{found:?}");
    storefront.stop().await;
    site.finish().await;
}
