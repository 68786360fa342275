//! The market: listings as they are looked for, found and followed.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use entities::{
    category::Category,
    listing::{self, Column, State},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::kept_pages::{MarketPage, MarketState};
use crate::{App, accounts::Viewer, page::Page, settings::SalesClose, view::page};

/// Listings read in one statement.
const PAGE: usize = 1_000;

/// A listing as it stands.
pub type Listing = listing::Model;

/// Which listings are asked for; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    #[default]
    PriceAsc,
    PriceDesc,
    Newest,
    Oldest,
}

/// Where a listing stands in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    pub price_minor: i64,
    pub id: Uuid,
}

impl From<&listing::Model> for Cursor {
    fn from(row: &listing::Model) -> Self {
        Self { price_minor: row.price_minor, id: row.id }
    }
}

/// What a page is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    filter: Filter,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
}

/// Compares what is kept of the market with the database, and returns the versions of what is on it there.
pub async fn compare(app: &App) -> Result<HashMap<Uuid, i32>, DbErr> {
    let begun = app.clock.now();
    let live = versions(&app.db).await?;
    app.market.compared(begun, &live);

    Ok(live)
}

/// Compares, unless that was done a moment ago: those who come at once compare once.
pub(super) async fn refresh(app: &App) -> Result<(), DbErr> {
    app.market.note_asked();
    if !app.market.is_trusted() {
        let _comparing = app.market.comparing.lock().await;
        if !app.market.is_trusted() {
            compare(app).await?;
        }
    }
    Ok(())
}

/// The market as this process knows it now.
pub fn state(app: &App) -> MarketState {
    MarketState { listings: app.market.generation(), facts: app.view.facts() }
}

/// A page of what is on the market, of matches whose sale is not over: what can be ordered, and what a buyer has
/// ordered. It is read from the database once for all who ask for it while nothing changes.
pub async fn page(
    app: &App,
    filter: Filter,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
) -> Result<MarketPage, DbErr> {
    refresh(app).await?;
    let (state, question) = (state(app), Question { filter, sort, after, limit });
    if let Some(kept) = app.market.find(&question, state) {
        return Ok(kept);
    }
    // Before the matches are chosen: one that closes in between ends the page at once.
    let until = next_close(app);
    let numbers = numbers(app, &question.filter);
    let Page { items, more } = read(app, &question, numbers).await?;
    let page = Page { items: items.into_iter().map(Arc::new).collect(), more };
    let page = MarketPage { page: Arc::new(page), state, until };
    app.market.keep(question, state, &page);

    Ok(page)
}

/// When the next match leaves the market by the clock; none where none does.
fn next_close(app: &App) -> Option<DateTime<Utc>> {
    let now = app.clock.now();
    let closes = app.view.all().into_iter().filter_map(|state| app.settings.sales_close.of(state.date_utc));
    closes.filter(|close| *close > now).min()
}

async fn read(app: &App, question: &Question, numbers: Option<Vec<i32>>) -> Result<Page<listing::Model>, DbErr> {
    let Question { filter, sort, after, limit } = question;
    let mut query = listing::Entity::find().filter(Column::State.is_in(State::LIVE));
    if let Some(numbers) = numbers {
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
    paged(app, sorted(query, *sort, *after), *limit).await
}

/// The numbers of the matches that are asked for; none where all are.
fn numbers(app: &App, filter: &Filter) -> Option<Vec<i32>> {
    if filter.team.is_none() && app.settings.sales_close == SalesClose::Never {
        return filter.match_number.map(|number| vec![number]);
    }
    let of_team = page::Filter { team: filter.team.clone(), ..Default::default() };
    let all = app.view.all();
    let asked = all.iter().filter(|state| of_team.admits(state) && !state.closed);
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

/// Listings of a match that can be ordered, at most `limit`.
pub(crate) async fn open_of_match(
    db: &impl ConnectionTrait,
    match_number: i32,
    limit: u64,
) -> Result<BTreeSet<Uuid>, DbErr> {
    let open = listing::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::MatchNumber.eq(match_number))
        .filter(Column::State.eq(State::Open))
        .limit(limit)
        .into_tuple::<Uuid>();
    Ok(open.all(db).await?.into_iter().collect())
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
