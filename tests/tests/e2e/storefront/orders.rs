//! Orders, from a hold to tickets and back, as a browser without script goes through them.

use std::time::Duration;

use hyper::http::StatusCode;
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site,
    pages::{Browser, Page},
};

const PASSWORD: &str = "correct horse battery staple";

/// A visitor with an account of their own.
pub(super) async fn fan(site: &Site, name: &str) -> Browser {
    let mut browser = Browser::new(site.address);
    let email = format!("{name}@example.com");
    let signed_up = browser.post("/en/sign-up", &[("email", &email), ("password", PASSWORD)]).await;
    assert!(signed_up.status.is_success(), "{}", signed_up.text());
    browser
}

/// The page of tickets that are held for whoever sits at `browser`.
pub(super) async fn held(browser: &mut Browser, number: i32, category: &str, quantity: &str) -> Page {
    let path = format!("/en/matches/{number}");
    let key = browser.open(&path).await.field("idempotencyKey");
    let chosen = [("category", category), ("quantity", quantity), ("idempotencyKey", &key)];
    let page = browser.post(&path, &chosen).await;
    assert!(page.path.starts_with("/en/orders/"), "{} {}", page.path, page.text());
    page
}

pub(super) async fn paid(browser: &mut Browser, order: &Page, card: &str) -> Page {
    let key = order.field("idempotencyKey");
    // A refused payment is answered where it was posted.
    let order = order.path.trim_end_matches("/pay");
    browser.post(&format!("{order}/pay"), &[("card", card), ("idempotencyKey", &key)]).await
}

/// Waits until the page of an order says something.
pub(super) async fn says(browser: &mut Browser, path: &str, text: &str) -> Page {
    let browser = tokio::sync::Mutex::new(browser);
    eventually(PATIENCE, text, || async { browser.lock().await.open(path).await.says(text) }).await;
    browser.lock().await.open(path).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_pays_after_a_refused_card_and_has_their_tickets() {
    let (_world, site) = super::shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "2").await;
    for text in ["Held for you", "Qatar v Ecuador", "2 × Category 1", "Pay $150.00", "Nothing is charged yet"] {
        assert!(order.says(text), "{text}: {}", order.text());
    }
    assert_eq!(order.header("cache-control"), "no-store");

    let declined = paid(&mut ana, &order, "pm_card_visa_chargeDeclinedInsufficientFunds").await;
    assert_eq!(declined.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        declined.says("The card was declined") && declined.says("There is not enough money"),
        "{}",
        declined.text()
    );
    let kept = declined.html.split("<input").find(|input| input.contains("chargeDeclinedInsufficientFunds"));
    assert!(kept.is_some_and(|input| input.contains(" checked")), "the card stays chosen");
    let reloaded = ana.open(&order.path).await;
    assert!(reloaded.says("There is not enough money"), "{}", reloaded.text());
    // "Back" brings the first form again, with another card chosen.
    let tickets = paid(&mut ana, &order, "pm_card_visa").await;
    assert_eq!((tickets.status, &tickets.path), (StatusCode::OK, &order.path));
    let again = paid(&mut ana, &order, "pm_card_visa").await;

    for page in [&tickets, &again] {
        for text in ["Your tickets", "Ticket 1 of 2", "Ticket 2 of 2", "valid", "Receipt", "Total paid $150.00"] {
            assert!(page.says(text), "{text}: {}", page.text());
        }
        assert_eq!(page.html.matches("<svg role=\"img\" aria-label=\"Code of Ticket ").count(), 2);
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.html.contains(" style="), "the policy lets no style of an element through");
    }
    assert_eq!(site.counts(1, 1), (18, 0), "it was paid once");
    let key = declined.field("idempotencyKey");
    let fields = [("card", "pm_card_visa"), ("idempotencyKey", key.as_str())];
    let late = ana.post(&declined.path, &fields).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.says("This is the order as it is now") && late.says("Ticket 1 of 2"), "{}", late.text());
    let list = ana.open("/ar/orders").await;
    assert!(list.says("مدفوعة") && list.html.contains(&order.path.replace("/en/", "/ar/")), "{}", list.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_is_answered_by_a_plain_form_and_another_card_may_follow() {
    let (_world, site) = super::shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "1").await;

    let bank = paid(&mut ana, &order, "pm_card_threeDSecure2Required").await;
    assert_eq!(bank.path, format!("{}/payment", order.path));
    assert!(bank.says("Do you confirm this payment?"), "{}", bank.text());
    let again = paid(&mut ana, &order, "pm_card_threeDSecure2Required").await;
    assert_eq!(again.field("clientSecret"), bank.field("clientSecret"), "a double click begins one payment");
    assert!(!bank.path.contains("secret") && ana.open(&bank.path).await.says("Do you confirm this payment?"));

    ana.forget("__Host-matchday-payment");
    let waiting = ana.open(&bank.path).await;
    assert_eq!(waiting.path, order.path);
    assert!(waiting.says("Your bank asks you to confirm"), "{}", waiting.text());
    let found = ana.post(&bank.path, &[]).await;
    assert_eq!(found.field("clientSecret"), bank.field("clientSecret"), "who lost the way finds it");

    let confirm = |page: &Page| {
        let secret = page.field("clientSecret");
        let intent = secret.split("_secret").next().expect("it has a first part").to_owned();
        (format!("/sandbox/payment_intents/{intent}/confirm"), secret, page.field("returnTo"))
    };
    let (till, secret, back) = confirm(&found);
    let refused = ana.post(&till, &[("clientSecret", &secret), ("returnTo", &back), ("consent", "false")]).await;
    assert!(refused.path.starts_with(&order.path), "{}", refused.path);
    says(&mut ana, &order.path, "Your bank did not receive your confirmation").await;
    let other = ana.post(&bank.path, &[]).await;
    assert!(other.says("Pay with another card"), "{}", other.text());
    let (till, secret, back) = confirm(&other);
    let fields = [("clientSecret", &*secret), ("returnTo", &*back), ("paymentMethod", "pm_card_visa")];
    ana.post(&till, &fields).await;

    let tickets = says(&mut ana, &order.path, "Ticket 1 of 1").await;
    assert!(tickets.says("Your ticket"), "{}", tickets.text());
    assert_eq!(ana.open(&bank.path).await.path, order.path, "nothing is left to be paid");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_shown_to_its_buyer_alone() {
    let (_world, site) = super::shop().await;
    let (mut ana, mut ben) = (fan(&site, "ana").await, fan(&site, "ben").await);
    let order = held(&mut ana, 1, "1", "1").await;
    let below = ["", "/payment", "/refund", "/match.ics"].map(|part| format!("{}{part}", order.path));

    for path in &below {
        let others = ben.open(path).await;
        assert!(!others.says("Ecuador"), "{path}: {}", others.text());
        let nobodys = Browser::new(site.address).open(path).await;
        assert!(nobodys.path.starts_with("/en/sign-in?next=%2Fen%2Forders%2F"), "{path}: {}", nobodys.path);
    }
    assert_eq!(ben.open(&order.path).await.status, StatusCode::NOT_FOUND);
    for act in ["pay", "payment", "cancel", "refund"] {
        let fields = [("card", "pm_card_visa"), ("ticket", "x"), ("idempotencyKey", "k")];
        let refused = ben.post(&format!("{}/{act}", order.path), &fields).await;
        assert!(!refused.says("Ecuador") && !refused.status.is_success(), "{act}: {}", refused.text());
    }
    assert!(ana.open(&order.path).await.says("Held for you"), "nothing became of it");
    for nothing in ["nonsense", "%2e%2e", "a%2Fb", "a%22%3E", "VXNlcjox"] {
        assert_eq!(ana.open(&format!("/en/orders/{nothing}")).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_is_let_go_or_runs_out_says_what_to_do_next() {
    let (_world, site) = super::shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "1").await;
    let cancel = format!("{}/cancel", order.path);

    let gone = ana.post(&cancel, &[]).await;
    let again = ana.post(&cancel, &[]).await;
    assert_eq!(gone.path, order.path);
    for page in [&gone, &again] {
        assert!(
            page.says("You cancelled this hold") && page.html.contains("href=\"/en/matches/1\""),
            "{}",
            page.text()
        );
        assert!(!page.says("It has changed in the meantime"), "a double click is no news");
    }
    assert_eq!(ana.open(&cancel).await.path, order.path, "to open an address does nothing");

    let late = held(&mut ana, 1, "2", "1").await;
    site.move_clock(Duration::from_secs(901));
    says(&mut ana, &late.path, "Not paid in time").await;
    let refused = paid(&mut ana, &late, "pm_card_visa").await;
    assert_eq!(refused.status, StatusCode::GONE);
    assert!(refused.says("The time to pay has ended") && refused.says("Choose tickets again"), "{}", refused.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_go_back_one_by_one() {
    let (_world, site) = super::shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "2").await;
    paid(&mut ana, &order, "pm_card_visa").await;
    let refund = format!("{}/refund", order.path);

    let choice = ana.open(&refund).await;
    assert!(choice.says("Which tickets do you want to return?"), "{}", choice.text());
    let none = ana.open(&format!("{refund}?asked=yes")).await;
    assert!(none.html.contains("role=\"alert\"") && none.says("Choose at least one ticket."), "{}", none.text());
    let first = choice.field("ticket");
    let sure = ana.open(&format!("{refund}?ticket={first}")).await;
    assert!(sure.says("Return 1 ticket · get $75.00 back"), "{}", sure.text());
    assert!(ana.open(&order.path).await.html.matches("<svg role=\"img\"").count() == 2, "nothing is done by looking");

    let fields = [("ticket", first.as_str()), ("reason", "I <b>cannot</b> come")];
    ana.post(&refund, &fields).await;
    let again = ana.post(&refund, &fields).await;
    assert_eq!((again.status, &again.path), (StatusCode::OK, &order.path), "what was sent twice is done once");
    let page = says(&mut ana, &order.path, "returned").await;
    for text in ["refunded", "Ticket 2 of 2 valid", "Refunded", "Total paid $75.00", "&lt;b&gt;cannot"] {
        assert!(page.says(text), "{text}: {}", page.text());
    }
    ana.post(&refund, &[("ticket", ana_ticket(&page).as_str())]).await;
    let over = says(&mut ana, &order.path, "These tickets no longer open the gate").await;
    assert_eq!(over.html.matches("<svg role=\"img\"").count(), 0);
    assert_eq!(ana.open(&refund).await.path, order.path, "nothing is left to give back");
    site.finish().await;
}

/// The ticket that a page offers to sell.
fn ana_ticket(page: &Page) -> String {
    let (_, rest) = page.html.split_once("href=\"/en/sell/").expect("a valid ticket can be sold");
    rest.split('"').next().expect("an address ends").to_owned()
}

/// What the page of an order is called by.
fn reference(page: &Page) -> String {
    let text = page.text();
    let rest = text.split_once("Order ").expect("the page names its order").1;
    let reference: String = rest.chars().take_while(|letter| !letter.is_whitespace()).collect();
    assert!(reference.len() == 11 && reference.as_bytes()[5] == b'-', "{reference}");
    reference
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_that_was_paid_for_goes_into_calendars() {
    let (_world, site) = super::shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "2").await;
    let file = format!("{}/match.ics", order.path);
    assert_eq!(ana.open(&file).await.status, StatusCode::NOT_FOUND, "nothing is bought yet");
    paid(&mut ana, &order, "pm_card_visa").await;

    let calendar = ana.open(&file).await;

    assert_eq!(calendar.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(calendar.header("cache-control"), "no-store");
    let description = format!("DESCRIPTION:2 tickets · Category 1 · Order {}", reference(&order));
    for line in ["BEGIN:VCALENDAR", "SUMMARY:Qatar v Ecuador", &description, "END:VCALENDAR"] {
        assert!(calendar.html.contains(&format!("{line}\r\n")), "{line}: {}", calendar.html);
    }
    let id = order.path.trim_start_matches("/en/orders/");
    assert!(calendar.html.replace("\r\n ", "").contains(&format!("UID:{id}@")), "{}", calendar.html);
    let shown = format!("Order {}", reference(&order));
    for path in ["/en/orders", &order.path] {
        assert!(ana.open(path).await.says(&shown), "{path} names the order as its file does");
    }
    let receipt = ana.open(&order.path).await;
    assert_eq!(receipt.text().matches(&shown).count(), 2, "at its head and on its receipt: {}", receipt.text());
    assert!(!receipt.says(id), "{}", receipt.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_held_is_said_where_it_was_chosen() {
    let (_world, site) = super::shop().await;
    let chosen = [("category", "2"), ("quantity", "2")];
    let asked = Browser::new(site.address).post("/en/matches/1", &chosen).await;
    assert_eq!(asked.path, "/en/sign-in?next=%2Fen%2Fmatches%2F1%3Fcategory%3D2%26quantity%3D2");
    let mut ana = fan(&site, "ana").await;
    let kept = ana.open("/en/matches/1?category=2&quantity=2").await;
    let is_checked = |page: &Page, name: &str, value: &str| {
        let (name, value) = (format!("name=\"{name}\""), format!("value=\"{value}\""));
        let mut inputs = page.html.split("<input").filter_map(|rest| rest.split('>').next());
        inputs.any(|input| input.contains(&name) && input.contains(&value) && input.ends_with(" checked"))
    };
    assert!(is_checked(&kept, "category", "2") && is_checked(&kept, "quantity", "2"), "{}", kept.html);

    held(&mut ana, 2, "1", "2").await;
    let few = fan(&site, "ben").await.post("/en/matches/2", &[("category", "1"), ("quantity", "2")]).await;
    assert_eq!(few.status, StatusCode::CONFLICT);
    assert!(few.says("Only 1 ticket can be held right now"), "{}", few.text());
    assert!(is_checked(&few, "category", "1") && is_checked(&few, "quantity", "2"), "{}", few.html);
    let none = ana.post("/en/matches/3", &[("category", "1"), ("quantity", "1")]).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    assert!(none.html.contains("role=\"alert\"") && none.says("Sold out"), "{}", none.text());

    for _ in 0..3 {
        held(&mut ana, 1, "1", "2").await;
    }
    let full = ana.post("/en/matches/1", &chosen).await;
    assert_eq!(full.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(full.says("You hold or own 6 of at most 6 tickets for this match."), "{}", full.text());
    assert!(is_checked(&full, "category", "2"), "{}", full.html);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_orders_are_in_one_list_that_goes_on() {
    let (_world, site) = super::shop().await;
    let mut ana = fan(&site, "ana").await;
    let empty = ana.open("/en/orders").await;
    assert!(empty.says("No tickets yet") && empty.says("Find a match"), "{}", empty.text());
    let mut orders = Vec::new();
    for _ in 0..21 {
        let order = held(&mut ana, 1, "1", "1").await;
        ana.post(&format!("{}/cancel", order.path), &[]).await;
        orders.push(order.path);
    }
    let open = held(&mut ana, 1, "1", "1").await;

    let page = ana.open("/en/orders").await;
    let (waiting, others) = page.html.split_once("id=\"others\"").expect("others follow what waits");
    assert!(waiting.contains(&open.path) && page.says("Waiting for you"), "{}", page.text());
    let newest: Vec<&String> = orders.iter().rev().take(19).collect();
    assert!(newest.iter().all(|path| others.contains(path.as_str())), "{}", page.text());
    let (_, older) = page.html.split_once("rel=\"next\" href=\"").expect("there are more");
    let older = older.split('"').next().expect("an address ends").replace("&amp;", "&");
    let rest = ana.open(&older).await;
    assert!(orders[..2].iter().all(|path| rest.html.contains(path.as_str())), "{}", rest.text());
    assert!(orders[2..].iter().all(|path| !rest.html.contains(path.as_str())), "{}", rest.text());
    assert!(!rest.html.contains("rel=\"next\""), "{}", rest.text());
    site.finish().await;
}
