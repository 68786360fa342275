//! The audit: what the invariants say of a database, its counts and its money, and where it breaks them.

use std::collections::{HashMap, HashSet};

use entities::{
    foreign_hold,
    payment::{self, State},
    refund,
    reservation::{self, Status},
    stock, ticket,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// A sentence for each way in which the counts disagree with the rows they count, and money with the tickets that it
/// was taken for; empty when all is well.
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
        if !(0..=stock.available).contains(&stock.returned) {
            found.push(format!("{name}: {} of {} unsold were returned", stock.returned, stock.available));
        }
        if stock.held > stock.available {
            found.push(format!("{name}: holds {} of {} unsold", stock.held, stock.available));
        }
    }
    found.extend(money(db).await?);
    found.extend(tickets(db).await?);
    Ok(found)
}

/// A sentence for each payment that does not fit its reservation, its refund or another payment.
async fn money(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let rows: HashMap<_, _> =
        reservation::Entity::find().all(db).await?.into_iter().map(|row| (row.id, row.status)).collect();
    let refunds: HashMap<_, _> =
        refund::Entity::find().all(db).await?.into_iter().map(|row| (row.payment_id, row)).collect();
    let (mut found, mut paid, mut under_way) = (Vec::new(), HashSet::new(), HashSet::new());
    for payment in payment::Entity::find().all(db).await? {
        let of = payment.reservation_id;
        let (is_sold, name) = (rows.get(&of) == Some(&Status::Reserved), format!("payment {}", payment.id));
        match payment.state {
            State::Confirmed | State::Captured if !is_sold => found.push(format!("{name} has no tickets")),
            State::Confirmed | State::Captured if !paid.insert(of) => found.push(format!("{name} is paid twice over")),
            State::Created | State::Open | State::Voiding if !under_way.insert(of) => {
                found.push(format!("{name} is under way beside another"));
            }
            State::Refunding | State::Refunded => {
                let state = if payment.state == State::Refunded { refund::State::Done } else { refund::State::Due };
                let owed = refunds.get(&payment.id).map(|refund| (refund.amount_minor, refund.state));
                if owed != Some((payment.amount_minor, state)) {
                    found.push(format!("{name} is {:?}, its refund {owed:?}", payment.state));
                }
            }
            _ => {}
        }
    }
    let waiting = rows.iter().filter(|(id, status)| **status == Status::AwaitingPayment && !under_way.contains(*id));
    found.extend(waiting.map(|(id, _)| format!("reservation {id} waits for a payment that is not under way")));

    Ok(found)
}

/// A sentence for each reservation that has more tickets or fewer than were paid and not given back.
async fn tickets(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let captured = payment::Entity::find().filter(payment::Column::State.eq(State::Captured)).all(db).await?;
    let paid: HashSet<_> = captured.into_iter().map(|payment| payment.reservation_id).collect();
    let mut issued = HashMap::<_, i32>::new();
    for ticket in ticket::Entity::find().filter(ticket::Column::Status.ne(ticket::Status::Refunded)).all(db).await? {
        *issued.entry(ticket.reservation_id).or_default() += 1;
    }
    let rows = reservation::Entity::find().all(db).await?;
    let wrong = rows.into_iter().filter_map(|row| {
        let owed = if paid.contains(&row.id) { row.quantity - row.returned } else { 0 };
        let has = issued.get(&row.id).copied().unwrap_or(0);
        (has != owed).then(|| format!("reservation {} has {has} tickets, its payment bought {owed}", row.id))
    });

    Ok(wrong.collect())
}
