//! A storefront at an origin of its own: a process that has nothing but an API elsewhere, and all that browsers talk to.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use hyper::http::StatusCode;
use serde_json::json;
use testkit::{
    folder::Folder,
    wait::{PATIENCE, eventually},
};
use tests::{
    Site, World,
    client::Client,
    pages::Browser,
    raw::{self, Answer, send_from},
    socket::{Said, Socket},
    storefront::Storefront,
};
use tokio::net::TcpListener;

const PASSWORD: &str = "correct horse battery staple";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("there is a free port")
}

/// A site with a match, and its storefront, which is where visitors reach it.
async fn shop(world: World) -> (World, Site, Storefront) {
    let listener = listener().await;
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let world =
        world.with("MATCHDAY_PUBLIC_URL", &url).with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.1/32");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let storefront = Storefront::start_at(listener, site.address, &[("MATCHDAY_PUBLIC_URL", &url)]).await;
    (world, site, storefront)
}

async fn ends(site: Site, storefront: Storefront) {
    storefront.stop().await;
    site.finish().await;
}

async fn signed_up(address: SocketAddr) -> Browser {
    let mut browser = Browser::new(address);
    let page = browser.post("/en/sign-up", &[("email", "ana@example.com"), ("password", PASSWORD)]).await;
    assert!(page.status.is_success(), "{}", page.text());
    browser
}

/// The path of the order that was made.
async fn holds(browser: &mut Browser) -> String {
    let key = browser.open("/en/matches/1").await.field("idempotencyKey");
    let chosen = [("category", "1"), ("quantity", "1"), ("idempotencyKey", key.as_str())];
    let held = browser.post("/en/matches/1", &chosen).await;
    assert!(held.path.starts_with("/en/orders/"), "{} {}", held.path, held.text());
    held.path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_buys_at_a_storefront_elsewhere_without_script() {
    let (_world, site, storefront) = shop(World::embedded()).await;
    assert!(Browser::new(storefront.address).open("/fr/").await.says("20 restants"));
    let mut ana = signed_up(storefront.address).await;
    let order = holds(&mut ana).await;
    site.shows(1, 1, (20, 1)).await;

    let key = ana.open(&order).await.field("idempotencyKey");
    let paid = ana.post(&format!("{order}/pay"), &[("card", "pm_card_visa"), ("idempotencyKey", &key)]).await;

    assert!(paid.says("Ticket 1 of 1"), "{}", paid.text());
    let link = paid.html.split("href=\"").find_map(|rest| {
        let path = rest.split('"').next()?;
        path.find("/tickets/").map(|start| path[start..].replace("&amp;", "&"))
    });
    let (status, headers, pdf) =
        Client::new(storefront.address).download(&link.expect("a ticket has its page to print")).await;
    assert_eq!((status, &headers["content-type"]), (200, &"application/pdf".parse().expect("a header value")));
    assert!(pdf.starts_with(b"%PDF-"));
    ends(site, storefront).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sandboxs_bank_is_reached_through_the_storefront() {
    let (_world, site, storefront) = shop(World::embedded()).await;
    let mut ana = signed_up(storefront.address).await;
    let order = holds(&mut ana).await;
    let key = ana.open(&order).await.field("idempotencyKey");
    let card = [("card", "pm_card_threeDSecure2Required"), ("idempotencyKey", key.as_str())];
    let bank = ana.post(&format!("{order}/pay"), &card).await;
    assert!(bank.says("Do you confirm this payment?"), "{}", bank.text());

    let (secret, back) = (bank.field("clientSecret"), bank.field("returnTo"));
    let intent = secret.split("_secret").next().expect("it has a first part");
    let consent = [("clientSecret", secret.as_str()), ("returnTo", back.as_str()), ("consent", "true")];
    ana.post(&format!("/sandbox/payment_intents/{intent}/confirm"), &consent).await;

    let ana = tokio::sync::Mutex::new(ana);
    eventually(PATIENCE, "the ticket is there", || async { ana.lock().await.open(&order).await.says("Ticket 1 of 1") })
        .await;
    ends(site, storefront).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_page_is_told_through_the_storefront_what_changes_and_what_its_session_may_see() {
    let (_world, site, storefront) = shop(World::embedded()).await;
    let origin = format!("http://{}", storefront.address);
    let mut public =
        Socket::open_with(storefront.address, None, &[("origin", &origin)]).await.expect("its own pages are let in");
    public.availability(&[1], &[]).await;
    assert_eq!(public.data().await["availability"]["matchNumber"], 1);

    let mut ana = signed_up(storefront.address).await;
    let cookie = format!("__Host-matchday-access={}", ana.cookie("__Host-matchday-access").expect("she is signed in"));
    let order = holds(&mut ana).await;
    assert_eq!(public.data().await["availability"]["categories"][0]["pending"], 1);
    let id = order.rsplit('/').next().expect("a path has an end");
    let headers = [("origin", origin.as_str()), ("cookie", cookie.as_str())];
    let mut own = Socket::open_with(storefront.address, None, &headers).await.expect("its own pages are let in");
    own.reservation(id).await;
    assert_eq!(own.data().await["reservation"]["status"], "PENDING");
    ana.post(&format!("{order}/cancel"), &[]).await;
    assert_eq!(own.data().await["reservation"]["status"], "CANCELLED");
    let stranger = Socket::open_with(storefront.address, None, &[("origin", "https://evil.example")]).await;
    assert!(stranger.is_none(), "pages of other sites open no sockets");

    let live = json!({ "query": "subscription { availability { matchNumber } }" });
    let stream = raw::stream(storefront.address, &live).await;
    let begun = Instant::now();
    storefront.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(10), "nothing is waited for until the drain's time is over");
    stream.to_its_end().await;
    let ended = async |socket: &mut Socket| loop {
        match socket.said().await {
            Said::Next(_) => {}
            other => return other,
        }
    };
    for socket in [&mut public, &mut own] {
        assert_eq!(ended(socket).await, Said::Closed(1006), "a browser comes back by itself");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_api_is_away_pages_say_so_and_are_right_again_once_it_is_back() {
    let (world, site, storefront) = shop(World::embedded()).await;
    let mut browser = Browser::new(storefront.address);
    assert!(browser.open("/en/matches/1").await.says("20 left"));
    let (api, visitor) = (site.address, Client::new(storefront.address));
    eventually(PATIENCE, "it is ready", || async { visitor.get("/readyz").await.0 == 200 }).await;
    site.finish().await;

    for path in ["/en/matches/1", "/en/", "/en/resale"] {
        let away = browser.open(path).await;
        assert_eq!((away.status, away.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{path}");
        assert!(away.says("Back in a moment"), "{path}: {}", away.text());
    }
    let posted = browser.post("/en/sign-in", &[("email", "ana@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(posted.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(browser.open("/en/sign-in").await.status.is_success(), "a form that asks nothing is shown");
    let asked = visitor.ask("{ matches { totalCount } }", json!({})).await;
    assert_eq!(asked.code(), "SERVICE_UNAVAILABLE");
    assert_eq!(visitor.get("/tickets/1.pdf").await.0, 503);
    let (status, ready) = visitor.get("/readyz").await;
    assert_eq!(status, 200, "a page in their language is more than a balancer has for visitors");
    assert!(ready.contains(r#""name":"api","ready":false"#), "{ready}");

    let again = world.start_at(TcpListener::bind(api).await.expect("the port is free again")).await;
    assert!(browser.open("/en/matches/1").await.says("20 left"));
    let (_, ready) = visitor.get("/readyz").await;
    assert!(ready.contains(r#""name":"api","ready":true"#), "{ready}");
    ends(again, storefront).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitors_of_a_storefront_are_limited_each_for_themselves_and_none_is_who_they_say() {
    let world = World::embedded()
        .with("MATCHDAY_LIMITS_CAPACITY", "signIn=2")
        .with("MATCHDAY_LIMITS_REFILL", "signIn=1")
        .with("MATCHDAY_LIMITS_PERIOD_SECONDS", "3600");
    let (_world, site, storefront) = shop(world).await;
    let own = ("sec-fetch-site", "same-origin");
    let signs_in = async |from: &str, headers: &[(&str, &str)]| -> Answer {
        let fields = "email=ana%40example.com&password=a+wrong+password";
        let headers = [&[FORM, own, ("accept", "text/html")], headers].concat();
        send_from(from, storefront.address, "POST /en/sign-in", &headers, fields).await
    };
    let asks = async |from: &str, headers: &[(&str, &str)]| -> Answer {
        let query = r#"{"query":"mutation { signIn(input: {email: \"a@example.com\", password: \"correct horse\"}) { expiresAt } }"}"#;
        let headers = [&[("content-type", "application/json")], headers].concat();
        send_from(from, storefront.address, "POST /graphql", &headers, query).await
    };

    let tries = join_all([signs_in("127.0.0.2", &[]), signs_in("127.0.0.2", &[])]).await;
    assert!(tries.iter().all(|tried| tried.status != 503), "{tries:?}");
    assert_eq!(signs_in("127.0.0.2", &[]).await.status, 429, "a page");
    assert_eq!(asks("127.0.0.2", &[]).await.status, 429, "and what its script asks");

    for forged in ["203.0.113.9", "127.0.0.1", "203.0.113.9, 127.0.0.1"] {
        let forged = [("x-forwarded-for", forged), ("forwarded", "for=203.0.113.9"), ("x-real-ip", "203.0.113.9")];
        assert_eq!(signs_in("127.0.0.2", &forged).await.status, 429, "{forged:?}");
        assert_eq!(asks("127.0.0.2", &forged).await.status, 429, "{forged:?}");
    }
    assert_ne!(asks("127.0.0.3", &[]).await.status, 429, "another visitor");
    assert_ne!(asks("127.0.0.4", &[("x-forwarded-for", "127.0.0.2")]).await.status, 429, "who takes another's name");
    ends(site, storefront).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_the_api_is_reached_through_a_storefront_but_what_browsers_need() {
    let (_world, site, storefront) = shop(World::embedded()).await;
    let get = async |path: &str| raw::send(storefront.address, &format!("GET {path}"), &[]).await;

    for path in [
        "/graphiql",
        "/schema.graphql",
        "/webhooks/stripe",
        "/.well-known/jwks.json",
        "/tickets/..%2fmetrics",
        "/tickets/%2e%2e",
        "/auth/../metrics",
        "/sandbox/anything",
    ] {
        assert_eq!(get(path).await.status, 404, "{path}");
    }
    let metrics = get("/metrics").await;
    assert!(metrics.body.contains("matchday_build_info"), "its own");
    let challenge = get("/captcha/challenge").await;
    assert_eq!(challenge.status, 200, "{challenge:?}");
    assert_eq!(get("/auth/sign-in").await.status, 404, "no identity provider is set");
    let answer = raw::get(storefront.address, &[], &[("query", "{ matches { totalCount } }")]).await;
    assert_eq!(answer.json()["data"]["matches"]["totalCount"], 1);
    let id = raw::get(storefront.address, &[("x-request-id", "abc-1")], &[("query", "{ __typename }")]).await;
    assert_eq!(id.header("x-request-id"), "abc-1");
    ends(site, storefront).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storefront_elsewhere_asks_the_shops_documents_and_no_others() {
    let folder = Folder::new("documents-elsewhere");
    let manifest = folder.path().join("documents.json");
    std::fs::write(&manifest, "{}").expect("it can be written");
    let manifest = manifest.display().to_string();
    let world = World::embedded().with("MATCHDAY_TRANSPORT_DOCUMENTS_TRUSTED_MANIFEST", &manifest);
    let (_world, site, storefront) = shop(world).await;

    let mut ana = signed_up(storefront.address).await;
    let order = holds(&mut ana).await;

    assert!(ana.open(&order).await.says("Held for you"));
    let refused = Client::new(storefront.address).ask("{ matches { totalCount } }", json!({})).await;
    assert_eq!(refused.code(), "DOCUMENT_NOT_TRUSTED");
    ends(site, storefront).await;
}
