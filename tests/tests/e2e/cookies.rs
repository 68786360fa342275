//! Cookies: a browser keeps a session out of its pages' reach, and no other site's page can use it.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{
    Site, World,
    browser::{Browser, Cookie, Page},
    raw::{self, post},
    socket::{Said, Socket},
};

const SIGN_UP: &str = "mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }";
const REFRESH: &str = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { user { id } } }";
const PASSWORD: &str = "correct horse battery staple";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_keeps_its_session_in_cookies_that_no_script_can_read() {
    let (_world, site) = Site::embedded().await;
    let mut browser = Browser::new(site.address);
    let input = json!({ "email": "ana@example.com", "password": PASSWORD, "cookies": true });

    let answer = browser.ask(SIGN_UP, json!({ "input": input })).await;

    let set = answer.headers("set-cookie");
    let lives = [("__Host-matchday-access", 900), ("__Host-matchday-refresh", 30 * 24 * 3_600)];
    assert_eq!(set.len(), lives.len(), "{set:?}");
    for (cookie, (name, seconds)) in set.iter().zip(lives) {
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie}");
        let attributes = format!("; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax");
        assert!(cookie.ends_with(&attributes), "{cookie}");
    }
    assert!(browser.is_known().await);
    assert_eq!(browser.sends_from(Page::OfAnotherSite), browser.sends(), "who comes back from a bank is signed in");
    let body = json!({ "query": "{ me { id } }" });
    assert!(post(site.address, &[], &body).await.json()["data"]["me"].is_null(), "cookies are all that it takes");
    let vary = browser.ask("{ me { id } }", json!({})).await.header("vary");
    assert!(vary.contains("cookie"), "{vary}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_shows_a_script_what_the_cookies_hide_from_it() {
    let (_world, site) = Site::embedded().await;
    let mut browser = Browser::new(site.address);
    let credentials = json!({ "email": "ana@example.com", "password": PASSWORD, "cookies": true });
    let payload = "accessToken refreshToken user { id }";

    for (field, kind, input) in [
        ("signUp", "SignUpInput", &credentials),
        ("signIn", "SignInInput", &credentials),
        ("refreshSession", "RefreshSessionInput", &json!({})),
    ] {
        let document = format!("mutation ($input: {kind}!) {{ {field}(input: $input) {{ {payload} }} }}");
        let answer = browser.ask(&document, json!({ "input": input })).await;
        let session = &answer.json()["data"][field];
        assert!(session["user"]["id"].is_string(), "{answer:?}");
        assert_eq!((&session["accessToken"], &session["refreshToken"]), (&Value::Null, &Value::Null), "{field}");
        for Cookie { value, .. } in &browser.cookies {
            assert!(!answer.body.contains(value), "{field}: {answer:?}");
        }
        assert_eq!(browser.cookies.len(), 2);
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_by_its_cookie_and_ends_with_it() {
    let (_world, site) = Site::embedded().await;
    let mut browser = Browser::signed_up(site.address).await;
    let first = browser.sends();

    browser.cookies.retain(|cookie| cookie.name.ends_with("refresh"));
    assert!(!browser.is_known().await, "the refresh token is none to ask with");
    let refreshed = browser.ask(REFRESH, json!({ "input": {} })).await.json();
    assert!(refreshed["data"]["refreshSession"]["user"]["id"].is_string(), "{refreshed}");
    assert!(browser.sends() != first && browser.is_known().await);

    let signed_out = browser.ask("mutation { signOut { success } }", json!({})).await.json();
    assert_eq!(signed_out["data"]["signOut"]["success"], true);
    assert_eq!(browser.sends(), "");
    let nothing = browser.ask(REFRESH, json!({ "input": {} })).await.json();
    assert_eq!(nothing["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    site.finish().await;
}

/// Two tabs that send the same refresh token at once, each by its own instance; both instances may be one.
async fn tabs_end_with_one_session(first: &Site, second: &Site) {
    let mut browser = Browser::signed_up(first.address).await;
    let (cookie, body) = (browser.sends(), json!({ "query": REFRESH, "variables": { "input": {} } }));
    let sends = [("cookie", cookie.as_str())];

    let answers = join_all((0..8).map(|number| {
        let address = if number % 2 == 0 { first.address } else { second.address };
        post(address, &sends, &body)
    }))
    .await;

    let kept = |answer: &raw::Answer| answer.headers("set-cookie").into_iter().find(|set| set.contains("-refresh="));
    let successor = kept(&answers[0]).expect("the session goes on in a cookie");
    assert!(!cookie.contains(successor.split_once(';').expect("a cookie has attributes").0));
    for answer in &answers {
        assert_eq!(kept(answer).as_ref(), Some(&successor), "{answer:?}");
        browser.receives(answer);
    }
    for address in [first.address, second.address] {
        assert!(Browser { address, cookies: browser.cookies.clone() }.is_known().await);
    }

    first.move_clock(Duration::from_secs(10));
    let lost = post(second.address, &sends, &body).await;
    assert_eq!(kept(&lost), Some(successor), "a lost answer is asked for again");
    first.move_clock(Duration::from_secs(11));
    let late = post(second.address, &sends, &body).await;
    assert_eq!(late.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(late.headers("set-cookie"), [""; 0], "who loses takes nothing from who won");
    let after = browser.ask(REFRESH, json!({ "input": {} })).await;
    assert_eq!(after.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "it was taken for stolen");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_refresh_at_once_end_with_one_session_and_none_clears_the_others_cookies() {
    let (_world, site) = Site::embedded().await;

    tabs_end_with_one_session(&site, &site).await;

    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_refresh_at_once_at_two_instances_end_with_one_session() {
    let world = World::services().await;
    let (first, second) = tokio::join!(world.start(), world.start());

    tabs_end_with_one_session(&first, &second).await;

    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_grace_the_second_use_ends_the_session_and_clears_no_cookie() {
    let site = World::embedded().with("MATCHDAY_ACCOUNTS_REFRESH_REUSE_SECONDS", "0").start().await;
    let mut browser = Browser::signed_up(site.address).await;
    let (spent, body) = (browser.sends(), json!({ "query": REFRESH, "variables": { "input": {} } }));
    assert!(browser.ask(REFRESH, json!({ "input": {} })).await.json()["data"].is_object());

    let again = post(site.address, &[("cookie", &spent)], &body).await;

    assert_eq!(again.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(again.headers("set-cookie"), [""; 0]);
    assert!(!browser.is_known().await, "its session has ended");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_no_cookies_gets_none_and_a_token_counts_before_a_cookie() {
    let (_world, site) = Site::embedded().await;
    let browser = Browser::signed_up(site.address).await;
    let cookie = browser.sends();
    let ben = site.fan("ben").await;
    let bearer = format!("Bearer {}", ben.token().expect("they are signed in"));
    let me = json!({ "query": "{ me { email } }" });

    let sign_up =
        json!({ "query": SIGN_UP, "variables": { "input": { "email": "eve@example.com", "password": PASSWORD } } });
    let answer = post(site.address, &[], &sign_up).await;
    assert!(answer.headers("set-cookie").is_empty(), "{answer:?}");

    let both = post(site.address, &[("cookie", &cookie), ("authorization", &bearer)], &me).await.json();
    assert!(both["data"]["me"]["email"].as_str().is_some_and(|email| email.starts_with("ben-")), "{both}");
    let wrong = post(site.address, &[("cookie", &cookie), ("authorization", "Bearer wrong")], &me).await;
    assert_eq!(wrong.status, 401);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_that_is_worth_nothing_stands_in_nobodys_way() {
    let (_world, site) = Site::embedded().await;
    let mut browser = Browser::new(site.address);
    let (name, value, attributes) = ("__Host-matchday-access".to_owned(), "x.y.z".to_owned(), String::new());
    browser.cookies.push(Cookie { name, value, attributes });

    assert!(!browser.is_known().await);
    let input = json!({ "email": "ana@example.com", "password": PASSWORD, "cookies": true });
    browser.ask(SIGN_UP, json!({ "input": input })).await;

    assert!(browser.is_known().await);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_whose_session_ended_on_the_way_is_told_to_come_back() {
    let (_world, site) = Site::embedded().await;
    let mut browser = Browser::signed_up(site.address).await;
    let cookie = browser.sends();
    let opened = async |cookie: String| Socket::try_init(site.address, json!({}), &[("cookie", &cookie)]).await;

    site.move_clock(Duration::from_secs(901));

    let closed = opened(cookie).await.expect("the handshake is taken");
    assert_eq!(closed.err(), Some(4403), "or it would go on for ever, as nobody's");
    assert!(!browser.is_known().await, "a request is nobody's, and may refresh the session");
    browser.ask(REFRESH, json!({ "input": {} })).await;
    let socket = opened(browser.sends()).await.expect("the handshake is taken");
    let mut socket = socket.unwrap_or_else(|code| panic!("it is closed with {code}"));
    socket.subscribe("{ me { email } }", json!({})).await;
    assert_eq!(socket.data().await["me"]["email"], "ana@example.com");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sites_page_can_neither_ask_nor_open_a_socket_with_them() {
    let (_world, site) = Site::embedded().await;
    let cookie = Browser::signed_up(site.address).await.sends();
    let page = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    let forged = raw::get(site.address, &page, &[("query", "{ me { email } }")]).await;
    assert_eq!(forged.json()["errors"][0]["extensions"]["code"], "CSRF_PREVENTED");

    let mut own = Socket::open_with(site.address, None, &[("cookie", &cookie)]).await.expect("its own page may");
    own.subscribe("{ me { email } }", json!({})).await;
    assert_eq!(own.data().await["me"]["email"], "ana@example.com");
    let foreign =
        Socket::open_with(site.address, None, &[("cookie", &cookie), ("origin", "https://evil.example")]).await;
    assert!(foreign.is_none(), "the handshake is refused");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_are_not_set_where_no_header_reaches_the_browser() {
    let (_world, site) = Site::embedded().await;
    let input = json!({ "email": "ana@example.com", "password": PASSWORD, "cookies": true });
    let mut socket = site.visitor().socket().await;

    socket.subscribe(SIGN_UP, json!({ "input": input })).await;
    assert_eq!(socket.said().await, Said::Error("BAD_USER_INPUT".to_owned()));

    let body = json!({ "query": SIGN_UP, "variables": { "input": input } });
    let streamed = post(site.address, &[("accept", "text/event-stream")], &body).await;
    assert!(streamed.body.contains("BAD_USER_INPUT"), "{streamed:?}");
    site.finish().await;
}
