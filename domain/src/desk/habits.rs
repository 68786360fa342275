//! Habits: what the buyers of a batch did before that bounds what they may do now.
//!
//! Read once for a batch, under locks of the buyers' own rows: their orders and payments of other matches are decided in
//! other lanes at the same time. Invariant: a batch that counts here locks first, so no bound is passed by asking twice
//! at once.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use book::store::WriteTxn;
use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    payment::{self, State},
    reservation::{self, Status},
    user,
};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::LockType};
use uuid::Uuid;

use super::needs::Needs;
use crate::{Settings, gateway::NO_SUCH_METHOD};

/// For how long an order that was not paid is remembered.
const REMEMBERED: TimeDelta = TimeDelta::days(2);

/// In which refused cards of a buyer count.
pub(crate) const HOUR: TimeDelta = TimeDelta::hours(1);

/// What buyers did before.
#[derive(Default)]
pub(super) struct Habits {
    /// Those who have not shown that their email is theirs, where that is asked.
    unconfirmed: HashSet<Uuid>,
    /// Those whose account was erased since they asked.
    erased: HashSet<Uuid>,
    /// By buyer: their live orders, and those of the batch's listings that ended lately.
    orders: HashMap<Uuid, Vec<reservation::Model>>,
    /// By payer: what was refused lately, or may be.
    payments: HashMap<Uuid, Vec<payment::Model>>,
}

impl Habits {
    /// Reads what the requests need, after the locks of their matches.
    pub(super) async fn read(
        txn: &WriteTxn,
        settings: &Settings,
        needs: &Needs,
        now: DateTime<Utc>,
    ) -> Result<Self, DbErr> {
        lock(txn, needs.buyers.union(&needs.payers).copied().collect()).await?;
        let mut habits = Self::default();
        let askers: BTreeSet<Uuid> = needs.holders.union(&needs.payers).copied().collect();
        for (user_id, is_erased) in refused(txn, settings, askers).await? {
            let refused = if is_erased { &mut habits.erased } else { &mut habits.unconfirmed };
            refused.insert(user_id);
        }
        for row in orders(txn, needs, now).await? {
            habits.orders.entry(row.user_id).or_default().push(row);
        }
        for row in payments(txn, &needs.payers, now).await? {
            habits.payments.entry(row.user_id).or_default().push(row);
        }
        Ok(habits)
    }

    /// Whether a buyer has to confirm their email before they hold or order anything.
    pub(super) fn is_unconfirmed(&self, user_id: Uuid) -> bool {
        self.unconfirmed.contains(&user_id)
    }

    /// Whether an account was erased: what it asked for before is not done after. An erasure has the locks of all matches.
    pub(super) fn is_erased(&self, user_id: Uuid) -> bool {
        self.erased.contains(&user_id)
    }

    /// The live orders of a buyer, and those of the batch's listings that ended lately.
    pub(super) fn orders(&self, user_id: Uuid) -> &[reservation::Model] {
        self.orders.get(&user_id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Notes an order of this batch.
    pub(super) fn note_order(&mut self, row: &reservation::Model) {
        self.orders.entry(row.user_id).or_default().push(row.clone());
    }

    /// The payments of a buyer that were refused lately, or may be.
    pub(super) fn payments(&self, user_id: Uuid) -> &[payment::Model] {
        self.payments.get(&user_id).map(Vec::as_slice).unwrap_or_default()
    }
}

/// How many cards were refused to a payment, as far as we know. A name that no card has tells an attacker who tests
/// stolen ones nothing.
pub(crate) fn refused_cards(row: &payment::Model) -> usize {
    let told = usize::try_from(row.declines).unwrap_or_default();
    let is_declined_card = row.state == State::Declined && row.decline_code.as_deref() != Some(NO_SUCH_METHOD);
    told.max(usize::from(is_declined_card))
}

/// A wait as clients are told it.
pub(super) fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

/// Keeps other lanes from counting for these buyers meanwhile; their sessions and keys go on.
async fn lock(txn: &WriteTxn, users: Vec<Uuid>) -> Result<(), DbErr> {
    if users.is_empty() || txn.is_sqlite() {
        return Ok(());
    }
    let locked = user::Entity::find().select_only().column(user::Column::Id);
    let locked = locked.filter(user::Column::Id.is_in(users)).order_by_asc(user::Column::Id);
    locked.lock(LockType::NoKeyUpdate).into_tuple::<Uuid>().all(&**txn).await.map(drop)
}

/// Of these users those who are erased, and those who have to confirm their email first. Whom an identity provider vouches for
/// without an email has none to show.
async fn refused(txn: &WriteTxn, settings: &Settings, users: BTreeSet<Uuid>) -> Result<Vec<(Uuid, bool)>, DbErr> {
    use user::Column;

    if users.is_empty() {
        return Ok(Vec::new());
    }
    let unconfirmed = Condition::all().add(Column::VerifiedAt.is_null()).add(Column::Email.ne(""));
    let unconfirmed = settings.verified_email_for_holds.then_some(unconfirmed);
    user::Entity::find()
        .select_only()
        .column(Column::Id)
        .column_as(Column::ErasedAt.is_not_null(), "is_erased")
        .filter(Column::Id.is_in(users))
        .filter(Condition::any().add(Column::ErasedAt.is_not_null()).add_option(unconfirmed))
        .into_tuple()
        .all(&**txn)
        .await
}

async fn orders(txn: &WriteTxn, needs: &Needs, now: DateTime<Utc>) -> Result<Vec<reservation::Model>, DbErr> {
    use reservation::Column;

    if needs.buyers.is_empty() {
        return Ok(Vec::new());
    }
    let of_listings = Column::ListingId.is_in(needs.listings.iter().copied());
    let ended = Condition::all().add(of_listings).add(Column::CreatedAt.gt(now - REMEMBERED));
    let wanted = Condition::any().add(Column::Status.is_in(Status::LIVE)).add(ended);
    reservation::Entity::find()
        .filter(Column::UserId.is_in(needs.buyers.iter().copied()))
        .filter(Column::ListingId.is_not_null())
        .filter(wanted)
        .all(&**txn)
        .await
}

async fn payments(txn: &WriteTxn, payers: &BTreeSet<Uuid>, now: DateTime<Utc>) -> Result<Vec<payment::Model>, DbErr> {
    use payment::Column;

    if payers.is_empty() {
        return Ok(Vec::new());
    }
    payment::Entity::find()
        .filter(Column::UserId.is_in(payers.iter().copied()))
        .filter(Column::CreatedAt.gt(now - HOUR))
        .filter(
            Condition::any().add(Column::State.is_in([State::Declined, State::Created])).add(Column::Declines.gt(0)),
        )
        .all(&**txn)
        .await
}
