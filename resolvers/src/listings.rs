//! Listings.

use std::sync::Arc;

use async_graphql::{
    Context, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, Edge},
};
use domain::{
    field_errors::FieldError,
    resale::{
        self, Change, MarketPage, Offer, Price, Subject,
        market::{self, Cursor, Filter, Sort},
    },
};
use entities::{category::Category, listing};
use rust_decimal::RoundingStrategy;

use crate::{
    context::{self, CacheDependencies, InContext},
    error::ApiError,
    ids::{self, NodeId},
    matches::Match,
    money::{self, Exact, Money},
    pagination::{self, ListingCursor},
    time::DateTime,
};

/// Where a listing stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "listing::State")]
pub enum ListingState {
    /// It can be ordered.
    Open,
    /// Somebody is buying it, until `lockedUntil` or for as long as their payment takes.
    Locked,
    Sold,
    /// Taken back by its seller, or by the site when the sale of its match ended.
    Withdrawn,
}

/// The order of a list of listings.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Sort")]
pub enum ListingSort {
    /// The cheapest first.
    PriceAsc,
    /// The dearest first.
    PriceDesc,
    Newest,
    Oldest,
}

/// A fan who sells, as far as others may know them.
#[derive(SimpleObject)]
pub struct Seller {
    id: ID,
    /// As they were called when they offered it.
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

#[Object]
impl Listing {
    pub(crate) async fn id(&self) -> ID {
        NodeId::Listing(self.0.id).into()
    }

    async fn state(&self) -> ListingState {
        self.0.state.into()
    }

    #[graphql(name = "match")]
    async fn match_(&self, ctx: &Context<'_>) -> Result<Match, ApiError> {
        Match::of(ctx, self.0.match_number).await
    }

    async fn category(&self) -> i32 {
        self.0.category.number()
    }

    async fn title(&self) -> &str {
        &self.0.title
    }

    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What its buyer pays.
    async fn price(&self) -> Money {
        Money::from_minor(self.0.price_minor)
    }

    /// What the site keeps of the price; the rest is the seller's.
    async fn fee(&self) -> Money {
        Money::from_minor(self.0.fee_minor)
    }

    async fn seller(&self) -> Seller {
        Seller { id: NodeId::User(self.0.seller_id).into(), display_name: self.0.seller_name.clone() }
    }

    /// Whether the ticket was issued elsewhere: its seller hands it over by themselves, and this site knows nothing of it.
    async fn is_outside(&self) -> bool {
        self.0.ticket_id.is_none()
    }

    /// The ticket that is offered, for its seller alone.
    async fn ticket_id(&self, ctx: &Context<'_>) -> Option<ID> {
        let is_seller = ctx.viewer_if_any().is_some_and(|viewer| viewer.user_id == self.0.seller_id);
        self.0.ticket_id.filter(|_| is_seller).map(|id| NodeId::Ticket(id).into())
    }

    /// Set exactly when the state is LOCKED.
    async fn locked_until(&self) -> Option<DateTime> {
        self.0.locked_until.map(Into::into)
    }

    /// Whether its seller takes it back: it leaves the market as soon as the payment of its buyer has failed.
    async fn withdrawing(&self) -> bool {
        self.0.withdrawing
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Grows with every change that shows. Name it when you change or order the listing.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which listings are asked for; all conditions must hold.
#[derive(InputObject, Default)]
pub struct ListingFilter {
    match_number: Option<i32>,
    /// Plays at home or away; letter case does not matter.
    team: Option<String>,
    /// 1, 2 or 3.
    category: Option<i32>,
    /// Of this price or dearer.
    price_min: Option<Exact>,
    /// Of this price or cheaper.
    price_max: Option<Exact>,
    seller_id: Option<ID>,
}

impl TryFrom<ListingFilter> for Filter {
    type Error = ApiError;

    fn try_from(filter: ListingFilter) -> Result<Self, ApiError> {
        let category = |number| {
            let wrong = || ApiError::bad_input("category", format!("`category` is {number}; it must be 1, 2 or 3"));
            Category::from_number(number).ok_or_else(wrong)
        };
        Ok(Self {
            match_number: filter.match_number,
            team: filter.team,
            category: filter.category.map(category).transpose()?,
            price_min: filter
                .price_min
                .map(|price| money::minor("priceMin", price, RoundingStrategy::AwayFromZero))
                .transpose()?,
            price_max: filter
                .price_max
                .map(|price| money::minor("priceMax", price, RoundingStrategy::ToZero))
                .transpose()?,
            seller_id: filter.seller_id.as_ref().map(|id| ids::user("sellerId", id)).transpose()?,
        })
    }
}

/// A price of your choice.
#[derive(InputObject)]
pub struct PriceInput {
    /// In units of the currency, such as "80.00": above 0, at most two decimals, within the site's cap.
    amount: Exact,
    /// ISO 4217; the site's own, which is the only one, where it is left out.
    currency: Option<String>,
}

impl From<PriceInput> for Price {
    fn from(PriceInput { amount, currency }: PriceInput) -> Self {
        Self { amount: amount.0, currency }
    }
}

/// A ticket that was issued elsewhere.
#[derive(InputObject)]
pub struct OutsideTicketInput {
    match_number: i32,
    /// 1, 2 or 3.
    category: i32,
}

#[derive(InputObject)]
pub struct CreateListingInput {
    /// A valid ticket of yours; or else `outside`.
    ticket_id: Option<ID>,
    /// Where this site allows it; its title and description tell what it is.
    outside: Option<OutsideTicketInput>,
    /// 1 to 100 characters.
    title: String,
    /// At most 1000 characters.
    description: Option<String>,
    price: PriceInput,
    /// Your own name for this attempt, 1 to 128 visible ASCII characters: sent again with the same input, it is
    /// answered with the same listing.
    idempotency_key: Option<String>,
}

#[derive(InputObject)]
pub struct UpdateListingInput {
    id: ID,
    /// The version that you saw.
    version: i32,
    /// Left out, it stays; so do the others.
    title: Option<String>,
    /// An empty one takes it away.
    description: Option<String>,
    price: Option<PriceInput>,
}

#[derive(InputObject)]
pub struct WithdrawListingInput {
    id: ID,
    /// The version that you saw, if you mean no other.
    version: Option<i32>,
}

#[derive(SimpleObject)]
pub struct CreateListingPayload {
    listing: Listing,
}

#[derive(SimpleObject)]
pub struct UpdateListingPayload {
    listing: Listing,
}

#[derive(SimpleObject)]
pub struct WithdrawListingPayload {
    listing: Listing,
}

type ListingConnection = Connection<ListingCursor, Listing>;

/// The place that `after` names in this order.
fn place(after: Option<&str>, sort: Sort) -> Result<Option<Cursor>, ApiError> {
    let after = pagination::cursor::<ListingCursor>("after", after)?;
    if after.as_ref().is_some_and(|after| after.sort != sort) {
        let message = "`after` is a cursor of another order; send it with the `sort` that gave it";
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
    let mut connection = Connection::new(has_previous, has_next);
    connection.edges.extend(rows.map(|row| {
        let cursor = ListingCursor { sort, at: (&*row).into() };
        Edge::new(cursor, row.into())
    }));
    connection
}

#[derive(Default)]
pub struct ListingQuery;

#[Object]
impl ListingQuery {
    /// A listing, whatever became of it; null if there is none of that id.
    async fn listing(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Listing>, ApiError> {
        Ok(market::find(ctx.app()?, ids::listing("id", &id)?).await?.map(Listing::from))
    }

    /// What is on the market: tickets that fans offer, also those that somebody is buying. The cheapest first unless you
    /// say otherwise, at most 100 a page.
    async fn listings(
        &self,
        ctx: &Context<'_>,
        filter: Option<ListingFilter>,
        sort: Option<ListingSort>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<ListingConnection, ApiError> {
        let (filter, sort) = (Filter::try_from(filter.unwrap_or_default())?, sort.map_or(Sort::default(), Into::into));
        let after = place(after.as_deref(), sort)?;
        context::view(ctx).await?;
        let limit = pagination::size("first", first)?;
        let MarketPage { page, state, until } = market::page(ctx.app()?, filter, sort, after, limit).await?;
        CacheDependencies::note_market(ctx, state, until);

        Ok(connection(page.items.iter().cloned(), page.more, sort, after.is_some()))
    }

    /// What you offer and have offered, newest first, at most 100 a page.
    async fn my_listings(
        &self,
        ctx: &Context<'_>,
        state: Option<ListingState>,
        first: Option<i32>,
        after: Option<String>,
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
    /// Offer a ticket for resale. No code of it opens a gate from now on; withdrawing gives you a new one.
    async fn create_listing(
        &self,
        ctx: &Context<'_>,
        input: CreateListingInput,
    ) -> Result<CreateListingPayload, ApiError> {
        let wrong = |problem: &str| FieldError { field: "ticketId", problem: problem.to_owned() };
        let subject = match (input.ticket_id, input.outside) {
            (Some(id), None) => {
                ids::ticket("ticketId", &id).map(Subject::Ticket).map_err(|_| wrong("is not the id of a ticket"))
            }
            (None, Some(OutsideTicketInput { match_number, category })) => {
                Ok(Subject::Outside { match_number, category })
            }
            _ => Err(wrong("or `outside` must be given, and not both")),
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

    /// Change a listing of yours that nobody is buying. A change of a version that is not the newest any more is refused
    /// with the newest, and changes nothing.
    async fn update_listing(
        &self,
        ctx: &Context<'_>,
        input: UpdateListingInput,
    ) -> Result<UpdateListingPayload, ApiError> {
        let UpdateListingInput { id, version, title, description, price } = input;
        let change = Change { version, title, description, price: price.map(Into::into) };
        let wrong = |_| FieldError { field: "id", problem: "is not the id of a listing".to_owned() };
        let listing = ids::listing("id", &id).map_err(wrong);
        let listing = resale::update(ctx.app()?, ctx.viewer()?, listing, change).await?;
        Ok(UpdateListingPayload { listing: listing.into() })
    }

    /// Take a listing of yours from the market; admins may take anybody's. Its ticket is valid again, by a new code. An order
    /// of it whose payment has not begun, or has no card, ends; where one is under way, the listing stays LOCKED, is
    /// `withdrawing`, and leaves the market once that payment has failed.
    async fn withdraw_listing(
        &self,
        ctx: &Context<'_>,
        input: WithdrawListingInput,
    ) -> Result<WithdrawListingPayload, ApiError> {
        let id = ids::listing("id", &input.id)?;
        let listing = resale::withdraw(ctx.app()?, ctx.viewer()?, id, input.version).await?;
        Ok(WithdrawListingPayload { listing: listing.into() })
    }
}
