//! The gate: a ticket lets one person in, once, by its newest code, whoever races whom.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{
    keyring,
    tickets::{
        TicketError,
        gate::{self, Change, CheckIn, Entry, Gate, Outcome, Scan},
        keys::TicketCodes,
    },
};
use entities::ticket::{self, Status};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, EntityTrait};
use tests::{Backend, TestApp, both};
use uuid::Uuid;

use super::tickets::{code, ticketed};

both! {
    a_code_lets_one_person_in_once_and_a_scan_is_answered_alike,
    what_does_not_open_the_gate_is_told_apart,
    a_code_that_was_replaced_opens_nothing_and_the_new_one_does,
    of_gates_that_race_for_a_ticket_one_opens,
    a_refund_that_races_a_gate_finds_the_ticket_used_or_keeps_it_out,
    of_offline_devices_the_first_scan_counts_and_both_hear_of_it,
    a_batch_is_answered_in_its_order_and_bounded,
    names_of_devices_and_scans_are_checked,
    offline_devices_hear_of_every_code_that_is_dead_page_by_page,
    a_change_that_is_committed_late_is_heard_of,
}

fn scan(code: &str, nonce: &str) -> Scan {
    Scan { code: code.to_owned(), nonce: nonce.to_owned(), scanned_at: None }
}

fn gate(device: &str) -> Gate {
    Gate { device: device.to_owned(), match_number: None }
}

async fn check_in(app: &TestApp, device: &str, code: &str, nonce: &str) -> CheckIn {
    gate::check_in(app, &gate(device), &scan(code, nonce)).await.expect("scans can be judged")
}

async fn told_later(app: &TestApp, device: &str, code: &str, at: DateTime<Utc>) -> CheckIn {
    let scan = Scan { scanned_at: Some(at), ..scan(code, "offline") };
    let answers = gate::check_in_batch(app, &gate(device), &[scan]).await;
    answers.expect("scans can be judged").pop().expect("each scan is answered")
}

async fn set(app: &TestApp, change: &str, id: Uuid) -> u64 {
    let id = match app.backend {
        Backend::Sqlite => format!("x'{}'", id.simple()),
        Backend::Postgres => format!("'{id}'"),
    };
    let set = app.db.execute_unprepared(&format!("UPDATE tickets SET {change} AND id = {id}")).await;
    set.expect("a ticket can be set").rows_affected()
}

async fn row(app: &TestApp, id: Uuid) -> ticket::Model {
    ticket::Entity::find_by_id(id).one(&app.db).await.expect("tickets can be read").expect("it is there")
}

async fn a_code_lets_one_person_in_once_and_a_scan_is_answered_alike(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let code = code(app, &tickets[0]).await;

    let first = check_in(app, "north", &code, "1").await;
    app.move_clock(Duration::from_secs(60));
    let again = check_in(app, "north", &code, "1").await;
    let typed = check_in(app, "north", &code.to_lowercase(), "1").await;

    assert_eq!((first.outcome, &first.conflict), (Outcome::Admitted, &None));
    assert_eq!((&again, &typed), (&first, &first));
    let used = row(app, tickets[0].id).await;
    assert_eq!((used.status, used.version, used.used_at), (Status::Used, 1, Some(used.changed_at)));
    let entry = Entry { at: used.changed_at, device: "north".to_owned() };
    assert_eq!(first.entry(), Some(entry.clone()));
    for (device, nonce) in [("north", "2"), ("south", "1")] {
        let refused = check_in(app, device, &code, nonce).await;
        assert_eq!((refused.outcome, refused.entry()), (Outcome::AlreadyUsed, Some(entry.clone())));
    }
    assert_eq!(row(app, tickets[0].id).await, used);
    assert_eq!(row(app, tickets[1].id).await, tickets[1]);
}

async fn what_does_not_open_the_gate_is_told_apart(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let (first, second) = (code(app, &tickets[0]).await, code(app, &tickets[1]).await);
    let of_both = format!("{}{}", &first[..60], &second[60..]);

    for forged in ["", "nonsense", &first[1..], &of_both, &format!("{first}AA")] {
        let refused = check_in(app, "north", forged, "1").await;
        assert_eq!((refused.outcome, refused.ticket), (Outcome::Forged, None), "{forged}");
    }
    let elsewhere = Gate { match_number: Some(2), ..gate("north") };
    let refused = gate::check_in(app, &elsewhere, &scan(&first, "1")).await.expect("scans can be judged");
    assert_eq!(refused.outcome, Outcome::WrongMatch);
    for (status, outcome) in
        [("LISTED", Outcome::Listed), ("TRANSFERRED", Outcome::Transferred), ("REFUNDED", Outcome::Refunded)]
    {
        set(app, &format!("status = '{status}' WHERE seat = 1"), tickets[0].id).await;
        let refused = check_in(app, "north", &first, "1").await;
        assert_eq!((refused.outcome, refused.entry()), (outcome, None));
        assert_eq!(refused.ticket.map(|row| row.id), Some(tickets[0].id));
    }
    set(app, "status = 'VALID' WHERE seat = 1", tickets[0].id).await;
    let here = Gate { match_number: Some(1), ..gate("north") };
    let admitted = gate::check_in(app, &here, &scan(&first, "1")).await.expect("scans can be judged");
    assert_eq!(admitted.outcome, Outcome::Admitted);
    keyring::rotate::<TicketCodes>(app, true).await.expect("keys can be changed");
    assert_eq!(check_in(app, "north", &second, "1").await.outcome, Outcome::Forged, "its key was stolen");
}

async fn a_code_that_was_replaced_opens_nothing_and_the_new_one_does(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let old = code(app, &tickets[0]).await;
    set(app, "version = 2 WHERE version = 1", tickets[0].id).await;
    let new = code(app, &row(app, tickets[0].id).await).await;

    assert_eq!(check_in(app, "north", &old, "1").await.outcome, Outcome::Outdated);
    assert_eq!(check_in(app, "north", &new, "2").await.outcome, Outcome::Admitted);
    let late = told_later(app, "south", &old, app.now() - chrono::Duration::seconds(60)).await;
    assert_eq!((late.outcome, late.conflict), (Outcome::AlreadyUsed, None), "an old code was never let in first");
}

async fn of_gates_that_race_for_a_ticket_one_opens(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let code = code(app, &tickets[0]).await;

    let answers =
        join_all((0..16).map(async |number| check_in(app, &format!("gate-{number}"), &code, "1").await)).await;

    let admitted: Vec<_> = answers.iter().filter(|answer| answer.outcome == Outcome::Admitted).collect();
    assert_eq!(admitted.len(), 1, "{answers:?}");
    let others = answers.iter().filter(|answer| answer.outcome == Outcome::AlreadyUsed);
    assert!(others.clone().all(|answer| answer.entry() == admitted[0].entry()), "{answers:?}");
    assert_eq!(others.count(), 15);
}

async fn a_refund_that_races_a_gate_finds_the_ticket_used_or_keeps_it_out(app: &TestApp) {
    for round in 0..8 {
        let (.., tickets) = match round {
            0 => ticketed(app).await,
            _ => {
                let fan = app.fan(&format!("fan{round}")).await;
                let hold = fan.holds(1, entities::category::Category::One, 1).await;
                let paid = fan.pay_with(hold.id, tests::bank::PAYS, None).await.expect("the card pays");
                (fan, paid.reservation, super::tickets::of_reservation(app, hold.id).await)
            }
        };
        let (id, code) = (tickets[0].id, code(app, &tickets[0]).await);

        // As a refund turns it: if it is still valid.
        let refund = set(app, "status = 'REFUNDED' WHERE status = 'VALID'", id);
        let gate = check_in(app, "north", &code, "1");
        // Neither is always asked first.
        let (entered, refunded) = match round % 2 {
            0 => tokio::join!(gate, refund),
            _ => {
                let (refunded, entered) = tokio::join!(refund, gate);
                (entered, refunded)
            }
        };

        let expected = match refunded {
            1 => (Outcome::Refunded, Status::Refunded),
            _ => (Outcome::Admitted, Status::Used),
        };
        assert_eq!((entered.outcome, row(app, id).await.status), expected);
        // What came of it is no reservation's refund, which the audit would ask for.
        set(app, "status = 'VALID', used_at = NULL WHERE status <> 'VALID'", id).await;
    }
}

async fn of_offline_devices_the_first_scan_counts_and_both_hear_of_it(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let (code, other) = (code(app, &tickets[0]).await, code(app, &tickets[1]).await);
    app.move_clock(Duration::from_secs(3_600));
    let now = app.now();
    let at = |minutes: i64| now - chrono::Duration::minutes(minutes);
    let entry = |device: &str, minutes: i64| Some(Entry { at: at(minutes), device: device.to_owned() });
    assert_eq!(told_later(app, "east", &code, at(10)).await.outcome, Outcome::Admitted);

    let later = told_later(app, "west", &code, at(5)).await;
    assert_eq!((later.outcome, later.entry(), later.conflict), (Outcome::AlreadyUsed, entry("east", 10), None));
    let earlier = told_later(app, "north", &code, at(20)).await;
    assert_eq!((earlier.outcome, &earlier.conflict), (Outcome::Admitted, &entry("east", 10)));
    assert_eq!(earlier.entry(), entry("north", 20));
    let again = told_later(app, "north", &code, at(20)).await;
    assert_eq!((again.outcome, again.entry()), (Outcome::Admitted, entry("north", 20)));
    let beaten = told_later(app, "east", &code, at(10)).await;
    assert_eq!((beaten.outcome, beaten.entry()), (Outcome::AlreadyUsed, entry("north", 20)));

    // Clocks that can't be right decide nothing.
    let long_ago = told_later(app, "south", &code, tickets[0].issued_at - chrono::Duration::days(1)).await;
    assert_eq!((long_ago.outcome, long_ago.entry()), (Outcome::AlreadyUsed, entry("north", 20)));
    let ahead = told_later(app, "south", &other, now + chrono::Duration::days(1)).await;
    let came = ahead.entry().expect("somebody came in");
    assert!(ahead.outcome == Outcome::Admitted && came.at <= app.now(), "{came:?}");
}

async fn a_batch_is_answered_in_its_order_and_bounded(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let (first, second) = (code(app, &tickets[0]).await, code(app, &tickets[1]).await);
    app.move_clock(Duration::from_secs(60));
    let scanned = |code: &str, nonce: &str, seconds: i64| Scan {
        scanned_at: Some(app.now() - chrono::Duration::seconds(seconds)),
        ..scan(code, nonce)
    };

    let scans = [
        scanned(&first, "late", 10),
        scanned("forged", "f", 15),
        scanned(&first, "early", 20),
        scanned(&second, "s", 5),
    ];
    let answers = gate::check_in_batch(app, &gate("north"), &scans).await.expect("scans can be judged");

    let outcomes: Vec<Outcome> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(outcomes, [Outcome::AlreadyUsed, Outcome::Forged, Outcome::Admitted, Outcome::Admitted]);
    assert_eq!(answers[0].entry(), answers[2].entry());
    let again = gate::check_in_batch(app, &gate("north"), &scans).await.expect("scans can be judged");
    assert_eq!(again, answers);
    let many = vec![scans[0].clone(); gate::MAX_SCANS + 1];
    let refused = gate::check_in_batch(app, &gate("north"), &many).await;
    assert!(matches!(refused, Err(TicketError::Scans(101))), "{refused:?}");
    assert_eq!(gate::check_in_batch(app, &gate("north"), &many[1..]).await.expect("it is within").len(), 100);
}

async fn names_of_devices_and_scans_are_checked(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let code = code(app, &tickets[0]).await;

    for wrong in ["", "a b", "ä", "a\n", &"a".repeat(129)] {
        for (device, nonce, wanted) in [(wrong, "1", "deviceId"), ("north", wrong, "nonce")] {
            let refused = gate::check_in(app, &gate(device), &scan(&code, nonce)).await;
            assert!(matches!(refused, Err(TicketError::Name { field }) if field == wanted), "{wrong}: {refused:?}");
            let refused = gate::check_in_batch(app, &gate(device), &[scan(&code, nonce)]).await;
            assert!(matches!(refused, Err(TicketError::Name { field }) if field == wanted), "{wrong}: {refused:?}");
        }
    }
    assert_eq!(row(app, tickets[0].id).await, tickets[0]);
}

/// What a device is told, page by page, and with what to go on.
async fn revoked(app: &TestApp, since: Option<DateTime<Utc>>, number: Option<i32>) -> (Vec<Uuid>, DateTime<Utc>) {
    let (mut told, mut after, mut until) = (Vec::new(), None, None);
    loop {
        let revoked = gate::revoked(app, since, number, after, 1).await.expect("tickets can be listed");
        until = until.or(Some(revoked.until));
        told.extend(revoked.page.items.iter().map(|row| row.id));
        after = revoked.page.items.last().map(|row| Change { at: row.changed_at, ticket_id: row.id });
        if !revoked.page.more {
            return (told, until.expect("there is a page"));
        }
    }
}

async fn offline_devices_hear_of_every_code_that_is_dead_page_by_page(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    let (first, second) = (tickets[0].id, tickets[1].id);
    assert!(revoked(app, None, None).await.0.is_empty(), "what was only issued opens");

    app.move_clock(Duration::from_secs(600));
    let entered = check_in(app, "north", &code(app, &tickets[0]).await, "1").await;
    let (told, until) = revoked(app, None, None).await;
    assert_eq!(told, [first]);
    assert!(until < app.now() - chrono::Duration::seconds(60), "{until}");
    app.move_clock(Duration::from_secs(600));
    let changed = entered.ticket.expect("it is there").changed_at;
    let second_row = ticket::ActiveModel {
        id: sea_orm::ActiveValue::Set(second),
        version: sea_orm::ActiveValue::Set(2),
        changed_at: sea_orm::ActiveValue::Set(changed),
        ..Default::default()
    };
    ticket::Entity::update(second_row).exec(&app.db).await.expect("a ticket can be changed");

    let mut both = vec![first, second];
    both.sort_unstable();
    assert_eq!(revoked(app, None, None).await.0, both, "of two changes of one time none is lost between pages");
    assert_eq!(revoked(app, None, Some(1)).await.0, both);
    assert!(revoked(app, None, Some(2)).await.0.is_empty());
    assert_eq!(revoked(app, Some(changed), None).await.0, both);
    assert!(revoked(app, Some(changed + chrono::Duration::microseconds(1)), None).await.0.is_empty());
}

async fn a_change_that_is_committed_late_is_heard_of(app: &TestApp) {
    let (.., tickets) = ticketed(app).await;
    app.move_clock(Duration::from_secs(600));
    let began = app.now();
    app.move_clock(Duration::from_secs(30));

    let (told, until) = revoked(app, None, None).await;
    assert!(told.is_empty());
    // A transaction that took its time before the question ends after it.
    let late = ticket::ActiveModel {
        id: sea_orm::ActiveValue::Set(tickets[0].id),
        version: sea_orm::ActiveValue::Set(2),
        changed_at: sea_orm::ActiveValue::Set(began),
        ..Default::default()
    };
    ticket::Entity::update(late).exec(&app.db).await.expect("a ticket can be changed");

    assert_eq!(revoked(app, Some(until), None).await.0, [tickets[0].id]);
}
