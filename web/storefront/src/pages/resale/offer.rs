//! An offer as the pages show it, whichever document it came by.

use jiff::{Timestamp, ZonedDateTime};
use kit::{money, t, t_plain, times, visit::Visit, words::Words};
use maud::{Markup, html};

use crate::pages::facts;

/// Where an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Locked,
    Sold,
    Withdrawn,
}

impl State {
    /// As the contract names it, and the script of the market.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Locked => "LOCKED",
            Self::Sold => "SOLD",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    /// In words; the browser's script keeps them true.
    pub(crate) fn tag(self, words: Words<'_>) -> Markup {
        let (class, key) = match self {
            Self::Open => ("tag good", "resale-open"),
            Self::Locked => ("tag few", "resale-locked"),
            Self::Sold => ("tag", "resale-sold"),
            Self::Withdrawn => ("tag", "resale-withdrawn"),
        };
        html! { span class=(class) data-tag { (t!(words, key)) } }
    }
}

/// The state of an offer, by the type that its document has for it. An unknown one can't be ordered.
macro_rules! state {
    ($document:ident, $state:expr) => {
        match $state {
            $document::ListingState::OPEN => State::Open,
            $document::ListingState::LOCKED => State::Locked,
            $document::ListingState::SOLD => State::Sold,
            $document::ListingState::WITHDRAWN | $document::ListingState::Other(_) => State::Withdrawn,
        }
    };
}

/// A match as documents of resale ask for it.
macro_rules! fixture {
    ($known:expr) => {
        Fixture {
            number: $known.match_number,
            date: $known.date_utc,
            zone: &$known.time_zone,
            home: &$known.home_team,
            away: &$known.away_team,
        }
    };
}

/// An offer, from a document that asks for all of it.
macro_rules! offer {
    ($document:ident, $node:expr, $me:expr) => {{
        let node = $node;
        let me: Option<&str> = $me;
        Offer {
            id: &node.id,
            version: node.version,
            state: state!($document, &node.state),
            category: node.category,
            title: &node.title,
            description: node.description.as_deref(),
            amount: &node.price.amount,
            currency: &node.price.currency,
            seller: node.seller.display_name.as_deref(),
            is_own: me == Some(node.seller.id.as_str()),
            is_outside: node.is_outside,
            locked_until: node.locked_until,
            fixture: fixture!(&node.match_),
            location: &node.match_.location,
            stage: (node.match_.group.as_deref(), node.match_.round_number),
        }
    }};
}

pub(crate) use {fixture, offer, state};

/// Which match a ticket is of.
pub(crate) struct Fixture<'a> {
    pub(crate) number: i64,
    pub(crate) date: Timestamp,
    pub(crate) zone: &'a str,
    pub(crate) home: &'a str,
    pub(crate) away: &'a str,
}

impl Fixture<'_> {
    pub(crate) fn time(&self) -> ZonedDateTime {
        times::at(self.date, &times::zone(self.zone))
    }

    pub(crate) fn text(&self, words: Words<'_>) -> String {
        facts::fixture(self.home, self.away, words)
    }

    /// The day, and the time at the venue.
    pub(crate) fn when(&self, words: Words<'_>) -> Markup {
        let time = self.time();
        html! { (times::day(&time, words)) " · " (facts::clock(&time)) }
    }
}

/// What a fan offers.
pub(crate) struct Offer<'a> {
    pub(crate) id: &'a str,
    pub(crate) version: i64,
    pub(crate) state: State,
    pub(crate) category: i64,
    pub(crate) title: &'a str,
    pub(crate) description: Option<&'a str>,
    pub(crate) amount: &'a str,
    pub(crate) currency: &'a str,
    pub(crate) seller: Option<&'a str>,
    pub(crate) is_own: bool,
    pub(crate) is_outside: bool,
    pub(crate) locked_until: Option<Timestamp>,
    pub(crate) fixture: Fixture<'a>,
    pub(crate) location: &'a str,
    pub(crate) stage: (Option<&'a str>, i64),
}

impl Offer<'_> {
    pub(crate) fn price(&self, words: Words<'_>) -> String {
        money::money_short(self.amount, self.currency, words.locale)
    }

    pub(crate) fn category(&self, words: Words<'_>) -> String {
        t_plain!(words, "category", n = self.category)
    }

    /// Who offers it, as they call themselves.
    pub(crate) fn seller(&self, words: Words<'_>) -> Markup {
        html! {
            @match self.seller {
                Some(name) => bdi { (name) },
                None => (t!(words, "resale-seller-unnamed")),
            }
        }
    }

    /// Until when it is locked at the longest.
    pub(crate) fn lock_end(&self, words: Words<'_>) -> Option<String> {
        self.locked_until.map(|until| moment(until, words))
    }
}

/// A moment of today in one line: the venue's time, and how far that is from UTC.
pub(crate) fn moment(moment: Timestamp, words: Words<'_>) -> String {
    let time = times::at(moment, words.zone);
    t_plain!(words, "resale-clock", clock = times::clock(&time), offset = times::offset(&time))
}

/// The form that orders an offer at the version that its reader sees.
pub(crate) fn order_form(visit: &Visit<'_>, offer: &Offer<'_>, button: &Markup) -> Markup {
    html! {
        form method="post" action=(visit.link(&format!("/resale/{}", offer.id))) {
            (visit.new_key())
            input type="hidden" name="version" value=(offer.version);
            button.button.wide data-act disabled[offer.state != State::Open] { (button) }
        }
    }
}
