//! Completing the lake from the database: what it lacks of reservations, matches and erasures, because the broker lost it or because the
//! lake is younger than the site.

use analytics::{
    lake::Lake,
    rows::{Booking, BookingStatus, Channel},
};
use book::{booking_state, outbox::bookings::KnownFan};
use domain::{
    App,
    analytics::{self as subjects, REMEMBERED},
    matches,
};
use uuid::Uuid;

use super::on_sale::on_sale;
use crate::failure::Failure;

/// Rows read from the database by one statement.
const PAGE: u64 = 5_000;
/// States that are compared with the lake at once.
const COMPARED: usize = 50_000;

/// What the lake lacked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Completed {
    pub(crate) bookings: usize,
    pub(crate) matches: usize,
    /// Pseudonyms that were marked, which the lake may have carried out before.
    pub(crate) erasures: usize,
}

/// Writes what the lake lacks. What is in it is left alone, so it can be done again, and beside those who write.
pub(crate) async fn complete(app: &App, lake: &Lake) -> Result<Completed, Failure> {
    let mut completed = Completed::default();
    let (mut after, mut states) = (Uuid::nil(), Vec::new());
    loop {
        let page = subjects::bookings(&app.db, after, PAGE).await?;
        let is_last = page.last().is_none();
        if let Some((last, _)) = page.last() {
            after = last.reservation_id;
        }
        states.extend(page.into_iter().filter_map(|(state, fan)| row(state, fan)));
        if states.len() >= COMPARED || (is_last && !states.is_empty()) {
            completed.bookings += lake.complete(&states).await?;
            states.clear();
        }
        if is_last {
            break;
        }
    }
    let now = app.clock.now();
    let on_sale: Vec<_> = matches::snapshot(&app.db).await?.iter().map(|state| on_sale(state, now)).collect();
    completed.matches = lake.complete_matches(&on_sale).await?;
    // Last: a pseudonym that was forgotten while its bookings were read is marked after they were written.
    for subject in subjects::forgotten(&app.db, now - REMEMBERED).await? {
        lake.mark_erased(subject).await?;
        completed.erasures += 1;
    }
    metrics::counter!("matchday_lake_completed_rows_total").increment((completed.bookings + completed.matches) as u64);

    Ok(completed)
}

/// A state as the lake keeps it; none whose words this program does not know.
fn row(state: booking_state::BookingState, fan: Option<KnownFan>) -> Option<Booking> {
    let status = match state.status.as_str() {
        "PENDING" => BookingStatus::Pending,
        "AWAITING_PAYMENT" => BookingStatus::AwaitingPayment,
        "RESERVED" => BookingStatus::Reserved,
        "CANCELLED" => BookingStatus::Cancelled,
        _ => return None,
    };
    let channel = match state.channel {
        booking_state::Channel::Stock => Channel::Stock,
        booking_state::Channel::Resale => Channel::Resale,
    };
    let (subject, country) = fan.map_or((None, None), |fan| (Some(fan.subject), fan.country));
    Some(Booking {
        reservation_id: state.reservation_id,
        version: state.version,
        at: state.at,
        placed_at: state.placed_at,
        subject,
        country,
        match_number: state.match_number,
        category: state.category.number(),
        quantity: state.quantity,
        returned: state.returned,
        status,
        cancel_reason: state.cancel_reason,
        unit_price_minor: state.unit_price_minor,
        channel,
    })
}
