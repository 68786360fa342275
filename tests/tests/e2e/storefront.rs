//! The storefront, as a browser without script uses it.

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use hyper::http::StatusCode;
use serde_json::Value;
use testkit::{
    folder::Folder,
    wait::{PATIENCE, eventually},
};
use tests::{Site, pages::Browser};

mod account;
mod codes;
mod elsewhere;
mod gifts;
mod headers;
mod order_states;
mod orders;
mod personal_data;
mod resale;
mod theme;

/// A site with three matches, of which one is sold out.
async fn shop() -> (tests::World, Site) {
    let (world, site) = Site::embedded().await;
    for (number, tickets) in [(1, 20), (2, 3), (3, 0)] {
        site.on_sale(number, tickets).await;
    }
    (world, site)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_is_led_to_the_matches_in_their_language() {
    let (_world, site) = shop().await;
    for (accepted, path, direction) in [("fr, en;q=0.5", "/fr/", "ltr"), ("ar", "/ar/", "rtl"), ("de", "/en/", "ltr")] {
        let mut browser = Browser::new(site.address).with_header("accept-language", accepted);

        let led = browser.ask("/").await;
        let page = browser.open("/").await;

        assert_eq!((led.status, led.header("location")), (StatusCode::FOUND, path));
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.html.contains(&format!("dir=\"{direction}\"")), "{}", page.html);
        assert_eq!(page.html.matches("data-match=").count(), 3);
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_says_in_words_what_is_left() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address);

    let page = browser.open("/en/").await;

    for text in ["3 matches", "20 left", "3 left", "sold out"] {
        assert!(page.says(text), "{text}: {}", page.text());
    }
    let filtered = browser.open("/en/?status=available").await;
    assert_eq!(filtered.html.matches("data-match=").count(), 2);
    let nothing = browser.open("/en/?team=Nobody").await;
    assert!(nothing.says("No matches found"), "{}", nothing.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_mistakes_the_address_is_answered_by_a_line_of_text() {
    let (_world, site) = shop().await;
    let asker = site.visitor();
    let line = (404, "There is nothing at this path: GraphQL is at /graphql.\n".to_owned());

    for path in ["/graphql/", "/api/graphql", "/v1/graphql"] {
        assert_eq!(asker.post(path, &[], r#"{"query":"{ __typename }"}"#).await, line, "POST {path}");
        assert_eq!(asker.get(path).await, line, "GET {path}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_has_its_guards_and_no_style_or_script_of_its_own() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address);

    for path in
        ["/en/", "/ar/matches/1", "/en/sign-in", "/en/sign-up", "/en/help", "/en/resale", "/en/search", "/en/nothing"]
    {
        let page = browser.open(path).await;

        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        let main = page.html.split_once("<main").unwrap_or_else(|| panic!("{path} has no main: {}", page.html)).1;
        for forbidden in [" style=", "<script>", " onclick", " onload"] {
            assert!(!main.contains(forbidden), "{path} has {forbidden}");
        }
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_has_not_changed_is_not_sent_again_and_one_that_has_is_made_anew() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address);
    let first = browser.open("/en/matches/1").await;
    let tag = first.header("etag").to_owned();

    let again = Browser::new(site.address).with_header("if-none-match", &tag).open("/en/matches/1").await;
    assert_eq!((again.status, again.html.as_str()), (StatusCode::NOT_MODIFIED, ""));

    site.fan("ana").await.holds(1, 1, 2).await;
    eventually(PATIENCE, "the page shows what is left", || async {
        Browser::new(site.address).open("/en/matches/1").await.says("18 left")
    })
    .await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_signs_up_and_holds_tickets_without_script() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address);

    let refused = browser.post("/en/matches/1", &[("category", "1"), ("quantity", "2")]).await;
    assert!(refused.path.starts_with("/en/sign-in"), "{}", refused.path);
    let form = browser.open("/en/sign-up").await;
    assert_eq!(form.status, StatusCode::OK);
    let fields = [("email", "ana@example.com"), ("password", "correct horse battery staple")];
    let signed_up = browser.post("/en/sign-up", &fields).await;
    assert!(signed_up.status.is_success(), "{}", signed_up.text());
    assert!(browser.cookie("__Host-matchday-access").is_some());

    let page = browser.open("/en/matches/1").await;
    let key = page.field("idempotencyKey");
    let chosen = [("category", "1"), ("quantity", "2"), ("idempotencyKey", key.as_str())];
    let held = browser.post("/en/matches/1", &chosen).await;
    let again = browser.post("/en/matches/1", &chosen).await;

    assert!(held.path.starts_with("/en/orders/"), "{}", held.path);
    assert_eq!(held.path, again.path, "a double click holds nothing twice");
    assert_eq!(site.counts(1, 1), (20, 2));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_access_is_over_goes_on_by_itself() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address);
    let fields = [("email", "ana@example.com"), ("password", "correct horse battery staple")];
    browser.post("/en/sign-up", &fields).await;
    browser.forget("__Host-matchday-access");

    let page = browser.open("/en/account").await;

    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/en/account"));
    assert!(page.says("ana@example.com"), "{}", page.text());
    assert!(browser.cookie("__Host-matchday-access").is_some());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_a_browser_brings_back_after_hours_goes_on_and_one_that_ended_is_forgotten() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address);
    let fields = [("email", "ana@example.com"), ("password", "correct horse battery staple")];
    browser.post("/en/sign-up", &fields).await;
    let mut elsewhere = Browser::new(site.address);
    elsewhere.post("/en/sign-in", &fields).await;
    let before = browser.cookie("__Host-matchday-access").expect("it is kept").to_owned();
    // It is over by then, and this browser keeps it all the same.
    site.move_clock(Duration::from_secs(5 * 3_600));

    let held = browser.post("/en/matches/1", &[("category", "1"), ("quantity", "1")]).await;
    assert!(held.path.starts_with("/en/orders/") && held.says("Held for you"), "{}: {}", held.path, held.text());
    assert!(browser.cookie("__Host-matchday-access").is_some_and(|after| after != before));
    assert_eq!(site.counts(1, 1), (20, 1), "it was held once");

    elsewhere.post("/en/sign-out", &[("everywhere", "yes")]).await;
    assert_eq!(browser.open("/en/account").await.path, "/en/sign-in?next=%2Fen%2Faccount");
    assert_eq!(browser.cookie("__Host-matchday-refresh"), None, "it is not tried again");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_without_matches_says_so_and_shows_what_the_organiser_says_as_soon_as_it_does() {
    let (_world, site) = Site::embedded().await;
    let mut browser = Browser::new(site.address);
    for (path, text) in [("/en/", "No matches yet"), ("/en/?team=Qatar", "No matches yet"), ("/ar/", "لا مباريات بعد")]
    {
        let page = browser.open(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
        assert!(page.says(text), "{path}: {}", page.text());
        assert!(!page.html.contains("class=\"filters\"") && page.html.contains("content=\"noindex\""), "{path}");
    }
    assert!(browser.open("/en/resale").await.says("No tickets are offered right now"));
    assert_eq!(browser.open("/en/matches/1").await.status, StatusCode::NOT_FOUND);

    site.on_sale(1, 20).await;
    eventually(PATIENCE, "the match is listed", || async {
        Browser::new(site.address).open("/en/").await.says("Qatar")
    })
    .await;
    site.broker().rename(1, "Wales").await;
    eventually(PATIENCE, "it has its new name", || async {
        Browser::new(site.address).open("/en/").await.says("Wales")
    })
    .await;
    assert!(Browser::new(site.address).open("/en/matches/1").await.says("Wales v Ecuador"));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shop_works_with_its_documents_as_the_only_ones_that_are_executed() {
    let folder = Folder::new("documents");
    let path = folder.path().join("documents.json");
    fs::write(&path, "{}").expect("it can be written");
    let world =
        tests::World::embedded().with("MATCHDAY_TRANSPORT_DOCUMENTS_TRUSTED_MANIFEST", &path.display().to_string());
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let mut browser = Browser::new(site.address);

    assert!(browser.open("/en/").await.says("20 left"));
    let fields = [("email", "ana@example.com"), ("password", "correct horse battery staple")];
    assert!(browser.post("/en/sign-up", &fields).await.status.is_success());
    browser.forget("__Host-matchday-access");
    assert!(browser.open("/en/account").await.says("ana@example.com"));
    let refused = site.visitor().ask("{ matches { totalCount } }", Value::Null).await;
    assert_eq!(refused.code(), "DOCUMENT_NOT_TRUSTED");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_says_what_it_is_where_it_is_listed_or_shared() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address);

    for path in ["/en/", "/fr/matches/1", "/es/resale", "/ar/help", "/en/sign-in", "/en/nothing"] {
        let page = browser.open(path).await;
        let description =
            page.html.split_once("name=\"description\" content=\"").and_then(|(_, rest)| rest.split('"').next());
        assert!(description.is_some_and(|said| said.len() > 20), "{path}: {description:?}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_holds_in_a_moment_are_few_renderings() {
    const FANS: usize = 8;
    const VISITORS: usize = 4;
    const WATCHED: Duration = Duration::from_secs(2);
    let world = tests::World::embedded().with("MATCHDAY_HOLDS_PURCHASE_CAP", "1000");
    let site = world.start().await;
    site.on_sale(4, 10_000).await;
    let fans = join_all((0..FANS).map(async |number| site.fan(&format!("fan{number}")).await)).await;
    let started = Instant::now();

    let holding = join_all(fans.iter().map(async |fan| {
        let mut holds = 0;
        while started.elapsed() < WATCHED {
            fan.holds(4, 1, 1).await;
            holds += 1;
        }
        holds
    }));
    let visiting = join_all((0..VISITORS).map(async |_| {
        let mut browser = Browser::new(site.address);
        let mut tags = BTreeSet::new();
        while started.elapsed() < WATCHED {
            tags.insert(browser.open("/en/matches/4").await.header("etag").to_owned());
        }
        tags
    }));
    let (holds, tags) = tokio::join!(holding, visiting);

    let holds: u128 = holds.into_iter().sum();
    let renderings = tags.into_iter().flatten().collect::<BTreeSet<_>>().len() as u128;
    let paces = started.elapsed().as_millis() / kit::kept::PACE.as_millis() + 2;
    // How many holds there are is the machine's matter; with none of a pace, each change of them would be a page.
    assert!(renderings <= paces, "{renderings} pages of {holds} holds in {paces} paces");
    assert!(renderings > 1, "the page follows what is left");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_visit_is_light() {
    let world = tests::World::embedded().with("MATCHDAY_KAFKA_BUNDLED_MASTER_LIST", "true");
    let site = world.start().await;
    let plain = Browser::new(site.address).open("/ar/").await;
    assert_eq!(plain.html.matches("data-match=").count(), 64, "{}", plain.text());
    let script =
        plain.html.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a page has a script");
    let mut browser = Browser::new(site.address).with_header("accept-encoding", "br");

    let (list, script) = (browser.open("/ar/").await.bytes, browser.open(script).await.bytes);
    let other = browser.open("/ar/matches/1").await.bytes;

    // What a first round trip carries, as connections begin.
    assert!(list <= 14_000, "{list} bytes of HTML");
    assert!(other <= 14_000, "{other} bytes of HTML");
    assert!(script <= 10_000, "{script} bytes of script");
    assert!(list + script <= 30_000, "{} bytes in all", list + script);
    site.finish().await;
}
