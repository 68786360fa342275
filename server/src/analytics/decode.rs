//! Records as rows: what the lake keeps of one, and what is passed over.

use analytics::rows::{Booking, MatchOnSale, Sale};
use domain::inbox::Message;
use kafka::{
    codec,
    sink::{Read, Source},
    topics::Topics,
};
use uuid::Uuid;

use super::on_sale::Changes;

/// What is kept of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row {
    Booking(Booking),
    /// A pseudonym that no row may have any more.
    Erased(Uuid),
    Match(MatchOnSale),
    Sale(Sale),
}

/// Reads a record: of bookings and matches this site's own, of sales those of others.
///
/// # Errors
///
/// Why it can't be read.
pub(super) fn row(topics: &Topics, site: &str, changes: &Changes, read: &Read<'_>) -> Result<Option<Row>, String> {
    let Read { place, offset, at, record, is_own } = read;
    match place.source {
        Source::TicketSales => match codec::read(topics, site, record) {
            Message::Sale(sale) => Ok(Some(Row::Sale(Sale {
                cluster: place.cluster.to_string(),
                partition: place.partition,
                record_offset: *offset,
                at: *at,
                site: sale.sender,
                match_number: sale.match_number,
                category: sale.category.number(),
                quantity: sale.quantity,
                action: codec::action_name(sale.action).to_owned(),
            }))),
            Message::Own | Message::MasterList(_) => Ok(None),
            Message::Unreadable { reason, .. } => Err(reason),
        },
        Source::Bookings | Source::Availability if !is_own => Ok(None),
        Source::Bookings => {
            let payload = record.payload.ok_or("the record has no value")?;
            if let Some(subject) = codec::read_erasure(payload) {
                return Ok(Some(Row::Erased(subject)));
            }
            let booking = serde_json::from_slice(payload).map_err(|error| format!("not a booking: {error}"))?;
            Ok(Some(Row::Booking(booking)))
        }
        Source::Availability => {
            // What compaction leaves of a deleted record.
            let Some(payload) = record.payload else { return Ok(None) };
            let state = codec::read_availability(payload).map_err(|error| format!("not a match: {error}"))?.state;
            Ok(changes.of(&state, *at).map(Row::Match))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use kafka::{
        codec::{CLIENT_ID, Outgoing, Record, examples::examples},
        sink::Place,
    };

    use super::*;

    fn topics() -> Topics {
        kafka::Config::default().topics()
    }

    /// What `site` keeps of a record.
    fn kept(site: &str, source: Source, record: &Outgoing) -> Result<Option<Row>, String> {
        let headers: Vec<_> =
            record.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into_bytes())).collect();
        let place = Place { source, cluster: Arc::from("c"), partition: 2 };
        let read = Read {
            place: &place,
            offset: 7,
            at: DateTime::UNIX_EPOCH,
            record: Record {
                topic: &record.topic,
                key: record.key.as_deref(),
                payload: Some(&record.payload),
                headers: &headers,
            },
            is_own: record.headers.iter().any(|(name, value)| *name == CLIENT_ID && value == site),
        };
        row(&topics(), site, &Changes::default(), &read)
    }

    fn examples_of(topic: &str) -> Vec<Outgoing> {
        let all = examples(&topics()).expect("they can be written").into_iter();
        all.map(|example| example.record).filter(|record| record.topic == topic).collect()
    }

    #[test]
    fn what_the_codec_writes_of_a_booking_is_a_row_of_the_lake_to_the_last_key() {
        let records = examples_of(&topics().bookings);
        let mut bookings = 0;
        for record in &records {
            match kept("matchday", Source::Bookings, record).expect("it can be read") {
                Some(Row::Booking(booking)) => {
                    bookings += 1;
                    let written: serde_json::Value = serde_json::from_slice(&record.payload).expect("a record is JSON");
                    assert_eq!(serde_json::to_value(&booking).expect("a row is JSON"), written);
                }
                Some(Row::Erased(subject)) => assert_eq!(subject, Uuid::from_u128(6)),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((records.len(), bookings), (3, 2));
    }

    #[test]
    fn bookings_and_matches_of_other_sites_are_passed_over_and_sales_of_this_one() {
        let of = |source: Source| examples_of(source.topic(&topics()));
        for source in [Source::Bookings, Source::Availability] {
            for record in of(source) {
                assert_eq!(kept("elsewhere", source, &record), Ok(None));
                assert!(kept("matchday", source, &record).is_ok_and(|row| row.is_some()));
            }
        }
        for record in of(Source::TicketSales) {
            assert_eq!(kept("matchday", Source::TicketSales, &record), Ok(None));
            let row = kept("elsewhere", Source::TicketSales, &record);
            let Ok(Some(Row::Sale(sale))) = row else { panic!("{row:?}") };
            assert_eq!((sale.site.as_deref(), sale.partition, sale.record_offset), (Some("matchday"), 2, 7));
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for source in [Source::Bookings, Source::Availability, Source::TicketSales] {
            let site = if source == Source::TicketSales { "elsewhere" } else { "matchday" };
            let record = Outgoing { payload: b"{".to_vec(), ..examples_of(source.topic(&topics()))[0].clone() };

            assert!(kept(site, source, &record).is_err_and(|reason| !reason.is_empty()), "{source:?}");
        }
    }
}
