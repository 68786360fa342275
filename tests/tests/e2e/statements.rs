//! Statements: what a list costs the database does not depend on how many items it has, whatever is selected below it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entities::{
    dispute, payment,
    security_event::{self, Kind},
    user::Role,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder};
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, eventually};
use tests::{
    Site,
    client::Client,
    contract::{Contract, Field},
    sql::Counted,
};
use uuid::Uuid;

/// Lists that are asked for with one item, and with so many.
const MANY: usize = 3;

/// Lists that these queries do not lead to, and why their items cost no statements that anybody could save.
const ELSEWHERE: [&str; 7] = [
    // One entry a kind, each of one count.
    "AccountDeletion.obstacles",
    "AccountDeletion.kept",
    // Each scan is a change of its own.
    "CheckInBatchPayload.checkIns",
    // The same after it.
    "DeleteAccountPayload.kept",
    // The view's, as those of a match are.
    "MatchAvailability.categories",
    // Counted beside the request, in no database.
    "RateLimit.buckets",
    // The same for everybody, and in no database.
    "Site.testCards",
];

/// A site on which every list has items: the owner of most, who bought of them, and an admin.
async fn stocked(site: &Site) -> [Client; 3] {
    for number in 1..=9 {
        site.on_sale(number, 20).await;
    }
    // To come, and of teams that differ: what began is not recommended.
    let soon = site.app.clock.now() + TimeDelta::days(3);
    for (number, teams) in [(10, ["Qatar", "Senegal"]), (11, ["England", "USA"]), (12, ["Germany", "Japan"])] {
        site.broker().fixture(number, teams, soon + TimeDelta::days(number.into())).await;
        eventually(PATIENCE, "it is on sale", || async { site.app.view.get(number).is_some() }).await;
    }
    let (owner, buyer) = (site.fan("owner").await, site.fan("buyer").await);
    let admin = site.staff("admin", Role::Admin).await;
    for number in 1..=3 {
        let sold = owner.offers(&owner.buys(number + 3, 1).await, "70").await;
        let order = "mutation ($id: ID!) { orderListing(input: {listingId: $id}) { order { id } } }";
        let ordered = buyer.ask(order, json!({ "id": sold })).await.data();
        let ordered = ordered["orderListing"]["order"]["id"].as_str().expect("an order has an id").to_owned();
        buyer.pay(&ordered, "pm_card_visa", &ordered).await.data();
        owner.offers(&owner.buys(number, 2).await, "70").await;
        let rule = "mutation ($network: String!) { setAddressRule(input: {
            network: $network, effect: ALLOW, reason: \"a test\"}) { rule { network } } }";
        admin.ask(rule, json!({ "network": format!("192.0.2.{number}") })).await.data();
        decided(site, number).await;
    }
    // Last, so that the newest three of whatever lists them are alike.
    for number in 7..=9 {
        refunded(&owner, number).await;
    }
    eventually(PATIENCE, "the seller is paid for all", || async {
        let payouts = owner.ask("{ payouts(status: PAID) { nodes { status } } }", json!({})).await.data();
        payouts["payouts"]["nodes"].as_array().is_some_and(|paid| paid.len() == MANY)
    })
    .await;
    eventually(PATIENCE, "the offers can be found", || async {
        let found = owner.ask("{ search(query: \"goal\") { totalCount } }", json!({})).await.data();
        found["search"]["totalCount"] == MANY
    })
    .await;
    [owner, buyer, admin]
}

/// Two tickets are bought at once, and one of them goes back.
async fn refunded(fan: &Client, match_number: i32) {
    let id = fan.holds(match_number, 3, 2).await;
    fan.pay(&id, "pm_card_visa", &id).await.data();
    let tickets = "query ($id: ID!) { reservation(id: $id) { tickets { id } } }";
    let ticket = fan.ask(tickets, json!({ "id": id })).await.data()["reservation"]["tickets"][0]["id"].clone();
    let refund = "mutation ($id: ID!, $ticket: ID!) {
        refundReservation(input: {reservationId: $id, ticketIds: [$ticket]}) { reservation { id } } }";
    fan.ask(refund, json!({ "id": id, "ticket": ticket })).await.data();
}

/// The security service has decided something.
async fn decided(site: &Site, number: i32) {
    let now = site.app.clock.now();
    let event = security_event::Model {
        id: Uuid::now_v7(),
        kind: Kind::CaptchaFailed,
        detail: "wrong".to_owned(),
        network: None,
        user_id: None,
        subject: format!("of a test {number}"),
        minute: now,
        count: 1,
        first_at: now,
        last_at: now,
        updated_at: now,
    };
    event.into_active_model().reset_all().insert(&site.app.db).await.expect("an event can be written");
}

/// The payers of the newest payments, up to so many, have their banks ask for their money back.
async fn disputed(site: &Site, count: usize) {
    let now = site.app.clock.now();
    let payments = payment::Entity::find().order_by_desc(payment::Column::CreatedAt).all(&site.app.db).await;
    let payments = payments.expect("payments can be read");
    let known = dispute::Entity::find().count(&site.app.db).await.expect("disputes can be counted");
    let known = usize::try_from(known).expect("they are few");
    for (number, payment) in payments.iter().enumerate().take(count).skip(known) {
        let dispute = dispute::ActiveModel {
            id: Set(format!("dp_{number}")),
            payment_id: Set(payment.id),
            amount_minor: Set(payment.amount_minor),
            state: Set(dispute::State::Open),
            reason: Set("fraudulent".to_owned()),
            opened_at: Set(now),
            changed_at: Set(now),
        };
        dispute::Entity::insert(dispute).exec_without_returning(&site.app.db).await.expect("it can be written");
    }
}

/// How many items an answer's list has.
fn items(answer: &Value, field: &Field) -> usize {
    let list = if field.is_list { &answer[&field.name] } else { &answer[&field.name]["nodes"] };
    list.as_array().map_or(0, Vec::len)
}

/// The first who is shown so many items by a query, and what they are shown.
async fn shown<'a>(askers: &'a [Client], query: &str, field: &Field, count: usize) -> (&'a Client, Value) {
    for who in askers {
        let answer = who.ask(query, json!({})).await;
        if answer.is_ok() && items(&answer.data(), field) == count {
            return (who, answer.data());
        }
    }
    panic!("nobody is shown {count} of {}", field.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_asks_the_database_once_per_item() {
    let (counted, world) = Counted::world().await;
    let world = world.with("MATCHDAY_TRANSPORT_DOCUMENTS_MAX_COST", "1000000");
    let site = world.start().await;
    let askers = stocked(&site).await;
    let contract = Contract::printed();
    let mut filled = BTreeSet::new();

    for field in contract.fields("Query").iter().filter(|field| field.lists()) {
        let (name, everything) = (&field.name, contract.everything(&field.of));
        let mut statements = Vec::new();
        for count in [1, MANY] {
            let arguments = match (name.as_str(), field.is_paged()) {
                ("search", _) => format!("(query: \"goal\", facets: [TEAM], first: {count})"),
                (_, true) => format!("(first: {count})"),
                (_, false) => String::new(),
            };
            let query = format!("{{ {name}{arguments} {{ {everything} }} }}");
            disputed(&site, count).await;
            let (who, answer) = shown(&askers, &query, field, count).await;
            contract.note_lists("Query", &answer, &mut filled);
            let asked = counted.statements_of(|| async {
                assert!(who.ask(&query, json!({})).await.is_ok(), "{query}");
            });
            statements.push(asked.await);
        }
        assert_eq!(statements[0].len(), statements[1].len(), "{name}: {statements:#?}");
        // The only list without pages is as long as there are disputes.
        dispute::Entity::delete_many().exec(&site.app.db).await.expect("disputes can be deleted");
    }

    let lists_of_objects = contract.reached_from(["Query", "Mutation", "Subscription"]).into_iter().flat_map(|of| {
        let lists = contract.fields(of).iter().filter(|field| field.is_list && !contract.fields(&field.of).is_empty());
        lists.map(move |field| format!("{of}.{}", field.name))
    });
    let empty: Vec<String> = lists_of_objects.filter(|list| !filled.contains(list)).collect();
    assert_eq!(empty, ELSEWHERE, "nothing was seen of these lists");
    site.finish().await;
}
