//! Mails, and what their readers may do: confirm an email, take another password.

use std::{sync::atomic::Ordering, time::Duration};

use domain::{
    accounts::{self, AccountError, Session, SignUp, Viewer},
    mails::{self, Content, OutgoingMail},
    reservations::{self, HoldRequest},
};
use entities::{account_code, category::Category, mail};
use sea_orm::{EntityTrait, PaginatorTrait};
use tests::{
    TestApp, both,
    mailer::{TestMailer, code},
};

const PASSWORD: &str = "correct horse battery staple";
const BETTER: &str = "a better password";

both! {
    who_signs_up_is_mailed_a_code_that_confirms_their_email_once,
    a_mailed_code_gives_another_password_and_ends_all_sessions,
    a_code_is_over_after_its_time_and_good_for_its_purpose_only,
    whether_there_is_an_account_is_told_to_its_mail_only,
    nobodys_mail_is_flooded,
    a_mail_is_tried_again_with_growing_waits_and_given_up_after_a_day,
    a_mail_that_is_refused_for_good_is_not_tried_again,
    two_instances_send_a_mail_once,
    a_change_of_the_password_is_told_by_mail,
    what_somebody_calls_themselves_goes_to_a_confirmed_email_alone,
}

async fn ana(app: &TestApp) -> Session {
    let details = SignUp {
        email: "Ana@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        display_name: Some("Ana".to_owned()),
        country: None,
        locale: None,
    };
    accounts::sign_up(app, details).await.expect("ana can sign up")
}

async fn mailed(app: &TestApp, mailer: &TestMailer) -> Vec<OutgoingMail> {
    mails::round(app, mailer).await.expect("mails can be looked for");
    mailer.empty()
}

async fn ask_for_reset(app: &TestApp, email: &str) {
    accounts::request_password_reset(app, None, email).await.expect("anybody may ask");
}

async fn signs_in(app: &TestApp, password: &str) -> bool {
    accounts::sign_in(app, None, "ana@example.com", password.to_owned()).await.is_ok()
}

async fn waiting(app: &TestApp) -> u64 {
    mail::Entity::find().count(&app.db).await.expect("mails can be counted")
}

async fn who_signs_up_is_mailed_a_code_that_confirms_their_email_once(app: &TestApp) {
    let mailer = TestMailer::default();
    let session = ana(app).await;
    assert_eq!(session.user.verified_at, None);

    let sent = mailed(app, &mailer).await;

    let [mail] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((mail.to.as_str(), mail.name.as_deref()), ("Ana@example.com", None), "anybody may have typed both");
    assert!(matches!(mail.content, Content::VerifyEmail { .. }));
    let user = accounts::verify_email(app, code(mail)).await.expect("the code is good");
    assert_eq!(user.verified_at, Some(user.verified_at.expect("it is verified")));
    let found = accounts::find(app, user.id).await.expect("accounts can be read");
    assert_eq!(found, Some(user));
    let again = accounts::verify_email(app, code(mail)).await;
    assert!(matches!(again, Err(AccountError::InvalidCode)), "{again:?}");
    assert_eq!(waiting(app).await, 0);
    let codes = account_code::Entity::find().count(&app.db).await.expect("codes can be counted");
    assert_eq!(codes, 0);
}

async fn a_mailed_code_gives_another_password_and_ends_all_sessions(app: &TestApp) {
    let mailer = TestMailer::default();
    let session = ana(app).await;
    mailed(app, &mailer).await;
    for _ in 0..7 {
        assert!(!signs_in(app, "guessed").await);
    }

    ask_for_reset(app, " ANA@example.com").await;
    ask_for_reset(app, "ana@example.com").await;
    let sent = mailed(app, &mailer).await;
    let [first, second] = &sent[..] else { panic!("{sent:?}") };
    let common = accounts::reset_password(app, None, code(first), "password".to_owned()).await;
    assert!(matches!(&common, Err(AccountError::Invalid(errors)) if errors[0].field == "newPassword"), "{common:?}");
    accounts::reset_password(app, None, code(first), BETTER.to_owned()).await.expect("the code is good");

    assert!(signs_in(app, BETTER).await, "guesses are held against the account no more");
    assert!(!signs_in(app, PASSWORD).await);
    let refreshed = accounts::refresh(app, &session.refresh_token).await;
    assert!(matches!(refreshed, Err(AccountError::EndedSession)), "{refreshed:?}");
    for used in [first, second] {
        let again = accounts::reset_password(app, None, code(used), PASSWORD.to_owned()).await;
        assert!(matches!(again, Err(AccountError::InvalidCode)), "{again:?}");
    }
    let user = accounts::find(app, session.user.id).await.expect("accounts can be read").expect("ana has one");
    assert!(user.verified_at.is_some(), "whoever has the code reads the mail");
}

async fn a_code_is_over_after_its_time_and_good_for_its_purpose_only(app: &TestApp) {
    let mailer = TestMailer::default();
    ana(app).await;
    ask_for_reset(app, "ana@example.com").await;
    let sent = mailed(app, &mailer).await;
    let of = |wanted: fn(&Content) -> bool| {
        let mail = sent.iter().find(|mail| wanted(&mail.content)).expect("it was mailed");
        code(mail)
    };
    let (verify, reset) = (
        of(|content| matches!(content, Content::VerifyEmail { .. })),
        of(|content| matches!(content, Content::ResetPassword { .. })),
    );

    for wrong in [verify, "", "nonsense"] {
        let refused = accounts::reset_password(app, None, wrong, BETTER.to_owned()).await;
        assert!(matches!(refused, Err(AccountError::InvalidCode)), "{wrong}: {refused:?}");
    }
    let refused = accounts::verify_email(app, reset).await;
    assert!(matches!(refused, Err(AccountError::InvalidCode)), "{refused:?}");

    app.move_clock(Duration::from_secs(3_600));
    let late = accounts::reset_password(app, None, reset, BETTER.to_owned()).await;
    assert!(matches!(late, Err(AccountError::InvalidCode)), "{late:?}");
    assert!(signs_in(app, PASSWORD).await);
    accounts::verify_email(app, verify).await.expect("it is good for a day");
}

async fn whether_there_is_an_account_is_told_to_its_mail_only(app: &TestApp) {
    let mailer = TestMailer::default();
    ana(app).await;
    mailed(app, &mailer).await;

    for email in ["ana@example.com", "nobody@example.com", "no email at all"] {
        ask_for_reset(app, email).await;
        assert_eq!(waiting(app).await, 1, "{email}: the same work is done");
        let sent = mailed(app, &mailer).await;
        assert_eq!(sent.len(), usize::from(email.starts_with("ana")));
        assert_eq!(waiting(app).await, 0);
    }
}

async fn nobodys_mail_is_flooded(app: &TestApp) {
    let mailer = TestMailer::default();
    let session = ana(app).await;
    let viewer = accounts::authenticate(app, &session.access_token).await.expect("the token is fresh");
    mailed(app, &mailer).await;

    for _ in 0..20 {
        ask_for_reset(app, "ana@example.com").await;
        accounts::request_email_verification(app, viewer, None).await.expect("ana may ask");
        ask_for_reset(app, "nobody@example.com").await;
    }

    assert_eq!(waiting(app).await, 8, "four each: three that are free, and the one after them");
    mailed(app, &mailer).await;
    app.move_clock(Duration::from_secs(61));
    ask_for_reset(app, "ana@example.com").await;
    assert_eq!(mailed(app, &mailer).await.len(), 1);
}

async fn a_mail_is_tried_again_with_growing_waits_and_given_up_after_a_day(app: &TestApp) {
    let mailer = TestMailer::default();
    mailer.is_closed.store(true, Ordering::SeqCst);
    let began = app.now();
    ana(app).await;

    let mut waits = Vec::new();
    while waiting(app).await > 0 {
        mailed(app, &mailer).await;
        let Some(row) = mail::Entity::find().one(&app.db).await.expect("mails can be read") else { break };
        let wait = (row.next_at - app.now()).to_std().expect("it waits");
        waits.push(wait.as_secs_f64());
        app.move_clock(wait + Duration::from_millis(1));
    }

    for (left, whole) in waits.iter().zip([60.0, 120.0, 240.0, 480.0, 960.0, 1_920.0, 3_600.0]) {
        // What it takes to look is over already.
        assert!((whole * 0.6..=whole).contains(left), "{waits:?}");
    }
    assert!(app.now() - began >= chrono::Duration::days(1));
    assert_eq!(mailer.tries.load(Ordering::SeqCst), waits.len());

    ask_for_reset(app, "ana@example.com").await;
    mailed(app, &mailer).await;
    mailer.is_closed.store(false, Ordering::SeqCst);
    assert_eq!(mailed(app, &mailer).await, [], "it waits for its turn");
    app.move_clock(Duration::from_secs(61));
    assert_eq!(mailed(app, &mailer).await.len(), 1);
}

async fn a_mail_that_is_refused_for_good_is_not_tried_again(app: &TestApp) {
    let mailer = TestMailer::default();
    mailer.refuses.store(true, Ordering::SeqCst);
    ana(app).await;

    assert_eq!(mailed(app, &mailer).await, []);

    assert_eq!(waiting(app).await, 0);
}

async fn two_instances_send_a_mail_once(app: &TestApp) {
    let mailer = TestMailer::default();
    ana(app).await;

    let (first, second) = tokio::join!(mails::round(app, &mailer), mails::round(app, &mailer));

    assert!(first.is_ok() && second.is_ok());
    assert_eq!(mailer.empty().len(), 1);
}

async fn a_change_of_the_password_is_told_by_mail(app: &TestApp) {
    let mailer = TestMailer::default();
    let session = ana(app).await;
    mailed(app, &mailer).await;
    let viewer = accounts::authenticate(app, &session.access_token).await.expect("the token is fresh");

    accounts::change_password(app, viewer, None, PASSWORD.to_owned(), BETTER.to_owned()).await.expect("she may");

    let sent = mailed(app, &mailer).await;
    assert!(matches!(&sent[..], [mail] if mail.content == Content::PasswordChanged), "{sent:?}");
}

/// A stranger who opens an account by another person's email chooses its name: it is written into no mail before the
/// email is confirmed, nor into what a stranger can have sent.
async fn what_somebody_calls_themselves_goes_to_a_confirmed_email_alone(app: &TestApp) {
    let mailer = TestMailer::default();
    app.stock(1, Category::One, 20).await;
    let viewer = Viewer { user_id: ana(app).await.user.id, ..app.fan("ben").await.viewer };
    let hold = async || {
        let request = HoldRequest { match_number: 1, category: 1, quantity: 1, idempotency_key: None };
        reservations::hold(app, viewer, request).await.expect("nothing stands against the hold");
    };
    ask_for_reset(app, "ana@example.com").await;
    hold().await;
    let sent = mailed(app, &mailer).await;
    assert_eq!(sent.iter().map(|mail| mail.name.as_deref()).collect::<Vec<_>>(), [None; 3], "{sent:?}");
    let confirms = sent.iter().find(|mail| matches!(mail.content, Content::VerifyEmail { .. }));
    accounts::verify_email(app, code(confirms.expect("it was mailed"))).await.expect("the code is good");

    hold().await;
    ask_for_reset(app, "ana@example.com").await;

    let sent = mailed(app, &mailer).await;
    assert!(sent.len() >= 2, "{sent:?}");
    for mail in sent {
        let is_ours = matches!(mail.content, Content::HoldPlaced(_));
        assert_eq!(mail.name.as_deref(), is_ours.then_some("Ana"), "{mail:?}");
    }
}
