//! What must be true of every app when its test is over, beside the audit of `domain`.

use std::collections::{BTreeMap, HashMap, HashSet};

use book::{
    booking_state::BookingState,
    listing_state::{ListingState, OrderState},
    match_state::MatchState,
    outbox::{
        ChangedRow, Event, TicketAction,
        bookings::{self, BookingEvent},
    },
};
use domain::{audit, closing, matches};
use entities::{
    listing,
    reservation::{self, CancelReason, Status},
    stock,
};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::TestApp;

impl TestApp {
    /// Checks that no invariant is broken and that the events tell of what is true.
    pub async fn check(&self) {
        // What the clock has ended the program writes within a second.
        closing::round(self).await.expect("sales can end");
        let violations = audit::violations(&self.db).await.expect("the database can be audited");
        assert!(violations.is_empty(), "{violations:#?}");
        events_tell_of_the_state(self).await;
        bookings_tell_of_the_state(self).await;
    }

    /// Stops the app and checks the invariants.
    pub async fn finish(mut self) {
        self.end().await;
        self.check().await;
    }
}

/// Checks that the events, published or waiting, tell of what is in the database, all of it, in order, and of nothing
/// else.
async fn events_tell_of_the_state(app: &TestApp) {
    let mut actions = HashMap::<Uuid, Vec<(TicketAction, i32)>>::new();
    let mut event_ids = HashSet::new();
    let mut states = BTreeMap::<i32, Vec<MatchState>>::new();
    let mut touched = HashMap::<Uuid, Vec<i32>>::new();
    let mut offers = Offers::default();
    let rows: HashMap<Uuid, reservation::Model> =
        app.reservations().await.into_iter().map(|row| (row.id, row)).collect();

    for queued in app.told().await {
        match queued.event {
            Event::Ticket { action, event_id, reservation_id, match_number, category, quantity, price_minor } => {
                let row = rows
                    .get(&reservation_id)
                    .unwrap_or_else(|| panic!("{reservation_id} was told of and is not there"));
                assert_eq!(
                    (match_number, category, price_minor),
                    (row.match_number, row.category, row.unit_price_minor)
                );
                assert!(event_ids.insert(event_id), "two events are called {event_id}");
                actions.entry(reservation_id).or_default().push((action, quantity));
            }
            Event::Availability { state, reservations, listings } => {
                for ChangedRow { id, version } in reservations {
                    touched.entry(id).or_default().push(version);
                }
                for ChangedRow { id, version } in listings {
                    offers.touched.entry(id).or_default().push(version);
                }
                states.entry(state.match_number).or_default().push(state);
            }
            Event::Listing { listing, .. } => offers.told.entry(listing.id).or_default().push(listing),
            Event::Order { order, .. } => {
                offers.orders.insert(order.id, order);
            }
            Event::DeadLetter { .. } => {}
        }
    }

    let mut sold_to_others = HashMap::<_, i32>::new();
    offers.tell_of_the_state(app, &rows).await;
    for row in rows.values() {
        let versions: Vec<i32> = (2..=row.version).collect();
        assert_eq!(touched.remove(&row.id).unwrap_or_default(), versions, "{row:?}");
        if row.listing_id.is_some() {
            assert!(!actions.contains_key(&row.id), "the other sites were told of an order: {row:?}");
            continue;
        }
        let told = actions.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        assert_eq!(left_open(told), if row.status.is_live() { row.quantity } else { 0 }, "{row:?}: {told:?}");
        // Seats that came back from a sale are sold to the others already, and stay so.
        let sold = told
            .iter()
            .filter(|(action, _)| *action == TicketAction::Reserved)
            .map(|(_, quantity)| quantity)
            .sum::<i32>();
        let is_back = matches!(row.cancel_reason, Some(CancelReason::PaymentFailed | CancelReason::Refunded));
        let most = if row.status == Status::Reserved || is_back { row.quantity } else { 0 };
        assert!((0..=most).contains(&sold), "{row:?}: {told:?}");
        *sold_to_others.entry((row.match_number, row.category)).or_default() += sold;
    }
    for stock in stock::Entity::find().all(&app.db).await.expect("the stock can be read") {
        let told = sold_to_others.get(&(stock.match_number, stock.category)).copied().unwrap_or(0);
        // What was sold beyond the stock and came back was never there to be told of again.
        assert!(told >= stock.sold + stock.returned, "{stock:?}: the others were told of {told} sold");
        if stock.foreign_sold == 0 {
            assert_eq!(told, stock.sold + stock.returned, "{stock:?}");
        }
    }
    let snapshot = matches::snapshot(&app.db).await.expect("matches can be read");
    assert_eq!(snapshot.len(), states.len(), "matches that were told of");
    app.view.sweep(&app.db).await.expect("the view can be compared");
    let view = app.view.all();
    assert!(view.iter().map(|state| &**state).eq(&snapshot), "the view shows {view:#?}, the database {snapshot:#?}");
    for current in snapshot {
        let told = &states[&current.match_number];
        let mut versions: Vec<i32> = told.iter().map(|state| state.version).collect();
        // A step of a payment changes no count: the state is told once more, at its version.
        versions.dedup();
        assert_eq!(versions, (1..=current.version).collect::<Vec<i32>>());
        assert_eq!(told.last(), Some(&current));
    }
}

/// More than a test books.
const BOOKINGS: u64 = 1_000_000;

/// Checks that analytics is told of each reservation and order, at versions that grow, the last time as it is.
async fn bookings_tell_of_the_state(app: &TestApp) {
    let mut told = HashMap::<Uuid, Vec<BookingState>>::new();
    for queued in bookings::pending(&app.db, BOOKINGS).await.expect("bookings can be read") {
        if let BookingEvent::Booking(state) = queued.event {
            told.entry(state.reservation_id).or_default().push(state);
        }
    }
    for row in app.reservations().await {
        let told = told.remove(&row.id).unwrap_or_default();
        assert!(told.is_sorted_by(|one, next| one.version < next.version), "{row:?}: {told:?}");
        assert_eq!(told.first().map(|state| state.version), Some(1), "{row:?}: {told:?}");
        let last = told.last().expect("there is a first");
        assert_eq!(*last, BookingState::new(&row, last.at));
    }
    assert!(told.is_empty(), "{told:?}: told of and not there");
}

/// What was told of listings and their orders.
#[derive(Default)]
struct Offers {
    /// In the order of telling.
    told: HashMap<Uuid, Vec<ListingState>>,
    /// The versions that this site's instances were told of.
    touched: HashMap<Uuid, Vec<i32>>,
    /// The last of each.
    orders: HashMap<Uuid, OrderState>,
}

impl Offers {
    /// Each listing is told of at each of its versions, the last time as it is, and each order as it ended.
    async fn tell_of_the_state(mut self, app: &TestApp, rows: &HashMap<Uuid, reservation::Model>) {
        for row in listing::Entity::find().all(&app.db).await.expect("listings can be read") {
            let told = self.told.remove(&row.id).unwrap_or_default();
            let versions: Vec<i32> = told.iter().map(|told| told.version).collect();
            assert_eq!(versions, (1..=row.version).collect::<Vec<i32>>(), "{row:?}");
            assert_eq!(told.last(), Some(&ListingState::from(&row)));
            assert_eq!(self.touched.remove(&row.id), Some(versions), "{row:?}");
        }
        assert!(self.told.is_empty() && self.touched.is_empty(), "{:?}: told of and not there", self.told);
        for row in rows.values().filter(|row| row.listing_id.is_some()) {
            let told = self.orders.get(&row.id).unwrap_or_else(|| panic!("nobody was told of {row:?}"));
            assert_eq!(told.listing_id, row.listing_id.expect("it is an order"));
            let has_ended = row.status == Status::Cancelled;
            assert!(!has_ended || told.status == "CANCELLED", "{row:?}: {told:?}");
        }
    }
}

/// How many tickets of a reservation the others count as pending, by what they were told of it in this order.
fn left_open(told: &[(TicketAction, i32)]) -> i32 {
    told.iter().fold(0, |open, (action, quantity)| {
        let open = if *action == TicketAction::Pending { open + quantity } else { open - quantity };
        assert!(open >= 0, "more is resolved than was pending: {told:?}");
        open
    })
}
