//! Mails: queued with the change that they tell of, sent after it by the first instance that finds them, tried again
//! until they are out or old.
//!
//! A row says only what is to be said and to whom. Who that is, and the code that they are given, is found out when it
//! is sent: a request for a mail does the same work whether there is such an account or not, and no code lies in the
//! database.
//!
//! A mail is sent at least once: an instance that dies after sending and before saying so leaves it to be sent again.

use std::time::Duration;

use async_trait::async_trait;
use book::store::WriteTxn;
use entities::{
    account_code::Purpose,
    mail::{self, Kind},
    user,
};
use futures_util::{StreamExt, stream};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};
use tokio_util::sync::CancellationToken;

use crate::{
    App,
    accounts::codes,
    tickets::Pass,
    work::{self, Backoff},
};

mod about;
mod of_transfer;

pub use about::ReservationFacts;
pub use of_transfer::TransferFacts;

/// How often an instance looks for mails that are due.
const PERIOD: Duration = Duration::from_secs(1);

/// Mails taken in one round, and sent side by side, at most.
const ROUND: u64 = 16;
const SIDE_BY_SIDE: usize = 4;

/// The wait after the first failure; it doubles. Longer than a [`Mailer`] may take, so that no two
/// instances send one at once.
const FIRST_WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
const BACKOFF: Backoff = Backoff { first: FIRST_WAIT, longest: LONGEST_WAIT };

/// Kinds that wait until nothing else is due: in an on-sale they come by the thousand, and tell what the page tells too.
const LESS_URGENT: [Kind; 2] = [Kind::HoldPlaced, Kind::HoldExpired];

/// Kinds that a stranger can have sent to any email.
const FOR_STRANGERS: [Kind; 2] = [Kind::VerifyEmail, Kind::ResetPassword];

/// Mails older than this are dropped.
const TOO_OLD: Duration = Duration::from_secs(24 * 3_600);

/// A mail as it is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    pub to: String,
    /// What its reader calls themselves. None where a stranger may have typed it: into mails to an email that its
    /// owner has not confirmed, and into those that a stranger can have sent to an account.
    pub name: Option<String>,
    /// The language that its reader has chosen, as BCP 47 names it.
    pub locale: Option<String>,
    pub content: Content,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    VerifyEmail {
        code: String,
    },
    ResetPassword {
        code: String,
    },
    PasswordChanged,
    HoldPlaced(ReservationFacts),
    HoldExpired(ReservationFacts),
    Paid {
        facts: ReservationFacts,
        /// Its tickets, to be attached.
        passes: Vec<Pass>,
    },
    /// To an email that is not confirmed: its reader may be a stranger, so the tickets stay in the account.
    PaidUnconfirmed(ReservationFacts),
    /// A ticket of another site: there is nothing to attach.
    Bought(ReservationFacts),
    ListingSold(ReservationFacts),
    Refunded {
        facts: ReservationFacts,
        /// All that went back so far.
        amount_minor: i64,
    },
    /// To the reader of the email that its holder named: a ticket that they may have.
    TicketOffered {
        facts: TransferFacts,
        code: String,
        /// Of its holder, where it is confirmed: what they call themselves is not said to strangers.
        giver_email: Option<String>,
    },
    /// To its former holder.
    TicketAccepted(TransferFacts),
    /// To the email of an account that is no more.
    AccountDeleted,
}

/// Why a mail is not out.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    #[error("temporary failure: {0}")]
    Transient(String),
    #[error("permanent failure: {0}")]
    Permanent(String),
}

/// Delivers mails. It answers within `FIRST_WAIT`.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    async fn deliver(&self, mail: &OutgoingMail) -> Result<(), DeliveryError>;
}

/// Sends what is due until `shutdown`.
pub async fn run(app: &App, mailer: &dyn Mailer, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let full = match round(app, mailer).await {
            Ok(taken) => taken >= usize::try_from(ROUND).unwrap_or(usize::MAX),
            Err(error) => {
                tracing::warn!(%error, "due mails can't be read; trying again");
                false
            }
        };
        if !full {
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                () = shutdown.cancelled() => {}
            }
        }
    }
}

/// Sends what is due now, and says how many mails that were.
pub async fn round(app: &App, mailer: &dyn Mailer) -> Result<usize, DbErr> {
    let due = mail::Entity::find()
        .filter(mail::Column::NextAt.lte(app.clock.now()))
        .order_by(mail::Column::Kind.is_in(LESS_URGENT), Order::Asc)
        .order_by_asc(mail::Column::NextAt)
        .limit(ROUND)
        .all(&app.db)
        .await?;
    let taken = due.len();
    stream::iter(due)
        .for_each_concurrent(SIDE_BY_SIDE, async |row| {
            if let Err(error) = process(app, mailer, row).await {
                tracing::warn!(%error, "a mail could not be processed; trying again");
            }
        })
        .await;

    Ok(taken)
}

async fn process(app: &App, mailer: &dyn Mailer, row: mail::Model) -> Result<(), DbErr> {
    let now = app.clock.now();
    let attempts = (mail::Column::Attempts, row.attempts);
    let next_at = (mail::Column::NextAt, BACKOFF.next_at(now, row.attempts));
    if !work::claim::<mail::Entity>(app, mail::Column::Id.eq(row.id), attempts, next_at).await? {
        return Ok(());
    }
    if row.created_at + TOO_OLD <= now {
        tracing::warn!(mail = row.id, attempts = row.attempts, "giving up on a mail");
        return done(app, row.id, "given_up").await;
    }
    let mail = match row.kind {
        Kind::TicketOffered => of_transfer::offer(app, &row).await?.ok_or("nothing_to_say"),
        Kind::AccountDeleted => {
            let (to, locale) = (row.email_key, row.locale);
            Ok(OutgoingMail { to, name: None, locale, content: Content::AccountDeleted })
        }
        _ => to_account(app, &row).await?,
    };
    let mail = match mail {
        Ok(mail) => mail,
        Err(outcome) => return done(app, row.id, outcome).await,
    };
    match mailer.deliver(&mail).await {
        Ok(()) => done(app, row.id, "sent").await,
        Err(error @ DeliveryError::Permanent(_)) => {
            tracing::warn!(mail = row.id, %error, "the mail server refused a mail");
            done(app, row.id, "refused").await
        }
        Err(error @ DeliveryError::Transient(_)) => {
            tracing::warn!(mail = row.id, attempts = row.attempts + 1, %error, "a mail could not be sent; trying again");
            metrics::counter!("matchday_mails_total", "outcome" => "put_off").increment(1);
            Ok(())
        }
    }
}

/// The mail to the account of its email, or what becomes of the row where there is none to be written.
async fn to_account(app: &App, row: &mail::Model) -> Result<Result<OutgoingMail, &'static str>, DbErr> {
    let user = user::Entity::find().filter(user::Column::EmailKey.eq(&row.email_key)).one(&app.db).await?;
    let Some(user) = user.filter(|user| !user.email.is_empty()) else {
        return Ok(Err("to_nobody"));
    };
    let Some(content) = content(app, row, &user).await? else {
        return Ok(Err("nothing_to_say"));
    };
    let is_readers = user.verified_at.is_some() && !FOR_STRANGERS.contains(&row.kind);
    let name = user.display_name.filter(|_| is_readers);
    Ok(Ok(OutgoingMail { to: user.email, name, locale: user.locale, content }))
}

/// What a mail says now; none where there is nothing to say any more.
async fn content(app: &App, row: &mail::Model, user: &user::Model) -> Result<Option<Content>, DbErr> {
    if let Some(reservation_id) = row.reservation_id {
        return about::content(app, row, reservation_id, user.verified_at.is_some()).await;
    }
    Ok(match row.kind {
        Kind::VerifyEmail => {
            Some(Content::VerifyEmail { code: codes::make(app, user.id, Purpose::VerifyEmail).await? })
        }
        Kind::ResetPassword => {
            Some(Content::ResetPassword { code: codes::make(app, user.id, Purpose::ResetPassword).await? })
        }
        Kind::PasswordChanged => Some(Content::PasswordChanged),
        Kind::TicketAccepted => of_transfer::acceptance(app, row).await?,
        Kind::HoldPlaced
        | Kind::HoldExpired
        | Kind::Paid
        | Kind::Refunded
        | Kind::ListingSold
        | Kind::TicketOffered
        | Kind::AccountDeleted => None,
    })
}

async fn done(app: &App, id: i64, outcome: &'static str) -> Result<(), DbErr> {
    metrics::counter!("matchday_mails_total", "outcome" => outcome).increment(1);
    let txn = WriteTxn::begin(&app.store).await?;
    mail::Entity::delete_by_id(id).exec(&*txn).await?;
    txn.commit().await
}
