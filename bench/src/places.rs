//! Places: which category of which match a hold is for.

use rand::Rng;

use crate::site::MATCHES;

/// Categories of all matches together.
pub(crate) const PLACES: u32 = 192;

/// Zipf's exponent; pgbench takes none below this.
pub(crate) const EXPONENT: f64 = 1.001;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) enum Demand {
    /// Category 1 of match 1 and nothing else.
    OneCategory,
    /// The place of rank n as often as 1/n: the three of the final, then those of the semi-finals, and so on.
    Zipf(Vec<f64>),
}

impl Demand {
    pub(crate) fn zipf() -> Self {
        let mut total = 0.0;
        let sums = (1..=PLACES)
            .map(|rank| {
                total += f64::from(rank).powf(-EXPONENT);
                total
            })
            .collect();
        Self::Zipf(sums)
    }

    /// A match and a category.
    pub(crate) fn draw(&self) -> (i32, i32) {
        match self {
            Self::OneCategory => (1, 1),
            Self::Zipf(sums) => {
                let at = rand::rng().random_range(0.0..sums.last().copied().unwrap_or(1.0));
                let rank = sums.partition_point(|sum| *sum <= at);
                place(i32::try_from(rank).unwrap_or(0))
            }
        }
    }
}

/// The place of a rank that counts from 0; pgbench's script says the same in SQL.
fn place(rank: i32) -> (i32, i32) {
    ((rank / 3) % MATCHES + 1, rank % 3 + 1)
}
