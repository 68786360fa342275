//! Sessions: families of refresh tokens, each used once.
//!
//! A token's successor is made of it by the site's secret, and kept as a hash like every other: so a client that uses a
//! token twice within a moment, at whichever instance, can be given the same one again.

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::{session, user};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    AccountError, Session,
    keys::{AccessTokens, Key},
    lock, standing, tokens,
};
use crate::{App, keyring};

/// Sessions that one account has at once; beyond them the one that was refreshed longest ago gives way.
const MOST: u64 = 50;

/// Uses of a refresh token's successors, one after the other, that one who comes late is led through at most.
const STEPS: usize = 8;

/// Exchanges a refresh token for its successor. A client that uses it again a moment later is given the same: tabs of
/// one browser use it at once, and answers get lost.
///
/// # Errors
/// `InvalidToken` for one that is unknown, `EndedSession` for one whose session is over, and `ReusedToken` for one that was
/// used some time ago, which ends its family.
pub(super) async fn refresh(app: &App, refresh_token: &str) -> Result<Session, AccountError> {
    let now = app.clock.now();
    let (signer, number) = (keyring::signer::<AccessTokens>(app).await?, standing::number(app));
    let txn = WriteTxn::begin(&app.store).await?;
    let known = find(&txn, refresh_token).await?.ok_or(AccountError::InvalidToken)?;
    let user = lock(&txn, known.user_id).await?.ok_or(AccountError::InvalidToken)?;
    let (token, row) = match newest(app, &txn, refresh_token, now).await? {
        Newest::Good(token, row) => (token, row),
        Newest::Ended => return Err(AccountError::EndedSession),
        Newest::Stolen { family } => {
            end_family(&txn, family, now).await?;
            standing::tell(app, &txn, user.id).await?;
            txn.commit().await?;
            standing::heard(app, user.id);
            tracing::warn!(%family, "refresh token used twice; its session is ended");
            return Err(AccountError::ReusedToken);
        }
    };
    if row.expires_at <= now {
        return Err(AccountError::ExpiredToken);
    }
    if user.disabled_at.is_some() {
        return Err(AccountError::Disabled);
    }
    let family = row.family;
    let refresh_token = if token == refresh_token { succeed(app, &txn, row, &token, now).await? } else { token };
    let session = show(app, user, family, refresh_token, &signer)?;
    txn.commit().await?;
    standing::seen(app, &session.user, session.family, number);

    Ok(session)
}

/// Where a refresh token leads.
enum Newest {
    /// To one that is not used yet: itself, or what it was exchanged for a moment ago.
    Good(String, session::Model),
    Ended,
    /// Nowhere: it was used too long ago to be asked for again by the client that got its successor.
    Stolen {
        family: Uuid,
    },
}

/// Follows a token through those that it was exchanged for. The owner is locked, so nothing of it moves meanwhile.
async fn newest(app: &App, txn: &WriteTxn, refresh_token: &str, now: DateTime<Utc>) -> Result<Newest, AccountError> {
    let mut token = refresh_token.to_owned();
    let mut row = find(txn, &token).await?.ok_or(AccountError::InvalidToken)?;
    for _ in 0..STEPS {
        let Some(used_at) = row.ended_at else {
            return Ok(Newest::Good(token, row));
        };
        let successor = tokens::successor(&app.accounts, &token);
        let next = find(txn, &successor).await?;
        if now >= used_at + app.accounts.refresh_reuse {
            // One that ended without being used was signed out, or its site has another secret by now.
            return Ok(if next.is_some() { Newest::Stolen { family: row.family } } else { Newest::Ended });
        }
        let Some(next) = next else {
            return Ok(Newest::Ended);
        };
        (token, row) = (successor, next);
    }
    Ok(Newest::Ended)
}

async fn find(txn: &WriteTxn, token: &str) -> Result<Option<session::Model>, DbErr> {
    session::Entity::find_by_id(tokens::fingerprint(token)).one(&**txn).await
}

/// Uses a token up, and enters the one that follows it.
async fn succeed(
    app: &App,
    txn: &WriteTxn,
    row: session::Model,
    token: &str,
    now: DateTime<Utc>,
) -> Result<String, AccountError> {
    session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::TokenHash.eq(row.token_hash))
        .exec(&**txn)
        .await?;
    let successor = tokens::successor(&app.accounts, token);
    enter(app, txn, row.user_id, row.family, &successor).await?;
    Ok(successor)
}

/// Ends a session of a user, or all that they have: their tokens are worth nothing from now on.
pub(super) async fn sign_out(app: &App, user: Uuid, session: Uuid, everywhere: bool) -> Result<(), AccountError> {
    let now = app.clock.now();
    let txn = WriteTxn::begin(&app.store).await?;
    lock(&txn, user).await?;
    match everywhere {
        true => end_all(app, &txn, user, None).await?,
        false => {
            end_family(&txn, session, now).await?;
            standing::tell(app, &txn, user).await?;
        }
    }
    txn.commit().await?;
    standing::heard(app, user);

    Ok(())
}

/// Ends all sessions of a user, but for one that is to go on; [`standing::heard`] is due after the commit.
pub(super) async fn end_all(app: &App, txn: &WriteTxn, user: Uuid, but: Option<Uuid>) -> Result<(), DbErr> {
    let mut ending = session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(app.clock.now())), ..Default::default() })
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::EndedAt.is_null());
    if let Some(family) = but {
        ending = ending.filter(session::Column::Family.ne(family));
    }
    ending.exec(&**txn).await?;

    standing::tell(app, txn, user).await
}

pub(super) async fn open(app: &App, txn: &WriteTxn, user: user::Model, signer: &Key) -> Result<Session, AccountError> {
    let (family, refresh_token) = (Uuid::now_v7(), tokens::random()?);
    make_room(app, txn, user.id).await?;
    enter(app, txn, user.id, family, &refresh_token).await?;
    show(app, user, family, refresh_token, signer)
}

/// Ends the oldest sessions of an account that has all it may. The account is locked.
async fn make_room(app: &App, txn: &WriteTxn, user: Uuid) -> Result<(), DbErr> {
    let now = app.clock.now();
    let live = session::Entity::find().select_only().column(session::Column::Family);
    let live = live.filter(session::Column::UserId.eq(user)).filter(session::Column::EndedAt.is_null());
    let beyond: Vec<Uuid> = live
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::ExpiresAt)
        .order_by_desc(session::Column::Family)
        .offset(MOST - 1)
        .limit(MOST)
        .into_tuple()
        .all(&**txn)
        .await?;
    if beyond.is_empty() {
        return Ok(());
    }
    session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Family.is_in(beyond))
        .filter(session::Column::EndedAt.is_null())
        .exec(&**txn)
        .await?;
    standing::tell(app, txn, user).await
}

async fn enter(app: &App, txn: &WriteTxn, user: Uuid, family: Uuid, refresh_token: &str) -> Result<(), DbErr> {
    session::Entity::insert(session::ActiveModel {
        token_hash: Set(tokens::fingerprint(refresh_token)),
        family: Set(family),
        user_id: Set(user),
        expires_at: Set(app.clock.now() + app.accounts.refresh_lifetime),
        ended_at: Set(None),
    })
    .exec_without_returning(&**txn)
    .await?;
    Ok(())
}

/// The session as its owner is shown it, with an access token of this moment.
fn show(
    app: &App,
    user: user::Model,
    family: Uuid,
    refresh_token: String,
    signer: &Key,
) -> Result<Session, AccountError> {
    let (access_token, expires_at) = tokens::issue(&app.accounts, signer, &user, family, app.clock.now())?;
    Ok(Session {
        user,
        family: Some(family),
        access_token,
        refresh_token,
        expires_at,
        access_lifetime: app.accounts.access_lifetime,
        refresh_lifetime: app.accounts.refresh_lifetime,
    })
}

async fn end_family(txn: &WriteTxn, family: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Family.eq(family))
        .filter(session::Column::EndedAt.is_null())
        .exec(&**txn)
        .await?;

    Ok(())
}
