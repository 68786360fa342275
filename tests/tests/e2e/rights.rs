//! Rights: who is let through to which field. Every field that can be asked for first has a row; every field below is in
//! one of the lists of [`fields`]. A new field without either fails.

use std::{collections::BTreeSet, time::Duration};

use entities::{session, user::Role};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};
use server::reference::rights::{self, Access};
use testkit::wait::PATIENCE;
use tests::{
    Site,
    client::Client,
    contract::Contract,
    socket::{Said, Socket},
};
use uuid::Uuid;

mod fields;
mod pages;

/// Let through.
const SHOWN: &str = "shown";
/// As if there were nothing.
const NOTHING: &str = "nothing";
// Refused, with a code.
const ANONYMOUS: &str = "UNAUTHENTICATED";
const FORBIDDEN: &str = "FORBIDDEN";
const UNKNOWN: &str = "NOT_FOUND";
const CONFLICT: &str = "CONFLICT";
/// Let through to a judgement on the input, which is wrong on purpose.
const JUDGED: &str = "BAD_USER_INPUT";

/// A root field, an operation that asks for it, and the answers to: nobody, another customer, the owner, a steward, an
/// admin. The owner's are asked last, for they may change what is asked about.
struct Row {
    field: &'static str,
    document: &'static str,
    answers: [&'static str; 5],
}

const fn row(field: &'static str, document: &'static str, answers: [&'static str; 5]) -> Row {
    Row { field, document, answers }
}

const EVERYBODY: [&str; 5] = [SHOWN; 5];
const SIGNED_IN: [&str; 5] = [ANONYMOUS, SHOWN, SHOWN, SHOWN, SHOWN];
const STEWARDS: [&str; 5] = [ANONYMOUS, FORBIDDEN, FORBIDDEN, SHOWN, SHOWN];
const ADMINS: [&str; 5] = [ANONYMOUS, FORBIDDEN, FORBIDDEN, FORBIDDEN, SHOWN];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("Query.matches", "{ field: matches { totalCount } }", EVERYBODY),
    row("Query.site", "{ field: site { name } }", EVERYBODY),
    row("Query.now", "{ field: now }", EVERYBODY),
    row("Query.rateLimit", "{ field: rateLimit { limit } }", EVERYBODY),
    row("Query.addressRules", "{ field: addressRules { nodes { network } } }", ADMINS),
    row("Query.securityEvents", "{ field: securityEvents { nodes { id } } }", ADMINS),
    row("Query.captchaChallenge", "{ field: captchaChallenge { provider } }", EVERYBODY),
    row("Query.match", "{ field: match(matchNumber: 1) { id } }", EVERYBODY),
    row("Query.search", "{ field: search(query: \"qatar\") { nodes { typos } } }", EVERYBODY),
    row("Query.recommendations", "{ field: recommendations { nodes { match { id } } } }", EVERYBODY),
    row("Query.me", "{ field: me { id email } }", [NOTHING, SHOWN, SHOWN, SHOWN, SHOWN]),
    row("Query.accountDeletion", "{ field: accountDeletion { needsPassword } }", SIGNED_IN),
    row("Query.myReservations", "{ field: myReservations { nodes { id } } }", SIGNED_IN),
    row("Query.myTickets", "{ field: myTickets { nodes { id code qr passUrl } } }", SIGNED_IN),
    row("Query.ticketTransfer", r#"{ field: ticketTransfer(code: "wrong") { state } }"#, [NOTHING; 5]),
    row("Query.revokedTickets", "{ field: revokedTickets { until nodes { ticketId } } }", STEWARDS),
    row("Query.reservation", "query ($reservation: ID!) { field: reservation(id: $reservation) { id } }",
        [ANONYMOUS, NOTHING, SHOWN, NOTHING, SHOWN]),
    row("Query.node", "query ($reservation: ID!) { field: node(id: $reservation) { id } }",
        [NOTHING, NOTHING, SHOWN, NOTHING, SHOWN]),
    row("Query.node", "query ($owner: ID!) { field: node(id: $owner) { id } }",
        [NOTHING, NOTHING, SHOWN, NOTHING, SHOWN]),
    row("Query.node", "query ($ticket: ID!) { field: node(id: $ticket) { id } }",
        [NOTHING, NOTHING, SHOWN, NOTHING, SHOWN]),
    row("Query.node", "query ($match: ID!) { field: node(id: $match) { id } }", EVERYBODY),
    row("Query.node", "query ($listing: ID!) { field: node(id: $listing) { id } }", EVERYBODY),
    row("Query.listing", "query ($listing: ID!) { field: listing(id: $listing) { id ticketId } }", EVERYBODY),
    row("Query.listings", "{ field: listings { nodes { id } } }", EVERYBODY),
    row("Query.myListings", "{ field: myListings { nodes { id } } }", SIGNED_IN),
    row("Query.myOrders", "{ field: myOrders { nodes { id } } }", SIGNED_IN),
    row("Query.payouts", "{ field: payouts { nodes { amount { amount } } } }", SIGNED_IN),
    row("Query.reconciliation", "{ field: reconciliation { kind } }",
        [ANONYMOUS, FORBIDDEN, FORBIDDEN, FORBIDDEN, SHOWN]),
    row("Subscription.availability", "subscription { availability(matchNumbers: [1]) { version } }", EVERYBODY),
    row("Subscription.reservation", "subscription ($reservation: ID!) { reservation(id: $reservation) { id } }",
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, SHOWN]),
    row("Subscription.listingsChanged", "subscription { listingsChanged(matchNumbers: [2]) { version } }", EVERYBODY),
    row("Subscription.securityEvents", "subscription { securityEvents { count } }", ADMINS),
    row("Mutation.solveCaptcha", r#"mutation { field: solveCaptcha(input: {payload: "wrong"}) { expiresAt } }"#,
        ["CAPTCHA_FAILED"; 5]),
    row("Mutation.signUp",
        r#"mutation ($new: String!) { field: signUp(input: {email: $new, password: "a good password"}) { expiresAt } }"#,
        EVERYBODY),
    row("Mutation.signIn", r#"mutation ($known: String!) {
        field: signIn(input: {email: $known, password: "correct horse battery staple"}) { expiresAt } }"#, EVERYBODY),
    row("Mutation.refreshSession",
        "mutation ($refresh: String!) { field: refreshSession(input: {refreshToken: $refresh}) { expiresAt } }",
        EVERYBODY),
    row("Mutation.requestPasswordReset",
        r#"mutation { field: requestPasswordReset(input: {email: "nobody@example.com"}) { success } }"#, EVERYBODY),
    row("Mutation.resetPassword",
        r#"mutation { field: resetPassword(input: {code: "wrong", newPassword: "a good password"}) { success } }"#,
        [JUDGED; 5]),
    row("Mutation.verifyEmail", r#"mutation { field: verifyEmail(input: {code: "wrong"}) { user { id } } }"#,
        [JUDGED; 5]),
    row("Mutation.requestEmailVerification", "mutation { field: requestEmailVerification { success } }", SIGNED_IN),
    row("Mutation.updateProfile", r#"mutation { field: updateProfile(input: {country: "QA"}) { user { id } } }"#,
        SIGNED_IN),
    row("Mutation.changePassword", r#"mutation {
        field: changePassword(input: {currentPassword: "wrong", newPassword: "a good password"}) { user { id } } }"#,
        [ANONYMOUS, JUDGED, JUDGED, JUDGED, JUDGED]),
    row("Mutation.setPersonalisation", "mutation { field: setPersonalisation(input: {enabled: false}) { user { id } } }",
        SIGNED_IN),
    row("Mutation.exportMyData", "mutation { field: exportMyData { fileName } }", SIGNED_IN),
    row("Mutation.deleteAccount", r#"mutation { field: deleteAccount(input: {password: "wrong"}) { deletedAt } }"#,
        [ANONYMOUS, JUDGED, JUDGED, JUDGED, JUDGED]),
    row("Mutation.reserve", "mutation { field: reserve(input: {matchNumber: 1, category: 2, quantity: 1}) {
        reservation { id } } }", SIGNED_IN),
    row("Mutation.extendReservation", "mutation ($extended: ID!) {
        field: extendReservation(input: {reservationId: $extended}) { reservation { id } } }",
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, UNKNOWN]),
    row("Mutation.cancelReservation", "mutation ($reservation: ID!) {
        field: cancelReservation(input: {reservationId: $reservation}) { reservation { id } } }",
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, UNKNOWN]),
    row("Mutation.createPaymentIntent", "mutation ($payable: ID!) {
        field: createPaymentIntent(input: {reservationId: $payable}) { clientSecret } }",
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, UNKNOWN]),
    row("Mutation.payReservation", r#"mutation ($payed: ID!) {
        field: payReservation(input: {reservationId: $payed, paymentMethod: "pm_card_visa"}) { clientSecret } }"#,
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, UNKNOWN]),
    row("Mutation.checkIn", r#"mutation {
        field: checkIn(input: {code: "forged", deviceId: "north", nonce: "1"}) { checkIn { outcome } } }"#, STEWARDS),
    row("Mutation.checkInBatch", r#"mutation {
        field: checkInBatch(input: {deviceId: "north", scans: []}) { checkIns { outcome } } }"#, STEWARDS),
    row("Mutation.createListing", r#"mutation ($ticket: ID!) { field: createListing(input: {
        ticketId: $ticket, title: "Row 3", price: {amount: "70"}}) { listing { id } } }"#,
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, UNKNOWN]),
    row("Mutation.updateListing", r#"mutation ($listing: ID!) { field: updateListing(input: {
        id: $listing, version: 1, title: "Row 4"}) { listing { id } } }"#,
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, UNKNOWN]),
    row("Mutation.orderListing", "mutation ($ordered: ID!) {
        field: orderListing(input: {listingId: $ordered}) { order { id } } }",
        [ANONYMOUS, SHOWN, FORBIDDEN, CONFLICT, CONFLICT]),
    row("Mutation.withdrawListing", "mutation ($withdrawn: ID!) {
        field: withdrawListing(input: {id: $withdrawn}) { listing { id } } }",
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, SHOWN]),
    row("Mutation.refundReservation", "mutation ($refunded: ID!) {
        field: refundReservation(input: {reservationId: $refunded}) { reservation { id } } }",
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, SHOWN]),
    row("Mutation.transferTicket", r#"mutation ($given: ID!) {
        field: transferTicket(input: {ticketId: $given, email: "friend@example.com"}) { ticket { id } } }"#,
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, UNKNOWN]),
    row("Mutation.cancelTicketTransfer", "mutation ($given: ID!) {
        field: cancelTicketTransfer(input: {ticketId: $given}) { ticket { id } } }",
        [ANONYMOUS, UNKNOWN, SHOWN, UNKNOWN, SHOWN]),
    row("Mutation.acceptTicketTransfer", r#"mutation {
        field: acceptTicketTransfer(input: {code: "wrong"}) { ticket { id } } }"#,
        [ANONYMOUS, JUDGED, JUDGED, JUDGED, JUDGED]),
    row("Mutation.freezeTickets", "mutation ($ticketed: ID!) {
        field: freezeTickets(input: {reservationId: $ticketed}) { reservation { id } } }", ADMINS),
    row("Mutation.unfreezeTickets", "mutation ($ticketed: ID!) {
        field: unfreezeTickets(input: {reservationId: $ticketed}) { reservation { id } } }", ADMINS),
    row("Mutation.setAddressRule", r#"mutation {
        field: setAddressRule(input: {network: "192.0.2.1", effect: BLOCK, reason: "a test"}) { rule { network } } }"#,
        ADMINS),
    row("Mutation.removeAddressRule", r#"mutation {
        field: removeAddressRule(input: {network: "198.51.100.1"}) { rule { network } } }"#,
        [ANONYMOUS, FORBIDDEN, FORBIDDEN, FORBIDDEN, UNKNOWN]),
    row("Mutation.signOut", "mutation { field: signOut { success } }", SIGNED_IN),
];

#[test]
fn every_field_that_needs_a_right_has_a_row() {
    let contract = Contract::printed();
    let of_root = |root: &'static str| contract.fields(root).iter().map(move |field| format!("{root}.{}", field.name));
    let of_roots: BTreeSet<String> = ["Query", "Mutation", "Subscription"].into_iter().flat_map(of_root).collect();

    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.field.to_owned()).collect();

    assert_eq!(of_roots, rows, "on the left what the schema has, on the right what has a row");
}

#[test]
fn the_reference_says_who_is_let_through_as_the_rows_do() {
    let listed: BTreeSet<&str> = rights::ROOTS.iter().map(|(field, _)| *field).collect();
    assert_eq!(listed.len(), rights::ROOTS.len(), "a field is there twice");
    let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.field).collect();
    assert_eq!(listed, rows, "on the left what the reference has, on the right what has a row");

    for row in ROWS.iter().filter(|row| row.field != "Query.node") {
        let [anonymous, other, owner, steward, admin] = row.answers;
        let is_hidden = |answer: &str| [UNKNOWN, NOTHING].contains(&answer);
        let found = match (anonymous, other, owner, steward, admin) {
            (ANONYMOUS, FORBIDDEN, FORBIDDEN, FORBIDDEN, _) => Access::Admins,
            (ANONYMOUS, FORBIDDEN, FORBIDDEN, ..) => Access::Stewards,
            (ANONYMOUS, other, SHOWN, _, SHOWN) if is_hidden(other) => Access::OwnerAndAdmins,
            (ANONYMOUS, other, SHOWN, _, admin) if is_hidden(other) && is_hidden(admin) => Access::Owner,
            (ANONYMOUS, ..) => Access::SignedIn,
            _ => Access::Everybody,
        };
        assert_eq!(rights::of_root(row.field), Some(found), "{}", row.field);
    }
    assert_eq!(rights::of_root("Query.node"), Some(Access::Shown), "its rows are of several objects");
}

/// What a subscription says first. Something is decided again and again meanwhile, for those who are told of decisions.
async fn first_said(who: &Client, socket: &mut Socket) -> Said {
    for _ in 0..PATIENCE.as_secs() {
        who.ask("mutation { solveCaptcha(input: {payload: \"wrong\"}) { expiresAt } }", json!({})).await;
        if let Some(said) = socket.said_within(Duration::from_secs(1)).await {
            return said;
        }
    }
    panic!("the subscription says nothing");
}

/// What somebody is answered: let through, nothing, or a code.
async fn answer(who: &Client, row: &Row, variables: Value) -> String {
    if row.field.starts_with("Subscription.") {
        let mut socket = who.socket().await;
        socket.subscribe(row.document, variables).await;
        return match first_said(who, &mut socket).await {
            Said::Next(_) => SHOWN.to_owned(),
            Said::Error(code) => code,
            other => panic!("{}: {other:?}", row.field),
        };
    }
    let answer = who.ask(row.document, variables).await;
    match answer.is_ok() {
        true if answer.data()["field"].is_null() => NOTHING.to_owned(),
        true => SHOWN.to_owned(),
        false => answer.code().to_owned(),
    }
}

/// What crowds do is let through by what an instance has heard, within a second.
const HURRIED: [&str; 3] = ["Mutation.reserve", "Mutation.checkIn", "Mutation.checkInBatch"];
/// What needs no session.
const OPENING: [&str; 6] = [
    "Mutation.signUp",
    "Mutation.signIn",
    "Mutation.refreshSession",
    "Mutation.requestPasswordReset",
    "Mutation.resetPassword",
    "Mutation.solveCaptcha",
];

/// Everything that a row may ask about, and there is none of it.
fn nothing(document: &str) -> Value {
    let names = document.split('$').skip(1).filter_map(|rest| rest.split_once(':')).map(|(name, _)| name);
    let names = names.filter(|name| name.chars().all(char::is_alphanumeric));
    Value::Object(names.map(|name| (name.to_owned(), json!("none"))).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_mutation_is_done_by_the_token_of_a_session_that_has_ended() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let admin = site.staff("admin", Role::Admin).await;
    let ask = async |row: &Row| admin.ask(row.document, nothing(row.document)).await.code().to_owned();
    let mutations = || ROWS.iter().filter(|row| row.field.starts_with("Mutation.") && !OPENING.contains(&row.field));

    // As another instance ends it, which this one has not heard of.
    session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(site.app.clock.now())), ..Default::default() })
        .exec(&site.app.db)
        .await
        .expect("sessions can be changed");
    for row in mutations().filter(|row| !HURRIED.contains(&row.field)) {
        assert_eq!(ask(row).await, ANONYMOUS, "{}", row.field);
    }
    assert!(mutations().count() > 15);

    site.move_clock(Duration::from_secs(60));
    for row in mutations() {
        assert_eq!(ask(row).await, ANONYMOUS, "{}", row.field);
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_let_through_to_what_they_have_a_right_to_and_no_further() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let owner = site.fan("owner").await;
    let reservation = owner.holds(1, 1, 1).await;
    let (payable, payed) = (owner.holds(1, 3, 1).await, owner.holds(1, 3, 1).await);
    let ticketed = owner.holds(1, 3, 1).await;
    owner.pay(&ticketed, "pm_card_visa", "ticketed").await.data();
    let tickets = owner.ask("{ myTickets { nodes { id } } }", json!({})).await.data();
    let refunded = owner.holds(1, 2, 1).await;
    owner.pay(&refunded, "pm_card_visa", "refunded").await.data();
    site.on_sale(2, 20).await;
    let (ticket, given) = (owner.buys(2, 1).await, owner.buys(2, 1).await);
    let extended = owner.holds(2, 2, 1).await;
    let mut listings = Vec::new();
    for _ in 0..3 {
        listings.push(owner.offers(&owner.buys(2, 1).await, "70").await);
    }
    let me = owner.ask("{ me { id email } match(matchNumber: 1) { id } }", json!({})).await.data();
    // In the order of asking; the numbers are those of the columns.
    let askers = [
        (0, site.visitor()),
        (1, site.fan("stranger").await),
        (3, site.staff("steward", Role::Steward).await),
        (4, site.staff("admin", Role::Admin).await),
        (2, owner),
    ];

    for row in ROWS {
        for (column, who) in &askers {
            let spare = match row.field {
                "Mutation.refreshSession" => site.fan("spare").await.refresh_token,
                _ => None,
            };
            let all = json!({
                "reservation": reservation, "payable": payable, "payed": payed, "refunded": refunded,
                "ticketed": ticketed, "extended": extended,
                "owner": me["me"]["id"], "match": me["match"]["id"], "ticket": tickets["myTickets"]["nodes"][0]["id"],
                "known": me["me"]["email"], "new": format!("{}@example.com", Uuid::new_v4().simple()),
                "refresh": spare, "ticket": ticket, "given": given,
                "listing": listings[0], "ordered": listings[1], "withdrawn": listings[2],
            });
            let asked: serde_json::Map<String, Value> = (all.as_object().expect("it is an object").clone())
                .into_iter()
                .filter(|(name, _)| row.document.contains(&format!("${name}:")))
                .collect();

            let answered = answer(who, row, Value::Object(asked)).await;

            assert_eq!(answered, row.answers[*column], "{} for {column}: {}", row.field, row.document);
        }
    }
    site.finish().await;
}
