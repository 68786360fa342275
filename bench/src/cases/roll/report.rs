//! What a roll came to, line by line, and whether that is what is promised.

use std::{fmt, time::Duration};

use testkit::rolling::{
    balancer::LAG,
    followers::{Notes, Reached},
    visitors::Visits,
};

use crate::{Outcome, figures::Latencies};

/// Within which everybody is to be told the truth.
const SOON: Duration = Duration::from_secs(5);

/// Reasons that are shown of a kind.
const SHOWN: usize = 5;

/// What visitors and followers noticed in some time, most often a roll.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) visits: Visits,
    pub(super) notes: Notes,
    pub(super) stops: Stops,
    pub(super) took: Duration,
}

/// How instances were ended and started again.
#[derive(Default)]
pub(super) struct Stops {
    /// From SIGTERM until the balancer sent no more visitors, and until the process was gone.
    pub(super) turned: Vec<Duration>,
    pub(super) drained: Vec<Duration>,
    /// From the start until it was ready.
    pub(super) started: Vec<Duration>,
    /// From the end of an instance, and of the roll, until followers had been told what was true then.
    told: Vec<Duration>,
    /// Of those who were not told at all, how many.
    untold: usize,
}

impl Stops {
    pub(super) fn told(&mut self, reached: Reached) {
        self.told.extend(reached.times);
        self.untold += reached.missing;
    }
}

impl Row {
    /// What is not as promised.
    fn faults(&self) -> Vec<String> {
        let Self { name, visits, notes, stops, .. } = self;
        let mut faults = Vec::new();
        let mut demand = |holds: bool, fault: String| {
            if !holds {
                faults.push(format!("{name}: {fault}"));
            }
        };
        let first = |reasons: &[String]| reasons.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
        demand(visits.failed == 0, format!("{} requests failed: {}", visits.failed, first(&visits.failures)));
        demand(visits.unsent == 0, format!("{} requests were not sent: all is too slow for so many", visits.unsent));
        demand(notes.ended.is_empty(), format!("{} subscriptions ended: {}", notes.ended.len(), first(&notes.ended)));
        let refused = format!("{} followers were not let in: {}", notes.refused.len(), first(&notes.refused));
        demand(notes.refused.is_empty(), refused);
        let late = stops.told.iter().filter(|took| **took > SOON).count() + stops.untold;
        demand(late == 0, format!("{late} times a follower was not told the truth within {SOON:?}"));
        let earliest = stops.turned.iter().min().copied().unwrap_or(LAG);
        demand(earliest >= LAG, format!("the balancer noticed an end after {earliest:?}, which shows nothing"));
        faults
    }
}

/// Prints a table of all rows; fails where something is not as promised.
pub(super) fn conclude(rows: &[Row]) -> Outcome {
    println!("\nTimes of requests in milliseconds, median / p99 / largest, all others in seconds.\n");
    println!(
        "| Roll | took | requests | failed | answered in | connections that were moved | ended | away, median / largest | \
         truth, median / largest | balancer noticed | drained | ready again |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
    );
    for row in rows {
        println!("{row}");
    }
    let faults: Vec<String> = rows.iter().flat_map(Row::faults).collect();
    match faults.is_empty() {
        true => {
            println!("\n0 failed, 0 ended, everybody told within {SOON:?}: reached");
            Ok(())
        }
        false => Err(format!("MISSED\n{}", faults.join("\n")).into()),
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, visits, notes, stops, took } = self;
        let answers = Latencies::of(visits.times.clone());
        let [median, p99, largest] = [50, 99, 100].map(|part| answers.percentile(part));
        let moved: Vec<String> = notes.gone.iter().map(|(how, count)| format!("{count}: {how}")).collect();
        write!(
            f,
            "| {name} | {:.0} | {} | {} | {median:.1} / {p99:.0} / {largest:.0} | {} | {} | {} | {} | {} | {} | {} |",
            took.as_secs_f64(),
            visits.answered + visits.failed,
            visits.failed,
            moved.join(", "),
            notes.ended.len(),
            middle_and_last(&notes.away),
            middle_and_last(&stops.told),
            least_and_most(&stops.turned),
            least_and_most(&stops.drained),
            least_and_most(&stops.started),
        )
    }
}

fn middle_and_last(times: &[Duration]) -> String {
    match times.is_empty() {
        true => "–".to_owned(),
        false => {
            let times = Latencies::of(times.to_vec());
            format!("{:.2} / {:.2}", times.percentile(50) / 1_000.0, times.percentile(100) / 1_000.0)
        }
    }
}

fn least_and_most(times: &[Duration]) -> String {
    match (times.iter().min(), times.iter().max()) {
        (Some(least), Some(most)) => format!("{:.1} to {:.1}", least.as_secs_f64(), most.as_secs_f64()),
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let stops = Stops { turned: vec![LAG], told: vec![SOON], ..Stops::default() };
        let (visits, notes) = (Visits::default(), Notes::default());
        Row { name: "1".to_owned(), visits, notes, stops, took: SOON }
    }

    #[test]
    fn whatever_is_not_as_promised_is_named() {
        assert_eq!(row().faults(), [""; 0]);

        let mut row = row();
        row.visits.failed = 1;
        row.visits.failures.push("no answer".to_owned());
        row.visits.unsent = 2;
        row.notes.ended.push("complete".to_owned());
        row.notes.refused.push("status 503".to_owned());
        row.stops.told.push(2 * SOON);
        row.stops.untold = 2;
        row.stops.turned.push(LAG / 2);

        assert_eq!(
            row.faults(),
            [
                "1: 1 requests failed: no answer",
                "1: 2 requests were not sent: all is too slow for so many",
                "1: 1 subscriptions ended: complete",
                "1: 1 followers were not let in: status 503",
                "1: 3 times a follower was not told the truth within 5s",
                "1: the balancer noticed an end after 1.5s, which shows nothing",
            ]
        );
    }
}
