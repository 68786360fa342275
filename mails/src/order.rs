//! What mails say of an order, in the reader's language and at the venue's time.

use chrono::{DateTime, Utc};
use domain::mails::ReservationFacts;
use entities::{money, reservation};
use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use localization::{matches, money::money, t, times, words::Words};

use crate::part::Part;

pub(crate) struct Order<'a> {
    pub(crate) row: &'a reservation::Model,
    match_facts: &'a entities::matches::Model,
    /// The venue's.
    zone: TimeZone,
    words: Words<'a>,
}

impl<'a> Order<'a> {
    pub(crate) fn of(facts: &'a ReservationFacts, words: Words<'a>) -> Self {
        Self { row: &facts.reservation, match_facts: &facts.match_facts, zone: times::zone(&facts.time_zone), words }
    }

    pub(crate) fn fixture(&self) -> String {
        matches::fixture(&self.match_facts.home_team, &self.match_facts.away_team, self.words)
    }

    /// The end of its hold.
    pub(crate) fn until(&self) -> String {
        let time = self.at(self.row.expires_at);
        format!("{} {}", times::date_and_clock(&time, self.words), times::offset(&time))
    }

    pub(crate) fn total(&self) -> String {
        self.amount(self.row.unit_price_minor * i64::from(self.row.quantity))
    }

    pub(crate) fn amount(&self, minor: i64) -> String {
        money(&money::to_decimal(minor).to_string(), money::CURRENCY, self.words.locale)
    }

    /// All that was reserved.
    pub(crate) fn bought(&self) -> Part {
        self.facts(Some(self.row.quantity), &self.total())
    }

    /// The one ticket of an offer.
    pub(crate) fn ticket(&self) -> Part {
        self.facts(None, &self.total())
    }

    /// The match, and so many tickets of it, if their number says something.
    pub(crate) fn facts(&self, tickets: Option<i32>, amount: &str) -> Part {
        let (words, facts) = (self.words, self.match_facts);
        let kick_off = self.at(facts.date_utc);
        let category = matches::category(i64::from(self.row.category.number()), words);
        let what = match tickets {
            Some(n) => {
                let tickets = t!(words, "tickets", n = n);
                t!(words, "mail-what", category = category, tickets = tickets, amount = amount)
            }
            None => t!(words, "mail-what-alone", category = category, amount = amount),
        };
        let clock = times::clock_and_offset(&kick_off);
        let lines = vec![
            t!(words, "mail-kick-off", day = times::full_day(&kick_off, words), clock = clock).into_owned(),
            matches::venue(&facts.location, words),
            what.into_owned(),
        ];
        Part::Facts { fixture: self.fixture(), lines }
    }

    fn at(&self, time: DateTime<Utc>) -> ZonedDateTime {
        times::at(Timestamp::from_second(time.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH), &self.zone)
    }
}
