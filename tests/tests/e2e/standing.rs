//! Standing from the outside: who is not what they were any more is so on every protocol at once, open connections included.

use std::time::Duration;

use domain::accounts::admin;
use entities::user::Role;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    client::Client,
    raw::{self, post},
    socket::{Said, Socket},
};

const ME: &str = "{ me { role } }";
const RULES: &str = "{ addressRules { nodes { network } } }";
const EVENTS: &str = "subscription { securityEvents { count } }";
const SIGN_IN: &str = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }";
const REFRESH: &str = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
    accessToken refreshToken } }";

async fn email(who: &Client) -> String {
    let me = who.ask("{ me { email } }", json!({})).await.data();
    me["me"]["email"].as_str().expect("an account has an email").to_owned()
}

/// Another session of a fan.
async fn again(who: &Client) -> Client {
    let input = json!({ "email": email(who).await, "password": "correct horse battery staple" });
    let session = who.ask(SIGN_IN, json!({ "input": input })).await.data();
    who.with_token(session["signIn"]["accessToken"].as_str().expect("a session has a token"))
}

async fn watching(who: &Client) -> Socket {
    let mut socket = who.socket().await;
    socket.availability(&[1], &[]).await;
    socket.data().await;
    socket
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_loses_their_role_loses_it_on_an_open_socket_too() {
    let (_world, site) = Site::embedded().await;
    let admin = site.staff("boss", Role::Admin).await;
    let mut socket = admin.socket().await;
    socket.subscribe(RULES, json!({})).await;
    assert!(matches!(socket.said().await, Said::Next(_)));
    socket.subscribe(EVENTS, json!({})).await;

    let demoted = admin::set_role(&site.app, &email(&admin).await, Role::Customer).await;
    demoted.expect("a role can be given").expect("there is an account");

    assert_eq!(admin.ask(RULES, json!({})).await.code(), "FORBIDDEN", "whatever the token says");
    assert_eq!(admin.ask(ME, json!({})).await.data()["me"]["role"], "CUSTOMER");
    let closed = eventually_closed(&mut socket).await;
    assert_eq!(closed, 4403);
    let mut again = admin.socket().await;
    again.subscribe(EVENTS, json!({})).await;
    assert_eq!(again.said().await, Said::Error("FORBIDDEN".to_owned()));
    site.finish().await;
}

/// The code with which a socket is closed, whatever it says before.
async fn eventually_closed(socket: &mut Socket) -> u16 {
    loop {
        match socket.said().await {
            Said::Closed(code) => return code,
            Said::Complete | Said::Next(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_or_changes_their_password_ends_what_is_open_of_those_sessions_alone() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let (second, third) = (again(&ana).await, again(&ana).await);
    let (mut of_ana, mut of_second, mut of_third) =
        (watching(&ana).await, watching(&second).await, watching(&third).await);
    let bearer = format!("Bearer {}", second.token().expect("they are signed in"));
    let body = json!({ "query": "subscription { availability(matchNumbers: [1]) { version } }" });
    let streamed = raw::stream_as(site.address, &[("authorization", &bearer)], &body).await;

    second.ask("mutation { signOut { success } }", json!({})).await.data();
    assert_eq!(eventually_closed(&mut of_second).await, 4403);
    streamed.to_its_end().await;
    assert_eq!(second.ask(ME, json!({})).await.code(), "UNAUTHENTICATED");
    let change = r#"mutation { changePassword(input: {
        currentPassword: "correct horse battery staple", newPassword: "a better password"}) { user { id } } }"#;
    third.ask(change, json!({})).await.data();
    assert_eq!(eventually_closed(&mut of_ana).await, 4403);
    assert_eq!(ana.reserve(1, 1, 1).await.code(), "UNAUTHENTICATED", "nothing is held by what has ended");

    third.holds(1, 1, 1).await;
    assert_eq!(of_third.data().await["availability"]["matchNumber"], 1, "this one goes on");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_disabled_at_one_instance_is_shown_out_of_the_others() {
    let world = World::services().await;
    let (here, there) = (world.start().await, world.start().await);
    here.on_sale(1, 20).await;
    eventually(PATIENCE, "the match is on sale there too", || async { there.app.view.get(1).is_some() }).await;
    let ana = here.fan("ana").await;
    let elsewhere = ana.at(there.address);
    let mut socket = watching(&elsewhere).await;

    assert!(admin::disable(&here.app, &email(&ana).await).await.expect("an account can be disabled"));

    assert_eq!(ana.ask(ME, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(eventually_closed(&mut socket).await, 4403);
    eventually(PATIENCE, "the other instance refuses them", || async {
        elsewhere.ask(ME, json!({})).await.code() == "FORBIDDEN"
    })
    .await;
    there.stop().await;
    here.finish().await;
}

async fn posted(site: &Site, token: &str, body: &Value) -> raw::Answer {
    post(site.address, &[("authorization", &format!("Bearer {token}"))], body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_opens_a_session_is_answered_to_who_still_sends_a_token_that_is_over() {
    let (_world, site) = Site::embedded().await;
    let ana = site.fan("ana").await;
    let (email, token) = (email(&ana).await, ana.token().expect("they are signed in").to_owned());
    let sign_in = json!({ "query": SIGN_IN, "variables": {
        "input": { "email": email, "password": "correct horse battery staple" } } });
    let sign_up = json!({ "query": "mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }", "variables": {
        "input": { "email": "ben@example.com", "password": "correct horse battery staple" } } });
    site.move_clock(Duration::from_secs(901));

    let refresh = json!({ "query": REFRESH, "variables": { "input": { "refreshToken": ana.refresh_token } } });
    for body in [&refresh, &sign_in, &sign_up] {
        let answer = posted(&site, &token, body).await;
        assert_eq!((answer.status, &answer.json()["errors"]), (200, &Value::Null), "{body}");
    }
    let me = json!({ "query": ME });
    let mixed = json!({ "query": "mutation { signOut { success } again: signOut { success } }" });
    for body in [&me, &mixed, &json!([sign_in, me]), &json!({ "query": "{ matches { totalCount } }" })] {
        let answer = posted(&site, &token, body).await;
        assert_eq!(answer.status, 401, "{body}");
        assert!(answer.body.contains("The token has expired"), "{answer:?}");
    }
    for garbage in [&token[..token.len() - 4], "garbage"] {
        assert_eq!(posted(&site, garbage, &sign_in).await.status, 401, "what never was a token is refused");
    }
    let ben = site.fan("ben").await;
    ben.ask("mutation { signOut { success } }", json!({})).await.data();
    let ended = posted(&site, ben.token().expect("they were signed in"), &sign_in).await;
    assert_eq!(ended.status, 200, "so it is where the session has ended: {ended:?}");
    site.finish().await;
}
