//! What is on sale, as far as it changes: facts of a match, and whether a category can be had.
//!
//! A match changes with every hold of it; what the lake keeps of that is what a fan could choose from.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use analytics::rows::{MatchOnSale, OnSale};
use book::match_state::MatchState;
use chrono::{DateTime, Utc};
use entities::category::Category;

/// The newest state that was seen of each match.
#[derive(Debug, Default)]
pub(super) struct Changes(Mutex<HashMap<i32, MatchOnSale>>);

impl Changes {
    /// What is written down of a state: nothing, where it shows what the one before did, or is older.
    pub(super) fn of(&self, state: &MatchState, at: DateTime<Utc>) -> Option<MatchOnSale> {
        let now = on_sale(state, at);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = match seen.get(&now.match_number) {
            None => true,
            Some(before) if before.version >= now.version => return None,
            Some(before) => *before != MatchOnSale { version: before.version, at: before.at, ..now.clone() },
        };
        seen.insert(now.match_number, now.clone());
        is_news.then_some(now)
    }

    /// Forgets what was seen: it may not have been written, and is read again.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A state of a match as the lake keeps it.
pub(super) fn on_sale(state: &MatchState, at: DateTime<Utc>) -> MatchOnSale {
    let of = |category: Category| {
        let of_category = state.categories.iter().find(|of| of.category == category)?;
        let sellable = !state.closed && of_category.sellable() > 0;
        Some(OnSale { sellable, price_minor: of_category.price_minor })
    };
    MatchOnSale {
        match_number: state.match_number,
        version: state.version,
        at,
        round_number: state.round_number,
        kick_off: state.date_utc,
        venue: state.location.clone(),
        home_team: state.home_team.clone(),
        away_team: state.away_team.clone(),
        group: state.group.clone(),
        closed: state.closed,
        categories: Category::ALL.map(of),
    }
}

#[cfg(test)]
mod tests {
    use book::match_state::CategoryState;

    use super::*;

    fn state(version: i32, available: i32, pending: i32) -> MatchState {
        MatchState {
            match_number: 1,
            round_number: 1,
            date_utc: DateTime::UNIX_EPOCH,
            location: "Al Bayt Stadium".to_owned(),
            home_team: "Qatar".to_owned(),
            away_team: "Ecuador".to_owned(),
            group: Some("A".to_owned()),
            version,
            closed: false,
            categories: vec![CategoryState { category: Category::Two, price_minor: 7_500, available, pending }],
        }
    }

    fn versions(states: &[MatchState]) -> Vec<i32> {
        let changes = Changes::default();
        states.iter().filter_map(|state| changes.of(state, DateTime::UNIX_EPOCH)).map(|row| row.version).collect()
    }

    #[test]
    fn a_hold_is_no_news_and_the_last_ticket_is() {
        let states = [state(1, 3, 0), state(2, 3, 1), state(3, 3, 3), state(4, 3, 3), state(5, 3, 2)];

        assert_eq!(versions(&states), [1, 3, 5]);
    }

    #[test]
    fn an_older_state_that_comes_late_is_no_news() {
        assert_eq!(versions(&[state(4, 3, 3), state(2, 3, 0), state(4, 3, 0)]), [4]);
    }

    #[test]
    fn a_changed_fact_is_news() {
        let moved = MatchState { location: "Lusail Stadium".to_owned(), ..state(2, 3, 0) };
        let closed = MatchState { closed: true, ..state(3, 3, 0) };

        assert_eq!(versions(&[state(1, 3, 0), moved, closed.clone()]), [1, 2, 3]);
        assert_eq!(
            on_sale(&closed, DateTime::UNIX_EPOCH).categories,
            [None, Some(OnSale { sellable: false, price_minor: 7_500 }), None]
        );
    }

    #[test]
    fn what_was_forgotten_is_news_again() {
        let changes = Changes::default();
        let read = |version| changes.of(&state(version, 3, 0), DateTime::UNIX_EPOCH).is_some();
        assert!(read(1) && !read(2));

        changes.forget();

        assert!(read(2));
    }
}
