//! Recommended matches, each with the strongest reason.

use jiff::Timestamp;
use kit::{countries, money::money_short, t, t_plain, times, visit::Visit, words::Words};
use maud::{Markup, html};

use super::facts;

/// A recommended match, as every page shows it.
pub(crate) struct Card<'a> {
    pub number: i64,
    pub home: &'a str,
    pub away: &'a str,
    pub venue: &'a str,
    pub at: Timestamp,
    pub zone: &'a str,
    /// Of what can be had for the least; none where nothing can.
    pub price: Option<(&'a str, &'a str)>,
    /// Of a listing, where the site's own tickets are gone.
    pub listing: Option<&'a str>,
    pub reason: Option<Reason<'a>>,
}

/// Why it is recommended, in the words of the contract.
pub(crate) struct Reason<'a> {
    pub kind: &'a str,
    pub team: Option<&'a str>,
    pub country: Option<&'a str>,
    pub teams: Option<(&'a str, &'a str)>,
}

/// The cards of an answer: documents that ask the same have types of their own.
macro_rules! cards {
    ($module:ident, $nodes:expr) => {{
        use $module::RecommendationReasonKind as Kind;
        let kind = |kind: &Kind| match kind {
            Kind::YOUR_COUNTRY => "your-country",
            Kind::YOUR_REGION => "your-region",
            Kind::POPULAR_IN_COUNTRY => "popular-in-country",
            Kind::SAME_TEAM => "same-team",
            Kind::BOOKED_TOGETHER => "booked-together",
            Kind::NEARBY => "nearby",
            Kind::POPULAR | Kind::Other(_) => "popular",
        };
        let cards = $nodes.iter().map(|node| {
            let of_stock =
                node.category.as_ref().map(|category| &category.price).map(|price| (&*price.amount, &*price.currency));
            let of_listing =
                node.listing.as_ref().map(|listing| &listing.price).map(|price| (&*price.amount, &*price.currency));
            $crate::pages::recommended::Card {
                number: node.match_.match_number,
                home: &node.match_.home_team,
                away: &node.match_.away_team,
                venue: &node.match_.location,
                at: node.match_.date_utc,
                zone: &node.match_.time_zone,
                price: of_stock.or(of_listing),
                listing: node.listing.as_ref().map(|listing| listing.id.as_str()),
                reason: node.because_of.first().map(|reason| $crate::pages::recommended::Reason {
                    kind: kind(&reason.kind),
                    team: reason.team.as_deref(),
                    country: reason.country.as_deref(),
                    teams: reason.match_.as_ref().map(|known| (known.home_team.as_str(), known.away_team.as_str())),
                }),
            }
        });
        cards.collect::<Vec<_>>()
    }};
}

pub(crate) use cards;

impl Reason<'_> {
    fn text(&self, words: Words<'_>) -> String {
        let team = facts::team(self.team.unwrap_or_default(), words);
        let country = self.country.and_then(|code| countries::name(code, words.locale)).unwrap_or_default();
        let fixture = self.teams.map(|(home, away)| facts::fixture(home, away, words)).unwrap_or_default();
        let key = format!("because-{}", self.kind);
        t_plain!(words, &key, team = team, country = country, fixture = fixture)
    }
}

/// Cards in a row, or one below the other where it is narrow.
pub(crate) fn list<'a>(visit: &Visit<'_>, cards: impl IntoIterator<Item = &'a Card<'a>>) -> Markup {
    let words = visit.words;
    html! {
        ul.bare.recommended {
            @for card in cards {
                @let time = times::at(card.at, &times::zone(card.zone));
                @let path = card.listing.map_or_else(|| format!("/matches/{}", card.number), |id| format!("/resale/{id}"));
                li.sheet {
                    h3 { a href=(visit.link(&path)) { (facts::teams(card.home, card.away, words)) } }
                    p.small.muted {
                        (times::day(&time, words)) " · " (facts::clock(&time)) br;
                        bdi { (facts::venue(card.venue, words)) }
                    }
                    @if let Some(reason) = &card.reason { p.small { (reason.text(words)) } }
                    @if let Some((amount, currency)) = card.price {
                        @let price = money_short(amount, currency, words.locale);
                        p { b { (t!(words, if card.listing.is_some() { "recommended-from-fans" } else { "recommended-from" }, price = price)) } }
                    }
                }
            }
        }
    }
}

/// What to do next, where what was wanted is gone or bought.
pub(crate) fn beside(visit: &Visit<'_>, cards: &[Card<'_>]) -> Markup {
    html! {
        @if !cards.is_empty() {
            section.stack aria-labelledby="recommended" {
                h2 id="recommended" { (t!(visit.words, "recommended-instead")) }
                (list(visit, cards))
            }
        }
    }
}
