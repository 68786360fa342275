//! The audit: what the invariants say of a database, and where it breaks them.

use std::collections::HashMap;

use entities::{
    foreign_hold,
    reservation::{self, Status},
    stock,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// A sentence for each way in which the counts disagree with the rows they count; empty when all is well.
///
/// Reads all reservations: for tests and after benchmarks, on a database that nobody is writing to.
pub async fn violations(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let mut held = HashMap::<_, i32>::new();
    let mut sold = HashMap::<_, i32>::new();
    for row in reservation::Entity::find().filter(reservation::Column::Status.ne(Status::Cancelled)).all(db).await? {
        let counted = if row.status.is_live() { &mut held } else { &mut sold };
        *counted.entry((row.match_number, row.category)).or_default() += row.quantity;
    }
    let mut foreign = HashMap::<_, i32>::new();
    for hold in foreign_hold::Entity::find().all(db).await? {
        *foreign.entry((hold.match_number, hold.category)).or_default() += hold.quantity;
    }

    let mut found = Vec::new();
    for stock in stock::Entity::find().all(db).await? {
        let place = (stock.match_number, stock.category);
        let of = |counted: &HashMap<_, i32>| counted.get(&place).copied().unwrap_or(0);
        let name = format!("match {} category {}", stock.match_number, stock.category.number());
        for (what, counted, rows) in [
            ("held", stock.held, of(&held)),
            ("sold", stock.sold, of(&sold)),
            ("foreign_pending", stock.foreign_pending, of(&foreign)),
            ("available - deficit", stock.available - stock.deficit, stock.given - stock.sold - stock.foreign_sold),
        ] {
            if counted != rows {
                found.push(format!("{name}: {what} is {counted}, its rows say {rows}"));
            }
        }
        if stock.available < 0 || stock.held < 0 || stock.foreign_pending < 0 || stock.deficit < 0 {
            found.push(format!("{name}: a count is below 0: {stock:?}"));
        }
        if stock.held > stock.available {
            found.push(format!("{name}: holds {} of {} unsold", stock.held, stock.available));
        }
    }
    Ok(found)
}
