//! The roster: what those who run the site do with accounts. No visitor can.

use entities::user::{self, Role};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{AccountError, Application, email_key, enrolled, enter, sessions, tokens};
use crate::{App, store::Write};

/// Opens an account of any role, without signing anybody in.
pub async fn create(app: &App, application: Application, role: Role) -> Result<user::Model, AccountError> {
    let row = user::Model { role, ..enrolled(app, application).await? };
    let txn = Write::begin(app).await?;
    enter(&txn, &row).await?;
    txn.commit().await?;

    Ok(row)
}

/// A password that nobody guesses, for an account that somebody else will use.
pub fn password() -> Result<String, AccountError> {
    tokens::random()
}

/// Gives an account another role, which shows in its next access token. `false`: there is none with this email.
pub async fn set_role(app: &App, email: &str, role: Role) -> Result<bool, DbErr> {
    let txn = Write::begin(app).await?;
    let changed = user::Entity::update_many()
        .set(user::ActiveModel { role: Set(role), ..Default::default() })
        .filter(user::Column::EmailKey.eq(email_key(email)))
        .exec(&*txn)
        .await?;
    txn.commit().await?;

    Ok(changed.rows_affected == 1)
}

/// Lets nobody sign in to an account any more, and ends its sessions; access tokens last their minutes. `false`: there
/// is none with this email.
pub async fn disable(app: &App, email: &str) -> Result<bool, DbErr> {
    set_disabled(app, email, true).await
}

/// Lets the owner of a disabled account sign in again. `false`: there is none with this email.
pub async fn enable(app: &App, email: &str) -> Result<bool, DbErr> {
    set_disabled(app, email, false).await
}

async fn set_disabled(app: &App, email: &str, is_disabled: bool) -> Result<bool, DbErr> {
    let now = app.clock.now();
    let txn = Write::begin(app).await?;
    let by_email = user::Column::EmailKey.eq(email_key(email));
    let Some(user) = user::Entity::find().filter(by_email).one(&*txn).await? else {
        return Ok(false);
    };
    user::Entity::update_many()
        .set(user::ActiveModel { disabled_at: Set(is_disabled.then_some(now)), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        .exec(&*txn)
        .await?;
    if is_disabled {
        sessions::end_all(&txn, user.id, None, now).await?;
    }
    txn.commit().await?;

    Ok(true)
}
