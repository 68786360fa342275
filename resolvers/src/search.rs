//! Search.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object, SimpleObject, Union, connection::PageInfo, resolver_utils::EnumType};
use domain::{App, resale::market};
use entities::{listing, money};
use error_codes::Code;
use search::{
    correction::{Highlighter, Piece},
    cost,
    document::{DocumentId, Source},
    facets::{Facet, FacetValue},
    filter::{FacetField, Filter},
    page::{Advice, Hit, Page, SearchError},
    request::{Request, Sort},
};

use crate::{
    availability::AvailabilityStatus,
    context::{self, InContext},
    counted_actions::{Action, CountedActions},
    error::ApiError,
    listings::Listing,
    matches::Match,
    money::Money,
    pagination,
};

mod inputs;

use inputs::{SearchFacetField, SearchFilter, SearchSort, SearchSource};

/// Hits of a page where a client does not say how many.
const USUAL: i32 = 20;

/// Characters of a description that are shown around what was found.
const EXCERPT: usize = 160;

/// Units of the prices that a unit of a search's own cost is: with few listings a search takes a tenth of what it takes with many.
const UNITS: u64 = 10;

/// What can be found.
#[derive(Union)]
pub enum SearchResult {
    Match(Match),
    Listing(Listing),
}

/// Which text something was found in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchHighlightField {
    /// The home team of the match.
    HomeTeam,
    /// The away team of the match.
    AwayTeam,
    /// The venue of the match.
    Location,
    /// The title of the listing.
    Title,
    /// A part of the listing's description.
    Description,
}

/// A piece of a text.
#[derive(SimpleObject)]
pub struct SearchHighlightPiece {
    /// The text, as it was written: show it as text, not as HTML.
    text: String,
    /// Whether it was looked for.
    is_match: bool,
}

/// A text that something was found in.
#[derive(SimpleObject)]
pub struct SearchHighlight {
    /// Which text it is.
    field: SearchHighlightField,
    /// The text in pieces: one after the other, they are the text.
    pieces: Vec<SearchHighlightPiece>,
}

/// A match or a listing that was found.
pub struct SearchHit {
    typos: u8,
    found: Found,
    highlighter: Arc<Highlighter>,
}

enum Found {
    Match(Match),
    Listing(Arc<listing::Model>),
}

/// A match or a listing that was found, as it stands now.
#[Object]
impl SearchHit {
    /// What was found.
    async fn node(&self) -> SearchResult {
        match &self.found {
            Found::Match(found) => SearchResult::Match(found.clone()),
            Found::Listing(row) => SearchResult::Listing(Arc::clone(row).into()),
        }
    }

    /// The texts that it was found in; empty where it was found by a date, a round or a group.
    async fn highlights(&self) -> Vec<SearchHighlight> {
        let marked = |field, pieces: Vec<Piece>| {
            let pieces =
                pieces.into_iter().map(|piece| SearchHighlightPiece { text: piece.text, is_match: piece.is_match });
            SearchHighlight { field, pieces: pieces.collect() }
        };
        let texts = match &self.found {
            Found::Match(Match { state, .. }) => vec![
                marked(SearchHighlightField::HomeTeam, self.highlighter.name(&state.home_team)),
                marked(SearchHighlightField::AwayTeam, self.highlighter.name(&state.away_team)),
                marked(SearchHighlightField::Location, self.highlighter.name(&state.location)),
            ],
            Found::Listing(row) => {
                let described = row.description.iter();
                let described = described.map(|text| self.highlighter.excerpt(text, EXCERPT));
                let title = marked(SearchHighlightField::Title, self.highlighter.text(&row.title));
                std::iter::once(title)
                    .chain(described.map(|text| marked(SearchHighlightField::Description, text)))
                    .collect()
            }
        };
        texts.into_iter().filter(|text| text.pieces.iter().any(|piece| piece.is_match)).collect()
    }

    /// How many typos the query has, if this was meant.
    async fn typos(&self) -> u8 {
        self.typos
    }
}

/// How many hits a value of a field has.
#[derive(SimpleObject)]
pub struct SearchFacetValue {
    /// The value, as the filter takes it: the name of a team, a venue or a group, the number of a round or a category, the status, the
    /// source. For prices the lowest, such as "100.00".
    value: String,
    /// How many hits there would be if only this was filtered by of the field.
    count: usize,
    /// The lowest price; null for other fields.
    price_min: Option<Money>,
    /// The price that all of these are below; null for other fields, and for the highest prices.
    price_below: Option<Money>,
}

/// What was found, counted by a field.
#[derive(SimpleObject)]
pub struct SearchFacet {
    /// The field.
    field: SearchFacetField,
    /// Its values with a hit or more: teams, venues and groups with most hits first, others in their order.
    values: Vec<SearchFacetValue>,
}

/// Why nothing was found.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchAdviceKind {
    /// The query has no letter and no digit.
    NothingTyped,
    /// The query names teams that do not play: `values`.
    NotPlaying,
    /// Nothing is like it. `values` would find something.
    NothingFound,
}

/// Why nothing was found, and what would be.
#[derive(SimpleObject)]
pub struct SearchAdvice {
    /// Why nothing was found.
    kind: SearchAdviceKind,
    /// Teams that do not play, or queries that find something.
    values: Vec<String>,
}

/// A match or a listing that was found, and its place.
#[derive(SimpleObject)]
pub struct SearchEdge {
    /// What was found.
    node: Arc<SearchHit>,
    /// The place in what was found, to send as `after`.
    cursor: String,
}

/// A page of what was found.
pub struct SearchConnection {
    edges: Vec<SearchEdge>,
    has_previous_page: bool,
    has_next_page: bool,
    /// Of the last hit that the engine found, which may be gone meanwhile.
    end_cursor: Option<String>,
    total: usize,
    facets: Vec<Facet>,
    corrected_query: Option<String>,
    advice: Option<Advice>,
}

/// A page of what was found.
#[Object]
impl SearchConnection {
    /// Whether there are more pages, and the cursors that lead to them.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous_page,
            has_next_page: self.has_next_page,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.end_cursor.clone(),
        }
    }

    /// What was found, each with its cursor.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// What was found, without cursors. A page may be shorter than `first`: what was bought a moment ago is left out.
    async fn nodes(&self) -> Vec<&SearchHit> {
        self.edges.iter().map(|edge| &*edge.node).collect()
    }

    /// How many hits there are on all pages.
    async fn total_count(&self) -> usize {
        self.total
    }

    /// The counts that were asked for by `facets`, in their order.
    async fn facets(&self) -> Vec<SearchFacet> {
        self.facets.iter().map(facet).collect()
    }

    /// The query as it was understood, if the first hit was found by something else than what was typed; otherwise null.
    async fn corrected_query(&self) -> Option<&str> {
        self.corrected_query.as_deref()
    }

    /// Why nothing was found, and what would be; null if something was found.
    async fn advice(&self) -> Option<SearchAdvice> {
        let (kind, values) = match self.advice.as_ref()? {
            Advice::NothingTyped => (SearchAdviceKind::NothingTyped, Vec::new()),
            Advice::NotPlaying(teams) => (SearchAdviceKind::NotPlaying, teams.clone()),
            Advice::Try(queries) => (SearchAdviceKind::NothingFound, queries.clone()),
        };
        Some(SearchAdvice { kind, values })
    }
}

fn facet(counted: &Facet) -> SearchFacet {
    let values = counted.values.iter().map(|(value, count)| {
        let (mut price_min, mut price_below) = (None, None);
        let value = match value {
            FacetValue::Name(name) => name.clone(),
            FacetValue::Number(number) => number.to_string(),
            FacetValue::Price { from, to } => {
                price_min = Some(Money::from_minor(*from));
                price_below = to.map(Money::from_minor);
                money::to_decimal(*from).to_string()
            }
            FacetValue::Availability(availability) => {
                spelled::<AvailabilityStatus>(|status| inputs::availability(status) == *availability)
            }
            FacetValue::Source(source) => spelled::<SearchSource>(|named| Source::from(named) == *source),
        };
        SearchFacetValue { value, count: *count, price_min, price_below }
    });
    SearchFacet { field: counted.field.into(), values: values.collect() }
}

/// A value of an enum as the filter takes it.
fn spelled<E: EnumType>(is_it: impl Fn(E) -> bool) -> String {
    E::items().iter().find(|item| is_it(item.value)).map_or_else(String::new, |item| item.name.to_owned())
}

#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Matches, and listings that can be ordered, by what a fan types: teams in many languages, venues and cities, rounds, groups, dates,
    /// and the texts of listings. The last word may be begun only, words of four letters or more may have a typo, of eight or
    /// more two, and their order does not matter. What has every word comes first; where nothing has, what has some.
    #[expect(clippy::too_many_arguments, reason = "its arguments are the contract's")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What is looked for, as it was typed, at most 10,000 characters; of it ten words of 32 letters count. Empty finds nothing."
        )]
        query: String,
        #[graphql(desc = "Which of what was found to return; all by default.")] filter: Option<SearchFilter>,
        #[graphql(desc = "What to count of what was found, each once; nothing by default.")] facets: Option<
            Vec<SearchFacetField>,
        >,
        #[graphql(desc = "The order; `RELEVANCE` by default.")] sort: Option<SearchSort>,
        #[graphql(desc = "How many to return, 0 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins; it stands for this query, filter and order.")] after: Option<String>,
    ) -> Result<SearchConnection, ApiError> {
        let app = ctx.app()?;
        let mut fields: Vec<FacetField> = Vec::new();
        for field in inputs::few("facets", facets)?.into_iter().map(Into::into) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let request = Request {
            query,
            filter: Filter::try_from(filter.unwrap_or_default())?,
            facets: fields,
            counts_total: ctx.look_ahead().field("totalCount").exists(),
            sort: sort.map_or(Sort::default(), Into::into),
            first: pagination::size("first", first.or(Some(USUAL)))?,
            after,
            now: app.clock.now(),
        };
        let has_previous_page = request.after.is_some();
        context::view(ctx).await?;
        let unready = || ApiError::new(Code::SERVICE_UNAVAILABLE, "the search has just started; try again in a moment");
        let engine = ctx.finder()?.engine().ok_or_else(unready)?;
        CountedActions::add_to(
            ctx,
            Action::Work,
            u64::try_from(cost::of(&request).units()).unwrap_or(u64::MAX) * UNITS,
        );
        let page = engine.search(&request).await.map_err(refused)?;

        connection(app, page, has_previous_page).await
    }
}

fn refused(error: SearchError) -> ApiError {
    match error {
        SearchError::Cursor(wrong) => ApiError::bad_input("after", wrong.to_string()),
        SearchError::Engine(trouble) => {
            tracing::warn!(trouble, "the search engine does not answer");
            ApiError::new(Code::SERVICE_UNAVAILABLE, "the search does not answer; try again in a moment")
        }
    }
}

/// What was found, as it stands now: what can't be bought any more is left out.
async fn connection(app: &App, page: Page, has_previous_page: bool) -> Result<SearchConnection, ApiError> {
    let listed: Vec<_> = page.hits.iter().filter_map(listing_of).collect();
    let rows = market::find_many(&app.db, &listed).await?;
    let is_open = |row: &listing::Model| {
        row.state == listing::State::Open && app.view.get(row.match_number).is_some_and(|state| !state.closed)
    };
    let rows = rows.into_iter().filter(is_open).map(|row| (row.id, Arc::new(row)));
    let rows: HashMap<_, _> = rows.collect();
    let highlighter = Arc::new(page.highlighter);
    let end_cursor = page.hits.last().map(|hit| hit.cursor.clone());
    let edges = page.hits.into_iter().filter_map(|Hit { id, typos, cursor }| {
        let found = match id {
            DocumentId::Match(number) => Found::Match(Match::new(app, app.view.get(number)?)),
            DocumentId::Listing(id) => Found::Listing(Arc::clone(rows.get(&id)?)),
        };
        let node = Arc::new(SearchHit { typos, found, highlighter: Arc::clone(&highlighter) });
        Some(SearchEdge { node, cursor })
    });
    Ok(SearchConnection {
        edges: edges.collect(),
        has_previous_page,
        has_next_page: page.has_next_page,
        end_cursor,
        total: page.total.unwrap_or_default(),
        facets: page.facets,
        corrected_query: page.corrected_query,
        advice: page.advice,
    })
}

fn listing_of(hit: &Hit) -> Option<uuid::Uuid> {
    match hit.id {
        DocumentId::Listing(id) => Some(id),
        DocumentId::Match(_) => None,
    }
}
