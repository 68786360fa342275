//! Security events: what was decided about whom, for those who run the site.
//!
//! They are counted by kind, detail, network, user and minute, so that an attacker who is refused a million times makes
//! a few rows of it. Invariant: of an address no more than its network is kept, of a request nothing.

use std::collections::HashSet;

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::{
    security_event::{self, Kind},
    user,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use crate::{App, accounts::tokens::fingerprint, page::Page};

/// A decision about a client, and how often it was made within a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    pub kind: Kind,
    pub detail: String,
    pub network: Option<String>,
    pub user_id: Option<Uuid>,
    /// Begins the minute.
    pub minute: DateTime<Utc>,
    pub count: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
}

impl Sighting {
    /// The row that is the first of its subject and minute.
    fn row(&self, now: DateTime<Utc>) -> security_event::Model {
        let Self { kind, detail, network, user_id, minute, count, first_at, last_at } = self.clone();
        let user = user_id.map(|id| id.to_string()).unwrap_or_default();
        let whose = network.clone().unwrap_or_default();
        security_event::Model {
            id: Uuid::now_v7(),
            subject: fingerprint(&format!("{} {detail} {whose} {user}", kind.as_str())),
            kind,
            detail,
            network,
            user_id,
            minute,
            count,
            first_at,
            last_at,
            updated_at: now,
        }
    }
}

/// Adds what was counted.
pub async fn record(app: &App, sightings: &[Sighting]) -> Result<(), DbErr> {
    use security_event::{Column, Entity};

    let now = app.clock.now();
    let mut rows: Vec<security_event::Model> = sightings.iter().map(|sighting| sighting.row(now)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    // Instances that count the same write it in the same order, so that none waits for another that waits for it.
    rows.sort_by(|one, other| (&one.subject, one.minute).cmp(&(&other.subject, other.minute)));
    let added = Expr::col((Entity, Column::Count)).add(Expr::cust("excluded.count"));
    let counted = OnConflict::columns([Column::Subject, Column::Minute])
        .value(Column::Count, added)
        .update_columns([Column::LastAt, Column::UpdatedAt])
        .to_owned();
    let txn = WriteTxn::begin(&app.store).await?;
    let erased = erased(&txn, &rows).await?;
    rows.retain(|row| row.user_id.is_none_or(|user| !erased.contains(&user)));
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    Entity::insert_many(rows).on_conflict(counted).exec_without_returning(&*txn).await?;
    txn.commit().await?;
    app.wake.security_events_changed();

    Ok(())
}

/// Those of the rows' users whose account was erased since: nothing is written of them any more.
async fn erased(txn: &WriteTxn, rows: &[security_event::Model]) -> Result<HashSet<Uuid>, DbErr> {
    let users: HashSet<Uuid> = rows.iter().filter_map(|row| row.user_id).collect();
    if users.is_empty() {
        return Ok(users);
    }
    let erased = user::Entity::find().select_only().column(user::Column::Id);
    let erased = erased.filter(user::Column::Id.is_in(users)).filter(user::Column::ErasedAt.is_not_null());
    Ok(erased.into_tuple::<Uuid>().all(&**txn).await?.into_iter().collect())
}

/// Events after the one of id `after`, newest first, of one kind or of all.
pub async fn page(
    app: &App,
    kind: Option<Kind>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page<security_event::Model>, DbErr> {
    use security_event::Column;

    let mut found = security_event::Entity::find().order_by_desc(Column::Id);
    if let Some(kind) = kind {
        found = found.filter(Column::Kind.eq(kind));
    }
    if let Some(after) = after {
        found = found.filter(Column::Id.lt(after));
    }
    Page::of(&app.db, found, limit).await
}

/// Events written since `from` that were decided, or decided again, since `since`: those written last first, at most
/// `most`, of one kind or of all.
pub async fn written(
    app: &App,
    kind: Option<Kind>,
    from: DateTime<Utc>,
    since: DateTime<Utc>,
    most: u64,
) -> Result<Vec<security_event::Model>, DbErr> {
    use security_event::Column;

    let mut found = security_event::Entity::find()
        .filter(Column::UpdatedAt.gte(from))
        .filter(Column::LastAt.gte(since))
        .order_by_desc(Column::UpdatedAt)
        .limit(most);
    if let Some(kind) = kind {
        found = found.filter(Column::Kind.eq(kind));
    }
    found.all(&app.db).await
}

/// Deletes what is older.
pub async fn forget(app: &App, before: DateTime<Utc>) -> Result<(), DbErr> {
    let txn = WriteTxn::begin(&app.store).await?;
    security_event::Entity::delete_many().filter(security_event::Column::Minute.lt(before)).exec(&*txn).await?;
    txn.commit().await
}
