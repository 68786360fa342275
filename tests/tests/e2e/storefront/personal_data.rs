//! A person's rights by forms alone: their data as a file, no more learning from it, and the end of the account.

use hyper::http::StatusCode;
use serde_json::Value;
use testkit::wait::{PATIENCE, eventually};
use tests::pages::Browser;

use super::{account::site, shop};

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery staple";
const LANGUAGES: [&str; 4] = ["en", "es", "fr", "ar"];

async fn signed_up(site: &tests::Site) -> Browser {
    let mut browser = Browser::new(site.address);
    let page = browser.post("/en/sign-up", &[("email", EMAIL), ("password", PASSWORD), ("country", "QA")]).await;
    assert!(page.status.is_success(), "{}", page.text());
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_downloads_a_file_of_all_that_is_known_of_them() {
    let (_world, site) = shop().await;
    let mut browser = signed_up(&site).await;
    let page = browser.open("/en/account/data").await;
    assert!(page.says("Download the file") && page.says("ticket codes are not in it"), "{}", page.text());

    let file = browser.post("/en/account/data", &[]).await;

    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "application/json"));
    let disposition = file.header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=\"my-data-") && disposition.ends_with(".json\""),
        "{disposition}"
    );
    assert_eq!(file.header("cache-control"), "no-store");
    let value: Value = serde_json::from_str(&file.html).expect("it is JSON");
    assert_eq!((&value["account"]["email"], &value["account"]["country"]), (&EMAIL.into(), &"QA".into()));
    for _ in 0..4 {
        browser.post("/en/account/data", &[]).await;
    }
    let limited = browser.post("/en/account/data", &[]).await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn learning_from_bookings_is_ended_and_begun_on_the_account_page() {
    let (_world, site) = shop().await;
    let mut browser = signed_up(&site).await;
    assert!(browser.open("/en/account").await.says("under a random pseudonym"));

    let off = browser.post("/en/account/personalisation", &[("enabled", "false")]).await;
    assert_eq!(off.path, "/en/account?done=not-personalised");
    assert!(off.says("Your pseudonym is deleted") && off.says("Use my bookings"), "{}", off.text());
    let on = browser.post("/en/account/personalisation", &[("enabled", "true")]).await;
    assert!(on.says("From now on, recommendations use your bookings"), "{}", on.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_deleted_by_its_password_and_a_ticked_box() {
    let (_world, site) = site().await;
    let mut browser = signed_up(&site).await;
    let page = browser.open("/en/account/delete").await;
    for words in ["What is deleted", "What we have to keep", "you have not bought or sold anything", "can’t be undone"]
    {
        assert!(page.says(words), "{words}: {}", page.text());
    }

    let unticked = browser.post("/en/account/delete", &[("password", PASSWORD)]).await;
    assert_eq!(unticked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unticked.says("Tick the box"), "{}", unticked.text());
    let wrong = browser.post("/en/account/delete", &[("password", "not hers"), ("confirm", "yes")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("That is not the password of this account."), "{}", wrong.text());
    assert!(browser.open("/en/account").await.says(EMAIL), "refused, nothing changes");

    let deleted = browser.post("/en/account/delete", &[("password", PASSWORD), ("confirm", "yes")]).await;

    assert_eq!(deleted.path, "/en/account/deleted");
    assert!(deleted.says("Your account is deleted"), "{}", deleted.text());
    assert_eq!(browser.cookie("__Host-matchday-access"), None);
    assert_eq!(browser.open("/en/account").await.path, "/en/sign-in?next=%2Fen%2Faccount");
    assert!(
        browser.post("/en/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.says("Wrong email or password")
    );
    signed_up(&site).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_named_in_every_language_with_the_way_to_it() {
    let (_world, site) = shop().await;
    let mut browser = signed_up(&site).await;
    let token = browser.cookie("__Host-matchday-access").expect("a session is kept").to_owned();
    let ana = site.visitor().with_token(&token);
    let listed = ana.buys(1, 1).await;
    ana.buys(1, 1).await;
    ana.offers(&listed, "70").await;
    eventually(PATIENCE, "the listing is known", || async {
        site.visitor().with_token(&token).ask("{ myListings { nodes { id } } }", Value::Null).await.data()["myListings"]
            ["nodes"][0]
            .is_object()
    })
    .await;

    for language in LANGUAGES {
        let page = browser.open(&format!("/{language}/account/delete")).await;
        for path in ["sales", "account/data"] {
            assert!(page.html.contains(&format!("href=\"/{language}/{path}\"")), "{path}: {}", page.html);
        }
        assert!(!page.html.contains("name=\"confirm\""), "there is nothing to press yet: {}", page.html);
        assert!(!page.html.contains("obstacle-") && !page.html.contains("kept-"), "a word is missing: {}", page.html);
    }
    let refused = browser.post("/en/account/delete", &[("password", PASSWORD), ("confirm", "yes")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.says("Tickets that you offer for sale"), "{}", refused.text());
    site.finish().await;
}
