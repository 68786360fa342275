//! Fans sell to fans by forms alone.

use hyper::http::StatusCode;
use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site,
    client::Client,
    pages::{Browser, Page},
};

use super::shop;

const PASSWORD: &str = "correct horse battery staple";

/// A fan at a browser, and the same one at the API.
async fn fan(site: &Site, name: &str) -> (Browser, Client) {
    let mut browser = Browser::new(site.address);
    let email = format!("{name}@example.com");
    let fields = [("email", email.as_str()), ("password", PASSWORD), ("displayName", name)];
    let signed_up = browser.post("/en/sign-up", &fields).await;
    assert!(signed_up.status.is_success(), "{}", signed_up.text());
    let token = browser.cookie("__Host-matchday-access").expect("a session is kept").to_owned();
    (browser, site.visitor().with_token(&token))
}

/// Orders an offer by the form of a page that shows it alone.
async fn order(browser: &mut Browser, page: &Page) -> Page {
    let (version, key) = (page.field("version"), page.field("idempotencyKey"));
    browser.post(&page.path, &[("version", &version), ("idempotencyKey", &key)]).await
}

async fn reprice(seller: &Client, id: &str, version: i64, amount: &str) {
    let change = "mutation ($input: UpdateListingInput!) { updateListing(input: $input) { listing { version } } }";
    let input = json!({"id": id, "version": version, "price": {"amount": amount}});
    seller.ask(change, json!({ "input": input })).await.data();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_goes_from_fan_to_fan_and_its_price_to_the_seller_without_script() {
    let (_world, site) = shop().await;
    let ((mut selling, seller), (mut buying, buyer)) = (fan(&site, "leila").await, fan(&site, "omar").await);
    assert!(selling.open("/en/sell").await.says("You have no ticket to offer"));
    assert!(selling.open("/en/sales").await.says("You have not offered anything yet"));
    assert!(buying.open("/en/resale").await.says("No tickets are offered right now"));
    let form = format!("/en/sell/{}", seller.buys(1, 1).await);

    assert!(selling.open("/en/sell").await.html.contains(&format!("href=\"{form}\"")));
    let wrong = selling.post(&form, &[("title", ""), ("price", "8O"), ("description", "By the aisle")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["Please correct 2 things", "Write a title, such as", "Write the price as an amount", "By the aisle"] {
        assert!(wrong.says(text), "{text}: {}", wrong.text());
    }
    let key = selling.open(&form).await.field("idempotencyKey");
    let fields = |price| [("title", "Row 4"), ("price", price), ("idempotencyKey", &*key), ("step", "offer")];
    let dear = selling.post(&form, &fields("82.51")).await;
    assert_eq!((dear.status, dear.field("price").as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "82.51"));
    let offered = selling.post(&form, &fields("$80.00")).await;
    let again = selling.post(&form, &fields("$80.00")).await;
    assert_eq!(offered.path, again.path, "a double click offers nothing twice");
    assert!(offered.says("Price $80.00 · fee $4.00 · you get $76.00"), "{}", offered.text());

    let id = offered.path.split_once("offered=").expect("it names what is offered").1;
    let page = buying.open(&format!("/en/resale/{id}")).await;
    assert!(page.says("leila") && page.says("Row 4") && page.says("$80"), "{}", page.text());
    let ordered = order(&mut buying, &page).await;
    assert!(ordered.path.starts_with("/en/orders/"), "{}: {}", ordered.path, ordered.text());
    assert_eq!(order(&mut buying, &page).await.path, ordered.path);
    assert!(selling.open("/en/sales").await.says("A fan is buying it, until"));
    let change = selling.open(&format!("/en/sales/{id}")).await;
    assert!(change.says("It cannot be changed until then"), "{}", change.text());
    buyer.pay(ordered.path.trim_start_matches("/en/orders/"), "pm_card_visa", "pay").await.data();

    eventually(PATIENCE, "the seller is paid", || async {
        let payouts = seller.ask("{ payouts { nodes { status } } }", json!({})).await.data();
        payouts["payouts"]["nodes"][0]["status"] == "PAID"
    })
    .await;
    let sales = selling.open("/en/sales").await;
    assert!(sales.says("Paid out $76.00 from 1 sale"), "{}", sales.text());
    assert!(sales.says("On its way to you Nothing"), "{}", sales.text());
    assert!(selling.open(&form).await.says("You sold it to another fan"));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_orders_at_a_price_that_they_have_not_seen() {
    let (_world, site) = shop().await;
    let ((mut selling, seller), (mut buying, _)) = (fan(&site, "leila").await, fan(&site, "omar").await);
    let id = seller.offers(&seller.buys(1, 1).await, "80").await;
    let path = format!("/en/resale/{id}");
    let seen = buying.open(&path).await;
    reprice(&seller, &id, 1, "81.50").await;

    let refused = order(&mut buying, &seen).await;

    assert_eq!((refused.status, refused.path.as_str()), (StatusCode::CONFLICT, path.as_str()));
    assert!(refused.says("It costs $81.50 now, and nothing was held"), "{}", refused.text());
    assert_eq!(refused.field("version"), "2");
    let without = buying.post(&path, &[]).await;
    assert_eq!(without.status, StatusCode::CONFLICT, "a form without the version it was printed with");
    let held = order(&mut buying, &refused).await;
    assert!(held.path.starts_with("/en/orders/"), "{}", held.text());

    let mut anybody = Browser::new(site.address);
    let sent = anybody.post(&path, &[("version", "2")]).await;
    assert!(sent.path.starts_with("/en/sign-in?next="), "{}", sent.path);
    let locked = fan(&site, "ines").await.0.post(&path, &[("version", "3")]).await;
    assert_eq!(locked.status, StatusCode::CONFLICT);
    assert!(locked.says("Another fan was faster"), "{}", locked.text());
    let own = selling.open("/en/resale").await;
    assert!(!own.html.contains(&format!("action=\"{path}\"")) && own.says("Your offer"), "{}", own.text());
    assert_eq!(selling.post(&path, &[("version", "3")]).await.status, StatusCode::FORBIDDEN);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seller_changes_and_takes_back_what_they_saw_and_nobody_elses() {
    let (_world, site) = shop().await;
    let ((mut selling, seller), (mut other, _)) = (fan(&site, "leila").await, fan(&site, "omar").await);
    let id = seller.offers(&seller.buys(1, 1).await, "80").await;
    let path = format!("/en/sales/{id}");
    for (page, status) in [(path.clone(), StatusCode::NOT_FOUND), (format!("{path}/withdraw"), StatusCode::NOT_FOUND)] {
        assert_eq!(other.open(&page).await.status, status, "{page}");
        assert_eq!(other.post(&page, &[("version", "1"), ("title", "x"), ("price", "20")]).await.status, status);
        let anybody = Browser::new(site.address).open(&page).await;
        assert!(anybody.path.starts_with("/en/sign-in"), "{}", anybody.path);
    }

    let form = selling.open(&path).await;
    reprice(&seller, &id, 1, "70").await;
    let fields = |version| [("version", version), ("title", "Row 9"), ("price", "75.5"), ("was", "80.00")];
    let seen = form.field("version");
    let late = selling.post(&path, &fields(&seen)).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.says("Not changed") && late.says("Row 9") && late.says("75.5"), "{}", late.text());
    assert_eq!((late.field("version").as_str(), late.field("price").as_str()), ("2", "70"), "the newest");
    let changed = selling.post(&path, &fields("2")).await;
    assert!(changed.says("Changed:") && changed.says("Price $75.50"), "{}", changed.text());

    let asked = selling.open(&format!("{path}/withdraw")).await;
    assert!(asked.says("Withdraw this offer?"), "{}", asked.text());
    assert!(other.open("/en/resale").await.says("Row 9"), "a page that asks changes nothing");
    let stale = selling.post(&format!("{path}/withdraw"), &[("version", "1")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let gone = selling.post(&format!("{path}/withdraw"), &[("version", &stale.field("version"))]).await;
    assert!(gone.says("Withdrawn, and valid again with a new code"), "{}", gone.text());
    assert!(!other.open("/en/resale").await.says("Row 9"));
    assert!(other.open(&format!("/en/resale/{id}")).await.says("The seller withdrew it"));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_of_the_market_is_read_in_the_language_of_its_reader() {
    let (_world, site) = shop().await;
    let seller = site.fan("seller").await;
    for amount in ["60", "79.50", "82.50"] {
        seller.offers(&seller.buys(1, 1).await, amount).await;
    }
    let mut browser = Browser::new(site.address);
    let mut count = async |path: &str| browser.open(path).await.html.matches("data-listing=").count();

    assert_eq!(count("/en/resale").await, 3);
    assert_eq!(count("/fr/resale?from=79%2C50&to=80%2C00").await, 1);
    assert_eq!(count("/ar/resale?from=%D9%A7%D9%A9%D9%AB%D9%A5").await, 2);
    assert_eq!(count("/en/resale?match=1&category=1&sort=dearest").await, 3);
    let nothing = Browser::new(site.address).open("/en/resale?category=2").await;
    assert!(nothing.says("No offers found"), "{}", nothing.text());
    let wrong = Browser::new(site.address).open("/es/resale?from=barato").await;
    assert!(wrong.says("escribe un importe como 82,50"), "{}", wrong.text());
    assert_eq!(wrong.html.matches("data-listing=").count(), 3);
    site.finish().await;
}
