//! Accounts: who a fan is, shown by a password once and by tokens after.

use std::time::Duration;

use domain::{
    accounts::{self, AccountError, Session, SignUp, Viewer, admin},
    maintenance,
};
use entities::{attempt, session, user::Role};
use futures_util::future::join_all;
use sea_orm::EntityTrait;
use tests::{TestApp, both};

const PASSWORD: &str = "correct horse battery staple";

both! {
    a_fan_signs_up_and_in,
    a_wrong_password_and_an_unknown_email_are_answered_alike,
    an_email_has_one_account_whatever_its_case,
    two_sign_ups_at_once_leave_one_account,
    a_sign_up_out_of_form_is_refused_by_its_field,
    an_access_token_ends_after_its_time,
    a_refresh_token_ends_after_its_time,
    signing_out_ends_the_session_and_no_other,
    signing_out_everywhere_ends_all_sessions_of_the_fan_and_nobody_elses,
    another_password_ends_the_other_sessions,
    another_password_takes_the_current_one_and_a_good_new_one,
    a_list_of_passwords_is_slowed_to_the_stated_pace,
    tries_at_once_are_counted_before_they_are_judged,
    a_list_of_accounts_is_slowed_by_its_address,
    what_is_over_is_let_go_of,
    a_session_that_ended_days_ago_is_let_go_of_and_one_that_goes_on_keeps_what_it_used_up,
    a_role_is_given_and_shows_in_the_next_token,
    who_is_disabled_neither_signs_in_nor_goes_on_until_enabled,
    an_account_can_be_opened_for_somebody_else,
    no_session_slips_through_an_end_of_all,
}

fn details(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: Some(" Ana ".to_owned()),
        country: Some("QA".to_owned()),
        locale: None,
    }
}

async fn ana(app: &TestApp) -> Session {
    accounts::sign_up(app, details("Ana@Example.com")).await.expect("ana can sign up")
}

async fn sign_in(app: &TestApp) -> Session {
    accounts::sign_in(app, None, "ana@example.com", PASSWORD.to_owned()).await.expect("ana can sign in")
}

async fn a_fan_signs_up_and_in(app: &TestApp) {
    let signed_up = ana(app).await;
    let signed_in = accounts::sign_in(app, None, " ANA@example.COM ", PASSWORD.to_owned())
        .await
        .expect("case and spaces do not matter");

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

    let wrong = accounts::sign_in(app, None, "ana@example.com", "wrong horse".to_owned()).await;
    let unknown = accounts::sign_in(app, None, "ben@example.com", PASSWORD.to_owned()).await;

    for refused in [wrong, unknown] {
        let refused = refused.expect_err("nobody gets in");
        assert!(matches!(refused, AccountError::WrongCredentials));
    }
}

async fn an_email_has_one_account_whatever_its_case(app: &TestApp) {
    ana(app).await;

    let again = accounts::sign_up(app, details("ANA@EXAMPLE.COM")).await;

    assert!(matches!(again, Err(AccountError::EmailTaken)), "{again:?}");
    sign_in(app).await;
}

async fn two_sign_ups_at_once_leave_one_account(app: &TestApp) {
    let (first, second) = tokio::join!(
        accounts::sign_up(app, details("ana@example.com")),
        accounts::sign_up(app, details("ana@example.com")),
    );

    assert!(first.is_ok() != second.is_ok());
    assert!(matches!(first.and(second), Err(AccountError::EmailTaken)));
}

async fn a_sign_up_out_of_form_is_refused_by_its_field(app: &TestApp) {
    let fine = details("ana@example.com");
    let with = |change: fn(&mut SignUp)| {
        let mut details = fine.clone();
        change(&mut details);
        details
    };
    let all_details = [
        ("email", with(|form| form.email = "ana".to_owned())),
        ("email", with(|form| form.email = "ana@host".to_owned())),
        ("email", with(|form| form.email = "a b@example.com".to_owned())),
        ("email", with(|form| form.email = format!("{}@example.com", "a".repeat(250)))),
        ("email", with(|form| form.email = "a..b@example.com".to_owned())),
        ("email", with(|form| form.email = "a@example..com".to_owned())),
        ("email", with(|form| form.email = "a,b@example.com".to_owned())),
        ("email", with(|form| form.email = format!("{}@example.com", "a".repeat(70)))),
        ("email", with(|form| form.email = "a@[127.0.0.1]".to_owned())),
        ("email", with(|form| form.email = "a@-.x".to_owned())),
        ("password", with(|form| form.password = "seven77".to_owned())),
        ("password", with(|form| form.password = "wxyz".repeat(33))),
        ("password", with(|form| form.password = "aaaaaaaa".to_owned())),
        ("password", with(|form| form.password = " ".repeat(8))),
        ("password", with(|form| form.password = form.email.to_uppercase())),
        ("password", with(|form| form.password = "Password".to_owned())),
        ("displayName", with(|form| form.display_name = Some("x".repeat(101)))),
        ("displayName", with(|form| form.display_name = Some("a\nb".to_owned()))),
        ("displayName", with(|form| form.display_name = Some("You won! https://evil.example/claim".to_owned()))),
        ("displayName", with(|form| form.display_name = Some("Claim at evil.example/claim now".to_owned()))),
        ("displayName", with(|form| form.display_name = Some("ftp://x".to_owned()))),
        ("country", with(|form| form.country = Some("qa".to_owned()))),
        ("country", with(|form| form.country = Some("QAT".to_owned()))),
    ];

    for (field, details) in all_details {
        match accounts::sign_up(app, details).await {
            Err(AccountError::Invalid(errors)) => assert!(errors.len() == 1 && errors[0].field == field, "{errors:?}"),
            other => panic!("{field}: {other:?}"),
        }
    }
}

async fn an_access_token_ends_after_its_time(app: &TestApp) {
    let session = ana(app).await;
    app.move_clock(app.accounts.access_lifetime - Duration::from_secs(120));
    assert!(accounts::authenticate(app, &session.access_token).await.is_ok());

    app.move_clock(Duration::from_secs(120));

    let ended = accounts::authenticate(app, &session.access_token).await;
    assert!(matches!(ended, Err(AccountError::ExpiredToken)), "{ended:?}");
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

    accounts::sign_out(app, viewer, None, false).await.expect("a session can be ended");

    let ended = accounts::refresh(app, &session.refresh_token).await;
    assert!(matches!(ended, Err(AccountError::EndedSession)), "{ended:?}");
    assert!(accounts::refresh(app, &other.refresh_token).await.is_ok());
}

async fn viewer(app: &TestApp, session: &Session) -> Viewer {
    accounts::authenticate(app, &session.access_token).await.expect("the token is fresh")
}

async fn goes_on(app: &TestApp, session: &Session) -> bool {
    match accounts::refresh(app, &session.refresh_token).await {
        Ok(_) => true,
        Err(AccountError::InvalidToken | AccountError::EndedSession) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn signing_out_everywhere_ends_all_sessions_of_the_fan_and_nobody_elses(app: &TestApp) {
    let (first, second) = (ana(app).await, sign_in(app).await);
    let other = accounts::sign_up(app, details("ben@example.com")).await.expect("ben can sign up");

    accounts::sign_out(app, viewer(app, &first).await, None, true).await.expect("sessions can be ended");

    assert!(!goes_on(app, &first).await && !goes_on(app, &second).await);
    assert!(goes_on(app, &other).await);
}

async fn change(app: &TestApp, session: &Session, current: &str, new: &str) -> Result<(), AccountError> {
    let viewer = viewer(app, session).await;
    accounts::change_password(app, viewer, None, current.to_owned(), new.to_owned()).await.map(drop)
}

async fn another_password_ends_the_other_sessions(app: &TestApp) {
    let (this, other) = (ana(app).await, sign_in(app).await);

    change(app, &this, PASSWORD, "a better password").await.expect("a password can be changed");

    assert!(goes_on(app, &this).await && !goes_on(app, &other).await);
    let old = try_password(app, PASSWORD).await;
    assert!(matches!(old, Err(AccountError::WrongCredentials)), "{old:?}");
    assert!(try_password(app, "a better password").await.is_ok());
}

async fn another_password_takes_the_current_one_and_a_good_new_one(app: &TestApp) {
    let session = ana(app).await;

    let common = change(app, &session, PASSWORD, "password").await;
    assert!(matches!(&common, Err(AccountError::Invalid(errors)) if errors[0].field == "newPassword"), "{common:?}");
    for _ in 0..6 {
        let guessed = change(app, &session, "guessed", "a better password").await;
        assert!(matches!(guessed, Err(AccountError::WrongPassword("currentPassword"))), "{guessed:?}");
    }
    let again = change(app, &session, PASSWORD, "a better password").await;
    assert!(matches!(again, Err(AccountError::TooManyAttempts { .. })), "guesses are counted here too: {again:?}");
    app.move_clock(Duration::from_secs(1));
    assert!(try_password(app, PASSWORD).await.is_ok(), "nothing was changed");
}

async fn try_password(app: &TestApp, password: &str) -> Result<Session, AccountError> {
    accounts::sign_in(app, None, "ana@example.com", password.to_owned()).await
}

/// What a busy machine may take for one try.
const SLOW: Duration = Duration::from_secs(20);

async fn a_list_of_passwords_is_slowed_to_the_stated_pace(app: &TestApp) {
    ana(app).await;
    let begun = app.now();
    let mut waits = Vec::new();
    let mut tries = 0;

    while app.now() < begun + Duration::from_secs(3_600) {
        match try_password(app, "guessed").await {
            Err(AccountError::WrongCredentials) => tries += 1,
            Err(AccountError::TooManyAttempts { retry_after }) => {
                // Shorter waits may be over by the time that a busy machine asks again.
                if retry_after > SLOW {
                    let right = try_password(app, PASSWORD).await;
                    assert!(matches!(right, Err(AccountError::TooManyAttempts { .. })), "nothing is tried meanwhile");
                }
                waits.push(retry_after.as_secs() + 1);
                app.move_clock(retry_after + Duration::from_millis(1));
            }
            other => panic!("{other:?}"),
        }
    }

    assert!((16..=26).contains(&tries), "{tries} passwords in an hour");
    let longest = waits.iter().copied().max().unwrap_or_default();
    assert!((300 - SLOW.as_secs()..=300).contains(&longest), "{waits:?}");
    assert!(waits.windows(2).all(|pair| pair[0] <= pair[1] + SLOW.as_secs()), "they only grow: {waits:?}");
    assert!(try_password(app, PASSWORD).await.is_ok());
    for _ in 0..5 {
        let guessed = try_password(app, "guessed").await;
        assert!(matches!(guessed, Err(AccountError::WrongCredentials)), "the right one begins anew: {guessed:?}");
    }
}

async fn tries_at_once_are_counted_before_they_are_judged(app: &TestApp) {
    ana(app).await;

    for email in ["ana@example.com", "nobody@example.com"] {
        let tries = join_all((0..24).map(|_| accounts::sign_in(app, None, email, "guessed".to_owned()))).await;

        let judged = tries.iter().filter(|tried| matches!(tried, Err(AccountError::WrongCredentials))).count();
        let refused = tries.iter().filter(|tried| matches!(tried, Err(AccountError::TooManyAttempts { .. }))).count();
        assert_eq!(judged + refused, 24, "{email}");
        // Five are free, and the one after them; further ones have to wait for seconds that double.
        assert!((6..=12).contains(&judged), "{email}: {judged}");
    }
}

async fn a_list_of_accounts_is_slowed_by_its_address(app: &TestApp) {
    ana(app).await;
    let address = |text: &str| Some(text.parse().expect("an address"));
    let guess = async |from: &str, number: usize| {
        accounts::sign_in(app, address(from), &format!("{number}@example.com"), PASSWORD.to_owned()).await
    };
    let from = |number| if number % 2 == 0 { "2001:db8::1" } else { "2001:db8::2" };

    let tries = join_all((0..120).map(|number| guess(from(number), number))).await;
    let other = guess("2001:db8:0:1::1", 120).await;

    let refused = tries.iter().filter(|tried| matches!(tried, Err(AccountError::TooManyAttempts { .. }))).count();
    assert!((10..=19).contains(&refused), "{refused} of 120, 100 are free");
    assert!(matches!(other, Err(AccountError::WrongCredentials)), "{other:?}");
    let known = accounts::sign_in(app, address("192.0.2.1"), "ana@example.com", PASSWORD.to_owned()).await;
    assert!(known.is_ok(), "{known:?}");
}

async fn what_is_over_is_let_go_of(app: &TestApp) {
    let over = ana(app).await;
    let _guessed = try_password(app, "guessed").await;
    app.move_clock(app.accounts.refresh_lifetime);
    let live = sign_in(app).await;
    let _guessed = try_password(app, "guessed").await;

    maintenance::forget(app).await.expect("what is over can be deleted");

    let sessions = session::Entity::find().all(&app.db).await.expect("sessions can be read");
    assert_eq!(sessions.len(), 1);
    assert!(goes_on(app, &live).await && !goes_on(app, &over).await);
    let attempts = attempt::Entity::find().all(&app.db).await.expect("attempts can be read");
    assert_eq!(attempts.len(), 2, "of the account, and of it from where it was tried");
}

async fn a_session_that_ended_days_ago_is_let_go_of_and_one_that_goes_on_keeps_what_it_used_up(app: &TestApp) {
    let (ended, live) = (ana(app).await, sign_in(app).await);
    accounts::sign_out(app, viewer(app, &ended).await, None, false).await.expect("a session can be ended");
    let renewed = accounts::refresh(app, &live.refresh_token).await.expect("it goes on");
    let rows = async || session::Entity::find().all(&app.db).await.expect("sessions can be read").len();

    maintenance::forget(app).await.expect("what is over can be deleted");
    assert_eq!(rows().await, 3, "it ended just now");
    app.move_clock(Duration::from_secs(2 * 24 * 3_600));
    maintenance::forget(app).await.expect("what is over can be deleted");

    assert_eq!(rows().await, 2, "the token that was used up, and its successor");
    let stolen = accounts::refresh(app, &live.refresh_token).await;
    assert!(matches!(stolen, Err(AccountError::ReusedToken)), "{stolen:?}");
    assert!(!goes_on(app, &renewed).await);
}

async fn a_role_is_given_and_shows_in_the_next_token(app: &TestApp) {
    ana(app).await;

    let changed = admin::set_role(app, "ANA@example.com", Role::Admin).await;
    let nobody = admin::set_role(app, "ben@example.com", Role::Admin).await;

    let before = changed.expect("a role can be given").expect("there is an account");
    assert_eq!(before.role, Role::Customer);
    assert_eq!(nobody.expect("nobody is no error"), None);
    let viewer = accounts::authenticate(app, &sign_in(app).await.access_token).await;
    assert!(viewer.expect("the token is fresh").is_admin());
}

async fn who_is_disabled_neither_signs_in_nor_goes_on_until_enabled(app: &TestApp) {
    let session = ana(app).await;
    let live = sign_in(app).await;

    assert!(admin::disable(app, "ANA@example.com").await.expect("an account can be disabled"));
    assert!(!admin::disable(app, "ben@example.com").await.expect("nobody is no error"));

    let right = try_password(app, PASSWORD).await;
    assert!(matches!(right, Err(AccountError::Disabled)), "{right:?}");
    let wrong = try_password(app, "guessed").await;
    assert!(matches!(wrong, Err(AccountError::WrongCredentials)), "only its owner is told: {wrong:?}");
    assert!(!goes_on(app, &session).await);

    assert!(admin::enable(app, "ana@example.com").await.expect("an account can be enabled"));
    assert!(!goes_on(app, &live).await, "what has ended stays so");
    assert!(goes_on(app, &sign_in(app).await).await);
}

async fn an_account_can_be_opened_for_somebody_else(app: &TestApp) {
    let user = admin::create(app, details("ana@example.com"), Role::Steward).await.expect("it is free");
    let again = admin::create(app, details("ana@example.com"), Role::Admin).await;

    assert_eq!(user.role, Role::Steward);
    assert!(matches!(again, Err(AccountError::EmailTaken)), "{again:?}");
    assert_eq!(viewer(app, &sign_in(app).await).await.role, Role::Steward);
}

async fn no_session_slips_through_an_end_of_all(app: &TestApp) {
    ana(app).await;
    for _ in 0..8 {
        let (first, second) = (sign_in(app).await, sign_in(app).await);
        let viewer = viewer(app, &sign_in(app).await).await;

        let (next, ended, last) = tokio::join!(
            accounts::refresh(app, &first.refresh_token),
            accounts::sign_out(app, viewer, None, true),
            accounts::refresh(app, &second.refresh_token),
        );

        ended.expect("sessions can be ended");
        for renewed in [next, last].into_iter().flatten() {
            assert!(!goes_on(app, &renewed).await, "it was renewed before the end, and ended with the others");
        }
    }
}
