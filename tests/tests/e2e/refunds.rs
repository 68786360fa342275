//! Refunds from the outside: what fans are told of their money, and what other sites make of seats that came back.

use domain::audit;
use entities::{
    category::Category,
    stock,
    ticket::{self, Status},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    client::{Answer, Client},
    socket::Said,
};

const REFUND: &str = "mutation ($input: RefundReservationInput!) { refundReservation(input: $input) { reservation {
    status cancelReason quantity quantityLeft
    payment { status refundedAmount { amount } refunds { amount { amount } status reason } } } } }";

const WATCH: &str = "subscription ($id: ID!) { reservation(id: $id) {
    version status quantityLeft payment { status refunds { status } } } }";

const MINE: &str = "{ myReservations { nodes { quantityLeft tickets { id status }
    payment { refundedAmount { amount } refunds { status doneAt createdAt } } } } }";

/// A paid reservation of so many tickets, and theirs ids.
async fn paid(fan: &Client, match_number: i32, quantity: i32) -> (String, Vec<String>) {
    let id = fan.holds(match_number, 1, quantity).await;
    fan.pay(&id, "pm_card_visa", &id).await.data();
    let query = "query ($id: ID!) { reservation(id: $id) { tickets { id } } }";
    let shown = fan.ask(query, json!({ "id": id })).await.data();
    let tickets = shown["reservation"]["tickets"].as_array().expect("it has tickets").iter();
    (id, tickets.map(|ticket| ticket["id"].as_str().expect("a ticket has an id").to_owned()).collect())
}

async fn refund(fan: &Client, id: &str, tickets: Option<&[String]>) -> Answer {
    let input = json!({ "reservationId": id, "ticketIds": tickets, "reason": "It rains." });
    fan.ask(REFUND, json!({ "input": input })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fan_follows_the_money_of_each_ticket_back() {
    for world in [World::embedded(), World::services().await] {
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let ana = site.fan("ana").await;
        let (id, tickets) = paid(&ana, 1, 2).await;
        let mut socket = ana.socket().await;
        socket.subscribe(WATCH, json!({ "id": id })).await;
        assert_eq!(socket.data().await["reservation"]["quantityLeft"], 2);

        let part = refund(&ana, &id, Some(&tickets[..1])).await.data()["refundReservation"]["reservation"].clone();
        let done = json!({ "amount": { "amount": "75.00" }, "status": "DONE", "reason": "It rains." });
        let expected = json!({
            "status": "RESERVED", "cancelReason": null, "quantity": 2, "quantityLeft": 1,
            "payment": { "status": "CAPTURED", "refundedAmount": { "amount": "75.00" }, "refunds": [done] },
        });
        assert_eq!(part, expected);
        assert_eq!(refund(&ana, &id, Some(&tickets[..1])).await.data()["refundReservation"]["reservation"], part);
        let whole = refund(&ana, &id, None).await.data()["refundReservation"]["reservation"].clone();
        let expected = json!({
            "status": "CANCELLED", "cancelReason": "REFUNDED", "quantity": 2, "quantityLeft": 0,
            "payment": { "status": "REFUNDED", "refundedAmount": { "amount": "150.00" }, "refunds": [done, done] },
        });
        assert_eq!(whole, expected);

        let mut version = 0;
        loop {
            let Said::Next(next) = socket.said().await else { panic!("the subscription ends") };
            let row = next["reservation"].clone();
            assert!(row["version"].as_i64() > Some(version), "{row}");
            version = row["version"].as_i64().expect("a version is a number");
            if row["payment"]["status"] == "REFUNDED" {
                assert_eq!((&row["status"], &row["quantityLeft"]), (&json!("CANCELLED"), &json!(0)));
                break;
            }
        }
        let mine = ana.ask(MINE, json!({})).await.data()["myReservations"]["nodes"][0].clone();
        assert_eq!(mine["tickets"].as_array().expect("a list").len(), 2);
        assert_eq!(mine["tickets"][0]["status"], "REFUNDED");
        assert_eq!(mine["payment"]["refunds"][1]["status"], "DONE");
        assert!(mine["payment"]["refunds"][1]["doneAt"].is_string(), "{mine}");
        site.shows(1, 1, (20, 0)).await;
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_has_its_code_and_says_what_would_be_right() {
    let cutoff = World::embedded().with("MATCHDAY_REFUNDS_OWNER_CUTOFF_HOURS", "1");
    let staff_only = World::embedded().with("MATCHDAY_REFUNDS_OWNER_ALLOWED", "false");
    for (world, code, words) in [(cutoff, "CONFLICT", "until 2022-11-20 15:00 UTC"), (staff_only, "FORBIDDEN", "staff")]
    {
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let (id, _) = paid(&site.fan("ana").await, 1, 1).await;
        let ben = site.fan("ben").await;
        assert_eq!(refund(&ben, &id, None).await.code(), "NOT_FOUND");
        let (his, tickets) = paid(&ben, 1, 1).await;
        let refused = refund(&ben, &his, Some(&tickets)).await;
        assert_eq!(refused.code(), code);
        let message = refused.0["errors"][0]["message"].as_str().expect("an error has a message");
        assert!(message.contains(words), "{message}");
        site.finish().await;
    }
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let ((id, tickets), (_, other)) = (paid(&ana, 1, 1).await, paid(&ana, 1, 1).await);
    let held = ana.holds(1, 2, 1).await;

    for (id, named, code) in [
        (&held, None, "CONFLICT"),
        (&id, Some(&other), "NOT_FOUND"),
        (&id, Some(&vec![]), "BAD_USER_INPUT"),
        (&id, Some(&vec![id.clone()]), "BAD_USER_INPUT"),
        (&id, Some(&vec!["nonsense".to_owned()]), "BAD_USER_INPUT"),
        (&tickets[0], None, "BAD_USER_INPUT"),
    ] {
        let refused = refund(&ana, id, named.map(Vec::as_slice)).await;
        assert_eq!(refused.code(), code, "{refused:?}");
    }
    assert_eq!(refund(&site.visitor(), &id, None).await.code(), "UNAUTHENTICATED");
    site.finish().await;
}

/// Available and pending at two sites of the same stock.
async fn both_show(sites: [&Site; 2], here: (i32, i32), there: (i32, i32)) {
    for (site, counts) in sites.into_iter().zip([here, there]) {
        site.shows(1, 1, counts).await;
    }
}

async fn valid_tickets(site: &Site) -> u64 {
    let valid = ticket::Entity::find().filter(ticket::Column::Status.eq(Status::Valid));
    valid.count(&site.app.db).await.expect("tickets can be counted")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seats_that_came_back_are_sold_again_here_and_nobody_sells_them_there() {
    let here = World::services().await;
    let there = World::services().await.on_the_topics_of(&here);
    let (here, there) = tokio::join!(here.start(), there.start());
    here.on_sale(1, 5).await;
    eventually(PATIENCE, "the other knows the match", || async { there.app.view.get(1).is_some() }).await;
    let (ana, ben) = (here.fan("ana").await, there.fan("ben").await);
    let sites = [&here, &there];

    let (id, tickets) = paid(&ana, 1, 2).await;
    // What is held here all the while is what a wrong word about the sale would put on sale there.
    let kept = ana.holds(1, 1, 1).await;
    both_show(sites, (3, 1), (3, 1)).await;
    refund(&ana, &id, Some(&tickets[..1])).await.data();
    both_show(sites, (4, 1), (3, 1)).await;

    // The other site sells all that it can, which is all but the seat that came back.
    let his = ben.holds(1, 1, 2).await;
    both_show(sites, (4, 3), (3, 3)).await;
    ben.pay(&his, "pm_card_visa", "a").await.data();
    both_show(sites, (2, 1), (1, 1)).await;
    assert_eq!(ben.reserve(1, 1, 1).await.code(), "TEMPORARILY_UNAVAILABLE");

    let hers = ana.holds(1, 1, 1).await;
    both_show(sites, (2, 2), (1, 2)).await;
    assert_eq!(ana.reserve(1, 1, 1).await.code(), "TEMPORARILY_UNAVAILABLE");
    ana.pay(&hers, "pm_card_visa", "a").await.data();
    both_show(sites, (1, 1), (1, 1)).await;

    // Once more: what is sold again here is told as held and given back, so it is taken from nobody's count twice.
    refund(&ana, &id, None).await.data();
    both_show(sites, (2, 1), (1, 1)).await;
    assert_eq!(ben.reserve(1, 1, 1).await.code(), "TEMPORARILY_UNAVAILABLE");
    let again = ana.holds(1, 1, 1).await;
    ana.pay(&again, "pm_card_visa", "b").await.data();
    both_show(sites, (1, 1), (1, 1)).await;
    ana.pay(&kept, "pm_card_visa", "c").await.data();
    for site in sites {
        site.published().await;
    }
    both_show(sites, (0, 0), (0, 0)).await;
    assert_eq!(valid_tickets(&here).await + valid_tickets(&there).await, 5);
    for site in sites {
        let stock = stock::Entity::find_by_id((1, Category::One)).one(&site.app.db).await;
        assert_eq!(stock.expect("the stock can be read").expect("it is there").deficit, 0);
        assert_eq!(audit::violations(&site.app.db).await.expect("it can be audited"), [""; 0]);
    }
    here.finish().await;
    there.finish().await;
}
