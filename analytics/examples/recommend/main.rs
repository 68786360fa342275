//! What `bench recommend` runs: simulated worlds for the model and its rivals, public data, and what ranking and training take.
//!
//! `recommend worlds OUT [A|B|C|FANS…]` writes, for each world, size and seed, a folder with what rivals need (`events.csv`, `queries.csv`,
//! `prior.csv`) and the model's own figures (`ours.json`). `recommend public DIR` reads a data set in the same form and adds `ours.json`.
//! `recommend ranking` and `recommend training ROWS` measure time; the memory of the second is its process's.

#![expect(clippy::disallowed_methods, reason = "arguments come from the command line, and time is measured")]

use std::{path::Path, process::ExitCode, time::Instant};

use analytics::model::{Candidate, Counter, Fan, Held, Model, Training, recommend, train};
use chrono::{TimeDelta, Utc};

mod exchange;
mod public;
mod world;
mod worlds;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["worlds", out, words @ ..] => worlds::all(Path::new(out), words),
        ["public", folder] => public::evaluate(Path::new(folder)),
        ["ranking"] => ranking(),
        ["training", rows] => rows.parse().map_err(Into::into).and_then(training),
        _ => Err("recommend worlds OUT [A|B|C|FANS…] | public DIR | ranking | training ROWS".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("recommend: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ten of 64 matches with their reasons, for fans from everywhere, some of whom hold matches.
fn ranking() -> Outcome {
    let world = world::World::new(world::Kind::A, 12_000, 1);
    let model = worlds::fitted(&world).model;
    let now = world.test_from;
    let offers = worlds::offers();
    let candidates: Vec<Candidate<'_>> =
        world.fixtures.iter().map(|fixture| Candidate { fixture, offers: offers.clone(), listing: None }).collect();
    for (who, with_held) in [("anonymous", false), ("with two matches held", true)] {
        let mut times = Vec::new();
        let begun = Instant::now();
        for chosen in world.chosen.iter().cycle().take(20_000) {
            let held = |number| Held { match_number: number, category: 1, price_minor: 7_500 };
            let held = if with_held { vec![held(i32::try_from(chosen.fan % 40)? + 1), held(64)] } else { Vec::new() };
            let fan = Fan { country: Some(chosen.country.to_owned()), held };
            let one = Instant::now();
            let recommended = recommend(&model, &world.fixtures, &candidates, &fan, now, 10);
            times.push(one.elapsed().as_secs_f64() * 1e6);
            if recommended.len() != 10 {
                return Err(format!("{} were recommended", recommended.len()).into());
            }
        }
        let each = begun.elapsed().as_secs_f64() * 1e6 / times.len() as f64;
        times.sort_unstable_by(f64::total_cmp);
        let at = |part: usize| times[times.len() * part / 100];
        println!("ranking, {who}: mean {each:.1} µs, median {:.1} µs, p99 {:.1} µs", at(50), at(99));
    }
    Ok(())
}

/// Training on so many bookings. They are streamed: the world is copied with other subjects and ids until there are enough.
fn training(rows: usize) -> Outcome {
    let world = world::World::new(world::Kind::A, 40_000, 1);
    let before = memory_mib()?;
    let begun = Instant::now();
    let mut counter = Counter::new();
    for (number, booking) in world.bookings.iter().cycle().take(rows).enumerate() {
        let mut booking = booking.clone();
        let copy = (number / world.bookings.len()) as u128;
        booking.reservation_id = uuid::Uuid::from_u128(booking.reservation_id.as_u128().wrapping_add(copy << 64));
        booking.subject =
            booking.subject.map(|subject| uuid::Uuid::from_u128(subject.as_u128().wrapping_add(copy << 64)));
        booking.placed_at += TimeDelta::microseconds(i64::try_from(copy)?);
        counter.booking(&booking);
    }
    for state in &world.states {
        counter.on_sale(state.clone());
    }
    let counts = counter.finish();
    let counted = begun.elapsed();
    let running = Model::prior();
    let training = Training { now: Utc::now(), lake_offsets: Vec::new(), running: &running, stopped: &|| false };
    let trained = train(&counts, &training)?;
    println!(
        "training on {rows} bookings: counted after {:.2} s, done after {:.2} s; {} MiB at its most, {before} MiB of it the simulation; {} bytes; {}",
        counted.as_secs_f64(),
        begun.elapsed().as_secs_f64(),
        memory_mib()?,
        trained.model.to_json()?.len(),
        trained.verdict,
    );
    println!("{:?}", trained.settings);
    for (name, weight) in trained.model.weights() {
        println!("  {name} {weight:.3}");
    }
    Ok(())
}

/// The most that this process has had.
fn memory_mib() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).ok_or("no VmHWM")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib / 1024)
}
