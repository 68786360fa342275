//! Administration: what the operator does with accounts. No visitor can.

use book::store::WriteTxn;
use entities::user::{self, Role};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use super::{AccountError, SignUp, email_keys, enrolled, enter, sessions, standing, tokens};
use crate::App;

/// Opens an account of any role, without opening a session.
///
/// # Errors
/// `Invalid`, `Busy` and `EmailTaken`, as at a sign-up: then no account is opened.
pub async fn create(app: &App, details: SignUp, role: Role) -> Result<user::Model, AccountError> {
    let row = user::Model { role, ..enrolled(app, details).await? };
    let txn = WriteTxn::begin(&app.store).await?;
    enter(&txn, &row).await?;
    txn.commit().await?;

    Ok(row)
}

/// A password that can't be guessed, for an account that another person will use.
///
/// # Errors
/// `Internal` where the system has no randomness.
pub fn password() -> Result<String, AccountError> {
    tokens::random()
}

/// Gives an account another role, which counts as soon as instances hear of it, whatever its tokens say. The account as it
/// was; `None`: `name` names none.
///
/// # Errors
/// `Ambiguous` where the name is that of several accounts: then none has changed.
pub async fn set_role(app: &App, name: &str, role: Role) -> Result<Option<user::Model>, AccountError> {
    let txn = WriteTxn::begin(&app.store).await?;
    let Some(user) = named(&txn, name).await? else {
        return Ok(None);
    };
    user::Entity::update_many()
        .set(user::ActiveModel { role: Set(role), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        .exec(&*txn)
        .await?;
    standing::tell(app, &txn, user.id).await?;
    txn.commit().await?;
    standing::heard(app, user.id);

    Ok(Some(user))
}

/// Disables an account and ends its sessions: instances refuse its tokens, also those of an identity
/// provider, and close its connections as soon as they hear of it, within a second. `false`: `name` names none.
///
/// # Errors
/// `Ambiguous` where the name is that of several accounts: then none has changed.
pub async fn disable(app: &App, name: &str) -> Result<bool, AccountError> {
    set_disabled(app, name, true).await
}

/// Lets the owner of a disabled account sign in again. `false`: `name` names none.
///
/// # Errors
/// `Ambiguous` where the name is that of several accounts: then none has changed.
pub async fn enable(app: &App, name: &str) -> Result<bool, AccountError> {
    set_disabled(app, name, false).await
}

async fn set_disabled(app: &App, name: &str, is_disabled: bool) -> Result<bool, AccountError> {
    let now = app.clock.now();
    let txn = WriteTxn::begin(&app.store).await?;
    let Some(user) = named(&txn, name).await? else {
        return Ok(false);
    };
    user::Entity::update_many()
        .set(user::ActiveModel { disabled_at: Set(is_disabled.then_some(now)), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        .exec(&*txn)
        .await?;
    if is_disabled {
        sessions::end_all(app, &txn, user.id, None).await?;
    }
    standing::tell(app, &txn, user.id).await?;
    txn.commit().await?;
    standing::heard(app, user.id);

    Ok(true)
}

/// The account that a name means, as it is now.
pub(super) async fn found(app: &App, name: &str) -> Result<Option<user::Model>, AccountError> {
    named(&WriteTxn::begin(&app.store).await?, name).await
}

/// The account of this id or email. A stranger who signs up here with the email of a subject of the identity provider
/// has another account with it: then the email alone names neither.
async fn named(txn: &WriteTxn, name: &str) -> Result<Option<user::Model>, AccountError> {
    let keys = email_keys(name);
    let email = &keys[0];
    let of_name = match email.parse::<Uuid>() {
        Ok(id) => Condition::any().add(user::Column::Id.eq(id)),
        Err(_) if email.is_empty() => return Ok(None),
        Err(_) => Condition::any()
            .add(user::Column::EmailKey.is_in(&keys))
            .add(Expr::expr(Func::lower(Expr::col(user::Column::Email))).eq(email)),
    };
    let found = user::Entity::find().filter(of_name).filter(user::Column::ErasedAt.is_null());
    let mut found = found.order_by_asc(user::Column::Id).all(&**txn).await?;
    if found.len() > 1 {
        let ids = found.into_iter().map(|user| user.id).collect();
        return Err(AccountError::Ambiguous { name: name.to_owned(), ids });
    }
    Ok(found.pop())
}
