//! Codes: what a mail gives its reader, to show that they read it. Each works once, for a time.

use std::time::Duration;

use book::store::WriteTxn;
use entities::{
    account_code::{self, Purpose},
    user,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{AccountError, lock, tokens};
use crate::App;

const LIFE_OF_VERIFICATION: Duration = Duration::from_secs(24 * 3_600);
const LIFE_OF_RESET: Duration = Duration::from_secs(3_600);

/// Makes a code. Earlier ones of the user work as well until one is used, for mails may overtake each other.
pub(crate) async fn make(app: &App, user: Uuid, purpose: Purpose) -> Result<String, DbErr> {
    let code = tokens::random().map_err(|error| DbErr::Custom(error.to_string()))?;
    let life = match purpose {
        Purpose::VerifyEmail => LIFE_OF_VERIFICATION,
        Purpose::ResetPassword => LIFE_OF_RESET,
    };
    let txn = WriteTxn::begin(&app.store).await?;
    account_code::Entity::insert(account_code::ActiveModel {
        code_hash: Set(tokens::fingerprint(&code)),
        user_id: Set(user),
        purpose: Set(purpose),
        expires_at: Set(app.clock.now() + life),
    })
    .exec_without_returning(&*txn)
    .await?;
    txn.commit().await?;

    Ok(code)
}

/// Whether a code would be taken, before the work of taking it.
pub(super) async fn check(app: &App, code: &str, purpose: Purpose) -> Result<(), AccountError> {
    let found = account_code::Entity::find_by_id(tokens::fingerprint(code)).one(&app.db).await?;
    let is_good = found.is_some_and(|row| row.purpose == purpose && row.expires_at > app.clock.now());
    if is_good { Ok(()) } else { Err(AccountError::InvalidCode) }
}

/// Uses a code: whose it is, with all of their codes for the same purpose used up.
pub(super) async fn take(app: &App, txn: &WriteTxn, code: &str, purpose: Purpose) -> Result<user::Model, AccountError> {
    let used = account_code::Entity::delete_many()
        .filter(account_code::Column::CodeHash.eq(tokens::fingerprint(code)))
        .filter(account_code::Column::Purpose.eq(purpose))
        .filter(account_code::Column::ExpiresAt.gt(app.clock.now()))
        .exec_with_returning(&**txn)
        .await?;
    let owner = used.first().ok_or(AccountError::InvalidCode)?.user_id;
    account_code::Entity::delete_many()
        .filter(account_code::Column::UserId.eq(owner))
        .filter(account_code::Column::Purpose.eq(purpose))
        .exec(&**txn)
        .await?;

    lock(txn, owner).await?.ok_or(AccountError::InvalidCode)
}

/// Deletes codes that are over.
pub(crate) async fn forget(app: &App, txn: &WriteTxn) -> Result<(), DbErr> {
    let over = account_code::Column::ExpiresAt.lte(app.clock.now());
    account_code::Entity::delete_many().filter(over).exec(&**txn).await?;
    Ok(())
}
