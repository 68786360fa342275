//! Pages of matches, in the order of kick-off and, at the same minute, of match number.

use std::sync::Arc;

use book::match_state::{Availability, MatchState};
use chrono::{DateTime, Utc};

use super::View;
use crate::page::Page;

/// Which matches are asked for; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Plays at home or away; letter case does not matter.
    pub team: Option<String>,
    pub group: Option<String>,
    pub round_number: Option<i32>,
    pub location: Option<String>,
    /// Kick-off at this time or later.
    pub date_from: Option<DateTime<Utc>>,
    /// Kick-off at this time or earlier.
    pub date_to: Option<DateTime<Utc>>,
    /// Of the match as a whole: available while any category is, sold out once all are, closed once its sale is over.
    pub status: Option<Availability>,
}

impl Filter {
    pub(crate) fn admits(&self, state: &MatchState) -> bool {
        let team = self.team.as_ref().is_none_or(|team| same(team, &state.home_team) || same(team, &state.away_team));
        let group =
            self.group.as_ref().is_none_or(|group| state.group.as_ref().is_some_and(|of_match| same(group, of_match)));

        team && group
            && self.round_number.is_none_or(|round| round == state.round_number)
            && self.location.as_ref().is_none_or(|location| same(location, &state.location))
            && self.date_from.is_none_or(|from| from <= state.date_utc)
            && self.date_to.is_none_or(|to| state.date_utc <= to)
            && self.status.is_none_or(|status| status == state.availability())
    }
}

/// Where a match stands in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub date_utc: DateTime<Utc>,
    pub match_number: i32,
}

impl From<&MatchState> for Cursor {
    fn from(state: &MatchState) -> Self {
        Self { date_utc: state.date_utc, match_number: state.match_number }
    }
}

/// The part of the order that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub after: Option<Cursor>,
    pub before: Option<Cursor>,
    /// Items at most.
    pub limit: usize,
    /// Take the last items of the window instead of the first; the order stays.
    pub from_end: bool,
}

/// One page of the matches that `filter` lets through.
pub fn page(view: &View, filter: &Filter, window: Window) -> Page<Arc<MatchState>> {
    let mut items = view.all();
    items.retain(|state| {
        let cursor = Cursor::from(&**state);
        window.after.is_none_or(|after| after < cursor)
            && window.before.is_none_or(|before| cursor < before)
            && filter.admits(state)
    });
    items.sort_by_key(|state| Cursor::from(&**state));
    let more = items.len() > window.limit;
    if window.from_end {
        items.drain(..items.len().saturating_sub(window.limit));
    } else {
        items.truncate(window.limit);
    }

    Page { items, more }
}

/// How many matches `filter` lets through.
pub fn count(view: &View, filter: &Filter) -> usize {
    view.all().iter().filter(|state| filter.admits(state)).count()
}

fn same(asked: &str, has: &str) -> bool {
    asked.trim().to_lowercase() == has.to_lowercase()
}
