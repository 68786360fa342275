//! What the counter counts of random rows, beside the rows themselves, for the test that an engine counts the same by `sql/counts.sql`:
//! `counts DIR SEED ROWS` writes `bookings.csv`, `matches.csv` and `counts.jsonl`.

use std::{fmt::Write as _, fs, path::Path};

use analytics::{
    model::{Counter, read_counts, write_counts},
    rows::{Booking, BookingStatus, Channel, MatchOnSale, OnSale},
};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use uuid::Uuid;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, seed, rows] = arguments.as_slice() else { return Err("counts DIR SEED ROWS".into()) };
    let folder = Path::new(folder);
    fs::create_dir_all(folder)?;
    let mut dice = StdRng::seed_from_u64(seed.parse()?);
    let (bookings, states) = (bookings(&mut dice, rows.parse()?), states(&mut dice));
    let mut csv = String::from(
        "reservation_id,version,at,placed_at,subject,country,match_number,category,quantity,returned,status,cancel_reason,unit_price_minor,channel\n",
    );
    let mut counter = Counter::new();
    for newest in &bookings {
        counter.booking(newest);
        // States that came before, of which nothing is true any more.
        for version in 1..newest.version {
            let older = Booking {
                version,
                status: BookingStatus::Pending,
                returned: 0,
                channel: Channel::Stock,
                ..newest.clone()
            };
            write_booking(&mut csv, &older)?;
        }
        write_booking(&mut csv, newest)?;
    }
    fs::write(folder.join("bookings.csv"), csv)?;
    let mut csv = String::from(
        "match_number,version,at,round_number,kick_off,venue,home_team,away_team,group_name,closed,category_1_sellable,category_1_price_minor,category_2_sellable,category_2_price_minor,category_3_sellable,category_3_price_minor\n",
    );
    for state in states {
        write_state(&mut csv, &state)?;
        counter.on_sale(state);
    }
    fs::write(folder.join("matches.csv"), csv)?;
    let counts = counter.finish();
    write_counts(&counts, &folder.join("counts.jsonl"))?;
    // What an engine wrote before, into a folder of its own, is read as the same.
    let of_engine = folder.join("engine");
    if of_engine.is_dir() {
        let read = read_counts(&of_engine)?;
        if read != counts {
            return Err("what the engine counted is read as something else".into());
        }
        println!("the same: {} choices", read.choices.len());
    }
    Ok(())
}

fn begin() -> DateTime<Utc> {
    DateTime::from_timestamp(1_666_000_000, 0).unwrap_or_default()
}

/// Few subjects with many bookings, many with few, and such without.
fn bookings(dice: &mut StdRng, count: usize) -> Vec<Booking> {
    let few: Vec<Uuid> = (0..5).map(|_| Uuid::from_u128(dice.random())).collect();
    let many: Vec<Uuid> = (0..count / 2).map(|_| Uuid::from_u128(dice.random())).collect();
    let statuses = [
        BookingStatus::Pending,
        BookingStatus::AwaitingPayment,
        BookingStatus::Reserved,
        BookingStatus::Reserved,
        BookingStatus::Cancelled,
    ];
    (0..count)
        .map(|_| {
            let at = begin() + TimeDelta::microseconds(dice.random_range(0..3_000_000_000_000));
            let status = *statuses.choose(dice).unwrap_or(&BookingStatus::Pending);
            let quantity = dice.random_range(1..5);
            let subject = match dice.random_range(0..10) {
                0 => None,
                1 | 2 => few.choose(dice).copied(),
                _ => many.choose(dice).copied(),
            };
            let country = ["PE", "QA", "GB", "JP"].choose(dice).filter(|_| subject.is_some() && dice.random_bool(0.9));
            Booking {
                reservation_id: Uuid::from_u128(dice.random()),
                version: dice.random_range(1..4),
                at,
                placed_at: at,
                subject,
                country: country.map(|country| (*country).to_owned()),
                match_number: dice.random_range(1..65),
                category: dice.random_range(1..4),
                quantity,
                returned: if dice.random_bool(0.1) { quantity } else { 0 },
                status,
                cancel_reason: (status == BookingStatus::Cancelled).then(|| "EXPIRED".to_owned()),
                unit_price_minor: dice.random_range(5_000..20_000),
                channel: if dice.random_bool(0.15) { Channel::Resale } else { Channel::Stock },
            }
        })
        .collect()
}

fn states(dice: &mut StdRng) -> Vec<MatchOnSale> {
    let mut states = Vec::new();
    for match_number in 1..65 {
        for version in 1..dice.random_range(2..6) {
            let mut category = || {
                dice.random_bool(0.8)
                    .then(|| OnSale { sellable: dice.random_bool(0.7), price_minor: dice.random_range(1..30_000) })
            };
            let categories = [category(), category(), category()];
            states.push(MatchOnSale {
                match_number,
                version,
                at: begin() + TimeDelta::microseconds(i64::from(version) * 100_000_000_123),
                round_number: dice.random_range(1..8),
                kick_off: begin() + TimeDelta::days(60),
                venue: "Education City, \"Al Rayyan\"".to_owned(),
                home_team: "Côte d\u{2019}Ivoire".to_owned(),
                away_team: "TBA".to_owned(),
                group: dice.random_bool(0.5).then(|| "A".to_owned()),
                closed: dice.random_bool(0.1),
                categories,
            });
        }
    }
    states
}

fn text<T: serde::Serialize>(word: T) -> String {
    serde_json::to_value(word).ok().and_then(|word| word.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f+00").to_string()
}

fn write_booking(csv: &mut String, of: &Booking) -> std::fmt::Result {
    writeln!(
        csv,
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
        of.reservation_id,
        of.version,
        time(of.at),
        time(of.placed_at),
        of.subject.map(|subject| subject.to_string()).unwrap_or_default(),
        of.country.as_deref().unwrap_or_default(),
        of.match_number,
        of.category,
        of.quantity,
        of.returned,
        text(of.status),
        of.cancel_reason.as_deref().unwrap_or_default(),
        of.unit_price_minor,
        text(of.channel),
    )
}

fn write_state(csv: &mut String, of: &MatchOnSale) -> std::fmt::Result {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    write!(
        csv,
        "{},{},{},{},{},{},{},{},{},{}",
        of.match_number,
        of.version,
        time(of.at),
        of.round_number,
        time(of.kick_off),
        quoted(&of.venue),
        quoted(&of.home_team),
        quoted(&of.away_team),
        of.group.as_deref().unwrap_or_default(),
        of.closed,
    )?;
    for category in of.categories {
        match category {
            Some(OnSale { sellable, price_minor }) => write!(csv, ",{sellable},{price_minor}")?,
            None => write!(csv, ",,")?,
        }
    }
    writeln!(csv)
}
