//! Transfers of tickets from the outside: what each of the two is shown, and what the mail brings.

use std::fs;

use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually_some};
use tests::{Site, World, client::Client, socket::Said};

const GIVE: &str = "mutation ($id: ID!, $email: String!) {
    transferTicket(input: {ticketId: $id, email: $email}) { ticket { id status transfer { state to } } } }";

const ACCEPT: &str = "mutation ($code: String!) {
    acceptTicketTransfer(input: {code: $code}) { ticket { id status code seat reservation { id } transfer { state } } } }";

const OF_CODE: &str = "query ($code: String!) {
    ticketTransfer(code: $code) { state to until category match { matchNumber } } }";

const OF_GIVER: &str = "query ($id: ID!) { reservation(id: $id) { tickets {
    id status code qr passUrl holderName usedAt frozenAt transfer { state to until } } } }";

const NODE: &str = "query ($id: ID!) { node(id: $id) { id } }";

/// The code of the mail that offers a ticket, once it is there.
async fn mailed(world: &World) -> String {
    eventually_some(PATIENCE, "the mail is kept", || async {
        let files = fs::read_dir(world.folder().join("mails")).ok()?.flatten().map(|file| file.path());
        let file = files.filter(|file| file.to_string_lossy().ends_with("-ticket-offered.eml")).max()?;
        let mail = fs::read_to_string(file).ok()?;
        let code = mail.lines().find_map(|line| line.strip_prefix("    ").filter(|code| code.trim().len() == 43));
        code.map(|code| code.trim().to_owned())
    })
    .await
}

/// A fan, their reservation of two tickets, and the tickets' ids.
async fn bought(site: &Site) -> (Client, String, Vec<Value>) {
    site.on_sale(1, 20).await;
    let ana = site.fan("ana").await;
    let reservation = ana.holds(1, 2, 2).await;
    ana.pay(&reservation, "pm_card_visa", "a").await.data();
    let seen = ana.ask(OF_GIVER, json!({ "id": reservation })).await.data();
    let tickets = seen["reservation"]["tickets"].as_array().expect("tickets are listed");
    (ana, reservation, tickets.iter().map(|ticket| ticket["id"].clone()).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_shown_what_is_theirs_and_the_giver_nothing_of_what_becomes_of_it() {
    let (world, site) = Site::embedded().await;
    let (ana, reservation, ids) = bought(&site).await;
    let ben = site.fan("ben").await;
    let given = ana.ask(GIVE, json!({ "id": ids[0], "email": "Friend@Example.com" })).await.data();
    let pending = json!({ "state": "PENDING", "to": "F•••@Example.com" });
    assert_eq!(given["transferTicket"]["ticket"], json!({ "id": ids[0], "status": "VALID", "transfer": pending }));
    let code = mailed(&world).await;
    let seen = site.visitor().ask(OF_CODE, json!({ "code": code })).await.data();
    assert_eq!((&seen["ticketTransfer"]["state"], &seen["ticketTransfer"]["category"]), (&json!("PENDING"), &json!(2)));
    assert_eq!(seen["ticketTransfer"]["match"], json!({ "matchNumber": 1 }));

    let accepted = ben.ask(ACCEPT, json!({ "code": code })).await.data()["acceptTicketTransfer"]["ticket"].clone();
    assert_eq!((&accepted["id"], &accepted["status"], &accepted["seat"]), (&ids[0], &json!("VALID"), &json!(1)));
    assert_eq!((&accepted["reservation"], &accepted["transfer"]), (&Value::Null, &Value::Null));
    assert_eq!(accepted["code"].as_str().map(str::len), Some(146));
    let received = "{ myTickets(received: true) { nodes { id holderName reservation { id } } } }";
    let received = ben.ask(received, json!({})).await.data()["myTickets"]["nodes"].clone();
    assert_eq!(received.as_array().map(Vec::len), Some(1));
    assert_eq!((&received[0]["id"], &received[0]["reservation"]), (&ids[0], &Value::Null));

    let seen = ana.ask(OF_GIVER, json!({ "id": reservation })).await.data()["reservation"]["tickets"].clone();
    let mut gone = seen[0].clone();
    let until = gone["transfer"].as_object_mut().and_then(|transfer| transfer.remove("until"));
    assert!(until.is_some_and(|until| until.is_string()));
    let nothing = json!({ "id": ids[0], "status": "TRANSFERRED", "code": null, "qr": null, "passUrl": null,
        "holderName": null, "usedAt": null, "frozenAt": null, "transfer": { "state": "ACCEPTED", "to": "F•••@Example.com" } });
    assert_eq!(gone, nothing);
    assert_eq!((&seen[1]["status"], &seen[1]["transfer"]), (&json!("VALID"), &Value::Null));
    assert_eq!(ana.ask(NODE, json!({ "id": ids[0] })).await.data()["node"], Value::Null);
    let refused = ana.ask(ACCEPT, json!({ "code": code })).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let back = "mutation ($id: ID!) { refundReservation(input: {reservationId: $id}) { reservation { id } } }";
    assert_eq!(ana.ask(back, json!({ "id": reservation })).await.code(), "CONFLICT", "one of them is another's");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_an_email_belongs_to_the_giver_is_answered_alike() {
    let (_world, site) = Site::embedded().await;
    let (ana, _, ids) = bought(&site).await;
    let ben = site.fan("ben").await;
    let me = ben.ask("{ me { email } }", json!({})).await.data();
    let known = me["me"]["email"].as_str().expect("an account has an email").to_owned();
    let unknown = format!("{}z@example.com", &known[..1]);

    let answers = [
        ana.ask(GIVE, json!({ "id": ids[0], "email": known })).await.data(),
        ana.ask(GIVE, json!({ "id": ids[1], "email": unknown })).await.data(),
    ];

    let without_id = |answer: &Value| {
        let mut ticket = answer["transferTicket"]["ticket"].clone();
        ticket.as_object_mut().and_then(|ticket| ticket.remove("id"));
        ticket
    };
    assert_eq!(without_id(&answers[0]), without_id(&answers[1]));
    for (id, email, code, field) in [
        (&ids[0], "x", "BAD_USER_INPUT", json!("email")),
        (&json!("none"), "x@example.com", "BAD_USER_INPUT", json!("ticketId")),
        (&ids[0], "other@example.com", "CONFLICT", Value::Null),
    ] {
        let refused = ana.ask(GIVE, json!({ "id": id, "email": email })).await;
        assert_eq!((refused.code(), &refused.0["errors"][0]["extensions"]["field"]), (code, &field), "{email}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_order_hears_at_once_that_a_ticket_of_it_was_accepted() {
    let (world, site) = Site::embedded().await;
    let (ana, reservation, ids) = bought(&site).await;
    let ben = site.fan("ben").await;
    ana.ask(GIVE, json!({ "id": ids[0], "email": "friend@example.com" })).await.data();
    let code = mailed(&world).await;
    let mut socket = ana.socket().await;
    let watch = "subscription ($id: ID!) { reservation(id: $id) { tickets { status } } }";
    socket.subscribe(watch, json!({ "id": reservation })).await;
    let mut next = async || match socket.said().await {
        Said::Next(next) => next["reservation"]["tickets"].clone(),
        other => panic!("the subscription ends: {other:?}"),
    };
    assert_eq!(next().await, json!([{ "status": "VALID" }, { "status": "VALID" }]));

    ben.ask(ACCEPT, json!({ "code": code })).await.data();

    let gone = json!([{ "status": "TRANSFERRED" }, { "status": "VALID" }]);
    while next().await != gone {}
    site.finish().await;
}
