//! What several pages say of a match: its teams, its time and how much is left.

use jiff::{Timestamp, ZonedDateTime};
use kit::{matches, money::money_short, t, teams, times, visit::Visit, words::Words};
use maud::{Markup, html};

pub(crate) use kit::matches::{fixture, stage, venue};

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
        matches::category(self.number, words)
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

/// A team as the visitor's language calls it, where that is known.
pub(crate) fn team(name: &str, words: Words<'_>) -> String {
    teams::name(name, words)
}

/// The letters of a team, beside its name: a fan who hears the page hears the name alone.
pub(crate) fn code(name: &str) -> Markup {
    html! { @if let Some(code) = teams::code(name) { span.code aria-hidden="true" { (code) } } }
}

/// What the organiser says of a match, in eight digits: an open page compares them with those of what it hears (FNV-1a).
pub(crate) fn digest(home: &str, away: &str, place: &str, at: Timestamp) -> String {
    let text = format!("{home}|{away}|{place}|{}", at.as_millisecond());
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

/// The notice that a page shows once it hears of other facts than it was printed with.
pub(crate) fn changed(visit: &Visit<'_>) -> Markup {
    html! {
        div.notice.warn data-stale hidden {
            p { (t!(visit.words, "facts-changed")) " " a href=(visit.link(&visit.path)) { (t!(visit.words, "facts-show-now")) } }
        }
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

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn facts_have_the_digits_that_the_script_works_out() {
        let at = "2026-12-13T16:00:00Z".parse().expect("it is a time");
        assert_eq!(digest("Qatar", "Curaçao", "Al Bayt Stadium", at), "c009f41a");
    }
}
