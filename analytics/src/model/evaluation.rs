//! How good a model is: at each choice of a window that it has not seen, where it would have ranked what was taken among all that was on
//! sale, and how likely it thought it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The list whose order is judged: a match in it counts for `1 / log2(1 + place)`, one behind it for nothing.
pub(crate) const PLACES: usize = 10;

/// Draws of the bootstrap.
const DRAWS: usize = 1_000;

/// How a choice was foreseen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    pub fan: u64,
    /// Whether the fan had booked nothing before.
    pub is_first: bool,
    /// In seconds since 1970.
    pub at: i64,
    pub ndcg: f64,
    pub log_likelihood: f64,
}

impl Outcome {
    /// By the scores of all that was on sale, and the place of what was taken. Those that score alike share their places.
    pub fn of(fan: u64, is_first: bool, at: i64, scores: &[f64], chosen: usize) -> Self {
        let score = scores[chosen];
        let better = scores.iter().filter(|other| other.total_cmp(&score).is_gt()).count();
        let alike = scores.iter().filter(|other| other.total_cmp(&score).is_eq()).count();
        let gain = |place: usize| if place < PLACES { 1.0 / ((place + 2) as f64).log2() } else { 0.0 };
        let ndcg = (better..better + alike).map(gain).sum::<f64>() / alike.max(1) as f64;
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
        Self { fan, is_first, at, ndcg, log_likelihood: score - most - sum.ln() }
    }
}

/// How a model was judged before it was published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    /// The window.
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub fans: u64,
    pub choices: u64,
    /// The model's first.
    pub figures: Vec<Figures>,
    pub leads: Vec<Lead>,
}

/// Means over the choices of the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Whose: `model`, `popularity on sale`, `prior`, or the version of the model that runs.
    pub of: String,
    /// NDCG@10, and its standard error over fans.
    pub ndcg: f64,
    pub ndcg_error: f64,
    /// NDCG@10 of first bookings, and of later ones.
    pub cold: f64,
    pub warm: f64,
    pub log_likelihood: f64,
}

/// By how much the model is ahead of another: the mean, and what it is above in 97.5 of 100 draws of fans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lead {
    pub over: String,
    pub choices: u64,
    pub ndcg: f64,
    pub ndcg_at_least: f64,
    pub log_likelihood: f64,
    pub log_likelihood_at_least: f64,
}

pub(crate) fn figures(of: &str, outcomes: &[Outcome]) -> Figures {
    let mean = |of: &dyn Fn(&Outcome) -> Option<f64>| {
        let (mut sum, mut count) = (0.0, 0.0);
        for number in outcomes.iter().filter_map(of) {
            sum += number;
            count += 1.0;
        }
        if count > 0.0 { sum / count } else { 0.0 }
    };
    let ndcg = mean(&|outcome| Some(outcome.ndcg));
    let sums = by_fan(outcomes.iter().map(|outcome| (outcome.fan, outcome.ndcg - ndcg, 0.0)));
    let squares: f64 = sums.iter().map(|(sum, _, _)| sum * sum).sum();
    Figures {
        of: of.to_owned(),
        ndcg,
        ndcg_error: squares.sqrt() / outcomes.len().max(1) as f64,
        cold: mean(&|outcome| outcome.is_first.then_some(outcome.ndcg)),
        warm: mean(&|outcome| (!outcome.is_first).then_some(outcome.ndcg)),
        log_likelihood: mean(&|outcome| Some(outcome.log_likelihood)),
    }
}

/// Both sums of a fan's numbers, and how many they are.
fn by_fan(numbers: impl Iterator<Item = (u64, f64, f64)>) -> Vec<(f64, f64, f64)> {
    let mut sums: BTreeMap<u64, (f64, f64, f64)> = BTreeMap::new();
    for (fan, one, other) in numbers {
        let sum = sums.entry(fan).or_default();
        *sum = (sum.0 + one, sum.1 + other, sum.2 + 1.0);
    }
    sums.into_values().collect()
}

/// The lead of `ours` over `theirs`, of the same choices in the same order. Fans are drawn anew, each with all of their choices.
pub(crate) fn lead(over: &str, ours: &[Outcome], theirs: &[Outcome]) -> Lead {
    let pairs = ours.iter().zip(theirs);
    let fans =
        by_fan(pairs.map(|(one, other)| (one.fan, one.ndcg - other.ndcg, one.log_likelihood - other.log_likelihood)));
    let count = ours.len().max(1) as f64;
    let (mut ndcg, mut likelihood) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    let mut dice = Dice(0x5eed);
    for _ in 0..DRAWS {
        let (mut one, mut other, mut drawn) = (0.0, 0.0, 0.0);
        for _ in 0..fans.len() {
            let (ndcg, likelihood, choices) = fans[dice.below(fans.len())];
            one += ndcg;
            other += likelihood;
            drawn += choices;
        }
        ndcg.push(one / f64::max(drawn, 1.0));
        likelihood.push(other / f64::max(drawn, 1.0));
    }
    Lead {
        over: over.to_owned(),
        choices: ours.len() as u64,
        ndcg: fans.iter().map(|fan| fan.0).sum::<f64>() / count,
        ndcg_at_least: low(ndcg),
        log_likelihood: fans.iter().map(|fan| fan.1).sum::<f64>() / count,
        log_likelihood_at_least: low(likelihood),
    }
}

/// What 97.5 of 100 are above.
fn low(mut draws: Vec<f64>) -> f64 {
    draws.sort_unstable_by(f64::total_cmp);
    draws.get(draws.len() / 40).copied().unwrap_or_default()
}

/// `SplitMix64`: the same draws for the same data.
struct Dice(u64);

impl Dice {
    #[expect(clippy::cast_possible_truncation, reason = "the result is below `count`")]
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(mixed ^ (mixed >> 31)) * count as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_are_alike_are_shared() {
        let first = Outcome::of(1, true, 0, &[3.0, 1.0, 2.0], 0);
        let shared = Outcome::of(1, true, 0, &[3.0, 3.0, 2.0], 0);

        assert!((first.ndcg - 1.0).abs() < 1e-9);
        assert!((shared.ndcg - (1.0 + 1.0 / 3f64.log2()) / 2.0).abs() < 1e-9);
        assert!(shared.log_likelihood < first.log_likelihood);
    }

    #[test]
    fn what_is_ranked_eleventh_counts_for_nothing() {
        let scores: Vec<f64> = (0..20).map(f64::from).collect();

        assert_eq!(Outcome::of(1, true, 0, &scores, 9).ndcg, 0.0);
        assert!(Outcome::of(1, true, 0, &scores, 10).ndcg > 0.0);
    }

    #[test]
    fn a_lead_that_one_fan_makes_is_not_sure() {
        let outcome = |fan, ndcg| Outcome { fan, is_first: true, at: 0, ndcg, log_likelihood: ndcg };
        let theirs: Vec<Outcome> = (0..100).map(|fan| outcome(fan, 0.5)).collect();
        let by_one: Vec<Outcome> = (0..100).map(|fan| outcome(fan, if fan == 0 { 1.0 } else { 0.4999 })).collect();
        let by_all: Vec<Outcome> = (0..100).map(|fan| outcome(fan, 0.51)).collect();

        assert!(lead("theirs", &by_one, &theirs).ndcg > 0.0);
        assert!(lead("theirs", &by_one, &theirs).ndcg_at_least < 0.0);
        assert!(lead("theirs", &by_all, &theirs).ndcg_at_least > 0.0);
    }
}
