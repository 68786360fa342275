//! Rows to write, and stores to write them to.

use std::{collections::BTreeMap, sync::Arc};

use analytics::{
    lake::{Columns, Lake, Part, Rows},
    rows::{Booking, BookingStatus, Channel, MatchOnSale, OnSale, Sale},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use object_store::{ObjectStore, memory::InMemory};
use uuid::Uuid;

pub(crate) const CLUSTER: &str = "MkU3OEVBNTcwNTJENDM2Qk";

/// The first day of all tests: long over.
pub(crate) fn day(number: u64) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 11, 20).expect("it is a date");
    first.checked_add_days(Days::new(number)).expect("it is a date")
}

pub(crate) fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(12, 0, 0).expect("it is a time").and_utc()
}

pub(crate) fn id(number: u32) -> Uuid {
    Uuid::from_u128(0x0192_5a5a_0000_7000_8000_0000_0000_0000 | u128::from(number))
}

/// Sixteen bytes that no other row has by chance.
pub(crate) fn subject(number: u32) -> Uuid {
    // No two are alike in many bytes: a compressed file may have the first of them beside any other byte.
    Uuid::from_u128(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835_u128.wrapping_mul(u128::from(number) + 3))
}

pub(crate) fn booking(reservation: u32, version: i32, fan: Option<u32>) -> Booking {
    let status = match version % 4 {
        0 => BookingStatus::Pending,
        1 => BookingStatus::AwaitingPayment,
        2 => BookingStatus::Reserved,
        _ => BookingStatus::Cancelled,
    };
    let number = i32::try_from(reservation).expect("tests have few reservations");
    Booking {
        reservation_id: id(reservation),
        version,
        at: noon(day(u64::from(reservation % 3))) + chrono::Duration::microseconds(i64::from(version)),
        placed_at: noon(day(u64::from(reservation % 3))),
        subject: fan.map(subject),
        country: fan.map(|fan| ["PE", "FR", "JP"][fan as usize % 3].to_owned()),
        match_number: 1 + number % 64,
        category: 1 + number % 3,
        quantity: 1 + number % 4,
        returned: i32::from(status == BookingStatus::Reserved && number % 5 == 0),
        status,
        cancel_reason: (status == BookingStatus::Cancelled).then(|| "EXPIRED".to_owned()),
        unit_price_minor: 7_500 + i64::from(reservation),
        channel: if reservation.is_multiple_of(7) { Channel::Resale } else { Channel::Stock },
    }
}

pub(crate) fn match_on_sale(number: i32, version: i32) -> MatchOnSale {
    let price = |category: i32| OnSale { sellable: (number + version + category) % 2 == 0, price_minor: 10_000 };
    MatchOnSale {
        match_number: number,
        version,
        at: noon(day(1)),
        round_number: 1,
        kick_off: noon(day(9)),
        venue: "Lusail Stadium".to_owned(),
        home_team: "Peru".to_owned(),
        away_team: "Côte d'Ivoire".to_owned(),
        group: (number % 2 == 0).then(|| "A".to_owned()),
        closed: version > 3,
        categories: [Some(price(1)), None, Some(price(3))],
    }
}

pub(crate) fn sale(partition: i32, offset: i64) -> Sale {
    Sale {
        cluster: CLUSTER.to_owned(),
        partition,
        record_offset: offset,
        at: noon(day(1)),
        site: (offset % 2 == 0).then(|| "another-site".to_owned()),
        match_number: 7,
        category: 2,
        quantity: 3,
        action: "TICKET_RESERVED".to_owned(),
    }
}

pub(crate) fn part(partition: i32, first: i64, date: NaiveDate, rows: Vec<Booking>) -> Part {
    let count = i64::try_from(rows.len()).expect("tests have few rows");
    let last_offset = first + count - 1;
    Part { cluster: CLUSTER.to_owned(), partition, first_offset: first, last_offset, date, rows: Rows::Bookings(rows) }
}

pub(crate) fn memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

pub(crate) async fn open(store: &Arc<dyn ObjectStore>) -> Lake {
    Lake::over(Arc::clone(store)).await.expect("the store is fit")
}

/// The view of the bookings, by id.
pub(crate) async fn view(lake: &Lake) -> BTreeMap<Uuid, Booking> {
    let mut view = BTreeMap::new();
    let mut twice = Vec::new();
    let count = lake
        .read_bookings(Columns::All, |row| {
            if let Some(before) = view.insert(row.reservation_id, row) {
                twice.push(before);
            }
        })
        .await
        .expect("the lake can be read");
    assert_eq!(twice, [], "the view has an id once");
    assert_eq!(count, view.len());
    view
}
