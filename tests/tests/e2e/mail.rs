//! Mail from the outside: through an SMTP server, and into the folder where there is none.

use std::{fs, time::Duration};

use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{World, mailer::Smtp};

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

/// Every mail of a fan's whole life here, none of which says what a stranger typed, or lets a machine answer it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_reaches_any_server_and_carries_no_words_of_strangers() {
    let smtp = Smtp::start(0).await;
    let world = World::embedded()
        .with("MATCHDAY_MAIL_SMTP_URL", &format!("smtp://{}", smtp.address))
        .with("MATCHDAY_MAIL_FROM", "Tickets <tickets@bücher.example>")
        .with("MATCHDAY_SITE_NAME", "Cup Tickets");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let (ana, ben) = (site.fan("ana").await, site.visitor());
    let sign_up = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }";
    let stranger = json!({ "input": {
        "email": "fan@münchen.example", "password": "correct horse battery staple", "displayName": "ZZZ you won",
    } });
    let session = ben.ask(sign_up, stranger).await.data();
    let ben = ben.with_token(session["signUp"]["accessToken"].as_str().expect("a session has a token"));
    ben.ask(ASK, json!({ "input": { "email": "fan@münchen.example" } })).await.data();
    let offer = "mutation ($ticket: ID!) { createListing(input: {ticketId: $ticket, title: \"ZZZ listing\",
        description: \"ZZZ described\", price: {amount: \"70\"}}) { listing { id } } }";
    let paid = async |count: usize| {
        eventually(PATIENCE, &format!("{count} are told that they have paid"), || async {
            smtp.mails().iter().filter(|mail| mail.contains("Subject: Paid:")).count() == count
        })
        .await;
    };
    let ticket = ana.buys(1, 1).await;
    paid(1).await;
    let listing = ana.ask(offer, json!({ "ticket": ticket })).await.data();
    let order = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
    let order = ben.ask(order, json!({ "id": listing["createListing"]["listing"]["id"] })).await.data();
    ben.pay(order["orderListing"]["order"]["id"].as_str().expect("it is ordered"), "pm_card_visa", "order")
        .await
        .data();
    let bought = ben.holds(1, 2, 2).await;
    ben.pay(&bought, "pm_card_visa", "bought").await.data();
    paid(3).await;
    let refund = "mutation ($id: ID!) { refundReservation(input: {reservationId: $id, reason: \"ZZZ reason\"}) {
        reservation { id } } }";
    ben.ask(refund, json!({ "id": bought })).await.data();
    let expiring = ben.holds(1, 3, 1).await;

    let subjects = ["Confirm your email", "Reset your password", "Sold:", "Refunded:", "Yours until", "Not paid"];
    let missing = || {
        let mails = smtp.mails();
        let is_missing = |subject: &&&str| !mails.iter().any(|mail| mail.contains(&format!("Subject: {subject}")));
        subjects.iter().filter(is_missing).count()
    };
    eventually(PATIENCE, "all but the mail of the hold that expires", || async { missing() == 1 }).await;
    site.move_clock(Duration::from_secs(901));
    eventually(PATIENCE, &format!("{expiring} has expired"), || async { missing() == 0 }).await;

    let mails = smtp.mails();
    assert!(mails.iter().any(|mail| mail.starts_with("RCPT TO:<fan@xn--mnchen-3ya.example>")), "{mails:#?}");
    for mail in &mails {
        assert!(mail.contains("Auto-Submitted: auto-generated\n"), "{mail}");
        assert!(!mail.contains("ZZZ"), "{mail}");
        assert!(!mail.contains("application/pdf"), "nobody has confirmed an email: {mail}");
        assert!(mail.is_ascii(), "{mail}");
    }
    site.finish().await;
}
