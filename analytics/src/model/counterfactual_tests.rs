//! Each reason is true: without its witness, the match would have scored less against the others.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::{
    Candidate, Fan, Fixture, Held, Model, Offer, Reason, ReasonKind,
    features::{FEATURES, RATE, TOGETHER},
    items::playing,
    learned::{Group, Learned, WORLD},
    reasons::Scene,
    recommend,
    teams::{TEAMS, region_of},
};

const TEAMS_OF_LIST: [&str; 12] = [
    "Argentina",
    "Brazil",
    "Mexico",
    "Japan",
    "Korea Republic",
    "Ghana",
    "England",
    "Wales",
    "France",
    "TBA",
    "Qatar",
    "USA",
];

fn now() -> DateTime<Utc> {
    "2022-11-01T00:00:00Z".parse().expect("the test has it")
}

fn fixtures(dice: &mut StdRng) -> Vec<Fixture> {
    let fixture = |number: i32| Fixture {
        number,
        kick_off: now() + TimeDelta::hours(24 + i64::from(number) * 9),
        venue: ["Lusail Stadium", "Stadium 974", "TBA"].choose(dice).expect("the test has it").to_string(),
        home_team: TEAMS_OF_LIST.choose(dice).expect("the test has it").to_string(),
        away_team: TEAMS_OF_LIST.choose(dice).expect("the test has it").to_string(),
        round_number: dice.random_range(1..8),
        group: None,
    };
    (1..=24).map(fixture).collect()
}

/// With weights and tastes of all kinds, sensible or not.
fn model(dice: &mut StdRng, fixtures: &[Fixture]) -> Model {
    let numbers: Vec<i32> = fixtures.iter().map(|fixture| fixture.number).collect();
    let count = numbers.len();
    let mut learned = Learned::of(numbers);
    learned.rates = (0..count).map(|_| dice.random_range(-1.0..1.0)).collect();
    learned.popular = (0..count).map(|_| dice.random_bool(0.7)).collect();
    learned.together =
        (0..count * count).map(|_| if dice.random_bool(0.4) { dice.random_range(-0.3..0.8) } else { 0.0 }).collect();
    for name in ["PE", "JP", "GB", "419", WORLD] {
        let mut group = Group::empty(count);
        group.teams = std::array::from_fn(|_| dice.random_range(0.3..3.0));
        group.matches = (0..count).map(|_| dice.random_range(-0.5..0.5)).collect();
        group.known_teams = playing(fixtures).into_iter().filter(|_| dice.random_bool(0.6)).collect();
        group.known_matches = (0..count).filter(|_| dice.random_bool(0.5)).collect();
        learned.groups.insert(name.to_owned(), group);
    }
    let mut model = Model { learned, ..Model::prior() };
    model.weights = std::array::from_fn(|_| dice.random_range(-0.3..1.2));
    model.weights[RATE] = model.weights[RATE].abs();
    model.weights[TOGETHER] = model.weights[TOGETHER].abs();
    model
}

fn candidates(fixtures: &[Fixture]) -> Vec<Candidate<'_>> {
    let offers = vec![
        Offer { category: 1, price_minor: 7_500, sellable: true },
        Offer { category: 2, price_minor: 9_000, sellable: false },
    ];
    fixtures.iter().map(|fixture| Candidate { fixture, offers: offers.clone(), listing: None }).collect()
}

/// The same without a reason's witness.
fn without(reason: &Reason, match_number: i32, model: &Model, fan: &Fan) -> (Model, Fan) {
    let (mut model, mut fan) = (model.clone(), fan.clone());
    match reason.kind {
        ReasonKind::YourCountry | ReasonKind::YourRegion => fan.country = None,
        ReasonKind::PopularInCountry => {
            let country = fan.country.clone().expect("the test has it");
            model.learned.groups.remove(&country);
            model.learned.groups.remove(region_of(&country).expect("the test has it"));
        }
        ReasonKind::SameTeam | ReasonKind::BookedTogether | ReasonKind::Nearby => {
            fan.held.retain(|held| Some(held.match_number) != reason.match_number);
        }
        ReasonKind::Popular => {
            let slot = model.learned.slot(match_number).expect("the test has it");
            model.learned.rates[slot] = 0.0;
        }
    }
    (model, fan)
}

/// By how much a match is above the mean of the candidates.
fn standing(model: &Model, fixtures: &[Fixture], open: &[&Candidate<'_>], fan: &Fan, number: i32) -> f64 {
    let scene = Scene::new(model, fixtures, open, fan);
    let scores = scene.scores();
    let place = open.iter().position(|candidate| candidate.fixture.number == number).expect("the test has it");
    scores[place] - scores.iter().sum::<f64>() / scores.len() as f64
}

#[test]
fn a_match_would_score_less_without_the_witness_of_each_of_its_reasons() {
    let mut seen: HashMap<ReasonKind, usize> = HashMap::new();
    for seed in 0..400 {
        let mut dice = StdRng::seed_from_u64(seed);
        let fixtures = fixtures(&mut dice);
        let model = model(&mut dice, &fixtures);
        let held: HashSet<i32> = (0..dice.random_range(0..4)).map(|_| dice.random_range(1..25)).collect();
        let held =
            held.into_iter().map(|match_number| Held { match_number, category: 1, price_minor: 7_000 }).collect();
        let country = [None, Some("PE"), Some("JP"), Some("GB"), Some("QA")]
            .choose(&mut dice)
            .expect("the test has it")
            .map(ToOwned::to_owned);
        let fan = Fan { country, held };
        let all = candidates(&fixtures);

        let recommended = recommend(&model, &fixtures, &all, &fan, now(), 24);

        let open: Vec<&Candidate<'_>> = all
            .iter()
            .filter(|candidate| recommended.iter().any(|one| one.match_number == candidate.fixture.number))
            .collect();
        for one in &recommended {
            let before = standing(&model, &fixtures, &open, &fan, one.match_number);
            for reason in &one.because_of {
                let (model, fan) = without(reason, one.match_number, &model, &fan);
                let after = standing(&model, &fixtures, &open, &fan, one.match_number);
                assert!(after < before, "seed {seed}, {reason:?}: {before} {after}");
                *seen.entry(reason.kind).or_default() += 1;
            }
        }
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
    assert!(seen.values().all(|count| *count > 20), "{seen:?}");
}

#[test]
fn what_fewer_than_ten_booked_is_never_said_to_be_popular() {
    for seed in 0..100 {
        let mut dice = StdRng::seed_from_u64(seed);
        let fixtures = fixtures(&mut dice);
        let mut model = model(&mut dice, &fixtures);
        model.learned.popular.fill(false);
        for group in model.learned.groups.values_mut() {
            group.known_teams.clear();
            group.known_matches.clear();
        }

        let fan = Fan { country: Some("PE".to_owned()), held: Vec::new() };
        let recommended = recommend(&model, &fixtures, &candidates(&fixtures), &fan, now(), 24);

        let of = |kind| recommended.iter().flat_map(|one| &one.because_of).any(|reason| reason.kind == kind);
        assert!(!of(ReasonKind::PopularInCountry) && !of(ReasonKind::Popular));
        assert!(recommended.len() > 10);
    }
}

#[test]
fn a_model_with_broken_numbers_still_orders() {
    let mut dice = StdRng::seed_from_u64(3);
    let fixtures = fixtures(&mut dice);
    let mut model = model(&mut dice, &fixtures);
    model.weights[0] = f64::NAN;
    let fan = Fan { country: Some("PE".to_owned()), held: Vec::new() };

    let once = recommend(&model, &fixtures, &candidates(&fixtures), &fan, now(), 24);

    assert_eq!(once.len(), 24);
    assert_eq!(once, recommend(&model, &fixtures, &candidates(&fixtures), &fan, now(), 24));
    assert_eq!((FEATURES, TEAMS), (12, 211));
}
