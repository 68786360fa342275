//! What the invariants say of listings: each agrees with its order, its tickets and its payout.

use std::collections::{HashMap, HashSet};

use entities::{
    listing::{self, State},
    payment, payout,
    reservation::{self, Status},
    ticket,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Everything that listings are compared with.
struct Rows {
    orders: HashMap<Uuid, Vec<reservation::Model>>,
    captured: HashSet<Uuid>,
    payouts: HashMap<Uuid, payout::Model>,
    tickets: HashMap<Uuid, ticket::Model>,
    /// Tickets by the ones that became them.
    heirs: HashMap<Uuid, ticket::Model>,
}

pub(super) async fn violations(db: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let rows = Rows::read(db).await?;
    let listings = listing::Entity::find().all(db).await?;
    let mut found = Vec::new();
    let mut offered = HashMap::<Uuid, usize>::new();
    for row in &listings {
        found.extend(rows.disagreements(row).map(|what| format!("listing {} is {:?}: {what}", row.id, row.state)));
        if let Some(ticket) = row.ticket_id.filter(|_| rows.holds_its_ticket(row)) {
            *offered.entry(ticket).or_default() += 1;
        }
    }
    for ticket in rows.tickets.values() {
        let by = offered.get(&ticket.id).copied().unwrap_or(0);
        if by != usize::from(ticket.status == ticket::Status::Listed) {
            found.push(format!("ticket {} is {:?} and offered by {by} listings", ticket.id, ticket.status));
        }
    }
    let known: HashSet<Uuid> = listings.iter().map(|row| row.id).collect();
    let unknown = rows.orders.keys().filter(|id| !known.contains(id));
    found.extend(unknown.map(|id| format!("listing {id} is ordered and not there")));

    Ok(found)
}

impl Rows {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let mut orders = HashMap::<_, Vec<_>>::new();
        let of_listings = reservation::Column::ListingId.is_not_null();
        for row in reservation::Entity::find().filter(of_listings).all(db).await? {
            if let Some(listing) = row.listing_id {
                orders.entry(listing).or_default().push(row);
            }
        }
        let captured = payment::Column::State.eq(payment::State::Captured);
        let captured = payment::Entity::find().filter(captured).all(db).await?;
        let payouts = payout::Entity::find().all(db).await?;
        let tickets = ticket::Entity::find().all(db).await?;

        Ok(Self {
            orders,
            captured: captured.into_iter().map(|row| row.reservation_id).collect(),
            payouts: payouts.into_iter().map(|row| (row.listing_id, row)).collect(),
            heirs: tickets.iter().filter_map(|row| Some((row.origin_id?, row.clone()))).collect(),
            tickets: tickets.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    /// Whether a listing keeps its ticket from its owner: until it is withdrawn, or its buyer has another.
    fn holds_its_ticket(&self, row: &listing::Model) -> bool {
        row.state.is_live() || row.state == State::Sold && !self.is_paid(row)
    }

    fn is_paid(&self, row: &listing::Model) -> bool {
        row.order_id.is_some_and(|id| self.captured.contains(&id))
    }

    /// What does not fit together with a listing, in words.
    fn disagreements(&self, row: &listing::Model) -> impl Iterator<Item = &'static str> {
        let orders = self.orders.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let of = |wanted: fn(Status) -> bool| -> Vec<Uuid> {
            orders.iter().filter(|order| wanted(order.status)).map(|order| order.id).collect()
        };
        let its = |state: State| if row.state == state { row.order_id.into_iter().collect() } else { Vec::new() };
        let (live, sold) = (of(Status::is_live), of(|status| status == Status::Reserved));
        let is_paid = row.state == State::Sold && self.is_paid(row);
        let payout = self.payouts.get(&row.id).map(|payout| (payout.order_id, payout.seller_id, payout.amount_minor));
        let owed = row.order_id.filter(|_| is_paid).map(|id| (id, row.seller_id, row.price_minor - row.fee_minor));
        let ticket = row.ticket_id.and_then(|id| self.tickets.get(&id));
        let heir = row.ticket_id.and_then(|id| self.heirs.get(&id)).filter(|_| is_paid);
        let has_heir = heir.is_some_and(|heir| Some(heir.reservation_id) == row.order_id);

        [
            (live != its(State::Locked), "its live orders are others"),
            (sold != its(State::Sold), "its sold orders are others"),
            (payout != owed, "its payout is another than is owed"),
            (row.ticket_id.is_some() != ticket.is_some(), "its ticket is not there"),
            (is_paid && ticket.is_some_and(|row| row.status != ticket::Status::Transferred), "its ticket is not ended"),
            (is_paid && ticket.is_some() != has_heir, "its buyer has no ticket for it"),
        ]
        .into_iter()
        .filter_map(|(is_wrong, what)| is_wrong.then_some(what))
    }
}
