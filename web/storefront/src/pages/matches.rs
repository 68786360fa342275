//! All matches, day by day, and those that a filter lets through.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use jiff::{ZonedDateTime, tz::TimeZone};
use kit::{
    answer::{self, Keeping},
    countries,
    form::Form,
    kept,
    layout::{Page, Section},
    locale::Locale,
    t, t_plain, teams, times,
    visit::Visit,
    words::Words,
};
use maud::{Markup, html};

use super::{
    Wanted, facts, live,
    match_row::{Day, MatchRow, match_row},
    recommended::{self, Card},
};
use crate::{
    Shop,
    documents::matches::{MatchesPage, matches_page as matches},
};

type Match = matches::MatchesPageMatchesNodes;
type Fact = matches::MatchesPageAllNodes;

/// Matches that are recommended on the first page.
const RECOMMENDED: i64 = 4;

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
    /// Whose fans matches are recommended to, where a visitor says so.
    from: Option<String>,
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
            from: form.filled("from").filter(|code| countries::name(code, Locale::English).is_some()),
        }
    }

    fn is_empty(&self) -> bool {
        let Self { team, group, round, venue, day, is_available, after: _, from: _ } = self;
        team.is_none() && group.is_none() && round.is_none() && venue.is_none() && day.is_none() && !is_available
    }

    /// Whether it is the page that visitors come to first.
    fn is_front(&self) -> bool {
        self.is_empty() && self.after.is_none()
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
        matches::Variables {
            filter: (!self.is_empty()).then_some(filter),
            after: self.after.clone(),
            recommended: if self.is_front() { RECOMMENDED } else { 0 },
            country: self.from.clone(),
        }
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
            }
            @if filter.is_front() {
                (recommended(visit, filter, &recommended::cards!(matches, data.recommendations.nodes)))
            }
            (filters(visit, filter, zone, &data.all.nodes))
            (found(visit, filter, data))
        }
    };
    let title = t!(words, "matches-title").into_owned();
    Page {
        description: t_plain!(words, "matches-description", n = total),
        is_listed: filter.is_front() && filter.from.is_none() && total > 0,
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

/// What this visitor may like, and the country that it is chosen for. What has no reason is no recommendation.
fn recommended(visit: &Visit<'_>, filter: &Filter, cards: &[Card<'_>]) -> Markup {
    let words = visit.words;
    let cards: Vec<&Card<'_>> = cards.iter().filter(|card| card.reason.is_some()).collect();
    let country = filter.from.as_deref().and_then(|code| countries::name(code, words.locale));
    html! {
        section.stack aria-labelledby="recommended" {
            div {
                h2 id="recommended" { (t!(words, "recommended-title")) }
                p.small {
                    @if let Some(country) = country { (t!(words, "recommended-of", country = country)) " · " }
                    a href=(visit.link("/from")) { (t!(words, "recommended-choose")) }
                }
            }
            @if !cards.is_empty() { (recommended::list(visit, cards.iter().copied())) }
        }
    }
}

/// Lets a visitor say where they are from. The list of countries is longer than a first page may be.
pub(crate) async fn from(State(shop): State<Arc<Shop>>, wanted: Wanted, parts: Parts) -> Response {
    let mut visit = wanted.visit(&shop, &parts).await;
    let words = visit.words;
    let main = html! {
        div.stack.narrow {
            h1 { (t!(words, "recommended-choose")) }
            p { (t!(words, "recommended-why")) }
            form.stack method="get" action=(visit.link("/")) {
                label { span { (t!(words, "recommended-for")) }
                    select.field name="from" {
                        @for (code, name) in countries::all(words.locale) { option value=(code) { (name) } }
                    }
                }
                button.button { (t!(words, "recommended-show")) }
            }
        }
    };
    let page = Page::new(Section::Matches, t!(words, "recommended-choose").into_owned(), main);
    answer::page(&mut visit, StatusCode::OK, &page, Keeping::Browser)
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
    let rows = matches.iter().map(|known| match_row!(matches, known));
    let timed: Vec<(ZonedDateTime, MatchRow<'_>)> = rows.map(|row| (row.time(), row)).collect();
    let days = timed.chunk_by(|(one, _), (other, _)| one.date() == other.date());
    html! {
        @for (index, day) in days.enumerate() {
            @let id = format!("day-{}", times::iso_day(&day[0].0));
            section aria-labelledby=(id) {
                div.day {
                    h2 id=(id) { (times::day(&day[0].0, visit.words)) }
                    @if index == 0 { (live::sign(visit.words)) }
                }
                @for (_, row) in day { (row.html(visit, Day::InHeading)) }
            }
        }
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
