//! Bookings: what analytics reads, with a pseudonym in the place of a person.

use book::{
    booking_state::BookingState,
    outbox::bookings::{BookingEvent, KnownFan},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CLIENT_ID, EVENT_ID, Outgoing};
use crate::topics::Topics;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BookingRecord<'a> {
    #[serde(flatten)]
    booking: &'a BookingState,
    subject: Option<Uuid>,
    country: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct ErasureRecord {
    erased: Uuid,
}

/// The record that tells analytics of `event`, sent by the site named `site`; `fan` is what may be known of whose booking it is.
pub fn booking(
    topics: &Topics,
    site: &str,
    event: &BookingEvent,
    fan: Option<&KnownFan>,
) -> Result<Outgoing, serde_json::Error> {
    let (key, payload, event_id) = match event {
        BookingEvent::Booking(booking) => {
            let (subject, country) = (fan.map(|fan| fan.subject), fan.and_then(|fan| fan.country.as_deref()));
            let value = BookingRecord { booking, subject, country };
            let event_id = format!("{}-{}", booking.reservation_id, booking.version);
            (booking.reservation_id, serde_json::to_vec(&value)?, event_id)
        }
        BookingEvent::Erasure(subject) => {
            (*subject, serde_json::to_vec(&ErasureRecord { erased: *subject })?, subject.to_string())
        }
    };
    Ok(Outgoing {
        topic: topics.bookings.clone(),
        key: Some(key.to_string().into_bytes()),
        payload,
        headers: vec![(CLIENT_ID, site.to_owned()), (EVENT_ID, event_id)],
    })
}

/// The pseudonym that a record of the bookings topic says is erased; none where it tells of a booking.
pub fn read_erasure(payload: &[u8]) -> Option<Uuid> {
    serde_json::from_slice::<ErasureRecord>(payload).ok().map(|record| record.erased)
}
