//! Figures: what runs measured, compared in pairs, and the lines of the table that they end in.

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
        let [min, median, max] = [self.min, self.median, self.max].map(|value| grouped(value, places));
        write!(f, "{min} / {median} / {max}")
    }
}

/// A number with its thousands parted.
fn grouped(value: f64, places: usize) -> String {
    let plain = format!("{value:.places$}");
    let whole = plain.find('.').unwrap_or(plain.len());
    let mut grouped = String::with_capacity(plain.len() + whole / 3);
    for (at, digit) in plain.char_indices() {
        if at > 0 && at < whole && (whole - at) % 3 == 0 && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What must come out of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Nothing: it is stated.
    Stated,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, "≥ {limit}"),
            Self::AtMost(limit) => write!(f, "≤ {limit}"),
            Self::Stated => f.write_str("–"),
        }
    }
}

impl Target {
    fn verdict(self, value: f64) -> &'static str {
        let is_met = match self {
            Self::AtLeast(limit) => value >= limit,
            Self::AtMost(limit) => value <= limit,
            Self::Stated => return "–",
        };
        if is_met { "reached" } else { "MISSED" }
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
    /// As [`Self::row`], for who needs no line of a table.
    pub(crate) async fn run(
        self,
        effort: Effort,
        run_ours: impl AsyncFnMut() -> Outcome<f64>,
        run_rival: impl AsyncFnMut() -> Outcome<f64>,
    ) -> Outcome {
        self.row(effort, run_ours, run_rival).await.map(drop)
    }

    /// Runs both sides in turn, the first one first in every other round, and says what came out.
    pub(crate) async fn row(
        self,
        effort: Effort,
        mut run_ours: impl AsyncFnMut() -> Outcome<f64>,
        mut run_rival: impl AsyncFnMut() -> Outcome<f64>,
    ) -> Outcome<Row> {
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
        Ok(self.conclude(&pairs))
    }

    /// Says what came out of pairs of runs.
    pub(crate) fn conclude(&self, pairs: &[(f64, f64)]) -> Row {
        let spread = |of: fn(&(f64, f64)) -> f64| Spread::of(&pairs.iter().map(of).collect::<Vec<_>>());
        let ratio = spread(|(ours, rival)| ours / rival);
        let row = Row {
            title: self.title,
            unit: self.unit,
            ours: spread(|pair| pair.0),
            rival: Some((self.rival, spread(|pair| pair.1), ratio)),
            target: self.target,
        };
        println!("                min / median / max of {} runs", pairs.len());
        println!("  {}: {} {}", self.ours, row.ours, self.unit);
        println!("  {}: {} {}", self.rival, spread(|pair| pair.1), self.unit);
        println!("  ratio: {ratio} x, to reach {}: {}", self.target, row.verdict());
        row
    }
}

/// What came out of a case: a line of a table.
pub(crate) struct Row {
    title: &'static str,
    unit: &'static str,
    ours: Spread,
    /// What it is, its figures, and ours divided by them.
    rival: Option<(&'static str, Spread, Spread)>,
    target: Target,
}

impl Row {
    /// What came out of runs that no rival is held against, said at once.
    pub(crate) fn alone(title: &'static str, unit: &'static str, runs: &[f64], target: Target) -> Self {
        let row = Self { title, unit, ours: Spread::of(runs), rival: None, target };
        println!("\n{title}");
        println!("                min / median / max of {} runs", runs.len());
        println!("  {} {unit}, to reach {target}: {}", row.ours, row.verdict());
        row
    }

    fn verdict(&self) -> &'static str {
        let value = self.rival.as_ref().map_or(self.ours.median, |(_, _, ratio)| ratio.median);
        self.target.verdict(value)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, unit, ours, rival, target } = self;
        write!(f, "| {title} | {ours} {unit} ")?;
        match rival {
            Some((name, figures, ratio)) => write!(f, "| {name}: {figures} | {ratio} ")?,
            None => write!(f, "| – | – ")?,
        }
        write!(f, "| {target} | {} |", self.verdict())
    }
}

/// Prints the lines as a table.
pub(crate) fn table(rows: &[Row]) {
    println!("\nMinimum / median / maximum.\n");
    println!("| Case | Matchday | Rival | Ratio | To reach | |\n|---|---|---|---|---|---|");
    for row in rows {
        println!("{row}");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_written_as_people_write_it() {
        let shown = |value| Spread { min: value, median: value, max: -value }.to_string();

        assert_eq!(shown(1_234_567.8), "1,234,568 / 1,234,568 / -1,234,568");
        assert_eq!(shown(123.4), "123 / 123 / -123");
        assert_eq!(shown(9.876), "9.88 / 9.88 / -9.88");
    }

    #[test]
    fn a_line_of_the_table_tells_both_sides_and_whether_the_target_is_met() {
        let comparison =
            Comparison { title: "Holds", unit: "holds/s", ours: "we", rival: "they", target: Target::AtLeast(8.0) };

        let row = comparison.conclude(&[(9_000.0, 1_000.0), (8_000.0, 1_000.0), (7_000.0, 1_000.0)]);
        let alone = Row::alone("Arrival", "ms", &[50.1], Target::AtMost(50.0));

        assert_eq!(
            row.to_string(),
            "| Holds | 7,000 / 8,000 / 9,000 holds/s | they: 1,000 / 1,000 / 1,000 | 7.00 / 8.00 / 9.00 | ≥ 8 | reached |"
        );
        assert_eq!(alone.to_string(), "| Arrival | 50.1 / 50.1 / 50.1 ms | – | – | ≤ 50 | MISSED |");
    }
}
