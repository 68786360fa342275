//! What is recommended of what can be bought.

use std::collections::{BTreeSet, HashSet};

use analytics::model::{Candidate, Fan, Fixture, Held, Model, Offer, ReasonKind, Recommendation, recommend};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

#[path = "../examples/recommend/world.rs"]
#[expect(dead_code, reason = "its fixtures alone are needed")]
mod world;

const LATIN_AMERICA: [&str; 6] = ["Argentina", "Brazil", "Costa Rica", "Ecuador", "Mexico", "Uruguay"];

fn before_all() -> DateTime<Utc> {
    "2022-11-01T00:00:00Z".parse().expect("the test has it")
}

fn offer(category: i32, price_minor: i64) -> Offer {
    Offer { category, price_minor, sellable: true }
}

fn all(fixtures: &[Fixture]) -> Vec<Candidate<'_>> {
    let offers = vec![offer(1, 7_500), offer(2, 12_500), offer(3, 19_500)];
    fixtures.iter().map(|fixture| Candidate { fixture, offers: offers.clone(), listing: None }).collect()
}

fn from(country: &str) -> Fan {
    Fan { country: Some(country.to_owned()), held: Vec::new() }
}

fn holding(numbers: &[i32], price_minor: i64) -> Fan {
    let held = numbers.iter().map(|number| Held { match_number: *number, category: 1, price_minor });
    Fan { country: None, held: held.collect() }
}

fn ten(fan: &Fan) -> Vec<Recommendation> {
    let fixtures = world::fixtures();
    recommend(&Model::prior(), &fixtures, &all(&fixtures), fan, before_all(), 10)
}

#[test]
fn a_visitor_from_peru_on_an_empty_database_is_shown_the_six_teams_of_latin_america() {
    let fixtures = world::fixtures();

    let recommended = ten(&from("PE"));

    assert_eq!(recommended.len(), 10);
    let mut shown = BTreeSet::new();
    for one in &recommended {
        let fixture = fixtures.iter().find(|fixture| fixture.number == one.match_number).expect("the test has it");
        let teams = [fixture.home_team.as_str(), fixture.away_team.as_str()];
        assert!(teams.iter().any(|team| LATIN_AMERICA.contains(team)), "{teams:?}");
        shown.extend(teams.into_iter().filter(|team| LATIN_AMERICA.contains(team)));
        assert_eq!(one.because_of.len(), 1);
        let reason = &one.because_of[0];
        assert_eq!((reason.kind, reason.country.as_deref()), (ReasonKind::YourRegion, Some("PE")));
        assert!(LATIN_AMERICA.contains(&reason.team.as_deref().expect("the test has it")));
    }
    assert_eq!(shown, BTreeSet::from(LATIN_AMERICA));
}

#[test]
fn fans_of_a_nation_that_plays_see_its_matches_first() {
    let fixtures = world::fixtures();

    for (country, teams) in [("JP", vec!["Japan"]), ("GB", vec!["England", "Wales"]), ("QA", vec!["Qatar"])] {
        let recommended = ten(&from(country));

        let own: Vec<i32> = fixtures
            .iter()
            .filter(|fixture| {
                teams.iter().any(|team| [&fixture.home_team, &fixture.away_team].contains(&&(*team).to_owned()))
            })
            .map(|fixture| fixture.number)
            .collect();
        let first: BTreeSet<i32> = recommended.iter().take(own.len()).map(|one| one.match_number).collect();
        assert_eq!(first, own.into_iter().collect(), "{country}");
        assert_eq!(recommended[0].because_of[0].kind, ReasonKind::YourCountry);
    }
}

#[test]
fn without_a_country_nothing_is_said_of_one() {
    assert!(ten(&Fan::default()).iter().all(|one| one.because_of.is_empty()));
    // By kick-off, for nothing else is known.
    assert_eq!(ten(&from("XX")).len(), 10);
}

#[test]
fn who_holds_matches_of_a_team_is_shown_its_others() {
    let recommended = ten(&holding(&[16, 31], 7_500));

    let last = &recommended[0];
    assert_eq!(last.match_number, 48);
    assert_eq!(last.because_of[0].kind, ReasonKind::SameTeam);
    assert_eq!(last.because_of[0].team.as_deref(), Some("Brazil"));
    assert!([16, 31].contains(&last.because_of[0].match_number.expect("the test has it")));
}

#[test]
fn the_cheapest_category_of_the_usual_band_is_named_and_else_the_cheapest() {
    let fixtures = world::fixtures();
    let mut candidates = all(&fixtures);
    let category = |candidates: &[Candidate<'_>], fan: &Fan| {
        recommend(&Model::prior(), &fixtures, candidates, fan, before_all(), 1)[0].category
    };

    assert_eq!(category(&candidates, &Fan::default()), 1);
    assert_eq!(category(&candidates, &holding(&[64], 12_000)), 2);
    assert_eq!(category(&candidates, &holding(&[64], 90_000)), 1);
    candidates.iter_mut().for_each(|candidate| candidate.offers[1].sellable = false);
    assert_eq!(category(&candidates, &holding(&[64], 12_000)), 1);
    assert_eq!(category(&candidates, &holding(&[64], 15_700)), 3);
}

#[test]
fn a_match_whose_stock_is_gone_is_recommended_with_its_listing() {
    let fixtures = world::fixtures();
    let mut candidates = all(&fixtures);
    for candidate in &mut candidates {
        candidate.offers.iter_mut().for_each(|offer| offer.sellable = false);
    }
    let nothing = recommend(&Model::prior(), &fixtures, &candidates, &from("AR"), before_all(), 10);
    candidates[7].listing = Some(offer(2, 30_000));

    let listed = recommend(&Model::prior(), &fixtures, &candidates, &from("AR"), before_all(), 10);

    assert!(nothing.is_empty());
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].match_number, listed[0].category, listed[0].from_listing), (8, 2, true));
}

/// A list, what can be had of it, a fan, and a time.
type Shop = (Vec<(usize, [bool; 3], bool, bool)>, Vec<i32>, i64, Option<&'static str>);

fn shop() -> impl Strategy<Value = Shop> {
    let candidate = (0usize..64, any::<[bool; 3]>(), any::<bool>(), any::<bool>());
    let country = prop::option::of(prop::sample::select(vec!["PE", "QA", "GB", "JP", "ZZ", "", "no country"]));
    (prop::collection::vec(candidate, 0..90), prop::collection::vec(0..70i32, 0..6), 0..30i64, country)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_recommended_that_a_fan_could_not_buy_and_see((of, held, days, country) in shop()) {
        let fixtures = world::fixtures();
        let now = fixtures[0].kick_off + TimeDelta::days(days) - TimeDelta::hours(3);
        let candidates: Vec<Candidate<'_>> = of
            .iter()
            .map(|(place, sellable, is_listed, is_open)| Candidate {
                fixture: &fixtures[*place],
                offers: (0..3).map(|at| Offer { category: i32::try_from(at).expect("the test has it") + 1, price_minor: 5_000, sellable: sellable[at] }).collect(),
                listing: is_listed.then_some(Offer { category: 1, price_minor: 9_000, sellable: *is_open }),
            })
            .collect();
        let fan = Fan { country: country.map(ToOwned::to_owned), ..holding(&held, 5_000) };

        let recommended = recommend(&Model::prior(), &fixtures, &candidates, &fan, now, 10);

        prop_assert_eq!(&recommended, &recommend(&Model::prior(), &fixtures, &candidates, &fan, now, 10));
        let mut seen = HashSet::new();
        for one in &recommended {
            let fixture = fixtures.iter().find(|fixture| fixture.number == one.match_number).expect("the test has it");
            // The first of those that name it counts.
            let candidate = candidates
                .iter()
                .find(|candidate| {
                    candidate.fixture.number == one.match_number
                        && candidate.offers.iter().chain(&candidate.listing).any(|offer| offer.sellable)
                })
                .expect("the test has it");
            prop_assert!(seen.insert(one.match_number));
            prop_assert!(fixture.kick_off > now);
            prop_assert!(!held.contains(&one.match_number));
            for other in fixtures.iter().filter(|other| held.contains(&other.number)) {
                prop_assert!((other.kick_off - fixture.kick_off).abs() >= TimeDelta::hours(2));
            }
            let own = candidate.offers.iter().find(|offer| offer.category == one.category && offer.sellable);
            let is_had = if one.from_listing { candidate.listing.is_some_and(|listing| listing.sellable) } else { own.is_some() };
            prop_assert!(is_had);
            prop_assert!(!one.from_listing || candidate.offers.iter().all(|offer| !offer.sellable));
            prop_assert!(one.because_of.len() <= 3);
        }
        let open: HashSet<i32> = candidates
            .iter()
            .filter(|candidate| candidate.offers.iter().chain(&candidate.listing).any(|offer| offer.sellable))
            .map(|candidate| candidate.fixture)
            .filter(|fixture| fixture.kick_off > now && !held.contains(&fixture.number))
            .filter(|fixture| {
                let held = fixtures.iter().filter(|other| held.contains(&other.number));
                held.into_iter().all(|other| (other.kick_off - fixture.kick_off).abs() >= TimeDelta::hours(2))
            })
            .map(|fixture| fixture.number)
            .collect();
        prop_assert_eq!(recommended.len(), open.len().min(10));
    }
}
