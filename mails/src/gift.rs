//! What mails say of a ticket that is given to a friend, in the reader's language.

use chrono::{DateTime, Utc};
use domain::mails::TransferFacts;
use localization::{matches, words::Words};

use crate::{fixture::Fixture, part::Part};

pub(crate) struct Gift<'a> {
    category: i32,
    expires_at: DateTime<Utc>,
    fixture: Fixture<'a>,
    words: Words<'a>,
}

impl<'a> Gift<'a> {
    pub(crate) fn of(facts: &'a TransferFacts, words: Words<'a>) -> Self {
        let fixture = Fixture::of(&facts.match_facts, &facts.time_zone, words);
        Self { category: facts.category, expires_at: facts.transfer.expires_at, fixture, words }
    }

    pub(crate) fn fixture(&self) -> String {
        self.fixture.names()
    }

    /// When it can't be accepted any more.
    pub(crate) fn until(&self) -> String {
        self.fixture.moment(self.expires_at)
    }

    pub(crate) fn ticket(&self) -> Part {
        self.fixture.part(matches::category(i64::from(self.category), self.words))
    }
}
