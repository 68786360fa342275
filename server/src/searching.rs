//! What can be found: told to the search as matches and listings change.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use book::match_state::{self, MatchState};
use domain::App;
use entities::listing;
use futures_util::FutureExt;
use opensearch::OpenSearch;
use resolvers::finder::Finder;
use sea_orm::DbErr;
use search::{
    divided::DividedEngine,
    document::{Availability, CategoryDocument, Change, ListingDocument, MatchDocument},
    engine::{Engine, MemoryEngine, RebuildError},
    page::SearchError,
};
use subscriptions::hub::{Hub, market::Watcher};

use crate::{config::search::Search, supervise::Supervisor};

/// How long changes are gathered before they can be found: the index is locked once for all of them.
const GATHERED: Duration = Duration::from_millis(200);

/// How long an engine elsewhere that does not answer is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(5);

/// Why what can be found is read anew.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error(transparent)]
    Database(#[from] DbErr),
    #[error(transparent)]
    Rebuild(RebuildError),
    #[error(transparent)]
    Engine(#[from] SearchError),
}

impl From<RebuildError> for Lost {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Engine(error) => Self::Engine(error),
            other => Self::Rebuild(other),
        }
    }
}

/// Where is searched, kept like the matches and the market of this process. Whenever its keeper is started again, it is built anew beside
/// the one that is searched.
pub(crate) fn keep(supervisor: &Supervisor, app: &Arc<App>, hub: &Arc<Hub>, settings: &Search) -> Arc<Finder> {
    let engine: Arc<dyn Engine> = match settings.address() {
        Some(Ok(address)) => Arc::new(DividedEngine::new(OpenSearch::new(address, &settings.index_prefix))),
        // A loaded config has no wrong address.
        Some(Err(_)) | None => Arc::new(MemoryEngine::default()),
    };
    let finder = Arc::new(Finder::new(Arc::clone(&engine)));
    let (app, hub, filled) = (Arc::clone(app), Arc::clone(hub), Arc::clone(&finder));
    supervisor.keep("search", move |stop| {
        let (app, hub, engine, finder) = (Arc::clone(&app), Arc::clone(&hub), Arc::clone(&engine), Arc::clone(&filled));
        async move { stop.run_until_cancelled(feed_patiently(&app, &hub, &*engine, &finder)).await.unwrap_or(Ok(())) }
    });
    finder
}

/// Begins anew when an engine elsewhere did not answer: this instance sells meanwhile, and is well but for its searches.
async fn feed_patiently(app: &App, hub: &Arc<Hub>, engine: &dyn Engine, finder: &Finder) -> Result<(), Lost> {
    loop {
        let Err(lost) = feed(app, hub, engine, finder).await;
        let Lost::Engine(error) = lost else { return Err(lost) };
        tracing::warn!(%error, again_in = ?LEFT_ALONE, "the search engine can't be told what changed");
        tokio::time::sleep(LEFT_ALONE).await;
    }
}

async fn feed(app: &App, hub: &Arc<Hub>, engine: &dyn Engine, finder: &Finder) -> Result<Infallible, Lost> {
    app.view.filled().await;
    let mut rebuild = engine.begin_rebuild().await?;
    let mut source =
        Source { app, shown: HashMap::new(), generation: None, listings: hub.market.watch(&[], HashMap::new()).await? };
    while let Some(changes) = source.changes() {
        rebuild.add(changes).await?;
    }
    rebuild.finish().await?;
    finder.fill();
    loop {
        tokio::time::sleep(GATHERED).await;
        while let Some(changes) = source.changes() {
            engine.apply(changes).await?;
        }
    }
}

/// What changes of the matches and of the market.
struct Source<'a> {
    app: &'a App,
    /// The version of each match, and whether its sale was over.
    shown: HashMap<i32, (i32, bool)>,
    generation: Option<u64>,
    listings: Watcher,
}

/// Changes of listings that are applied at once.
const AT_ONCE: usize = 1_000;

impl Source<'_> {
    /// What has changed since this was asked, in part where there is much; none where nothing has.
    fn changes(&mut self) -> Option<Vec<Change>> {
        let mut changes = self.matches();
        while changes.len() < AT_ONCE
            && let Some(Some(row)) = self.listings.next().now_or_never()
        {
            changes.push(listing(&row));
        }
        (!changes.is_empty()).then_some(changes)
    }

    fn matches(&mut self) -> Vec<Change> {
        let view = &self.app.view;
        let generation = view.generation();
        if self.generation.replace(generation) == Some(generation) {
            return Vec::new();
        }
        let mut changes = Vec::new();
        for state in view.all() {
            let now = (state.version, state.closed);
            if self.shown.insert(state.match_number, now) != Some(now) {
                changes.push(Change::Match(document(self.app, &state)));
            }
        }
        changes
    }
}

fn document(app: &App, state: &MatchState) -> MatchDocument {
    let category = |category: &match_state::CategoryState| CategoryDocument {
        category: category.category.number(),
        price_minor: category.price_minor,
        availability: match state.availability_of(category) {
            match_state::Availability::Available => Availability::Available,
            match_state::Availability::TemporarilyUnavailable => Availability::TemporarilyUnavailable,
            match_state::Availability::SoldOut => Availability::SoldOut,
            match_state::Availability::Closed => Availability::Closed,
        },
    };
    MatchDocument {
        number: state.match_number,
        round: state.round_number,
        kick_off: state.date_utc,
        time_zone: app.settings.time_zones.of(&state.location).to_string(),
        home_team: state.home_team.clone(),
        away_team: state.away_team.clone(),
        venue: state.location.clone(),
        city: None,
        group: state.group.clone(),
        categories: state.categories.iter().map(category).collect(),
        is_closed: state.closed,
        // A sale that ends by the clock is shown closed a moment before the version that says so is written.
        version: i64::from(state.version) * 2 + i64::from(state.closed),
    }
}

fn listing(row: &listing::Model) -> Change {
    let (id, version) = (row.id, i64::from(row.version));
    if row.state != listing::State::Open {
        return Change::ListingGone { id, version };
    }
    Change::Listing(ListingDocument {
        id,
        match_number: row.match_number,
        category: row.category.number(),
        price_minor: row.price_minor,
        title: row.title.clone(),
        description: row.description.clone(),
        version,
    })
}
