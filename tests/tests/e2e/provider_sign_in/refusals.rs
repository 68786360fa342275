//! Who is not signed in: by another browser, late, twice, by another provider, by tokens of another sign-in, or by a no.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    Site, World,
    browser::{Browser, Page},
    raw::Answer,
};

use super::{at_provider, embedded, offering, provider, signs_in, site_of};

/// A page that says why nobody is signed in, and nothing else.
fn is_refusal(answer: &Answer, status: u16, title: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.body.contains(&format!("<h1>{title}</h1>")), "{answer:?}");
    assert!(answer.body.contains("<a href=\"../\">"), "it leads back: {answer:?}");
    assert_eq!(answer.headers("set-cookie"), [""; 0], "{answer:?}");
    for (name, value) in
        [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")]
    {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_ends_once_and_in_the_browser_that_began_it() {
    let provider = provider().await;
    let site = embedded(&provider).await;
    let (mut ana, mut eve) = (Browser::new(site.address), Browser::new(site.address));
    let back = at_provider(&provider, &mut ana, "/").await;
    at_provider(&provider, &mut eve, "/").await;
    let grants = || provider.sign_ins(|sign_ins| sign_ins.asked.len());
    let before = grants();

    for browser in [&mut eve, &mut Browser::new(site.address)] {
        let refused = browser.opens(&back, Page::OfAnotherSite).await;
        is_refusal(&refused, 400, "This sign-in has expired");
    }
    for forged in [
        "/auth/callback",
        "/auth/callback?code=1",
        "/auth/callback?code=1&state=x.y",
        "/auth/callback?state=a&state=b&code=1",
    ] {
        is_refusal(&ana.opens(forged, Page::OfAnotherSite).await, 400, "This sign-in has expired");
    }
    assert_eq!(grants(), before, "the provider is not asked for them");

    let (mut tab, mut other_tab) = (ana.clone(), ana.clone());
    let (one, another) =
        tokio::join!(tab.opens(&back, Page::OfAnotherSite), other_tab.opens(&back, Page::OfAnotherSite));
    let mut statuses = [one.status, another.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400], "{one:?} {another:?}");
    is_refusal(&ana.opens(&back, Page::OfAnotherSite).await, 400, "This sign-in was already used");
    assert_eq!(grants(), before + 1, "a code is sent once");

    let first = at_provider(&provider, &mut ana, "/first").await;
    let second = at_provider(&provider, &mut ana, "/second").await;
    for (back, next) in [(second, "/second"), (first, "/first")] {
        assert_eq!(ana.opens(&back, Page::OfAnotherSite).await.header("location"), next, "each tab ends its own");
    }
    let late = at_provider(&provider, &mut ana, "/").await;
    site.move_clock(Duration::from_secs(600));
    is_refusal(&ana.opens(&late, Page::OfAnotherSite).await, 400, "This sign-in has expired");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_provider_says_or_a_token_of_another_sign_in_signs_nobody_in() {
    let provider = provider().await;
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);
    let honest = provider.issuer();

    for named in [Some("https://evil.example".to_owned()), None] {
        provider.sign_ins(|sign_ins| sign_ins.named_issuer = named);
        is_refusal(&signs_in(&provider, &mut browser, "/").await, 400, "This sign-in can't be trusted");
    }
    provider.sign_ins(|sign_ins| sign_ins.named_issuer = Some(honest));

    let of_id_token: [fn(&mut Value); 6] = [
        |claims| claims["nonce"] = json!("another"),
        |claims| claims["nonce"] = Value::Null,
        |claims| claims["aud"] = json!("shop"),
        |claims| claims["azp"] = json!("another client"),
        |claims| claims["iss"] = json!("https://evil.example"),
        |claims| claims["exp"] = json!(claims["exp"].as_i64().expect("a time") - 1_000),
    ];
    for tampered in of_id_token {
        provider.sign_ins(|sign_ins| sign_ins.id_token = tampered);
        is_refusal(&signs_in(&provider, &mut browser, "/").await, 502, "You could not be signed in");
    }
    provider.sign_ins(|sign_ins| sign_ins.id_token = |claims| claims["sub"] = json!("eve"));
    is_refusal(&signs_in(&provider, &mut browser, "/").await, 502, "You could not be signed in");
    provider.sign_ins(|sign_ins| {
        let long: fn(&mut Value) = |claims| claims["groups"] = json!("x".repeat(4_000));
        (sign_ins.id_token, sign_ins.access_token) = (long, long);
    });
    is_refusal(&signs_in(&provider, &mut browser, "/").await, 502, "You could not be signed in");
    assert!(!browser.is_known().await);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_says_no_is_a_page_that_repeats_nothing() {
    let provider = provider().await;
    let site = embedded(&provider).await;
    let mut browser = Browser::new(site.address);

    provider.sign_ins(|sign_ins| sign_ins.error = Some("access_denied"));
    is_refusal(&signs_in(&provider, &mut browser, "/").await, 403, "You are not signed in");
    provider.sign_ins(|sign_ins| sign_ins.error = Some("<script>alert(1)</script>"));
    let refused = signs_in(&provider, &mut browser, "/").await;
    is_refusal(&refused, 502, "You could not be signed in");
    assert!(!refused.body.contains("script"), "{refused:?}");

    provider.sign_ins(|sign_ins| sign_ins.error = None);
    let back = at_provider(&provider, &mut browser, "/").await;
    provider.is_away(true);
    let away = browser.opens(&back, Page::OfAnotherSite).await;
    is_refusal(&away, 503, "Signing in does not work right now");
    assert_eq!(away.header("retry-after"), "5");
    provider.is_away(false);
    assert_eq!(signs_in(&provider, &mut browser, "/").await.status, 303);

    domain::accounts::admin::disable(&site.app, "ana@example.com").await.expect("an account can be disabled");
    is_refusal(&signs_in(&provider, &mut browser, "/").await, 403, "This account is disabled");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_provider_is_offered_there_is_no_such_page() {
    let (_world, site) = Site::embedded().await;

    for path in ["/auth/sign-in", "/auth/callback?code=1&state=x.y"] {
        is_refusal(&Browser::new(site.address).opens(path, Page::Own).await, 404, "There is no such page");
    }
    assert_eq!(domain::accounts::provider_sign_in::name(&site.app), None);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn made_up_codes_are_dear_and_made_up_states_cost_little() {
    let provider = provider().await;
    let world = offering(World::embedded(), &provider)
        .with("MATCHDAY_LIMITS_CAPACITY", "anonymous=50000,address=50000")
        .with("MATCHDAY_LIMITS_REFILL", "anonymous=1,address=1");
    let site = site_of(&world).await;
    let mut browser = Browser::new(site.address);

    for _ in 0..20 {
        let refused = browser.opens("/auth/callback?code=1&state=x.y", Page::OfAnotherSite).await;
        assert_eq!(refused.status, 400, "{refused:?}");
    }
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let back = at_provider(&provider, &mut browser, "/").await;
        let (state, _) = back.split_once("&code=").expect("it brings a code at its end");
        let forged = format!("{state}&code=made-up");
        statuses.push(browser.opens(&forged, Page::OfAnotherSite).await.status);
    }

    assert_eq!(statuses, [502, 502, 429]);
    assert_eq!(provider.sign_ins(|sign_ins| sign_ins.asked.len()), 2);
    site.finish().await;
}
