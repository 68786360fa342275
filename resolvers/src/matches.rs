//! Matches.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use book::match_state::MatchState;
use domain::{
    App, matches,
    view::page::{self, Filter, Window},
};

use crate::{
    availability::{AvailabilityStatus, TicketCategory},
    context::{self, CacheDependencies, InContext},
    error::ApiError,
    ids::NodeId,
    json_plan::List,
    matches::list::MatchConnection,
    pagination::{self, MatchCursor},
    time::DateTime,
};

pub mod list;

/// A match on sale.
#[derive(Clone)]
pub struct Match {
    pub(crate) state: Arc<MatchState>,
    time_zone: Arc<str>,
}

impl Match {
    /// A match as this site shows it.
    pub fn new(app: &App, state: Arc<MatchState>) -> Self {
        let time_zone = app.settings.time_zones.of(&state.location);
        Self { state, time_zone }
    }

    /// The match that something is about: nothing is sold of one that is not there.
    pub(crate) async fn of(ctx: &Context<'_>, number: i32) -> Result<Self, ApiError> {
        let app = ctx.app()?;
        let found = matches::find(app, number).await?;
        let missing = || ApiError::internal(&std::io::Error::other(format!("there is no match {number}")));
        let state = found.ok_or_else(missing)?;
        CacheDependencies::note(ctx, number, Some(state.edition()));
        Ok(Self::new(app, state))
    }
}

/// A match that tickets are sold for.
#[Object]
impl Match {
    /// The match's global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Match(self.state.match_number).into()
    }

    /// The number of the match in the organiser's master list.
    async fn match_number(&self) -> i32 {
        self.state.match_number
    }

    /// The round: 1 to 3 are the group stage, then the knockout rounds.
    async fn round_number(&self) -> i32 {
        self.state.round_number
    }

    /// When the match kicks off.
    async fn date_utc(&self) -> DateTime {
        self.state.date_utc.into()
    }

    /// The venue.
    async fn location(&self) -> &str {
        &self.state.location
    }

    /// The IANA name of the venue's time zone, such as "Asia/Qatar". Show the kick-off in it for visitors at the
    /// venue.
    async fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// The home team.
    async fn home_team(&self) -> &str {
        &self.state.home_team
    }

    /// The away team.
    async fn away_team(&self) -> &str {
        &self.state.away_team
    }

    /// The group, "A" to "H"; null in the knockout rounds.
    async fn group(&self) -> Option<&str> {
        self.state.group.as_deref()
    }

    /// The version of the match, which grows with every change of its data or of its tickets.
    async fn version(&self) -> i32 {
        self.state.version
    }

    /// The price categories in the order of their numbers.
    async fn categories(&self) -> List<TicketCategory> {
        List(TicketCategory::all_of(&self.state).collect())
    }
}

/// Which matches to return; all conditions must hold.
#[derive(InputObject, Default)]
pub struct MatchFilter {
    /// A team that plays at home or away; letter case does not matter.
    team: Option<String>,
    /// The group, "A" to "H".
    group: Option<String>,
    /// The round: 1 to 3 are the group stage, then the knockout rounds.
    round_number: Option<i32>,
    /// The venue; letter case does not matter.
    location: Option<String>,
    /// Kick-off at this time or later.
    date_from: Option<DateTime>,
    /// Kick-off at this time or earlier.
    date_to: Option<DateTime>,
    /// The status of the match as a whole: `AVAILABLE` while any category is, `SOLD_OUT` once all are, `CLOSED` once
    /// its sale has ended.
    status: Option<AvailabilityStatus>,
}

impl From<MatchFilter> for Filter {
    fn from(filter: MatchFilter) -> Self {
        Self {
            team: filter.team,
            group: filter.group,
            round_number: filter.round_number,
            location: filter.location,
            date_from: filter.date_from.map(|from| from.0),
            date_to: filter.date_to.map(|to| to.0),
            status: filter.status.map(Into::into),
        }
    }
}

#[derive(Default)]
pub struct MatchQuery;

#[Object]
impl MatchQuery {
    /// Matches in the order of kick-off and match number, at most 100 a page.
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which matches to return; all by default.")] filter: Option<MatchFilter>,
        #[graphql(desc = "How many matches to return from the start, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
        #[graphql(desc = "How many matches to return from the end, 0 to 100, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "The cursor before which the page ends.")] before: Option<String>,
    ) -> Result<MatchConnection, ApiError> {
        if first.is_some() && last.is_some() {
            return Err(ApiError::bad_input("last", "send either `first` or `last`, not both"));
        }
        let filter = Filter::from(filter.unwrap_or_default());
        let window = Window {
            after: pagination::cursor::<MatchCursor>("after", after.as_deref())?.map(|cursor| cursor.0),
            before: pagination::cursor::<MatchCursor>("before", before.as_deref())?.map(|cursor| cursor.0),
            limit: if last.is_some() { pagination::size("last", last)? } else { pagination::size("first", first)? },
            from_end: last.is_some(),
        };
        CacheDependencies::note_all(ctx);
        let page = page::page(context::view(ctx).await?, &filter, window);
        let app = ctx.app()?;
        let items = page.items.into_iter().map(|state| Match::new(app, state)).collect();

        let (earlier, later) =
            if window.from_end { (page.more, window.before.is_some()) } else { (window.after.is_some(), page.more) };
        Ok(MatchConnection { items, earlier, later, filter })
    }

    /// One match by its number in the master list; null if it does not exist.
    #[graphql(name = "match")]
    async fn match_(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number of the match in the organiser's master list.")] match_number: i32,
    ) -> Result<Option<Match>, ApiError> {
        let app = ctx.app()?;
        let found = matches::find(app, match_number).await?;
        CacheDependencies::note(ctx, match_number, found.as_ref().map(|state| state.edition()));
        Ok(found.map(|state| Match::new(app, state)))
    }
}
