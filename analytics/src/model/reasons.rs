//! Why a match is recommended. A reason names a witness, and is true by counterfactual: without the witness, the match would have scored
//! less against the other candidates.

use std::{cell::RefCell, cmp::Ordering};

use super::{
    Candidate, Fan, Fixture, Reason, ReasonKind,
    features::{self, Eyes, FEATURES, Features, Item, dot},
    file::Model,
    items::{item, offered, playing, scores, usual_price},
    teams::{Relation, TEAMS, Team, relations},
};

/// Of a match.
const MOST: usize = 3;

/// What weighs less than a fiftieth (2 % more likely) is no reason.
const LEAST: f64 = 0.02;

/// What a fan is shown, and what it is judged by.
pub(crate) struct Scene<'a> {
    pub(crate) candidates: Vec<&'a Candidate<'a>>,
    model: &'a Model,
    fan: &'a Fan,
    items: Vec<Item<'a>>,
    held: Vec<(Item<'a>, &'a Fixture)>,
    playing: Vec<Team>,
    relations: [Relation; TEAMS],
    features: Vec<Features>,
    means: Features,
    /// By how much each candidate is above the mean without a witness, as they were asked for: reasons of many matches have the same one.
    standings: RefCell<Vec<(Option<Witness>, Vec<f64>)>>,
}

/// What is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Witness {
    Country,
    /// What bookings of the country taught.
    TasteOfCountry,
    Held(i32),
    /// The match's own bookings.
    Bookings,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        model: &'a Model,
        fixtures: &'a [Fixture],
        candidates: &[&'a Candidate<'a>],
        fan: &'a Fan,
    ) -> Self {
        let is_held = |fixture: &&Fixture| fan.held.iter().any(|held| held.match_number == fixture.number);
        let held = fixtures.iter().filter(is_held).map(|fixture| (item(model, fixture), fixture)).collect();
        let items = candidates.iter().map(|candidate| offered(model, candidate)).collect();
        let playing = playing(fixtures);
        let candidates = candidates.to_vec();
        let mut scene = Self {
            candidates,
            model,
            fan,
            items,
            held,
            relations: relations(fan.country.as_deref(), &playing),
            playing,
            features: Vec::new(),
            means: [0.0; FEATURES],
            standings: RefCell::default(),
        };
        scene.features = scene.seen();
        let count = scene.features.len().max(1) as f64;
        for at in 0..FEATURES {
            scene.means[at] = scene.features.iter().map(|features| features[at]).sum::<f64>() / count;
        }
        scene
    }

    fn seen(&self) -> Vec<Features> {
        let held = self.held_without(None);
        let eyes = self.eyes(&held, None);
        self.items.iter().map(|item| eyes.features(item)).collect()
    }

    fn held_without(&self, witness: Option<Witness>) -> Vec<Item<'a>> {
        let stays = |fixture: &Fixture| witness != Some(Witness::Held(fixture.number));
        self.held.iter().filter(|(_, fixture)| stays(fixture)).map(|(item, _)| *item).collect()
    }

    fn eyes<'e>(&'e self, held: &'e [Item<'e>], witness: Option<Witness>) -> Eyes<'e> {
        let country = self.fan.country.as_deref().filter(|_| witness != Some(Witness::Country));
        let stays = |number: i32| witness != Some(Witness::Held(number));
        let paid = self.fan.held.iter().filter(|held| stays(held.match_number)).map(|held| held.price_minor);
        let without_taste = matches!(witness, Some(Witness::TasteOfCountry));
        Eyes::new(&self.model.learned, country, &self.playing, held, usual_price(paid), without_taste)
    }

    pub(crate) fn scores(&self) -> Vec<f64> {
        self.features.iter().map(|features| dot(&self.model.weights, features)).collect()
    }

    /// Places of candidates, the likeliest first.
    pub(crate) fn order(&self) -> Vec<usize> {
        let scores = self.scores();
        let fixture = |place: usize| self.candidates[place].fixture;
        let by = |one: &usize, other: &usize| -> Ordering {
            let ties = || {
                (fixture(*one).kick_off, fixture(*one).number).cmp(&(fixture(*other).kick_off, fixture(*other).number))
            };
            scores[*other].total_cmp(&scores[*one]).then_with(ties)
        };
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_unstable_by(by);
        order
    }

    /// By how much a candidate is above their mean, if it weren't for a witness.
    pub(crate) fn standing_without(&self, place: usize, witness: Option<Witness>) -> f64 {
        let weights = &self.model.weights;
        if witness == Some(Witness::Bookings) {
            let rates = self.features.iter().enumerate().filter(|(at, _)| *at != place);
            let rate = weights[features::RATE];
            let (count, others) =
                (self.features.len() as f64, rates.map(|(_, other)| other[features::RATE]).sum::<f64>());
            let before = self.features[place][features::RATE];
            let after_mean = others / count;
            return self.standing_without(place, None)
                - rate * (before - self.means[features::RATE])
                - rate * after_mean;
        }
        let mut standings = self.standings.borrow_mut();
        if let Some((_, known)) = standings.iter().find(|(of, _)| *of == witness) {
            return known[place];
        }
        let mut scores = match witness {
            None => self.scores(),
            witness => {
                let held = self.held_without(witness);
                scores(&self.eyes(&held, witness), &self.items, weights)
            }
        };
        let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        scores.iter_mut().for_each(|score| *score -= mean);
        let standing = scores[place];
        standings.push((witness, scores));
        standing
    }

    /// How much some features of a candidate add beyond their mean.
    fn adds(&self, place: usize, of: &[usize]) -> f64 {
        of.iter().map(|at| self.model.weights[*at] * (self.features[place][*at] - self.means[*at])).sum()
    }
}

/// The reasons for a candidate, the heaviest first.
pub(crate) fn of(scene: &Scene<'_>, place: usize) -> Vec<Reason> {
    let mut reasons: Vec<(f64, Reason, Witness)> = Vec::new();
    reasons.extend(home(scene, place));
    reasons.extend(taste(scene, place));
    reasons.extend(held(scene, place));
    reasons.extend(popular(scene, place));
    reasons.retain(|(adds, ..)| *adds >= LEAST);
    reasons.sort_by(|(one, ..), (other, ..)| other.total_cmp(one));
    let standing = scene.standing_without(place, None);
    let is_true = |witness: Witness| scene.standing_without(place, Some(witness)) < standing;
    reasons.into_iter().filter(|(_, _, witness)| is_true(*witness)).map(|(_, reason, _)| reason).take(MOST).collect()
}

fn home(scene: &Scene<'_>, place: usize) -> Option<(f64, Reason, Witness)> {
    let country = scene.fan.country.as_deref()?;
    let item = &scene.items[place];
    let related =
        |relation| item.teams.iter().position(|team| team.is_some_and(|team| scene.relations[team.slot()] == relation));
    let (kind, side) = match (related(Relation::Own), related(Relation::Region)) {
        (Some(side), _) => (ReasonKind::YourCountry, side),
        (None, side) => (ReasonKind::YourRegion, side?),
    };
    let adds = scene.adds(place, &[features::PRIOR, features::OWN, features::REGION]);
    let reason =
        Reason { kind, team: Some(name(scene, place, side)), country: Some(country.to_owned()), match_number: None };
    Some((adds, reason, Witness::Country))
}

fn taste(scene: &Scene<'_>, place: usize) -> Option<(f64, Reason, Witness)> {
    let country = scene.fan.country.as_deref()?;
    // Of the country's own bookings: those of its region would be about others.
    let group = scene.model.learned.groups.get(country)?;
    let item = &scene.items[place];
    let known = |side: &usize| item.teams[*side].is_some_and(|team| group.known_teams.contains(&team));
    let lift = |side: &usize| item.teams[*side].map_or(0.0, |team| group.teams[team.slot()]);
    let side = [0, 1].into_iter().filter(known).max_by(|one, other| lift(one).total_cmp(&lift(other)));
    let match_is_known = item.slot.is_some_and(|slot| group.known_matches.contains(&slot));
    if side.is_none() && !match_is_known {
        return None;
    }
    let team = side.filter(|side| lift(side) > 1.0).map(|side| name(scene, place, side));
    let adds = scene.adds(place, &[features::LIFT]);
    let reason =
        Reason { kind: ReasonKind::PopularInCountry, team, country: Some(country.to_owned()), match_number: None };
    Some((adds, reason, Witness::TasteOfCountry))
}

fn held(scene: &Scene<'_>, place: usize) -> Vec<(f64, Reason, Witness)> {
    let item = &scene.items[place];
    let of = |kind, team, adds, fixture: &Fixture| {
        let reason = Reason { kind, team, country: None, match_number: Some(fixture.number) };
        (adds, reason, Witness::Held(fixture.number))
    };
    let mut reasons = Vec::new();
    let shared = |held: &Item<'_>| item.teams.iter().position(|team| team.is_some() && held.teams.contains(team));
    if let Some((side, fixture)) = scene.held.iter().find_map(|(held, fixture)| Some((shared(held)?, *fixture))) {
        let adds = scene.adds(place, &[features::FOLLOWED, features::SHARED]);
        reasons.push(of(ReasonKind::SameTeam, Some(name(scene, place, side)), adds, fixture));
    }
    let speaks = |held: &Item<'_>| {
        Some(scene.model.learned.row_together(held.slot?)?[item.slot?]).filter(|weight| *weight > 0.0)
    };
    let heaviest = scene.held.iter().filter_map(|(held, fixture)| Some((speaks(held)?, *fixture)));
    if let Some((_, fixture)) = heaviest.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        reasons.push(of(ReasonKind::BookedTogether, None, scene.adds(place, &[features::TOGETHER]), fixture));
    }
    let apart = |held: &Item<'_>| (held.kick_off - item.kick_off).abs();
    let is_near =
        |held: &Item<'_>| apart(held) <= features::THREE_DAYS || (held.venue.is_some() && held.venue == item.venue);
    let nearest =
        scene.held.iter().filter(|(held, _)| is_near(held)).min_by_key(|(held, fixture)| (apart(held), fixture.number));
    if let Some((_, fixture)) = nearest {
        reasons.push(of(ReasonKind::Nearby, None, scene.adds(place, &[features::VENUE, features::NEAR]), fixture));
    }
    reasons
}

fn popular(scene: &Scene<'_>, place: usize) -> Option<(f64, Reason, Witness)> {
    let slot = scene.items[place].slot.filter(|slot| scene.model.learned.popular[*slot])?;
    let reason = Reason { kind: ReasonKind::Popular, team: None, country: None, match_number: None };
    let adds = scene.adds(place, &[features::RATE]);
    (scene.model.learned.rates[slot] > 0.0).then_some((adds, reason, Witness::Bookings))
}

/// As the fixture names its home team (0) or its guests (1).
fn name(scene: &Scene<'_>, place: usize, side: usize) -> String {
    let fixture = scene.candidates[place].fixture;
    if side == 0 { fixture.home_team.clone() } else { fixture.away_team.clone() }
}
