//! The throttle: how often a password may be tried, by account and network, by account, and by address.
//!
//! A few tries are free; after them each wrong one doubles the wait before the next, up to a bound. A try is counted
//! before its password is looked at and uncounted if it was right, so that many at once gain nothing. The counts are
//! rows of the database: all instances count together.
//!
//! What strangers try from other networks is counted for the account as well, but keeps no client waiting that comes
//! from a network where its owner has signed in before: so no stranger locks an owner out, and no list of networks is a
//! way round the wait.
//!
//! An email without an account is counted like one with, or the counting would tell them apart.

use std::{net::IpAddr, time::Duration};

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::{attempt, known_network};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{AccountError, tokens::fingerprint};
use crate::{App, work::Backoff};

/// What may be tried before there is a wait, and how long it grows.
struct Pace {
    free: i32,
    /// The wait after the first try that is not free.
    first: Duration,
    longest: Duration,
}

/// Of an account, from one network: an owner who mistypes is let be; a list of passwords gets one try in 5 minutes.
const OF_PAIR: Pace = Pace { free: 5, first: Duration::from_secs(1), longest: Duration::from_secs(5 * 60) };

/// Of an account, from all networks that are not its owner's: as many as a handful of those who mistype, and then the same.
const OF_STRANGERS: Pace = Pace { free: 30, first: Duration::from_secs(1), longest: Duration::from_secs(5 * 60) };

/// Many people may share an address; a list of accounts gets one try a minute.
const OF_ADDRESS: Pace = Pace { free: 100, first: Duration::from_secs(1), longest: Duration::from_secs(60) };

/// No owner's mail is flooded by strangers who know the email.
const OF_MAILS: Pace = Pace { free: 3, first: Duration::from_secs(60), longest: Duration::from_secs(3_600) };

/// An export reads all that is known of an account.
const OF_EXPORTS: Pace = Pace { free: 3, first: Duration::from_secs(20 * 60), longest: Duration::from_secs(3_600) };

/// After this long without a try nothing is held against an address or an account.
const FORGOTTEN: Duration = Duration::from_secs(3_600);

/// How long a network is known as the owner's after they last signed in there.
const KNOWN: Duration = Duration::from_secs(90 * 24 * 3_600);

/// A try that was let through and counted.
pub(super) struct Attempt {
    email: String,
    address: Option<IpAddr>,
    /// Whether it was counted with those of strangers.
    is_of_stranger: bool,
}

/// Whether the client that tries has shown that they are the owner, by a session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    Known,
    Unknown,
}

/// Counts a try, or refuses it.
pub(super) async fn begin(
    app: &App,
    email: &str,
    address: Option<IpAddr>,
    device: Device,
) -> Result<Attempt, AccountError> {
    let now = app.clock.now();
    let txn = WriteTxn::begin(&app.store).await?;
    let is_of_stranger = device == Device::Unknown && !is_known(&txn, email, address, now).await?;
    // Addresses are locked before accounts, and these before their pairs, so no two wait for each other.
    if let Some(address) = address {
        count(&txn, &of_address(address), &OF_ADDRESS, now).await?;
    }
    if is_of_stranger {
        count(&txn, &of_strangers(email), &OF_STRANGERS, now).await?;
    }
    count(&txn, &of_pair(email, address), &OF_PAIR, now).await?;
    txn.commit().await?;

    Ok(Attempt { email: email.to_owned(), address, is_of_stranger })
}

/// The password was right: the account begins anew from this network, which is known as its owner's from now on. The others
/// are relieved of this try alone, or its owner could guess at other accounts in between, and strangers begin anew too.
pub(super) async fn succeeded(app: &App, txn: &WriteTxn, user_id: Uuid, attempt: Attempt) -> Result<(), DbErr> {
    let Attempt { email, address, is_of_stranger } = attempt;
    if let Some(address) = address {
        relieve(txn, of_address(address)).await?;
    }
    if is_of_stranger {
        relieve(txn, of_strangers(&email)).await?;
    }
    attempt::Entity::delete_by_id(of_pair(&email, address)).exec(&**txn).await?;
    note_network(app, txn, (&email, user_id), address).await
}

async fn relieve(txn: &WriteTxn, subject: String) -> Result<(), DbErr> {
    attempt::Entity::update_many()
        .col_expr(attempt::Column::Failures, Expr::col(attempt::Column::Failures).sub(1))
        .filter(attempt::Column::Subject.eq(subject))
        .filter(attempt::Column::Failures.gt(0))
        .exec(&**txn)
        .await?;
    Ok(())
}

/// The account's owner has shown who they are otherwise: wrong passwords are held against it no more, nor against the network
/// that they come from.
pub(super) async fn pardon(txn: &WriteTxn, email: &str, address: Option<IpAddr>) -> Result<(), DbErr> {
    let pardoned = [of_strangers(email), of_pair(email, address), of_pair(email, None)];
    attempt::Entity::delete_many().filter(attempt::Column::Subject.is_in(pardoned)).exec(&**txn).await?;
    Ok(())
}

/// Notes that the owner of an account was let in from here.
pub(super) async fn note_network(
    app: &App,
    txn: &WriteTxn,
    (email, user_id): (&str, Uuid),
    address: Option<IpAddr>,
) -> Result<(), DbErr> {
    let Some(address) = address else { return Ok(()) };
    let subject = of_owner(email, address);
    let row = known_network::Model { subject, last_at: app.clock.now(), user_id: Some(user_id) };
    known_network::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(known_network::Column::Subject)
                .update_columns([known_network::Column::LastAt, known_network::Column::UserId])
                .to_owned(),
        )
        .exec_without_returning(&**txn)
        .await?;
    Ok(())
}

async fn is_known(txn: &WriteTxn, email: &str, address: Option<IpAddr>, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let Some(address) = address else { return Ok(false) };
    let known = known_network::Entity::find_by_id(of_owner(email, address)).one(&**txn).await?;
    Ok(known.is_some_and(|known| known.last_at + KNOWN > now))
}

/// Counts a sign-up with an email that has an account: who tries many learns who has one.
///
/// # Errors
/// The address has tried too many for now, and is told nothing.
pub(super) async fn probed(app: &App, address: Option<IpAddr>) -> Result<(), AccountError> {
    let Some(address) = address else { return Ok(()) };
    let txn = WriteTxn::begin(&app.store).await?;
    count(&txn, &of_address(address), &OF_ADDRESS, app.clock.now()).await?;
    Ok(txn.commit().await?)
}

/// Whether another mail may go to this email, which counts it. An address that asks for many is refused.
pub(super) async fn may_mail(
    app: &App,
    txn: &WriteTxn,
    email: &str,
    address: Option<IpAddr>,
) -> Result<bool, AccountError> {
    let now = app.clock.now();
    if let Some(address) = address {
        count(txn, &of_address(address), &OF_ADDRESS, now).await?;
    }
    match count(txn, &of_mails(email), &OF_MAILS, now).await {
        Ok(()) => Ok(true),
        Err(AccountError::TooManyAttempts { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Counts an export of all that is known of an account.
///
/// # Errors
/// There were too many for now.
pub(super) async fn may_export(app: &App, user_id: Uuid) -> Result<(), AccountError> {
    let txn = WriteTxn::begin(&app.store).await?;
    count(&txn, &of_export(user_id), &OF_EXPORTS, app.clock.now()).await?;
    Ok(txn.commit().await?)
}

/// Deletes what is held against an account that is erased, and where it is known.
pub(super) async fn forget_account(
    txn: &WriteTxn,
    user_id: Uuid,
    email: &str,
    address: Option<IpAddr>,
) -> Result<(), DbErr> {
    pardon(txn, email, address).await?;
    let counted = [of_mails(email), of_export(user_id)];
    attempt::Entity::delete_many().filter(attempt::Column::Subject.is_in(counted)).exec(&**txn).await?;
    let here = address.map(|address| known_network::Column::Subject.eq(of_owner(email, address)));
    let known = Condition::any().add(known_network::Column::UserId.eq(user_id)).add_option(here);
    known_network::Entity::delete_many().filter(known).exec(&**txn).await?;
    Ok(())
}

/// Deletes what is too old to be held against an address or an account.
pub(crate) async fn forget(app: &App, txn: &WriteTxn) -> Result<(), DbErr> {
    let old = attempt::Column::LastAt.lt(app.clock.now() - FORGOTTEN);
    attempt::Entity::delete_many().filter(old).exec(&**txn).await?;
    let unused = known_network::Column::LastAt.lt(app.clock.now() - KNOWN);
    known_network::Entity::delete_many().filter(unused).exec(&**txn).await?;
    Ok(())
}

fn of_mails(email: &str) -> String {
    fingerprint(&format!("mails {}", super::email_key(email)))
}

fn of_export(user_id: Uuid) -> String {
    fingerprint(&format!("export {user_id}"))
}

fn of_strangers(email: &str) -> String {
    fingerprint(&format!("account {}", super::email_key(email)))
}

fn of_pair(email: &str, address: Option<IpAddr>) -> String {
    let network = address.map_or_else(|| "unknown".to_owned(), network);
    fingerprint(&format!("account {} from {network}", super::email_key(email)))
}

fn of_owner(email: &str, address: IpAddr) -> String {
    fingerprint(&format!("owner of {} in {}", super::email_key(email), network(address)))
}

fn of_address(address: IpAddr) -> String {
    fingerprint(&format!("address {}", network(address)))
}

async fn count(txn: &WriteTxn, subject: &str, pace: &Pace, now: DateTime<Utc>) -> Result<(), AccountError> {
    let fresh = attempt::Model { subject: subject.to_owned(), failures: 0, last_at: now, next_at: now };
    attempt::Entity::insert(fresh.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::column(attempt::Column::Subject).do_nothing().to_owned())
        .exec_without_returning(&**txn)
        .await?;
    let found = attempt::Entity::find_by_id(subject).lock_exclusive().one(&**txn).await?;
    let mut row = found.filter(|row| row.last_at + FORGOTTEN > now).unwrap_or(fresh);
    // Times of tries at once may come in any order: what is free is not measured by them.
    if !pace.wait(row.failures).is_zero() && now < row.next_at {
        let retry_after = (row.next_at - now).to_std().unwrap_or_default();
        metrics::counter!("matchday_sign_ins_throttled_total").increment(1);
        return Err(AccountError::TooManyAttempts { retry_after });
    }
    row.failures = row.failures.saturating_add(1);
    row.last_at = now;
    row.next_at = now + pace.wait(row.failures);
    attempt::Entity::update_many()
        .set(attempt::ActiveModel {
            failures: Set(row.failures),
            last_at: Set(row.last_at),
            next_at: Set(row.next_at),
            ..Default::default()
        })
        .filter(attempt::Column::Subject.eq(subject))
        .exec(&**txn)
        .await?;

    Ok(())
}

impl Pace {
    /// The wait after so many failures.
    fn wait(&self, failures: i32) -> Duration {
        match u32::try_from(failures - self.free) {
            Ok(beyond @ 1..) => Backoff { first: self.first, longest: self.longest }.wait(beyond - 1),
            _ => Duration::ZERO,
        }
    }
}

/// What one subscriber of a provider has: an IPv4 address, or 64 bits of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_from_the_first_try_that_is_not_free_up_to_a_bound() {
        let waits: Vec<u64> = (4..=16).map(|failures| OF_PAIR.wait(failures).as_secs()).collect();

        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(OF_PAIR.wait(i32::MAX).as_secs(), 300);
    }

    #[test]
    fn an_address_is_counted_by_what_one_subscriber_has() {
        let of = |text: &str| network(text.parse().expect("an address"));

        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    }
}
