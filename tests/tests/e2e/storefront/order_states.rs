//! Orders in the states that time, the gate, the staff and other buyers bring them into.

use std::time::Duration;

use book::clock::Clock as _;
use entities::user::Role;
use hyper::http::StatusCode;
use serde_json::json;
use tests::{
    Site, World,
    pages::{Browser, Page},
};

use super::{
    orders::{fan, held, paid, says},
    shop,
};

/// The end that the page's form for more time was printed with.
fn end(page: &Page) -> String {
    page.field("expiresAt")
}

async fn more_time(browser: &mut Browser, order: &Page, end: &str) -> Page {
    let path = order.path.trim_end_matches("/more-time");
    browser.post(&format!("{path}/more-time"), &[("expiresAt", end)]).await
}

/// What the clock of a page shows.
fn clock(page: &Page) -> String {
    let (_, clock) = page.html.split_once("data-clock>").unwrap_or_else(|| panic!("no clock: {}", page.text()));
    clock.split('<').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_counts_down_by_the_sites_clock_and_names_the_zone_of_its_times() {
    let (_world, site) = shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "1").await;
    let begun = clock(&order);
    assert!(begun == "15:00" || begun.starts_with("14:5"), "{begun}");
    let held_at = order.text().split_once("Held ").expect("it says when").1.chars().take(11).collect::<String>();
    assert!(held_at.ends_with(" UTC+3"), "the first step has its zone: {held_at}");

    site.move_clock(Duration::from_secs(600));
    let later = ana.open(&order.path).await;

    assert!(clock(&later) == "5:00" || clock(&later).starts_with("4:5"), "{}", clock(&later));
    assert!(ana.open("/en/orders").await.says("to be paid until"));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_time_is_given_by_the_page_once_however_often_its_form_is_sent() {
    let (_world, site) = shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "1").await;
    assert!(order.says("I need 15 more minutes"), "{}", order.text());
    let first_end = end(&order);

    let extended = more_time(&mut ana, &order, &first_end).await;
    let again = more_time(&mut ana, &order, &first_end).await;

    for page in [&extended, &again] {
        assert_eq!((page.status, &page.path), (StatusCode::OK, &order.path), "{}", page.text());
        assert!(clock(page) == "30:00" || clock(page).starts_with("29:5"), "{}", clock(page));
        assert!(!page.says("more minutes"), "there is no more to be had: {}", page.text());
    }
    // What another page of the same order was printed with.
    let late = more_time(&mut ana, &order, "").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.says("No more time right now") && late.says("Held for you"), "{}", late.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_time_is_given_while_others_wait_for_the_last_tickets() {
    let (_world, site) = shop().await;
    let (mut ana, mut ben) = (fan(&site, "ana").await, fan(&site, "ben").await);
    let order = held(&mut ana, 2, "1", "2").await;
    let last = held(&mut ben, 2, "1", "1").await;
    assert_eq!(site.counts(2, 1), (3, 3), "nothing is left to be held");

    let refused = more_time(&mut ana, &order, &end(&order)).await;

    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.says("No more time right now") && refused.says("others are waiting"), "{}", refused.text());
    assert!(!clock(&refused).starts_with("29"), "the clock goes on: {}", clock(&refused));
    ben.post(&format!("{}/cancel", last.path), &[]).await;
    let given = more_time(&mut ana, &order, &end(&refused)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text());
    assert!(clock(&given) == "30:00" || clock(&given).starts_with("29:5"), "{}", clock(&given));
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_moment_of_a_refund_is_shown_before_it_and_told_after_it() {
    let world = World::embedded().with("MATCHDAY_REFUNDS_OWNER_CUTOFF_HOURS", "48");
    let site = world.start().await;
    let kick_off = site.clock.now() + chrono::Duration::hours(72);
    site.on_sale(1, 20).await;
    site.broker().schedule(1, kick_off).await;
    testkit::wait::eventually(testkit::wait::PATIENCE, "the match is moved", || async {
        site.app.view.get(1).is_some_and(|state| state.version > 1)
    })
    .await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "2").await;
    let bought = paid(&mut ana, &order, "pm_card_visa").await;
    let refund = format!("{}/refund", order.path);
    let until = (kick_off - chrono::Duration::hours(48))
        .with_timezone(&chrono::FixedOffset::east_opt(3 * 3600).expect("a zone"));
    let until = until.format("%-d %B %Y, %H:%M UTC+3").to_string();
    assert!(
        bought.says("Return tickets") && bought.says(&format!("Tickets can be returned until {until}")),
        "{}",
        bought.text()
    );
    let choice = ana.open(&refund).await;
    let ticket = choice.field("ticket");
    let sure = ana.open(&format!("{refund}?ticket={ticket}")).await;
    assert!(sure.says(&until), "{}", sure.text());

    site.move_clock(Duration::from_secs(25 * 3600));
    let late = ana.post(&refund, &[("ticket", &ticket)]).await;

    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
    assert!(late.says("These tickets cannot be returned now"), "{}", late.text());
    assert!(late.says(&format!("Tickets for this match could be returned until {until}")), "{}", late.text());
    let order = ana.open(&order.path).await;
    assert!(!order.says("Return tickets") && order.says("Ticket 2 of 2 valid"), "{}", order.text());
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_whose_time_is_over_takes_no_card_and_leads_back_to_the_match() {
    let (_world, site) = shop().await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "1").await;

    site.move_clock(Duration::from_secs(901));
    let over = ana.open(&order.path).await;

    assert_eq!(over.status, StatusCode::OK);
    assert!(!over.html.contains("data-clock") && !over.html.contains("name=\"card\""), "{}", over.text());
    assert!(over.html.contains("href=\"/en/matches/1\""), "{}", over.text());
    says(&mut ana, &order.path, "Not paid in time").await;
    assert!(ana.open("/en/orders").await.says("not paid in time"), "the list says so too");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_too_often_sends_the_same_form_again_later() {
    let world = World::embedded()
        .with("MATCHDAY_LIMITS_CAPACITY", "reserve=1")
        .with("MATCHDAY_LIMITS_REFILL", "reserve=1")
        .with("MATCHDAY_LIMITS_PERIOD_SECONDS", "60");
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let mut ana = fan(&site, "ana").await;
    held(&mut ana, 1, "1", "1").await;
    let key = ana.open("/en/matches/1").await.field("idempotencyKey");
    let chosen = [("category", "2"), ("quantity", "2"), ("idempotencyKey", &*key)];

    let limited = ana.post("/en/matches/1", &chosen).await;

    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS, "{}", limited.text());
    let seconds: u64 = limited.header("retry-after").parse().expect("it says when");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert!(limited.says("Send again"), "{}", limited.text());
    for (name, value) in chosen {
        assert_eq!(limited.field(name), value, "what was posted is kept");
    }
    site.finish().await;
}

/// What the page of a ticket shows at the gate.
fn codes(page: &Page) -> usize {
    page.html.matches("<svg role=\"img\" aria-label=\"Code of Ticket ").count()
}

async fn first_code(site: &Site, browser: &Browser) -> String {
    let token = browser.cookie("__Host-matchday-access").expect("a session is kept");
    let tickets = site.visitor().with_token(token).ask("{ myTickets { nodes { code seat } } }", json!({})).await.data();
    let nodes = tickets["myTickets"]["nodes"].as_array().expect("tickets are listed");
    let first = nodes.iter().find(|ticket| ticket["seat"] == 1).expect("there is a first seat");
    first["code"].as_str().expect("a valid ticket has a code").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_was_used_or_is_kept_back_shows_no_code_and_says_why() {
    let (_world, site) = shop().await;
    let (steward, admin) = (site.staff("steward", Role::Steward).await, site.staff("admin", Role::Admin).await);
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", "2").await;
    assert_eq!(codes(&paid(&mut ana, &order, "pm_card_visa").await), 2);

    let check_in = r#"mutation ($code: String!) { checkIn(input: {code: $code, deviceId: "north", nonce: "1"}) { checkIn { outcome } } }"#;
    let entered = steward.ask(check_in, json!({ "code": first_code(&site, &ana).await })).await.data();
    assert_eq!(entered["checkIn"]["checkIn"]["outcome"], "ADMITTED");
    let used = ana.open(&order.path).await;
    assert!(used.says("Ticket 1 of 2 used") && used.says("can't be used again"), "{}", used.text());
    assert!(used.says("Ticket 2 of 2 valid") && codes(&used) == 1, "{}", used.text());

    let freeze = "mutation ($id: ID!) { freezeTickets(input: {reservationId: $id}) { reservation { id } } }";
    let id = order.path.trim_start_matches("/en/orders/");
    admin.ask(freeze, json!({ "id": id })).await.data();
    let frozen = ana.open(&order.path).await;
    assert!(frozen.says("Ticket 2 of 2 frozen"), "{}", frozen.text());
    assert!(frozen.says("Our staff has frozen this ticket"), "{}", frozen.text());
    assert!(codes(&frozen) == 0 && !frozen.says("Return tickets"), "{}", frozen.text());
    site.finish().await;
}
