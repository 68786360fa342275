//! Personalisation: whether what a person books may be learned from, under a pseudonym.

use book::store::WriteTxn;
use entities::user;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{AccountError, Viewer, lock};
use crate::{App, analytics};

/// Lets what `viewer` books be learned from, under a new pseudonym, or forgets the one that they have and what was learned from it.
///
/// # Errors
/// `InvalidToken` where the account is gone.
pub async fn set(app: &App, viewer: Viewer, enabled: bool) -> Result<user::Model, AccountError> {
    let txn = WriteTxn::begin(&app.store).await?;
    let user = lock(&txn, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    if user.personalised == enabled {
        return Ok(user);
    }
    let now = app.clock.now();
    user::Entity::update_many()
        .set(user::ActiveModel { personalised: Set(enabled), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        .exec(&*txn)
        .await?;
    if enabled {
        analytics::give_subject(&txn, user.id, now).await?;
    } else {
        analytics::forget(&txn, user.id, now).await?;
    }
    txn.commit().await?;
    app.wake.committed();

    Ok(user::Model { personalised: enabled, ..user })
}
