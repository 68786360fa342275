//! What is kept of a deleted account: the site's books, by ids alone.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use entities::{dispute, listing, payment, payout, refund, reservation, ticket, ticket_transfer};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
    sea_query::{ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use crate::App;

/// A kind of records that stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptKind {
    Reservations,
    Payments,
    Refunds,
    Disputes,
    Tickets,
    TicketTransfers,
    Listings,
    Payouts,
}

/// Records of a kind that stay, without a name or an email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecord {
    pub kind: KeptKind,
    pub count: u64,
    /// Until when the law makes the site keep the newest of them, where its operator has said for how long.
    pub until: Option<DateTime<Utc>>,
}

impl KeptKind {
    /// Why they stay.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Reservations => {
                "They say what was sold to whom by number, and belong to the books that the law makes a seller keep."
            }
            Self::Payments => "They are the receipts of the site's books, without a name or a card.",
            Self::Refunds => "They show in the site's books that money went back.",
            Self::Disputes => "They show how a dispute about a payment ended.",
            Self::Tickets => {
                "They show that what was paid for was issued, and that each is used once; the name on them is deleted."
            }
            Self::TicketTransfers => "They show that a ticket has another holder, and to whom it belongs.",
            Self::Listings => {
                "They say what was offered and sold to another fan; your name and your description are deleted."
            }
            Self::Payouts => "They show in the site's books what was paid to a seller.",
        }
    }
}

/// What would stay of an account, of each kind that there is.
pub(super) async fn of(db: &impl ConnectionTrait, app: &App, user_id: Uuid) -> Result<Vec<KeptRecord>, DbErr> {
    let payments = || -> SelectStatement {
        let of_user = payment::Column::UserId.eq(user_id);
        Query::select().column(payment::Column::Id).from(payment::Entity).and_where(of_user).to_owned()
    };
    let of_transfers = ticket_transfer::Column::GiverId.eq(user_id).or(ticket_transfer::Column::TakerId.eq(user_id));
    let counted = [
        counted(
            db,
            KeptKind::Reservations,
            reservation::Entity::find().filter(reservation::Column::UserId.eq(user_id)),
            reservation::Column::CreatedAt,
        )
        .await?,
        counted(
            db,
            KeptKind::Payments,
            payment::Entity::find().filter(payment::Column::UserId.eq(user_id)),
            payment::Column::CreatedAt,
        )
        .await?,
        counted(
            db,
            KeptKind::Refunds,
            refund::Entity::find().filter(refund::Column::PaymentId.in_subquery(payments())),
            refund::Column::CreatedAt,
        )
        .await?,
        counted(
            db,
            KeptKind::Disputes,
            dispute::Entity::find().filter(dispute::Column::PaymentId.in_subquery(payments())),
            dispute::Column::OpenedAt,
        )
        .await?,
        counted(
            db,
            KeptKind::Tickets,
            ticket::Entity::find().filter(ticket::Column::UserId.eq(user_id)),
            ticket::Column::IssuedAt,
        )
        .await?,
        counted(
            db,
            KeptKind::TicketTransfers,
            ticket_transfer::Entity::find().filter(of_transfers),
            ticket_transfer::Column::CreatedAt,
        )
        .await?,
        counted(
            db,
            KeptKind::Listings,
            listing::Entity::find().filter(listing::Column::SellerId.eq(user_id)),
            listing::Column::CreatedAt,
        )
        .await?,
        counted(
            db,
            KeptKind::Payouts,
            payout::Entity::find().filter(payout::Column::SellerId.eq(user_id)),
            payout::Column::CreatedAt,
        )
        .await?,
    ];
    let years = app.settings.records_years;
    let kept = counted.into_iter().flatten().map(|(kind, count, newest)| KeptRecord {
        kind,
        count,
        until: years.and_then(|years| end_of_year(newest, years)),
    });
    Ok(kept.collect())
}

/// How many there are, and when the newest began; none where there are none.
async fn counted<E: EntityTrait>(
    db: &impl ConnectionTrait,
    kind: KeptKind,
    rows: Select<E>,
    at: E::Column,
) -> Result<Option<(KeptKind, u64, DateTime<Utc>)>, DbErr> {
    let found = rows
        .select_only()
        .column_as(at.count(), "count")
        .column_as(at.max(), "newest")
        .into_tuple::<(i64, Option<DateTime<Utc>>)>()
        .one(db)
        .await?;
    Ok(found.and_then(|(count, newest)| Some((kind, u64::try_from(count).unwrap_or(0), newest?))))
}

/// Books are kept for whole years after the one that they are of.
fn end_of_year(newest: DateTime<Utc>, years: u32) -> Option<DateTime<Utc>> {
    let year = newest.year() + i32::try_from(years).ok()? + 1;
    Some(NaiveDate::from_ymd_opt(year, 1, 1)?.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_are_kept_for_whole_years_after_the_one_that_they_are_of() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("it is a time");

        assert_eq!(end_of_year(at("2026-03-01T10:00:00Z"), 10), Some(at("2037-01-01T00:00:00Z")));
        assert_eq!(end_of_year(at("2026-12-31T23:59:59Z"), 0), Some(at("2027-01-01T00:00:00Z")));
        assert_eq!(end_of_year(at("2026-12-31T23:59:59Z"), u32::MAX), None);
    }
}
