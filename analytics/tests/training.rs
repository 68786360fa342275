//! What models learn of simulated fans, and when they may be published.

use std::collections::HashMap;

use analytics::{
    model::{
        Candidate, Counter, Counts, Fan, Fixture, Model, Offer, ReasonKind, Settings, Trained, Training, TrainingError,
        fit, rank, read_counts, recommend, train, write_counts,
    },
    rows::{Booking, BookingStatus},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[path = "../examples/recommend/world.rs"]
#[expect(dead_code, reason = "what is true of choices is for the bench")]
mod world;

use world::{Kind, World};

fn counted<'a>(world: &World, bookings: impl Iterator<Item = &'a Booking>) -> Counts {
    let mut counter = Counter::new();
    bookings.for_each(|booking| counter.booking(booking));
    world.states.iter().for_each(|state| counter.on_sale(state.clone()));
    counter.finish()
}

fn trained(counts: &Counts, running: &Model) -> Result<Trained, TrainingError> {
    train(counts, &Training { now: now(), lake_offsets: Vec::new(), running, stopped: &|| false })
}

fn now() -> DateTime<Utc> {
    "2022-11-01T00:00:00Z".parse().expect("the test has it")
}

fn all(fixtures: &[Fixture]) -> Vec<Candidate<'_>> {
    let offer = Offer { category: 1, price_minor: 7_500, sellable: true };
    fixtures.iter().map(|fixture| Candidate { fixture, offers: vec![offer], listing: None }).collect()
}

/// How likely a fan of a country takes a match of a team, by a model.
fn part_of(model: &Model, country: &str, team: &str) -> f64 {
    let fixtures = world::fixtures();
    let candidates = all(&fixtures);
    let fan = Fan { country: Some(country.to_owned()), held: Vec::new() };
    let plays = |number: i32| {
        fixtures.iter().any(|fixture| {
            fixture.number == number && [&fixture.home_team, &fixture.away_team].contains(&&team.to_owned())
        })
    };
    let ranked = rank(model, &fixtures, &candidates, &fan, now());
    ranked.into_iter().filter(|(number, _)| plays(*number)).map(|(_, log)| log.exp()).sum()
}

#[test]
fn after_twelve_thousand_fans_a_diaspora_is_known_that_the_prior_did_not_know() {
    let world = World::new(Kind::A, 12_000, 1);
    let counts = counted(&world, world.bookings.iter());
    let until = counts.to.expect("the test has it").timestamp().div_euclid(3600) + 1;

    let model = fit(&counts, until, &Settings::default());

    for (country, team) in world::KNOWN_DIASPORA {
        let (before, after) = (part_of(&Model::prior(), country, team), part_of(&model, country, team));
        assert!(after > 1.5 * before, "{country} {team}: {before} {after}");
    }
    let (country, team) = world::KNOWN_DIASPORA[0];
    let fan = Fan { country: Some(country.to_owned()), held: Vec::new() };
    let fixtures = world::fixtures();
    let first = |model: &Model| recommend(model, &fixtures, &all(&fixtures), &fan, now(), 3);
    let of_team = |number: i32| {
        fixtures
            .iter()
            .any(|fixture| fixture.number == number && (fixture.home_team == team || fixture.away_team == team))
    };
    assert!(!first(&Model::prior()).iter().any(|one| of_team(one.match_number)));
    let learned = first(&model);
    assert!(
        learned.iter().any(|one| of_team(one.match_number)
            && one.because_of.iter().any(|reason| reason.kind == ReasonKind::PopularInCountry
                && reason.country.as_deref() == Some(country)
                && reason.team.as_deref() == Some(team))),
        "{learned:?}"
    );
}

#[test]
fn a_model_that_is_better_is_published_as_a_file_that_ranks_alike() {
    let world = World::new(Kind::A, 6_000, 2);
    let counts = counted(&world, world.bookings.iter());

    let Trained { model, verdict, .. } = trained(&counts, &Model::prior()).expect("the test has it");

    assert!(verdict.is_publish(), "{verdict}");
    let json = model.to_json().expect("the test has it");
    assert!(json.len() < 300_000, "{} bytes", json.len());
    assert_eq!(Model::from_json(&json).expect("the test has it"), model);
    assert_eq!((model.bookings(), model.trained_at()), (counts.bookings, Some(now())));
    let evaluation = model.evaluation().expect("the test has it");
    assert_eq!(
        evaluation.figures.iter().map(|row| row.of.as_str()).collect::<Vec<_>>(),
        ["model", "popularity on sale", "the prior"]
    );
    assert!(evaluation.leads.iter().all(|lead| lead.ndcg_at_least >= 0.0 && lead.log_likelihood_at_least >= 0.0));

    // What runs has seen everything already, so that nothing is left to compare it by.
    let again = trained(&counts, &model).expect("the test has it").verdict;
    assert!(again.to_string().contains("are needed to compare"), "{again}");
}

#[test]
fn without_any_signal_the_gate_stays_shut() {
    for seed in 1..=3 {
        let world = World::new(Kind::C, 1_500, seed);
        let verdict =
            trained(&counted(&world, world.bookings.iter()), &Model::prior()).expect("the test has it").verdict;

        assert!(!verdict.is_publish(), "seed {seed}");
    }
}

#[test]
fn few_fans_train_nothing_and_a_training_can_be_stopped() {
    let world = World::new(Kind::A, 1_500, 1);
    let few = counted(&world, world.bookings.iter().take(80));
    let none = counted(&world, [].into_iter());
    let many = counted(&world, world.bookings.iter());

    assert!(matches!(trained(&few, &Model::prior()), Err(TrainingError::TooFew(_))));
    assert!(matches!(trained(&none, &Model::prior()), Err(TrainingError::TooFew(0))));
    let running = Model::prior();
    let stopped = Training { now: now(), lake_offsets: Vec::new(), running: &running, stopped: &|| true };
    assert!(matches!(train(&many, &stopped), Err(TrainingError::Stopped)));
}

#[test]
fn nothing_of_fewer_than_ten_people_is_in_a_model() {
    let mut world = World::new(Kind::A, 6_000, 4);
    world.bookings.iter_mut().take(5).for_each(|booking| booking.country = Some("NZ".to_owned()));
    let counts = counted(&world, world.bookings.iter());
    let mut of_country: HashMap<String, HashMap<i32, u64>> = HashMap::new();
    for people in counts.people.iter() {
        if let (Some(country), Some(number)) = (people.country, people.match_number) {
            of_country.entry(country.as_str().to_owned()).or_default().insert(number, people.subjects);
        }
    }

    let settings = Settings { pairs_ridge: Some(20.0), ..Settings::default() };
    let model = fit(&counts, counts.to.expect("the test has it").timestamp() / 3600 + 1, &settings);

    let json: serde_json::Value =
        serde_json::from_slice(&model.to_json().expect("the test has it")).expect("the test has it");
    let groups = json["groups"].as_object().expect("the test has it");
    assert!(groups.len() > 20);
    let mut folded = 0;
    for people in counts.people.iter().filter(|people| people.match_number.is_none() && people.subjects < 10) {
        assert!(!groups.contains_key(people.country.expect("the test has it").as_str()));
        folded += 1;
    }
    assert!(folded > 0);
    for (name, group) in groups.iter().filter(|(name, _)| name.len() == 2) {
        for number in group["matches"]
            .as_object()
            .expect("the test has it")
            .keys()
            .map(|number| number.parse::<i32>().expect("the test has it"))
        {
            assert!(of_country[name][&number] >= 10, "{name} {number}");
        }
        for number in group["knownMatches"].as_array().expect("the test has it") {
            assert!(
                of_country[name][&i32::try_from(number.as_i64().expect("the test has it")).expect("the test has it")]
                    >= 10
            );
        }
    }
    let mut both: HashMap<(i64, i64), u32> = HashMap::new();
    for pair in &counts.pairs {
        *both.entry((pair.one.into(), pair.other.into())).or_default() += pair.subjects;
    }
    let pairs = json["pairs"].as_array().expect("the test has it");
    assert!(!pairs.is_empty());
    for pair in pairs {
        let (one, other) = (pair[0].as_i64().expect("the test has it"), pair[1].as_i64().expect("the test has it"));
        assert!(both[&(one.min(other), one.max(other))] >= 10);
    }
}

#[test]
fn counts_are_the_same_in_any_order_and_from_files() {
    let world = World::new(Kind::B, 1_500, 5);
    let forwards = counted(&world, world.bookings.iter());
    let backwards = counted(&world, world.bookings.iter().rev());
    let folder = testkit::folder::Folder::new("counts-of-a-world");

    write_counts(&forwards, &folder.path().join("counts.jsonl")).expect("the test has it");

    assert_eq!(forwards, backwards);
    assert_eq!(read_counts(folder.path()).expect("the test has it"), forwards);
}

#[test]
fn a_bot_counts_as_one_eager_fan_and_the_erased_are_in_no_choice() {
    let world = World::new(Kind::A, 1_500, 6);
    let bot = Uuid::from_u128(7);
    let bookings: Vec<Booking> = (0..2_000u128)
        .map(|at| {
            let of = &world.bookings[usize::try_from(at).expect("the test has it") % world.bookings.len()];
            Booking {
                reservation_id: Uuid::from_u128(at),
                subject: Some(bot),
                status: BookingStatus::Cancelled,
                ..of.clone()
            }
        })
        .collect();
    let erased: Vec<Booking> =
        world.bookings.iter().map(|booking| Booking { subject: None, country: None, ..booking.clone() }).collect();

    let of_bot = counted(&world, bookings.iter());
    let of_erased = counted(&world, erased.iter());

    assert_eq!(of_bot.taken.iter().map(|taken| taken.sold + taken.held).sum::<u32>(), 12);
    assert_eq!(of_bot.choices.len(), 12);
    assert!(
        of_erased.choices.is_empty()
            && of_erased.pairs.is_empty()
            && of_erased.people.is_empty()
            && of_erased.buyers.is_empty()
    );
    assert_eq!(of_erased.taken.iter().map(|taken| taken.sold + taken.held).sum::<u32>() as usize, erased.len());
}
