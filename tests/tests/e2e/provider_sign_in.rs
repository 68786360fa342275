//! Signing in at the identity provider by a browser: there and back, what goes on after, and who is refused on the way.

use std::time::Duration;

use entities::provider_session;
use futures_util::future::join_all;
use jsonwebtoken::Algorithm::ES256;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    browser::{Browser, Page},
    provider::{
        Provider, SigningKey,
        sign_ins::{CLIENT, SECRET, fields},
    },
    raw::{self, Answer},
};

mod refusals;

const SITE: &str = "http://tickets.test";
const ACCESS: &str = "__Host-matchday-access";
const REFRESH: &str = "__Host-matchday-refresh";
const REFRESH_SESSION: &str = "mutation { refreshSession(input: {}) { user { email } accessToken expiresAt } }";
const SIGN_OUT: &str = "mutation { signOut { success } }";

/// Longer than what was just got is given again.
const LATER: Duration = Duration::from_secs(21);

async fn provider() -> Provider {
    Provider::start(&[&SigningKey::new("one", ES256)]).await
}

fn offering(world: World, provider: &Provider) -> World {
    world
        .with("MATCHDAY_PUBLIC_URL", SITE)
        .with("MATCHDAY_OIDC_ISSUER", &provider.issuer())
        .with("MATCHDAY_OIDC_AUDIENCES", "shop,tickets")
        .with("MATCHDAY_OIDC_CLIENT_ID", CLIENT)
        .with("MATCHDAY_OIDC_CLIENT_SECRET", SECRET)
        .with("MATCHDAY_OIDC_NAME", "Fan ID")
        .with("MATCHDAY_OIDC_REFRESH_SECONDS", "1")
}

/// A site that knows where its provider is.
async fn site_of(world: &World) -> Site {
    let site = world.start().await;
    eventually(PATIENCE, "the provider has said where it is asked", || async {
        Browser::new(site.address).opens("/auth/sign-in", Page::Own).await.status == 303
    })
    .await;
    site
}

async fn embedded(provider: &Provider) -> Site {
    site_of(&offering(World::embedded(), provider)).await
}

/// The way to the provider; where it sends the browser back to.
async fn at_provider(provider: &Provider, browser: &mut Browser, next: &str) -> String {
    by_path(provider, browser, &format!("/auth/sign-in?next={}", raw::encoded(next))).await
}

async fn by_path(provider: &Provider, browser: &mut Browser, path: &str) -> String {
    let sent = browser.opens(path, Page::Own).await;
    assert_eq!(sent.status, 303, "{sent:?}");
    let there = sent.header("location");
    let (_, query) = there.split_once("/authorize?").unwrap_or_else(|| panic!("{there}"));
    let back = raw::send(provider.address(), &format!("GET /authorize?{query}"), &[]).await.header("location");
    back.strip_prefix(SITE).unwrap_or_else(|| panic!("{back}")).to_owned()
}

/// The whole way of a browser.
async fn signs_in(provider: &Provider, browser: &mut Browser, next: &str) -> Answer {
    let back = at_provider(provider, browser, next).await;
    browser.opens(&back, Page::OfAnotherSite).await
}

async fn email(browser: &mut Browser) -> Value {
    browser.ask("{ me { email } }", json!({})).await.json()["data"]["me"]["email"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_signs_in_at_the_provider_and_goes_on_where_they_were() {
    let provider = provider().await;
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);

    let there = browser.opens("/auth/sign-in?next=%2Fen%2Forders%3Fpage%3D2", Page::OfAnotherSite).await;
    let asked = fields(there.header("location").split_once('?').expect("it asks for something").1);
    let (cookie, attributes) = browser
        .cookies
        .first()
        .map(|cookie| (cookie.name.as_str(), cookie.attributes.as_str()))
        .expect("a key is kept");
    assert_eq!(
        (cookie, attributes),
        ("__Host-matchday-sign-in", "Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax")
    );
    assert_eq!(
        (asked["redirect_uri"].as_str(), asked["scope"].as_str()),
        ("http://tickets.test/auth/callback", "openid profile email")
    );
    let came = signs_in(&provider, &mut browser, "/en/orders?page=2").await;

    assert_eq!((came.status, came.header("location").as_str()), (303, "/en/orders?page=2"), "{came:?}");
    let set = came.headers("set-cookie");
    assert_eq!(set.len(), 2, "{set:?}");
    for cookie in &set {
        assert!(cookie.ends_with("; HttpOnly; Secure; SameSite=Lax") && cookie.starts_with("__Host-"), "{cookie}");
    }
    assert_eq!(email(&mut browser).await, "ana@example.com", "as the ID token says");
    let grant = provider.sign_ins(|sign_ins| sign_ins.asked.last().cloned()).expect("a code was exchanged");
    assert_eq!(grant["grant_type"], "authorization_code");
    let kept = browser.sends();
    assert!(!kept.contains("refresh-"), "the provider's refresh token stays here: {kept}");
    for row in provider_session::Entity::find().all(&site.app.db).await.expect("sessions can be read") {
        assert!(!format!("{row:?}").contains("refresh-") && !format!("{row:?}").contains(&browser.cookie(ACCESS)));
        assert!(row.refresh_token.is_some() && !kept.contains(&row.handle_hash));
    }
    let again = signs_in(&provider, &mut Browser::new(site.address), "/").await;
    assert_eq!(again.status, 303, "from another browser it is the same fan");
    assert_eq!(domain::accounts::provider_sign_in::name(&site.app), Some("Fan ID"));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_access_tokens_say_nothing_the_id_token_is_who_a_fan_is() {
    let provider = provider().await;
    provider.sign_ins(|sign_ins| {
        sign_ins.are_opaque = true;
        sign_ins.takes_basic = false;
        sign_ins.names_issuer = false;
        sign_ins.named_issuer = None;
    });
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);

    let came = signs_in(&provider, &mut browser, "/").await;

    assert_eq!(came.status, 303, "{came:?}");
    assert_eq!(email(&mut browser).await, "ana@example.com");
    site.move_clock(LATER);
    let renewed = browser.ask(REFRESH_SESSION, json!({})).await.json();
    assert_eq!(renewed["data"]["refreshSession"]["user"]["email"], "ana@example.com", "{renewed}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_goes_on_at_a_path_of_the_site_whatever_a_link_says() {
    let provider = provider().await;
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);

    for (next, expected) in [
        ("/en/matches/7", "/en/matches/7"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("https:", "/"),
        ("/\t/evil.example", "/"),
        ("/en\r\nset-cookie: x=y", "/"),
        ("/auth/sign-in", "/"),
        ("", "/"),
    ] {
        let came = signs_in(&provider, &mut browser, next).await;
        assert_eq!((came.status, came.header("location").as_str()), (303, expected), "{next:?}");
    }
    site.finish().await;
}

/// Browsers that want the same session renewed at once, each at one of two instances; both may be one.
async fn renewed_once_for_all(provider: &Provider, first: &Site, second: &Site) {
    let mut browser = Browser::new(first.address);
    signs_in(provider, &mut browser, "/").await;
    let before = browser.clone();
    assert!(browser.ask(REFRESH_SESSION, json!({})).await.json()["data"].is_object());
    assert_eq!(browser.sends(), before.sends(), "what was just got is given again");
    assert_eq!(provider.sign_ins(|sign_ins| sign_ins.renewals()), 0);
    first.move_clock(LATER);

    let tabs = join_all((0..8).map(|number| {
        let address = if number % 2 == 0 { first.address } else { second.address };
        let mut tab = Browser { address, ..browser.clone() };
        async move {
            let answer = tab.ask(REFRESH_SESSION, json!({})).await;
            assert!(answer.json()["data"].is_object(), "{answer:?}");
            assert_eq!(answer.json()["data"]["refreshSession"]["accessToken"], Value::Null);
            tab
        }
    }))
    .await;

    assert_eq!(
        provider.sign_ins(|sign_ins| sign_ins.renewals()),
        1,
        "the provider would end a session that asks twice"
    );
    let token = tabs[0].cookie(ACCESS);
    assert_ne!(token, before.cookie(ACCESS));
    assert!(tabs.iter().all(|tab| tab.cookie(ACCESS) == token));
    first.move_clock(LATER);
    let mut late = Browser { address: second.address, ..before };
    assert!(late.ask(REFRESH_SESSION, json!({})).await.json()["data"].is_object(), "a tab that slept goes on");
    assert_eq!(email(&mut late).await, "ana@example.com");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_renew_a_session_of_the_provider_at_once_ask_for_it_once() {
    let provider = provider().await;
    let site = embedded(&provider).await;

    renewed_once_for_all(&provider, &site, &site).await;

    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_renew_a_session_of_the_provider_at_two_instances_ask_for_it_once() {
    let provider = provider().await;
    let world = offering(World::services().await, &provider);
    let (first, second) = tokio::join!(site_of(&world), site_of(&world));

    renewed_once_for_all(&provider, &first, &second).await;

    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_outlives_a_provider_that_is_away_and_ends_with_the_providers() {
    let provider = provider().await;
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);
    signs_in(&provider, &mut browser, "/").await;
    let cookies = browser.sends();
    let code = |answer: &Answer| answer.json()["errors"][0]["extensions"]["code"].clone();

    site.move_clock(LATER);
    provider.is_away(true);
    let away = browser.ask(REFRESH_SESSION, json!({})).await;
    assert_eq!((code(&away), browser.sends()), (json!("SERVICE_UNAVAILABLE"), cookies.clone()));
    provider.is_away(false);
    assert!(browser.ask(REFRESH_SESSION, json!({})).await.json()["data"].is_object());

    site.move_clock(LATER);
    provider.sign_ins(|sign_ins| sign_ins.end_all());
    let ended = browser.ask(REFRESH_SESSION, json!({})).await;
    assert_eq!(code(&ended), "UNAUTHENTICATED", "{ended:?}");
    assert!(!browser.sends().contains("-refresh="), "what is worth nothing is not tried again: {}", browser.sends());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_refresh_token_a_session_ends_with_its_token() {
    let provider = provider().await;
    provider.sign_ins(|sign_ins| sign_ins.gives_refresh_tokens = false);
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);

    let came = signs_in(&provider, &mut browser, "/").await;

    let lives = came.headers("set-cookie").into_iter().map(|cookie| {
        let (_, life) = cookie.split_once("Max-Age=").expect("a cookie has a life");
        life.split(';').next().and_then(|life| life.parse::<u64>().ok()).expect("it is a number")
    });
    assert!(lives.collect::<Vec<_>>().iter().all(|life| (300..=330).contains(life)), "{came:?}");
    site.move_clock(LATER);
    let refused = browser.ask(REFRESH_SESSION, json!({})).await;
    assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused:?}");
    assert!(browser.is_known().await, "its token is good still");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_has_no_cookies_and_no_session_of_theirs_goes_on() {
    let provider = provider().await;
    let site = embedded(&provider).await;
    let (mut browser, mut other) = (Browser::new(site.address), Browser::new(site.address));
    for browser in [&mut browser, &mut other] {
        signs_in(&provider, browser, "/").await;
    }
    let stolen = browser.clone();

    assert_eq!(browser.ask(SIGN_OUT, json!({})).await.json()["data"]["signOut"]["success"], true);

    assert_eq!((browser.cookie(ACCESS), browser.cookie(REFRESH)), (String::new(), String::new()));
    let refused = stolen.clone().ask(REFRESH_SESSION, json!({})).await;
    assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(other.ask(REFRESH_SESSION, json!({})).await.json()["data"].is_object(), "another browser's goes on");
    let everywhere = "mutation { signOut(input: {allSessions: true}) { success } }";
    signs_in(&provider, &mut browser, "/").await;
    assert_eq!(browser.ask(everywhere, json!({})).await.json()["data"]["signOut"]["success"], true);
    let refused = other.ask(REFRESH_SESSION, json!({})).await;
    assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_deletes_its_account_once_its_user_has_signed_in_anew() {
    const DELETE: &str = "mutation { deleteAccount(input: {}) { deletedAt } }";
    const ME: &str = "{ me { id hasPassword } accountDeletion { needsPassword } }";
    let provider = provider().await;
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);
    signs_in(&provider, &mut browser, "/").await;
    let me = browser.ask(ME, json!({})).await.json()["data"].clone();
    assert_eq!((&me["me"]["hasPassword"], &me["accountDeletion"]["needsPassword"]), (&json!(false), &json!(false)));

    let refused = browser.ask(DELETE, json!({})).await.json();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "REAUTHENTICATION_REQUIRED", "{refused}");
    let back = by_path(&provider, &mut browser, "/auth/sign-in?anew=yes&next=%2Fen%2Faccount%2Fdelete").await;
    let came = browser.opens(&back, Page::OfAnotherSite).await;
    assert_eq!(came.header("location"), "/en/account/delete");
    let deleted = browser.ask(DELETE, json!({})).await.json();

    assert!(deleted["data"]["deleteAccount"]["deletedAt"].is_string(), "{deleted}");
    let rows = provider_session::Entity::find().all(&site.app.db).await.expect("sessions can be read");
    assert!(rows.iter().all(|row| row.user_id.is_none() && row.access_token.is_none()), "{rows:?}");
    assert_eq!(browser.ask(ME, json!({})).await.json()["data"]["me"], Value::Null);
    eventually(PATIENCE, "whoever signs in once more has another account", || async {
        let mut again = Browser::new(site.address);
        signs_in(&provider, &mut again, "/").await;
        let anew = again.ask("{ me { id } }", json!({})).await.json()["data"]["me"]["id"].clone();
        anew.is_string() && anew != me["me"]["id"]
    })
    .await;
    site.finish().await;
}
