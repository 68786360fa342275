//! What must be true of every app when its test is over, beside the audit of `domain`.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    matches,
    outbox::{Event, TicketAction, Touched},
};
use entities::reservation::{self, Status};
use uuid::Uuid;

use crate::TestApp;

/// Checks that the events, published or waiting, tell of what is in the database, all of it, in order, and of nothing
/// else.
pub async fn events_tell_of_the_state(app: &TestApp) {
    let mut actions = HashMap::<Uuid, Vec<TicketAction>>::new();
    let mut event_ids = HashSet::new();
    let mut states = BTreeMap::<i32, Vec<matches::MatchState>>::new();
    let mut touched = HashMap::<Uuid, Vec<i32>>::new();
    let rows: HashMap<Uuid, reservation::Model> =
        app.reservations().await.into_iter().map(|row| (row.id, row)).collect();

    for queued in app.told().await {
        match queued.event {
            Event::Ticket { action, event_id, reservation_id, match_number, category, quantity, price_minor } => {
                let row = rows
                    .get(&reservation_id)
                    .unwrap_or_else(|| panic!("{reservation_id} was told of and is not there"));
                assert_eq!(
                    (match_number, category, quantity, price_minor),
                    (row.match_number, row.category, row.quantity, row.unit_price_minor)
                );
                assert!(event_ids.insert(event_id), "two events are called {event_id}");
                actions.entry(reservation_id).or_default().push(action);
            }
            Event::Availability { state, reservations } => {
                for Touched { id, version } in reservations {
                    touched.entry(id).or_default().push(version);
                }
                states.entry(state.match_number).or_default().push(state);
            }
            Event::DeadLetter { .. } => {}
        }
    }

    for row in rows.values() {
        let expected = match row.status {
            Status::Pending | Status::AwaitingPayment => vec![TicketAction::Pending],
            Status::Reserved => vec![TicketAction::Pending, TicketAction::Reserved],
            Status::Cancelled => vec![TicketAction::Pending, TicketAction::Cancelled],
        };
        assert_eq!(actions.get(&row.id), Some(&expected), "{row:?}");
        let versions: Vec<i32> = (2..=row.version).collect();
        assert_eq!(touched.remove(&row.id).unwrap_or_default(), versions, "{row:?}");
    }
    let snapshot = matches::snapshot(&app.db).await.expect("matches can be read");
    assert_eq!(snapshot.len(), states.len(), "matches that were told of");
    app.view.sweep(&app.db).await.expect("the view can be compared");
    let view = app.view.all();
    assert!(view.iter().map(|state| &**state).eq(&snapshot), "the view shows {view:#?}, the database {snapshot:#?}");
    for current in snapshot {
        let told = &states[&current.match_number];
        let versions: Vec<i32> = told.iter().map(|state| state.version).collect();
        assert_eq!(versions, (1..=current.version).collect::<Vec<i32>>());
        assert_eq!(told.last(), Some(&current));
    }
}
