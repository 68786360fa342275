//! Writes lakes to try things on.
//!
//!   cargo run -p analytics --example lake -- fixture DIR          the fixture of this version of the schema, with what is to be read from it
//!   cargo run -p analytics --release --example lake -- measure DIR 1000000    that many bookings: how fast, how large, how much memory

use std::{collections::BTreeMap, error::Error, fs, path::Path, time::Instant};

use analytics::{
    lake::{Columns, Lake, Location, Part, Rows, S3Settings},
    rows::{Booking, BookingStatus, Channel, MatchOnSale, OnSale, Sale},
};
use bytes::Bytes;
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use http::{Request, Response};
use http_body_util::Full;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use uuid::Uuid;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const CLUSTER: &str = "MkU3OEVBNTcwNTJENDM2Qk";
/// What the analytics role writes at once, at most.
const ROWS_OF_A_PART: usize = 20_000;

#[tokio::main]
async fn main() -> Outcome {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fixture", folder] => fixture(folder).await,
        ["measure", folder, count] => measure(folder, count.parse()?).await,
        _ => Err("usage: lake fixture DIR, or lake measure DIR COUNT".into()),
    }
}

async fn open(folder: &str) -> Outcome<Lake> {
    let location = Location { url: folder.to_owned(), s3: S3Settings::default() };
    let nobody = tower::service_fn(async |_: Request<Full<Bytes>>| {
        Err::<Response<Full<Bytes>>, _>("a folder needs no requests")
    });
    Ok(Lake::open(&location, nobody).await?)
}

fn day(number: u64) -> Outcome<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2026, 11, 20).ok_or("it is a date")?;
    Ok(first.checked_add_days(Days::new(number)).ok_or("it is a date")?)
}

fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(12, 0, 0).unwrap_or_default().and_utc()
}

fn part(partition: i32, first_offset: i64, date: NaiveDate, rows: Rows) -> Outcome<Part> {
    let last_offset = first_offset + i64::try_from(rows.len())?.max(1) - 1;
    Ok(Part { cluster: CLUSTER.to_owned(), partition, first_offset, last_offset, date, rows })
}

/// A lake with each kind of file and each trap: older versions, doubles that a compaction left, an erasure, states that Kafka did not tell.
async fn fixture(folder: &str) -> Outcome {
    let lake = open(folder).await?;
    let subject = |number: u128| Some(Uuid::from_u128(0x00c0_ffee << 96 | number));
    let booking = |number: u128, version: i32, fan: Option<Uuid>| -> Outcome<Booking> {
        let small = i32::try_from(number)?;
        let is_over = version == 3;
        Ok(Booking {
            reservation_id: Uuid::from_u128(0x0192_5a5a_0000_7000_8000_0000_0000_0000 | number),
            version,
            at: noon(day(0)?) + Duration::microseconds(1_000_001 * i64::from(small * version)),
            placed_at: noon(day(0)?) + Duration::microseconds(1_000_001 * i64::from(small)),
            subject: fan,
            country: fan.map(|_| ["PE", "FR", "JP"][usize::try_from(small).unwrap_or_default() % 3].to_owned()),
            match_number: 1 + small % 64,
            category: 1 + small % 3,
            quantity: 1 + small % 4,
            returned: i32::from(version == 2 && small % 4 == 0),
            status: [
                BookingStatus::Pending,
                BookingStatus::AwaitingPayment,
                BookingStatus::Reserved,
                BookingStatus::Cancelled,
            ][usize::try_from(version)?],
            cancel_reason: is_over.then(|| "EXPIRED".to_owned()),
            unit_price_minor: 7_500 + i64::from(small),
            channel: if small % 5 == 0 { Channel::Resale } else { Channel::Stock },
        })
    };
    let states = |numbers: std::ops::Range<u128>, version| {
        numbers
            .map(|number| booking(number, version, subject(number % 4).filter(|_| number % 4 > 0)))
            .collect::<Outcome<Vec<_>>>()
    };
    for (first, numbers, version) in [(0, 0..6, 0), (6, 2..6, 2), (10, 6..9, 1)] {
        lake.append(&part(0, first, day(0)?, Rows::Bookings(states(numbers, version)?))?).await?;
    }
    lake.compact(noon(day(2)?)).await?;
    // What a compaction leaves that died before it had deleted its sources.
    lake.append(&part(0, 6, day(0)?, Rows::Bookings(states(2..6, 2)?))?).await?;
    lake.append(&part(1, 0, day(1)?, Rows::Bookings(states(9..12, 3)?))?).await?;
    lake.append(&part(1, 3, day(1)?, Rows::Bookings(Vec::new()))?).await?;
    lake.complete(&states(12..14, 2)?).await?;
    let matches: Vec<_> =
        (1..4).flat_map(|number| [fixture_match(number, 1), fixture_match(number, 2)]).collect::<Outcome<_>>()?;
    lake.append(&part(0, 0, day(0)?, Rows::Matches(matches))?).await?;
    for first in [0, 2] {
        lake.append(&part(0, first, day(0)?, Rows::Sales(fixture_sales(first)?))?).await?;
    }
    let expected = format!("{:#}\n", expected(&lake).await?);
    Ok(fs::write(Path::new(folder).join("expected.json"), expected)?)
}

fn fixture_match(number: i32, version: i32) -> Outcome<MatchOnSale> {
    let on_sale = |sellable| Some(OnSale { sellable, price_minor: 10_000 });
    Ok(MatchOnSale {
        match_number: number,
        version,
        at: noon(day(0)?),
        round_number: 1,
        kick_off: noon(day(9)?),
        venue: "Lusail Stadium".to_owned(),
        home_team: "Peru".to_owned(),
        away_team: "Côte d'Ivoire".to_owned(),
        group: (number % 2 == 0).then(|| "A".to_owned()),
        closed: version == 2,
        categories: [on_sale(number % 2 == 0), None, on_sale(version == 1)],
    })
}

/// Three records from an offset on: two parts of them overlap.
fn fixture_sales(first: i64) -> Outcome<Vec<Sale>> {
    let at = noon(day(0)?);
    let sale = |record_offset| Sale {
        cluster: CLUSTER.to_owned(),
        partition: 0,
        record_offset,
        at,
        site: (record_offset % 2 == 0).then(|| "another-site".to_owned()),
        match_number: 7,
        category: 2,
        quantity: 3,
        action: "TICKET_RESERVED".to_owned(),
    };
    Ok((first..first + 3).map(sale).collect())
}

/// What is to be read from a lake, in an order.
async fn expected(lake: &Lake) -> Outcome<Value> {
    let (mut bookings, mut matches, mut sales) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    lake.read_bookings(Columns::All, |row| drop(bookings.insert(row.reservation_id, json!(row)))).await?;
    lake.read_matches(|row| {
        let sellable = row.categories.map(|category| category.map(|on_sale| on_sale.sellable));
        let value = json!({
            "matchNumber": row.match_number, "version": row.version, "awayTeam": row.away_team, "group": row.group,
            "closed": row.closed, "sellable": sellable,
        });
        matches.insert((row.match_number, row.version), value);
    })
    .await?;
    lake.read_sales(|row| {
        let value = json!({ "partition": row.partition, "recordOffset": row.record_offset, "site": row.site });
        sales.insert((row.partition, row.record_offset), value);
    })
    .await?;
    let values = |rows: Vec<Value>| Value::Array(rows);
    Ok(json!({
        "bookings": values(bookings.into_values().collect()),
        "matches": values(matches.into_values().collect()),
        "sales": values(sales.into_values().collect()),
    }))
}

async fn measure(folder: &str, count: usize) -> Outcome {
    let (lake, mut random) = (open(folder).await?, StdRng::seed_from_u64(16));
    let subjects: Vec<_> = (0..count / 2).map(|_| Uuid::from_u128(random.random())).collect();
    let started = Instant::now();
    for (number, first) in (0..count).step_by(ROWS_OF_A_PART).enumerate() {
        let date = day(u64::try_from(number / 3)?)?;
        let rows =
            (first..count.min(first + ROWS_OF_A_PART)).map(|_| random_booking(&mut random, date, &subjects)).collect();
        lake.append(&part(i32::try_from(number % 3)?, i64::try_from(first)?, date, Rows::Bookings(rows))?).await?;
    }
    report("written", started, count);
    let started = Instant::now();
    lake.compact(noon(day(100_000)?)).await?;
    report("compacted", started, count);
    let status = &lake.status().await?.tables[0];
    println!("{} files, {} rows, {:.1} bytes a row", status.files, status.rows, per(status.bytes, status.rows));
    let training = Columns::Only(&["placed_at", "country", "match_number", "category", "quantity", "unit_price_minor"]);
    for (what, columns) in [("read for training", training), ("read with every column", Columns::All)] {
        let (started, mut reserved) = (Instant::now(), 0_usize);
        let read =
            lake.read_bookings(columns, |row| reserved += usize::from(row.status == BookingStatus::Reserved)).await?;
        report(what, started, read);
        println!("  {reserved} reserved");
    }
    lake.mark_erased(subjects[0]).await?;
    let started = Instant::now();
    let done = lake.compact(noon(day(100_000)?)).await?;
    report("erased", started, done.rows_erased);
    let memory = fs::read_to_string("/proc/self/status")?;
    memory.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    Ok(())
}

fn report(what: &str, started: Instant, rows: usize) {
    println!("{what}: {rows} rows in {:.2} s", started.elapsed().as_secs_f64());
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn per(bytes: u64, rows: u64) -> f64 {
    bytes as f64 / rows as f64
}

fn random_booking(random: &mut StdRng, date: NaiveDate, subjects: &[Uuid]) -> Booking {
    let placed_at = noon(date) + Duration::microseconds(random.random_range(0..40_000_000_000));
    let id = uuid::Builder::from_unix_timestamp_millis(
        u64::try_from(placed_at.timestamp_millis()).unwrap_or_default(),
        &random.random(),
    );
    let status = [BookingStatus::Pending, BookingStatus::Reserved, BookingStatus::Reserved, BookingStatus::Cancelled]
        [random.random_range(0..4)];
    let category = random.random_range(1..4);
    Booking {
        reservation_id: id.into_uuid(),
        version: random.random_range(1..4),
        at: placed_at + Duration::microseconds(random.random_range(0..600_000_000)),
        placed_at,
        subject: Some(subjects[random.random_range(0..subjects.len())]),
        country: Some(
            ["QA", "US", "SA", "GB", "MX", "AE", "AR", "FR", "BR", "DE"][random.random_range(0..10)].to_owned(),
        ),
        match_number: random.random_range(1..65),
        category,
        quantity: random.random_range(1..5),
        returned: 0,
        status,
        cancel_reason: (status == BookingStatus::Cancelled).then(|| "EXPIRED".to_owned()),
        unit_price_minor: 25_000 / i64::from(category),
        channel: Channel::Stock,
    }
}
