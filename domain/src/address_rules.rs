//! Rules about addresses: whose requests are refused, and who is always let in.
//!
//! A rule is for a network, has a reason, and ends at its expiry or when an admin removes it. Every change raises the
//! revision in the same transaction, by which instances see that theirs are old. Invariant: a network has one rule.

use std::fmt::Display;

use book::store::WriteTxn;
use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    address_rule::{self, Effect},
    address_rule_revision,
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    App,
    accounts::Viewer,
    text::{self, Kind, Problem},
};

pub mod import;
pub mod list;
pub mod network;
pub mod rules;

use network::Network;

/// Rules at most: all are in the memory of every instance.
pub const RULES_MAX: u64 = 200_000;
/// How long a rule is kept after its expiry, for the operator who asks why a client was blocked.
const KEPT_AFTER: TimeDelta = TimeDelta::days(30);
const THE_ROW: i16 = 1;

/// A rule as an admin words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRule {
    pub network: Network,
    pub effect: Effect,
    pub reason: String,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Why rules were left as they are.
#[derive(Debug, Error)]
pub enum RuleError {
    #[error("only admins can do this")]
    Forbidden,
    #[error("`{field}` {problem}")]
    Invalid { field: &'static str, problem: String },
    #[error("there is no such rule")]
    NotFound,
    #[error("there are {RULES_MAX} rules, which is the limit; remove some first")]
    Full,
    #[error("the store failed")]
    Store(#[from] DbErr),
}

impl RuleError {
    fn invalid(field: &'static str, problem: impl Display) -> Self {
        Self::Invalid { field, problem: problem.to_string() }
    }
}

/// Makes the rule for a network, in place of the one it may have.
///
/// # Errors
/// `Forbidden` for all but admins; `Invalid` for its first wrong field; `Full` where there is no room for another rule.
/// Refused, the rule before stays.
pub async fn put(app: &App, viewer: Viewer, rule: NewRule) -> Result<address_rule::Model, RuleError> {
    only_admins(viewer)?;
    let now = app.clock.now();
    check(&rule, now)?;
    let row = row(rule, viewer.user_id, now);
    store(app, now, row.clone()).await?;

    Ok(row)
}

/// Removes the rule of a network.
///
/// # Errors
/// `Forbidden` for all but admins; `NotFound` where the network has no rule of its own.
pub async fn remove(app: &App, viewer: Viewer, network: Network) -> Result<address_rule::Model, RuleError> {
    only_admins(viewer)?;
    let txn = WriteTxn::begin(&app.store).await?;
    raise_revision(&*txn).await?;
    let of_network = || address_rule::Column::Network.eq(network.to_string());
    let rule = address_rule::Entity::find().filter(of_network()).one(&*txn).await?.ok_or(RuleError::NotFound)?;
    address_rule::Entity::delete_many().filter(of_network()).exec(&*txn).await?;
    txn.commit().await?;
    app.wake.address_rules_changed();

    Ok(rule)
}

/// A page of rules, and whether there are more.
pub struct Page {
    pub items: Vec<address_rule::Model>,
    pub more: bool,
}

/// The rules after a network, in the order of their networks' texts; expired ones are among them for a while.
///
/// # Errors
/// `Forbidden` for all but admins.
pub async fn page(app: &App, viewer: Viewer, after: Option<&str>, limit: usize) -> Result<Page, RuleError> {
    use address_rule::Column;

    only_admins(viewer)?;
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut found = address_rule::Entity::find().order_by_asc(Column::Network).limit(one_more);
    if let Some(after) = after {
        found = found.filter(Column::Network.gt(after));
    }
    let mut items = found.all(&app.db).await?;
    let more = items.len() > limit;
    items.truncate(limit);

    Ok(Page { items, more })
}

/// How often the rules have changed.
pub async fn revision(app: &App) -> Result<i64, DbErr> {
    let row = address_rule_revision::Entity::find_by_id(THE_ROW).one(&app.db).await?;
    Ok(row.map_or(0, |row| row.revision))
}

/// The rules that have not expired.
pub async fn in_force(app: &App) -> Result<Vec<address_rule::Model>, DbErr> {
    let expires = address_rule::Column::ExpiresAt;
    let lasts = Condition::any().add(expires.is_null()).add(expires.gt(app.clock.now()));
    address_rule::Entity::find().filter(lasts).all(&app.db).await
}

fn only_admins(viewer: Viewer) -> Result<(), RuleError> {
    if viewer.is_admin() { Ok(()) } else { Err(RuleError::Forbidden) }
}

fn check_reason(reason: &str) -> Result<(), RuleError> {
    match text::check(Kind::RuleReason, reason) {
        Ok(()) if !reason.trim().is_empty() => Ok(()),
        Ok(()) | Err(Problem::TooLong(_)) => {
            Err(RuleError::invalid("reason", format!("must have 1 to {} characters", Kind::RuleReason.most())))
        }
        Err(Problem::Control(_) | Problem::Invisible(_)) => Err(RuleError::invalid("reason", "must be printable")),
    }
}

fn check(rule: &NewRule, now: DateTime<Utc>) -> Result<(), RuleError> {
    check_reason(&rule.reason)?;
    if rule.network.is_too_wide() {
        return Err(RuleError::invalid("network", network::TOO_WIDE));
    }
    if rule.expires_at.is_some_and(|end| end <= now) {
        return Err(RuleError::invalid("expiresAt", "must be in the future"));
    }
    Ok(())
}

fn row(rule: NewRule, created_by: Uuid, now: DateTime<Utc>) -> address_rule::Model {
    let NewRule { network, effect, reason, expires_at } = rule;
    address_rule::Model {
        id: Uuid::now_v7(),
        network: network.to_string(),
        effect,
        reason: reason.trim().to_owned(),
        created_by: Some(created_by),
        created_at: now,
        expires_at,
        source: None,
    }
}

/// A rule takes the place of the one that its network has.
fn replacing() -> OnConflict {
    use address_rule::Column;

    OnConflict::column(Column::Network)
        .update_columns([
            Column::Id,
            Column::Effect,
            Column::Reason,
            Column::CreatedBy,
            Column::CreatedAt,
            Column::ExpiresAt,
            Column::Source,
        ])
        .to_owned()
}

/// Deletes what is too old to be asked about.
async fn forget(txn: &WriteTxn, now: DateTime<Utc>) -> Result<(), DbErr> {
    let over = address_rule::Column::ExpiresAt.lt(now - KEPT_AFTER);
    address_rule::Entity::delete_many().filter(over).exec(&**txn).await?;
    Ok(())
}

async fn store(app: &App, now: DateTime<Utc>, row: address_rule::Model) -> Result<(), RuleError> {
    use address_rule::Column;

    let txn = WriteTxn::begin(&app.store).await?;
    raise_revision(&*txn).await?;
    forget(&txn, now).await?;
    let row = row.into_active_model().reset_all();
    address_rule::Entity::insert(row).on_conflict(replacing()).exec_without_returning(&*txn).await?;
    let count: i64 = address_rule::Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "count")
        .into_tuple()
        .one(&*txn)
        .await?
        .unwrap_or_default();
    if u64::try_from(count).unwrap_or_default() > RULES_MAX {
        return Err(RuleError::Full);
    }
    txn.commit().await?;
    app.wake.address_rules_changed();

    Ok(())
}

/// Comes first, for it locks: rules that are changed at the same time take turns.
async fn raise_revision(txn: &impl ConnectionTrait) -> Result<(), DbErr> {
    use address_rule_revision::{ActiveModel, Column, Entity};

    let next = Expr::col(Column::Revision).add(1);
    let raised =
        Entity::update_many().col_expr(Column::Revision, next).filter(Column::Id.eq(THE_ROW)).exec(txn).await?;
    if raised.rows_affected == 0 {
        let first = ActiveModel { id: Set(THE_ROW), revision: Set(1) };
        Entity::insert(first).exec_without_returning(txn).await?;
    }
    Ok(())
}
