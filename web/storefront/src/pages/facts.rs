//! What several pages say of a match: its teams, its time and how much is left.

use jiff::ZonedDateTime;
use kit::{money::money_short, t, t_plain, times, words::Words};
use maud::{Markup, html};

use crate::teams;

/// Tickets that count as few: the last five.
const FEW: i64 = 5;

/// How a category stands, as the contract says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Available,
    OnHold,
    SoldOut,
    /// The match has begun, or is about to.
    Closed,
}

impl Standing {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::OnHold => "TEMPORARILY_UNAVAILABLE",
            Self::SoldOut => "SOLD_OUT",
            Self::Closed => "CLOSED",
        }
    }
}

/// A category of a match, as its pages show it.
pub(crate) struct Category<'a> {
    pub number: i64,
    pub amount: &'a str,
    pub currency: &'a str,
    pub sellable: i64,
    pub standing: Standing,
}

impl Category<'_> {
    pub(crate) fn label(&self, words: Words<'_>) -> String {
        t_plain!(words, "category", n = self.number)
    }

    pub(crate) fn price(&self, words: Words<'_>) -> String {
        money_short(self.amount, self.currency, words.locale)
    }

    /// What is left, in words; the browser's script keeps them true.
    pub(crate) fn tag(&self, words: Words<'_>) -> Markup {
        let (class, text) = match self.standing {
            Standing::Available if self.sellable <= FEW => ("tag few", t!(words, "left", n = self.sellable)),
            Standing::Available => ("tag good", t!(words, "left", n = self.sellable)),
            Standing::OnHold => ("tag", t!(words, "on-hold")),
            Standing::SoldOut => ("tag bad", t!(words, "sold-out")),
            Standing::Closed => ("tag", t!(words, "sale-closed")),
        };
        html! { span class=(class) data-tag { (text) } }
    }
}

/// Two teams, each name isolated: it may be of another direction than the page.
pub(crate) fn teams(home: &str, away: &str, words: Words<'_>) -> Markup {
    html! {
        span.teams {
            span.team { (code(home)) bdi { (team(home, words)) } }
            " " span.muted { (t!(words, "versus")) } " "
            span.team { (code(away)) bdi { (team(away, words)) } }
        }
    }
}

/// Two teams in one line, as the heading of a page.
pub(crate) fn heading(home: &str, away: &str, words: Words<'_>) -> Markup {
    html! {
        bdi { (team(home, words)) } " " span.muted { (t!(words, "versus")) } " " bdi { (team(away, words)) }
    }
}

/// Two teams in one line of plain text: a title, an attribute.
pub(crate) fn fixture(home: &str, away: &str, words: Words<'_>) -> String {
    t_plain!(words, "versus-long", home = team(home, words), away = team(away, words))
}

/// A team as the visitor's language calls it, where that is known.
pub(crate) fn team(name: &str, words: Words<'_>) -> String {
    teams::name(name, words)
}

/// The letters of a team, beside its name: a fan who hears the page hears the name alone.
pub(crate) fn code(name: &str) -> Markup {
    html! { @if let Some(code) = teams::code(name) { span.code aria-hidden="true" { (code) } } }
}

/// A venue as the visitor's language calls it, where that is known.
pub(crate) fn venue(name: &str, words: Words<'_>) -> String {
    let key: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let key = if matches!(name, "TBA" | "TBD" | "To be announced") { "to-be-announced".to_owned() } else { key };
    words.find(&format!("venue-{key}")).map_or_else(|| name.to_owned(), |known| known.into_owned())
}

/// The group or the round of a match.
pub(crate) fn stage(group: Option<&str>, round: i64, words: Words<'_>) -> String {
    match group {
        Some(group) => t_plain!(words, "filter-group", group = group.trim_start_matches("Group ")),
        None => t_plain!(words, "filter-round", round = round),
    }
}

/// The venue's time.
pub(crate) fn clock(time: &ZonedDateTime) -> Markup {
    html! {
        time datetime=(times::machine(time.timestamp())) { (times::clock(time)) }
        " " bdi.small.muted { (times::offset(time)) }
    }
}

/// Where the browser's script adds the viewer's own time: a line of its own, which has its height before that.
pub(crate) fn own_time(time: &ZonedDateTime) -> Markup {
    let zone = time.time_zone().iana_name().unwrap_or("UTC");
    html! { md-local-time datetime=(times::machine(time.timestamp())) data-zone=(zone) {} }
}
