//! What mails say of an order, in the reader's language.

use domain::mails::ReservationFacts;
use entities::{money, reservation};
use localization::{matches, money::money, t, words::Words};

use crate::{fixture::Fixture, part::Part};

pub(crate) struct Order<'a> {
    pub(crate) row: &'a reservation::Model,
    fixture: Fixture<'a>,
    words: Words<'a>,
}

impl<'a> Order<'a> {
    pub(crate) fn of(facts: &'a ReservationFacts, words: Words<'a>) -> Self {
        let fixture = Fixture::of(&facts.match_facts, &facts.time_zone, words);
        Self { row: &facts.reservation, fixture, words }
    }

    pub(crate) fn fixture(&self) -> String {
        self.fixture.names()
    }

    /// The end of its hold.
    pub(crate) fn until(&self) -> String {
        self.fixture.moment(self.row.expires_at)
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
        let words = self.words;
        let category = matches::category(i64::from(self.row.category.number()), words);
        let what = match tickets {
            Some(n) => {
                let tickets = t!(words, "tickets", n = n);
                t!(words, "mail-what", category = category, tickets = tickets, amount = amount)
            }
            None => t!(words, "mail-what-alone", category = category, amount = amount),
        };
        self.fixture.part(what.into_owned())
    }
}
