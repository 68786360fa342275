use arrow_array::ArrayRef;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Columns, Row, ids, ints, longs, texts, times};
use crate::{
    lake::{LakeError, Table},
    rows::{Booking, BookingStatus, Channel},
};

const STATUSES: [(BookingStatus, &str); 4] = [
    (BookingStatus::Pending, "PENDING"),
    (BookingStatus::AwaitingPayment, "AWAITING_PAYMENT"),
    (BookingStatus::Reserved, "RESERVED"),
    (BookingStatus::Cancelled, "CANCELLED"),
];
const CHANNELS: [(Channel, &str); 2] = [(Channel::Stock, "STOCK"), (Channel::Resale, "RESALE")];

impl Row for Booking {
    const TABLE: Table = Table::Bookings;
    const IDENTITY: &'static [&'static str] = &["reservation_id", "version"];
    const ALWAYS: &'static [&'static str] = &["subject", "status", "channel"];
    type Identity = Uuid;
    type Order = (i32, Option<Uuid>, Uuid, i32);

    fn identity(&self) -> Uuid {
        self.reservation_id
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn at(&self) -> DateTime<Utc> {
        self.at
    }

    fn order(&self) -> Self::Order {
        (self.match_number, self.subject, self.reservation_id, self.version)
    }

    fn subject(&self) -> Option<Uuid> {
        self.subject
    }

    fn erase(&mut self) {
        self.subject = None;
        self.country = None;
    }

    fn arrays(rows: &[Self]) -> Result<Vec<ArrayRef>, LakeError> {
        Ok(vec![
            ids(rows.iter().map(|row| Some(row.reservation_id)))?,
            ints(rows.iter().map(|row| row.version)),
            times(rows.iter().map(|row| row.at)),
            times(rows.iter().map(|row| row.placed_at)),
            ids(rows.iter().map(|row| row.subject))?,
            texts(rows.iter().map(|row| row.country.as_deref())),
            ints(rows.iter().map(|row| row.match_number)),
            ints(rows.iter().map(|row| row.category)),
            ints(rows.iter().map(|row| row.quantity)),
            ints(rows.iter().map(|row| row.returned)),
            texts(rows.iter().map(|row| word(&STATUSES, row.status))),
            texts(rows.iter().map(|row| row.cancel_reason.as_deref())),
            longs(rows.iter().map(|row| Some(row.unit_price_minor))),
            texts(rows.iter().map(|row| word(&CHANNELS, row.channel))),
        ])
    }

    fn rows(columns: &Columns<'_>) -> Result<Vec<Self>, String> {
        let (reservation_id, version) = (columns.ids("reservation_id"), columns.ints("version"));
        let (at, placed_at) = (columns.times("at"), columns.times("placed_at"));
        let (subject, country) = (columns.ids("subject"), columns.texts("country"));
        let (match_number, category) = (columns.ints("match_number"), columns.ints("category"));
        let (quantity, returned) = (columns.ints("quantity"), columns.ints("returned"));
        let (status, cancel_reason) = (columns.texts("status"), columns.texts("cancel_reason"));
        let (unit_price_minor, channel) = (columns.longs("unit_price_minor"), columns.texts("channel"));
        let row = |row| {
            Ok(Self {
                reservation_id: reservation_id(row).unwrap_or_default(),
                version: version(row),
                at: at(row),
                placed_at: placed_at(row),
                subject: subject(row),
                country: country(row).map(str::to_owned),
                match_number: match_number(row),
                category: category(row),
                quantity: quantity(row),
                returned: returned(row),
                status: meaning(&STATUSES, "status", status(row))?,
                cancel_reason: cancel_reason(row).map(str::to_owned),
                unit_price_minor: unit_price_minor(row).unwrap_or_default(),
                channel: meaning(&CHANNELS, "channel", channel(row))?,
            })
        };
        (0..columns.len()).map(row).collect()
    }
}

fn word<T: PartialEq>(words: &[(T, &'static str)], meant: T) -> Option<&'static str> {
    words.iter().find(|(meaning, _)| *meaning == meant).map(|(_, word)| *word)
}

/// Of a column that every reader reads; where a file's first columns alone are read, the first meaning stands in.
fn meaning<T: Copy>(words: &[(T, &'static str)], column: &str, read: Option<&str>) -> Result<T, String> {
    let Some(read) = read else { return Ok(words[0].0) };
    let found = words.iter().find(|(_, word)| *word == read).map(|(meaning, _)| *meaning);
    found.ok_or_else(|| format!("has the {column} {read:?}, which is not known"))
}
