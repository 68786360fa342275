//! Training: settings are chosen on one window of the bookings, the model is judged on the next and newest, and what is published has
//! learned from all of them. Nothing here reads or writes; the caller may end it between two fits.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    cells::Cells,
    choices::{Chosen, Design, design},
    counts::Counts,
    evaluation::{Evaluation, Outcome, figures},
    features::Features,
    file::{LakeOffset, Model, ModelError},
    gate::{FEWEST_FANS, Rival, Verdict, judge},
    learned::Settings,
    logit,
};

/// Of the sampled choices, those before the window that settings are chosen on, and those before the one that decides.
const TUNED_FROM: f64 = 0.6;
const JUDGED_FROM: f64 = 0.8;

/// Choices that weights are fitted to, in each of so many blocks, and those that a window is judged by.
const CHOICES_OF_BLOCK: usize = 2_000;
const BLOCKS: usize = 4;
const CHOICES_OF_WINDOW: usize = 20_000;

/// The same where there are many more matches, as rows: a choice has one for each match on sale.
const ROWS_OF_BLOCK: usize = 500_000;
const ROWS_OF_WINDOW: usize = 2_000_000;

/// By how much a choice must be likelier on average for the term of what is booked together to stay.
const WORTH_PAIRS: f64 = 0.001;

/// What training is given beside the counts.
pub struct Training<'a> {
    pub now: DateTime<Utc>,
    /// Up to where the lake was read.
    pub lake_offsets: Vec<LakeOffset>,
    /// The model that is used now.
    pub running: &'a Model,
    /// Asked between two fits; `true` ends the training.
    pub stopped: &'a dyn Fn() -> bool,
}

#[derive(Debug, Clone)]
pub struct Trained {
    pub model: Model,
    pub settings: Settings,
    pub verdict: Verdict,
}

#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    #[error("training was stopped")]
    Stopped,
    #[error("there are {0} fans with bookings, and at least {FEWEST_FANS} are needed in the newest fifth of them")]
    TooFew(usize),
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// A model as it would have been at an hour.
pub struct Fitting<'a> {
    cells: Cells<'a>,
}

impl<'a> Fitting<'a> {
    pub fn new(counts: &'a Counts) -> Self {
        Self { cells: Cells::new(counts) }
    }

    /// The hour (since 1970) before which such a part of the sampled choices was made.
    pub fn hour_of(&self, part: f64) -> i64 {
        let mut hours: Vec<i64> =
            self.cells.counts.choices.iter().map(|choice| choice.at.timestamp().div_euclid(3600)).collect();
        hours.sort_unstable();
        let (Some(first), Some(last)) = (hours.first(), hours.last()) else { return 0 };
        let place = (0..hours.len()).take_while(|place| (*place as f64) < part * hours.len() as f64).count();
        hours.get(place).copied().unwrap_or(last + 1).max(first + 1)
    }

    /// Weights are fitted to blocks of choices, each seen with what the bookings before its block teach: what a model has learned must
    /// foresee what comes, and not what it learned from.
    pub fn fit(&self, until: i64, settings: &Settings) -> Model {
        let first = self.hour_of(0.0);
        let mut all = Design::default();
        for bounds in self.block_bounds(first, until).windows(2) {
            let learned = self.cells.learn(bounds[0], settings);
            let most = CHOICES_OF_BLOCK.min(ROWS_OF_BLOCK / learned.numbers.len().max(1)).max(1);
            design(&self.cells, &learned, (bounds[0], bounds[1]), settings.held_weight, most, &mut all, |_| ());
        }
        let weights: Features = logit::weights(&all, settings.ridge);
        let mut model = Model::prior();
        model.learned = self.cells.learn(until, settings);
        model.weights = weights.map(super::file::rounded);
        model
    }

    fn block_bounds(&self, first: i64, until: i64) -> Vec<i64> {
        let hour = |choice: &super::Choice| choice.at.timestamp().div_euclid(3600);
        let mut hours: Vec<i64> = self.cells.counts.choices.iter().map(hour).filter(|hour| *hour < until).collect();
        hours.sort_unstable();
        let mut bounds: Vec<i64> = (0..BLOCKS)
            .filter_map(|block| hours.get(hours.len() * (BLOCKS + block) / (2 * BLOCKS)))
            .map(|hour| (*hour).max(first + 1))
            .collect();
        bounds.push(until);
        bounds.dedup();
        bounds
    }

    /// How a model foresees the choices of a window.
    fn outcomes(&self, model: &Model, window: (i64, i64)) -> Vec<Outcome> {
        let (design, _) = self.window(model, window);
        design.choices.iter().map(|choice| outcome(choice, &logit::scores(&design, choice, &model.weights))).collect()
    }

    fn window(&self, model: &Model, window: (i64, i64)) -> (Design, Vec<Vec<usize>>) {
        let mut learned = model.learned.clone();
        if learned.numbers != self.cells.timeline.numbers {
            learned = learned.laid_out_as(&self.cells.timeline.numbers);
        }
        let (mut of_window, mut on_sale) = (Design::default(), Vec::new());
        let most = CHOICES_OF_WINDOW.min(ROWS_OF_WINDOW / learned.numbers.len().max(1)).max(1);
        design(&self.cells, &learned, window, 1.0, most, &mut of_window, |slots| {
            if !slots.is_empty() {
                on_sale.push(slots.to_vec());
            }
        });
        (of_window, on_sale)
    }

    /// How popularity foresees them: as many as were sold of each before the window, and one.
    fn outcomes_of_popularity(&self, (from, until): (i64, i64)) -> Vec<Outcome> {
        let numbers = &self.cells.timeline.numbers;
        let mut sold = vec![1.0; numbers.len()];
        for taken in self.cells.counts.taken.iter().filter(|taken| taken.hour < from) {
            if let Ok(slot) = numbers.binary_search(&taken.match_number) {
                sold[slot] += f64::from(taken.sold) + f64::from(taken.held);
            }
        }
        let (design, on_sale) = self.window(&Model::prior(), (from, until));
        let scores = |slots: &Vec<usize>| slots.iter().map(|slot| f64::ln(sold[*slot])).collect::<Vec<f64>>();
        design.choices.iter().zip(&on_sale).map(|(choice, slots)| outcome(choice, &scores(slots))).collect()
    }
}

fn outcome(choice: &Chosen, scores: &[f64]) -> Outcome {
    Outcome::of(choice.fan, choice.is_first, choice.at, scores, choice.chosen)
}

/// A model with given settings, of the bookings before an hour (since 1970).
pub fn fit(counts: &Counts, until: i64, settings: &Settings) -> Model {
    Fitting::new(counts).fit(until, settings)
}

/// The settings under which the choices from one hour to another are likeliest, each found with the others as they are best so far.
pub fn tune(
    fitting: &Fitting<'_>,
    from: i64,
    until: i64,
    stopped: &dyn Fn() -> bool,
) -> Result<Settings, TrainingError> {
    let worth = |settings: &Settings| {
        if stopped() {
            return Err(TrainingError::Stopped);
        }
        let outcomes = fitting.outcomes(&fitting.fit(from, settings), (from, until));
        Ok(outcomes.iter().map(|outcome| outcome.log_likelihood).sum::<f64>() / outcomes.len().max(1) as f64)
    };
    let days = (from - fitting.hour_of(0.0)).max(1) as f64 / 24.0;
    let mut best = Settings::default();
    let mut most = worth(&best)?;
    let mut consider = |settings: Settings, margin: f64, best: &mut Settings| -> Result<(), TrainingError> {
        let found = worth(&settings)?;
        if found > most + margin {
            (most, *best) = (found, settings);
        }
        Ok(())
    };
    for team_strength in [0.5, 5.0, 15.0] {
        consider(Settings { team_strength, ..best }, 0.0, &mut best)?;
    }
    for match_strength in [10.0, 250.0, 1e6] {
        consider(Settings { match_strength, ..best }, 0.0, &mut best)?;
    }
    for rate_strength in [1.0, 20.0, 100.0] {
        consider(Settings { rate_strength, ..best }, 0.0, &mut best)?;
    }
    for part in [1.0, 0.5, 0.25, 0.1] {
        consider(Settings { half_life_days: Some(days * part), ..best }, 0.0, &mut best)?;
    }
    for held_weight in [0.1, 1.0] {
        consider(Settings { held_weight, ..best }, 0.0, &mut best)?;
    }
    for ridge in [1.0, 100.0] {
        consider(Settings { ridge, ..best }, 0.0, &mut best)?;
    }
    for pairs_ridge in [20.0, 100.0, 500.0] {
        consider(Settings { pairs_ridge: Some(pairs_ridge), ..best }, WORTH_PAIRS, &mut best)?;
    }
    Ok(best)
}

/// Trains on all bookings, and says whether the model may be published.
pub fn train(counts: &Counts, training: &Training<'_>) -> Result<Trained, TrainingError> {
    let fitting = Fitting::new(counts);
    let (tuned_from, judged_from, end) =
        (fitting.hour_of(TUNED_FROM), fitting.hour_of(JUDGED_FROM), fitting.hour_of(1.0));
    let fans = counts.choices.chunk_by(|one, other| one.fan == other.fan).count();
    if fans < FEWEST_FANS || tuned_from >= judged_from {
        return Err(TrainingError::TooFew(fans));
    }
    let settings = tune(&fitting, tuned_from, judged_from, training.stopped)?;
    let window = (judged_from, end);
    let ours = fitting.outcomes(&fitting.fit(judged_from, &settings), window);
    let popularity = fitting.outcomes_of_popularity(window);
    let prior = fitting.outcomes(&Model::prior(), window);
    let running = fitting.outcomes(training.running, window);
    let mut rivals = vec![
        Rival { name: "popularity on sale", outcomes: &popularity, unseen_from: i64::MIN },
        Rival { name: "the prior", outcomes: &prior, unseen_from: i64::MIN },
    ];
    if !training.running.is_prior() {
        let unseen_from = training.running.trained_to().map_or(i64::MIN, |to| to.timestamp() + 1);
        rivals.push(Rival { name: training.running.version(), outcomes: &running, unseen_from });
    }
    let (verdict, leads) = judge(&ours, &rivals);
    let mut all = vec![figures("model", &ours)];
    all.extend(rivals.iter().map(|rival| figures(rival.name, rival.outcomes)));
    if (training.stopped)() {
        return Err(TrainingError::Stopped);
    }
    let mut model = fitting.fit(end, &settings);
    let hour = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).unwrap_or_default();
    model.facts.evaluation = Some(Evaluation {
        from: hour(judged_from),
        to: hour(end),
        fans: ours.iter().map(|outcome| outcome.fan).collect::<BTreeSet<_>>().len() as u64,
        choices: ours.len() as u64,
        figures: all,
        leads,
    });
    model.facts.bookings = counts.bookings;
    (model.facts.trained_from, model.facts.trained_to) = (counts.from, counts.to);
    model.facts.lake_offsets.clone_from(&training.lake_offsets);
    let model = model.named(training.now)?;
    // What is used is what a reader of the file gets.
    let model = Model::from_json(&model.to_json()?)?;
    Ok(Trained { model, settings, verdict })
}
