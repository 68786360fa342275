//! Taste: what is known of a fan that says which matches they may like.

use entities::{
    category::Category,
    reservation::{self, Status},
    user,
};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use crate::{App, accounts::Viewer};

/// Reservations that count, the newest first: a bound of what one reader costs.
const MOST: u64 = 200;

/// What a fan has chosen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taste {
    /// Of their account.
    pub country: Option<String>,
    /// What they hold or have bought and not given back; nothing of a fan who does not want that to count.
    pub chosen: Vec<Choice>,
}

/// Tickets that a fan has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    pub match_number: i32,
    pub category: Category,
    pub unit_price_minor: i64,
}

/// As it is read: match, category, price.
type Row = (i32, Category, i64);

/// What is known of a viewer.
///
/// # Errors
/// The database does not answer.
pub async fn of(app: &App, viewer: Viewer) -> Result<Taste, DbErr> {
    use reservation::Column;

    let chosen = reservation::Entity::find()
        .select_only()
        .columns([Column::MatchNumber, Column::Category, Column::UnitPriceMinor])
        .filter(Column::UserId.eq(viewer.user_id))
        .filter(Column::Status.ne(Status::Cancelled))
        .filter(Expr::col(Column::Quantity).gt(Expr::col(Column::Returned)))
        .order_by_desc(Column::Id)
        .limit(MOST)
        .into_tuple::<Row>()
        .all(&app.db);
    let account = user::Entity::find_by_id(viewer.user_id).one(&app.db);
    let (chosen, account) = tokio::try_join!(chosen, account)?;
    let Some(account) = account else { return Ok(Taste::default()) };
    let choice = |(match_number, category, unit_price_minor): Row| Choice { match_number, category, unit_price_minor };
    Ok(Taste {
        chosen: chosen.into_iter().filter(|_| account.personalised).map(choice).collect(),
        country: account.country,
    })
}
