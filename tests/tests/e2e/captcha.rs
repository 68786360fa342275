//! Captchas: a solution works once on all instances together, in time, at the site that asked.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{
    wait::{PATIENCE, eventually},
    way::Way,
};
use tests::{
    Site, World,
    captcha::{SOLVE, encoded, solution},
    raw::post,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const CRAWLER: (&str, &str) = ("user-agent", "ExampleBot/2.1");
const SIGN_IN: &str =
    r#"mutation { signIn(input: {email: "ana@example.com", password: "a wrong guess"}) { expiresAt } }"#;

/// A challenge as the widget fetches it.
async fn challenge(site: &Site) -> Value {
    let (status, text) = site.visitor().get("/captcha/challenge").await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).expect("it is JSON")
}

/// What a solution is answered with: the code of a refusal, or nothing.
async fn judged(site: &Site, payload: &str) -> String {
    site.visitor().ask(SOLVE, json!({ "payload": payload })).await.code().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_solution_works_once_on_all_instances_and_at_no_other_site() {
    let world = World::services().await;
    let elsewhere = World::services().await;
    let (first, second, other) = tokio::join!(world.start(), world.start(), elsewhere.start());
    let payload = encoded(&solution(&challenge(&first).await));

    assert_eq!(judged(&other, &payload).await, "CAPTCHA_FAILED", "the secret is the same, and the site is not");
    assert_eq!(judged(&second, &payload).await, "", "any instance judges it");
    for site in [&first, &second] {
        assert_eq!(judged(site, &payload).await, "CAPTCHA_FAILED");
    }
    let payload = encoded(&solution(&challenge(&first).await));
    let (one, two) = tokio::join!(judged(&first, &payload), judged(&second, &payload));
    assert_ne!(one, two, "of two at once one is too late");
    for site in [first, second, other] {
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forged_altered_or_late_earns_nothing_and_a_pass_ends() {
    let (_world, site) = Site::embedded().await;
    let right = solution(&challenge(&site).await);
    for (field, value) in [
        ("number", json!(right["number"].as_u64().expect("it is a number") + 1)),
        ("signature", json!("00".repeat(32))),
        ("challenge", json!("00".repeat(32))),
        ("algorithm", json!("SHA-1")),
    ] {
        let mut forged = right.clone();
        forged[field] = value;
        assert_eq!(judged(&site, &encoded(&forged)).await, "CAPTCHA_FAILED", "{field}");
    }
    assert_eq!(judged(&site, "nonsense").await, "CAPTCHA_FAILED");
    site.move_clock(Duration::from_secs(301));
    assert_eq!(judged(&site, &encoded(&right)).await, "CAPTCHA_FAILED", "it was to be solved in five minutes");

    let payload = encoded(&solution(&challenge(&site).await));
    let solved = site.visitor().ask(SOLVE, json!({ "payload": payload })).await.data();
    let pass = solved["solveCaptcha"]["pass"].as_str().expect("it is solved").to_owned();
    let sign_in = async || {
        let headers = [CRAWLER, ("captcha-pass", pass.as_str())];
        let answer = post(site.address, &headers, &json!({ "query": SIGN_IN })).await.json();
        answer["errors"][0]["extensions"]["code"].clone()
    };
    assert_eq!(sign_in().await, "UNAUTHENTICATED");
    site.move_clock(Duration::from_secs(1_801));
    assert_eq!(sign_in().await, "CAPTCHA_REQUIRED", "it was good for half an hour");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_captchas_are_solved_and_an_instance_still_takes_each_once() {
    let world = World::services().await;
    let way = Way::to(&world.setting("REDIS_URL")).await;
    let world = world.with("REDIS_URL", &way.url);
    let site = world.start().await;
    let before = encoded(&solution(&challenge(&site).await));
    assert_eq!(judged(&site, &before).await, "");

    way.cut();
    let payload = encoded(&solution(&challenge(&site).await));
    assert_eq!(judged(&site, &payload).await, "");
    for used in [&payload, &before] {
        assert_eq!(judged(&site, used).await, "CAPTCHA_FAILED");
    }
    assert!(site.visitor().get("/metrics").await.1.contains("matchday_captcha_fallbacks_total 1"));
    way.mend();
    site.finish().await;
}

/// A provider that says so of everything that begins with `good`, and nothing at all of `slow`; and where it was asked.
async fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = String::new();
            while !request.contains("response=") {
                let mut buffer = [0; 4_096];
                match stream.read(&mut buffer).await {
                    Ok(read @ 1..) => request.push_str(&String::from_utf8_lossy(&buffer[..read])),
                    _ => break,
                }
            }
            if request.contains("response=slow") {
                silent.push(stream);
                continue;
            }
            let is_right =
                request.contains("secret=of+the+site&response=good") && request.contains("&remoteip=127.0.0.1");
            let body = json!({ "success": is_right, "error-codes": [] }).to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/siteverify")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_judges_by_siteverify_and_one_that_is_silent_lets_nobody_pass() {
    let world = World::embedded()
        .with("MATCHDAY_CAPTCHA_PROVIDER", "siteverify")
        .with("MATCHDAY_CAPTCHA_SITE_KEY", "of the page")
        .with("MATCHDAY_CAPTCHA_SECRET", "of the site")
        .with("MATCHDAY_CAPTCHA_VERIFY_URL", &provider().await)
        .with("MATCHDAY_CAPTCHA_TIMEOUT_MILLISECONDS", "2000");
    let site = world.start().await;

    let asked = post(site.address, &[CRAWLER], &json!({ "query": SIGN_IN })).await.json();
    let captcha = &asked["errors"][0]["extensions"]["captcha"];
    assert_eq!(captcha, &json!({ "provider": "SITEVERIFY", "level": 0, "siteKey": "of the page" }));
    assert_eq!(site.visitor().get("/captcha/challenge").await.0, 404);
    // A busy machine may not reach it in time, and nobody is judged then.
    for (response, code) in [("good one", ""), ("good one", "CAPTCHA_FAILED"), ("bad", "CAPTCHA_FAILED")] {
        eventually(PATIENCE, &format!("{response} is judged {code}"), || async {
            let judged = judged(&site, response).await;
            assert!(judged == code || judged == "SERVICE_UNAVAILABLE", "{response}: {judged}");
            judged == code
        })
        .await;
    }
    assert_eq!(judged(&site, "").await, "CAPTCHA_FAILED");
    assert_eq!(judged(&site, "slow").await, "SERVICE_UNAVAILABLE");
    site.finish().await;
}
