//! Counting, row by row. A row is kept in a few dozen bytes until all have come.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::counts::{Buyers, Choice, CountryCode, Counts, MOST_FANS, MOST_OF_SUBJECT, Pair, People, Taken};
use crate::rows::{Booking, BookingStatus, Channel, MatchOnSale};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// Of rows without a subject.
const NOBODY: u32 = u32::MAX;

/// Takes rows, each booking in its newest state and once, in any order.
#[derive(Debug)]
pub struct Counter {
    subjects: HashMap<Uuid, u32>,
    rows: Vec<Row>,
    states: Vec<MatchOnSale>,
    most_of_subject: usize,
    with_pairs: bool,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    id: Uuid,
    /// Microseconds since 1970.
    placed: i64,
    price_minor: i64,
    subject: u32,
    match_number: i32,
    country: Option<CountryCode>,
    sold: bool,
    stock: bool,
}

impl Default for Counter {
    fn default() -> Self {
        Self::of(MOST_OF_SUBJECT, true)
    }
}

impl Counter {
    pub fn new() -> Self {
        Self::default()
    }

    /// For data in which a subject has many items: how many of them count, and whether pairs are counted beforehand or, with `false`,
    /// from the choices.
    pub fn of(most_of_subject: usize, with_pairs: bool) -> Self {
        Self { subjects: HashMap::new(), rows: Vec::new(), states: Vec::new(), most_of_subject, with_pairs }
    }

    pub fn booking(&mut self, booking: &Booking) {
        let next = u32::try_from(self.subjects.len()).unwrap_or(NOBODY);
        let subject = booking.subject.map_or(NOBODY, |subject| *self.subjects.entry(subject).or_insert(next));
        self.rows.push(Row {
            id: booking.reservation_id,
            placed: booking.placed_at.timestamp_micros(),
            price_minor: booking.unit_price_minor,
            subject,
            match_number: booking.match_number,
            country: booking.country.as_deref().and_then(CountryCode::new),
            sold: booking.status == BookingStatus::Reserved && booking.returned < booking.quantity,
            stock: booking.channel == Channel::Stock,
        });
    }

    pub fn on_sale(&mut self, state: MatchOnSale) {
        self.states.push(state);
    }

    pub fn finish(self) -> Counts {
        let Self { subjects, mut rows, mut states, most_of_subject, with_pairs } = self;
        let subjects = subjects.len();
        states.sort_by_key(|state| (state.match_number, state.version));
        let (first, last) = (rows.iter().map(|row| row.placed).min(), rows.iter().map(|row| row.placed).max());
        let mut counts = Counts {
            bookings: rows.len() as u64,
            from: first.and_then(DateTime::from_timestamp_micros),
            to: last.and_then(DateTime::from_timestamp_micros),
            states,
            ..Counts::default()
        };
        once_each(&mut rows, most_of_subject);
        counts.taken = taken(&rows);
        counts.people = people(&rows);
        counts.buyers = buyers(&rows);
        if with_pairs {
            counts.pairs = pairs(&rows);
        }
        counts.choices = choices(&rows, subjects);
        counts
    }
}

/// Leaves of each subject one row a match, a paid one before others, and the first ones at that; by subject, then as they were placed.
fn once_each(rows: &mut Vec<Row>, most: usize) {
    rows.sort_unstable_by_key(|row| (row.subject, row.match_number, !row.sold, row.placed, row.id));
    rows.dedup_by_key(|row| (row.subject, row.match_number, if row.subject == NOBODY { row.id } else { Uuid::nil() }));
    rows.sort_unstable_by_key(|row| (row.subject, row.placed, row.id));
    let (mut of, mut count) = (NOBODY, 0);
    rows.retain(|row| {
        count = if row.subject == of { count + 1 } else { 1 };
        of = row.subject;
        row.subject == NOBODY || count <= most
    });
}

fn taken(rows: &[Row]) -> Vec<Taken> {
    let mut taken: HashMap<(i64, Option<CountryCode>, i32), (u32, u32)> = HashMap::new();
    for row in rows.iter().filter(|row| row.stock) {
        let (sold, held) = taken.entry((row.placed.div_euclid(HOUR), row.country, row.match_number)).or_default();
        *if row.sold { sold } else { held } += 1;
    }
    let all = taken.into_iter().map(|((hour, country, match_number), (sold, held))| Taken {
        hour,
        country,
        match_number,
        sold,
        held,
    });
    sorted(all)
}

fn sorted<T: Ord>(of: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = of.collect();
    all.sort_unstable();
    all
}

fn subjects_of(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(|one, other| one.subject == other.subject).filter(|rows| rows[0].subject != NOBODY)
}

fn people(rows: &[Row]) -> Vec<People> {
    let mut people: HashMap<(Option<CountryCode>, Option<i32>), u64> = HashMap::new();
    for rows in subjects_of(rows) {
        *people.entry((None, None)).or_default() += 1;
        for country in rows.iter().filter_map(|row| row.country).collect::<BTreeSet<_>>() {
            *people.entry((Some(country), None)).or_default() += 1;
        }
        for row in rows {
            *people.entry((None, Some(row.match_number))).or_default() += 1;
            if row.country.is_some() {
                *people.entry((row.country, Some(row.match_number))).or_default() += 1;
            }
        }
    }
    let all = people.into_iter().map(|((country, match_number), subjects)| People { country, match_number, subjects });
    sorted(all)
}

fn buyers(rows: &[Row]) -> Vec<Buyers> {
    let mut buyers: BTreeMap<(i64, i32), u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.subject != NOBODY) {
        *buyers.entry((row.placed.div_euclid(DAY), row.match_number)).or_default() += 1;
    }
    buyers.into_iter().map(|((day, match_number), subjects)| Buyers { day, match_number, subjects }).collect()
}

fn pairs(rows: &[Row]) -> Vec<Pair> {
    let mut pairs: HashMap<(i64, i32, i32), u32> = HashMap::new();
    for rows in subjects_of(rows) {
        // In the order of their placing, so the second is from when both are held.
        for (at, later) in rows.iter().enumerate() {
            for earlier in &rows[..at] {
                let (one, other) =
                    (earlier.match_number.min(later.match_number), earlier.match_number.max(later.match_number));
                *pairs.entry((later.placed.div_euclid(DAY), one, other)).or_default() += 1;
            }
        }
    }
    let all = pairs.into_iter().map(|((day, one, other), subjects)| Pair { day, one, other, subjects });
    sorted(all)
}

/// Of each so-manyth subject, in the order of their first bookings.
fn choices(rows: &[Row], subjects: usize) -> Vec<Choice> {
    let step = subjects.div_ceil(MOST_FANS).max(1);
    let mut of_subjects: Vec<&[Row]> = subjects_of(rows).collect();
    of_subjects.sort_unstable_by_key(|rows| (rows[0].placed, rows[0].id));
    let mut choices = Vec::new();
    for (fan, rows) in of_subjects.into_iter().enumerate().step_by(step) {
        choices.extend(rows.iter().filter_map(|row| {
            Some(Choice {
                fan: fan as u64,
                at: DateTime::<Utc>::from_timestamp_micros(row.placed)?,
                country: row.country,
                match_number: row.match_number,
                price_minor: row.price_minor,
                sold: row.sold,
                stock: row.stock,
            })
        }));
    }
    // Two of one microsecond would be in any order else.
    choices.sort_unstable();
    choices
}
