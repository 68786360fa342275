//! Choices of fans as the model sees them: what was on sale, as features, and what was taken of it.

use super::{
    cells::Cells,
    counts::Choice,
    features::{Eyes, FEATURES, Features, Item},
    items::usual_price,
    learned::Learned,
};

/// Choices, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Design {
    /// `FEATURES` numbers a row; rows of a choice are beside each other.
    features: Vec<f32>,
    pub(crate) choices: Vec<Chosen>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Chosen {
    pub(crate) fan: u64,
    /// Whether the fan had booked nothing before.
    pub(crate) is_first: bool,
    /// What it weighs.
    pub(crate) weight: f64,
    /// In seconds.
    pub(crate) at: i64,
    pub(crate) chosen: usize,
    first: usize,
    pub(crate) rows: usize,
}

impl Design {
    /// The features of each match that was on sale, in the order of slots.
    pub(crate) fn rows(&self, choice: &Chosen) -> impl Iterator<Item = Features> {
        let of = &self.features[choice.first * FEATURES..(choice.first + choice.rows) * FEATURES];
        of.chunks_exact(FEATURES).map(|row| std::array::from_fn(|at| f64::from(row[at])))
    }

    /// The same as they lie.
    pub(crate) fn plain_rows(&self, choice: &Chosen) -> &[f32] {
        &self.features[choice.first * FEATURES..(choice.first + choice.rows) * FEATURES]
    }

    #[expect(clippy::cast_possible_truncation, reason = "seven digits of a feature are enough to fit by")]
    fn push(&mut self, features: &Features) {
        self.features.extend(features.iter().map(|feature| *feature as f32));
    }
}

/// Each so-manyth choice from `from` to `until` (hours since 1970) of the site's own stock, at most `most`, as a model sees it that has
/// `learned`. `also` is called with the slots of what was on sale.
pub(crate) fn design(
    cells: &Cells<'_>,
    learned: &Learned,
    (from, until): (i64, i64),
    held_weight: f64,
    most: usize,
    design: &mut Design,
    mut also: impl FnMut(&[usize]),
) {
    let is_within = |choice: &Choice| {
        let at = choice.at.timestamp();
        choice.stock && at >= from * 3600 && at < until * 3600
    };
    let within = cells.counts.choices.iter().filter(|choice| is_within(choice)).count();
    let step = within.div_ceil(most).max(1);
    let mut number = 0;
    for of_fan in cells.counts.choices.chunk_by(|one, other| one.fan == other.fan) {
        for (at, choice) in of_fan.iter().enumerate().filter(|(_, choice)| is_within(choice)) {
            number += 1;
            if number % step == 0 {
                let slots = add(cells, learned, choice, &of_fan[..at], held_weight, design);
                also(&slots);
            }
        }
    }
}

/// Adds a choice, if what was taken was on sale, and something else too.
fn add(
    cells: &Cells<'_>,
    learned: &Learned,
    choice: &Choice,
    before: &[Choice],
    held_weight: f64,
    design: &mut Design,
) -> Vec<usize> {
    let (at, micros) = (choice.at.timestamp(), choice.at.timestamp_micros());
    let timeline = &cells.timeline;
    let slot_of = |number: i32| learned.slot(number);
    let facts: Vec<_> = before
        .iter()
        .filter_map(|held| slot_of(held.match_number))
        .map(|slot| (slot, timeline.facts(slot, micros)))
        .collect();
    let held: Vec<Item<'_>> = facts.iter().map(|(slot, moment)| moment.item(Some(*slot))).collect();
    let usual = usual_price(before.iter().map(|held| held.price_minor));
    let is_open = |slot: &usize| {
        let clashes = |moment: &super::timeline::Moment| facts.iter().any(|(_, held)| moment.clashes(held));
        let moment = timeline.before(*slot, micros).filter(|moment| moment.is_on_sale(at) && !clashes(moment));
        moment.is_some() && facts.iter().all(|(held, _)| held != slot)
    };
    let open: Vec<usize> = (0..timeline.numbers.len()).filter(is_open).collect();
    let Some(chosen) = open.iter().position(|slot| timeline.numbers[*slot] == choice.match_number) else {
        return Vec::new();
    };
    if open.len() < 2 {
        return Vec::new();
    }
    let eyes = Eyes::new(
        learned,
        choice.country.as_ref().map(super::CountryCode::as_str),
        &cells.playing,
        &held,
        usual,
        false,
    );
    let first = design.features.len() / FEATURES;
    for slot in &open {
        design.push(&eyes.features(&timeline.facts(*slot, micros).item(Some(*slot))));
    }
    let weight = if choice.sold { 1.0 } else { held_weight };
    design.choices.push(Chosen {
        fan: choice.fan,
        is_first: before.is_empty(),
        weight,
        at,
        chosen,
        first,
        rows: open.len(),
    });
    open
}
