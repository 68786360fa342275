//! What is handed to rivals, in files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use analytics::model::{Candidate, Fan, Model, Outcome as Foreseen, rank};
use serde_json::{Value, json};

use crate::{
    Outcome,
    world::World,
    worlds::{Fitted, offers},
};

/// `events.csv`: fan, item, country, second; `queries.csv`: window, fan, first, second, chosen, held, open; `prior.csv`: country, item,
/// the logarithm of what the prior thinks of it; `info.json`: from which seconds on the windows are.
pub(crate) fn write(folder: &Path, world: &World, fitted: &Fitted) -> Outcome {
    let mut events = String::from("fan,item,country,at\n");
    for booking in &world.bookings {
        let fan = booking.subject.map(|subject| subject.as_u128() & 0xffff_ffff).unwrap_or_default();
        let country = booking.country.as_deref().unwrap_or_default();
        writeln!(events, "{fan},{},{country},{}", booking.match_number, booking.placed_at.timestamp_micros())?;
    }
    fs::write(folder.join("events.csv"), events)?;
    let mut queries = String::from("fan,country,at,chosen,held,open\n");
    let number = |place: &usize| world.fixtures[*place].number;
    let list =
        |numbers: &mut dyn Iterator<Item = i32>| numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
    for chosen in &world.chosen {
        let held = list(&mut chosen.held.iter().map(|(place, _)| number(place)));
        let open = list(&mut chosen.open.iter().map(number));
        let (fan, country, at) = (chosen.fan, chosen.country, chosen.at.timestamp_micros());
        writeln!(queries, "{fan},{country},{at},{},{held},{open}", number(&chosen.chosen))?;
    }
    fs::write(folder.join("queries.csv"), queries)?;
    let countries: BTreeSet<&str> = world.bookings.iter().filter_map(|booking| booking.country.as_deref()).collect();
    let all: Vec<Candidate<'_>> =
        world.fixtures.iter().map(|fixture| Candidate { fixture, offers: offers(), listing: None }).collect();
    let mut prior = String::from("country,item,log\n");
    for country in countries {
        let fan = Fan { country: Some(country.to_owned()), held: Vec::new() };
        for (item, log) in rank(&Model::prior(), &world.fixtures, &all, &fan, world.starts) {
            writeln!(prior, "{country},{item},{log}")?;
        }
    }
    fs::write(folder.join("prior.csv"), prior)?;
    let info = json!({ "validFrom": fitted.valid_from * 3_600_000_000, "testFrom": fitted.test_from * 3_600_000_000 });
    fs::write(folder.join("info.json"), serde_json::to_vec(&info)?)?;
    // When which match was on sale: rivals rank what is on sale in their window of validation too.
    let mut states = String::from("item,at,open\n");
    for state in &world.states {
        let open = state.categories.iter().flatten().any(|category| category.sellable);
        writeln!(states, "{},{},{}", state.match_number, state.at.timestamp_micros(), u8::from(open))?;
    }
    fs::write(folder.join("states.csv"), states)?;
    let mut facts = String::from("item,kick_off\n");
    for fixture in &world.fixtures {
        writeln!(facts, "{},{}", fixture.number, fixture.kick_off.timestamp_micros())?;
    }
    fs::write(folder.join("facts.csv"), facts)?;
    Ok(())
}

/// NDCG@10 of first and of later bookings with their standard errors over fans, and how many matches are in lists at all.
pub(crate) fn figures(foreseen: &[Foreseen], tops: &[Vec<i32>]) -> Value {
    let of = |is_first: bool| {
        let of: Vec<&Foreseen> = foreseen.iter().filter(|one| one.is_first == is_first).collect();
        let count = of.len().max(1) as f64;
        let mean = of.iter().map(|one| one.ndcg).sum::<f64>() / count;
        let mut fans: BTreeMap<u64, f64> = BTreeMap::new();
        for one in &of {
            *fans.entry(one.fan).or_default() += one.ndcg - mean;
        }
        let error = fans.values().map(|sum| sum * sum).sum::<f64>().sqrt() / count;
        json!({ "ndcg": mean, "error": error, "choices": of.len() })
    };
    let covered: BTreeSet<i32> = tops.iter().flatten().copied().collect();
    json!({ "cold": of(true), "warm": of(false), "covered": covered.len() })
}
