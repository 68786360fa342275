//! Attempts at passwords: strangers lock no owner out, and find no way round the wait.

use std::{net::IpAddr, time::Duration};

use domain::{
    accounts::{self, AccountError, Session, SignUp},
    mails::{self, Content},
    maintenance,
};
use entities::known_network;
use sea_orm::EntityTrait;
use tests::{
    TestApp, both,
    mailer::{self, TestMailer},
};

const PASSWORD: &str = "correct horse battery staple";

both! {
    a_stranger_keeps_no_owner_waiting_who_comes_from_where_they_were_before,
    a_list_of_networks_gets_no_further_than_the_pace_of_an_account,
    who_signs_up_from_a_network_is_known_there,
    who_resets_their_password_signs_in_at_once,
    emails_of_others_are_tried_at_sign_up_no_faster_than_passwords,
    a_password_opens_in_every_form_of_its_letters,
    an_email_has_one_account_whatever_the_form_of_its_letters,
}

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().expect("an address"))
}

fn details(email: &str, password: &str) -> SignUp {
    SignUp { email: email.to_owned(), password: password.to_owned(), display_name: None, country: None, locale: None }
}

async fn sign_in(app: &TestApp, from: &str, password: &str) -> Result<Session, AccountError> {
    accounts::sign_in(app, address(from), "ana@example.com", password.to_owned()).await
}

/// Guesses until the site refuses to look; how often it looked.
async fn guesses(app: &TestApp, from: &str) -> usize {
    for tries in 0..100 {
        match sign_in(app, from, "guessed").await {
            Err(AccountError::WrongCredentials) => {}
            Err(AccountError::TooManyAttempts { .. }) => return tries,
            other => panic!("{other:?}"),
        }
    }
    panic!("tries are not counted")
}

async fn a_stranger_keeps_no_owner_waiting_who_comes_from_where_they_were_before(app: &TestApp) {
    accounts::sign_up(app, details("ana@example.com", PASSWORD)).await.expect("ana can sign up");
    sign_in(app, "192.0.2.1", PASSWORD).await.expect("ana can sign in");

    for stranger in 1..=20 {
        guesses(app, &format!("198.51.100.{stranger}")).await;
    }

    assert!(sign_in(app, "192.0.2.1", PASSWORD).await.is_ok(), "from where she was before");
    let elsewhere = sign_in(app, "203.0.113.1", PASSWORD).await;
    assert!(matches!(elsewhere, Err(AccountError::TooManyAttempts { .. })), "{elsewhere:?}");
    assert!((5..=9).contains(&guesses(app, "192.0.2.1").await), "nor is hers a network to guess from");
}

async fn a_list_of_networks_gets_no_further_than_the_pace_of_an_account(app: &TestApp) {
    accounts::sign_up(app, details("ana@example.com", PASSWORD)).await.expect("ana can sign up");

    let mut looked_at = 0;
    for network in 0..60 {
        looked_at += guesses(app, &format!("2001:db8:0:{network:x}::1")).await;
    }

    // Thirty are free; the waits after them double, and a busy machine may sit out some of the first.
    assert!((30..=45).contains(&looked_at), "{looked_at} passwords");
}

async fn who_signs_up_from_a_network_is_known_there(app: &TestApp) {
    let details = details("ana@example.com", PASSWORD);
    accounts::sign_up_from(app, address("192.0.2.1"), details).await.expect("ana can sign up");
    for stranger in 1..=20 {
        guesses(app, &format!("198.51.100.{stranger}")).await;
    }

    assert!(sign_in(app, "192.0.2.1", PASSWORD).await.is_ok());

    app.move_clock(Duration::from_secs(91 * 24 * 3_600));
    maintenance::forget(app).await.expect("what is over can be deleted");
    let known = known_network::Entity::find().all(&app.db).await.expect("networks can be read");
    assert_eq!(known, [], "nobody is known for ever");
}

async fn who_resets_their_password_signs_in_at_once(app: &TestApp) {
    accounts::sign_up(app, details("ana@example.com", PASSWORD)).await.expect("ana can sign up");
    guesses(app, "192.0.2.1").await;
    accounts::request_password_reset(app, address("192.0.2.1"), "ana@example.com").await.expect("a mail is queued");
    let mailer = TestMailer::default();
    mails::round(app, &mailer).await.expect("mails can be sent");
    let sent = mailer.empty();
    let reset = sent.iter().find(|mail| matches!(mail.content, Content::ResetPassword { .. }));
    let code = mailer::code(reset.expect("it was mailed"));

    for weak in ["ana@example.com", "zzzzzzzzzz"] {
        let refused = accounts::reset_password(app, address("192.0.2.1"), code, weak.to_owned()).await;
        assert!(
            matches!(&refused, Err(AccountError::Invalid(errors)) if errors[0].field == "newPassword"),
            "{refused:?}"
        );
    }
    accounts::reset_password(app, address("192.0.2.1"), code, "a better password".to_owned())
        .await
        .expect("the code is good still");

    assert!(sign_in(app, "192.0.2.1", "a better password").await.is_ok());
}

async fn emails_of_others_are_tried_at_sign_up_no_faster_than_passwords(app: &TestApp) {
    accounts::sign_up(app, details("ana@example.com", PASSWORD)).await.expect("ana can sign up");
    let probe = async |from: &str| {
        let details = details("ana@example.com", PASSWORD);
        accounts::sign_up_from(app, address(from), details).await.expect_err("it is taken")
    };

    let mut told = 0;
    while told < 120 && matches!(probe("192.0.2.1").await, AccountError::EmailTaken) {
        told += 1;
    }

    assert!((100..=110).contains(&told), "{told} emails");
    assert!(matches!(probe("192.0.2.1").await, AccountError::TooManyAttempts { .. }));
    assert!(matches!(probe("192.0.2.2").await, AccountError::EmailTaken));
    let own = accounts::sign_up_from(app, address("192.0.2.1"), details("ben@example.com", PASSWORD)).await;
    assert!(own.is_ok(), "who opens an account of their own is let be: {own:?}");
}

async fn a_password_opens_in_every_form_of_its_letters(app: &TestApp) {
    let (composed, apart) = ("p\u{e4}ssw\u{f6}rter gr\u{fc}\u{df}e", "pa\u{308}sswo\u{308}rter gru\u{308}\u{df}e");
    for (number, chosen) in [composed, apart].into_iter().enumerate() {
        let email = format!("{number}@example.com");
        accounts::sign_up(app, details(&email, chosen)).await.expect("they can sign up");
        for typed in [composed, apart] {
            let signed_in = accounts::sign_in(app, None, &email, typed.to_owned()).await;
            assert!(signed_in.is_ok(), "{chosen} by {typed}: {signed_in:?}");
        }
        let wrong = accounts::sign_in(app, None, &email, "passworter gru\u{df}e".to_owned()).await;
        assert!(matches!(wrong, Err(AccountError::WrongCredentials)), "{wrong:?}");
    }
}

async fn an_email_has_one_account_whatever_the_form_of_its_letters(app: &TestApp) {
    let (composed, apart) = ("fan@caf\u{e9}.example", "FAN@cafe\u{301}.EXAMPLE");
    accounts::sign_up(app, details(composed, PASSWORD)).await.expect("they can sign up");

    let again = accounts::sign_up(app, details(apart, PASSWORD)).await;

    assert!(matches!(again, Err(AccountError::EmailTaken)), "{again:?}");
    for typed in [composed, apart, "Fan@CAF\u{c9}.example"] {
        assert!(accounts::sign_in(app, None, typed, PASSWORD.to_owned()).await.is_ok(), "{typed}");
    }
}
