//! Money that moves at Stripe after it was taken: at its own pages, by the payer's bank, or by a refund that fails late.

use book::clock::Clock;
use domain::payments::reconciliation;
use entities::{payment::State, user::Role, webhook_event};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site, World,
    client::Client,
    fake_stripe::{Call, DisputeStatus, FakeStripe, Fault, RefundStatus},
};

use super::{demand_that_books_agree, followed, payment, tell, with_stripe};

const TROUBLES: &str = "{ reconciliation { kind since
    payment { status amount { amount } refundedAmount { amount } } reservation { id tickets { status code } }
    amounts { booked { amount } atGateway { amount } } refund { status doneAt }
    dispute { gatewayId status reason amount { amount } openedAt } } }";

const REFUND: &str = "mutation ($id: ID!) { refundReservation(input: {reservationId: $id}) { reservation {
    payment { status refunds { status doneAt } } } } }";

/// What an admin is told that somebody has to look at.
async fn listed(admin: &Client) -> Vec<Value> {
    admin.ask(TROUBLES, json!({})).await.data()["reconciliation"].as_array().expect("they are a list").clone()
}

async fn bought(fan: &Client, key: &str) -> String {
    let id = fan.holds(1, 1, 1).await;
    fan.pay(&id, "pm_card_visa", key).await.data();
    id
}

/// Tells the site of the payment's events of this kind, and waits until they are seen to.
async fn hears(site: &Site, stripe: &FakeStripe, id: &str, kind: &str) {
    let events = stripe.events(payment(site, id).await.id);
    let events: Vec<Value> = events.into_iter().filter(|event| event["type"] == kind).collect();
    assert!(!events.is_empty(), "Stripe tells of a {kind}");
    tell(site, stripe, &events).await;
    eventually(PATIENCE, &format!("a {kind} is seen to"), || async {
        let rows = webhook_event::Entity::find().all(&site.app.db).await.expect("events can be read");
        let is_of = |row: &webhook_event::Model| events.iter().any(|event| event["id"] == row.id.as_str());
        rows.iter().filter(|row| is_of(row)).count() == events.len() && rows.iter().all(|row| row.outcome.is_some())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_back_at_stripes_own_pages_is_listed_whichever_event_tells_of_it() {
    let stripe = FakeStripe::start().await;
    for world in [World::embedded(), World::services().await] {
        let world = with_stripe(world, &stripe);
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let (ana, admin) = (site.fan("ana").await, site.staff("admin", Role::Admin).await);
        for (place, kind) in ["charge.refunded", "refund.created"].into_iter().enumerate() {
            let id = bought(&ana, kind).await;
            stripe.refund_by_hand(payment(&site, &id).await.id, 7_500);

            hears(&site, &stripe, &id, kind).await;

            let found = listed(&admin).await;
            assert_eq!(found.len(), place + 1, "{found:?}");
            let trouble = found.iter().find(|one| one["reservation"]["id"] == id.as_str()).expect("it is listed");
            assert_eq!(trouble["kind"], "REFUNDED_ELSEWHERE");
            let amounts = json!({ "booked": { "amount": "0.00" }, "atGateway": { "amount": "75.00" } });
            assert_eq!((&trouble["amounts"], &trouble["payment"]["status"]), (&amounts, &json!("CAPTURED")));
            assert_eq!(trouble["reservation"]["tickets"][0]["status"], "VALID", "nothing is ended for it");
        }
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_is_found_by_its_payment_and_its_tickets_can_be_kept_out_of_the_gate() {
    for world in [World::embedded(), World::services().await] {
        let stripe = FakeStripe::start().await;
        let world = with_stripe(world, &stripe);
        let site = world.start().await;
        site.on_sale(1, 20).await;
        let (ana, admin) = (site.fan("ana").await, site.staff("admin", Role::Admin).await);
        let steward = site.staff("steward", Role::Steward).await;
        let id = bought(&ana, "a").await;
        let mine = "{ myTickets { nodes { status code passUrl frozenAt } } }";
        let tickets = ana.ask(mine, json!({})).await.data()["myTickets"]["nodes"].clone();
        let code = tickets[0]["code"].as_str().expect("it is valid").to_owned();

        stripe.dispute(payment(&site, &id).await.id, DisputeStatus::NeedsResponse);
        hears(&site, &stripe, &id, "charge.dispute.created").await;

        let found = listed(&admin).await;
        assert_eq!((found.len(), &found[0]["kind"]), (1, &json!("DISPUTED")), "{found:?}");
        let dispute = &found[0]["dispute"];
        assert_eq!((&dispute["status"], &dispute["reason"]), (&json!("OPEN"), &json!("fraudulent")));
        assert_eq!(dispute["amount"]["amount"], "75.00");
        let still = ana.ask(mine, json!({})).await.data()["myTickets"]["nodes"][0].clone();
        assert_eq!((&still["code"], &still["frozenAt"]), (&json!(code), &Value::Null), "nothing freezes by itself");

        let freeze = "mutation ($id: ID!) { freezeTickets(input: {reservationId: $id}) {
            reservation { tickets { status frozenAt } } } }";
        let frozen = admin.ask(freeze, json!({ "id": id })).await.data();
        assert!(frozen["freezeTickets"]["reservation"]["tickets"][0]["frozenAt"].is_string(), "{frozen}");
        let now = ana.ask(mine, json!({})).await.data()["myTickets"]["nodes"][0].clone();
        assert_eq!((&now["status"], &now["code"], &now["passUrl"]), (&json!("VALID"), &Value::Null, &Value::Null));
        let check_in = "mutation ($code: String!) { checkIn(input: {code: $code, deviceId: \"north\", nonce: \"1\"}) {
            checkIn { outcome } } }";
        let refused = steward.ask(check_in, json!({ "code": code })).await.data();
        assert_eq!(refused["checkIn"]["checkIn"]["outcome"], "FROZEN");
        let revoked = steward.ask("{ revokedTickets { nodes { reason } } }", json!({})).await.data();
        assert_eq!(revoked["revokedTickets"]["nodes"], json!([{ "reason": "FROZEN" }]));

        stripe.dispute(payment(&site, &id).await.id, DisputeStatus::Won);
        hears(&site, &stripe, &id, "charge.dispute.closed").await;
        let unfreeze = "mutation ($id: ID!) { unfreezeTickets(input: {reservationId: $id}) {
            reservation { tickets { frozenAt } } } }";
        admin.ask(unfreeze, json!({ "id": id })).await.data();
        let freed = ana.ask(mine, json!({})).await.data()["myTickets"]["nodes"][0].clone();
        let admitted = steward.ask(check_in, json!({ "code": freed["code"] })).await.data();
        assert_eq!(admitted["checkIn"]["checkIn"]["outcome"], "ADMITTED");
        demand_that_books_agree(&site, &stripe).await;
        site.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_is_processing_until_stripe_is_done_and_refused_when_it_fails() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe);
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let (ana, admin) = (site.fan("ana").await, site.staff("admin", Role::Admin).await);
    let id = bought(&ana, "slow").await;
    let payment_id = payment(&site, &id).await.id;
    stripe.refunds_are(RefundStatus::Pending);

    let going = ana.ask(REFUND, json!({ "id": id })).await.data();
    let of_payment = &going["refundReservation"]["reservation"]["payment"];
    let processing = json!([{ "status": "PROCESSING", "doneAt": null }]);
    assert_eq!((&of_payment["status"], &of_payment["refunds"]), (&json!("REFUNDING"), &processing));
    hears(&site, &stripe, &id, "charge.refunded").await;
    assert_eq!(listed(&admin).await, [Value::Null; 0]);
    stripe.end_refunds(payment_id, RefundStatus::Succeeded);
    hears(&site, &stripe, &id, "charge.refund.updated").await;
    followed(&site, &id, &[State::Refunded]).await;

    // What was done fails after all, and each of the events alone says so.
    for kind in ["refund.failed", "charge.refund.updated"] {
        stripe.refunds_are(RefundStatus::Succeeded);
        let id = bought(&ana, kind).await;
        let done = ana.ask(REFUND, json!({ "id": id })).await.data();
        assert_eq!(done["refundReservation"]["reservation"]["payment"]["refunds"][0]["status"], "DONE");
        stripe.end_refunds(payment(&site, &id).await.id, RefundStatus::Failed);

        hears(&site, &stripe, &id, kind).await;

        let found = listed(&admin).await;
        assert_eq!((found.len(), &found[0]["kind"]), (1, &json!("REFUND_REFUSED")), "{found:?}");
        assert_eq!(found[0]["refund"], json!({ "status": "REFUSED", "doneAt": null }));
        admin.ask(REFUND, json!({ "id": id })).await.data();
        followed(&site, &id, &[State::Refunded]).await;
    }
    demand_that_books_agree(&site, &stripe).await;
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn less_than_was_asked_for_is_listed_with_both_amounts() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::services().await, &stripe);
    let site = world.start().await;
    site.on_sale(1, 20).await;
    let (ana, admin) = (site.fan("ana").await, site.staff("admin", Role::Admin).await);
    let id = ana.holds(1, 1, 1).await;
    stripe.fail(Call::Capture, Fault::Status(503), 3);
    ana.pay(&id, "pm_card_visa", "a").await.data();

    stripe.capture_by_hand(payment(&site, &id).await.id, Some(100));
    followed(&site, &id, &[State::Captured]).await;

    let found = listed(&admin).await;
    assert_eq!((found.len(), &found[0]["kind"]), (1, &json!("AMOUNT_MISMATCH")), "{found:?}");
    let amounts = json!({ "booked": { "amount": "75.00" }, "atGateway": { "amount": "1.00" } });
    assert_eq!(found[0]["amounts"], amounts);
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_of_another_programs_payments_is_nobodys_trouble() {
    let stripe = FakeStripe::start().await;
    let world = with_stripe(World::embedded(), &stripe);
    let site = world.start().await;
    for (place, kind) in ["charge.dispute.created", "refund.failed", "charge.refunded"].into_iter().enumerate() {
        for intent in [json!("pi_of_another"), json!({ "id": "pi_of_another" }), Value::Null, json!(7)] {
            let event = json!({
                "id": format!("evt_{place}_{intent}"), "type": kind, "livemode": false,
                "data": { "object": { "id": "x", "metadata": {}, "payment_intent": intent } },
            });
            assert_eq!(stripe.tell(site.address, &event, site.clock.now()).await, 200);
        }
    }
    let stored = webhook_event::Entity::find().all(&site.app.db).await.expect("events can be read");
    assert_eq!(stored, []);
    assert_eq!(reconciliation::troubles(&site.app).await.expect("troubles can be listed"), []);
    site.finish().await;
}
