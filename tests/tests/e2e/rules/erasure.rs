//! Accounts that are deleted: what is gone, what is kept, and what their owners show for it.

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

use book::master_list::MasterListMatch;
use domain::{
    accounts::{
        self, AccountError, SignUp,
        deletion::{self, Deleted, Force, KeptKind, Proof},
    },
    audit, keeper,
    mails::{self, Content},
    payments::refunds::{self, RefundRequest},
    resale::{self, Change, Subject},
    security_events::{self, Sighting},
};
use entities::{
    analytics_erasure, analytics_subject, category::Category, listing, payment, payout, refund, reservation,
    reservation::CancelReason, security_event::Kind, ticket, user,
};
use jsonwebtoken::Algorithm::ES256;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryResult, Statement};
use serde_json::json;
use tests::{
    Backend, Fan, TestApp,
    bank::PAYS,
    both,
    mailer::TestMailer,
    offer,
    provider::{SigningKey, claims, config, site, with},
    sites::{PRICE, given},
};
use uuid::Uuid;

both! {
    nothing_that_says_who_they_were_is_left_and_the_books_are,
    the_email_is_free_at_once_and_was_told,
    holds_and_orders_that_are_not_paid_end,
    by_a_wrong_password_or_none_no_account_is_deleted,
    what_a_deleted_person_could_do_they_can_no_more,
    who_signs_in_at_a_provider_shows_that_they_just_did,
    tokens_of_a_provider_from_before_open_no_other_account,
    an_operator_goes_past_tickets,
    what_security_counted_late_is_not_written_of_the_deleted,
    a_pseudonym_goes_and_comes_anew,
}

pub(super) const PASSWORD: &str = "correct horse battery staple";
const EMAIL: &str = "Zanzibar.Ana@Example.com";
const NAME: &str = "Zanzibar Quillfeather";
/// What any of it may be found by.
const NEEDLES: [&str; 3] = ["zanzibar", "quillfeather", "203.0.113."];

pub(super) fn address() -> IpAddr {
    "203.0.113.7".parse().expect("it is an address")
}

/// An account that was opened from the address, as a fan.
pub(super) async fn person(app: &TestApp, email: &str, name: &str) -> Fan {
    let details = SignUp {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: Some(name.to_owned()),
        country: Some("QA".to_owned()),
        locale: Some("en".to_owned()),
    };
    let session = accounts::sign_up_from(app, Some(address()), details).await.expect("nothing stands against it");
    let viewer = accounts::authenticate(app, &session.access_token).await.expect("the token is good");
    let mut fan = app.fan(&Uuid::new_v4().to_string()).await;
    fan.viewer = viewer;
    fan
}

pub(super) async fn deletes(app: &TestApp, fan: &Fan) -> Result<Deleted, AccountError> {
    let proof = Proof { password: Some(PASSWORD.to_owned()), kept_token: None };
    deletion::delete(app, fan.viewer, Some(address()), proof).await
}

/// A match that is played tomorrow.
pub(super) async fn to_come(app: &TestApp, number: i32) {
    let date_utc = app.now() + chrono::Duration::days(1);
    app.give(MasterListMatch { date_utc, ..given(number, &[(Category::One, 20)]) }).await;
}

/// Every column of every table.
pub(super) async fn columns(app: &TestApp) -> Vec<(String, String)> {
    let query = match app.backend {
        Backend::Sqlite => {
            "SELECT tables.name AS of, columns.name AS name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%' AND tables.name NOT LIKE 'seaql%'"
        }
        Backend::Postgres => {
            "SELECT table_name::text AS of, column_name::text AS name FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name NOT LIKE 'seaql%'"
        }
    };
    let rows = app.db.query_all_raw(Statement::from_string(app.db.get_database_backend(), query)).await;
    let text = |row: &QueryResult, name: &str| row.try_get("", name).expect("it is text");
    rows.expect("the schema can be read").iter().map(|row| (text(row, "of"), text(row, "name"))).collect()
}

/// Where a text stands in the database, in any case.
async fn found(app: &TestApp, needle: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (table, column) in columns(app).await {
        let query = format!(
            "SELECT count(*) AS rows FROM \"{table}\" WHERE lower(CAST(\"{column}\" AS text)) LIKE '%{needle}%'"
        );
        let row = app.db.query_one_raw(Statement::from_string(app.db.get_database_backend(), query)).await;
        let count: i64 =
            row.expect("a table can be read").expect("it is counted").try_get("", "rows").expect("a number");
        if count > 0 {
            found.insert(format!("{table}.{column}"));
        }
    }
    found
}

async fn counted<E: EntityTrait>(app: &TestApp, column: E::Column, id: Uuid) -> u64
where
    E::Model: Send + Sync,
{
    E::find().filter(column.eq(id)).count(&app.db).await.expect("rows can be counted")
}

/// A past of every kind, and nothing that is open.
pub(super) async fn with_a_past(app: &TestApp) -> Fan {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, EMAIL, NAME).await;
    let (ben, giver) = (app.fan("ben").await, app.fan("giver").await);

    // Bought with a key of her own, and one of two given back with a reason.
    let held = ana.hold_once("zanzibar-hold", 1, Category::One, 2).await.expect("nothing stands against it");
    ana.pay_with(held.id, PAYS, Some("zanzibar-pays")).await.expect("the card pays");
    let tickets = super::refunds::tickets_of(app, held.id).await;
    let request = RefundRequest {
        reservation_id: held.id,
        tickets: Some(vec![tickets[0].id]),
        reason: Some("Quillfeather is ill".to_owned()),
    };
    refunds::refund(app, ana.viewer, request).await.expect("nothing stands against it");
    // Sold one, and took another from the market.
    for (number, is_sold) in [(0, true), (1, false)] {
        let bought = ana.buys(1, Category::One).await;
        let said = resale::Offer {
            title: format!("Row {number}, ask for Quillfeather")
                .replace("Quillfeather", if is_sold { "me" } else { "Quillfeather" }),
            description: Some("Write to zanzibar.ana".to_owned()),
            idempotency_key: Some(format!("zanzibar-{number}")),
            ..offer(Subject::Ticket(bought.id), PRICE)
        };
        let listing = ana.offer(said).await.expect("nothing stands against the offer");
        if is_sold {
            let order = ben.orders(listing.id).await;
            ben.pay(order.id).await.expect("it can be paid");
        } else {
            ana.change(
                listing.id,
                Change { version: listing.version, title: Some("For Quillfeather".to_owned()), ..Change::default() },
            )
            .await
            .expect("it is hers");
            ana.withdraw(listing.id).await.expect("it is hers");
        }
    }
    keeper::round(app).await.expect("payouts can be made");
    // Was given one ticket, and is offered another.
    let gift = giver.buys(1, Category::One).await;
    let code = super::transfers::offered(app, &giver, gift.id, EMAIL).await;
    ana.accept(&code).await.expect("nothing stands against it");
    let second = giver.buys(1, Category::One).await;
    giver.give(second.id, "zanzibar.ana@EXAMPLE.com").await.expect("nothing stands against it");
    // Was seen, forgot her password, and is to be mailed.
    let now = app.now();
    let seen = Sighting {
        kind: Kind::RateLimited,
        detail: "of_user".to_owned(),
        network: Some("203.0.113.0/24".to_owned()),
        user_id: Some(ana.viewer.user_id),
        minute: now,
        count: 1,
        first_at: now,
        last_at: now,
    };
    security_events::record(app, &[seen]).await.expect("events can be counted");
    accounts::request_password_reset(app, None, EMAIL).await.expect("anybody may ask");
    app.publish().await;
    ana
}

async fn nothing_that_says_who_they_were_is_left_and_the_books_are(app: &TestApp) {
    let ana = with_a_past(app).await;
    let id = ana.viewer.user_id;
    let before = found(app, NEEDLES[0]).await;
    for place in [
        "users.email",
        "users.email_key",
        "users.display_name",
        "mails.email_key",
        "ticket_transfers.recipient",
        "reservations.idempotency_key",
        "payments.idempotency_key",
        "listings.description",
        "listings.seller_name",
        "listings.idempotency_key",
        "tickets.holder_name",
    ] {
        assert!(before.contains(place), "{place} is not looked at: {before:?}");
    }
    assert!(
        found(app, NEEDLES[1]).await.is_superset(&BTreeSet::from(["refunds.reason".into(), "listings.title".into()]))
    );
    assert_eq!(found(app, NEEDLES[2]).await, BTreeSet::from(["security_events.network".to_owned()]));
    let books = [
        counted::<reservation::Entity>(app, reservation::Column::UserId, id).await,
        counted::<payment::Entity>(app, payment::Column::UserId, id).await,
        counted::<ticket::Entity>(app, ticket::Column::UserId, id).await,
        counted::<listing::Entity>(app, listing::Column::SellerId, id).await,
        counted::<payout::Entity>(app, payout::Column::SellerId, id).await,
        counted::<refund::Entity>(app, refund::Column::AskedBy, id).await,
    ];
    assert!(books.iter().all(|rows| *rows > 0), "{books:?}");
    let subject =
        analytics_subject::Entity::find_by_id(id).one(&app.db).await.expect("it can be read").expect("she has one");

    let deleted = deletes(app, &ana).await.expect("nothing stands in the way");

    let mailer = TestMailer::default();
    while mails::round(app, &mailer).await.expect("mails can be looked for") > 0 {}
    let told = app.publish().await;
    for needle in NEEDLES {
        assert_eq!(found(app, needle).await, BTreeSet::new(), "{needle}");
        assert!(
            !format!("{told:?}").to_lowercase().contains(needle),
            "the copies of the market are told of it: {needle}"
        );
    }
    let books_after = [
        counted::<reservation::Entity>(app, reservation::Column::UserId, id).await,
        counted::<payment::Entity>(app, payment::Column::UserId, id).await,
        counted::<ticket::Entity>(app, ticket::Column::UserId, id).await,
        counted::<listing::Entity>(app, listing::Column::SellerId, id).await,
        counted::<payout::Entity>(app, payout::Column::SellerId, id).await,
        counted::<refund::Entity>(app, refund::Column::AskedBy, id).await,
    ];
    assert_eq!(books_after, books, "what the law makes a seller keep stays");
    let kinds: Vec<KeptKind> = deleted.kept.iter().map(|kept| kept.kind).collect();
    assert_eq!(
        kinds,
        [
            KeptKind::Reservations,
            KeptKind::Payments,
            KeptKind::Refunds,
            KeptKind::Tickets,
            KeptKind::TicketTransfers,
            KeptKind::Listings,
            KeptKind::Payouts
        ]
    );
    let sold = listing::Entity::find().filter(listing::Column::State.eq(listing::State::Sold)).one(&app.db).await;
    assert_eq!(sold.expect("it can be read").expect("it is there").title, "Row 0, ask for me", "what its buyer bought");
    let link = analytics_subject::Entity::find_by_id(id).one(&app.db).await.expect("it can be read");
    let erased = analytics_erasure::Entity::find_by_id(subject.subject).one(&app.db).await.expect("it can be read");
    assert_eq!((link, erased.map(|row| row.subject)), (None, Some(subject.subject)));
    assert_eq!(audit::violations(&app.db).await.expect("the database can be audited"), [""; 0]);
}

async fn the_email_is_free_at_once_and_was_told(app: &TestApp) {
    let ana = person(app, EMAIL, NAME).await;
    let mailer = TestMailer::default();
    mails::round(app, &mailer).await.expect("mails can be looked for");
    mailer.empty();

    deletes(app, &ana).await.expect("nothing stands in the way");

    let again = person(app, &EMAIL.to_lowercase(), "Another").await;
    assert_ne!(again.viewer.user_id, ana.viewer.user_id);
    while mails::round(app, &mailer).await.expect("mails can be looked for") > 0 {}
    let sent = mailer.empty();
    let [farewell, welcome] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((farewell.to.as_str(), &farewell.content), ("zanzibar.ana@example.com", &Content::AccountDeleted));
    assert_eq!((farewell.locale.as_deref(), farewell.name.as_deref()), (Some("en"), None));
    assert!(matches!(welcome.content, Content::VerifyEmail { .. }), "{welcome:?}");
}

async fn holds_and_orders_that_are_not_paid_end(app: &TestApp) {
    to_come(app, 1).await;
    let (ana, ben) = (person(app, EMAIL, NAME).await, app.fan("ben").await);
    let offered = ben.buys(1, Category::One).await;
    let listing = ben.offers(offered.id, PRICE).await;
    let hold = ana.holds(1, Category::One, 2).await;
    let order = ana.orders(listing.id).await;

    deletes(app, &ana).await.expect("nothing stands in the way");

    for id in [hold.id, order.id] {
        assert_eq!(app.reservation(id).await.cancel_reason, Some(CancelReason::User));
    }
    assert_eq!(app.pending(1, Category::One).await, 0);
    let open = super::resale::listing(app, listing.id).await;
    assert_eq!((open.state, open.order_id), (listing::State::Open, None));
    ben.withdraw(listing.id).await.expect("it is his");
}

async fn by_a_wrong_password_or_none_no_account_is_deleted(app: &TestApp) {
    let ana = person(app, EMAIL, NAME).await;
    let by = async |password: Option<&str>| {
        let proof = Proof { password: password.map(str::to_owned), kept_token: None };
        deletion::delete(app, ana.viewer, Some(address()), proof).await
    };
    for none in [None, Some("")] {
        let refused = by(none).await;
        assert!(matches!(&refused, Err(AccountError::Invalid(errors)) if errors[0].field == "password"), "{refused:?}");
    }
    for _ in 0..6 {
        let refused = by(Some("not her password")).await;
        assert!(matches!(refused, Err(AccountError::WrongPassword("password"))), "{refused:?}");
    }
    let limited = by(Some(PASSWORD)).await;
    assert!(matches!(limited, Err(AccountError::TooManyAttempts { .. })), "{limited:?}");
    app.move_clock(Duration::from_secs(60));
    // Right ones are counted no more, whatever else stands in the way.
    to_come(app, 1).await;
    ana.buys(1, Category::One).await;
    for _ in 0..8 {
        let refused = by(Some(PASSWORD)).await;
        assert!(matches!(refused, Err(AccountError::NotSettled(_))), "{refused:?}");
    }
    let row = accounts::find(app, ana.viewer.user_id).await.expect("accounts can be read");
    assert_eq!(row.and_then(|row| row.display_name).as_deref(), Some(NAME), "refused, nothing changes");
}

async fn what_a_deleted_person_could_do_they_can_no_more(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, EMAIL, NAME).await;
    let again = accounts::sign_in(app, None, EMAIL, PASSWORD.to_owned()).await.expect("she can sign in");
    accounts::request_password_reset(app, None, EMAIL).await.expect("anybody may ask");
    let mailer = TestMailer::default();
    while mails::round(app, &mailer).await.expect("mails can be looked for") > 0 {}
    let codes: Vec<String> = mailer.empty().iter().map(|mail| tests::mailer::code(mail).to_owned()).collect();

    deletes(app, &ana).await.expect("nothing stands in the way");

    let shown = accounts::authenticate(app, &again.access_token).await;
    assert!(matches!(shown, Err(AccountError::EndedSession)), "{shown:?}");
    let refreshed = accounts::refresh(app, &again.refresh_token).await;
    assert!(matches!(refreshed, Err(AccountError::InvalidToken)), "{:?}", refreshed.err());
    let signed_in = accounts::sign_in(app, None, EMAIL, PASSWORD.to_owned()).await;
    assert!(matches!(signed_in, Err(AccountError::WrongCredentials)), "{:?}", signed_in.err());
    for code in codes {
        let reset = accounts::reset_password(app, None, &code, "a better password".to_owned()).await;
        let verified = accounts::verify_email(app, &code).await;
        assert!(matches!(reset, Err(AccountError::InvalidCode)), "{reset:?}");
        assert!(matches!(verified, Err(AccountError::InvalidCode)), "{verified:?}");
    }
    // As a request that was let in a moment before.
    let held = ana.hold(1, Category::One, 1).await;
    assert_eq!(held.expect_err("she has no account").to_string(), "the account was deleted");
    let named = accounts::update_profile(app, ana.viewer, accounts::ProfileChange::default()).await;
    assert!(matches!(named, Err(AccountError::InvalidToken)), "{named:?}");
    let deleted = deletes(app, &ana).await;
    assert!(matches!(deleted, Err(AccountError::InvalidToken)), "{deleted:?}");
    for name in [EMAIL.to_owned(), ana.viewer.user_id.to_string()] {
        assert!(!accounts::admin::disable(app, &name).await.expect("it can be looked for"), "{name}");
    }
}

async fn who_signs_in_at_a_provider_shows_that_they_just_did(app: &TestApp) {
    let key = SigningKey::new("one", ES256);
    let at = site(app, config(), &[&key]);
    let now = app.now().timestamp();
    let minutes_ago = |minutes: i64| json!(now - minutes * 60);
    let by = async |claims| {
        let viewer = accounts::authenticate(&at, &key.sign(&claims)).await.expect("the token is good");
        deletion::delete(&at, viewer, None, Proof::default()).await
    };
    let ana = || with(claims(&at, "ana"), "email", json!(EMAIL));

    for stale in [with(ana(), "iat", minutes_ago(6)), with(ana(), "auth_time", minutes_ago(6))] {
        let refused = by(stale).await;
        assert!(matches!(refused, Err(AccountError::NotProved)), "{refused:?}");
    }
    let outlook = async |claims| {
        let viewer = accounts::authenticate(&at, &key.sign(&claims)).await.expect("the token is good");
        deletion::outlook(&at, viewer).await.expect("she has an account")
    };
    assert!(!outlook(ana()).await.needs_password);
    let old_token_new_sign_in = with(with(ana(), "iat", minutes_ago(8)), "auth_time", minutes_ago(4));
    by(old_token_new_sign_in).await.expect("she has just signed in");
}

async fn tokens_of_a_provider_from_before_open_no_other_account(app: &TestApp) {
    let key = SigningKey::new("one", ES256);
    let at = site(app, config(), &[&key]);
    let named = with(with(claims(&at, "zanzibar"), "email", json!(EMAIL)), "email_verified", json!(true));
    let before = key.sign(&named);
    let viewer = accounts::authenticate(&at, &before).await.expect("the token is good");
    assert!(found(app, "zanzibar").await.contains("external_identities.subject"));

    deletion::delete(&at, viewer, None, Proof::default()).await.expect("she has just signed in");

    // Also once nothing is remembered of its signature.
    for wait in [0, 61, 120] {
        app.move_clock(Duration::from_secs(wait));
        let refused = accounts::authenticate(&at, &before).await;
        assert!(matches!(refused, Err(AccountError::EndedSession)), "{refused:?}");
    }
    let mailer = TestMailer::default();
    while mails::round(&at, &mailer).await.expect("mails can be looked for") > 0 {}
    assert_eq!(mailer.empty().len(), 1, "the email that the provider vouches for is told");
    assert_eq!(found(app, "zanzibar").await, BTreeSet::new());
    let anew = accounts::authenticate(&at, &key.sign(&claims(&at, "zanzibar"))).await.expect("she signed in again");
    assert_ne!(anew.user_id, viewer.user_id);
}

async fn an_operator_goes_past_tickets(app: &TestApp) {
    to_come(app, 1).await;
    let (ana, ben) = (person(app, EMAIL, NAME).await, app.fan("ben").await);
    let (kept, offered) = (ana.buys(1, Category::One).await, ana.buys(1, Category::One).await);
    let listing = ana.offers(offered.id, PRICE).await;
    let given = ana.buys(1, Category::One).await;
    let code = super::transfers::offered(app, &ana, given.id, "ben@example.com").await;

    let refused = deletion::erase_named(app, EMAIL, Force::No).await;
    assert!(matches!(refused, Err(AccountError::NotSettled(_))), "{refused:?}");
    let erased = deletion::erase_named(app, EMAIL, Force::Tickets).await.expect("no money is on its way");
    assert!(erased.is_some());

    assert_eq!(super::resale::listing(app, listing.id).await.state, listing::State::Withdrawn);
    for id in [kept.id, offered.id, given.id] {
        let row = super::resale::ticket(app, id).await;
        assert_eq!((row.status, row.holder_name), (ticket::Status::Valid, None), "whoever has its code may come in");
    }
    assert!(ben.accept(&code).await.is_ok(), "what was offered can still be accepted");
    assert!(deletion::erase_named(app, EMAIL, Force::Tickets).await.expect("it can be looked for").is_none());
}

async fn what_security_counted_late_is_not_written_of_the_deleted(app: &TestApp) {
    let (ana, ben) = (person(app, EMAIL, NAME).await, app.fan("ben").await);
    let now = app.now();
    let seen = |fan: &Fan| Sighting {
        kind: Kind::SignInThrottled,
        detail: "of_user".to_owned(),
        network: Some("203.0.113.0/24".to_owned()),
        user_id: Some(fan.viewer.user_id),
        minute: now,
        count: 1,
        first_at: now,
        last_at: now,
    };
    deletes(app, &ana).await.expect("nothing stands in the way");

    security_events::record(app, &[seen(&ana)]).await.expect("there is nothing to write");
    security_events::record(app, &[seen(&ana), seen(&ben)]).await.expect("events can be counted");

    let rows = security_events::page(app, None, None, 10).await.expect("events can be read").items;
    assert_eq!(rows.iter().map(|row| row.user_id).collect::<Vec<_>>(), [Some(ben.viewer.user_id)]);
}

async fn a_pseudonym_goes_and_comes_anew(app: &TestApp) {
    let ana = person(app, EMAIL, NAME).await;
    let subject = async || {
        let row = analytics_subject::Entity::find_by_id(ana.viewer.user_id).one(&app.db).await;
        row.expect("it can be read").map(|row| row.subject)
    };
    let first = subject().await.expect("whoever signs up has one");

    let off = accounts::set_personalisation(app, ana.viewer, false).await.expect("she has an account");
    assert!(!off.personalised && subject().await.is_none());
    let erased = analytics_erasure::Entity::find_by_id(first).one(&app.db).await.expect("it can be read");
    assert!(erased.is_some());
    accounts::set_personalisation(app, ana.viewer, false).await.expect("it stays as it is");

    let on = accounts::set_personalisation(app, ana.viewer, true).await.expect("she has an account");
    let second = subject().await.expect("she has another");
    assert!(on.personalised && second != first);
    accounts::set_personalisation(app, ana.viewer, true).await.expect("it stays as it is");
    assert_eq!(subject().await, Some(second));
    let row = user::Entity::find_by_id(ana.viewer.user_id).one(&app.db).await.expect("it can be read");
    assert!(row.is_some_and(|row| row.personalised));
}
