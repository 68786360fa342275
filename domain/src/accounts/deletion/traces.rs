//! Traces: what says who a person is, wherever it is kept, and goes with their account.
//!
//! A test looks for a deleted person's email and name in every column of every table: what a new one keeps of them goes here.

use std::net::IpAddr;

use book::store::WriteTxn;
use chrono::{DateTime, Utc};
use entities::{
    account_code, mail, payment, refund, reservation, security_event, session, ticket, ticket_transfer,
    user::{self, Role},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func},
};
use uuid::Uuid;

use crate::{
    App,
    accounts::{email_key, email_keys, emails::masked, provider::subjects, provider_sign_in, throttle},
};

/// Begins what is unique of an account that is erased: no email in lower case does.
const KEY: &str = "ERASED";

/// What is shown of an email that is not even known masked any more.
const UNKNOWN: &str = "•••";

/// Takes a person out of the database, but for the id of their account. Their matches and their account are locked.
pub(super) async fn remove(
    app: &App,
    txn: &WriteTxn,
    user: &user::Model,
    address: Option<IpAddr>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let is_shared = has_another_account(txn, user).await?;
    sessions(txn, user.id, now).await?;
    subjects::forget_account(txn, user.id, now).await?;
    throttle::forget_account(txn, user.id, &user.email, address).await?;
    gifts(txn, user, is_shared, now).await?;
    mails(txn, user, is_shared).await?;
    on_records(txn, user.id).await?;
    let seen = security_event::Entity::delete_many().filter(security_event::Column::UserId.eq(user.id));
    seen.exec(&**txn).await?;
    account(txn, user.id, now).await?;
    app.wake.security_events_changed();
    Ok(())
}

/// Whether another account has the same email: one signs in by it here, the other at an identity provider that vouches for it.
async fn has_another_account(txn: &WriteTxn, user: &user::Model) -> Result<bool, DbErr> {
    if user.email.is_empty() {
        return Ok(false);
    }
    let of_email = user::Column::EmailKey.is_in(email_keys(&user.email)).or(user::Column::Email.eq(&user.email));
    let others = user::Entity::find().filter(user::Column::Id.ne(user.id)).filter(of_email);
    Ok(others.count(&**txn).await? > 0)
}

async fn sessions(txn: &WriteTxn, user_id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    session::Entity::delete_many().filter(session::Column::UserId.eq(user_id)).exec(&**txn).await?;
    provider_sign_in::forget_account(txn, user_id, now).await?;
    account_code::Entity::delete_many().filter(account_code::Column::UserId.eq(user_id)).exec(&**txn).await?;
    Ok(())
}

/// Mails that wait: those about the account, and those to the email unless another account has it.
async fn mails(txn: &WriteTxn, user: &user::Model, is_shared: bool) -> Result<(), DbErr> {
    let mut keys = vec![user.email_key.clone()];
    if !is_shared && !user.email.is_empty() {
        keys.extend(email_keys(&user.email));
        keys.push(email_key(&user.email));
    }
    mail::Entity::delete_many().filter(mail::Column::EmailKey.is_in(keys)).exec(&**txn).await?;
    Ok(())
}

/// What the person wrote, or is called, on records that stay; their listings are in the book.
async fn on_records(txn: &WriteTxn, user_id: Uuid) -> Result<(), DbErr> {
    ticket::Entity::update_many()
        .set(ticket::ActiveModel { holder_name: Set(None), ..Default::default() })
        .filter(ticket::Column::UserId.eq(user_id))
        .exec(&**txn)
        .await?;
    reservation::Entity::update_many()
        .set(reservation::ActiveModel { idempotency_key: Set(None), ..Default::default() })
        .filter(reservation::Column::UserId.eq(user_id))
        .filter(reservation::Column::IdempotencyKey.is_not_null())
        .exec(&**txn)
        .await?;
    let paid = payment::Entity::find().select_only().column(payment::Column::Id);
    let paid = paid.filter(payment::Column::UserId.eq(user_id)).into_query();
    payment::Entity::update_many()
        .set(payment::ActiveModel { idempotency_key: Set(None), method: Set(None), ..Default::default() })
        .filter(payment::Column::UserId.eq(user_id))
        .exec(&**txn)
        .await?;
    // Who asked for it, the person or the staff, may have written who they are.
    refund::Entity::update_many()
        .set(refund::ActiveModel { reason: Set(None), ..Default::default() })
        .filter(refund::Column::AskedBy.eq(user_id).or(refund::Column::PaymentId.in_subquery(paid)))
        .exec(&**txn)
        .await?;
    Ok(())
}

async fn account(txn: &WriteTxn, user_id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let erased = user::ActiveModel {
        email: Set(String::new()),
        email_key: Set(format!("{KEY} {user_id}")),
        password_hash: Set(String::new()),
        display_name: Set(None),
        country: Set(None),
        locale: Set(None),
        role: Set(Role::Customer),
        verified_at: Set(None),
        personalised: Set(false),
        erased_at: Set(Some(now)),
        ..Default::default()
    };
    user::Entity::update_many().set(erased).filter(user::Column::Id.eq(user_id)).exec(&**txn).await?;
    Ok(())
}

/// Takes an email out of all transfers: what is offered to it lapses and stays its giver's, and what its account has accepted names
/// it no more. `is_shared` says that another account has the email too, whose offers stay.
async fn gifts(txn: &WriteTxn, user: &user::Model, is_shared: bool, now: DateTime<Utc>) -> Result<(), DbErr> {
    use ticket_transfer::{Column, State};

    if let Some((name, _)) = user.email.rsplit_once('@').filter(|_| !is_shared) {
        // The part before the `@` is ASCII, and the database compares no other letters; the domain may be written in two ways.
        let of_name = Expr::expr(Func::lower(Expr::col(Column::Recipient))).like(format!("{}@%", name.to_lowercase()));
        let found = ticket_transfer::Entity::find().filter(Column::State.eq(State::Pending)).filter(of_name);
        let key = email_key(&user.email);
        for row in found.all(&**txn).await?.iter().filter(|row| email_key(&row.recipient) == key) {
            let lapsed = ticket_transfer::ActiveModel {
                state: Set(State::Lapsed),
                recipient: Set(masked(&row.recipient)),
                ended_at: Set(Some(now)),
                ..Default::default()
            };
            let pending = Column::Id.eq(row.id).and(Column::State.eq(State::Pending));
            ticket_transfer::Entity::update_many().set(lapsed).filter(pending).exec(&**txn).await?;
        }
    }
    ticket_transfer::Entity::update_many()
        .set(ticket_transfer::ActiveModel { recipient: Set(UNKNOWN.to_owned()), ..Default::default() })
        .filter(Column::TakerId.eq(user.id))
        .exec(&**txn)
        .await?;
    Ok(())
}
