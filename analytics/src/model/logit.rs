//! The weights of a conditional logit: those that make what was chosen likeliest, held to the prior's. The likelihood is concave, so
//! Newton's steps lead to the one best place.

use super::{
    choices::{Chosen, Design},
    cholesky::{Matrix, solve},
    features::{FEATURES, Features, PRIOR_WEIGHTS, dot},
};

/// Newton needs some five.
const STEPS: usize = 25;

/// A step that moves no weight further than this was the last.
const ENOUGH: f64 = 1e-6;

/// The weights of `design`, each held to the prior's by `ridge`.
pub(crate) fn weights(design: &Design, ridge: f64) -> Features {
    let mut weights = PRIOR_WEIGHTS;
    let mut worth = objective(design, &weights, ridge);
    for _ in 0..STEPS {
        let (gradient, curvature) = derivatives(design, &weights, ridge);
        let Some(step) = solve(curvature, &gradient) else { break };
        let Some((next, better)) = along(design, &weights, &step, worth, ridge) else { break };
        let moved = next.iter().zip(&weights).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
        (weights, worth) = (next, better);
        if moved < ENOUGH {
            break;
        }
    }
    weights
}

/// The whole step, or of its halves the first that is better.
fn along(design: &Design, weights: &Features, step: &[f64], worth: f64, ridge: f64) -> Option<(Features, f64)> {
    let mut part = 1.0;
    for _ in 0..20 {
        let next: Features = std::array::from_fn(|at| weights[at] + part * step[at]);
        let better = objective(design, &next, ridge);
        if better.is_finite() && better >= worth {
            return Some((next, better));
        }
        part /= 2.0;
    }
    None
}

fn objective(design: &Design, weights: &Features, ridge: f64) -> f64 {
    let likelihood: f64 =
        design.choices.iter().map(|choice| choice.weight * log_likelihood(design, choice, weights)).sum();
    let away: f64 = weights.iter().zip(PRIOR_WEIGHTS).map(|(weight, prior)| (weight - prior).powi(2)).sum();
    likelihood - ridge * away / 2.0
}

/// Of what was chosen.
pub(crate) fn log_likelihood(design: &Design, choice: &Chosen, weights: &Features) -> f64 {
    let scores: Vec<f64> = scores(design, choice, weights);
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    scores[choice.chosen] - most - sum.ln()
}

pub(crate) fn scores(design: &Design, choice: &Chosen, weights: &Features) -> Vec<f64> {
    design.rows(choice).map(|features| dot(weights, &features)).collect()
}

/// The gradient, and the negative of the second derivatives.
fn derivatives(design: &Design, weights: &Features, ridge: f64) -> (Features, Matrix) {
    let mut gradient: Features = std::array::from_fn(|at| -ridge * (weights[at] - PRIOR_WEIGHTS[at]));
    let mut curvature = [[0.0; FEATURES]; FEATURES];
    for choice in &design.choices {
        let scores = scores(design, choice, weights);
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let parts: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
        let sum: f64 = parts.iter().sum();
        let (mut mean, mut squares) = ([0.0; FEATURES], [[0.0; FEATURES]; FEATURES]);
        for (row, part) in design.plain_rows(choice).chunks_exact(FEATURES).zip(&parts) {
            let likely = part / sum;
            let row: Features = std::array::from_fn(|at| f64::from(row[at]));
            for one in 0..FEATURES {
                let weighed = likely * row[one];
                mean[one] += weighed;
                for other in 0..=one {
                    squares[one][other] += weighed * row[other];
                }
            }
        }
        let chosen = design.plain_rows(choice).chunks_exact(FEATURES).nth(choice.chosen).unwrap_or_default();
        for one in 0..FEATURES {
            gradient[one] += choice.weight * (f64::from(chosen[one]) - mean[one]);
            for other in 0..=one {
                curvature[one][other] += choice.weight * (squares[one][other] - mean[one] * mean[other]);
            }
        }
    }
    let mut matrix = Matrix::new(FEATURES);
    for (one, row) in curvature.iter().enumerate() {
        for (other, number) in row[..=one].iter().enumerate() {
            matrix.set(one, other, *number);
            matrix.set(other, one, *number);
        }
        matrix.add(one, one, ridge.max(1e-6));
    }
    (gradient, matrix)
}
