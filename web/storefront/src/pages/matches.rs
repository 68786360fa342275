//! All matches, day by day, and those that a filter lets through.

use std::{collections::BTreeSet, sync::Arc};

use axum::{extract::State, http::request::Parts, response::Response};
use jiff::{ZonedDateTime, tz::TimeZone};
use kit::{
    form::Form,
    kept,
    layout::{Page, Section},
    t, t_plain, teams, times,
    visit::Visit,
    words::Words,
};
use maud::{Markup, html};

use super::{
    Wanted,
    facts::{self, Category, Standing},
    live,
};
use crate::{
    Shop,
    documents::matches::{MatchesPage, matches_page as matches},
};

type Match = matches::MatchesPageMatchesNodes;
type Fact = matches::MatchesPageAllNodes;

/// What the address asks for.
#[derive(Default)]
struct Filter {
    team: Option<String>,
    group: Option<String>,
    round: Option<i64>,
    venue: Option<String>,
    day: Option<String>,
    is_available: bool,
    after: Option<String>,
}

impl Filter {
    fn of(query: &str) -> Self {
        let form = Form::of_query(query.as_bytes());
        // One list offers groups and rounds.
        let stage = form.text("stage").to_owned();
        Self {
            team: form.filled("team"),
            group: stage.strip_prefix("group-").map(ToOwned::to_owned),
            round: stage.strip_prefix("round-").and_then(|round| round.parse().ok()),
            venue: form.filled("venue"),
            day: form.filled("day"),
            is_available: form.text("status") == "available",
            after: form.filled("after"),
        }
    }

    fn is_empty(&self) -> bool {
        let Self { team, group, round, venue, day, is_available, after: _ } = self;
        team.is_none() && group.is_none() && round.is_none() && venue.is_none() && day.is_none() && !is_available
    }

    /// As the contract names it. A day is the venues' own.
    fn variables(&self, zone: &TimeZone) -> matches::Variables {
        let day = self.day.as_ref().and_then(|day| day.parse::<jiff::civil::Date>().ok());
        let start = day.and_then(|day| day.to_zoned_datetime(zone.clone()).ok());
        let end = start.as_ref().and_then(|start| start.tomorrow().ok());
        let filter = matches::MatchFilter {
            team: self.team.clone(),
            group: self.group.clone(),
            round_number: self.round,
            location: self.venue.clone(),
            date_from: start.map(|start| start.timestamp()),
            date_to: end.map(|end| end.timestamp() - jiff::SignedDuration::from_millis(1)),
            status: self.is_available.then_some(matches::AvailabilityStatus::AVAILABLE),
        };
        matches::Variables { filter: (!self.is_empty()).then_some(filter), after: self.after.clone() }
    }
}

pub(crate) async fn list(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let filter = Filter::of(parts.uri.query().unwrap_or_default());
    let zone = shop.kit.catalogue.zone();
    let variables = filter.variables(zone);
    kept::public::<MatchesPage>(&shop.kit, &shop.kept, &parts, wanted.locale, wanted.path, variables, |visit, data| {
        Some(page(visit, &filter, zone, data))
    })
    .await
}

fn page(visit: &Visit<'_>, filter: &Filter, zone: &TimeZone, data: &matches::ResponseData) -> Page {
    let words = visit.words;
    let total = data.all.total_count;
    let main = html! {
        @if total == 0 {
            h1 { (t!(words, "matches-title")) }
            div.empty {
                h2 { (t!(words, "matches-empty")) }
                p { (t!(words, "matches-empty-text")) }
                a.button href=(visit.link("/")) { (t!(words, "look-again")) }
            }
        } @else {
            div.stack {
                h1 { (t!(words, "matches-heading", n = total)) }
                p.muted { (t!(words, "matches-live")) }
                (filters(visit, filter, zone, &data.all.nodes))
            }
            (found(visit, filter, data))
        }
    };
    let title = t!(words, "matches-title").into_owned();
    Page {
        description: t_plain!(words, "matches-description", n = total),
        is_listed: filter.is_empty() && filter.after.is_none() && total > 0,
        script_words: Some(live::words(words, data.site.hold_seconds / 60)),
        ..Page::new(Section::Matches, title, main)
    }
}

/// The matches that the filter lets through.
fn found(visit: &Visit<'_>, filter: &Filter, data: &matches::ResponseData) -> Markup {
    let words = visit.words;
    html! {
        @if data.matches.nodes.is_empty() {
            div.empty {
                h2 { (t!(words, "matches-none")) }
                p { (t!(words, "matches-none-text")) }
                a.button.quiet href=(visit.link("/")) { (t!(words, "filter-clear")) }
            }
        } @else {
            md-availability.stack {
                (facts::changed(visit))
                (days(visit, &data.matches.nodes))
            }
            (more(visit, filter, data))
        }
    }
}

/// A form that the address keeps: it works without script, and can be shared.
fn filters(visit: &Visit<'_>, filter: &Filter, zone: &TimeZone, all: &[Fact]) -> Markup {
    let words = visit.words;
    let groups: BTreeSet<&str> = all.iter().filter_map(|fact| fact.group.as_deref()).collect();
    let rounds: BTreeSet<i64> = all.iter().map(|fact| fact.round_number).collect();
    let venues: BTreeSet<&str> = all.iter().map(|fact| fact.location.as_str()).collect();
    let mut teams: Vec<(String, &str)> = all
        .iter()
        .flat_map(|fact| [fact.home_team.as_str(), fact.away_team.as_str()])
        .filter(|team| teams::is_known(team))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|team| (facts::team(team, words), team))
        .collect();
    teams.sort();
    let days: BTreeSet<jiff::civil::Date> =
        all.iter().map(|fact| times::at(fact.date_utc, &times::zone(&fact.time_zone)).date()).collect();
    let group_of = |group: &str| group.trim_start_matches("Group ").to_owned();
    html! {
        form.filters method="get" action=(visit.link("/")) {
            label { span { (t!(words, "filter-team")) }
                select.field name="team" {
                    option value="" { (t!(words, "filter-any")) }
                    @for (shown, team) in &teams {
                        option value=(team) selected[filter.team.as_deref() == Some(*team)] { (shown) }
                    }
                }
            }
            label { span { (t!(words, "filter-day")) }
                select.field name="day" {
                    option value="" { (t!(words, "filter-any")) }
                    @for day in &days {
                        @let value = day.to_string();
                        option value=(value) selected[filter.day.as_deref() == Some(&value)] { (day_name(*day, zone, words)) }
                    }
                }
            }
            label { span { (t!(words, "filter-stage")) }
                select.field name="stage" {
                    option value="" { (t!(words, "filter-any")) }
                    @for group in &groups {
                        @let letter = group_of(group);
                        option value=(format!("group-{letter}")) selected[filter.group.as_deref() == Some(letter.as_str())] {
                            (facts::stage(Some(&letter), 0, words))
                        }
                    }
                    @for round in &rounds {
                        option value=(format!("round-{round}")) selected[filter.round == Some(*round)] {
                            (facts::stage(None, *round, words))
                        }
                    }
                }
            }
            label { span { (t!(words, "filter-venue")) }
                select.field name="venue" {
                    option value="" { (t!(words, "filter-any")) }
                    @for venue in &venues {
                        option value=(venue) selected[filter.venue.as_deref() == Some(*venue)] { (facts::venue(venue, words)) }
                    }
                }
            }
            label.check {
                input type="checkbox" name="status" value="available" checked[filter.is_available];
                span { (t!(words, "filter-status")) }
            }
            button.button { (t!(words, "filter-apply")) }
            @if !filter.is_empty() { a href=(visit.link("/")) { (t!(words, "filter-clear")) } }
        }
    }
}

fn day_name(day: jiff::civil::Date, zone: &TimeZone, words: Words<'_>) -> String {
    day.to_zoned_datetime(zone.clone()).map(|day| times::day(&day, words)).unwrap_or_default()
}

/// The matches, each day under its name. They come in the order of kick-off.
fn days(visit: &Visit<'_>, matches: &[Match]) -> Markup {
    let timed: Vec<(ZonedDateTime, &Match)> =
        matches.iter().map(|known| (times::at(known.date_utc, &times::zone(&known.time_zone)), known)).collect();
    let days = timed.chunk_by(|(one, _), (other, _)| one.date() == other.date());
    html! {
        @for (index, day) in days.enumerate() {
            @let id = format!("day-{}", times::iso_day(&day[0].0));
            section aria-labelledby=(id) {
                div.day {
                    h2 id=(id) { (times::day(&day[0].0, visit.words)) }
                    @if index == 0 { (live::sign(visit.words)) }
                }
                @for (time, known) in day { (row(visit, time, known)) }
            }
        }
    }
}

fn row(visit: &Visit<'_>, time: &ZonedDateTime, known: &Match) -> Markup {
    let words = visit.words;
    let fixture = facts::fixture(&known.home_team, &known.away_team, words);
    let categories: Vec<Category<'_>> = known.categories.iter().map(category).collect();
    let is_available = categories.iter().any(|category| category.standing == Standing::Available);
    let page = visit.link(&format!("/matches/{}", known.match_number));
    html! {
        article.match data-match=(known.match_number) data-version=(known.version) data-label=(fixture)
            data-facts=(facts::digest(&known.home_team, &known.away_team, &known.location, known.date_utc)) {
            div.time.num { (facts::clock(time)) }
            div {
                h3 { a href=(page) { (facts::teams(&known.home_team, &known.away_team, words)) } }
                p.small.muted {
                    (facts::stage(known.group.as_deref(), known.round_number, words)) " · "
                    bdi { (facts::venue(&known.location, words)) }
                }
                (facts::own_time(time))
            }
            ul.cats {
                @for category in &categories {
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

fn category(known: &matches::MatchesPageMatchesNodesCategories) -> Category<'_> {
    Category {
        number: known.category,
        amount: &known.price.amount,
        currency: &known.price.currency,
        sellable: known.sellable,
        standing: match known.status {
            matches::AvailabilityStatus::AVAILABLE => Standing::Available,
            matches::AvailabilityStatus::SOLD_OUT => Standing::SoldOut,
            matches::AvailabilityStatus::CLOSED => Standing::Closed,
            matches::AvailabilityStatus::TEMPORARILY_UNAVAILABLE | matches::AvailabilityStatus::Other(_) => {
                Standing::OnHold
            }
        },
    }
}

/// The way to the next page of a long list.
fn more(visit: &Visit<'_>, filter: &Filter, data: &matches::ResponseData) -> Markup {
    let cursor = data.matches.page_info.end_cursor.as_ref().filter(|_| data.matches.page_info.has_next_page);
    let query = |after: &str| {
        let stage = filter.group.as_ref().map(|group| format!("group-{group}"));
        let stage = stage.or_else(|| filter.round.map(|round| format!("round-{round}")));
        let status = filter.is_available.then(|| "available".to_owned());
        let fields = [
            ("team", filter.team.clone()),
            ("day", filter.day.clone()),
            ("stage", stage),
            ("venue", filter.venue.clone()),
            ("status", status),
            ("after", Some(after.to_owned())),
        ];
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        query.finish()
    };
    html! {
        @if let Some(cursor) = cursor {
            p { a.button.quiet href=(visit.link(&format!("/?{}", query(cursor)))) rel="next" { (t!(visit.words, "more-matches")) } }
        }
    }
}
