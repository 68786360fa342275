//! The audit: what the invariants say of a database, its counts and its money, and where it breaks them.

use std::collections::{HashMap, HashSet};

use entities::{
    foreign_hold, listing,
    payment::{self, State},
    refund,
    reservation::{self, CancelReason, Status},
    stock, ticket,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

mod resale;
mod transfers;

/// A sentence for each way in which the counts disagree with the rows they count, and money with the tickets that it
/// was taken for; empty when all is well.
///
/// Reads all reservations: for tests and after benchmarks, on a database that no instance is writing to.
pub async fn violations(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let mut held = HashMap::<_, i32>::new();
    let mut sold = HashMap::<_, i32>::new();
    let of_stock = reservation::Entity::find().filter(reservation::Column::ListingId.is_null());
    for row in of_stock.filter(reservation::Column::Status.ne(Status::Cancelled)).all(db).await? {
        let counted = if row.status.is_live() { &mut held } else { &mut sold };
        *counted.entry((row.match_number, row.category)).or_default() += row.quantity - row.returned;
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
        if !(0..=stock.available).contains(&stock.returned) {
            found.push(format!("{name}: {} of {} unsold were returned", stock.returned, stock.available));
        }
        if stock.held > stock.available {
            found.push(format!("{name}: holds {} of {} unsold", stock.held, stock.available));
        }
    }
    found.extend(money(db).await?);
    found.extend(tickets(db).await?);
    found.extend(resale::violations(db).await?);
    found.extend(transfers::violations(db).await?);
    Ok(found)
}

/// A sentence for each payment that does not fit its reservation, its refunds or another payment.
async fn money(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let rows: HashMap<_, _> = reservation::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut refunds = HashMap::<_, Vec<refund::Model>>::new();
    for refund in refund::Entity::find().all(db).await? {
        refunds.entry(refund.payment_id).or_default().push(refund);
    }
    let (mut found, mut paid, mut under_way) = (Vec::new(), HashSet::new(), HashSet::new());
    for payment in payment::Entity::find().all(db).await? {
        let (of, name) = (payment.reservation_id, format!("payment {}", payment.id));
        let sold = rows.get(&of).filter(|row| row.status == Status::Reserved);
        let owed = refunds.remove(&payment.id).unwrap_or_default();
        let left = payment.amount_minor - owed.iter().map(|refund| refund.amount_minor).sum::<i64>();
        let are_done = owed.iter().all(|refund| refund.state == refund::State::Done);
        let worth = sold.map_or(0, |row| row.unit_price_minor * i64::from(row.quantity - row.returned));
        match payment.state {
            State::Confirmed | State::Captured if sold.is_none() => found.push(format!("{name} has no tickets")),
            State::Confirmed | State::Captured if !paid.insert(of) => found.push(format!("{name} is paid twice over")),
            State::Captured if left != worth => {
                found.push(format!("{name}: {left} of it are ours, for tickets of {worth}"));
            }
            State::Created | State::Open | State::Voiding if !under_way.insert(of) => {
                found.push(format!("{name} is under way beside another"));
            }
            State::Refunding | State::Refunded if left != 0 || are_done != (payment.state == State::Refunded) => {
                found.push(format!("{name} is {:?}, its refunds {owed:?}", payment.state));
            }
            State::Captured | State::Refunding | State::Refunded => {}
            _ if !owed.is_empty() => found.push(format!("{name} is {:?} and owes {owed:?}", payment.state)),
            _ => {}
        }
    }
    let waiting = rows.values().filter(|row| row.status == Status::AwaitingPayment && !under_way.contains(&row.id));
    found.extend(waiting.map(|row| format!("reservation {} waits for a payment that is not under way", row.id)));

    Ok(found)
}

/// A sentence for each reservation that has more tickets or fewer than were paid and not given back, or of which others
/// are refunded than it says.
async fn tickets(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let captured = payment::Entity::find().filter(payment::Column::State.eq(State::Captured)).all(db).await?;
    let paid: HashSet<_> = captured.into_iter().map(|payment| payment.reservation_id).collect();
    let (mut issued, mut refunded) = (HashMap::<_, i32>::new(), HashMap::<_, i32>::new());
    for ticket in ticket::Entity::find().all(db).await? {
        let counted = if ticket.status == ticket::Status::Refunded { &mut refunded } else { &mut issued };
        *counted.entry(ticket.reservation_id).or_default() += 1;
    }
    let outside = listing::Entity::find().filter(listing::Column::TicketId.is_null()).all(db).await?;
    let outside: HashSet<_> = outside.into_iter().map(|listing| listing.id).collect();
    let mut found = Vec::new();
    for row in reservation::Entity::find().all(db).await? {
        let has_none = row.listing_id.is_some_and(|id| outside.contains(&id));
        let owed = if paid.contains(&row.id) && !has_none { row.quantity - row.returned } else { 0 };
        let has = issued.get(&row.id).copied().unwrap_or(0);
        if has != owed {
            found.push(format!("reservation {} has {has} tickets, its payment bought {owed}", row.id));
        }
        let back = refunded.get(&row.id).copied().unwrap_or(0);
        let is_over = row.cancel_reason.is_some_and(CancelReason::is_refund);
        if row.returned != back || (back == row.quantity) != is_over {
            found.push(format!("reservation {}: {back} tickets are refunded: {row:?}", row.id));
        }
    }
    Ok(found)
}
