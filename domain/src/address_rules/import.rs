//! Imports: rules for all networks of a list at once, by those who run the site.
//!
//! Invariant: an import replaces what lists said, never what an admin did; and what one list says gives way to no other.

use std::collections::{BTreeSet, HashMap};

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::address_rule::{self, Column, Effect};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::{RULES_MAX, RuleError, check_reason, forget, network::Network, raise_revision, replacing};
use crate::App;

const SOURCE_LENGTH: usize = 64;

/// Rows of one statement, which has a parameter for each value of each.
const ROWS: usize = 1_000;

/// Rules as a list words them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub networks: Vec<Network>,
    pub effect: Effect,
    pub reason: String,
    pub expires_at: Option<DateTime<Utc>>,
    /// Names the list: what it said before and says no more is removed. Without a name nothing is.
    pub source: Option<String>,
}

/// What became of the networks of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    pub new: usize,
    /// The list said otherwise before.
    pub changed: usize,
    pub same: usize,
    /// An admin, or another list, has a rule for it.
    pub kept: usize,
    /// The list names it no more.
    pub gone: usize,
}

/// Makes the rules of a list, all of them or none; where it is a rehearsal none, and says what would become of them.
///
/// # Errors
/// `Invalid` for the first that is wrong with the list; `Full` where there is no room for all of them. Refused, none is
/// made.
pub async fn import(app: &App, list: List, is_rehearsal: bool) -> Result<Imported, RuleError> {
    let now = app.clock.now();
    check(&list, now)?;

    let txn = WriteTxn::begin(&app.store).await?;
    raise_revision(&*txn).await?;
    let known = address_rule::Entity::find().all(&*txn).await?;
    let known: HashMap<String, address_rule::Model> =
        known.into_iter().map(|rule| (rule.network.clone(), rule)).collect();
    let (imported, rows, gone) = plan(&list, &known, now);
    let count = known.len() + imported.new - imported.gone;
    if u64::try_from(count).unwrap_or(u64::MAX) > RULES_MAX {
        return Err(RuleError::Full);
    }
    if is_rehearsal || (rows.is_empty() && gone.is_empty()) {
        return Ok(imported);
    }
    forget(&txn, now).await?;
    write(&txn, rows, &gone).await?;
    txn.commit().await?;
    app.wake.address_rules_changed();

    Ok(imported)
}

fn check(list: &List, now: DateTime<Utc>) -> Result<(), RuleError> {
    check_reason(&list.reason)?;
    if let Some(wide) = list.networks.iter().find(|network| network.is_too_wide()) {
        return Err(RuleError::invalid("network", format!("{wide} {}", super::network::TOO_WIDE)));
    }
    if list.expires_at.is_some_and(|end| end <= now) {
        return Err(RuleError::invalid("expiresAt", "must be in the future"));
    }
    let is_name =
        |name: &String| (1..=SOURCE_LENGTH).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if !list.source.as_ref().is_none_or(is_name) {
        return Err(RuleError::invalid("source", format!("must have 1 to {SOURCE_LENGTH} printable characters")));
    }
    Ok(())
}

/// What becomes of each network; the rows to be written, and the networks to be removed.
fn plan(
    list: &List,
    known: &HashMap<String, address_rule::Model>,
    now: DateTime<Utc>,
) -> (Imported, Vec<address_rule::Model>, Vec<String>) {
    let wanted: BTreeSet<String> = list.networks.iter().map(ToString::to_string).collect();
    let (mut imported, mut rows) = (Imported::default(), Vec::new());
    for network in &wanted {
        let row = row(list, network, now);
        match known.get(network) {
            None => imported.new += 1,
            Some(rule) if is_anothers(rule, list, now) => {
                imported.kept += 1;
                continue;
            }
            Some(rule) if says_the_same(rule, &row) => {
                imported.same += 1;
                continue;
            }
            Some(_) => imported.changed += 1,
        }
        rows.push(row);
    }
    let of_list = |rule: &&address_rule::Model| list.source.is_some() && rule.source == list.source;
    let gone: Vec<String> = known
        .values()
        .filter(of_list)
        .filter(|rule| !wanted.contains(&rule.network))
        .map(|rule| rule.network.clone())
        .collect();
    imported.gone = gone.len();

    (imported, rows, gone)
}

fn row(list: &List, network: &str, now: DateTime<Utc>) -> address_rule::Model {
    address_rule::Model {
        id: Uuid::now_v7(),
        network: network.to_owned(),
        effect: list.effect,
        reason: list.reason.trim().to_owned(),
        created_by: None,
        created_at: now,
        expires_at: list.expires_at,
        source: list.source.clone(),
    }
}

fn is_anothers(rule: &address_rule::Model, list: &List, now: DateTime<Utc>) -> bool {
    let is_over = rule.expires_at.is_some_and(|end| end <= now);
    !is_over && (rule.created_by.is_some() || (rule.source.is_some() && rule.source != list.source))
}

fn says_the_same(rule: &address_rule::Model, row: &address_rule::Model) -> bool {
    let said = |rule: &address_rule::Model| {
        (rule.effect, rule.reason.clone(), rule.created_by, rule.expires_at, rule.source.clone())
    };
    said(rule) == said(row)
}

async fn write(txn: &WriteTxn, rows: Vec<address_rule::Model>, gone: &[String]) -> Result<(), DbErr> {
    for networks in gone.chunks(ROWS) {
        let of_list = Column::Network.is_in(networks.iter().map(String::as_str));
        address_rule::Entity::delete_many().filter(of_list).exec(&**txn).await?;
    }
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let some = rows.by_ref().take(ROWS);
        address_rule::Entity::insert_many(some).on_conflict(replacing()).exec_without_returning(&**txn).await?;
    }
    Ok(())
}
