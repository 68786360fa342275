//! A batch: requests of one lane decided together in one transaction, in the order in which they came.

use std::time::Instant;

use book::{Book, payment_states, store::WriteTxn};
use sea_orm::DbErr;

use super::{decision::Decision, needs::Needs, request::Pending};
use crate::{
    App,
    faults::{self, Point},
};

/// Decides requests and commits, unless a client has waited for them since too long ago. Each keeps its answer.
pub(super) async fn decide(app: &App, requests: &mut [Box<dyn Pending>], since: Option<Instant>) -> Result<(), DbErr> {
    let mut needs = Needs::default();
    requests.iter().for_each(|request| request.needs(&mut needs));
    let numbers = requests.iter().map(|request| request.match_number()).collect();
    let mut txn = WriteTxn::begin(&app.store).await?;
    txn.awaited_since(since);
    let book = Book::open(&txn, &numbers, &*app.clock).await?;
    let mut decision = Decision::open(&txn, book, &app.settings, needs).await?;

    for request in requests.iter_mut() {
        request.decide(&mut decision);
    }

    // A batch that changes nothing has no reason to wait for the disk: it rolls back.
    if decision.is_changed() {
        let changed = decision.close(&txn).await?;
        requests.iter().filter_map(|request| request.fault()).for_each(|kind| faults::point(Point::Uncommitted(kind)));
        txn.commit().await?;
        app.committed(changed.shown);
        app.wake.holds_changed(changed.holds);
        for state in changed.payments {
            metrics::counter!("matchday_payments_total", "state" => payment_states::label(state)).increment(1);
        }
    }
    Ok(())
}
