//! What becomes of forms: which are let in, and how refused ones come back.

use std::path::Path;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};
use testkit::routes;

use super::harness::{HOST, PUBLIC_URL, SEC_FETCH_SITE, answered, data, form, posted, refused, shop};

/// The paths of all routes that take a form, as the sources name them.
fn forms() -> Vec<String> {
    let routes = routes::of_sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    let filled = |path: &str| {
        let parts = path.split('/').map(|part| match part {
            "{locale}" => "en",
            part if part.starts_with('{') => "1",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    };
    routes.iter().filter(|(method, _)| *method == "POST").map(|(_, path)| filled(path)).collect()
}

#[tokio::test]
async fn no_form_of_another_site_reaches_the_contract() {
    let (shop, asked) = shop(|_| refused(&json!({ "code": "UNAUTHENTICATED" })));
    let forms = forms();
    assert!(forms.len() >= 9 && forms.contains(&"/en/matches/1".to_owned()), "{forms:?}");

    let hosts_own = format!("http://{HOST}");
    for path in &forms {
        for site in [None, Some("same-origin"), Some("none"), Some("same-site"), Some("cross-site")] {
            for origin in [None, Some(PUBLIC_URL), Some(&hosts_own), Some("https://evil.example"), Some("null")] {
                let mut request = form(path);
                request = site.into_iter().fold(request, |request, site| request.header(SEC_FETCH_SITE, site));
                request = origin.into_iter().fold(request, |request, origin| request.header(header::ORIGIN, origin));
                asked.lock().expect("nobody panics with it").clear();

                let (answer, page) = answered(&shop, request.body(Body::empty()).expect("it is a request")).await;

                let is_ours = origin == Some(PUBLIC_URL);
                let is_let_in = match site {
                    Some("same-origin" | "none") => true,
                    Some(_) => is_ours,
                    None => is_ours || origin.is_none() || origin == Some(&hosts_own),
                };
                let case = format!("{path}, Sec-Fetch-Site {site:?}, Origin {origin:?}");
                assert_eq!(answer.status != StatusCode::FORBIDDEN, is_let_in, "{case}");
                let reached = !asked.lock().expect("nobody panics with it").is_empty();
                assert!(is_let_in || (!reached && page.contains("<h1>This form came from elsewhere</h1>")), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn a_captcha_keeps_what_was_posted_and_is_shown_before_the_same_act() {
    let altcha =
        json!({ "algorithm": "SHA-256", "challenge": "ab", "maxnumber": 9, "salt": "s?expires=1", "signature": "cd" });
    let challenge =
        json!({ "code": "CAPTCHA_REQUIRED", "captcha": { "provider": "ALTCHA", "level": 0, "altcha": altcha } });
    let (shop, asked) = shop(move |operation| match operation {
        "SolveCaptcha" => {
            let mut solved = data(&json!({ "solveCaptcha": { "expiresAt": "2026-12-13T16:00:00Z" } }));
            let pass = "__Host-matchday-captcha=pass; Path=/; Secure; HttpOnly".parse().expect("it is a header");
            solved.headers_mut().insert(header::SET_COOKIE, pass);
            solved
        }
        _ => refused(&challenge),
    });

    let fields = "email=a%40b.example&password=+p%22&country=QA&next=%2Fen%2Fmatches%2F1";
    let (answer, page) = posted(&shop, "/en/sign-up", fields).await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "no store keeps the password");
    assert!(page.contains(r#"<form class="stack" method="post" action="/en/sign-up">"#), "{page}");
    for (name, value) in
        [("email", "a@b.example"), ("password", " p&quot;"), ("country", "QA"), ("next", "/en/matches/1")]
    {
        assert!(page.contains(&format!(r#"<input type="hidden" name="{name}" value="{value}">"#)), "{name}: {page}");
    }
    assert!(page.contains(r#"data-salt="s?expires=1""#) && page.contains("data-submit"), "{page}");

    let (answer, page) = posted(&shop, "/en/sign-up", &format!("{fields}&captcha=solution")).await;

    let asked = asked.lock().expect("nobody panics with it");
    let [_, (_, solved), (request, signed_up)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(solved["variables"]["input"], json!({ "payload": "solution", "cookies": true }));
    assert_eq!(signed_up["variables"]["input"]["password"], " p\"");
    assert_eq!(request.headers()[header::COOKIE], "__Host-matchday-captcha=pass");
    assert!(answer.headers[header::SET_COOKIE].to_str().is_ok_and(|set| set.contains("captcha=pass")));
    assert!(!page.contains("data-submit"), "a second one waits for a hand: {page}");
    assert_eq!(page.matches(r#"name="captcha""#).count(), 1, "the old solution is not sent again: {page}");
}

#[tokio::test]
async fn a_refused_form_keeps_all_but_passwords_and_says_what_is_wrong_beside_the_field() {
    for (path, fields, extensions, status, expected) in [
        (
            "/en/sign-in",
            "email=a%40b.example&password=secret-1&next=%2Fen%2Fmatches%2F1",
            json!({ "code": "UNAUTHENTICATED" }),
            StatusCode::UNPROCESSABLE_ENTITY,
            r#"id="password-error">Wrong email or password."#,
        ),
        (
            "/en/sign-in",
            "email=a%40b.example&password=secret-1&next=%2Fen%2Fmatches%2F1",
            json!({ "code": "RATE_LIMITED", "retryAfter": 8 }),
            StatusCode::TOO_MANY_REQUESTS,
            "Try again in \u{2068}8\u{2069} seconds.",
        ),
        (
            "/fr/sign-up",
            "email=a%40b.example&password=secret-1&country=QA&next=%2Fen%2Fmatches%2F1",
            json!({ "code": "CONFLICT" }),
            StatusCode::CONFLICT,
            r#"id="email-error">Un compte existe"#,
        ),
        (
            "/en/sign-up",
            "email=a%40b.example&password=short&next=%2Fen%2Fmatches%2F1",
            json!({ "code": "BAD_USER_INPUT", "field": "password" }),
            StatusCode::UNPROCESSABLE_ENTITY,
            "This password is too short. Use at least",
        ),
    ] {
        let (shop, _) = shop(move |_| refused(&extensions));

        let (answer, page) = posted(&shop, path, fields).await;

        assert_eq!(answer.status, status, "{page}");
        assert!(page.contains(expected), "{expected}: {page}");
        assert!(page.contains(r#"role="alert""#), "{page}");
        assert!(
            page.contains(r#"value="a@b.example""#) && page.contains(r#"name="next" value="/en/matches/1""#),
            "{page}"
        );
        assert!(!page.contains("secret-1") && !page.contains("short\""), "a password is not sent back: {page}");
        assert_eq!(answer.headers.contains_key(header::RETRY_AFTER), status == StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_itself_and_in_the_summary_that_leads_to_it() {
    let named = |field: &str| json!({ "field": field, "message": "is wrong" });
    let extensions = json!({
        "code": "BAD_USER_INPUT", "field": "country",
        "fields": [named("country"), named("password"), named("email"), named("locale")],
    });
    let (shop, _) = shop(move |_| refused(&extensions));

    let (answer, page) = posted(&shop, "/en/sign-up", "email=ana&password=short&country=QAT").await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("<h2>Please correct \u{2068}3\u{2069} things</h2>"), "{page}");
    let mut at = 0;
    for field in ["email", "password", "country"] {
        let link = format!("<li><a href=\"#{field}\">");
        let found = page.find(&link).unwrap_or_else(|| panic!("{link}: {page}"));
        assert!(found > at, "{field} comes in the order of the page");
        at = found;
        for part in [format!("id=\"{field}\""), format!("class=\"wrong\" id=\"{field}-error\"")] {
            assert!(page.contains(&part), "{part}: {page}");
        }
    }
    assert_eq!(page.matches("aria-invalid=\"true\"").count(), 3, "{page}");
}

#[tokio::test]
async fn a_form_leads_on_within_the_site_alone() {
    let (shop, _) = shop(|_| data(&json!({ "signIn": { "expiresAt": "2026-12-13T16:00:00Z" } })));
    for (next, expected) in [
        ("%2Fen%2Fmatches%2F1", "/en/matches/1"),
        ("", "/en/account"),
        ("%2F%2Fevil.example", "/en/account"),
        ("https%3A%2F%2Fevil.example", "/en/account"),
        ("%2F%5Cevil.example", "/en/account"),
    ] {
        let (answer, _) = posted(&shop, "/en/sign-in", &format!("email=a%40b.example&password=p&next={next}")).await;

        assert_eq!(
            (answer.status, &answer.headers[header::LOCATION]),
            (StatusCode::SEE_OTHER, &expected.parse().expect("a path"))
        );
    }
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_kept_and_costs_nothing_twice() {
    for answer in [json!({ "signOut": { "success": true } }), Value::Null] {
        let (shop, _) = shop(move |_| match &answer {
            Value::Null => refused(&json!({ "code": "UNAUTHENTICATED" })),
            done => data(done),
        });

        let (answer, _) = posted(&shop, "/en/sign-out", "").await;

        assert_eq!(
            (answer.status, &answer.headers[header::LOCATION]),
            (StatusCode::SEE_OTHER, &"/en/".parse().expect("a path"))
        );
        assert_eq!(answer.headers["clear-site-data"], "\"cache\"");
    }
}

#[tokio::test]
async fn a_refusal_offers_the_same_form_once_more_but_never_a_password() {
    let (shop, _) = shop(|_| refused(&json!({ "code": "SERVICE_UNAVAILABLE", "retryAfter": 1 })));

    let (answer, page) = posted(&shop, "/en/matches/1", "category=1&quantity=2&idempotencyKey=k").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.contains(r#"<input type="hidden" name="idempotencyKey" value="k">"#) && page.contains(">Send again<"));

    let (_, page) = posted(&shop, "/en/sign-in", "email=a%40b.example&password=secret-1").await;
    assert!(!page.contains("secret-1") && page.contains("Open the page again"), "{page}");
}

#[tokio::test]
async fn what_no_page_answers_is_answered_by_a_page_in_the_visitors_language() {
    let (shop, asked) = shop(|_| data(&Value::Null));
    let request = |method: &str, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header(header::ACCEPT_LANGUAGE, "fr")
    };
    for (method, path, body, status, language) in [
        ("GET", "/es/nowhere", "", StatusCode::NOT_FOUND, "es"),
        ("GET", "/de/matches/1", "", StatusCode::NOT_FOUND, "fr"),
        ("GET", "/de", "", StatusCode::NOT_FOUND, "fr"),
        ("GET", "/ar/pages/terms", "", StatusCode::NOT_FOUND, "ar"),
        ("GET", "/es/matches/first", "", StatusCode::NOT_FOUND, "es"),
        ("POST", "/es/matches/first", "", StatusCode::NOT_FOUND, "es"),
        ("DELETE", "/en/sign-in", "", StatusCode::METHOD_NOT_ALLOWED, "en"),
        ("POST", "/en/help", "", StatusCode::METHOD_NOT_ALLOWED, "en"),
        ("POST", "/en/sign-in", &"x".repeat(70_000), StatusCode::PAYLOAD_TOO_LARGE, "en"),
    ] {
        let (answer, page) =
            answered(&shop, request(method, path).body(body.to_owned().into()).expect("a request")).await;

        assert_eq!(answer.status, status, "{method} {path}");
        assert!(
            page.contains(&format!(r#"<html lang="{language}""#)) && page.contains("<h1>"),
            "{method} {path}: {page}"
        );
        assert!(answer.headers.contains_key(header::CONTENT_SECURITY_POLICY), "{method} {path}");
    }
    assert!(asked.lock().expect("nobody panics with it").is_empty());

    for (method, path) in [
        ("GET", "/captcha/nowhere"),
        ("GET", "/graphql/"),
        ("POST", "/graphql/"),
        ("GET", "/api/graphql"),
        ("POST", "/api/graphql"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        let (answer, text) = answered(&shop, request).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(text, "There is nothing at this path: GraphQL is at /graphql.\n", "{method} {path}");
    }
}

#[tokio::test]
async fn a_link_of_a_mail_does_nothing_before_its_button_is_pressed() {
    let (shop, asked) = shop(|_| data(&json!({ "me": null })));
    for (path, expected) in [("/verify?code=c0de", "/fr/verify?code=c0de"), ("/reset?code=c0de", "/fr/reset?code=c0de")]
    {
        let request = Request::get(path).header(header::ACCEPT_LANGUAGE, "fr").body(Body::empty());
        let (answer, _) = answered(&shop, request.expect("a request")).await;
        assert_eq!(
            (answer.status, &answer.headers[header::LOCATION]),
            (StatusCode::FOUND, &expected.parse().expect("a path"))
        );

        let (answer, page) = answered(&shop, Request::get(expected).body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(page.contains(r#"value="c0de""#) && page.contains(r#"method="post""#), "{page}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    }
    assert!(asked.lock().expect("nobody panics with it").is_empty(), "scanners of mails open links too");
}
