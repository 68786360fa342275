//! Leases: one leader at a time among the instances of a site, on a row of their database.
//!
//! A lease is taken, renewed by its holder, and ends by its time or by release. Whoever holds one may act for its time
//! counted from before the call that took it, and must stop before that time is over.

use std::time::Duration;

use entities::lease;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict};
use uuid::Uuid;

use crate::{App, store::Write};

/// Takes or renews the lease `name` for `ttl`. `false`: somebody else holds it.
pub async fn acquire(app: &App, name: &str, holder: Uuid, ttl: Duration) -> Result<bool, DbErr> {
    let now = app.clock.now();
    let until = now + ttl;
    let txn = Write::begin(app).await?;
    let renewed = lease::Entity::update_many()
        .set(lease::ActiveModel { holder: Set(holder), until: Set(until), ..Default::default() })
        .filter(lease::Column::Name.eq(name))
        .filter(Condition::any().add(lease::Column::Holder.eq(holder)).add(lease::Column::Until.lte(now)))
        .exec(&*txn)
        .await?
        .rows_affected;
    let held = renewed == 1
        || lease::Entity::insert(lease::ActiveModel {
            name: Set(name.to_owned()),
            holder: Set(holder),
            until: Set(until),
        })
        .on_conflict(OnConflict::column(lease::Column::Name).do_nothing().to_owned())
        .exec_without_returning(&*txn)
        .await?
            == 1;
    txn.commit().await?;

    Ok(held)
}

/// Gives the lease back before its time, so that another instance need not wait.
pub async fn release(app: &App, name: &str, holder: Uuid) -> Result<(), DbErr> {
    let txn = Write::begin(app).await?;
    lease::Entity::delete_many()
        .filter(lease::Column::Name.eq(name))
        .filter(lease::Column::Holder.eq(holder))
        .exec(&*txn)
        .await?;
    txn.commit().await
}
