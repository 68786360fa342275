//! The model on public data, which has neither teams nor dates: rates and what is taken together.

use std::{collections::HashMap, fs, path::Path};

use analytics::{
    model::{Candidate, Counter, Fan, Fitting, Fixture, Held, Offer, rank, tune},
    rows::{Booking, BookingStatus, Channel},
};
use chrono::{DateTime, TimeDelta};
use serde_json::json;
use uuid::Uuid;

use crate::Outcome;

/// `train.csv`: user, item, microsecond; `users.csv`: user, what they had before (spaces between), what is to be found; `info.json`:
/// from when on settings are chosen.
pub(crate) fn evaluate(folder: &Path) -> Outcome {
    let info: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("info.json"))?)?;
    let hour = |name: &str| info[name].as_i64().map(|at| at.div_euclid(3_600_000_000)).ok_or(format!("no {name}"));
    let (valid_from, test_from) = (hour("validFrom")?, hour("testFrom")?);
    let mut counter = Counter::of(usize::MAX, false);
    let mut items = HashMap::new();
    for (number, row) in fs::read_to_string(folder.join("train.csv"))?.lines().skip(1).enumerate() {
        let mut parts = row.split(',');
        let mut next = || parts.next().and_then(|part| part.parse::<i64>().ok()).ok_or(format!("row {number}"));
        let (user, item, at) = (next()?, i32::try_from(next()?)?, next()?);
        items.insert(item, ());
        counter.booking(&taken(number, user, item, at)?);
    }
    let counts = counter.finish();
    let fitting = Fitting::new(&counts);
    let settings = tune(&fitting, valid_from, test_from, &|| false)?;
    let model = fitting.fit(test_from, &settings);
    let begin = DateTime::from_timestamp_micros(0).unwrap_or_default();
    let mut numbers: Vec<i32> = items.into_keys().collect();
    numbers.sort_unstable();
    // Ten days apart, so that none clashes with another or is near it.
    let fixtures: Vec<Fixture> = numbers
        .iter()
        .zip(1i64..)
        .map(|(number, at)| Fixture {
            number: *number,
            kick_off: begin + TimeDelta::days(10 * at),
            venue: "TBA".to_owned(),
            home_team: "TBA".to_owned(),
            away_team: "TBA".to_owned(),
            round_number: 1,
            group: None,
        })
        .collect();
    let offer = Offer { category: 1, price_minor: 100, sellable: true };
    let candidates: Vec<Candidate<'_>> =
        fixtures.iter().map(|fixture| Candidate { fixture, offers: vec![offer], listing: None }).collect();
    let mut gains = Vec::new();
    for row in fs::read_to_string(folder.join("users.csv"))?.lines().skip(1) {
        let mut parts = row.split(',').skip(1);
        let mut list = || -> Vec<i32> {
            parts.next().unwrap_or_default().split(' ').filter_map(|part| part.parse().ok()).collect()
        };
        let (seen, wanted) = (list(), list());
        let held = seen.into_iter().map(|match_number| Held { match_number, category: 1, price_minor: 100 }).collect();
        let ranked = rank(&model, &fixtures, &candidates, &Fan { country: None, held }, begin);
        let gain = |place: usize| 1.0 / ((place + 2) as f64).log2();
        let found = ranked.iter().take(10).enumerate().filter(|(_, (number, _))| wanted.contains(number));
        let ideal: f64 = (0..wanted.len().min(10)).map(gain).sum();
        gains.push(found.map(|(place, _)| gain(place)).sum::<f64>() / ideal.max(f64::MIN_POSITIVE));
    }
    let count = gains.len().max(1) as f64;
    let mean = gains.iter().sum::<f64>() / count;
    let error = (gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>()).sqrt() / count;
    let weights: HashMap<&str, f64> = model.weights().collect();
    let told = json!({ "ndcg": mean, "error": error, "users": gains.len(), "settings": format!("{settings:?}"), "weights": weights });
    fs::write(folder.join("ours.json"), serde_json::to_vec_pretty(&told)?)?;
    println!("{}: NDCG@10 {mean:.4} ± {error:.4}, {} users; {settings:?}", folder.display(), gains.len());
    Ok(())
}

fn taken(number: usize, user: i64, item: i32, at: i64) -> Outcome<Booking> {
    let at = DateTime::from_timestamp_micros(at).ok_or("a time")?;
    Ok(Booking {
        reservation_id: Uuid::from_u128(number as u128),
        version: 1,
        at,
        placed_at: at,
        subject: Some(Uuid::from_u128(u128::try_from(user)?)),
        country: None,
        match_number: item,
        category: 1,
        quantity: 1,
        returned: 0,
        status: BookingStatus::Reserved,
        cancel_reason: None,
        unit_price_minor: 100,
        channel: Channel::Stock,
    })
}
