//! Accounts from the outside: signing up, in and out, and what a token is worth.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Site, socket::Said};

const SESSION: &str = "user { id email displayName country role } accessToken refreshToken expiresAt";

const ME: &str = "{ me { id email } }";

fn credentials(email: &str) -> Value {
    json!({ "email": email, "password": "correct horse battery staple" })
}

fn sign_in() -> String {
    format!("mutation ($input: SignInInput!) {{ signIn(input: $input) {{ {SESSION} }} }}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_signs_up_is_known_and_signs_in_again() {
    let (_world, site) = Site::embedded().await;
    let visitor = site.visitor();
    let sign_up = format!("mutation ($input: SignUpInput!) {{ signUp(input: $input) {{ {SESSION} }} }}");
    let mut input = credentials("Ana@Example.com");
    input["displayName"] = json!("Ana");
    input["country"] = json!("QA");

    let session = visitor.ask(&sign_up, json!({ "input": input })).await.data()["signUp"].clone();
    let again = visitor.ask(&sign_in(), json!({ "input": credentials("ana@example.com") })).await;

    let user = json!({
        "id": session["user"]["id"], "email": "Ana@Example.com", "displayName": "Ana", "country": "QA",
        "role": "CUSTOMER",
    });
    assert_eq!(session["user"], user);
    assert_eq!(again.data()["signIn"]["user"], user);
    let ana = visitor.with_token(session["accessToken"].as_str().expect("a token is text"));
    assert_eq!(ana.ask(ME, json!({})).await.data()["me"]["email"], "Ana@Example.com");
    assert_eq!(visitor.ask(ME, json!({})).await.data()["me"], Value::Null);
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    let herself = ana.ask(node, json!({ "id": user["id"] })).await;
    assert_eq!(herself.data()["node"]["id"], user["id"]);
    let stranger = site.fan("ben").await.ask(node, json!({ "id": user["id"] })).await;
    assert_eq!(stranger.data()["node"], Value::Null);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_have_codes_and_tell_nothing_of_accounts() {
    let (_world, site) = Site::embedded().await;
    let visitor = site.visitor();
    let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }";
    visitor.ask(sign_up, json!({ "input": credentials("ana@example.com") })).await.data();

    let taken = visitor.ask(sign_up, json!({ "input": credentials("ANA@example.com") })).await;
    assert_eq!(taken.code(), "CONFLICT");
    let short = json!({ "email": "ben@example.com", "password": "short" });
    let short = visitor.ask(sign_up, json!({ "input": short })).await;
    assert_eq!((short.code(), &short.0["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("password")));
    let wrong = json!({ "email": "ana@example.com", "password": "wrong horse" });
    let wrong = visitor.ask(&sign_in(), json!({ "input": wrong })).await;
    let unknown = visitor.ask(&sign_in(), json!({ "input": credentials("nobody@example.com") })).await;
    assert_eq!(wrong.code(), "UNAUTHENTICATED");
    assert_eq!(wrong.0["errors"][0]["message"], unknown.0["errors"][0]["message"]);
    assert_eq!(unknown.code(), "UNAUTHENTICATED");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_or_old_token_is_refused_wherever_it_is_shown() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let token = ana.token().expect("ana has a token").to_owned();
    let mut tampered = token.clone();
    tampered.truncate(token.len() - 4);

    for bad in [tampered.as_str(), "nonsense", ""] {
        let somebody = ana.with_token(bad);
        assert_eq!(somebody.ask(ME, json!({})).await.code(), "UNAUTHENTICATED", "{bad}");
    }
    let anonymous = site.visitor().reserve(1, 1, 1).await;
    assert_eq!(anonymous.code(), "UNAUTHENTICATED");
    let mine = site.visitor().ask("{ myReservations { nodes { id } } }", json!({})).await;
    assert_eq!(mine.code(), "UNAUTHENTICATED");

    site.move_clock(Duration::from_secs(901));
    assert_eq!(ana.ask(ME, json!({})).await.code(), "UNAUTHENTICATED");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_refreshed_once_and_ended_by_signing_out() {
    let (_world, site) = Site::embedded().await;
    let ana = site.fan("ana").await;
    let refresh = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
        accessToken refreshToken } }";
    let with = |token: &str| json!({ "input": { "refreshToken": token } });
    let first = ana.refresh_token.clone().expect("ana has a token");

    let next = site.visitor().ask(refresh, with(&first)).await.data()["refreshSession"].clone();
    let next_refresh = next["refreshToken"].as_str().expect("a token is text");
    let ana = ana.with_token(next["accessToken"].as_str().expect("a token is text"));
    assert!(ana.ask(ME, json!({})).await.is_ok());
    let signed_out = ana.ask("mutation { signOut { success } }", json!({})).await;
    assert_eq!(signed_out.data()["signOut"]["success"], true);

    for spent in [next_refresh, first.as_str(), "nonsense"] {
        let refused = site.visitor().ask(refresh, with(spent)).await;
        assert_eq!(refused.code(), "UNAUTHENTICATED", "{spent}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_is_its_fans_by_the_token_of_its_beginning() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let (ana, ben) = (site.fan("ana").await, site.fan("ben").await);
    let id = ana.holds(1, 1, 1).await;

    let mut hers = ana.socket().await;
    hers.reservation(&id).await;
    assert_eq!(hers.data().await["reservation"]["id"], id.as_str());

    let mut his = ben.socket().await;
    his.reservation(&id).await;
    assert_eq!(his.said().await, Said::Error("NOT_FOUND".to_owned()));

    let mut nobodys = site.visitor().socket().await;
    nobodys.reservation(&id).await;
    assert_eq!(nobodys.said().await, Said::Error("UNAUTHENTICATED".to_owned()));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn null_takes_a_part_of_the_profile_away_and_what_is_left_out_stays() {
    const UPDATE: &str = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) {
        user { displayName country locale } } }";
    const PARTS: &str = "mutation ($name: String, $country: String) {
        updateProfile(input: {displayName: $name, country: $country}) { user { displayName country locale } } }";
    let (_world, site) = Site::embedded().await;
    let ana = site.fan("ana").await;
    let changed = async |text: &str, variables: Value| {
        let profile = ana.ask(text, variables).await.data()["updateProfile"]["user"].clone();
        let me = ana.ask("{ me { displayName country locale } }", json!({})).await.data()["me"].clone();
        assert_eq!(profile, me, "it is written down");
        [profile["displayName"].clone(), profile["country"].clone(), profile["locale"].clone()]
    };

    let all = json!({ "input": { "displayName": "Ana", "country": "QA", "locale": "ar" } });
    assert_eq!(changed(UPDATE, all).await, [json!("Ana"), json!("QA"), json!("ar")]);
    let one = json!({ "input": { "country": null } });
    assert_eq!(changed(UPDATE, one).await, [json!("Ana"), Value::Null, json!("ar")]);
    // A variable without a value is a field that is left out.
    assert_eq!(changed(PARTS, json!({ "country": "ES" })).await, [json!("Ana"), json!("ES"), json!("ar")]);
    assert_eq!(changed(PARTS, json!({ "name": null })).await, [Value::Null, json!("ES"), json!("ar")]);
    let wrong = ana.ask(UPDATE, json!({ "input": { "locale": "tlh" } })).await;
    assert_eq!((wrong.code(), &wrong.0["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("locale")));
    site.finish().await;
}
