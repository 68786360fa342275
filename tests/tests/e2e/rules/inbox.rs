//! The inbox: every record of the broker is applied once, in its order, whatever comes twice or too early.

use book::outbox::{
    Event,
    TicketAction::{Cancelled, Pending, Reserved},
};
use domain::inbox::{self, Applied, Incoming, Message, Position};
use entities::{category::Category, foreign_hold, parked_sale, stock};
use futures_util::future::join_all;
use sea_orm::EntityTrait;
use tests::{
    Backend, TestApp, both,
    sites::{SOURCE, apply, given, kick_off, record, sale},
};

const THERE: Option<&str> = Some("there");

both! {
    a_record_that_comes_twice_is_applied_once,
    two_records_that_say_the_same_are_both_applied,
    an_event_that_its_sender_publishes_twice_counts_once,
    a_batch_that_comes_again_with_more_applies_what_is_new,
    the_same_place_of_another_cluster_is_another_record,
    a_replay_from_the_first_record_changes_nothing,
    two_consumers_of_one_partition_apply_it_once,
    our_own_echo_moves_the_offset_and_nothing_else,
    a_match_given_again_changes_its_facts_and_no_count,
    a_match_given_again_as_it_was_changes_nothing,
    what_can_not_be_read_becomes_a_dead_letter,
    what_the_database_refuses_becomes_a_dead_letter_and_holds_nothing_up,
    offsets_of_an_embedded_broker_end_with_it,
}

fn pending(quantity: i32) -> Message {
    Message::Sale(sale(Pending, 1, Category::One, quantity, THERE))
}

fn unreadable(reason: &str) -> Message {
    Message::Unreadable { key: Some(b"1-1".to_vec()), payload: vec![0xff, 0x00], reason: reason.to_owned() }
}

async fn a_record_that_comes_twice_is_applied_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let record = app.next(pending(2));

    let first = apply(app, std::slice::from_ref(&record)).await;
    let again = apply(app, std::slice::from_ref(&record)).await;

    assert_eq!((first.applied, first.skipped), (1, 0));
    assert_eq!((again.applied, again.skipped), (0, 1));
    assert_eq!(app.pending(1, Category::One).await, 2);
}

async fn two_records_that_say_the_same_are_both_applied(app: &TestApp) {
    app.stock(1, Category::One, 20).await;

    for _ in 0..2 {
        app.receive(pending(2)).await;
    }
    let batch = [app.next(pending(2)), app.next(pending(2))];
    apply(app, &batch).await;

    assert_eq!(app.pending(1, Category::One).await, 8);
}

async fn an_event_that_its_sender_publishes_twice_counts_once(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let named = |sender, event: &str| {
        let sale = sale(Pending, 1, Category::One, 2, sender);
        Message::Sale(domain::foreign::Sale { event_id: Some(event.to_owned()), ..sale })
    };
    let told =
        [named(THERE, "a"), named(THERE, "b"), named(THERE, "a"), named(Some("elsewhere"), "a"), named(None, "a")];
    let batch: Vec<Incoming> = told.into_iter().map(|message| app.next(message)).collect();
    let again = app.next(named(THERE, "b"));

    let first = apply(app, &batch).await;
    let second = apply(app, std::slice::from_ref(&again)).await;

    assert_eq!((first.applied, first.skipped), (4, 1));
    assert_eq!((second.applied, second.skipped), (0, 1));
    assert_eq!(app.pending(1, Category::One).await, 8);
}

async fn a_batch_that_comes_again_with_more_applies_what_is_new(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let batch: Vec<Incoming> = (0..4).map(|_| app.next(pending(1))).collect();
    apply(app, &batch[..2]).await;

    let again = apply(app, &batch).await;

    assert_eq!((again.applied, again.skipped), (2, 2));
    assert_eq!(app.pending(1, Category::One).await, 4);
}

async fn the_same_place_of_another_cluster_is_another_record(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let record = app.next(pending(2));
    apply(app, std::slice::from_ref(&record)).await;

    let other = inbox::apply(app, "another-cluster", &[record]).await;

    assert_eq!(other.expect("the database takes it").applied, 1);
    assert_eq!(app.pending(1, Category::One).await, 4);
}

async fn a_replay_from_the_first_record_changes_nothing(app: &TestApp) {
    let log = a_log_of_everything();
    for batch in log.chunks(7) {
        apply(app, batch).await;
    }
    let before = everything(app).await;
    assert_eq!(app.counts(1, Category::One).await.available, 17);

    for size in [1, 5, log.len()] {
        for batch in log.chunks(size) {
            let again = apply(app, batch).await;
            assert_eq!(again.skipped, batch.len());
        }
        assert_eq!(everything(app).await, before);
    }

    let next = inbox::positions(app, SOURCE).await.expect("positions can be read");
    let last = i64::try_from(log.len()).expect("the log is short");
    assert_eq!(next, [("ticket-sales".to_owned(), 0, last)]);
}

/// Sales before their match, another site's whole life, a master list twice, twins, echoes, noise.
fn a_log_of_everything() -> Vec<Incoming> {
    let of = |action, quantity, sender| Message::Sale(sale(action, 1, Category::One, quantity, sender));
    let mut moved = given(1, &[(Category::One, 20)]);
    moved.date_utc = kick_off(5);
    let list = Message::MasterList(vec![given(1, &[(Category::One, 20)])]);
    let messages = vec![
        of(Pending, 2, THERE),
        of(Pending, 2, None),
        of(Reserved, 1, THERE),
        unreadable("it is no JSON"),
        list.clone(),
        of(Pending, 2, Some("elsewhere")),
        of(Pending, 2, Some("elsewhere")),
        Message::Own,
        of(Cancelled, 2, Some("elsewhere")),
        of(Reserved, 2, Some("elsewhere")),
        list,
        Message::Sale(sale(Pending, 2, Category::One, 1, THERE)),
        of(Cancelled, 1, THERE),
        Message::MasterList(vec![moved, given(3, &[(Category::Two, 10)])]),
        of(Pending, 1, THERE),
        of(Pending, 1, THERE),
    ];

    (0..).zip(messages).map(|(offset, message)| record(offset, message)).collect()
}

async fn everything(app: &TestApp) -> impl PartialEq + std::fmt::Debug {
    let db = &app.db;
    (
        domain::matches::snapshot(db).await.expect("it can be read"),
        stock::Entity::find().all(db).await.expect("it can be read"),
        foreign_hold::Entity::find().all(db).await.expect("it can be read"),
        parked_sale::Entity::find().all(db).await.expect("it can be read"),
        app.told().await,
    )
}

async fn two_consumers_of_one_partition_apply_it_once(app: &TestApp) {
    let other = match app.backend {
        Backend::Postgres => Some(app.another().await),
        Backend::Sqlite => None,
    };
    let apps = [app.app(), other.as_ref().map_or(app.app(), |other| other.app.clone())];
    let log = a_log_of_everything();

    let consumers = apps.map(|app| {
        let log = log.clone();
        tokio::spawn(async move {
            let mut applied = 0;
            for batch in log.chunks(2) {
                let done = apply(&app, batch).await;
                applied += done.applied + done.parked + done.dead;
            }
            applied
        })
    });
    let applied: Vec<usize> =
        join_all(consumers).await.into_iter().map(|consumer| consumer.expect("a consumer does not panic")).collect();

    assert_eq!(applied.iter().sum::<usize>(), log.len());
    assert_eq!(app.counts(1, Category::One).await.available, 17);
    assert_eq!(app.pending(1, Category::One).await, 4);
    if let Some(mut other) = other {
        other.stop().await;
    }
}

async fn our_own_echo_moves_the_offset_and_nothing_else(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let before = everything(app).await;

    let done = app.receive(Message::Own).await;

    assert_eq!(done.applied, 1);
    assert_eq!(everything(app).await, before);
    let next = inbox::positions(app, SOURCE).await;
    assert_eq!(next.expect("positions can be read")[0].2, 2);
}

async fn a_match_given_again_changes_its_facts_and_no_count(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    app.fan("ana").await.holds(1, Category::One, 2).await;
    let before = app.counts(1, Category::One).await;
    let mut again = given(1, &[(Category::One, 99), (Category::Two, 99)]);
    again.date_utc = kick_off(9);
    again.away_team = "Winner of A".to_owned();
    again.group = None;
    again.categories[0].price_minor = 1;
    again.categories[0].pending = 7;

    app.give(again).await;

    let state = app.state(1).await;
    assert_eq!((state.date_utc, state.group.clone()), (kick_off(9), None));
    assert_eq!(state.away_team, "Winner of A");
    assert_eq!(state.version, 3);
    assert_eq!(state.categories.len(), 1);
    assert_eq!(app.counts(1, Category::One).await, before);
}

async fn a_match_given_again_as_it_was_changes_nothing(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let before = everything(app).await;

    app.stock(1, Category::One, 20).await;

    assert_eq!(everything(app).await, before);
}

async fn what_can_not_be_read_becomes_a_dead_letter(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let record = app.next(unreadable("it is no JSON"));
    let at = record.at.clone();

    let done = apply(app, &[record, app.next(pending(1))]).await;

    assert_eq!((done.dead, done.applied), (1, 1));
    assert_eq!(letters(app).await, [(at, vec![0xff, 0x00], "it is no JSON".to_owned())]);
    assert_eq!(app.pending(1, Category::One).await, 1);
}

async fn what_the_database_refuses_becomes_a_dead_letter_and_holds_nothing_up(app: &TestApp) {
    let refused = app.next(Message::MasterList(vec![given(2, &[(Category::One, -5)])]));
    let at = refused.at.clone();
    let batch = [app.next(Message::MasterList(vec![given(1, &[(Category::One, 20)])])), refused, app.next(pending(2))];
    let batch = batch.map(|mut record| {
        // The refused record was made first and stands in the middle.
        record.at.offset = match record.at.offset {
            0 => 1,
            1 => 0,
            offset => offset,
        };
        record
    });

    let done = apply(app, &batch).await;

    assert_eq!(done, Applied { applied: 2, dead: 1, ..Applied::default() });
    let letters = letters(app).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].0, Position { offset: 1, ..at });
    assert_eq!(app.pending(1, Category::One).await, 2);
    let again = apply(app, &batch).await;
    assert_eq!(again.skipped, 3);
}

async fn letters(app: &TestApp) -> Vec<(Position, Vec<u8>, String)> {
    let told = app.told().await;
    told.into_iter()
        .filter_map(|queued| match queued.event {
            Event::DeadLetter { topic, partition, offset, payload, reason, .. } => {
                Some((Position { topic, partition, offset }, payload, reason))
            }
            _ => None,
        })
        .collect()
}

async fn offsets_of_an_embedded_broker_end_with_it(app: &TestApp) {
    app.stock(1, Category::One, 20).await;
    let embedded = format!("{}1", inbox::EMBEDDED_SOURCE);
    let told = inbox::apply(app, &embedded, &[app.next(pending(2))]).await;
    assert_eq!(told.expect("the database takes it").applied, 1);

    inbox::forget_embedded_sources(app).await.expect("offsets can be deleted");

    assert_eq!(inbox::positions(app, &embedded).await.expect("positions can be read"), []);
    assert_ne!(inbox::positions(app, SOURCE).await.expect("positions can be read"), []);
}
