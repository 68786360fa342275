//! Listings.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::{
    field_errors::FieldError,
    resale::{
        self, Change, MarketPage, Offer, Subject,
        market::{self, Cursor, Filter, Sort},
    },
};
use entities::listing;

use crate::{
    connections::connection,
    context::{self, CacheDependencies, InContext},
    error::ApiError,
    ids::{self, NodeId},
    matches::Match,
    money::Money,
    pagination::{self, ListingCursor},
    time::DateTime,
};

mod inputs;
mod written;

use inputs::{CreateListingInput, ListingFilter, OutsideTicketInput, UpdateListingInput, WithdrawListingInput};

/// Where a listing stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "listing::State")]
pub enum ListingState {
    /// It can be ordered.
    Open,
    /// Another fan is buying it, until `lockedUntil` or for as long as their payment takes.
    Locked,
    /// It was sold.
    Sold,
    /// The seller withdrew it, or the site did when the sale of its match ended.
    Withdrawn,
}

/// The order of a list of listings.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Sort")]
pub enum ListingSort {
    /// Lowest price first.
    PriceAsc,
    /// Highest price first.
    PriceDesc,
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// A fan who sells, as other fans see them.
#[derive(SimpleObject)]
pub struct Seller {
    /// The seller's id.
    id: ID,
    /// The seller's name when the listing was created; null if they had none.
    display_name: Option<String>,
}

/// A ticket that a fan offers for resale.
pub struct Listing(Arc<listing::Model>);

impl From<Arc<listing::Model>> for Listing {
    fn from(row: Arc<listing::Model>) -> Self {
        Self(row)
    }
}

impl From<listing::Model> for Listing {
    fn from(row: listing::Model) -> Self {
        Self(Arc::new(row))
    }
}

/// A ticket that a fan offers for resale.
#[Object]
impl Listing {
    /// The listing's global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Listing(self.0.id).into()
    }

    /// Where the listing stands.
    async fn state(&self) -> ListingState {
        self.0.state.into()
    }

    /// The match that the ticket is for.
    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    /// The price category: 1, 2 or 3.
    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    /// The seller's title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The seller's description; null if there is none.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What the buyer pays.
    async fn price(&self) -> Money {
        Money::from_minor(self.0.price_minor)
    }

    /// What the site keeps of the price; the seller gets the rest.
    async fn fee(&self) -> Money {
        Money::from_minor(self.0.fee_minor)
    }

    /// The fan who offers the ticket.
    async fn seller(&self) -> Seller {
        Seller { id: NodeId::User(self.0.seller_id).into(), display_name: self.0.seller_name.clone() }
    }

    /// Whether another seller issued the ticket. The fan who offers it hands it over themselves, and Matchday cannot
    /// verify it.
    async fn is_outside(&self) -> bool {
        self.0.ticket_id.is_none()
    }

    /// The id of the offered ticket; only its seller sees it, for others it is null.
    async fn ticket_id(&self, ctx: &Context<'_>) -> Option<ID> {
        let is_seller = ctx.viewer_if_any().is_some_and(|viewer| viewer.user_id == self.0.seller_id);
        self.0.ticket_id.filter(|_| is_seller).map(|id| NodeId::Ticket(id).into())
    }

    /// When the order that locks the listing expires; set exactly if the state is `LOCKED`.
    async fn locked_until(&self) -> Option<DateTime> {
        self.0.locked_until.map(Into::into)
    }

    /// Whether the seller is withdrawing the listing: it leaves the market as soon as the payment of its buyer has
    /// failed.
    async fn withdrawing(&self) -> bool {
        self.0.withdrawing
    }

    /// When the listing was created.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// The version of the listing, which grows with every visible change. Send it when you change or order the
    /// listing.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// The result of `createListing`.
#[derive(SimpleObject)]
pub struct CreateListingPayload {
    /// The new listing.
    listing: Listing,
}

/// The result of `updateListing`.
#[derive(SimpleObject)]
pub struct UpdateListingPayload {
    /// The listing at its new version.
    listing: Listing,
}

/// The result of `withdrawListing`.
#[derive(SimpleObject)]
pub struct WithdrawListingPayload {
    /// The withdrawn listing.
    listing: Listing,
}

connection!(ListingConnection, ListingEdge, Listing, "listing", "listings");

/// The place that `after` names in this order.
fn place(after: Option<&str>, sort: Sort) -> Result<Option<Cursor>, ApiError> {
    let after = pagination::cursor::<ListingCursor>("after", after)?;
    if after.as_ref().is_some_and(|after| after.sort != sort) {
        let message = "`after` is a cursor of another sort order; send it with the `sort` that it was issued for";
        return Err(ApiError::bad_input("after", message));
    }
    Ok(after.map(|after| after.at))
}

fn connection(
    rows: impl Iterator<Item = Arc<listing::Model>>,
    has_next: bool,
    sort: Sort,
    has_previous: bool,
) -> ListingConnection {
    let items = rows.map(|row| (ListingCursor { sort, at: (&*row).into() }, row.into()));
    ListingConnection::new(has_previous, has_next, items)
}

#[derive(Default)]
pub struct ListingQuery;

#[Object]
impl ListingQuery {
    /// A listing in any state; null if it does not exist.
    async fn listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The listing's id.")] id: ID,
    ) -> Result<Option<Listing>, ApiError> {
        Ok(market::find(ctx.app()?, ids::listing("id", &id)?).await?.map(Listing::from))
    }

    /// The listings on the market, also those that another fan is buying. Lowest price first by default, at most 100 a
    /// page.
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which listings to return; all by default.")] filter: Option<ListingFilter>,
        #[graphql(desc = "The order; `PRICE_ASC` by default.")] sort: Option<ListingSort>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<ListingConnection, ApiError> {
        let (filter, sort) = (Filter::try_from(filter.unwrap_or_default())?, sort.map_or(Sort::default(), Into::into));
        let after = place(after.as_deref(), sort)?;
        context::view(ctx).await?;
        let limit = pagination::size("first", first)?;
        let MarketPage { page, state, until } = market::page(ctx.app()?, filter, sort, after, limit).await?;
        CacheDependencies::note_market(ctx, state, until);

        Ok(connection(page.items.iter().cloned(), page.more, sort, after.is_some()))
    }

    /// Your listings in any state, newest first, at most 100 a page.
    async fn my_listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only listings in this state.")] state: Option<ListingState>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<ListingConnection, ApiError> {
        let viewer = ctx.viewer()?;
        let after = place(after.as_deref(), Sort::Newest)?;
        let limit = pagination::size("first", first)?;
        let page = market::of_seller(ctx.app()?, viewer, state.map(Into::into), after, limit).await?;

        Ok(connection(page.items.into_iter().map(Arc::new), page.more, Sort::Newest, after.is_some()))
    }
}

#[derive(Default)]
pub struct ListingMutation;

#[Object]
impl ListingMutation {
    /// Offer a ticket for resale. Its present codes are not valid at the gate from now on; withdrawing the listing
    /// gives the ticket a new code.
    async fn create_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ticket to offer, and its price.")] input: CreateListingInput,
    ) -> Result<CreateListingPayload, ApiError> {
        let wrong = |problem: &str| FieldError { field: "ticketId", problem: problem.to_owned() };
        let subject = match (input.ticket_id, input.outside) {
            (Some(id), None) => {
                ids::ticket("ticketId", &id).map(Subject::Ticket).map_err(|_| wrong("must be the id of a ticket"))
            }
            (None, Some(OutsideTicketInput { match_number, category })) => {
                Ok(Subject::Outside { match_number, category })
            }
            _ => Err(wrong("must be sent, or else `outside`, but not both")),
        };
        let offer = Offer {
            subject,
            title: input.title,
            description: input.description,
            price: input.price.into(),
            idempotency_key: input.idempotency_key,
        };
        let listing = resale::create(ctx.app()?, ctx.viewer()?, offer).await?;
        Ok(CreateListingPayload { listing: listing.into() })
    }

    /// Change a listing of yours that no fan is buying. A change of an outdated version is refused with `CONFLICT` and
    /// `currentVersion`, and changes nothing.
    async fn update_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The listing and what to change of it.")] input: UpdateListingInput,
    ) -> Result<UpdateListingPayload, ApiError> {
        let UpdateListingInput { id, version, title, description, price } = input;
        let change = Change { version, title, description, price: price.map(Into::into) };
        let wrong = |_| FieldError { field: "id", problem: "must be the id of a listing".to_owned() };
        let listing = ids::listing("id", &id).map_err(wrong);
        let listing = resale::update(ctx.app()?, ctx.viewer()?, listing, change).await?;
        Ok(UpdateListingPayload { listing: listing.into() })
    }

    /// Withdraw a listing of yours; admins can withdraw any listing. Its ticket is valid again, with a new code. An
    /// order of it whose payment has not begun, or has no card yet, ends. If a payment is under way, the listing stays
    /// `LOCKED` with `withdrawing`, and leaves the market once that payment has failed.
    async fn withdraw_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The listing to withdraw.")] input: WithdrawListingInput,
    ) -> Result<WithdrawListingPayload, ApiError> {
        let id = ids::listing("id", &input.id)?;
        let listing = resale::withdraw(ctx.app()?, ctx.viewer()?, id, input.version).await?;
        Ok(WithdrawListingPayload { listing: listing.into() })
    }
}
