//! The context of a request: the app, and its requester.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, Request};
use book::match_state::Edition;
use chrono::{DateTime, Utc};
use domain::{App, accounts::Viewer, resale::MarketState, view::View};
use entities::user::Role;
use error_codes::Code;

use crate::{
    error::ApiError,
    finder::Finder,
    models::{ClientCountry, Models},
};

/// How long a request waits for the view of a process that has just started.
const START: Duration = Duration::from_secs(5);

/// The caller of a request, and where it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Requester {
    /// `None` is an anonymous caller.
    pub viewer: Option<Viewer>,
    /// `None` where it is not known.
    pub address: Option<IpAddr>,
}

/// Gives a request what its resolvers need.
pub fn attach(request: Request, requester: Requester) -> Request {
    request.data(requester)
}

/// What resolvers ask of the context.
pub trait InContext {
    fn app(&self) -> Result<&Arc<App>, ApiError>;

    /// What recommendations are ranked by.
    fn models(&self) -> Result<&Arc<Models>, ApiError>;

    /// Where is searched.
    fn finder(&self) -> Result<&Arc<Finder>, ApiError>;

    /// The signed-in caller.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a caller without a valid access token.
    fn viewer(&self) -> Result<Viewer, ApiError>;

    /// The caller, who must be an admin.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` as above; `FORBIDDEN` for all others.
    fn admin(&self) -> Result<Viewer, ApiError>;

    /// The caller, who must be a steward or an admin.
    ///
    /// # Errors
    /// As above.
    fn steward(&self) -> Result<Viewer, ApiError>;

    /// The signed-in caller, where anonymous ones are answered too.
    fn viewer_if_any(&self) -> Option<Viewer>;

    /// The client's address, where it is known.
    fn address(&self) -> Option<IpAddr>;

    /// The client's country, where a trusted proxy names it.
    fn client_country(&self) -> Option<ClientCountry>;

    /// The caller, and where the request comes from.
    fn requester(&self) -> Requester;
}

impl InContext for Context<'_> {
    fn app(&self) -> Result<&Arc<App>, ApiError> {
        self.data_opt().ok_or_else(|| ApiError::internal(&std::io::Error::other("a schema without an app")))
    }

    fn models(&self) -> Result<&Arc<Models>, ApiError> {
        self.data_opt().ok_or_else(|| ApiError::internal(&std::io::Error::other("a schema without models")))
    }

    fn finder(&self) -> Result<&Arc<Finder>, ApiError> {
        self.data_opt().ok_or_else(|| ApiError::internal(&std::io::Error::other("a schema without a finder")))
    }

    fn viewer(&self) -> Result<Viewer, ApiError> {
        self.viewer_if_any().ok_or_else(ApiError::unauthenticated)
    }

    fn admin(&self) -> Result<Viewer, ApiError> {
        let viewer = self.viewer()?;
        if !viewer.is_admin() {
            return Err(ApiError::new(Code::FORBIDDEN, "only admins can do this"));
        }
        Ok(viewer)
    }

    fn steward(&self) -> Result<Viewer, ApiError> {
        let viewer = self.viewer()?;
        if !matches!(viewer.role, Role::Steward | Role::Admin) {
            return Err(ApiError::new(Code::FORBIDDEN, "only stewards and admins can do this"));
        }
        Ok(viewer)
    }

    fn viewer_if_any(&self) -> Option<Viewer> {
        self.requester().viewer
    }

    fn address(&self) -> Option<IpAddr> {
        self.requester().address
    }

    fn client_country(&self) -> Option<ClientCountry> {
        self.data_opt().copied()
    }

    fn requester(&self) -> Requester {
        self.data_opt().copied().unwrap_or_default()
    }
}

/// The view, once it is filled; while the first master list is awaited, that is not in sight.
pub async fn view<'a>(ctx: &'a Context<'_>) -> Result<&'a View, ApiError> {
    let view = &ctx.app()?.view;
    tokio::time::timeout(START, view.filled())
        .await
        .map_err(|_| ApiError::new(Code::SERVICE_UNAVAILABLE, "the service has just started; try again in a moment"))?;
    if view.awaits_list() {
        return Err(ApiError::new(Code::SERVICE_UNAVAILABLE, "no matches are loaded yet; try again in a moment"));
    }

    Ok(view)
}

/// What a response shows, noted while it is executed, so that it can be kept until that changes.
#[derive(Debug, Default)]
pub struct CacheDependencies {
    all: AtomicBool,
    matches: Mutex<Vec<(i32, Option<Edition>)>>,
    market: Mutex<Option<Market>>,
    model: Mutex<Option<u64>>,
    until: Mutex<Option<DateTime<Utc>>>,
}

/// That a response shows the market.
#[derive(Debug, Clone, Copy)]
pub struct Market {
    /// The oldest state of it that is shown.
    pub state: MarketState,
    /// When what it shows of the market ends by the clock, if it does.
    pub until: Option<DateTime<Utc>>,
}

impl CacheDependencies {
    /// It shows a list: any change of any match may change it.
    pub(crate) fn note_all(ctx: &Context<'_>) {
        if let Some(shown) = ctx.data_opt::<Arc<Self>>() {
            shown.all.store(true, Ordering::Relaxed);
        }
    }

    /// It shows this edition of one match, or that there is none.
    pub(crate) fn note(ctx: &Context<'_>, number: i32, edition: Option<Edition>) {
        if let Some(shown) = ctx.data_opt::<Arc<Self>>() {
            shown.matches.lock().unwrap_or_else(PoisonError::into_inner).push((number, edition));
        }
    }

    /// It shows a page of the market, which ends then by the clock.
    pub(crate) fn note_market(ctx: &Context<'_>, state: MarketState, until: Option<DateTime<Utc>>) {
        if let Some(shown) = ctx.data_opt::<Arc<Self>>() {
            let mut market = shown.market.lock().unwrap_or_else(PoisonError::into_inner);
            let (before, ends) = market.map_or((state, None), |market| (market.state, market.until));
            *market = Some(Market { state: before, until: ends.into_iter().chain(until).min() });
        }
    }

    /// It is ranked by the model of this generation, or by a newer one.
    pub(crate) fn note_model(ctx: &Context<'_>, generation: u64) {
        if let Some(shown) = ctx.data_opt::<Arc<Self>>() {
            let mut model = shown.model.lock().unwrap_or_else(PoisonError::into_inner);
            *model = Some(model.map_or(generation, |before| before.min(generation)));
        }
    }

    /// It shows something that ends then by the clock.
    pub(crate) fn note_until(ctx: &Context<'_>, until: Option<DateTime<Utc>>) {
        if let (Some(shown), Some(until)) = (ctx.data_opt::<Arc<Self>>(), until) {
            let mut ends = shown.until.lock().unwrap_or_else(PoisonError::into_inner);
            *ends = Some(ends.map_or(until, |before| before.min(until)));
        }
    }

    /// When the first of what it shows ends by the clock, beside the market and the matches themselves.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest generation of models that it is ranked by, if it is ranked.
    pub fn model(&self) -> Option<u64> {
        *self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it shows of the market, if anything.
    pub fn market(&self) -> Option<Market> {
        *self.market.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn all(&self) -> bool {
        self.all.load(Ordering::Relaxed)
    }

    /// Matches by number, with the edition that is shown.
    pub fn matches(&self) -> Vec<(i32, Option<Edition>)> {
        self.matches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// That a request was refused in words that every caller would be told, noted while it is executed, so that they can be kept.
#[derive(Debug, Default)]
pub struct Refused(Mutex<Option<(i32, Edition, Code)>>);

impl Refused {
    /// Everybody is told so, by this code, while this edition of the match is shown.
    pub(crate) fn note(ctx: &Context<'_>, number: i32, edition: Edition, code: Code) {
        if let Some(refused) = ctx.data_opt::<Arc<Self>>() {
            *refused.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, edition, code));
        }
    }

    /// The match, its edition, and the code of the refusal.
    pub fn noted(&self) -> Option<(i32, Edition, Code)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
