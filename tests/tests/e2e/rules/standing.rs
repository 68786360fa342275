//! Standing: what people may do is what is true of them now, not what their tokens say.

use std::{sync::Arc, time::Duration};

use domain::{
    App,
    accounts::{self, AccountError, Session, SignUp, Viewer, admin, keys::AccessTokens, standing},
    keyring,
};
use entities::{
    session,
    user::{self, Role},
};
use futures_util::FutureExt;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use testkit::wait::PATIENCE;
use tests::{Backend, TestApp, both};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const PASSWORD: &str = "correct horse battery staple";

both! {
    a_role_counts_at_once_whatever_tokens_say,
    an_access_token_ends_with_its_session_or_account,
    what_was_done_elsewhere_is_seen_within_a_minute,
    nothing_is_done_by_what_was_ended_a_moment_ago_elsewhere,
    an_open_connection_ends_with_what_it_was_let_in_for,
    an_open_connection_ends_with_the_key_that_signed_its_token,
}

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

async fn again(app: &App) -> Session {
    accounts::sign_in(app, None, "ana@example.com", PASSWORD.to_owned()).await.expect("ana can sign in")
}

async fn seen(app: &App, session: &Session) -> Result<Viewer, AccountError> {
    accounts::authenticate(app, &session.access_token).await
}

async fn viewer(app: &App, session: &Session) -> Viewer {
    seen(app, session).await.expect("they are let in")
}

async fn set_role(app: &App, role: Role) {
    admin::set_role(app, "ana@example.com", role).await.expect("a role can be given").expect("there is an account");
}

async fn right(app: &App, session: &Session) -> Arc<standing::Right> {
    let (viewer, signed_by) = accounts::identify(app, &session.access_token).await.expect("they are let in");
    standing::hold(app, viewer, signed_by)
}

fn is_over(right: &standing::Right) -> bool {
    right.over().now_or_never().is_some()
}

/// Ends sessions as another instance does, which this one has not heard of yet.
async fn end_unheard(app: &App, family: Option<uuid::Uuid>) {
    let mut ending = session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(app.clock.now())), ..Default::default() });
    if let Some(family) = family {
        ending = ending.filter(session::Column::Family.eq(family));
    }
    ending.exec(&app.db).await.expect("sessions can be changed");
}

async fn a_role_counts_at_once_whatever_tokens_say(app: &TestApp) {
    let session = ana(app).await;
    assert_eq!(viewer(app, &session).await.role, Role::Customer);

    for role in [Role::Admin, Role::Steward, Role::Customer] {
        set_role(app, role).await;
        assert_eq!(viewer(app, &session).await.role, role);
    }
}

async fn an_access_token_ends_with_its_session_or_account(app: &TestApp) {
    let (out, other, left) = (ana(app).await, again(app).await, again(app).await);

    accounts::sign_out(app, viewer(app, &out).await, None, false).await.expect("a session can be ended");
    assert!(matches!(seen(app, &out).await, Err(AccountError::EndedSession)));
    let changed =
        accounts::change_password(app, viewer(app, &left).await, None, PASSWORD.to_owned(), "a better one".to_owned());
    changed.await.expect("a password can be changed");
    assert!(matches!(seen(app, &other).await, Err(AccountError::EndedSession)));
    assert!(seen(app, &left).await.is_ok(), "this one goes on");
    admin::disable(app, "ana@example.com").await.expect("an account can be disabled");
    assert!(matches!(seen(app, &left).await, Err(AccountError::Disabled)));
    admin::enable(app, "ana@example.com").await.expect("an account can be enabled");
    assert!(matches!(seen(app, &left).await, Err(AccountError::EndedSession)), "what has ended stays so");
}

async fn what_was_done_elsewhere_is_seen_within_a_minute(app: &TestApp) {
    let session = ana(app).await;
    assert!(seen(app, &session).await.is_ok());
    user::Entity::update_many()
        .set(user::ActiveModel { role: Set(Role::Admin), ..Default::default() })
        .exec(&app.db)
        .await
        .expect("users can be changed");
    assert_eq!(viewer(app, &session).await.role, Role::Customer, "nobody has told of it");

    app.move_clock(Duration::from_secs(45));

    assert!(viewer(app, &session).await.is_admin());
    end_unheard(app, None).await;
    app.move_clock(Duration::from_secs(45));
    assert!(matches!(seen(app, &session).await, Err(AccountError::EndedSession)));
}

async fn nothing_is_done_by_what_was_ended_a_moment_ago_elsewhere(app: &TestApp) {
    let session = ana(app).await;
    let viewer = viewer(app, &session).await;
    assert!(standing::confirm(app, viewer).await.is_ok());

    end_unheard(app, None).await;

    let refused = standing::confirm(app, viewer).await;
    assert!(matches!(refused, Err(AccountError::EndedSession)), "{refused:?}");
}

async fn an_open_connection_ends_with_what_it_was_let_in_for(app: &TestApp) {
    let (first, second) = (ana(app).await, again(app).await);
    let (of_first, of_second) = (right(app, &first).await, right(app, &second).await);
    standing::recheck(app).await.expect("people can be looked at");
    assert!(!is_over(&of_first) && !is_over(&of_second));

    end_unheard(app, viewer(app, &first).await.session).await;
    standing::recheck(app).await.expect("people can be looked at");
    assert!(is_over(&of_first) && !is_over(&of_second));

    set_role(app, Role::Admin).await;
    standing::recheck(app).await.expect("people can be looked at");
    assert!(is_over(&of_second), "they come back as an admin");
    let as_admin = right(app, &second).await;
    standing::recheck(app).await.expect("people can be looked at");
    assert!(!is_over(&as_admin));
}

async fn an_open_connection_ends_with_the_key_that_signed_its_token(app: &TestApp) {
    let session = ana(app).await;
    let right = right(app, &session).await;

    keyring::rotate::<AccessTokens>(app, true).await.expect("a key can be made");
    standing::recheck(app).await.expect("people can be looked at");

    assert!(is_over(&right));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_at_one_instance_is_heard_at_the_others() {
    let app = TestApp::start(Backend::Postgres).await;
    let another = app.another().await;
    let (elsewhere, stop) = (Arc::clone(&another.app), CancellationToken::new());
    let following = tokio::spawn({
        let stop = stop.clone();
        async move { standing::run(&elsewhere, stop).await }
    });
    let session = ana(&app).await;
    assert!(seen(&another, &session).await.is_ok());
    for change in [Role::Admin, Role::Customer] {
        let right = right(&another, &session).await;
        set_role(&app, change).await;
        timeout(PATIENCE, right.over()).await.expect("the change is heard of");
        assert_eq!(viewer(&another, &session).await.role, change);
    }

    let right = right(&another, &session).await;
    accounts::sign_out(&app, viewer(&app, &session).await, None, true).await.expect("sessions can be ended");

    timeout(PATIENCE, right.over()).await.expect("the end is heard of");
    assert!(matches!(seen(&another, &session).await, Err(AccountError::EndedSession)));
    stop.cancel();
    following.await.expect("following does not panic");
    app.finish().await;
}
