//! The market: listings as they are looked for, found and followed.

use std::collections::HashMap;

use entities::{
    category::Category,
    listing::{self, Column, State},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use crate::{App, accounts::Viewer, page::Page, view::page};

/// Listings read in one statement.
const PAGE: usize = 1_000;

/// A listing as it stands.
pub type Listing = listing::Model;

/// Which listings are asked for; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub match_number: Option<i32>,
    /// Plays at home or away; letter case does not matter.
    pub team: Option<String>,
    pub category: Option<Category>,
    /// In minor units, this one included.
    pub price_min: Option<i64>,
    pub price_max: Option<i64>,
    pub seller_id: Option<Uuid>,
}

/// The order of a list; where two are alike, the one that was offered first comes first, or last where the order is
/// turned round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    PriceAsc,
    PriceDesc,
    Newest,
    Oldest,
}

/// Where a listing stands in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub price_minor: i64,
    pub id: Uuid,
}

impl From<&listing::Model> for Cursor {
    fn from(row: &listing::Model) -> Self {
        Self { price_minor: row.price_minor, id: row.id }
    }
}

/// A page of what is on the market, of matches that are still to come: what can be ordered, and what a buyer has
/// ordered.
pub async fn page(
    app: &App,
    filter: &Filter,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page<listing::Model>, DbErr> {
    let mut query = listing::Entity::find().filter(Column::State.is_in(State::LIVE));
    if let Some(numbers) = numbers(app, filter) {
        query = query.filter(Column::MatchNumber.is_in(numbers));
    }
    let narrowed = [
        filter.category.map(|category| Column::Category.eq(category)),
        filter.price_min.map(|price| Column::PriceMinor.gte(price)),
        filter.price_max.map(|price| Column::PriceMinor.lte(price)),
        filter.seller_id.map(|seller| Column::SellerId.eq(seller)),
    ];
    for condition in narrowed.into_iter().flatten() {
        query = query.filter(condition);
    }
    paged(app, sorted(query, sort, after), limit).await
}

/// The numbers of the matches that are asked for; none where all are.
fn numbers(app: &App, filter: &Filter) -> Option<Vec<i32>> {
    let rules = &app.settings.resale;
    if filter.team.is_none() && rules.after_kick_off {
        return filter.match_number.map(|number| vec![number]);
    }
    let (now, of_team) = (app.clock.now(), page::Filter { team: filter.team.clone(), ..Default::default() });
    let all = app.view.all();
    let asked = all.iter().filter(|state| of_team.admits(state) && !rules.is_over(state.date_utc, now));
    let numbers = asked.map(|state| state.match_number);
    Some(numbers.filter(|number| filter.match_number.is_none_or(|wanted| wanted == *number)).collect())
}

fn sorted(query: Select<listing::Entity>, sort: Sort, after: Option<Cursor>) -> Select<listing::Entity> {
    let order = if matches!(sort, Sort::PriceAsc | Sort::Oldest) { Order::Asc } else { Order::Desc };
    let beyond = |column: Column, value: sea_orm::Value| match order {
        Order::Asc => column.gt(value),
        _ => column.lt(value),
    };
    let is_by_price = matches!(sort, Sort::PriceAsc | Sort::PriceDesc);
    let mut query = query;
    if let Some(Cursor { price_minor, id }) = after {
        let mut rest = Condition::any();
        if is_by_price {
            let same = Condition::all().add(Column::PriceMinor.eq(price_minor)).add(beyond(Column::Id, id.into()));
            rest = rest.add(beyond(Column::PriceMinor, price_minor.into())).add(same);
        } else {
            rest = rest.add(beyond(Column::Id, id.into()));
        }
        query = query.filter(rest);
    }
    if is_by_price {
        query = query.order_by(Column::PriceMinor, order.clone());
    }
    query.order_by(Column::Id, order)
}

/// A page of `viewer`'s listings, newest first, after the one at `after`.
pub async fn of_seller(
    app: &App,
    viewer: Viewer,
    state: Option<State>,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page<listing::Model>, DbErr> {
    let mut query = listing::Entity::find().filter(Column::SellerId.eq(viewer.user_id));
    if let Some(state) = state {
        query = query.filter(Column::State.eq(state));
    }
    paged(app, sorted(query, Sort::Newest, after), limit).await
}

async fn paged(app: &App, query: Select<listing::Entity>, limit: usize) -> Result<Page<listing::Model>, DbErr> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut items = query.limit(most).all(&app.db).await?;
    let more = items.len() > limit;
    items.truncate(limit);

    Ok(Page { items, more })
}

/// A listing, whatever became of it.
pub async fn find(app: &App, id: Uuid) -> Result<Option<listing::Model>, DbErr> {
    listing::Entity::find_by_id(id).one(&app.db).await
}

/// The listings of `ids` that exist.
pub async fn find_many(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<listing::Model>, DbErr> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(PAGE) {
        found.extend(listing::Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(db).await?);
    }
    Ok(found)
}

/// The versions of all that is on the market.
pub async fn versions(db: &impl ConnectionTrait) -> Result<HashMap<Uuid, i32>, DbErr> {
    let live = listing::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Version])
        .filter(Column::State.is_in(State::LIVE))
        .into_tuple::<(Uuid, i32)>();
    Ok(live.all(db).await?.into_iter().collect())
}

/// The listing that its seller has named so.
pub(super) async fn of_key(
    db: &impl ConnectionTrait,
    seller_id: Uuid,
    key: &str,
) -> Result<Option<listing::Model>, DbErr> {
    listing::Entity::find().filter(Column::SellerId.eq(seller_id)).filter(Column::IdempotencyKey.eq(key)).one(db).await
}

/// How many listings a seller has on the market.
pub(super) async fn live_of_seller(db: &impl ConnectionTrait, seller_id: Uuid) -> Result<u64, DbErr> {
    listing::Entity::find()
        .filter(Column::SellerId.eq(seller_id))
        .filter(Column::State.is_in(State::LIVE))
        .count(db)
        .await
}
