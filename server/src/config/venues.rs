//! Venues: where matches are played, by the clock.

use std::{collections::BTreeMap, sync::LazyLock};

use domain::settings::TimeZones;
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

use super::forms::nearest;

/// Names of the IANA's time zone database, 2025b, a line each, in the order of their bytes.
const NAMES: &str = include_str!("../../data/time-zones.txt");

static ZONES: LazyLock<Vec<&str>> = LazyLock::new(|| NAMES.lines().collect());

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Venues {
    /// The zone of every venue that has none of its own.
    pub time_zone: String,
    /// By the venues' names in the master list.
    pub time_zones: BTreeMap<String, String>,
}

impl Default for Venues {
    fn default() -> Self {
        Self { time_zone: "Asia/Qatar".to_owned(), time_zones: BTreeMap::new() }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("venues.time_zone", "MATCHDAY_VENUES_TIME_ZONE", Kind::Text, "IANA name of the time zone of the venues, such as Asia/Qatar"),
    ("venues.time_zones", "MATCHDAY_VENUES_TIME_ZONES", Kind::Texts, "time zones of venues in another zone, by their names in the master list"),
];

impl Venues {
    pub(super) fn problems(&self, found: &mut Vec<Problem>) {
        let named = std::iter::once(("venues.time_zone", &self.time_zone));
        let of_venues = self.time_zones.values().map(|zone| ("venues.time_zones", zone));
        for (setting, zone) in named.chain(of_venues).filter(|(_, zone)| ZONES.binary_search(&zone.as_str()).is_err()) {
            let right = format!("did you mean {}?", nearest(zone, ZONES.iter()).unwrap_or(&"UTC"));
            found.push(Problem::new(setting, format!("{zone:?} is not the name of a time zone"), right));
        }
    }

    pub(super) fn time_zones(&self) -> TimeZones {
        let of_venues = self.time_zones.iter().map(|(venue, zone)| (venue.as_str(), zone.as_str()));
        TimeZones::new(&self.time_zone, of_venues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_zones_are_in_order_and_include_those_that_clients_use() {
        assert!(ZONES.is_sorted_by(|one, next| one < next));
        for name in ["Asia/Qatar", "Europe/London", "America/Argentina/Buenos_Aires", "America/Mexico_City", "UTC"] {
            assert!(ZONES.binary_search(&name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_zone_that_there_is_not_is_refused_with_the_nearest_one() {
        let mut venues = Venues::default();
        let mut found = Vec::new();
        venues.problems(&mut found);
        assert_eq!(found, []);

        venues.time_zone = "Asia/Quatar".to_owned();
        venues.time_zones = BTreeMap::from([("Wembley".to_owned(), "London".to_owned())]);
        venues.problems(&mut found);

        assert_eq!(
            found.iter().map(|problem| problem.setting.as_str()).collect::<Vec<_>>(),
            ["venues.time_zone", "venues.time_zones"]
        );
        assert!(found[0].right.contains("Asia/Qatar"), "{}", found[0].right);
    }
}
