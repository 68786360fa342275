//! A ticket goes from friend to friend by forms alone.

use hyper::http::StatusCode;
use tests::{
    Site, World,
    pages::{Browser, Page},
};

use super::{
    account::{link, site},
    orders::{fan, held, paid},
};

const PASSWORD: &str = "correct horse battery staple";

/// A site, a fan there, and the page of their order of so many tickets.
async fn bought(quantity: &str) -> (World, Site, Browser, Page) {
    let (world, site) = site().await;
    site.on_sale(1, 20).await;
    let mut ana = fan(&site, "ana").await;
    let order = held(&mut ana, 1, "1", quantity).await;
    let order = paid(&mut ana, &order, "pm_card_visa").await;
    (world, site, ana, order)
}

/// The path that an act of a page leads to: the first link or form that ends so.
fn way(page: &Page, end: &str) -> String {
    let ends = format!("{end}\"");
    let before = page.html.split(&ends).next().filter(|before| before.len() < page.html.len());
    let before = before.unwrap_or_else(|| panic!("nothing leads to {end}: {}", page.text()));
    format!("{}{end}", before.rsplit('"').next().expect("an attribute begins"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_friend_without_an_account_accepts_a_ticket_and_the_giver_has_it_no_more() {
    let (world, site, mut ana, order) = bought("2").await;
    let form = way(&order, "/give");
    let page = ana.open(&form).await;
    for text in ["Give this ticket to a friend", "Qatar v Ecuador", "within 72 hours", "cannot be undone"] {
        assert!(page.says(text), "{text}: {}", page.text());
    }
    assert_eq!(page.header("cache-control"), "no-store");
    for wrong in ["ben", "ana@example.com"] {
        let wrong = ana.post(&form, &[("email", wrong)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.says("Enter your friend’s email"), "{}", wrong.text());
    }
    let offered = ana.post(&form, &[("email", "ben@example.com")]).await;
    let again = ana.post(&form, &[("email", "ben@example.com")]).await;
    assert_eq!((&offered.path, offered.path.split('#').next()), (&again.path, Some(order.path.as_str())));
    assert!(offered.says("You have offered this ticket to b•••@example.com. It stays yours"), "{}", offered.text());
    assert_eq!(offered.html.matches("class=\"qr\"").count(), 2, "its code opens the gate still");

    let mut ben = Browser::new(site.address);
    let mail = link(&world, "ticket-offered").await;
    assert!(mail.starts_with("/tickets/accept?code="), "{mail}");
    let shown = ben.open(&mail).await;
    assert!(shown.path.starts_with("/en/tickets/accept?code=") && shown.status == StatusCode::OK, "{}", shown.path);
    for text in ["A ticket for you", "Qatar v Ecuador", "It is free for you", "create an account or sign in"] {
        assert!(shown.says(text), "{text}: {}", shown.text());
    }
    let refused = ben.post("/en/tickets/accept", &[("code", mail.split('=').nth(1).expect("it has a code"))]).await;
    assert!(refused.path.starts_with("/en/sign-in?next=%2Fen%2Ftickets%2Faccept%3Fcode%3D"), "{}", refused.path);
    let fields = [("email", "other@example.com"), ("password", PASSWORD), ("next", shown.path.as_str())];
    let back = ben.post("/en/sign-up", &fields).await;
    assert_eq!(back.path, shown.path);
    assert!(back.says("It goes to the account of other@example.com."), "{}", back.text());
    let code = back.field("code");
    let had = ben.post("/en/tickets/accept", &[("code", &code)]).await;
    let twice = ben.post("/en/tickets/accept", &[("code", &code)]).await;

    assert!(had.path.starts_with("/en/tickets/") && had.path == twice.path, "{}: {}", had.path, had.text());
    assert!(had.says("Another fan gave it to you") && had.html.contains("class=\"qr\""), "{}", had.text());
    assert!(!had.says("$75"), "what others paid is theirs to know");
    assert_eq!(had.header("cache-control"), "no-store");
    let calendar = ben.open(&way(&had, "/match.ics")).await;
    assert!(calendar.html.contains("DESCRIPTION:1 ticket · Category 1\r\n"), "{}", calendar.html);
    let listed = ben.open("/en/orders").await;
    assert!(listed.says("Given to you") && listed.html.contains(&had.path), "{}", listed.text());
    let over = Browser::new(site.address).open(&shown.path).await;
    assert_eq!(over.status, StatusCode::GONE);
    assert!(over.says("It was accepted."), "{}", over.text());

    let left = ana.open(&order.path).await;
    assert!(left.says("You gave this ticket to b•••@example.com. It is theirs now"), "{}", left.text());
    assert_eq!(left.html.matches("class=\"qr\"").count(), 1);
    assert!(!left.says("other"), "{}", left.text());
    assert_eq!(ana.open(&had.path).await.status, StatusCode::NOT_FOUND);
    let calendar = ana.open(&format!("{}/match.ics", order.path)).await;
    assert!(calendar.html.contains("DESCRIPTION:1 ticket · Category 1"), "{}", calendar.html);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_taken_back_and_its_link_says_so() {
    let (world, site, mut ana, order) = bought("1").await;
    let form = way(&order, "/give");
    let offered = ana.post(&form, &[("email", "ben@example.com")]).await;
    let mail = format!("/en{}", link(&world, "ticket-offered").await);
    let elsewhere = ana.post(&form, &[("email", "cleo@example.com")]).await;
    assert_eq!(elsewhere.status, StatusCode::CONFLICT);
    assert!(elsewhere.says("It is already offered to b•••@example.com."), "{}", elsewhere.text());
    let code = ana.open(&mail).await.field("code");
    let own = ana.post("/en/tickets/accept", &[("code", &code)]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert!(own.says("You are giving it away yourself."), "{}", own.text());

    let taken = way(&offered, "/take-back");
    let mut ben = fan(&site, "ben").await;
    assert_eq!(ben.post(&taken, &[]).await.status, StatusCode::NOT_FOUND, "it is not his to take");
    assert!(ben.open(&mail).await.says("Accept the ticket"));
    let back = ana.post(&taken, &[]).await;
    let twice = ana.post(&taken, &[]).await;

    assert_eq!((back.path.split('#').next(), &back.path), (Some(order.path.as_str()), &twice.path));
    assert!(!back.says("You have offered this ticket") && back.html.contains("/give\""), "{}", back.text());
    let over = ben.open(&mail).await;
    assert_eq!(over.status, StatusCode::GONE);
    assert!(over.says("The fan who offered it took it back."), "{}", over.text());
    let late = ben.post("/en/tickets/accept", &[("code", mail.split('=').nth(1).expect("it has a code"))]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let wrong = ben.open("/en/tickets/accept?code=wrong").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("This code is wrong."), "{}", wrong.text());
    assert!(ben.open("/ar/tickets/accept").await.says("تذكرة لك"));
    for path in [form.as_str(), "/en/tickets/1", "/en/tickets/1/match.ics"] {
        let asked = Browser::new(site.address).open(path).await;
        assert!(asked.path.starts_with("/en/sign-in?next="), "{path}: {}", asked.path);
        assert_eq!(ben.open(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    site.finish().await;
}
