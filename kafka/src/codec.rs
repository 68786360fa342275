//! The codec: records as the sites have agreed on them, and as `domain` understands them.
//!
//! Reading is strict about what we use and says what is wrong and what would be right; keys that we do not know are
//! left alone, because other sites add theirs. Writing adds nothing to `meta` and `body`, because deployed consumers
//! drop a message that has one key more: what we add are record headers.
//!
//! Invariant: what reading lets through, both databases can store.

use domain::inbox::Message;
use serde_json::Value;
use spans::Origin;

use crate::topics::Topics;

mod bookings;
pub mod examples;
mod field;
mod lines;
mod master_list;
mod numbers;
mod outgoing;
mod ticket_sales;

pub use bookings::{booking, read_erasure};
pub use lines::{Problem, Report, master_list_lines};
pub use master_list::master_list_record;
pub use outgoing::{AvailabilityRecord, Outgoing, availability, read_availability, write};
pub use ticket_sales::action_name;

/// The sender's name of a record.
pub const CLIENT_ID: &str = "clientId";
/// The sender's name for the hold that a sale is about.
pub const RESERVATION_ID: &str = "reservationId";
/// The sender's name for the message; the same when it is sent twice.
pub const EVENT_ID: &str = "eventId";
/// The span of the sending (W3C Trace Context), where that is traced.
pub const TRACEPARENT: &str = "traceparent";

/// What some programs begin a UTF-8 text with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How much of an unreadable record is kept: a thousand of them must fit into memory side by side, or a site that
/// writes to a shared topic could stop this site. Its place in the topic is kept too, so nothing is out of reach.
const MAX_DEAD_PAYLOAD: usize = 64 * 1024;
const MAX_DEAD_KEY: usize = 1024;

/// A record as it came from the broker.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    pub topic: &'a str,
    pub key: Option<&'a [u8]>,
    pub payload: Option<&'a [u8]>,
    pub headers: &'a [(String, Vec<u8>)],
}

impl Record<'_> {
    /// The value of a header that must be text.
    fn header(&self, name: &str) -> Result<Option<String>, String> {
        let Some(value) = last(self.headers, name) else {
            return Ok(None);
        };
        let text = std::str::from_utf8(value).map_err(|_| format!("header {name}: expected UTF-8 text"))?;
        field::name(&format!("header {name}"), text)
    }

    /// A message that says why this record can't be used, and keeps its beginning.
    pub(crate) fn unreadable(&self, mut reason: String) -> Message {
        let payload = self.payload.unwrap_or_default();
        if payload.len() > MAX_DEAD_PAYLOAD {
            reason
                .push_str(&format!(" (of the value's {} bytes the first {MAX_DEAD_PAYLOAD} are kept)", payload.len()));
        }
        Message::Unreadable {
            key: self.key.map(|key| cut(key, MAX_DEAD_KEY)),
            payload: cut(payload, MAX_DEAD_PAYLOAD),
            reason,
        }
    }
}

/// Whether the site named `site` sent a record with these headers.
///
/// Sites that share a broker share the names of their own topics too, unless their settings say otherwise: what others
/// wrote there is theirs.
pub(crate) fn is_from(site: &str, headers: &[(String, Vec<u8>)]) -> bool {
    last(headers, CLIENT_ID).is_some_and(|sender| sender == site.as_bytes())
}

/// The span in which a record with these headers was sent, where anything is traced here and there.
pub(crate) fn origin(headers: &[(String, Vec<u8>)]) -> Option<Origin> {
    if !spans::is_on() {
        return None;
    }
    std::str::from_utf8(last(headers, TRACEPARENT)?).ok().and_then(Origin::read)
}

/// The value of a header; the last one wins, as in Kafka's own clients.
fn last<'a>(headers: &'a [(String, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    headers.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
}

/// What a record of the master-list or the ticket-sales topic says to the site named `site`.
pub fn read(topics: &Topics, site: &str, record: &Record<'_>) -> Message {
    let message = if record.topic == topics.master_list {
        document(record).and_then(|document| master_list::read(&document).map(Message::MasterList))
    } else {
        ticket_sales::read(site, record)
    };

    message.unwrap_or_else(|reason| record.unreadable(reason))
}

fn document(record: &Record<'_>) -> Result<Value, String> {
    let payload = record.payload.filter(|payload| !payload.is_empty()).ok_or("the record has no value")?;
    // Programs that write a text file with a byte-order mark write records with one.
    let payload = payload.strip_prefix(BYTE_ORDER_MARK).unwrap_or(payload);
    serde_json::from_slice(payload).map_err(|error| format!("not JSON: {error}"))
}

fn cut(bytes: &[u8], max: usize) -> Vec<u8> {
    bytes[..bytes.len().min(max)].to_vec()
}

#[cfg(test)]
mod tests;
