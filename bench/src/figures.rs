//! Figures: what runs measured, compared in pairs.

use std::{fmt, time::Duration};

use crate::{Effort, Outcome};

/// Minimum, median and maximum of some runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = match sorted.len() {
            0 => f64::NAN,
            length if length % 2 == 1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        };
        Self {
            min: sorted.first().copied().unwrap_or(f64::NAN),
            median,
            max: sorted.last().copied().unwrap_or(f64::NAN),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = match self.median {
            median if median < 10.0 => 2,
            median if median < 100.0 => 1,
            _ => 0,
        };
        let Self { min, median, max } = self;
        write!(f, "{min:.places$} / {median:.places$} / {max:.places$}")
    }
}

/// What must come out of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, ">= {limit}"),
            Self::AtMost(limit) => write!(f, "<= {limit}"),
        }
    }
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(limit) => value >= limit,
            Self::AtMost(limit) => value <= limit,
        }
    }
}

/// Two sides of one case.
pub(crate) struct Comparison {
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: &'static str,
    pub(crate) rival: &'static str,
    pub(crate) target: Target,
}

impl Comparison {
    /// Runs both sides in turn, the first one first in every other round, and says what came out.
    pub(crate) async fn run(
        self,
        effort: Effort,
        mut run_ours: impl AsyncFnMut() -> Outcome<f64>,
        mut run_rival: impl AsyncFnMut() -> Outcome<f64>,
    ) -> Outcome {
        println!("\n{}", self.title);
        let mut pairs = Vec::new();
        for round in 0..effort.rounds {
            let (ours, rival) = if round % 2 == 0 {
                let ours = run_ours().await?;
                (ours, run_rival().await?)
            } else {
                let rival = run_rival().await?;
                (run_ours().await?, rival)
            };
            println!("  round {}: {ours:.1} against {rival:.1} {}: {:.2} x", round + 1, self.unit, ours / rival);
            pairs.push((ours, rival));
        }
        self.conclude(&pairs);
        Ok(())
    }

    /// Says what came out of pairs of runs.
    pub(crate) fn conclude(&self, pairs: &[(f64, f64)]) {
        let spread = |of: fn(&(f64, f64)) -> f64| Spread::of(&pairs.iter().map(of).collect::<Vec<_>>());
        let ratio = spread(|(ours, rival)| ours / rival);
        println!("                min / median / max of {} runs", pairs.len());
        println!("  {}: {} {}", self.ours, spread(|pair| pair.0), self.unit);
        println!("  {}: {} {}", self.rival, spread(|pair| pair.1), self.unit);
        let verdict = if self.target.is_met(ratio.median) { "reached" } else { "MISSED" };
        println!("  ratio: {ratio} x, to reach {}: {verdict}", self.target);
    }
}

/// Times of single operations.
#[derive(Debug, Default, Clone)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time within which `part` of a hundred operations were done, in milliseconds.
    pub(crate) fn percentile(&self, part: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let at = (self.0.len() * part / 100).min(last);
        self.0.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "median {:.2} ms, p99 {:.2} ms of {}", self.percentile(50), self.percentile(99), self.len())
    }
}

/// How many a second.
#[expect(clippy::cast_precision_loss, reason = "a count of one run is far below 2^52")]
pub(crate) fn rate(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
