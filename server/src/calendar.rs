//! The calendar: when the bundled matches are played.
//!
//! The World Cup of the bundled master list is over, and nothing of it could be bought. It is played as if it began soon: all
//! its dates are moved by the same whole number of weeks, so that weekdays and hours stay and the first match begins two to
//! three weeks after the first start. The number is kept in the data folder. A list that comes through Kafka is never moved.

use book::{master_list::MasterListMatch, match_state::MatchState};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{App, matches};
use sea_orm::DbErr;

use crate::{config::Config, data_dir::DataDir, failure::Failure};

/// The World Cup 2022: 64 matches in the wire format of the master-list topic.
const BUNDLED_MASTER_LIST: &str = include_str!("../data/world-cup-2022.jsonl");

/// How long after the first start the first match begins, at least; at most a week later.
const SOON: TimeDelta = TimeDelta::weeks(2);

/// When matches are played, as those who run the site are told at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calendar {
    /// How many matches are known.
    pub(crate) matches: usize,
    /// When the first and the last of them begin; none where none is known.
    pub(crate) dates: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Whether every one of them has begun.
    pub(crate) is_over: bool,
}

impl Calendar {
    /// Of the matches that the database knows now.
    pub(crate) async fn read(app: &App) -> Result<Self, DbErr> {
        let states = matches::snapshot(&app.db).await?;
        Ok(Self::of(states.iter().map(|state| state.date_utc), app.clock.now()))
    }

    fn of(dates: impl Iterator<Item = DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let dates: Vec<_> = dates.collect();
        let ends = dates.iter().min().copied().zip(dates.iter().max().copied());
        Self { matches: dates.len(), dates: ends, is_over: ends.is_some_and(|(_, last)| last <= now) }
    }

    /// What is wrong with a calendar of which nothing is to come.
    pub(crate) fn warning(&self) -> Option<String> {
        let (_, last) = self.dates.filter(|_| self.is_over)?;
        Some(format!("all {} matches have begun, the last one on {}", self.matches, last.format("%-d %B %Y")))
    }
}

/// Warns in the log of a calendar of which nothing is to come.
pub(crate) async fn warn(app: &App) {
    match Calendar::read(app).await.map(|calendar| calendar.warning()) {
        Ok(Some(warning)) => tracing::warn!("{warning}; is the master list the right one?"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the dates of the matches can't be read"),
    }
}

/// The bundled matches with the dates of this site, and by how many weeks those are moved.
pub(crate) struct Bundle {
    pub(crate) matches: Vec<MasterListMatch>,
    pub(crate) weeks: u16,
    /// The other dates that this program may have entered them with: those of the list, or those of the kept number.
    before: [TimeDelta; 2],
}

impl Bundle {
    /// The matches for an embedded broker that is to be given them; none for any other.
    ///
    /// # Errors
    /// The data folder's and the database's.
    pub(crate) async fn of(config: &Config, data_dir: &DataDir, app: &App) -> Result<Option<Self>, Failure> {
        if !(config.is_kafka_embedded() && config.kafka.bundled_master_list) {
            return Ok(None);
        }
        let bundled = bundled();
        let kept = match data_dir.weeks()? {
            None if config.kafka.bundled_starts_soon => {
                let known = weeks_of(&bundled, &matches::snapshot(&app.db).await?);
                Some(data_dir.keep_weeks(known.unwrap_or_else(|| weeks(&bundled, app.clock.now())))?)
            }
            kept => kept,
        };
        let weeks = kept.filter(|_| config.kafka.bundled_starts_soon).unwrap_or_default();
        let by = TimeDelta::weeks(weeks.into());
        let matches = bundled.into_iter().map(|given| MasterListMatch { date_utc: given.date_utc + by, ..given });
        let before = [-by, TimeDelta::weeks(kept.unwrap_or_default().into()) - by];
        Ok(Some(Self { matches: matches.collect(), weeks, before }))
    }

    /// Which of its matches are to be entered: those that are not known, and those that this program has entered with other
    /// dates, before the setting or the program was another one. What an organiser has moved stays.
    pub(crate) fn missing(&self, known: &[MatchState]) -> Vec<MasterListMatch> {
        let is_missing = |given: &&MasterListMatch| {
            let state = known.iter().find(|state| state.match_number == given.match_number);
            state.is_none_or(|state| {
                state.date_utc != given.date_utc && self.before.iter().any(|by| state.date_utc == given.date_utc + *by)
            })
        };
        self.matches.iter().filter(is_missing).cloned().collect()
    }
}

fn bundled() -> Vec<MasterListMatch> {
    kafka::codec::master_list_lines(BUNDLED_MASTER_LIST).matches
}

/// The fewest weeks by which the first of `list` is moved to a time that is soon, seen from `now`.
fn weeks(list: &[MasterListMatch], now: DateTime<Utc>) -> u16 {
    let first = list.iter().map(|given| given.date_utc).min().unwrap_or(now);
    let early = (first - (now + SOON)).num_seconds();
    u16::try_from(-early.div_euclid(TimeDelta::weeks(1).num_seconds())).unwrap_or_default()
}

/// By how many weeks the matches of a database were moved that another folder's program has entered them in.
fn weeks_of(list: &[MasterListMatch], known: &[MatchState]) -> Option<u16> {
    list.iter().find_map(|given| {
        let state = known.iter().find(|state| state.match_number == given.match_number)?;
        let by = state.date_utc - given.date_utc;
        let weeks = u16::try_from(by.num_weeks()).ok().filter(|weeks| *weeks > 0)?;
        (TimeDelta::weeks(weeks.into()) == by).then_some(weeks)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("it is a time")
    }

    #[test]
    fn the_bundled_master_list_is_right_and_whole() {
        let report = kafka::codec::master_list_lines(BUNDLED_MASTER_LIST);

        assert_eq!(report.problems, []);
        assert_eq!(report.matches.len(), 64);
        for given in &report.matches {
            let prices: Vec<i64> = given.categories.iter().map(|category| category.price_minor).collect();
            assert_eq!(prices, [7_500, 12_500, 19_500]);
            assert!(given.categories.iter().all(|category| category.available == 20 && category.pending == 0));
            assert_eq!(given.group.is_some(), given.round_number <= 3, "match {}", given.match_number);
        }
    }

    #[test]
    fn the_first_match_begins_two_to_three_weeks_from_now_on_its_own_weekday() {
        let (list, first) = (bundled(), at("2022-11-20T16:00:00Z"));
        for (now, moved_to) in [
            ("2026-11-29T13:00:00Z", "2026-12-13T16:00:00Z"),
            // Two weeks before it to the second, and a second later.
            ("2026-11-29T16:00:00Z", "2026-12-13T16:00:00Z"),
            ("2026-11-29T16:00:01Z", "2026-12-20T16:00:00Z"),
            // It was to begin by itself.
            ("2022-11-06T16:00:00Z", "2022-11-20T16:00:00Z"),
            ("2020-01-01T00:00:00Z", "2022-11-20T16:00:00Z"),
        ] {
            assert_eq!(first + TimeDelta::weeks(weeks(&list, at(now)).into()), at(moved_to), "{now}");
        }
    }

    #[test]
    fn matches_are_over_when_the_last_has_begun() {
        let (first, last) = (at("2022-11-20T16:00:00Z"), at("2022-12-18T15:00:00Z"));
        let warning = |dates: &[DateTime<Utc>], now: &str| Calendar::of(dates.iter().copied(), at(now)).warning();

        assert_eq!(warning(&[last, first], "2022-12-18T14:59:59Z"), None);
        let told = warning(&[last, first], "2022-12-18T15:00:00Z").expect("it is over");
        assert!(told.contains("all 2 matches") && told.contains("18 December 2022"), "{told}");
        assert_eq!(warning(&[], "2022-12-18T15:00:00Z"), None, "none is known");
    }
}
