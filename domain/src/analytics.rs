//! Analytics: the pseudonyms under which bookings are learned from, and how they are forgotten.
//!
//! A pseudonym is random and leads to its fan by its row alone. A fan who objects or leaves has none: what they book is told without fan and
//! country, and what was told before is erased in the lake.
//!
//! Invariant: a pseudonym that was forgotten is in no record that is published after the record of its erasure.

use std::collections::{BTreeSet, HashMap};

use book::{
    booking_state::BookingState,
    outbox::{
        self,
        bookings::{BookingEvent, KnownFan},
    },
    store::WriteTxn,
};
use chrono::{DateTime, TimeDelta, Utc};
use entities::{analytics_erasure, analytics_subject, booking_event, reservation, user};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, TryInsertResult, sea_query::Query,
};
use uuid::Uuid;

use crate::App;

/// How long it is remembered that a pseudonym was erased: longer than the broker keeps bookings.
pub const REMEMBERED: TimeDelta = TimeDelta::days(60);
/// How long bookings wait for a broker that does not take them: for as long as it would keep them. The database completes the lake.
const KEPT: TimeDelta = TimeDelta::days(28);
/// An older program beside this one opens accounts without a pseudonym. They are looked for among accounts of this age at most: longer than
/// two versions run side by side.
const BESIDE: TimeDelta = TimeDelta::days(7);
/// Pseudonyms that are given in one transaction at most.
const BATCH: u64 = 1_000;

/// Gives a fan a pseudonym for what they place from now on, unless they have one.
///
/// # Errors
/// As the database fails.
pub async fn give_subject(txn: &WriteTxn, user_id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    insert(txn, [(user_id, now)]).await
}

/// Forgets a fan's pseudonym: from now on nothing leads from it to them. Its erasure is published. The pseudonym; none, where they have none.
///
/// # Errors
/// As the database fails.
pub async fn forget(txn: &WriteTxn, user_id: Uuid, now: DateTime<Utc>) -> Result<Option<Uuid>, DbErr> {
    let of_user = analytics_subject::Entity::find_by_id(user_id).lock_exclusive();
    let Some(known) = of_user.one(&**txn).await? else {
        return Ok(None);
    };
    analytics_subject::Entity::delete_by_id(user_id).exec(&**txn).await?;
    let erasure = analytics_erasure::Model { subject: known.subject, erased_at: now };
    analytics_erasure::Entity::insert(erasure.into_active_model().reset_all()).exec_without_returning(&**txn).await?;
    outbox::append(txn, &[], &[BookingEvent::Erasure(known.subject)], now).await?;

    Ok(Some(known.subject))
}

/// The pseudonyms that were forgotten since then.
///
/// # Errors
/// As the database fails.
pub async fn forgotten(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<Uuid>, DbErr> {
    analytics_erasure::Entity::find()
        .select_only()
        .column(analytics_erasure::Column::Subject)
        .filter(analytics_erasure::Column::ErasedAt.gte(since))
        .into_tuple()
        .all(db)
        .await
}

/// Reservations and orders as they are, by their ids after `after`, at most `limit`; with what may be known of their fans.
///
/// # Errors
/// As the database fails.
pub async fn bookings(
    db: &impl ConnectionTrait,
    after: Uuid,
    limit: u64,
) -> Result<Vec<(BookingState, Option<KnownFan>)>, DbErr> {
    let rows = reservation::Entity::find()
        .filter(reservation::Column::Id.gt(after))
        .order_by_asc(reservation::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    let users: BTreeSet<Uuid> = rows.iter().map(|row| row.user_id).collect();
    let known = known_fans(db, users).await?;

    // When a hold ended is written down, when it began to be paid is not.
    let since = |row: &reservation::Model| row.ended_at.unwrap_or(row.created_at);
    let fan_of = |row: &reservation::Model| {
        let (given_at, fan) = known.get(&row.user_id)?;
        (*given_at <= row.created_at).then(|| fan.clone())
    };
    Ok(rows.iter().map(|row| (BookingState::new(row, since(row)), fan_of(row))).collect())
}

/// What may be known of these fans, and of what they placed since when: nothing of those who object or have left.
async fn known_fans(
    db: &impl ConnectionTrait,
    users: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, (DateTime<Utc>, KnownFan)>, DbErr> {
    let subjects =
        analytics_subject::Entity::find().filter(analytics_subject::Column::UserId.is_in(users)).all(db).await?;
    let countries: Vec<(Uuid, Option<String>)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Country])
        .filter(user::Column::Id.is_in(subjects.iter().map(|known| known.user_id)))
        .filter(user::Column::Personalised.eq(true))
        .into_tuple()
        .all(db)
        .await?;
    let subjects: HashMap<Uuid, analytics_subject::Model> =
        subjects.into_iter().map(|known| (known.user_id, known)).collect();
    let fans = countries.into_iter().filter_map(|(user_id, country)| {
        let known = subjects.get(&user_id)?;
        Some((user_id, (known.created_at, KnownFan { subject: known.subject, country })))
    });
    Ok(fans.collect())
}

/// Lets go of erasures that every lake has carried out and of bookings that no broker has taken, and gives pseudonyms to accounts that an older program has opened.
pub(crate) async fn keep(app: &App, txn: &WriteTxn) -> Result<(), DbErr> {
    let now = app.clock.now();
    analytics_erasure::Entity::delete_many()
        .filter(analytics_erasure::Column::ErasedAt.lt(now - REMEMBERED))
        .exec(&**txn)
        .await?;
    let untaken = booking_event::Entity::delete_many().filter(booking_event::Column::CreatedAt.lt(now - KEPT));
    let untaken = untaken.exec(&**txn).await?.rows_affected;
    if untaken > 0 {
        tracing::error!(rows = untaken, "the topic of bookings has taken none for 28 days; the oldest were dropped");
    }
    let known = Query::select().column(analytics_subject::Column::UserId).from(analytics_subject::Entity).to_owned();
    // What they placed since they opened the account is theirs.
    let without: Vec<(Uuid, DateTime<Utc>)> = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::CreatedAt])
        .filter(user::Column::Id.gte(first_id(now - BESIDE)))
        .filter(user::Column::Personalised.eq(true))
        .filter(user::Column::Id.not_in_subquery(known))
        .limit(BATCH)
        .into_tuple()
        .all(&**txn)
        .await?;

    insert(txn, without).await
}

/// Gives pseudonyms to fans, each for what they place from a moment on.
async fn insert(txn: &WriteTxn, users: impl IntoIterator<Item = (Uuid, DateTime<Utc>)>) -> Result<(), DbErr> {
    let rows = users.into_iter().map(|(user_id, created_at)| {
        let subject = uuid::Builder::from_random_bytes(rand::random()).into_uuid();
        analytics_subject::Model { user_id, subject, created_at }.into_active_model().reset_all()
    });
    let given =
        analytics_subject::Entity::insert_many(rows).on_conflict_do_nothing().exec_without_returning(&**txn).await?;
    match given {
        TryInsertResult::Empty | TryInsertResult::Conflicted | TryInsertResult::Inserted(_) => Ok(()),
    }
}

/// The least id that an account can have that was opened then or later: ids grow with the time.
fn first_id(since: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(since.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
