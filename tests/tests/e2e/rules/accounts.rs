//! Accounts: who somebody is, shown by a password once and by tokens after.

use std::time::Duration;

use domain::accounts::{self, AccountError, Application, Session};
use entities::user::Role;
use tests::{TestApp, both};

const PASSWORD: &str = "correct horse battery staple";

both! {
    a_fan_signs_up_and_in,
    a_wrong_password_and_an_unknown_email_are_answered_alike,
    an_email_has_one_account_whatever_its_case,
    two_sign_ups_at_once_leave_one_account,
    an_application_out_of_form_is_refused_by_its_field,
    an_access_token_ends_after_its_time,
    a_refresh_token_is_used_once_and_its_second_use_ends_the_session,
    a_refresh_token_ends_after_its_time,
    signing_out_ends_the_session_and_no_other,
    a_role_shows_in_the_next_token,
}

fn application(email: &str) -> Application {
    Application {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: Some(" Ana ".to_owned()),
        country: Some("QA".to_owned()),
    }
}

async fn ana(app: &TestApp) -> Session {
    accounts::sign_up(app, application("Ana@Example.com")).await.expect("ana can sign up")
}

async fn sign_in(app: &TestApp) -> Session {
    accounts::sign_in(app, "ana@example.com", PASSWORD.to_owned()).await.expect("ana can sign in")
}

async fn a_fan_signs_up_and_in(app: &TestApp) {
    let signed_up = ana(app).await;
    let signed_in =
        accounts::sign_in(app, " ANA@example.COM ", PASSWORD.to_owned()).await.expect("case and spaces do not matter");

    assert_eq!(signed_up.user.email, "Ana@Example.com");
    assert_eq!(signed_up.user.display_name.as_deref(), Some("Ana"));
    assert!(signed_up.user.password_hash.starts_with("$argon2id$"));
    assert!(!signed_up.user.password_hash.contains(PASSWORD));
    assert_ne!(signed_up.refresh_token, signed_in.refresh_token);
    for session in [signed_up, signed_in] {
        let viewer = accounts::authenticate(app, &session.access_token).await;
        let viewer = viewer.expect("the token is fresh");
        assert_eq!(viewer.user_id, session.user.id);
        assert_eq!(viewer.role, Role::Customer);
        assert_eq!(viewer.expires_at, session.expires_at);
        let found = accounts::find(app, viewer.user_id).await;
        assert_eq!(found.expect("accounts can be read"), Some(session.user));
    }
}

async fn a_wrong_password_and_an_unknown_email_are_answered_alike(app: &TestApp) {
    ana(app).await;

    let wrong = accounts::sign_in(app, "ana@example.com", "wrong horse".to_owned()).await;
    let unknown = accounts::sign_in(app, "ben@example.com", PASSWORD.to_owned()).await;

    for refused in [wrong, unknown] {
        let refused = refused.expect_err("nobody gets in");
        assert!(matches!(refused, AccountError::WrongCredentials));
    }
}

async fn an_email_has_one_account_whatever_its_case(app: &TestApp) {
    ana(app).await;

    let again = accounts::sign_up(app, application("ANA@EXAMPLE.COM")).await;

    assert!(matches!(again, Err(AccountError::EmailTaken)), "{again:?}");
    sign_in(app).await;
}

async fn two_sign_ups_at_once_leave_one_account(app: &TestApp) {
    let (first, second) = tokio::join!(
        accounts::sign_up(app, application("ana@example.com")),
        accounts::sign_up(app, application("ana@example.com")),
    );

    assert!(first.is_ok() != second.is_ok());
    assert!(matches!(first.and(second), Err(AccountError::EmailTaken)));
}

async fn an_application_out_of_form_is_refused_by_its_field(app: &TestApp) {
    let fine = application("ana@example.com");
    let with = |change: fn(&mut Application)| {
        let mut application = fine.clone();
        change(&mut application);
        application
    };
    let applications = [
        ("email", with(|form| form.email = "ana".to_owned())),
        ("email", with(|form| form.email = "ana@host".to_owned())),
        ("email", with(|form| form.email = "a b@example.com".to_owned())),
        ("email", with(|form| form.email = format!("{}@example.com", "a".repeat(250)))),
        ("password", with(|form| form.password = "seven77".to_owned())),
        ("password", with(|form| form.password = "x".repeat(129))),
        ("displayName", with(|form| form.display_name = Some("x".repeat(101)))),
        ("displayName", with(|form| form.display_name = Some("a\nb".to_owned()))),
        ("country", with(|form| form.country = Some("qa".to_owned()))),
        ("country", with(|form| form.country = Some("QAT".to_owned()))),
    ];

    for (field, application) in applications {
        match accounts::sign_up(app, application).await {
            Err(AccountError::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?}"),
        }
    }
}

async fn an_access_token_ends_after_its_time(app: &TestApp) {
    let session = ana(app).await;
    app.move_clock(app.accounts.access_lifetime - Duration::from_secs(5));
    assert!(accounts::authenticate(app, &session.access_token).await.is_ok());

    app.move_clock(Duration::from_secs(5));

    let ended = accounts::authenticate(app, &session.access_token).await;
    assert!(matches!(ended, Err(AccountError::ExpiredToken)), "{ended:?}");
}

async fn a_refresh_token_is_used_once_and_its_second_use_ends_the_session(app: &TestApp) {
    let first = ana(app).await;
    let other = sign_in(app).await;
    let second = accounts::refresh(app, &first.refresh_token).await.expect("a fresh token can be used");
    assert_eq!(second.user, first.user);
    assert!(accounts::authenticate(app, &second.access_token).await.is_ok());

    let stolen = accounts::refresh(app, &first.refresh_token).await;
    let after = accounts::refresh(app, &second.refresh_token).await;

    for refused in [stolen, after] {
        assert!(matches!(refused, Err(AccountError::InvalidToken)));
    }
    let other = accounts::refresh(app, &other.refresh_token).await;
    assert!(other.is_ok(), "another session of the same fan goes on");
    let unknown = accounts::refresh(app, "never issued").await;
    assert!(matches!(unknown, Err(AccountError::InvalidToken)));
}

async fn a_refresh_token_ends_after_its_time(app: &TestApp) {
    let session = ana(app).await;
    app.move_clock(app.accounts.refresh_lifetime);

    let late = accounts::refresh(app, &session.refresh_token).await;

    assert!(matches!(late, Err(AccountError::ExpiredToken)), "{late:?}");
}

async fn signing_out_ends_the_session_and_no_other(app: &TestApp) {
    let session = ana(app).await;
    let other = sign_in(app).await;
    let viewer = accounts::authenticate(app, &session.access_token).await.expect("the token is fresh");

    accounts::sign_out(app, viewer).await.expect("a session can be ended");

    let ended = accounts::refresh(app, &session.refresh_token).await;
    assert!(matches!(ended, Err(AccountError::InvalidToken)), "{ended:?}");
    assert!(accounts::refresh(app, &other.refresh_token).await.is_ok());
}

async fn a_role_shows_in_the_next_token(app: &TestApp) {
    ana(app).await;

    let changed = accounts::set_role(app, "ANA@example.com", Role::Admin).await;
    let nobody = accounts::set_role(app, "ben@example.com", Role::Admin).await;

    assert!(changed.expect("a role can be given"));
    assert!(!nobody.expect("nobody is no error"));
    let viewer = accounts::authenticate(app, &sign_in(app).await.access_token).await;
    assert!(viewer.expect("the token is fresh").is_admin());
}
