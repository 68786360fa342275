//! Scores: the fit of a listing and the place of its kick-off in one number, and back.
//!
//! OpenSearch adds up what the clauses of a query score, as numbers of 32 bits with a point. So each clause scores a constant, a whole
//! number, and all that can be added up stays below 2^24, up to which such numbers are exact: what is read back is what was added.

use search::{
    request::Sort,
    store::{FitParts, StoredSearch},
};

/// Whole numbers up to here are exact.
const EXACT: u32 = 1 << 24;

/// What scores of one search mean.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    words: u32,
    /// Places of kick-offs, with one behind all of them. Where there are more than can be told apart, the latest are one.
    places: u32,
    is_by_kick_off: bool,
}

impl Scale {
    pub(crate) fn of(search: &StoredSearch) -> Self {
        let words = u32::try_from(search.words.len()).unwrap_or(1).max(1);
        let kick_offs = u32::try_from(search.kick_offs.len()).unwrap_or(u32::MAX);
        let mut scale = Self { words, places: 1, is_by_kick_off: search.sort == Sort::KickOff };
        scale.places = kick_offs.saturating_add(1).min(EXACT / scale.goods());
        scale
    }

    /// What a listing scores for a word that it has.
    pub(crate) fn of_word(&self, fit: FitParts) -> u32 {
        self.good(1, self.cost(fit)) * if self.is_by_kick_off { 1 } else { self.places }
    }

    /// What it scores for its kick-off, by the place of that.
    pub(crate) fn of_kick_off(&self, place: usize) -> u32 {
        self.earliness(place) * if self.is_by_kick_off { self.goods() } else { 1 }
    }

    /// The score of a listing that lacks some words.
    pub(crate) fn score(&self, missing: u8, fit: FitParts, kick_off: usize) -> u32 {
        let good = self.good(self.words.saturating_sub(missing.into()), self.cost(fit));
        match self.is_by_kick_off {
            true => self.earliness(kick_off) * self.goods() + good,
            false => good * self.places + self.earliness(kick_off),
        }
    }

    /// What fits so.
    pub(crate) fn fit(&self, missing: u8, score: u32) -> FitParts {
        let good = if self.is_by_kick_off { score % self.goods() } else { score / self.places };
        let words = self.words.saturating_sub(missing.into());
        let cost = (words * self.cost(FitParts::MAX)).saturating_sub(good);
        let (looseness, fields) = (self.sums(FitParts::MAX.looseness), self.sums(FitParts::MAX.fields));
        let part = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
        FitParts {
            typos: part(cost / fields / looseness),
            looseness: part(cost / fields % looseness),
            fields: part(cost % fields),
        }
    }

    /// How many sums a part of all words has.
    fn sums(&self, most: u8) -> u32 {
        self.words * u32::from(most) + 1
    }

    fn cost(&self, fit: FitParts) -> u32 {
        // A cursor may say whatever it likes.
        let part = |part: u8, most: u8| u32::from(part).min(self.sums(most) - 1);
        let (typos, looseness) = (part(fit.typos, FitParts::MAX.typos), part(fit.looseness, FitParts::MAX.looseness));
        (typos * self.sums(FitParts::MAX.looseness) + looseness) * self.sums(FitParts::MAX.fields)
            + part(fit.fields, FitParts::MAX.fields)
    }

    /// The more, the better so many words fit.
    fn good(&self, words: u32, cost: u32) -> u32 {
        (words * self.cost(FitParts::MAX)).saturating_sub(cost)
    }

    /// How many values `good` has.
    fn goods(&self) -> u32 {
        self.words * self.cost(FitParts::MAX) + 1
    }

    fn earliness(&self, place: usize) -> u32 {
        let last = self.places - 1;
        last - u32::try_from(place).unwrap_or(u32::MAX).min(last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use search::store::Wanted;

    use super::*;

    fn scale(words: usize, kick_offs: usize, sort: Sort) -> Scale {
        Scale::of(&StoredSearch {
            words: vec![Vec::new(); words],
            kick_offs: vec![vec![1]; kick_offs],
            sort,
            levels: Vec::new(),
            needs_telling: false,
            wanted: Wanted::default(),
            first: 1,
            tallies: Vec::new(),
        })
    }

    fn added(one: FitParts, other: FitParts) -> FitParts {
        FitParts {
            typos: one.typos + other.typos,
            looseness: one.looseness + other.looseness,
            fields: one.fields + other.fields,
        }
    }

    fn fits() -> impl Strategy<Value = Vec<FitParts>> {
        let fit =
            (0..=2_u8, 0..=3_u8, 0..=8_u8).prop_map(|(typos, looseness, fields)| FitParts { typos, looseness, fields });
        proptest::collection::vec(fit, 1..=10)
    }

    proptest! {
        /// As a node adds it up: in numbers of 32 bits with a point.
        #[test]
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "that is what is tried")]
        fn what_is_added_up_is_read_back(
            fits in fits(), missing in 0..3_u8, kick_offs in 1..120_usize, place in 0..120_usize, by_kick_off: bool,
        ) {
            let sort = if by_kick_off { Sort::KickOff } else { Sort::Relevance };
            let place = place % kick_offs;
            let scale = scale(fits.len() + usize::from(missing), kick_offs, sort);
            let words: f32 = fits.iter().map(|fit| scale.of_word(*fit) as f32).sum();
            let score = words + scale.of_kick_off(place) as f32;
            let sum = fits.iter().copied().fold(FitParts::default(), added);
            prop_assert!(score <= EXACT as f32 || fits.len() + usize::from(missing) > 10);
            if fits.len() + usize::from(missing) <= 10 {
                prop_assert_eq!(scale.fit(missing, score as u32), sum);
                prop_assert_eq!(scale.score(missing, sum, place), score as u32);
            }
        }

        #[test]
        fn who_fits_better_scores_more(one in fits(), other in fits(), places in (0..60_usize, 0..60_usize)) {
            let words = one.len().min(other.len());
            let sum = |fits: &[FitParts]| fits[..words].iter().copied().fold(FitParts::default(), added);
            let (one, other) = ((sum(&one), places.0), (sum(&other), places.1));
            let by_fit = scale(words, 60, Sort::Relevance);
            prop_assert_eq!(one.cmp(&other).reverse(), by_fit.score(0, one.0, one.1).cmp(&by_fit.score(0, other.0, other.1)));
            let by_kick_off = scale(words, 60, Sort::KickOff);
            prop_assert_eq!(
                (one.1, one.0).cmp(&(other.1, other.0)).reverse(),
                by_kick_off.score(0, one.0, one.1).cmp(&by_kick_off.score(0, other.0, other.1))
            );
        }
    }

    #[test]
    fn what_no_word_has_and_more_kick_offs_than_can_be_told_apart_are_no_overflow() {
        let most = FitParts { typos: 255, looseness: 255, fields: 255 };
        for sort in [Sort::Relevance, Sort::KickOff] {
            let scale = scale(10, 1_000_000, sort);
            assert!(scale.score(0, FitParts::default(), 0) <= EXACT);
            assert_eq!(scale.score(9, most, usize::MAX), 0);
            assert_eq!(scale.of_kick_off(900_000), 0);
        }
    }
}
