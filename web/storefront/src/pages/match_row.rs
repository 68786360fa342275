//! A match in a list: when and where it is played, and what is left of each category.

use jiff::{Timestamp, ZonedDateTime};
use kit::{t, t_plain, times, visit::Visit};
use maud::{Markup, html};

use super::facts::{self, Category, Standing};

/// A match as every list shows it, whichever document it came by.
pub(crate) struct MatchRow<'a> {
    pub number: i64,
    pub version: i64,
    pub round: i64,
    pub group: Option<&'a str>,
    pub at: Timestamp,
    pub zone: &'a str,
    pub venue: &'a str,
    pub home: &'a str,
    pub away: &'a str,
    pub categories: Vec<Category<'a>>,
}

/// A match of a document that asks for all of it: documents that ask the same have types of their own.
macro_rules! match_row {
    ($module:ident, $node:expr) => {{
        use $crate::pages::facts::{Category, Standing};
        let node = $node;
        let categories = node.categories.iter().map(|known| Category {
            number: known.category,
            amount: &known.price.amount,
            currency: &known.price.currency,
            sellable: known.sellable,
            standing: match &known.status {
                $module::AvailabilityStatus::AVAILABLE => Standing::Available,
                $module::AvailabilityStatus::SOLD_OUT => Standing::SoldOut,
                $module::AvailabilityStatus::CLOSED => Standing::Closed,
                $module::AvailabilityStatus::TEMPORARILY_UNAVAILABLE | $module::AvailabilityStatus::Other(_) => {
                    Standing::OnHold
                }
            },
        });
        $crate::pages::match_row::MatchRow {
            number: node.match_number,
            version: node.version,
            round: node.round_number,
            group: node.group.as_deref(),
            at: node.date_utc,
            zone: &node.time_zone,
            venue: &node.location,
            home: &node.home_team,
            away: &node.away_team,
            categories: categories.collect(),
        }
    }};
}

pub(crate) use match_row;

/// Whether a row names its day: in a list that is parted by days, the heading does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Day {
    InHeading,
    InRow,
}

impl MatchRow<'_> {
    /// At the venue.
    pub(crate) fn time(&self) -> ZonedDateTime {
        times::at(self.at, &times::zone(self.zone))
    }

    /// For a page with `md-availability` around it.
    pub(crate) fn html(&self, visit: &Visit<'_>, day: Day) -> Markup {
        let (words, time) = (visit.words, self.time());
        let fixture = facts::fixture(self.home, self.away, words);
        let is_available = self.categories.iter().any(|category| category.standing == Standing::Available);
        let page = visit.link(&format!("/matches/{}", self.number));
        html! {
            article.match data-match=(self.number) data-version=(self.version) data-label=(fixture)
                data-facts=(facts::digest(self.home, self.away, self.venue, self.at)) {
                div.time.num { (facts::clock(&time)) }
                div {
                    h3 { a href=(page) { (facts::teams(self.home, self.away, words)) } }
                    @if day == Day::InRow { p.small { (times::day(&time, words)) } }
                    p.small.muted {
                        (facts::stage(self.group, self.round, words)) " · "
                        bdi { (facts::venue(self.venue, words)) }
                    }
                    (facts::own_time(&time))
                }
                ul.cats {
                    @for category in &self.categories {
                        li.cat data-category=(category.number) data-status=(category.standing.name()) data-label=(category.label(words)) {
                            div { (category.label(words)) }
                            b { (category.price(words)) } " " (category.tag(words))
                        }
                    }
                }
                div.go {
                    a.button.wide href=(page) hidden[!is_available] data-when="AVAILABLE"
                        aria-label=(t_plain!(words, "choose-of", fixture = fixture.as_str())) { (t!(words, "choose")) }
                    a.button.quiet.wide href=(page) hidden[is_available] data-when="TEMPORARILY_UNAVAILABLE SOLD_OUT CLOSED"
                        aria-label=(t_plain!(words, "from-fans-of", fixture = fixture.as_str())) { (t!(words, "from-fans")) }
                }
            }
        }
    }
}
