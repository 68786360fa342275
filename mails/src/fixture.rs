//! The match that a mail is about, in the reader's language and at the venue's time.

use chrono::{DateTime, Utc};
use jiff::{ZonedDateTime, tz::TimeZone};
use localization::{matches, t, times, words::Words};

use crate::part::Part;

pub(crate) struct Fixture<'a> {
    facts: &'a entities::matches::Model,
    /// The venue's.
    zone: TimeZone,
    words: Words<'a>,
}

impl<'a> Fixture<'a> {
    pub(crate) fn of(facts: &'a entities::matches::Model, time_zone: &str, words: Words<'a>) -> Self {
        Self { facts, zone: times::zone(time_zone), words }
    }

    /// Both teams.
    pub(crate) fn names(&self) -> String {
        matches::fixture(&self.facts.home_team, &self.facts.away_team, self.words)
    }

    /// A moment, as clocks at the venue show it.
    pub(crate) fn moment(&self, time: DateTime<Utc>) -> String {
        times::date_clock_and_offset(&self.at(time), self.words)
    }

    /// The match, when and where it is, and what of it the mail is about.
    pub(crate) fn part(&self, what: String) -> Part {
        let (words, facts) = (self.words, self.facts);
        let kick_off = self.at(facts.date_utc);
        let clock = times::clock_and_offset(&kick_off);
        let lines = vec![
            t!(words, "mail-kick-off", day = times::full_day(&kick_off, words), clock = clock).into_owned(),
            matches::venue(&facts.location, words),
            what,
        ];
        Part::Facts { fixture: self.names(), lines }
    }

    fn at(&self, time: DateTime<Utc>) -> ZonedDateTime {
        times::at_second(time.timestamp(), &self.zone)
    }
}
