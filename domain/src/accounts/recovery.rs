//! Recovery: what a person can do who reads an account's mail: show that the email is theirs, take another password.

use std::net::IpAddr;

use book::{mail_queue, store::WriteTxn};
use entities::{account_code::Purpose, mail::Kind, user};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{AccountError, Viewer, by_email, codes, email_key, find, passwords, sessions, standing, throttle};
use crate::{App, field_errors::all_right};

/// Has a code mailed for another password. It takes the same work, and is answered the same, whether there is such an
/// account or not; and after some of them in an hour no more are mailed, which is answered the same too.
///
/// # Errors
/// `TooManyAttempts` for an address that had too many mails sent; nothing tells whether there is such an account.
pub async fn request_password_reset(app: &App, address: Option<IpAddr>, email: &str) -> Result<(), AccountError> {
    let known = by_email(&app.db, email).await?.map(|user| user.email_key);
    let email = known.unwrap_or_else(|| email_key(email));
    let txn = WriteTxn::begin(&app.store).await?;
    if throttle::may_mail(app, &txn, &email, address).await? {
        mail_queue::append(&txn, Kind::ResetPassword, &email, app.clock.now()).await?;
    }
    txn.commit().await?;

    Ok(())
}

/// Gives the account that a mailed code is of another password, and ends all of its sessions.
///
/// # Errors
/// `Invalid` for the new password; `InvalidCode` for one that is unknown, used or over; `Busy` where too many passwords
/// are being hashed. Refused, the code is not used up.
pub async fn reset_password(app: &App, address: Option<IpAddr>, code: &str, new: String) -> Result<(), AccountError> {
    all_right([passwords::check("newPassword", &new, "")]).map_err(AccountError::Invalid)?;
    codes::check(app, code, Purpose::ResetPassword).await?;
    let hash = app.accounts.hashing.place()?.hash(new.clone()).await?;

    let now = app.clock.now();
    let txn = WriteTxn::begin(&app.store).await?;
    let user = codes::take(app, &txn, code, Purpose::ResetPassword).await?;
    // Refused, the code is not used up: nothing of this is committed.
    all_right([passwords::check("newPassword", &new, &user.email)]).map_err(AccountError::Invalid)?;
    user::Entity::update_many()
        .set(user::ActiveModel {
            password_hash: Set(hash),
            // The bearer of the code reads the mail.
            verified_at: Set(Some(user.verified_at.unwrap_or(now))),
            ..Default::default()
        })
        .filter(user::Column::Id.eq(user.id))
        .exec(&*txn)
        .await?;
    sessions::end_all(app, &txn, user.id, None).await?;
    throttle::pardon(&txn, &user.email, address).await?;
    mail_queue::append(&txn, Kind::PasswordChanged, &user.email_key, now).await?;
    txn.commit().await?;
    standing::heard(app, user.id);

    Ok(())
}

/// Has a code mailed to the viewer, to show that the email of their account is theirs.
///
/// # Errors
/// `Elsewhere` where an identity provider keeps the account; `InvalidToken` where it is gone; `TooManyAttempts` for an
/// address that had too many mails sent.
pub async fn request_email_verification(
    app: &App,
    viewer: Viewer,
    address: Option<IpAddr>,
) -> Result<(), AccountError> {
    viewer.session.ok_or(AccountError::Elsewhere)?;
    let user = find(app, viewer.user_id).await?.ok_or(AccountError::InvalidToken)?;
    let txn = WriteTxn::begin(&app.store).await?;
    if user.verified_at.is_none() && throttle::may_mail(app, &txn, &user.email, address).await? {
        mail_queue::append(&txn, Kind::VerifyEmail, &user.email_key, app.clock.now()).await?;
    }
    txn.commit().await?;

    Ok(())
}

/// Notes that the email of the account that a mailed code is of is its owner's.
///
/// # Errors
/// `InvalidCode` for one that is unknown, used or over.
pub async fn verify_email(app: &App, code: &str) -> Result<user::Model, AccountError> {
    let now = app.clock.now();
    let txn = WriteTxn::begin(&app.store).await?;
    let user = codes::take(app, &txn, code, Purpose::VerifyEmail).await?;
    let verified_at = Some(user.verified_at.unwrap_or(now));
    user::Entity::update_many()
        .set(user::ActiveModel { verified_at: Set(verified_at), ..Default::default() })
        .filter(user::Column::Id.eq(user.id))
        .exec(&*txn)
        .await?;
    txn.commit().await?;

    Ok(user::Model { verified_at, ..user })
}
