//! An account by forms alone: opened, confirmed, changed, lost and found, left.

use std::{fs, time::Duration};

use hyper::http::StatusCode;
use serde_json::json;
use testkit::{
    folder::Folder,
    wait::{PATIENCE, eventually},
};
use tests::{
    Site, World, captcha,
    pages::{Browser, Page},
};

use super::shop;

const ADDRESS: &str = "https://tickets.example";
const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery staple";
const CRAWLER: (&str, &str) = ("user-agent", "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://bot.example.com)");

/// A site that knows its address, so that its mails lead to its pages.
pub(super) async fn site() -> (World, Site) {
    let world = World::embedded().with("MATCHDAY_PUBLIC_URL", ADDRESS);
    let site = world.start().await;
    (world, site)
}

async fn signed_up(site: &Site) -> Browser {
    let mut browser = Browser::new(site.address);
    let page = browser.post("/en/sign-up", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.status.is_success() && page.says("We mailed you a code"), "{}", page.text());
    browser
}

/// The path of the link in the last mail of a kind.
pub(super) async fn link(world: &World, kind: &str) -> String {
    let folder = world.folder().join("mails");
    let found = || {
        let files = fs::read_dir(&folder).ok()?.flatten().map(|file| file.path());
        let of_kind = files.filter(|file| file.to_string_lossy().ends_with(&format!("-{kind}.eml")));
        let mail = fs::read_to_string(of_kind.max()?).ok()?.replace("=\r\n", "").replace("=3D", "=");
        mail.lines().find_map(|line| line.trim().strip_prefix(ADDRESS).map(ToOwned::to_owned))
    };
    eventually(PATIENCE, "the mail is kept", || async { found().is_some() }).await;
    found().expect("it is there")
}

/// The rest of a form's fields, as a browser sends them with what is typed.
fn with_code<'a>(page: &Page, code: &'a mut String) -> (&'static str, &'a str) {
    *code = page.field("code");
    ("code", code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_email_is_confirmed_by_the_button_of_the_page_that_the_mail_leads_to() {
    let (world, site) = site().await;
    let mut browser = signed_up(&site).await;
    let link = link(&world, "verify-email").await;
    assert!(link.starts_with("/verify?code="), "{link}");

    let opened = Browser::new(site.address).with_header("accept-language", "fr").open(&link).await;
    assert!(opened.path.starts_with("/fr/verify?code=") && opened.says("Confirmer votre adresse"), "{}", opened.text());
    assert!(browser.open("/en/account").await.says("not confirmed"), "a scanner of mails confirms nothing");
    let mut code = String::new();
    let code = with_code(&opened, &mut code);
    let confirmed = browser.post("/en/verify", &[code]).await;

    assert!(
        confirmed.path.starts_with("/en/account") && confirmed.says("Your email is confirmed"),
        "{}",
        confirmed.text()
    );
    let again = Browser::new(site.address).post("/en/verify", &[code]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.says("This code is wrong, used or expired"), "{}", again.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_replaced_and_all_sessions_end() {
    let (world, site) = site().await;
    let mut browser = signed_up(&site).await;
    let mut stranger = Browser::new(site.address);
    let wrong = stranger.post("/en/sign-in", &[("email", EMAIL), ("password", "a wrong password")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("Wrong email or password") && wrong.field("email") == EMAIL, "{}", wrong.text());

    let known = stranger.post("/en/forgotten", &[("email", EMAIL)]).await;
    let unknown = stranger.post("/en/forgotten", &[("email", "nobody@example.com")]).await;
    assert_eq!(known.html, unknown.html, "who has an account is told to their mail alone");
    let form = stranger.open(&link(&world, "reset-password").await).await;
    let mut code = String::new();
    let code = with_code(&form, &mut code);
    let short = stranger.post("/en/reset", &[code, ("newPassword", "short")]).await;
    assert!(short.says("This password is too short") && short.field("code") == code.1, "{}", short.text());
    let reset = stranger.post("/en/reset", &[code, ("newPassword", "a better password")]).await;
    assert!(reset.says("Your password has been changed. Sign in with the new one."), "{}", reset.text());

    let fields = [("email", EMAIL), ("password", "a better password"), ("next", "/en/help")];
    assert_eq!(stranger.post("/en/sign-in", &fields).await.path, "/en/help");
    let home = browser.open("/en/").await;
    assert_eq!((home.status, home.path.as_str()), (StatusCode::OK, "/en/"), "what everybody sees is shown to them too");
    assert_eq!(browser.open("/en/account").await.path, "/en/sign-in?next=%2Fen%2Faccount");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_and_a_password_are_changed_and_the_language_leads_on() {
    let (_world, site) = shop().await;
    let mut browser = signed_up(&site).await;

    let profile = [("displayName", "Ana"), ("country", "QA"), ("locale", "ar")];
    let saved = browser.post("/en/account/profile", &profile).await;
    assert_eq!(saved.path, "/ar/account?done=profile");
    assert!(saved.says("Ana") && saved.says("قطر"), "{}", saved.text());
    let refused = browser.post("/en/account/profile", &[("displayName", "https://evil.example")]).await;
    assert!(refused.says("Use a shorter name made of letters"), "{}", refused.text());
    browser.post("/en/account/profile", &[("displayName", ""), ("country", ""), ("locale", "en")]).await;
    assert!(!browser.open("/en/account").await.says("Qatar"), "what is empty is taken away");

    let wrong = [("currentPassword", "not this one"), ("newPassword", "a better password")];
    assert!(browser.post("/en/account/password", &wrong).await.says("That is not the password of this account."));
    let right = [("currentPassword", PASSWORD), ("newPassword", "a better password")];
    assert!(browser.post("/en/account/password", &right).await.says("Your password has been changed."));

    let left = browser.post("/en/sign-out", &[]).await;
    assert_eq!((left.path.as_str(), browser.cookie("__Host-matchday-access")), ("/en/", None));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_tries_too_often_reads_how_long_they_wait() {
    let (_world, site) = shop().await;
    signed_up(&site).await;
    let mut browser = Browser::new(site.address);
    let fields = [("email", EMAIL), ("password", "a wrong password")];
    for _ in 0..5 {
        browser.post("/en/sign-in", &fields).await;
    }
    let limited = browser.post("/en/sign-in", &fields).await;
    let limited = if limited.status == StatusCode::TOO_MANY_REQUESTS {
        limited
    } else {
        browser.post("/en/sign-in", &fields).await
    };

    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds = limited.header("retry-after");
    assert!(limited.says(&format!("Try again in {seconds} second")), "{seconds}: {}", limited.text());
    site.move_clock(Duration::from_secs(seconds.parse::<u64>().expect("seconds") + 1));
    let page = browser.post("/en/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(page.path, "/en/account");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_asked_for_a_captcha_solves_it_and_goes_on_with_what_they_typed() {
    let (_world, site) = shop().await;
    let mut browser = Browser::new(site.address).with_header(CRAWLER.0, CRAWLER.1);
    let asked = browser.post("/en/sign-up", &[("email", EMAIL), ("password", PASSWORD), ("next", "/en/help")]).await;
    assert_eq!((asked.status, asked.header("cache-control")), (StatusCode::FORBIDDEN, "no-store"));
    assert!(asked.says("One small check") && asked.says("needs JavaScript"), "{}", asked.text());

    let tag = asked.html.split('<').find(|tag| tag.starts_with("md-captcha")).expect("it asks for one");
    let said = |name: &str| {
        let value = tag.split_once(&format!("data-{name}=\"")).and_then(|(_, rest)| rest.split('"').next());
        value.unwrap_or_else(|| panic!("no {name} in {tag}")).replace("&amp;", "&")
    };
    let challenge = json!({
        "algorithm": said("algorithm"), "challenge": said("challenge"), "salt": said("salt"), "signature": said("signature"),
        "maxnumber": said("maxnumber").parse::<u64>().expect("a number"),
    });
    let solution = captcha::encoded(&captcha::solution(&challenge));
    let kept = ["email", "password", "next"].map(|name| (name, asked.field(name)));
    let mut fields: Vec<_> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let wrong = browser.post("/en/sign-up", &[&fields[..], &[("captcha", "no solution")]].concat()).await;
    assert!(wrong.says("One check was not enough") && wrong.field("email") == EMAIL, "{}", wrong.text());
    fields.push(("captcha", &solution));
    let page = browser.post("/en/sign-up", &fields).await;

    assert_eq!(page.path, "/en/help");
    assert!(browser.cookie("__Host-matchday-captcha").is_some() && browser.cookie("__Host-matchday-access").is_some());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_shows_its_operators_pages_and_tells_search_engines_what_there_is() {
    let folder = Folder::new("pages");
    fs::write(folder.path().join("terms.en.html"), "<h1>Terms &amp; more</h1><p>Be kind.</p>")
        .expect("it can be written");
    fs::write(folder.path().join("help.fr.html"), "<h1>Aide maison</h1>").expect("it can be written");
    let world = World::embedded()
        .with("MATCHDAY_PUBLIC_URL", ADDRESS)
        .with("MATCHDAY_WEB_SUPPORT", "help@tickets.example")
        .with("MATCHDAY_WEB_OVERRIDES", &folder.path().display().to_string());
    let site = world.start().await;
    site.on_sale(7, 1).await;
    let mut browser = Browser::new(site.address);

    let terms = browser.open("/ar/pages/terms").await;
    assert!(terms.html.contains("lang=\"en\"") && terms.says("Be kind."), "{}", terms.text());
    assert!(
        browser.open("/fr/help").await.says("Aide maison") && browser.open("/en/help").await.says("Holding tickets")
    );
    assert_eq!(browser.open("/en/pages/nothing").await.status, StatusCode::NOT_FOUND);
    let home = browser.open("/en/").await;
    assert!(home.says("Terms &amp; more") && home.html.contains("mailto:help@tickets.example"), "{}", home.text());

    let robots = browser.open("/robots.txt").await;
    assert!(robots.html.contains("Sitemap: https://tickets.example/sitemap.xml"), "{}", robots.html);
    let sitemap = browser.open("/sitemap.xml").await;
    assert_eq!(sitemap.header("content-type"), "application/xml; charset=utf-8");
    assert!(sitemap.html.contains("<loc>https://tickets.example/ar/matches/7</loc>"), "{}", sitemap.html);
    site.finish().await;
}
