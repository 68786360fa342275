//! What is said of an order wherever it is named: its match, when and where that is, and moments of its life.

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use kit::{money::money, t, t_plain, times, words::Words};
use maud::{Markup, html};

use crate::pages::facts;

/// The match of an order.
pub(super) struct Match<'a> {
    pub(super) home: &'a str,
    pub(super) away: &'a str,
    pub(super) number: i64,
    pub(super) at: ZonedDateTime,
    pub(super) place: &'a str,
}

/// The match that a document was answered, whichever asked for it.
macro_rules! match_of {
    ($row:expr) => {
        $crate::pages::orders::entry::Match {
            home: &$row.match_.home_team,
            away: &$row.match_.away_team,
            number: $row.match_.match_number,
            at: ::kit::times::at($row.match_.date_utc, &::kit::times::zone(&$row.match_.time_zone)),
            place: &$row.match_.location,
        }
    };
}

pub(super) use match_of;

impl Match<'_> {
    /// Both teams, for titles and labels.
    pub(super) fn fixture(&self, words: Words<'_>) -> String {
        facts::fixture(self.home, self.away, words)
    }

    pub(super) fn zone(&self) -> &TimeZone {
        self.at.time_zone()
    }

    /// Both teams in a line of a page, each name isolated.
    pub(super) fn names(&self, words: Words<'_>) -> String {
        t!(words, "versus-long", home = facts::team(self.home, words), away = facts::team(self.away, words))
            .into_owned()
    }

    /// Its day and time at the venue, the visitor's own, and the venue.
    pub(super) fn when_and_where(&self, words: Words<'_>) -> Markup {
        html! {
            div {
                p {
                    (times::day(&self.at, words)) " · " (facts::clock(&self.at))
                    br;
                    bdi { (facts::venue(self.place, words)) }
                }
                (facts::own_time(&self.at))
            }
        }
    }
}

/// A moment of an order's life, as clocks at the venue of its match show it.
pub(super) fn moment(at: Timestamp, zone: &TimeZone, words: Words<'_>) -> Markup {
    let there = times::at(at, zone);
    html! {
        time datetime=(times::machine(at)) { (times::date_and_clock(&there, words)) " " (times::offset(&there)) }
    }
}

/// `Order 7K3QM-X0D4V`, as people name it to each other.
pub(super) fn reference(reference: &str, words: Words<'_>) -> Markup {
    html! { (t!(words, "order-reference")) " " bdi { (reference) } }
}

/// The same where there is no markup.
pub(super) fn reference_in_plain(reference: &str, words: Words<'_>) -> String {
    format!("{} {reference}", words.say("order-reference"))
}

/// `2 × Category 1`.
pub(super) fn what(quantity: i64, category: i64, words: Words<'_>) -> String {
    t_plain!(words, "order-what", n = quantity, category = t_plain!(words, "category", n = category))
}

/// `text` as the beginning of a line.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An amount as it is owed, with all its decimals, on one line whatever stands around it.
pub(super) fn amount(amount: &str, currency: &str, words: Words<'_>) -> Markup {
    html! { bdi { (money(amount, currency, words.locale)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_with_a_capital_where_the_script_has_them() {
        assert_eq!(
            (sentence("à payer"), sentence("مدفوعة"), sentence("")),
            ("À payer".into(), "مدفوعة".into(), String::new())
        );
    }
}
