//! The list of matches, whose JSON is written.

use async_graphql::{
    Context, Object,
    connection::{CursorType, PageInfo},
};
use domain::view::page::{self, Cursor, Filter};

use super::Match;
use crate::{
    availability::TicketCategory,
    context,
    error::ApiError,
    ids,
    json_plan::{self, Below, List, Plan, Written},
    pagination::MatchCursor,
    time,
};

/// A page of matches.
pub struct MatchConnection {
    pub(super) items: Vec<Match>,
    pub(super) earlier: bool,
    pub(super) later: bool,
    pub(super) filter: Filter,
}

/// A page of matches.
#[Object]
impl MatchConnection {
    /// Whether there are more pages, and the cursors that lead to them.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.earlier,
            has_next_page: self.later,
            start_cursor: self.items.first().map(cursor),
            end_cursor: self.items.last().map(cursor),
        }
    }

    /// The matches of this page, each with its cursor.
    async fn edges(&self) -> List<MatchEdge> {
        List(self.items.iter().cloned().map(MatchEdge).collect())
    }

    /// The matches of this page, without their cursors.
    async fn nodes(&self) -> List<Match> {
        List(self.items.clone())
    }

    /// The number of matches on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let count = page::count(context::view(ctx).await?, &self.filter);
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// A match at its place. Its cursor is reckoned where it is asked for.
pub struct MatchEdge(Match);

/// A match and its place in the list.
#[Object]
impl MatchEdge {
    /// The place in the list, to send as `after` or `before`.
    async fn cursor(&self) -> String {
        cursor(&self.0)
    }

    /// The match.
    async fn node(&self) -> &Match {
        &self.0
    }
}

fn cursor(of: &Match) -> String {
    MatchCursor(Cursor::from(&*of.state)).encode_cursor()
}

/// What can be selected of an edge.
pub enum EdgeField {
    Cursor,
    Node(Plan<Match>),
}

impl Written for MatchEdge {
    type Field = EdgeField;

    fn field(name: &str, below: &Below<'_>) -> Option<EdgeField> {
        match name {
            "cursor" => below.leaf(EdgeField::Cursor),
            "node" => Plan::of(below).map(EdgeField::Node),
            _ => None,
        }
    }

    fn write(&self, field: &EdgeField, out: &mut Vec<u8>) {
        match field {
            EdgeField::Cursor => json_plan::json(out, &cursor(&self.0)),
            EdgeField::Node(plan) => plan.write(&self.0, out),
        }
    }
}

/// What can be selected of a match.
pub enum MatchField {
    Id,
    MatchNumber,
    RoundNumber,
    DateUtc,
    Location,
    TimeZone,
    HomeTeam,
    AwayTeam,
    Group,
    Version,
    Categories(Plan<TicketCategory>),
}

impl Written for Match {
    type Field = MatchField;

    fn field(name: &str, below: &Below<'_>) -> Option<MatchField> {
        let leaf = match name {
            "categories" => return Plan::of(below).map(MatchField::Categories),
            "id" => MatchField::Id,
            "matchNumber" => MatchField::MatchNumber,
            "roundNumber" => MatchField::RoundNumber,
            "dateUtc" => MatchField::DateUtc,
            "location" => MatchField::Location,
            "timeZone" => MatchField::TimeZone,
            "homeTeam" => MatchField::HomeTeam,
            "awayTeam" => MatchField::AwayTeam,
            "group" => MatchField::Group,
            "version" => MatchField::Version,
            _ => return None,
        };
        below.leaf(leaf)
    }

    fn write(&self, field: &MatchField, out: &mut Vec<u8>) {
        let state = &self.state;
        match field {
            MatchField::Id => ids::write_match(state.match_number, out),
            MatchField::MatchNumber => json_plan::json(out, &state.match_number),
            MatchField::RoundNumber => json_plan::json(out, &state.round_number),
            MatchField::DateUtc => time::write(state.date_utc, out),
            MatchField::Location => json_plan::json(out, &state.location),
            MatchField::TimeZone => json_plan::json(out, &*self.time_zone),
            MatchField::HomeTeam => json_plan::json(out, &state.home_team),
            MatchField::AwayTeam => json_plan::json(out, &state.away_team),
            MatchField::Group => json_plan::json(out, &state.group),
            MatchField::Version => json_plan::json(out, &state.version),
            MatchField::Categories(plan) => {
                plan.write_all(TicketCategory::all_of(state), out);
            }
        }
    }
}
