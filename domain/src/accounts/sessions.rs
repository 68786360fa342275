//! Sessions: families of refresh tokens, each used once.

use chrono::{DateTime, Utc};
use entities::{session, user};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    AccountError, Session, Viewer,
    keys::{self, Key},
    lock, tokens,
};
use crate::{App, store::Write};

/// Exchanges a refresh token for a new session of the same family.
///
/// # Errors
/// `InvalidToken` for one that is unknown, over, or was used before; the last ends its family.
pub async fn refresh(app: &App, refresh_token: &str) -> Result<Session, AccountError> {
    let now = app.clock.now();
    let signer = keys::signer(app).await?;
    let txn = Write::begin(app).await?;
    let hash = tokens::fingerprint(refresh_token);
    let known = session::Entity::find_by_id(&hash).one(&*txn).await?.ok_or(AccountError::InvalidToken)?;
    let user = lock(&txn, known.user_id).await?.ok_or(AccountError::InvalidToken)?;
    let found = session::Entity::find_by_id(hash).lock_exclusive().one(&*txn).await?;
    let row = found.ok_or(AccountError::InvalidToken)?;
    if row.ended_at.is_some() {
        end_family(&txn, row.family, now).await?;
        txn.commit().await?;
        tracing::warn!(family = %row.family, "a refresh token was used twice; its session is ended");
        return Err(AccountError::InvalidToken);
    }
    if row.expires_at <= now {
        return Err(AccountError::ExpiredToken);
    }
    if user.disabled_at.is_some() {
        return Err(AccountError::Disabled);
    }
    session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::TokenHash.eq(row.token_hash))
        .exec(&*txn)
        .await?;
    let session = next(app, &txn, user, row.family, &signer).await?;
    txn.commit().await?;

    Ok(session)
}

/// Ends the viewer's session, or all that they have: the refresh tokens are worth nothing from now on.
pub async fn sign_out(app: &App, viewer: Viewer, everywhere: bool) -> Result<(), AccountError> {
    let session = viewer.session.ok_or(AccountError::Elsewhere)?;
    let now = app.clock.now();
    let txn = Write::begin(app).await?;
    lock(&txn, viewer.user_id).await?;
    match everywhere {
        true => end_all(&txn, viewer.user_id, None, now).await?,
        false => end_family(&txn, session, now).await?,
    }
    Ok(txn.commit().await?)
}

/// Ends all sessions of a user, but for one that is to go on.
pub(super) async fn end_all(txn: &Write, user: Uuid, but: Option<Uuid>, now: DateTime<Utc>) -> Result<(), DbErr> {
    let mut ending = session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::EndedAt.is_null());
    if let Some(family) = but {
        ending = ending.filter(session::Column::Family.ne(family));
    }
    ending.exec(&**txn).await?;

    Ok(())
}

pub(super) async fn open(app: &App, txn: &Write, user: user::Model, signer: &Key) -> Result<Session, AccountError> {
    next(app, txn, user, Uuid::now_v7(), signer).await
}

async fn next(app: &App, txn: &Write, user: user::Model, family: Uuid, signer: &Key) -> Result<Session, AccountError> {
    let now = app.clock.now();
    let refresh_token = tokens::random()?;
    session::Entity::insert(session::ActiveModel {
        token_hash: Set(tokens::fingerprint(&refresh_token)),
        family: Set(family),
        user_id: Set(user.id),
        expires_at: Set(now + app.accounts.refresh_lifetime),
        ended_at: Set(None),
    })
    .exec_without_returning(&**txn)
    .await?;
    let (access_token, expires_at) = tokens::issue(&app.accounts, signer, &user, family, now)?;

    Ok(Session { user, access_token, refresh_token, expires_at })
}

async fn end_family(txn: &Write, family: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Family.eq(family))
        .filter(session::Column::EndedAt.is_null())
        .exec(&**txn)
        .await?;

    Ok(())
}
