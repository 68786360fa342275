//! What is booked together: EASE, a regression of each match on all others, solved at once (Steck 2019, "Embarrassingly shallow
//! autoencoders").

use std::collections::HashMap;

use super::{
    cholesky::{Matrix, inverse},
    counts::{Counts, FEWEST_PEOPLE},
    learned::Learned,
};

/// How much having each match speaks for each other, by `learned`'s slots, from what was booked before `until` (hours since 1970). Of
/// pairs that fewer than ten have, nothing. Empty if there is nothing.
pub(crate) fn together(counts: &Counts, learned: &Learned, until: i64, ridge: f64) -> Vec<f32> {
    let count = learned.numbers.len();
    let gram = if counts.pairs.is_empty() {
        of_choices(counts, learned, until)
    } else {
        of_counts(counts, learned, until.div_euclid(24))
    };
    let is_known = |one: usize, other: usize| gram[one * count + other] >= FEWEST_PEOPLE as f64;
    let mut matrix = Matrix::new(count);
    for one in 0..count {
        for other in (0..count).filter(|other| *other == one || is_known(one, *other)) {
            matrix.set(one, other, gram[one * count + other]);
        }
        matrix.set(one, one, gram[one * count + one] + ridge);
    }
    let Some(inverse) = inverse(matrix) else { return Vec::new() };
    let mut together = vec![0.0; count * count];
    for one in 0..count {
        for other in (0..count).filter(|other| *other != one && is_known(one, *other)) {
            together[one * count + other] = rounded(-inverse.get(one, other) / inverse.get(other, other));
        }
    }
    if together.iter().all(|weight| *weight == 0.0) { Vec::new() } else { together }
}

/// To four digits behind the point, as files have it.
#[expect(clippy::cast_possible_truncation, reason = "a weight of four digits")]
fn rounded(weight: f64) -> f32 {
    super::file::rounded(weight) as f32
}

/// How many have both, and on the diagonal how many have each.
fn of_counts(counts: &Counts, learned: &Learned, until_day: i64) -> Vec<f64> {
    let count = learned.numbers.len();
    let mut gram = vec![0.0; count * count];
    let mut add = |one: i32, other: i32, subjects: u32| {
        if let (Some(one), Some(other)) = (learned.slot(one), learned.slot(other)) {
            gram[one * count + other] += f64::from(subjects);
            if one != other {
                gram[other * count + one] += f64::from(subjects);
            }
        }
    };
    for buyers in counts.buyers.iter().filter(|buyers| buyers.day < until_day) {
        add(buyers.match_number, buyers.match_number, buyers.subjects);
    }
    for pair in counts.pairs.iter().filter(|pair| pair.day < until_day) {
        add(pair.one, pair.other, pair.subjects);
    }
    gram
}

fn of_choices(counts: &Counts, learned: &Learned, until: i64) -> Vec<f64> {
    let count = learned.numbers.len();
    let mut gram = vec![0.0; count * count];
    let mut of_fans: HashMap<u64, Vec<usize>> = HashMap::new();
    for choice in counts.choices.iter().filter(|choice| choice.at.timestamp() < until * 3600) {
        of_fans.entry(choice.fan).or_default().extend(learned.slot(choice.match_number));
    }
    for slots in of_fans.values() {
        for one in slots {
            for other in slots {
                gram[one * count + other] += 1.0;
            }
        }
    }
    gram
}
