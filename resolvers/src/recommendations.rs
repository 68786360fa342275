//! Recommendations.

use std::sync::Arc;

use analytics::model::{self, Fan, Held, Model, ReasonKind};
use async_graphql::{Context, Enum, Object, SimpleObject};
use book::match_state::MatchState;
use domain::{
    App,
    accounts::{Viewer, is_country_code},
    resale::{self, market},
    taste::{self, Taste},
};
use entities::listing;

use crate::{
    availability::TicketCategory,
    context::{self, CacheDependencies, InContext},
    error::ApiError,
    json_plan::List,
    listings::Listing,
    matches::Match,
    models::ClientCountry,
    pagination,
    rankings::{Listings, Ranking, States},
    time::DateTime,
};

mod written;

/// Recommendations where a client does not say how many.
const USUAL: i32 = 10;

/// Why a match is recommended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "ReasonKind")]
pub enum RecommendationReasonKind {
    /// The team of your country plays: `team`.
    YourCountry,
    /// A team of your region of the world plays: `team`.
    YourRegion,
    /// Fans from your country buy tickets of the match: `country`. Never said of fewer than ten people.
    PopularInCountry,
    /// A team plays that you have chosen before: `team`, in `match`.
    SameTeam,
    /// Fans who chose `match`, as you did, choose this one too. Never said of fewer than ten people.
    BookedTogether,
    /// It is played near `match`, which you have chosen, and within three days of it.
    Nearby,
    /// Fans buy tickets of the match faster than of others. Never said of fewer than ten people.
    Popular,
}

/// What one answer recommends, and the matches as they were when it was asked for.
struct Answer {
    app: Arc<App>,
    states: Arc<States>,
    ranking: Ranking,
}

impl Answer {
    fn shown(&self, state: &Arc<MatchState>) -> Match {
        Match::new(&self.app, Arc::clone(state))
    }
}

/// A reason why a match is recommended: of the one at this place of an answer, the one at that place of its own.
pub struct RecommendationReason {
    answer: Arc<Answer>,
    of: usize,
    place: usize,
}

impl RecommendationReason {
    fn reason(&self) -> &model::Reason {
        &self.answer.ranking[self.of].because_of[self.place]
    }

    fn chosen(&self) -> Option<Match> {
        self.reason()
            .match_number
            .and_then(|number| self.answer.states.get(number))
            .map(|state| self.answer.shown(state))
    }
}

/// A reason for a recommendation, true of the model that ranked it: without it, the match would rank lower.
#[Object]
impl RecommendationReason {
    /// What kind of reason it is.
    async fn kind(&self) -> RecommendationReasonKind {
        self.reason().kind.into()
    }

    /// The team that the reason is about, as the master list names it; null for kinds that name none.
    async fn team(&self) -> Option<&str> {
        self.reason().team.as_deref()
    }

    /// The ISO 3166-1 alpha-2 code of the country that the reason is about; null for kinds that name none.
    async fn country(&self) -> Option<&str> {
        self.reason().country.as_deref()
    }

    /// The match that you have chosen before and that the reason is about; null for kinds that name none.
    #[graphql(name = "match")]
    async fn match_(&self) -> Option<Match> {
        self.chosen()
    }
}

/// A match that can be bought now, and why it is recommended.
pub struct Recommendation {
    answer: Arc<Answer>,
    place: usize,
    shown: Match,
    /// None where the site has tickets of its own.
    listing: Option<Arc<listing::Model>>,
}

impl Recommendation {
    fn ranked(&self) -> &model::Recommendation {
        &self.answer.ranking[self.place]
    }

    fn to_reserve(&self) -> Option<TicketCategory> {
        let ranked = self.ranked();
        let mut categories = TicketCategory::all_of(&self.shown.state);
        categories.find(|category| !ranked.from_listing && category.number() == ranked.category)
    }

    fn to_order(&self) -> Option<Listing> {
        self.listing.as_ref().map(|row| Listing::from(Arc::clone(row)))
    }

    fn reasons(&self) -> impl Iterator<Item = RecommendationReason> {
        let (answer, of) = (&self.answer, self.place);
        (0..self.ranked().because_of.len()).map(move |place| RecommendationReason {
            answer: Arc::clone(answer),
            of,
            place,
        })
    }
}

/// A match whose tickets can be bought now, and why it is recommended.
#[Object]
impl Recommendation {
    /// The match, with live prices and availability.
    #[graphql(name = "match")]
    async fn match_(&self) -> &Match {
        &self.shown
    }

    /// The category to offer first: the cheapest that can be reserved now, or the cheapest of those that cost what you usually
    /// pay. Null where `listing` is set.
    async fn category(&self) -> Option<TicketCategory> {
        self.to_reserve()
    }

    /// The cheapest listing that can be ordered, where the site's own tickets are gone; otherwise null.
    async fn listing(&self) -> Option<Listing> {
        self.to_order()
    }

    /// At most three reasons, the strongest first; empty where the model knows none.
    async fn because_of(&self) -> List<RecommendationReason> {
        List(self.reasons().collect())
    }
}

/// The model that ranked the recommendations.
#[derive(SimpleObject)]
pub struct RecommendationModel {
    /// The version of the model; `prior` before the site's first model is published.
    version: String,
    /// When the model was trained; null for `prior`.
    trained_at: Option<DateTime>,
    /// How many bookings the model was trained from.
    bookings: u64,
}

/// Recommended matches.
pub struct RecommendationConnection {
    answer: Arc<Answer>,
    listings: Listings,
    first: usize,
    model: Arc<Model>,
}

/// Recommended matches, and the model that ranked them.
#[Object]
impl RecommendationConnection {
    /// The recommendations, the best first; a match at most once.
    async fn nodes(&self) -> List<Recommendation> {
        let node = |(place, ranked): (usize, &model::Recommendation)| {
            let shown = self.answer.shown(self.answer.states.get(ranked.match_number)?);
            let listing = self.listings.get(&ranked.match_number).filter(|_| ranked.from_listing).map(Arc::clone);
            Some(Recommendation { answer: Arc::clone(&self.answer), place, shown, listing })
        };
        List(self.answer.ranking.iter().enumerate().take(self.first).filter_map(node).collect())
    }

    /// The model that ranked them.
    async fn model(&self) -> RecommendationModel {
        RecommendationModel {
            version: self.model.version().to_owned(),
            trained_at: self.model.trained_at().map(Into::into),
            bookings: self.model.bookings(),
        }
    }
}

#[derive(Default)]
pub struct RecommendationQuery;

#[Object]
impl RecommendationQuery {
    /// Matches that you may like and can buy now, the best first. The country decides for visitors; for signed-in fans, what
    /// they chose before does too, unless they have switched that off by `setPersonalisation`. Nothing is recommended that is
    /// sold out, or that kicks off while a match is played that you have tickets of.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many matches to return, 0 to 100; 10 by default.")] first: Option<i32>,
        #[graphql(
            desc = "The ISO 3166-1 alpha-2 code of the country to recommend for; by default that of your account, or the one \
                    that the site's proxy names for your address."
        )]
        country: Option<String>,
    ) -> Result<RecommendationConnection, ApiError> {
        let first = pagination::size("first", first.or(Some(USUAL)))?;
        let asked = country.map(|country| code("country", &country)).transpose()?;
        let app = ctx.app()?;
        let models = ctx.models()?;
        CacheDependencies::note_all(ctx);
        CacheDependencies::note_model(ctx, models.generation());
        let model = models.current();
        let viewer = ctx.viewer_if_any();
        let taste = match viewer {
            Some(viewer) => taste::of(app, viewer).await?,
            None => Taste::default(),
        };
        let country = asked.or_else(|| taste.country.clone()).or_else(|| ctx.client_country().map(ClientCountry::text));

        let states = models.rankings().states(context::view(ctx).await?);
        if !states.gone.is_empty() {
            CacheDependencies::note_market(ctx, market::state(app), None);
        }
        let mut listings = resale::cheapest(app, &states.gone).await?;
        let offer = models.rankings().on_offer(&model, &states, &listings, app.clock.now());
        CacheDependencies::note_until(ctx, offer.until());
        let has_own = keep_others(&mut listings, viewer);
        let ranking = if taste.chosen.is_empty() && !has_own {
            offer.for_country(country, first)
        } else {
            offer.for_fan(&fan(&taste, country), &listings, first)
        };
        let answer = Arc::new(Answer { app: Arc::clone(app), states, ranking });
        Ok(RecommendationConnection { answer, listings, first, model })
    }
}

/// Leaves the listings that a viewer could order; whether some of theirs were among them.
fn keep_others(listings: &mut Listings, viewer: Option<Viewer>) -> bool {
    let all = listings.len();
    listings.retain(|_, row| viewer.is_none_or(|viewer| viewer.user_id != row.seller_id));
    listings.len() < all
}

fn fan(taste: &Taste, country: Option<String>) -> Fan {
    let held = taste.chosen.iter().map(|choice| Held {
        match_number: choice.match_number,
        category: choice.category.number(),
        price_minor: choice.unit_price_minor,
    });
    Fan { country, held: held.collect() }
}

/// A country's code as a client writes it.
fn code(argument: &str, text: &str) -> Result<String, ApiError> {
    let wrong = || format!("`{argument}` is {text:?}; it must be a two-letter ISO 3166-1 code such as QA");
    if is_country_code(text) { Ok(text.to_owned()) } else { Err(ApiError::bad_input(argument, wrong())) }
}
