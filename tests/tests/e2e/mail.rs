//! Mail from the outside: through an SMTP server, and into the folder where there is none.

use std::{fs, time::Duration};

use serde_json::json;
use tests::{
    World,
    post::Smtp,
    wait::{PATIENCE, eventually},
};

const SIGN_UP: &str = "mutation ($input: SignUpInput!) { signUp(input: $input) { user { emailVerified } } }";
const VERIFY: &str = "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { user { emailVerified } } }";
const ASK: &str = "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { success } }";
const RESET: &str = "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { success } }";
const SIGN_IN: &str = "mutation ($input: SignInInput!) { signIn(input: $input) { user { emailVerified } } }";

fn credentials(password: &str) -> serde_json::Value {
    json!({ "input": { "email": "ana@example.com", "password": password } })
}

/// The code of a mail whose link or lone line gives it.
fn code(mail: &str) -> String {
    let line = mail.lines().find_map(|line| line.trim().strip_prefix("https://shop.example/?"));
    line.or_else(|| mail.lines().find_map(|line| line.strip_prefix("    "))).expect("it gives a code").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_go_through_smtp_and_a_server_that_puts_them_off_keeps_nobody_waiting() {
    let smtp = Smtp::start(1).await;
    let world = World::embedded()
        .with("MATCHDAY_MAIL_SMTP_URL", &format!("smtp://{}", smtp.address))
        .with("MATCHDAY_MAIL_FROM", "The tickets <tickets@shop.example>")
        .with("MATCHDAY_MAIL_VERIFY_URL", "https://shop.example/?{code}");
    let site = world.start().await;
    let visitor = site.visitor();

    let answer = visitor.ask(SIGN_UP, credentials("correct horse battery staple")).await;
    assert_eq!(answer.data()["signUp"]["user"]["emailVerified"], false);
    eventually(PATIENCE, "the mail was put off", || async { smtp.is_open() }).await;
    assert_eq!(smtp.mails(), [""; 0]);
    // Until the failed try is over its row waits for a minute of the site's time.
    eventually(PATIENCE, "the mail is out", || async {
        site.move_clock(Duration::from_secs(61));
        !smtp.mails().is_empty()
    })
    .await;

    let mail = smtp.mails().remove(0);
    for part in ["From: \"The tickets\" <tickets@shop.example>", "To: ana@example.com", "Subject: Confirm your email"] {
        assert!(mail.contains(part), "{part} is missing:\n{mail}");
    }
    assert!(mail.contains("text/plain") && mail.contains("text/html"), "{mail}");
    let verified = visitor.ask(VERIFY, json!({ "input": { "code": code(&mail) } })).await;
    assert_eq!(verified.data()["verifyEmail"]["user"]["emailVerified"], true);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_mails_are_kept_in_the_data_folder() {
    let world = World::embedded();
    let site = world.start().await;
    let visitor = site.visitor();
    visitor.ask(SIGN_UP, credentials("correct horse battery staple")).await.data();
    let kept = || {
        let files = fs::read_dir(world.folder().join("mails")).expect("the folder is there");
        let mut files: Vec<_> = files.map(|file| file.expect("it can be listed").path()).collect();
        files.sort();
        files
    };

    let asked = visitor.ask(ASK, json!({ "input": { "email": "ana@example.com" } })).await;
    let unknown = visitor.ask(ASK, json!({ "input": { "email": "nobody@example.com" } })).await;
    assert_eq!(asked, unknown);
    let is_reset = |file: &std::path::PathBuf| file.to_string_lossy().ends_with("-reset-password.eml");
    eventually(PATIENCE, "the mail is kept", || async { kept().iter().any(is_reset) }).await;

    let file = kept().into_iter().find(is_reset).expect("it is there");
    let code = code(&fs::read_to_string(file).expect("a mail is text"));
    let wrong = visitor.ask(RESET, json!({ "input": { "code": "wrong", "newPassword": "a better password" } })).await;
    assert_eq!((wrong.code(), &wrong.0["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("code")));
    visitor.ask(RESET, json!({ "input": { "code": code, "newPassword": "a better password" } })).await.data();
    let signed_in = visitor.ask(SIGN_IN, credentials("a better password")).await;
    assert_eq!(signed_in.data()["signIn"]["user"]["emailVerified"], true);
    assert_eq!(visitor.ask(SIGN_IN, credentials("correct horse battery staple")).await.code(), "UNAUTHENTICATED");
    site.finish().await;
}
