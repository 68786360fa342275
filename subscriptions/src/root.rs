//! The Subscription root.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, Subscription};
use book::match_state::MatchState;
use error_codes::Code;
use futures_util::{Stream, StreamExt, stream};
use resolvers::{
    availability::TicketCategory,
    context::{self, InContext},
    counted_actions::{Action, CountedActions},
    error::ApiError,
    ids,
    listings::Listing,
    matches::Match,
    reservations::Reservation,
    security_events::{SecurityEvent, SecurityEventKind},
};

use crate::hub::{Hub, reservations::ReservationFollower, security_events::SecurityEventFollower};

/// A version of a match that the client has.
#[derive(InputObject)]
pub struct VersionInput {
    /// The number of the match.
    match_number: i32,
    /// The version that the client has.
    version: i32,
}

/// A version of a listing that the client has.
#[derive(InputObject)]
pub struct ListingVersionInput {
    /// The listing's id.
    listing_id: ID,
    /// The version that the client has.
    version: i32,
}

/// The whole availability of one match at one version: state, not an event.
pub struct MatchAvailability(Arc<MatchState>);

/// What is left of one match, at one version.
#[Object]
impl MatchAvailability {
    /// The number of the match in the organiser's master list.
    async fn match_number(&self) -> i32 {
        self.0.match_number
    }

    /// The version of the match, which only grows. Send it in `since` when you subscribe again.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The price categories in the order of their numbers.
    async fn categories(&self) -> Vec<TicketCategory> {
        TicketCategory::all_of(&self.0).collect()
    }

    /// The match.
    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Ok(Match::new(ctx.app()?, Arc::clone(&self.0)))
    }
}

/// In a request's data: the one state that `availability` yields, for an execution that is shared.
pub struct Only(pub Arc<MatchState>);

#[derive(Default)]
pub struct Subscriptions;

/// The operations that send live data over a WebSocket, an event stream or a multipart response.
#[Subscription(name = "Subscription")]
impl Subscriptions {
    /// The tickets that are left, live: first the current state of each match, then each change.
    ///
    /// Every message is the whole state of one match. Slow or reconnecting clients may miss intermediate states but
    /// always get the latest.
    async fn availability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The numbers of the matches; all matches by default.")] match_numbers: Option<Vec<i32>>,
        #[graphql(desc = "The versions that you have: a match that is still at its version is sent once it changes.")]
        since: Option<Vec<VersionInput>>,
    ) -> Result<impl Stream<Item = MatchAvailability> + use<>, ApiError> {
        if let Some(Only(state)) = ctx.data_opt() {
            return Ok(stream::iter([MatchAvailability(Arc::clone(state))]).left_stream());
        }
        let hub = ctx.data_opt::<Arc<Hub>>().ok_or_else(no_hub)?;
        let view = context::view(ctx).await?;
        let numbers = match_numbers.unwrap_or_default();
        if let Some(unknown) = numbers.iter().find(|number| view.get(**number).is_none()) {
            return Err(ApiError::new(Code::NOT_FOUND, format!("there is no match {unknown}")));
        }
        let since: HashMap<i32, i32> =
            since.unwrap_or_default().into_iter().map(|since| (since.match_number, since.version)).collect();
        let follower = hub.follow(&numbers, &since);

        let states = stream::unfold(follower, |mut follower| async move {
            let update = follower.next().await;
            Some((MatchAvailability(update.state), follower))
        });
        Ok(states.right_stream())
    }

    /// What the security rules decide from now on, on every instance. For admins. An event is sent again with its new
    /// `count` while it grows.
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only events of this kind.")] kind: Option<SecurityEventKind>,
    ) -> Result<impl Stream<Item = Result<SecurityEvent, ApiError>> + use<>, ApiError> {
        ctx.admin()?;
        let follower = SecurityEventFollower::new(Arc::clone(ctx.app()?), kind.map(Into::into));
        let actions = ctx.data_opt::<Arc<CountedActions>>().cloned();
        Ok(stream::unfold((follower, actions), |(mut follower, actions)| async move {
            let next = follower.next().await.map(SecurityEvent).map_err(ApiError::from);
            // It looks for events again and again, whether there are any or not: no client that listens pays for that.
            actions.iter().for_each(|actions| _ = actions.take(Action::Statement));
            Some((next, (follower, actions)))
        }))
    }

    /// Listings, live: first each one that is on the market, then each that changes, also when it leaves the market.
    ///
    /// Every message is the whole state of one listing. Slow or reconnecting clients may miss intermediate states but
    /// always get the latest.
    async fn listings_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The numbers of the matches; all matches by default.")] match_numbers: Option<Vec<i32>>,
        #[graphql(
            desc = "The versions that you have: a listing that is still at its version is sent once it changes."
        )]
        since: Option<Vec<ListingVersionInput>>,
    ) -> Result<impl Stream<Item = Listing> + use<>, ApiError> {
        let hub = ctx.data_opt::<Arc<Hub>>().ok_or_else(no_hub)?;
        let view = context::view(ctx).await?;
        let numbers = match_numbers.unwrap_or_default();
        if let Some(unknown) = numbers.iter().find(|number| view.get(**number).is_none()) {
            return Err(ApiError::new(Code::NOT_FOUND, format!("there is no match {unknown}")));
        }
        let mut versions = HashMap::new();
        for (index, known) in since.unwrap_or_default().into_iter().enumerate() {
            let id = ids::listing(&format!("since.{index}.listingId"), &known.listing_id)?;
            versions.insert(id, known.version);
        }
        let watcher = hub.market.watch(&numbers, versions).await?;

        Ok(stream::unfold(watcher, |mut watcher| async move {
            let row = watcher.next().await?;
            Some((Listing::from(row), watcher))
        }))
    }

    /// A reservation or an order of yours, live: first its current state, then each change of it or of its tickets,
    /// such as one that is used, offered, frozen or accepted by another fan. Changes of a ticket that belongs to
    /// another fan are not sent.
    async fn reservation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation's id.")] id: ID,
    ) -> Result<impl Stream<Item = Result<Reservation, ApiError>> + use<>, ApiError> {
        let hub = ctx.data_opt::<Arc<Hub>>().ok_or_else(no_hub)?;
        let (app, viewer, id) = (Arc::clone(ctx.app()?), ctx.viewer()?, ids::reservation("id", &id)?);
        let follower = ReservationFollower::open(hub, app, viewer, id)
            .await?
            .ok_or_else(|| ApiError::new(Code::NOT_FOUND, "you have no such reservation"))?;

        Ok(stream::unfold(follower, |mut follower| async move {
            let next = follower.next().await?;
            Some((next.map(Reservation::from).map_err(ApiError::from), follower))
        }))
    }
}

fn no_hub() -> ApiError {
    ApiError::internal(&std::io::Error::other("a schema without a hub"))
}
