//! Sessions that the provider keeps and a browser began here: the browser has a handle, the database what the provider is
//! asked with, sealed.
//!
//! A provider ends a session whose refresh token is used twice. So one instance asks at a time, whoever else wants the same
//! session renewed waits for what it gets, and the client that leaves meanwhile takes nothing with it.

use std::time::Duration;

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::provider_session::{self, Column, Entity, Model};
use futures_util::{StreamExt, stream::FuturesUnordered};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
    sea_query::IntoCondition,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{LIFE, SignInError, shown, usable};
use crate::{
    App,
    accounts::{
        AccountError, Session, Viewer, identify, lock,
        provider::{GrantError, subjects},
        provider_errands::Errand,
        tokens,
    },
};

/// Begins each handle: no refresh token of ours has a point.
const HANDLE: &str = "p.";

/// Sessions that a user has at once; beyond them the one that was renewed longest ago gives way.
const MOST: u64 = 50;

/// How long an instance may be asking. Longer than it takes, so that no other asks meanwhile.
const ASKING: Duration = Duration::from_secs(20);

/// Looks at a session that another request is renewing, one after the other, and the pause between them.
const LOOKS: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Sessions that an instance asks the provider about at once.
const AT_ONCE: usize = 64;

/// What is the user's to the provider, and what they are known by here.
const REFRESH: &str = "refresh token of a provider session";
const ACCESS: &str = "access token of a provider session";

/// Whether a refresh token is the handle of a provider's session.
pub(in crate::accounts) fn is_handle(token: &str) -> bool {
    token.starts_with(HANDLE)
}

/// Uses a state up, and names the session that it may become.
pub(super) async fn claim(app: &App, state: &str) -> Result<String, SignInError> {
    let handle = format!("{HANDLE}{}", tokens::random()?);
    let claimed = Entity::insert(provider_session::ActiveModel {
        handle_hash: Set(tokens::fingerprint(&handle)),
        state_hash: Set(tokens::fingerprint(state)),
        expires_at: Set(app.clock.now() + LIFE),
        ..Default::default()
    });
    let txn = WriteTxn::begin(&app.store).await.map_err(AccountError::from)?;
    match claimed.exec_without_returning(&*txn).await {
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            return Err(SignInError::Used);
        }
        claimed => claimed.map_err(AccountError::from)?,
    };
    txn.commit().await.map_err(AccountError::from)?;
    Ok(handle)
}

/// Opens the session of a claimed handle.
pub(super) async fn open(
    app: &App,
    handle: String,
    (token, viewer): (String, Viewer),
    signed_in_at: Option<DateTime<Utc>>,
    refresh_token: Option<String>,
) -> Result<Session, AccountError> {
    let now = app.clock.now();
    let life = refresh_token.is_some().then_some(app.accounts.refresh_lifetime);
    let ends_at = life.map_or(viewer.expires_at, |life| now + life);
    let txn = WriteTxn::begin(&app.store).await?;
    lock(&txn, viewer.user_id).await?.ok_or(AccountError::EndedSession)?;
    make_room(&txn, viewer.user_id, now).await?;
    let opened = provider_session::ActiveModel {
        user_id: Set(Some(viewer.user_id)),
        refresh_token: Set(refresh_token.map(|token| sealed(app, REFRESH, &token))),
        access_token: Set(Some(sealed(app, ACCESS, &token))),
        renewed_at: Set(Some(now)),
        signed_in_at: Set(signed_in_at),
        // Its state must not be used again.
        expires_at: Set(ends_at.max(now + LIFE)),
        ..Default::default()
    };
    Entity::update_many().set(opened).filter(Column::HandleHash.eq(tokens::fingerprint(&handle))).exec(&*txn).await?;
    txn.commit().await?;

    shown(app, (token, viewer), handle, life).await
}

/// Ends the oldest sessions of a user who has all that they may.
async fn make_room(txn: &WriteTxn, user: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let live = Entity::find().select_only().column(Column::HandleHash).filter(Column::UserId.eq(user));
    let beyond: Vec<String> = live
        .filter(Column::EndedAt.is_null())
        .order_by_desc(Column::ExpiresAt)
        .order_by_desc(Column::HandleHash)
        .offset(MOST - 1)
        .limit(MOST)
        .into_tuple()
        .all(&**txn)
        .await?;
    if beyond.is_empty() { Ok(()) } else { end(txn, Column::HandleHash.is_in(beyond), now).await }
}

/// Goes on with a session: gives the token that was got a moment ago, or asks the provider for the next one.
///
/// # Errors
/// `InvalidToken` for a handle that is unknown, `EndedSession` and `ExpiredToken` where the session is over, here or at the provider;
/// `Disabled`; `ProviderAway` while the provider can't be asked: the session stays.
pub async fn renew(app: &App, handle: &str) -> Result<Session, AccountError> {
    for _ in 0..LOOKS {
        let found = Entity::find_by_id(tokens::fingerprint(handle)).one(&app.db).await?;
        let row = found.ok_or(AccountError::InvalidToken)?;
        let now = app.clock.now();
        if row.ended_at.is_some() || row.user_id.is_none() {
            return Err(AccountError::EndedSession);
        }
        if row.expires_at <= now {
            return Err(AccountError::ExpiredToken);
        }
        if let Some(session) = renewed_just_now(app, handle, &row, now).await? {
            return Ok(session);
        }
        if row.refresh_token.is_none() {
            return Err(AccountError::ExpiredToken);
        }
        if is_ours_to_renew(app, &row, now).await? {
            return app.accounts.errands.done(handle.to_owned(), row).await;
        }
        sleep(PAUSE).await;
    }
    Err(AccountError::ProviderAway)
}

/// The session with the token that another request got for it a moment ago.
async fn renewed_just_now(
    app: &App,
    handle: &str,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<Option<Session>, AccountError> {
    let is_new = row.renewed_at.is_some_and(|at| now < at + app.accounts.refresh_reuse);
    let Some(token) = row.access_token.as_deref().filter(|_| is_new) else { return Ok(None) };
    let Some(token) = opened(app, ACCESS, token) else { return Ok(None) };
    match identify(app, &token).await {
        Ok((viewer, _)) => {
            let life = row.refresh_token.as_ref().and_then(|_| (row.expires_at - now).to_std().ok());
            shown(app, (token, viewer), handle.to_owned(), life).await.map(Some)
        }
        Err(AccountError::InvalidToken | AccountError::ExpiredToken) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether no other request is renewing the session, nor has since it was read.
async fn is_ours_to_renew(app: &App, row: &Model, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let is_as_read = match row.renewed_at {
        Some(at) => Column::RenewedAt.eq(at),
        None => Column::RenewedAt.is_null(),
    };
    let is_free = Condition::any().add(Column::RenewingUntil.is_null()).add(Column::RenewingUntil.lte(now));
    let txn = WriteTxn::begin(&app.store).await?;
    let claimed = Entity::update_many()
        .set(provider_session::ActiveModel { renewing_until: Set(Some(now + ASKING)), ..Default::default() })
        .filter(Column::HandleHash.eq(row.handle_hash.as_str()))
        .filter(Column::EndedAt.is_null())
        .filter(is_as_read)
        .filter(is_free)
        .exec(&*txn)
        .await?;
    txn.commit().await?;
    Ok(claimed.rows_affected == 1)
}

/// Renews sessions until `stop`, whether or not their clients still wait.
pub async fn run(app: &App, stop: CancellationToken) {
    let mut waiting = app.accounts.errands.receiver.lock().await;
    let mut asked = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(()) = asked.next() => {}
            Some(Errand { handle, row, done }) = waiting.recv(), if asked.len() < AT_ONCE => asked.push(async move {
                // Its client may have left: what was got is in the database.
                let _ = done.send(ask(app, handle, row).await);
            }),
            () = stop.cancelled() => break,
        }
    }
    // Those that were begun are finished: what the provider has given must not be lost.
    while asked.next().await.is_some() {}
}

/// Asks the provider for the next token of a session that is ours to renew, and writes down what comes of it.
async fn ask(app: &App, handle: String, row: Model) -> Result<Session, AccountError> {
    let provider = app.accounts.provider.as_ref();
    let Some((provider, client)) = provider.and_then(|provider| Some((provider, provider.client()?))) else {
        return Err(AccountError::EndedSession);
    };
    let Some(refresh_token) = row.refresh_token.as_deref().and_then(|sealed| opened(app, REFRESH, sealed)) else {
        return over(app, &row, AccountError::EndedSession).await;
    };
    let granted = match client.grant(&[("grant_type", "refresh_token"), ("refresh_token", &refresh_token)]).await {
        Ok(granted) => granted,
        Err(GrantError::Refused(code)) if code == "invalid_grant" => {
            return over(app, &row, AccountError::EndedSession).await;
        }
        Err(error) => {
            tracing::warn!(%error, "session could not be renewed at the identity provider and stays as it was");
            written(app, &row, provider_session::ActiveModel::default()).await?;
            return Err(AccountError::ProviderAway);
        }
    };
    let now = app.clock.now();
    let life = app.accounts.refresh_lifetime;
    let next = granted.refresh_token.as_deref().unwrap_or(&refresh_token);
    // It is written down before anything is made of it: the one before is worth nothing by now.
    let renewed = provider_session::ActiveModel {
        refresh_token: Set(Some(sealed(app, REFRESH, next))),
        expires_at: Set(now + life),
        ..Default::default()
    };
    match usable(app, provider, &granted).await {
        Ok((token, viewer)) if Some(viewer.user_id) == row.user_id => {
            let access_token = Set(Some(sealed(app, ACCESS, &token)));
            let renewed = provider_session::ActiveModel { access_token, renewed_at: Set(Some(now)), ..renewed };
            written(app, &row, renewed).await?;
            shown(app, (token, viewer), handle, Some(life)).await
        }
        Ok(_) => over(app, &row, AccountError::InvalidToken).await,
        Err(error) => {
            written(app, &row, renewed).await?;
            Err(match error {
                SignInError::Account(error) => error,
                error => AccountError::Internal(error.to_string()),
            })
        }
    }
}

/// Writes down what became of asking, and lets others ask.
async fn written(app: &App, row: &Model, change: provider_session::ActiveModel) -> Result<(), DbErr> {
    let txn = WriteTxn::begin(&app.store).await?;
    Entity::update_many()
        .set(provider_session::ActiveModel { renewing_until: Set(None), ..change })
        .filter(Column::HandleHash.eq(row.handle_hash.as_str()))
        // Who signed out meanwhile stays so.
        .filter(Column::EndedAt.is_null())
        .exec(&*txn)
        .await?;
    txn.commit().await
}

/// Ends a session that does not go on, and says why.
async fn over(app: &App, row: &Model, why: AccountError) -> Result<Session, AccountError> {
    let txn = WriteTxn::begin(&app.store).await?;
    end(&txn, Column::HandleHash.eq(row.handle_hash.as_str()), app.clock.now()).await?;
    txn.commit().await?;
    Err(why)
}

/// Ends a user's session, or all that their browsers began here. The provider's tokens stay good until they expire.
pub(in crate::accounts) async fn sign_out(
    app: &App,
    user: Uuid,
    handle: &str,
    everywhere: bool,
) -> Result<(), AccountError> {
    let txn = WriteTxn::begin(&app.store).await?;
    let this = (!everywhere).then(|| Column::HandleHash.eq(tokens::fingerprint(handle)));
    end(&txn, Condition::all().add(Column::UserId.eq(user)).add_option(this), app.clock.now()).await?;
    txn.commit().await?;
    Ok(())
}

/// When the user of a session showed the provider who they are, where it says so and the session goes on.
pub(in crate::accounts) async fn signed_in_at(
    app: &App,
    user: Uuid,
    handle: &str,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let found = Entity::find_by_id(tokens::fingerprint(handle)).one(&app.db).await?;
    Ok(found.filter(|row| row.user_id == Some(user) && row.ended_at.is_none()).and_then(|row| row.signed_in_at))
}

/// Ends all sessions of a user, and parts them from who they were of.
pub(in crate::accounts) async fn forget_account(txn: &WriteTxn, user: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    end(txn, Column::UserId.eq(user), now).await?;
    Entity::update_many()
        .set(provider_session::ActiveModel { user_id: Set(None), signed_in_at: Set(None), ..Default::default() })
        .filter(Column::UserId.eq(user))
        .exec(&**txn)
        .await?;
    Ok(())
}

/// What ended is remembered for as long as its state could be used.
async fn end(txn: &WriteTxn, which: impl IntoCondition, now: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .set(provider_session::ActiveModel {
            ended_at: Set(Some(now)),
            expires_at: Set(now + LIFE),
            refresh_token: Set(None),
            access_token: Set(None),
            ..Default::default()
        })
        .filter(which)
        .filter(Column::EndedAt.is_null())
        .exec(&**txn)
        .await?;
    Ok(())
}

/// Deletes sessions that are over.
pub async fn forget(app: &App, txn: &WriteTxn) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::ExpiresAt.lte(app.clock.now())).exec(&**txn).await?;
    subjects::forget(app, txn).await
}

fn sealed(app: &App, name: &str, token: &str) -> String {
    app.accounts.encryption().seal(name, token.as_bytes())
}

/// `None` where the site has another secret by now.
fn opened(app: &App, name: &str, sealed: &str) -> Option<String> {
    String::from_utf8(app.accounts.encryption().open(name, sealed).ok()?).ok()
}
