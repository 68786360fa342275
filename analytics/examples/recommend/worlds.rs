//! The model in simulated worlds, beside what rivals are given of them.

use std::{collections::HashMap, fs, path::Path};

use analytics::model::{
    Candidate, Counter, Counts, Fan, Fitting, Held, Model, Offer, Outcome as Foreseen, Settings, Training, rank, train,
    tune,
};
use serde_json::json;

use crate::{
    Outcome, exchange,
    world::{Chosen, Kind, World},
};

/// Not those on which the worlds were made: none of these was looked at before the worlds stood as they are.
const SEEDS: [u64; 3] = [101, 102, 103];
const SIZES: [usize; 3] = [1_500, 12_000, 40_000];

/// `words` are worlds and numbers of fans; all of them where none is named.
pub(crate) fn all(out: &Path, words: &[&str]) -> Outcome {
    let kinds = [("A", Kind::A), ("B", Kind::B), ("C", Kind::C)];
    let named: Vec<_> = kinds.into_iter().filter(|(name, _)| words.contains(name)).collect();
    let sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    for (name, kind) in if named.is_empty() { kinds.to_vec() } else { named } {
        for size in if sizes.is_empty() { &SIZES[..] } else { &sizes } {
            for seed in SEEDS {
                let folder = out.join(format!("{name}-{size}-{seed}"));
                fs::create_dir_all(&folder)?;
                one(&folder, kind, *size, seed)?;
            }
        }
    }
    Ok(())
}

/// A model of what was booked before the test, tuned on the fifth of the time before it.
pub(crate) struct Fitted {
    pub(crate) model: Model,
    pub(crate) settings: Settings,
    pub(crate) counts: Counts,
    pub(crate) valid_from: i64,
    pub(crate) test_from: i64,
}

pub(crate) fn fitted(world: &World) -> Fitted {
    let counts = counted(world, true);
    let test_from = world.test_from.timestamp().div_euclid(3600);
    let valid_from = test_from - (test_from - world.starts.timestamp().div_euclid(3600)) / 4;
    let fitting = Fitting::new(&counts);
    let settings = tune(&fitting, valid_from, test_from, &|| false).unwrap_or_default();
    let model = fitting.fit(test_from, &settings);
    Fitted { model, settings, counts, valid_from, test_from }
}

/// What is known before the test, or all of it.
pub(crate) fn counted(world: &World, before_test: bool) -> Counts {
    let mut counter = Counter::new();
    for booking in world.bookings.iter().filter(|booking| !before_test || booking.placed_at < world.test_from) {
        counter.booking(booking);
    }
    for state in world.states.iter().filter(|state| !before_test || state.at < world.test_from) {
        counter.on_sale(state.clone());
    }
    counter.finish()
}

pub(crate) fn offers() -> Vec<Offer> {
    [7_500, 12_500, 19_500]
        .into_iter()
        .zip(1..)
        .map(|(price_minor, category)| Offer { category, price_minor, sellable: true })
        .collect()
}

/// What can be had of each match at a choice, as the server would say it.
fn offers_at(world: &World, chosen: &Chosen, place: usize) -> Vec<Offer> {
    let number = world.fixtures[place].number;
    let state = world.states.iter().rfind(|state| state.match_number == number && state.at < chosen.at);
    let of = |(category, on_sale): (usize, &Option<analytics::rows::OnSale>)| {
        let on_sale = (*on_sale)?;
        let sellable = on_sale.sellable && chosen.open.contains(&place);
        Some(Offer { category: i32::try_from(category).ok()? + 1, price_minor: on_sale.price_minor, sellable })
    };
    state.map(|state| state.categories.iter().enumerate().filter_map(of).collect()).unwrap_or_default()
}

/// How a model ranks at a choice, by the server's own way, and its first ten.
pub(crate) fn foresee(world: &World, model: &Model, chosen: &Chosen) -> (Foreseen, Vec<i32>) {
    let price = |category: usize| [7_500, 12_500, 19_500][category];
    let held = chosen.held.iter().map(|(place, category)| Held {
        match_number: world.fixtures[*place].number,
        category: i32::try_from(*category).unwrap_or_default() + 1,
        price_minor: price(*category),
    });
    let fan = Fan { country: Some(chosen.country.to_owned()), held: held.collect() };
    let places = 0..world.fixtures.len();
    let candidates: Vec<Candidate<'_>> = places
        .map(|place| Candidate {
            fixture: &world.fixtures[place],
            offers: offers_at(world, chosen, place),
            listing: None,
        })
        .collect();
    let ranked = rank(model, &world.fixtures, &candidates, &fan, chosen.at);
    let number = world.fixtures[chosen.chosen].number;
    let scores: Vec<f64> = ranked.iter().map(|(_, log)| *log).collect();
    let place = ranked.iter().position(|(of, _)| *of == number).unwrap_or_default();
    let foreseen = Foreseen::of(chosen.fan as u64, chosen.held.is_empty(), chosen.at.timestamp(), &scores, place);
    (foreseen, ranked.iter().take(10).map(|(number, _)| *number).collect())
}

fn one(folder: &Path, kind: Kind, size: usize, seed: u64) -> Outcome {
    let world = World::new(kind, size, seed);
    let fitted = fitted(&world);
    exchange::write(folder, &world, &fitted)?;
    let mut rows = serde_json::Map::new();
    for (name, model) in [("model", &fitted.model), ("prior", &Model::prior())] {
        let (foreseen, tops): (Vec<_>, Vec<_>) =
            world.chosen.iter().map(|chosen| foresee(&world, model, chosen)).unzip();
        let mut row = exchange::figures(&foreseen, &tops);
        row["ofPopular"] = json!(of_popular(&world, &fitted.counts, &tops));
        rows.insert(name.to_owned(), row);
    }
    let truth = |chosen: &Chosen| {
        let place = chosen.open.iter().position(|place| *place == chosen.chosen).unwrap_or_default();
        Foreseen::of(chosen.fan as u64, chosen.held.is_empty(), chosen.at.timestamp(), &chosen.truth, place)
    };
    let oracle: Vec<Foreseen> = world.chosen.iter().map(truth).collect();
    rows.insert("oracle".to_owned(), exchange::figures(&oracle, &[]));
    let counts = counted(&world, false);
    let running = Model::prior();
    let now = world.starts + chrono::TimeDelta::days(60);
    let gate = match train(&counts, &Training { now, lake_offsets: Vec::new(), running: &running, stopped: &|| false })
    {
        Ok(trained) => trained.verdict.to_string(),
        Err(error) => error.to_string(),
    };
    let settings = format!("{:?}", fitted.settings);
    let told = json!({ "gone": world.gone, "gate": gate, "settings": settings, "rows": rows });
    fs::write(folder.join("ours.json"), serde_json::to_vec_pretty(&told)?)?;
    eprintln!("{}: {} gone; {gate}", folder.display(), world.gone);
    for (name, row) in &rows {
        eprintln!("  {name}: {row}");
    }
    Ok(())
}

/// Which part of the lists is popularity's first ten of what could be had.
fn of_popular(world: &World, counts: &Counts, tops: &[Vec<i32>]) -> f64 {
    let mut sold: HashMap<i32, u32> = HashMap::new();
    for taken in &counts.taken {
        *sold.entry(taken.match_number).or_default() += taken.sold + taken.held;
    }
    let (mut shared, mut all) = (0.0, 0.0);
    for (chosen, top) in world.chosen.iter().zip(tops) {
        let mut open: Vec<i32> = chosen.open.iter().map(|place| world.fixtures[*place].number).collect();
        open.sort_by_key(|number| std::cmp::Reverse(sold.get(number).copied().unwrap_or_default()));
        open.truncate(10);
        shared += top.iter().filter(|number| open.contains(number)).count() as f64;
        all += top.len() as f64;
    }
    shared / f64::max(all, 1.0)
}
