//! Freezing: the staff keeps tickets out of the gate and lets them in again, and nobody comes in by a code of before.

use std::collections::BTreeMap;

use domain::{
    desk::error::RefundRefused,
    resale::{ResaleError, Subject},
    tickets::{
        self, freezing,
        gate::{self, Gate, Outcome, Scan},
        links,
    },
};
use entities::ticket::{self, Status};
use sea_orm::EntityTrait;
use tests::{TestApp, both, offer};
use uuid::Uuid;

use super::tickets::{code, ticketed};

both! {
    a_frozen_ticket_opens_nothing_and_a_freed_one_does_by_a_new_code,
    only_what_may_come_to_the_gate_is_frozen_once,
    a_frozen_ticket_is_neither_given_back_nor_offered,
    an_offered_ticket_stays_frozen_when_it_is_taken_off_sale,
}

async fn row(app: &TestApp, id: Uuid) -> ticket::Model {
    ticket::Entity::find_by_id(id).one(&app.db).await.expect("tickets can be read").expect("it is there")
}

async fn scanned(app: &TestApp, code: &str) -> Outcome {
    let gate = Gate { device: "north".to_owned(), match_number: None };
    let scan = Scan { code: code.to_owned(), nonce: Uuid::now_v7().to_string(), scanned_at: None };
    gate::check_in(app, &gate, &scan).await.expect("scans can be judged").outcome
}

/// By ticket, the version up to which codes open nothing, as a device that is offline hears.
async fn dead(app: &TestApp) -> BTreeMap<Uuid, i32> {
    let told = gate::revoked(app, None, None, None, 100).await.expect("they can be listed");
    let version = |row: &ticket::Model| match (row.status, row.frozen_at) {
        (Status::Valid, None) => row.version - 1,
        _ => row.version,
    };
    told.page.items.iter().map(|row| (row.id, version(row))).collect()
}

async fn a_frozen_ticket_opens_nothing_and_a_freed_one_does_by_a_new_code(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    let staff = ana.as_admin().viewer;
    let old = code(app, &tickets[0]).await;
    let link = links::make(app, &tickets[0]).expect("a valid ticket has a link");

    freezing::freeze(app, staff, paid.id).await.expect("tickets can be frozen");

    let frozen = row(app, tickets[0].id).await;
    assert_eq!((frozen.status, frozen.frozen_by), (Status::Valid, Some(staff.user_id)));
    assert_eq!(tickets::code(app, &frozen).await.expect("it can be asked for"), None);
    assert!(links::make(app, &frozen).is_none());
    assert!(links::follow(app, &link).await.expect("links can be followed").is_err());
    assert_eq!(tickets::passes(app, vec![frozen.clone()]).await.expect("they can be made"), []);
    assert_eq!(scanned(app, &old).await, Outcome::Frozen);
    assert_eq!(dead(app).await[&frozen.id], frozen.version, "an offline device lets nobody in by it");

    freezing::unfreeze(app, staff, paid.id).await.expect("tickets can be freed");

    let freed = row(app, tickets[0].id).await;
    assert_eq!((freed.frozen_at, freed.frozen_by), (None, None));
    assert!(freed.version > frozen.version);
    assert!(dead(app).await[&freed.id] < freed.version, "an offline device lets its new code in");
    assert_eq!(scanned(app, &old).await, Outcome::Outdated);
    assert_eq!(scanned(app, &code(app, &freed).await).await, Outcome::Admitted);
}

async fn only_what_may_come_to_the_gate_is_frozen_once(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    let staff = ana.as_admin().viewer;
    assert_eq!(scanned(app, &code(app, &tickets[0]).await).await, Outcome::Admitted);
    let inside = row(app, tickets[0].id).await;

    for _ in 0..2 {
        freezing::freeze(app, staff, paid.id).await.expect("tickets can be frozen");
    }

    assert_eq!(row(app, tickets[0].id).await, inside, "who is inside is inside");
    assert_eq!(row(app, tickets[1].id).await.version, tickets[1].version + 1);
    for _ in 0..2 {
        freezing::unfreeze(app, staff, paid.id).await.expect("tickets can be freed");
    }
    assert_eq!(row(app, tickets[1].id).await.version, tickets[1].version + 2);
    assert_eq!(row(app, tickets[0].id).await, inside);
}

async fn a_frozen_ticket_is_neither_given_back_nor_offered(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    freezing::freeze(app, ana.as_admin().viewer, paid.id).await.expect("tickets can be frozen");

    for fan in [&ana, &ana.as_admin()] {
        let refused = fan.refund(paid.id, None).await;
        assert!(matches!(refused, Err(RefundRefused::Frozen { seat: 1 })), "{refused:?}");
    }
    let refused = ana.offer(offer(Subject::Ticket(tickets[0].id), 7_000)).await;
    assert!(matches!(refused, Err(ResaleError::Frozen)), "{refused:?}");

    freezing::unfreeze(app, ana.as_admin().viewer, paid.id).await.expect("tickets can be freed");
    ana.offers(tickets[0].id, 7_000).await;
    ana.refund(paid.id, Some(&[tickets[1].id])).await.expect("it goes back");
}

async fn an_offered_ticket_stays_frozen_when_it_is_taken_off_sale(app: &TestApp) {
    let (ana, paid, tickets) = ticketed(app).await;
    let listing = ana.offers(tickets[0].id, 7_000).await;
    freezing::freeze(app, ana.as_admin().viewer, paid.id).await.expect("tickets can be frozen");

    ana.withdraw(listing.id).await.expect("nobody is buying it");

    let back = row(app, tickets[0].id).await;
    assert!(back.status == Status::Valid && back.frozen_at.is_some());
    assert_eq!(tickets::code(app, &back).await.expect("it can be asked for"), None);
    freezing::unfreeze(app, ana.as_admin().viewer, paid.id).await.expect("tickets can be freed");
    assert_eq!(scanned(app, &code(app, &row(app, tickets[0].id).await).await).await, Outcome::Admitted);
}
