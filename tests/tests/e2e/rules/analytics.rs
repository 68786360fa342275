//! What analytics is told: each booking at each version, under a pseudonym that leads to no fan once it is forgotten.
//!
//! That the newest state of each reservation is told of is checked after every test of an app.

use std::{collections::BTreeSet, time::Duration};

use book::{
    outbox::bookings::{self, BookingEvent, QueuedBooking},
    store::WriteTxn,
};
use chrono::TimeDelta;
use domain::{
    accounts::{self, SignUp, admin},
    analytics::{self, REMEMBERED},
    maintenance,
};
use entities::{analytics_erasure, analytics_subject, category::Category, user};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::{
    Backend, Fan, TestApp, both,
    provider::{SigningKey, claims, config, site},
    sites::PRICE,
};
use uuid::Uuid;

use super::erasure::person;

both! {
    each_change_of_a_reservation_is_told_once_at_its_version,
    whoever_signs_up_by_any_way_has_a_pseudonym,
    a_forgotten_fan_is_in_nothing_that_is_told_from_then_on,
    a_fan_who_objects_is_told_as_erased_and_books_as_nobody,
    a_fan_who_objects_no_more_is_not_known_by_what_they_booked_before,
    accounts_that_an_older_program_opens_get_a_pseudonym_and_those_who_object_do_not,
    erasures_are_remembered_for_a_while,
    no_record_has_anything_of_an_account,
    what_waits_is_told_in_its_order,
}

async fn queued(app: &TestApp) -> Vec<QueuedBooking> {
    bookings::pending(&app.db, 10_000).await.expect("bookings can be read")
}

async fn subject_of(app: &TestApp, user_id: Uuid) -> Option<Uuid> {
    let found = analytics_subject::Entity::find_by_id(user_id).one(&app.db).await.expect("pseudonyms can be read");
    found.map(|row| row.subject)
}

async fn forget(app: &TestApp, user_id: Uuid) -> Option<Uuid> {
    let txn = WriteTxn::begin(&app.store).await.expect("a transaction begins");
    let forgotten = analytics::forget(&txn, user_id, app.now()).await.expect("a fan can be forgotten");
    txn.commit().await.expect("it can be committed");
    forgotten
}

fn details(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: "correct horse battery staple".to_owned(),
        display_name: Some("Ana María".to_owned()),
        country: Some("PE".to_owned()),
        locale: None,
    }
}

async fn each_change_of_a_reservation_is_told_once_at_its_version(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    let paid = ana.holds(1, Category::One, 2).await;
    ana.pay(paid.id).await.expect("it is paid");
    ana.refund(paid.id, None).await.expect("it is given back");
    let ticket = ana.buys(1, Category::One).await;
    let listing = ana.offers(ticket.id, PRICE).await;
    let order = ben.orders(listing.id).await;
    ben.cancel(order.id).await.expect("it is given up");
    let expired = ben.holds(1, Category::One, 1).await;
    app.advance(app.settings.hold).await;

    let told = |id: Uuid, all: &[QueuedBooking]| -> Vec<(i32, String)> {
        let of = all.iter().filter_map(|queued| match &queued.event {
            BookingEvent::Booking(state) if state.reservation_id == id => Some((state.version, state.status.clone())),
            _ => None,
        });
        of.collect()
    };
    let all = queued(app).await;
    let words = |id| told(id, &all).into_iter().map(|(_, status)| status).collect::<Vec<_>>();
    assert_eq!(words(order.id), ["PENDING", "CANCELLED"]);
    assert_eq!(words(expired.id), ["PENDING", "CANCELLED"]);
    let of_paid = told(paid.id, &all);
    assert_eq!(of_paid.first(), Some(&(1, "PENDING".to_owned())));
    assert!(of_paid.iter().any(|(_, status)| status == "RESERVED"), "{of_paid:?}");
    assert_eq!(of_paid.last().map(|(_, status)| status.as_str()), Some("CANCELLED"));
    assert_eq!(of_paid.last().map(|(version, _)| *version), Some(app.reservation(paid.id).await.version));
    let subjects: BTreeSet<_> = all.iter().map(|queued| queued.fan.as_ref().map(|fan| fan.subject)).collect();
    assert_eq!(subjects.len(), 2, "each fan has one pseudonym");
}

async fn whoever_signs_up_by_any_way_has_a_pseudonym(app: &TestApp) {
    let signed_up = accounts::sign_up(app, details("ana@example.com")).await.expect("ana can sign up").user.id;
    let made = admin::create(app, details("ben@example.com"), user::Role::Customer).await.expect("it is made").id;
    let key = SigningKey::new("one", jsonwebtoken::Algorithm::EdDSA);
    let site = site(app, config(), &[&key]);
    let provided = accounts::authenticate(&site, &key.sign(&claims(app, "cleo"))).await.expect("it is good").user_id;

    let mut subjects = BTreeSet::new();
    for user_id in [signed_up, made, provided] {
        let subject = subject_of(app, user_id).await.expect("there is one");
        assert_ne!(subject, user_id);
        assert_eq!(subject.get_version_num(), 4, "it is random, and not of the time at which they signed up");
        subjects.insert(subject);
    }
    assert_eq!(subjects.len(), 3);
}

async fn a_forgotten_fan_is_in_nothing_that_is_told_from_then_on(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let (ana, ben) = (app.fan("ana").await, app.fan("ben").await);
    ana.holds(1, Category::One, 1).await;
    ben.holds(1, Category::One, 1).await;
    let of_ben = subject_of(app, ben.viewer.user_id).await.expect("there is one");

    let forgotten = forget(app, ana.viewer.user_id).await.expect("there was one");
    assert_eq!(forget(app, ana.viewer.user_id).await, None, "once");
    ana.holds(1, Category::One, 1).await;

    let all = queued(app).await;
    let subjects: BTreeSet<_> = all.iter().filter_map(|queued| Some(queued.fan.as_ref()?.subject)).collect();
    assert_eq!(subjects, BTreeSet::from([of_ben]), "what was booked before is told without its fan, too");
    let erased: Vec<_> = all.iter().filter(|queued| queued.event == BookingEvent::Erasure(forgotten)).collect();
    assert_eq!(erased.len(), 1);
    assert_eq!(
        analytics::forgotten(&app.db, app.now() - TimeDelta::days(1)).await.expect("it can be read"),
        [forgotten]
    );

    let txn = WriteTxn::begin(&app.store).await.expect("a transaction begins");
    analytics::give_subject(&txn, ana.viewer.user_id, app.now()).await.expect("it is given");
    txn.commit().await.expect("it can be committed");
    let given = subject_of(app, ana.viewer.user_id).await.expect("there is one");
    assert_ne!(given, forgotten, "nothing leads from one to the other");
}

/// What the topic is told of a reservation in its newest state: the pseudonym and the country of its fan.
async fn told_of(app: &TestApp, reservation_id: Uuid) -> (Value, Value) {
    let topics = kafka::Config::default().topics();
    let all = queued(app).await;
    let newest = all.iter().rfind(|queued| queued.reservation() == Some(reservation_id)).expect("it waits to be told");
    let record = kafka::codec::booking(&topics, "here", &newest.event, newest.fan.as_ref()).expect("it is written");
    let value: Value = serde_json::from_slice(&record.payload).expect("it is JSON");
    (value["subject"].clone(), value["country"].clone())
}

/// What the lake is completed with of a reservation.
async fn completed_with(app: &TestApp, reservation_id: Uuid) -> (Value, Value) {
    let all = analytics::bookings(&app.db, Uuid::nil(), 100).await.expect("bookings can be read");
    let found = all.into_iter().find(|(state, _)| state.reservation_id == reservation_id);
    let (_, fan) = found.expect("it is there");
    (json!(fan.as_ref().map(|fan| fan.subject)), json!(fan.and_then(|fan| fan.country)))
}

async fn personalises(app: &TestApp, fan: &Fan, enabled: bool) {
    accounts::set_personalisation(app, fan.viewer, enabled).await.expect("they have an account");
}

async fn a_fan_who_objects_is_told_as_erased_and_books_as_nobody(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, "ana@example.com", "Ana").await;
    let before = ana.holds(1, Category::One, 1).await;
    let known = subject_of(app, ana.viewer.user_id).await.expect("whoever signs up has one");
    let (hers, nobodys) = ((json!(known), json!("QA")), (Value::Null, Value::Null));
    assert_eq!((told_of(app, before.id).await, completed_with(app, before.id).await), (hers.clone(), hers));

    personalises(app, &ana, false).await;
    let after = ana.holds(1, Category::One, 1).await;
    let paid = ana.buys(1, Category::One).await.reservation_id;
    ana.cancel(before.id).await.expect("it is hers");

    for id in [before.id, after.id, paid] {
        assert_eq!((told_of(app, id).await, completed_with(app, id).await), (nobodys.clone(), nobodys.clone()));
    }
    let all = queued(app).await;
    let place = |is: &dyn Fn(&QueuedBooking) -> bool| all.iter().position(is).expect("it waits to be told");
    let erasure = place(&|queued| queued.event == BookingEvent::Erasure(known));
    assert!(place(&|queued| queued.reservation() == Some(before.id)) < erasure);
    assert!(erasure < place(&|queued| queued.reservation() == Some(after.id)));
    assert_eq!(all.iter().filter(|queued| queued.reservation().is_none()).count(), 1, "once");
}

async fn a_fan_who_objects_no_more_is_not_known_by_what_they_booked_before(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = person(app, "ana@example.com", "Ana").await;
    let before = ana.holds(1, Category::One, 1).await;
    app.move_clock(Duration::from_secs(1));
    personalises(app, &ana, false).await;
    let meanwhile = ana.holds(1, Category::One, 1).await;
    app.move_clock(Duration::from_secs(1));

    personalises(app, &ana, true).await;
    let after = ana.holds(1, Category::One, 1).await;
    // Told of anew, in a state that is newer than the pseudonym.
    ana.cancel(before.id).await.expect("it is hers");

    let given = (json!(subject_of(app, ana.viewer.user_id).await.expect("she has one again")), json!("QA"));
    assert_eq!((told_of(app, after.id).await, completed_with(app, after.id).await), (given.clone(), given));
    let nobodys = (Value::Null, Value::Null);
    for id in [before.id, meanwhile.id] {
        assert_eq!((told_of(app, id).await, completed_with(app, id).await), (nobodys.clone(), nobodys.clone()));
    }
}

async fn accounts_that_an_older_program_opens_get_a_pseudonym_and_those_who_object_do_not(app: &TestApp) {
    let fans = app.fans(3).await;
    let [older, objecting, long_ago] = [0, 1, 2].map(|at| fans[at].viewer.user_id);
    analytics_subject::Entity::delete_many().exec(&app.db).await.expect("pseudonyms can be deleted");
    user::Entity::update_many()
        .set(user::ActiveModel { personalised: Set(false), ..Default::default() })
        .filter(user::Column::Id.eq(objecting))
        .exec(&app.db)
        .await
        .expect("a fan can object");

    maintenance::forget(app).await.expect("the round works");

    assert!(subject_of(app, older).await.is_some() && subject_of(app, long_ago).await.is_some());
    assert_eq!(subject_of(app, objecting).await, None);
}

async fn erasures_are_remembered_for_a_while(app: &TestApp) {
    let ana = app.fan("ana").await;
    let forgotten = forget(app, ana.viewer.user_id).await.expect("there was one");
    let known = async || {
        let rows = analytics_erasure::Entity::find().all(&app.db).await.expect("erasures can be read");
        rows.into_iter().map(|row| row.subject).collect::<Vec<_>>()
    };

    app.move_clock((REMEMBERED - TimeDelta::days(1)).to_std().expect("it is a while"));
    maintenance::forget(app).await.expect("the round works");
    assert_eq!(known().await, [forgotten]);

    app.move_clock(Duration::from_secs(2 * 86_400));
    maintenance::forget(app).await.expect("the round works");
    assert_eq!(known().await, Vec::<Uuid>::new());
}

async fn no_record_has_anything_of_an_account(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let session = accounts::sign_up(app, details("ana@example.com")).await.expect("ana can sign up");
    let (ana, ben) = (app.fan("anamaria").await, app.fan("benjamin").await);
    let ticket = ana.buys(1, Category::One).await;
    let listing = ana.offers(ticket.id, PRICE).await;
    let order = ben.orders(listing.id).await;
    ben.pay_with(order.id, tests::bank::PAYS, None).await.expect("the card pays");
    forget(app, ben.viewer.user_id).await.expect("there was one");

    let topics = kafka::Config::default().topics();
    let mut words: Vec<String> = vec!["ana@".into(), "@example.com".into(), "anamaria".into(), "benjamin".into()];
    words.extend([ana.viewer.user_id, ben.viewer.user_id, session.user.id].map(|id| id.to_string()));
    words.extend([listing.id, ticket.id].map(|id| id.to_string()));
    for queued in queued(app).await {
        let record = kafka::codec::booking(&topics, "here", &queued.event, queued.fan.as_ref()).expect("it is written");
        let text = format!(
            "{} {} {:?}",
            String::from_utf8_lossy(&record.payload),
            String::from_utf8_lossy(record.key.as_deref().unwrap_or_default()),
            record.headers
        );
        for word in &words {
            assert!(!text.to_lowercase().contains(word), "{word} is in {text}");
        }
        let value: Value = serde_json::from_slice(&record.payload).expect("it is JSON");
        for key in value.as_object().expect("it is an object").keys() {
            assert!(!["user", "seller", "buyer", "email", "name"].iter().any(|person| key.contains(person)), "{key}");
        }
    }
}

async fn what_waits_is_told_in_its_order(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let ana = app.fan("ana").await;
    ana.holds(1, Category::One, 1).await;
    ana.holds(1, Category::One, 1).await;
    let all = queued(app).await;
    assert_eq!(all.len(), 2);
    assert!(all.is_sorted_by_key(|queued| queued.id));

    bookings::settle(&app.store, &[]).await.expect("nothing can be deleted");
    assert_eq!(bookings::backlog(&app.db, 10).await.expect("they can be counted"), 2);
    assert_eq!(bookings::pending(&app.db, 1).await.expect("they can be read"), all[..1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_of_before_the_step_have_a_pseudonym_after_it() {
    for backend in Backend::BOTH {
        let app = TestApp::start(backend).await;
        let fans = app.fans(20).await;
        while app.db.execute_unprepared("SELECT subject FROM analytics_subjects").await.is_ok() {
            Migrator::down(&app.db, Some(1)).await.expect("a step goes down");
        }

        Migrator::up(&app.db, None).await.expect("up works");

        let rows = analytics_subject::Entity::find().all(&app.db).await.expect("pseudonyms can be read");
        let users: BTreeSet<Uuid> = rows.iter().map(|row| row.user_id).collect();
        let subjects: BTreeSet<Uuid> = rows.iter().map(|row| row.subject).collect();
        assert_eq!(users, fans.iter().map(|fan| fan.viewer.user_id).collect(), "{backend:?}");
        assert_eq!(subjects.len(), 20, "{backend:?}");
        let objects = user::Entity::find().filter(user::Column::Personalised.eq(false));
        assert!(objects.one(&app.db).await.expect("accounts can be read").is_none());
        app.finish().await;
    }
}
