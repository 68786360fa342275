//! What is learned from bookings up to an hour.
//!
//! A booking from country `g` in bucket `b` is of match `m` with probability `rate(m) · taste(g, m) · onSale(m, b) / sum of the same`.
//! Each factor is, by turns, what was booked over what the others let expect; both have bookings from the start (`Settings`), which
//! hold it to 1. So a rate is per time on sale, and counts by how many were choosing meanwhile (Hunter's MM for choice models, with
//! Gamma priors).

use super::{
    cells::Cells,
    counts::FEWEST_PEOPLE,
    estimate::{Estimate, Table},
    learned::{Learned, Settings, WORLD},
    pairs,
};

/// Turns of the estimation; after these a factor moves by less than a hundredth.
const TURNS: usize = 16;

impl Cells<'_> {
    /// What bookings before `until` (hours since 1970) teach.
    pub(crate) fn learn(&self, until: i64, settings: &Settings) -> Learned {
        let mut learned = Learned::of(self.timeline.numbers.clone());
        let table = Table::new(self, until, settings);
        let mut estimate = Estimate::new(self, &table);
        for turn in 0..TURNS {
            if turn % 2 == 0 {
                estimate.move_rates(self, &table, settings);
            } else {
                estimate.move_tastes(self, &table, settings);
            }
        }
        let mean = estimate.rates.iter().map(|rate| rate.ln()).sum::<f64>() / estimate.rates.len().max(1) as f64;
        for (slot, rate) in estimate.rates.iter().enumerate() {
            learned.rates[slot] = rate.ln() - mean;
            learned.popular[slot] = self.people_of(None, Some(learned.numbers[slot])) >= FEWEST_PEOPLE;
        }
        for (at, name) in self.groups.iter().enumerate().skip(1) {
            if let Some(group) = estimate.group(self, &table, at, settings, name) {
                learned.groups.insert(name.clone(), group);
            }
        }
        let world = table.pooled();
        let mut of_all = Estimate::new(self, &world);
        of_all.rates = estimate.rates;
        for _ in 0..TURNS / 2 {
            of_all.move_tastes(self, &world, settings);
        }
        if let Some(group) = of_all.group(self, &world, 0, settings, WORLD) {
            learned.groups.insert(WORLD.to_owned(), group);
        }
        if let Some(ridge) = settings.pairs_ridge {
            learned.together = pairs::together(self.counts, &learned, until, ridge);
        }
        learned
    }
}
