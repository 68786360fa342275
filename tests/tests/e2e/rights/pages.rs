//! Who is let through to which page. Every route of the pages and of the sign-in at an identity provider has a row; a new one
//! without fails.

use std::{collections::BTreeSet, fs, path::Path};

use domain::accounts::admin;
use entities::user::Role;
use hyper::http::{Method, StatusCode};
use serde_json::json;
use server::reference::rights::{Access, PAGES};
use testkit::routes;
use tests::{
    Site, World,
    client::Client,
    pages::{Browser, Page},
};

const PASSWORD: &str = "correct horse battery staple";

/// A page is shown, or what was posted is done and leads on.
const SHOWN: &str = "shown";
const LEADS_ON: &str = "leads on";
/// Sent to sign in, and back here then.
const SIGN_IN: &str = "signs in first";
/// As if there were no such page.
const NOTHING: &str = "404";
const FORBIDDEN: &str = "403";
const CONFLICT: &str = "409";
/// Let through to a judgement on the form, which is wrong on purpose.
const JUDGED: &str = "422";

const EVERYBODY: [&str; 5] = [SHOWN; 5];
const SIGNED_IN: [&str; 5] = [SIGN_IN, SHOWN, SHOWN, SHOWN, SHOWN];
const ALL_LED_ON: [&str; 5] = [LEADS_ON; 5];
const LED_ON_SIGNED_IN: [&str; 5] = [SIGN_IN, LEADS_ON, LEADS_ON, LEADS_ON, LEADS_ON];
const NOBODY: [&str; 5] = [NOTHING; 5];
const ALL_JUDGED: [&str; 5] = [JUDGED; 5];
/// Their owner's; admins see them too.
const OWNERS_AND_ADMINS: [&str; 5] = [SIGN_IN, NOTHING, SHOWN, NOTHING, SHOWN];
const OWNERS: [&str; 5] = [SIGN_IN, NOTHING, SHOWN, NOTHING, NOTHING];
/// Their owner's acts and no other's.
const DONE_BY_OWNERS: [&str; 5] = [SIGN_IN, NOTHING, LEADS_ON, NOTHING, NOTHING];

/// A route, a path of it, what is posted there, and what is answered to: nobody, another fan, the owner, a steward, an admin.
struct Row {
    method: &'static str,
    route: &'static str,
    /// Names in braces are those of things that there are.
    path: &'static str,
    form: &'static str,
    answers: [&'static str; 5],
}

const fn get(route: &'static str, path: &'static str, answers: [&'static str; 5]) -> Row {
    Row { method: "GET", route, path, form: "", answers }
}

const fn post(route: &'static str, path: &'static str, form: &'static str, answers: [&'static str; 5]) -> Row {
    Row { method: "POST", route, path, form, answers }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    get("/", "/", ALL_LED_ON),
    get("/verify", "/verify?code=x", ALL_LED_ON),
    get("/reset", "/reset?code=x", ALL_LED_ON),
    get("/tickets/accept", "/tickets/accept?code=x", ALL_LED_ON),
    get("/{locale}", "/en", EVERYBODY),
    get("/{locale}/", "/en/", EVERYBODY),
    get("/{locale}/matches/{number}", "/en/matches/1", EVERYBODY),
    post("/{locale}/matches/{number}", "/en/matches/3", "category=1&quantity=1", LED_ON_SIGNED_IN),
    get("/{locale}/from", "/en/from", EVERYBODY),
    get("/{locale}/help", "/en/help", EVERYBODY),
    get("/{locale}/pages/{name}", "/en/pages/terms", NOBODY),
    get("/robots.txt", "/robots.txt", EVERYBODY),
    get("/sitemap.xml", "/sitemap.xml", EVERYBODY),
    get("/assets/{name}", "/assets/{script}", EVERYBODY),
    Row { method: "ANY", route: "/{locale}/{*rest}", path: "/en/nowhere/at/all", form: "", answers: NOBODY },

    get("/{locale}/sign-in", "/en/sign-in", EVERYBODY),
    post("/{locale}/sign-in", "/en/sign-in", "email=none%40example.com&password=a+wrong+one", ALL_JUDGED),
    get("/{locale}/sign-up", "/en/sign-up", EVERYBODY),
    post("/{locale}/sign-up", "/en/sign-up", "email=none&password=a+wrong+one", ALL_JUDGED),
    get("/{locale}/forgotten", "/en/forgotten", EVERYBODY),
    post("/{locale}/forgotten", "/en/forgotten", "email=none%40example.com", ALL_LED_ON),
    get("/{locale}/reset", "/en/reset?code=x", EVERYBODY),
    post("/{locale}/reset", "/en/reset", "code=x&newPassword=a+better+password", ALL_JUDGED),
    get("/{locale}/verify", "/en/verify?code=x", EVERYBODY),
    post("/{locale}/verify", "/en/verify", "code=x", ALL_JUDGED),
    post("/{locale}/verify/resend", "/en/verify/resend", "", LED_ON_SIGNED_IN),
    get("/{locale}/account", "/en/account", SIGNED_IN),
    get("/{locale}/account/profile", "/en/account/profile", SIGNED_IN),
    post("/{locale}/account/profile", "/en/account/profile", "country=QA&locale=en", LED_ON_SIGNED_IN),
    get("/{locale}/account/password", "/en/account/password", SIGNED_IN),
    post("/{locale}/account/password", "/en/account/password", "currentPassword=wrong&newPassword=a+better+password",
        [SIGN_IN, JUDGED, JUDGED, JUDGED, JUDGED]),
    get("/{locale}/account/data", "/en/account/data", SIGNED_IN),
    post("/{locale}/account/data", "/en/account/data", "", SIGNED_IN),
    post("/{locale}/account/personalisation", "/en/account/personalisation", "enabled=false", LED_ON_SIGNED_IN),
    get("/{locale}/account/delete", "/en/account/delete", SIGNED_IN),
    post("/{locale}/account/delete", "/en/account/delete", "confirm=yes&password=wrong",
        [SIGN_IN, JUDGED, JUDGED, JUDGED, JUDGED]),
    get("/{locale}/account/deleted", "/en/account/deleted", EVERYBODY),

    get("/{locale}/orders", "/en/orders", SIGNED_IN),
    get("/{locale}/orders/{id}", "/en/orders/{held}", OWNERS_AND_ADMINS),
    get("/{locale}/orders/{id}/pay", "/en/orders/{held}/pay", ALL_LED_ON),
    post("/{locale}/orders/{id}/pay", "/en/orders/{payable}/pay", "card=pm_card_visa", DONE_BY_OWNERS),
    get("/{locale}/orders/{id}/payment", "/en/orders/{held}/payment", ALL_LED_ON),
    post("/{locale}/orders/{id}/payment", "/en/orders/{begun}/payment", "", DONE_BY_OWNERS),
    get("/{locale}/orders/{id}/more-time", "/en/orders/{held}/more-time", ALL_LED_ON),
    post("/{locale}/orders/{id}/more-time", "/en/orders/{extended}/more-time", "", DONE_BY_OWNERS),
    get("/{locale}/orders/{id}/cancel", "/en/orders/{held}/cancel", ALL_LED_ON),
    post("/{locale}/orders/{id}/cancel", "/en/orders/{cancelled}/cancel", "", DONE_BY_OWNERS),
    get("/{locale}/orders/{id}/match.ics", "/en/orders/{bought}/match.ics", OWNERS_AND_ADMINS),
    get("/{locale}/orders/{id}/refund", "/en/orders/{bought}/refund", OWNERS_AND_ADMINS),
    post("/{locale}/orders/{id}/refund", "/en/orders/{bought}/refund", "ticket={bought-ticket}",
        [SIGN_IN, NOTHING, LEADS_ON, NOTHING, LEADS_ON]),

    get("/{locale}/tickets/accept", "/en/tickets/accept", EVERYBODY),
    post("/{locale}/tickets/accept", "/en/tickets/accept", "code=x", [SIGN_IN, JUDGED, JUDGED, JUDGED, JUDGED]),
    get("/{locale}/tickets/{id}", "/en/tickets/{given}", [SIGN_IN, NOTHING, LEADS_ON, NOTHING, LEADS_ON]),
    get("/{locale}/tickets/{id}/match.ics", "/en/tickets/{given}/match.ics", OWNERS_AND_ADMINS),
    get("/{locale}/tickets/{id}/give", "/en/tickets/{given}/give", OWNERS_AND_ADMINS),
    post("/{locale}/tickets/{id}/give", "/en/tickets/{given}/give", "email=friend%40example.com", DONE_BY_OWNERS),
    get("/{locale}/tickets/{id}/take-back", "/en/tickets/{given}/take-back", ALL_LED_ON),
    post("/{locale}/tickets/{id}/take-back", "/en/tickets/{given}/take-back", "",
        [SIGN_IN, NOTHING, LEADS_ON, NOTHING, LEADS_ON]),

    get("/{locale}/search", "/en/search?q=qatar", EVERYBODY),
    get("/{locale}/search/options", "/en/search/options?q=qatar", EVERYBODY),
    get("/{locale}/resale", "/en/resale", EVERYBODY),
    get("/{locale}/resale/{id}", "/en/resale/{listing}", EVERYBODY),
    post("/{locale}/resale/{id}", "/en/resale/{ordered}", "version=1", [SIGN_IN, LEADS_ON, FORBIDDEN, CONFLICT, CONFLICT]),
    get("/{locale}/sell", "/en/sell", SIGNED_IN),
    get("/{locale}/sell/outside", "/en/sell/outside", SIGNED_IN),
    post("/{locale}/sell/outside", "/en/sell/outside", "title=Row+4&price=80",
        [SIGN_IN, JUDGED, JUDGED, JUDGED, JUDGED]),
    get("/{locale}/sell/{id}", "/en/sell/{ticket}", OWNERS_AND_ADMINS),
    post("/{locale}/sell/{id}", "/en/sell/{ticket}", "title=Row+4&price=80&step=offer", DONE_BY_OWNERS),
    get("/{locale}/sales", "/en/sales", SIGNED_IN),
    get("/{locale}/sales/{id}", "/en/sales/{listing}", OWNERS),
    post("/{locale}/sales/{id}", "/en/sales/{listing}", "version=1&title=Row+5&price=80&was=80.00", DONE_BY_OWNERS),
    get("/{locale}/sales/{id}/withdraw", "/en/sales/{withdrawn}/withdraw", OWNERS),
    post("/{locale}/sales/{id}/withdraw", "/en/sales/{withdrawn}/withdraw", "version=1",
        [SIGN_IN, NOTHING, LEADS_ON, NOTHING, LEADS_ON]),

    // Without an identity provider there is nothing; with one, `provider_sign_in` has what becomes of whom.
    get("/auth/sign-in", "/auth/sign-in", NOBODY),
    get("/auth/callback", "/auth/callback", NOBODY),

    // Last, for their sessions are over then.
    get("/{locale}/sign-out", "/en/sign-out", EVERYBODY),
    post("/{locale}/sign-out", "/en/sign-out", "", ALL_LED_ON),
];

#[test]
fn every_route_of_a_page_has_a_row() {
    let sources = |path: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut of_sources = routes::of_sources(&sources("web/storefront/src"));
    let sign_in = fs::read_to_string(sources("server/src/sign_in.rs")).expect("it can be read");
    of_sources.append(&mut routes::of_text(&sign_in));

    let rows: BTreeSet<_> = ROWS.iter().map(|row| (row.method, row.route.to_owned())).collect();

    assert_eq!(of_sources, rows, "on the left what the sources have, on the right what has a row");
}

#[test]
fn the_reference_says_who_is_let_through_as_the_rows_do() {
    let found = |row: &Row| match row.answers {
        [anonymous, ..] if anonymous != SIGN_IN => Access::Everybody,
        [_, other, ..] if other != NOTHING => Access::SignedIn,
        [.., admin] if admin == NOTHING => Access::Owner,
        _ => Access::OwnerAndAdmins,
    };

    let of_rows: Vec<_> = ROWS.iter().map(|row| (row.method, row.route, found(row))).collect();
    let missing = of_rows.iter().filter(|row| !PAGES.contains(row)).collect::<Vec<_>>();

    assert!(missing.is_empty() && of_rows.len() == PAGES.len(), "the reference lacks {missing:?}");
}

/// A browser with an account of its own, and the same one at the API.
async fn account(site: &Site, name: &str) -> (Browser, Client) {
    let mut browser = Browser::new(site.address);
    let email = format!("{name}@example.com");
    let signed_up = browser.post("/en/sign-up", &[("email", &email), ("password", PASSWORD)]).await;
    assert!(signed_up.status.is_success(), "{}", signed_up.text());
    let token = browser.cookie("__Host-matchday-access").expect("a session is kept").to_owned();
    (browser, site.visitor().with_token(&token))
}

async fn staff(site: &Site, name: &str, role: Role) -> Browser {
    let (browser, _) = account(site, name).await;
    let email = format!("{name}@example.com");
    admin::set_role(&site.app, &email, role).await.expect("a role can be given").expect("there is an account");
    browser
}

/// All that the rows name, by name: of one owner.
async fn things(owner: &Client) -> Vec<(&'static str, String)> {
    let mut things = Vec::new();
    for name in ["held", "payable", "begun", "extended", "cancelled"] {
        things.push((name, owner.holds(1, 1, 1).await));
    }
    let bought = owner.holds(2, 1, 1).await;
    owner.pay(&bought, "pm_card_visa", "bought").await.data();
    let tickets = "query ($id: ID!) { reservation(id: $id) { tickets { id } } }";
    let tickets = owner.ask(tickets, json!({ "id": bought })).await.data();
    let ticket = tickets["reservation"]["tickets"][0]["id"].as_str().expect("a ticket is issued").to_owned();
    things.extend([("bought", bought), ("bought-ticket", ticket), ("ticket", owner.buys(2, 1).await)]);
    things.push(("given", owner.buys(2, 1).await));
    for name in ["listing", "ordered", "withdrawn"] {
        things.push((name, owner.offers(&owner.buys(2, 1).await, "80").await));
    }
    things
}

fn answer(page: &Page) -> String {
    let location = page.header("location");
    match page.status {
        StatusCode::SEE_OTHER if location.starts_with("/en/sign-in?next=") => SIGN_IN.to_owned(),
        status if status.is_redirection() => LEADS_ON.to_owned(),
        StatusCode::OK => SHOWN.to_owned(),
        status => status.as_u16().to_string(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_lets_those_through_who_have_a_right_to_it() {
    let world = World::embedded()
        .with("MATCHDAY_PUBLIC_URL", "https://tickets.example")
        .with("MATCHDAY_RESALE_OUTSIDE_TICKETS", "true");
    let site = world.start().await;
    for number in 1..=3 {
        site.on_sale(number, 20).await;
    }
    let (owning, owner) = account(&site, "owner").await;
    let mut things = things(&owner).await;
    let home = Browser::new(site.address).open("/en/").await;
    let script = home.html.split("src=\"/assets/").nth(1).and_then(|rest| rest.split('"').next());
    things.push(("script", script.expect("a page has one").to_owned()));
    let filled =
        |text: &str| things.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id));
    // In the order of asking, the owner last; the numbers are those of the columns.
    let mut askers = [
        (0, Browser::new(site.address)),
        (1, account(&site, "stranger").await.0),
        (3, staff(&site, "steward", Role::Steward).await),
        (4, staff(&site, "admin", Role::Admin).await),
        (2, owning),
    ];

    for row in ROWS {
        let path = filled(row.path);
        let form = filled(row.form);
        let fields: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (method, form) = if row.method == "POST" { (Method::POST, Some(&fields[..])) } else { (Method::GET, None) };
        for (column, browser) in &mut askers {
            let page = browser.send(method.clone(), &path, form).await;

            assert_eq!(answer(&page), row.answers[*column], "{method} {path} for {column}: {}", page.text());
        }
    }
    site.finish().await;
}
