//! Sessions: refresh tokens that are used once, and answered alike for a moment.

use std::time::Duration;

use domain::{
    App,
    accounts::{self, AccountError, Session, SignUp, admin},
};
use futures_util::future::join_all;
use tests::{Backend, TestApp, both};

const PASSWORD: &str = "correct horse battery staple";

both! {
    a_refresh_token_used_again_in_a_moment_gives_the_same_successor,
    who_comes_late_is_led_to_the_newest_of_the_moment,
    a_refresh_token_used_again_later_ends_the_session,
    tabs_that_refresh_at_once_share_one_session,
    a_moment_brings_no_ended_session_back,
    the_sessions_of_an_account_are_fifty_and_the_oldest_gives_way,
}

/// Longer than a token is answered again.
const LATER: Duration = Duration::from_secs(21);

async fn ana(app: &App) -> Session {
    let details = SignUp {
        email: "ana@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        display_name: None,
        country: None,
        locale: None,
    };
    accounts::sign_up(app, details).await.expect("ana can sign up")
}

async fn next(app: &App, token: &str) -> Session {
    accounts::refresh(app, token).await.expect("the session goes on")
}

async fn a_refresh_token_used_again_in_a_moment_gives_the_same_successor(app: &TestApp) {
    let first = ana(app).await;
    let second = next(app, &first.refresh_token).await;
    app.move_clock(Duration::from_secs(10));

    let again = next(app, &first.refresh_token).await;

    assert_ne!(second.refresh_token, first.refresh_token);
    assert_eq!(again.refresh_token, second.refresh_token);
    for session in [&second, &again] {
        assert!(accounts::authenticate(app, &session.access_token).await.is_ok());
    }
    app.move_clock(LATER);
    next(app, &second.refresh_token).await;
}

async fn who_comes_late_is_led_to_the_newest_of_the_moment(app: &TestApp) {
    let first = ana(app).await;
    let second = next(app, &first.refresh_token).await;
    let third = next(app, &second.refresh_token).await;

    let late = next(app, &first.refresh_token).await;

    assert_eq!(late.refresh_token, third.refresh_token);
    let mut newest = third.refresh_token;
    for _ in 0..9 {
        newest = next(app, &newest).await.refresh_token;
    }
    let much_later = accounts::refresh(app, &first.refresh_token).await;
    assert!(matches!(much_later, Err(AccountError::EndedSession)), "nobody needs to be led so far: {much_later:?}");
    next(app, &newest).await;
}

async fn a_refresh_token_used_again_later_ends_the_session(app: &TestApp) {
    let first = ana(app).await;
    let other = accounts::sign_in(app, None, "ana@example.com", PASSWORD.to_owned()).await.expect("ana can sign in");
    let second = next(app, &first.refresh_token).await;
    app.move_clock(LATER);

    let stolen = accounts::refresh(app, &first.refresh_token).await;
    let after = accounts::refresh(app, &second.refresh_token).await;

    let Err(error @ AccountError::ReusedToken) = stolen else { panic!("{stolen:?}") };
    assert_eq!(error.to_string(), "this refresh token was already used, so the session was ended; sign in again");
    assert!(matches!(after, Err(AccountError::EndedSession)), "{after:?}");
    let shown = accounts::authenticate(app, &second.access_token).await;
    assert!(matches!(shown, Err(AccountError::EndedSession)), "its access token ends with it: {shown:?}");
    next(app, &other.refresh_token).await;
    let unknown = accounts::refresh(app, "never issued").await;
    assert!(matches!(unknown, Err(AccountError::InvalidToken)), "{unknown:?}");
}

async fn tabs_that_refresh_at_once_share_one_session(app: &TestApp) {
    let first = ana(app).await;

    let sessions = join_all((0..8).map(|_| next(app, &first.refresh_token))).await;

    let successor = &sessions[0].refresh_token;
    assert!(sessions.iter().all(|session| session.refresh_token == *successor));
    app.move_clock(LATER);
    next(app, successor).await;
}

async fn a_moment_brings_no_ended_session_back(app: &TestApp) {
    let first = ana(app).await;
    let second = next(app, &first.refresh_token).await;
    let viewer = accounts::authenticate(app, &second.access_token).await.expect("the token is fresh");
    accounts::sign_out(app, viewer, None, false).await.expect("a session can be ended");

    for token in [&first.refresh_token, &second.refresh_token] {
        let ended = accounts::refresh(app, token).await;
        assert!(matches!(ended, Err(AccountError::EndedSession)), "{ended:?}");
    }
    let third = accounts::sign_in(app, None, "ana@example.com", PASSWORD.to_owned()).await.expect("ana can sign in");
    next(app, &third.refresh_token).await;
    admin::disable(app, "ana@example.com").await.expect("an account can be disabled");
    let disabled = accounts::refresh(app, &third.refresh_token).await;
    assert!(matches!(disabled, Err(AccountError::EndedSession)), "{disabled:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_give_the_same_successor() {
    let app = TestApp::start(Backend::Postgres).await;
    let another = app.another().await;
    let first = ana(&app).await;

    let sessions = join_all((0..8).map(|number| {
        let at: &App = if number % 2 == 0 { &app } else { &another };
        next(at, &first.refresh_token)
    }))
    .await;

    let successor = &sessions[0].refresh_token;
    assert!(sessions.iter().all(|session| session.refresh_token == *successor));
    next(&another, successor).await;
    app.finish().await;
}

async fn the_sessions_of_an_account_are_fifty_and_the_oldest_gives_way(app: &TestApp) {
    let first = ana(app).await;
    app.move_clock(Duration::from_secs(1));
    let mut second = first.clone();
    for number in 0..49 {
        let session = accounts::sign_in(app, None, "ana@example.com", PASSWORD.to_owned()).await;
        let session = session.expect("the password is right");
        if number == 0 {
            second = session;
        }
        app.move_clock(Duration::from_secs(1));
    }
    let first = next(app, &first.refresh_token).await;

    accounts::sign_in(app, None, "ana@example.com", PASSWORD.to_owned()).await.expect("there is room for one more");

    next(app, &first.refresh_token).await;
    let gone = accounts::refresh(app, &second.refresh_token).await.expect_err("it was refreshed longest ago");
    assert!(matches!(gone, AccountError::EndedSession), "{gone:?}");
}
