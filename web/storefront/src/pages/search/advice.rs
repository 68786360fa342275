//! Why nothing was found, and what to try.

use jiff::{civil::Date, tz::TimeZone};
use kit::{t, times, visit::Visit, words::Words};
use maud::{Markup, html};

use super::filter::Filter;
use crate::pages::facts;

/// Why nothing was found, whichever document says it.
pub(super) enum Why<'a> {
    /// These teams do not play.
    NotPlaying(&'a [String]),
    NothingLike,
}

/// In one line.
pub(super) fn line(why: &Why<'_>, words: Words<'_>) -> String {
    match why {
        Why::NotPlaying(teams) => {
            let names: Vec<String> = teams.iter().map(|team| facts::team(team, words)).collect();
            t!(words, "search-not-playing", teams = names.join(&*words.say("search-comma"))).into_owned()
        }
        Why::NothingLike => t!(words, "search-nothing-like").into_owned(),
    }
}

/// What stands where results would: why there are none, and queries that find something.
pub(super) fn instead(visit: &Visit<'_>, why: &Why<'_>, queries: &[String]) -> Markup {
    let words = visit.words;
    html! {
        div.empty {
            h2 { (t!(words, "search-nothing")) }
            p { (line(why, words)) }
            @if !queries.is_empty() {
                p { (t!(words, "search-try")) }
                ul.row {
                    @for query in queries {
                        @let path = Filter { query: query.clone(), ..Filter::default() }.path();
                        li { a.chip href=(visit.link(&path)) { bdi { (shown(query, words)) } } }
                    }
                }
            }
            a.button.quiet href=(visit.link("/")) { (t!(words, "back-to-matches")) }
        }
    }
}

/// A query that the search proposes, in the language of the page: a team, a venue or a day.
fn shown(query: &str, words: Words<'_>) -> String {
    let day = query.parse::<Date>().ok().and_then(|day| day.to_zoned_datetime(TimeZone::UTC).ok());
    day.map_or_else(|| facts::venue(&facts::team(query, words), words), |day| times::day(&day, words))
}
