//! Signs of bots: who shows them is asked for a captcha first and turned away in the end, on every protocol, and only
//! where it counts.

use entities::user::Role;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    captcha::{SOLVE, encoded, solution},
    client::Client,
    raw::{Answer, post},
    socket::{Said, Socket},
};

const CRAWLER: (&str, &str) = ("user-agent", "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://bot.example.com)");
const SIGN_IN: &str =
    r#"mutation { signIn(input: {email: "ana@example.com", password: "a wrong guess"}) { expiresAt } }"#;
const MATCHES: &str = "{ matches { totalCount } }";
const RESERVE: &str = "mutation ($match: Int!) { reserve(input: {matchNumber: $match, category: 1, quantity: 1}) {
    reservation { id } } }";
const ALLOW: &str = "mutation ($network: String!) {
    setAddressRule(input: {network: $network, effect: ALLOW, reason: \"a partner\"}) { rule { network } } }";

fn query(text: &str) -> Value {
    json!({ "query": text })
}

/// Visitors say themselves where they come from.
fn behind_a_proxy(world: World) -> World {
    world.with("MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES", "127.0.0.0/8")
}

fn code(result: &Value) -> &str {
    result["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// Solves the captcha that an answer asks for.
async fn solve(site: &Site, headers: &[(&str, &str)], asked: &Answer) -> String {
    let challenge = &asked.json()["errors"][0]["extensions"]["captcha"]["altcha"];
    let variables = json!({ "payload": encoded(&solution(challenge)) });
    let solved = post(site.address, headers, &json!({ "query": SOLVE, "variables": variables })).await.json();
    solved["data"]["solveCaptcha"]["pass"].as_str().unwrap_or_else(|| panic!("{solved}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crawler_reads_what_is_public_and_is_asked_for_a_captcha_where_it_counts_on_every_protocol() {
    let (_world, site) = Site::embedded().await;
    let (graphql, json) = ("application/graphql-response+json", "application/json");

    assert_eq!(post(site.address, &[CRAWLER], &query(MATCHES)).await.status, 200);
    for media in [graphql, json] {
        let asked = post(site.address, &[CRAWLER, ("accept", media)], &query(SIGN_IN)).await;
        assert_eq!((asked.status, code(&asked.json())), (403, "CAPTCHA_REQUIRED"), "{asked:?}");
        assert!(asked.json().get("data").is_none(), "{}", asked.body);
        let challenge = &asked.json()["errors"][0]["extensions"]["captcha"];
        assert_eq!((&challenge["provider"], &challenge["altcha"]["algorithm"]), (&json!("ALTCHA"), &json!("SHA-256")));
    }
    let aliased = format!("mutation {{ a: signOut {{ success }} ...b }} fragment b on Mutation {}", &SIGN_IN[9..]);
    assert_eq!(code(&post(site.address, &[CRAWLER], &query(&aliased)).await.json()), "CAPTCHA_REQUIRED");
    let batch = post(site.address, &[CRAWLER], &json!([query(MATCHES), query(SIGN_IN)])).await.json();
    assert!(batch[0]["data"]["matches"].is_object(), "{batch}");
    assert_eq!(code(&batch[1]), "CAPTCHA_REQUIRED");
    let events = post(site.address, &[CRAWLER, ("accept", "text/event-stream")], &query(SIGN_IN)).await;
    assert!(events.body.contains("CAPTCHA_REQUIRED"), "{}", events.body);
    let mut socket = Socket::open_with(site.address, None, &[CRAWLER]).await.expect("the site takes sockets");
    socket.subscribe(SIGN_IN, json!({})).await;
    assert_eq!(socket.said().await, Said::Error("CAPTCHA_REQUIRED".to_owned()));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_solves_it_goes_on_with_the_pass_in_a_header_a_cookie_or_connection_init() {
    let site = behind_a_proxy(World::embedded()).start().await;
    let home = ("x-forwarded-for", "203.0.113.7");
    let asked = post(site.address, &[CRAWLER, home], &query(SIGN_IN)).await;
    let pass = solve(&site, &[CRAWLER, home], &asked).await;
    let with_pass = ("captcha-pass", pass.as_str());

    let on = post(site.address, &[CRAWLER, home, with_pass], &query(SIGN_IN)).await.json();
    assert_eq!(code(&on), "UNAUTHENTICATED", "the password is looked at: {on}");
    let elsewhere = [CRAWLER, ("x-forwarded-for", "203.0.113.8"), with_pass];
    assert_eq!(code(&post(site.address, &elsewhere, &query(SIGN_IN)).await.json()), "CAPTCHA_REQUIRED");
    let forged = [CRAWLER, home, ("captcha-pass", "9999999999.AAAA")];
    assert_eq!(code(&post(site.address, &forged, &query(SIGN_IN)).await.json()), "CAPTCHA_REQUIRED");

    let payload = json!({ "captchaPass": pass });
    let mut socket = Socket::init(site.address, payload, &[CRAWLER, home]).await.expect("the site takes sockets");
    socket.subscribe(SIGN_IN, json!({})).await;
    assert_eq!(socket.said().await, Said::Error("UNAUTHENTICATED".to_owned()));

    let challenge = post(
        site.address,
        &[home],
        &query(
            "{ captchaChallenge { altcha {
        algorithm challenge maxnumber salt signature } } }",
        ),
    )
    .await
    .json();
    let payload = encoded(&solution(&challenge["data"]["captchaChallenge"]["altcha"]));
    let keep = format!("mutation {{ solveCaptcha(input: {{payload: \"{payload}\", cookies: true}}) {{ expiresAt }} }}");
    let kept = post(site.address, &[CRAWLER, home], &query(&keep)).await;
    let cookie = kept.header("set-cookie");
    assert!(cookie.contains("HttpOnly; Secure; SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().expect("a split has a first part").to_owned();
    let on = post(site.address, &[CRAWLER, home, ("cookie", &cookie)], &query(SIGN_IN)).await.json();
    assert_eq!(code(&on), "UNAUTHENTICATED", "{on}");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_that_nobody_pays_are_counted_on_all_instances_until_they_are_paid() {
    let world = World::services().await.with("MATCHDAY_BOTS_FREE", "unpaidHoldsOfUser=2");
    let world = world.with("MATCHDAY_LIMITS_REDIS_TIMEOUT_MILLISECONDS", "10000");
    let (first, second) = tokio::join!(world.start(), world.start());
    for number in [1, 2, 3] {
        first.on_sale(number, 20).await;
        eventually(PATIENCE, "it is on sale at both", || async { second.app.view.get(number).is_some() }).await;
    }
    let fan = first.fan("ana").await;
    let sites = [&first, &second];
    let hold =
        async |number: i32, turn: usize| fan.at(sites[turn % 2].address).ask(RESERVE, json!({ "match": number })).await;

    // 10 points for a program that does not say what it is, and 10 for each beyond the two that are free.
    let mut held = Vec::new();
    for turn in 0..5 {
        let answer = hold(1, turn).await.data();
        held.push(answer["reserve"]["reservation"]["id"].as_str().expect("it is held").to_owned());
    }
    for turn in 0..2 {
        assert_eq!(hold(2, turn).await.code(), "CAPTCHA_REQUIRED", "asking again counts for nothing");
    }
    assert!(first.fan("ben").await.reserve(1, 1, 1).await.is_ok(), "another fan has their own");

    // What was refused is taken back within moments, and until then held against them.
    eventually(PATIENCE, "it is paid", || async {
        fan.at(second.address).pay(&held[0], "pm_card_visa", "first").await.is_ok()
    })
    .await;
    eventually(PATIENCE, "a paid hold is held against nobody", || async { hold(2, 0).await.is_ok() }).await;
    assert_eq!(hold(2, 1).await.code(), "CAPTCHA_REQUIRED");

    let challenge = hold(2, 0).await.0["errors"][0]["extensions"]["captcha"]["altcha"].clone();
    let solved = fan.ask(SOLVE, json!({ "payload": encoded(&solution(&challenge)) })).await.data();
    let pass = solved["solveCaptcha"]["pass"].as_str().expect("it is solved").to_owned();
    let suspect = fan.with_header("captcha-pass", &pass);
    let mut placed = 0;
    let refused = loop {
        let answer = suspect.at(second.address).ask(RESERVE, json!({ "match": 3 })).await;
        if !answer.is_ok() {
            break answer.code().to_owned();
        }
        placed += 1;
    };
    assert_eq!(refused, "BLOCKED", "no captcha helps any more");
    assert!((1..=5).contains(&placed), "{placed}");
    assert!(suspect.ask(MATCHES, json!({})).await.is_ok(), "what is public still is");
    first.finish().await;
    second.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_accounts_of_one_address_ask_for_a_captcha_there_and_nowhere_else() {
    let world = behind_a_proxy(World::embedded()).with("MATCHDAY_BOTS_FREE", "accountsOfAddress=1");
    let site = world.with("MATCHDAY_BOTS_WEIGHTS", "accountsOfAddress=20").start().await;
    let sign_up = async |address: &str, number: usize| {
        let email = format!("fan{number}@{address}.example.com");
        let text = format!(
            "mutation {{ signUp(input: {{email: \"{email}\", password: \"a good password\"}}) {{ expiresAt }} }}"
        );
        post(site.address, &[("x-forwarded-for", address), ("user-agent", "a-shop/1.0")], &query(&text)).await.json()
    };

    // 5 points for what the program does not send, and 20 for each beyond the first.
    for number in 0..3 {
        let opened = sign_up("203.0.113.7", number).await;
        assert!(opened["data"]["signUp"].is_object(), "{opened}");
    }
    let taken = sign_up("203.0.113.7", 0).await;
    assert_eq!(code(&taken), "CAPTCHA_REQUIRED", "{taken}");
    assert_eq!(code(&sign_up("203.0.113.8", 0).await), "");
    for _ in 0..2 {
        assert_eq!(code(&sign_up("203.0.113.8", 0).await), "CONFLICT");
    }
    let probed = sign_up("203.0.113.8", 0).await;
    assert_eq!(code(&probed), "CAPTCHA_REQUIRED", "who learns that emails are taken counts like who opens accounts");
    for number in 10..15 {
        assert_eq!(code(&sign_up("10.0.0.1", number).await), "", "a proxy that hides everybody");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_and_addresses_that_are_let_in_are_asked_for_nothing() {
    let site = behind_a_proxy(World::embedded()).start().await;
    let admin = site.staff("root", Role::Admin).await;
    let partner = ("x-forwarded-for", "203.0.113.7");
    assert_eq!(code(&post(site.address, &[CRAWLER, partner], &query(SIGN_IN)).await.json()), "CAPTCHA_REQUIRED");

    admin.ask(ALLOW, json!({ "network": "203.0.113.0/24" })).await.data();
    eventually(PATIENCE, "it is let in", || async {
        code(&post(site.address, &[CRAWLER, partner], &query(SIGN_IN)).await.json()) == "UNAUTHENTICATED"
    })
    .await;

    let bearer = format!("Bearer {}", admin.token().expect("they are signed in"));
    let authorized = [CRAWLER, ("authorization", bearer.as_str())];
    assert_eq!(code(&post(site.address, &authorized, &query(SIGN_IN)).await.json()), "UNAUTHENTICATED");
    assert_eq!(code(&post(site.address, &[CRAWLER], &query(SIGN_IN)).await.json()), "CAPTCHA_REQUIRED");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_may_protect_other_fields_or_none() {
    let off = World::embedded().with("MATCHDAY_BOTS_ENABLED", "false").start().await;
    assert_eq!(code(&post(off.address, &[CRAWLER], &query(SIGN_IN)).await.json()), "UNAUTHENTICATED");
    off.finish().await;

    let world = World::embedded().with("MATCHDAY_BOTS_PROTECTED", "matches");
    let site = world.with("MATCHDAY_BOTS_WEIGHTS", "declaredCrawler=1000").start().await;
    let blocked = post(site.address, &[CRAWLER], &query(MATCHES)).await;
    assert_eq!((blocked.status, code(&blocked.json())), (403, "BLOCKED"));
    assert!(Client::new(site.address).ask(MATCHES, json!({})).await.is_ok());
    assert_eq!(code(&post(site.address, &[CRAWLER], &query(SIGN_IN)).await.json()), "UNAUTHENTICATED");
    site.finish().await;
}
