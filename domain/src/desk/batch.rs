//! A batch: requests of one lane decided together in one transaction, in the order in which they came.

use std::time::Instant;

use book::{
    Book, payment_states,
    store::{self, WriteTxn},
};
use sea_orm::DbErr;

use super::{decision::Decision, needs::Needs, request::Pending};
use crate::{
    App,
    faults::{self, Point},
};

/// Decides requests and commits, unless a client has waited for them since too long ago. Each keeps its answer.
///
/// All in one span: of the first request that is traced, and linked to each that is.
pub(super) async fn decide(app: &App, requests: &mut [Box<dyn Pending>], since: Option<Instant>) -> Result<(), DbErr> {
    let span = spans::together("desk batch", requests.iter().filter_map(|request| request.origin()));
    if let Some(span) = &span {
        span.set("matchday.desk.batch_size", i64::try_from(requests.len()).unwrap_or(i64::MAX));
    }
    let decided = spans::within(span.as_ref(), commit(app, requests, since)).await;
    if let (Some(span), Err(error)) = (&span, &decided) {
        // Its text may hold what was to be written.
        span.fail(if store::was_late(error) { "a client waited too long" } else { "not committed" });
    }
    decided
}

async fn commit(app: &App, requests: &mut [Box<dyn Pending>], since: Option<Instant>) -> Result<(), DbErr> {
    let mut needs = Needs::default();
    requests.iter().for_each(|request| request.needs(&mut needs));
    let numbers = requests.iter().map(|request| request.match_number()).collect();
    let mut txn = WriteTxn::begin(&app.store).await?;
    txn.awaited_since(since);
    let book = Book::open(&txn, &numbers, &*app.clock).await?;
    let mut decision = Decision::open(&txn, book, &app.settings, needs).await?;

    for request in requests.iter_mut() {
        // What happens by a request belongs to it, and not to its batch.
        let _entered = request.origin().map(spans::enter);
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
