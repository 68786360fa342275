//! What a person may do with what the site knows of them: have it, object to learning from it, delete it.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use domain::accounts::{
    self,
    deletion::{self, KeptKind, Obstacle, ObstacleKind, Proof},
    export,
};

use crate::{
    accounts::User,
    context::InContext,
    cookies::Cookies,
    counted_actions::{Action, CountedActions},
    error::ApiError,
    time::DateTime,
};

/// What prevents the deletion of an account.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "ObstacleKind")]
pub enum DeletionObstacleKind {
    /// Valid tickets for upcoming matches: wait until after the match, refund, sell or give them away.
    ValidTickets,
    /// Listings that are for sale: withdraw them.
    OpenListings,
    /// Listings that a buyer has ordered: wait until they are paid, or the order has ended.
    OrderedListings,
    /// Payments in progress: wait until they end, or cancel the reservation.
    PaymentsInProgress,
    /// Payouts that you have not received yet.
    PayoutsDue,
    /// Refunds that you have not received yet.
    RefundsUnderWay,
    /// Tickets that you offered to an email: cancel the transfer.
    GiftsOffered,
}

/// Something that prevents the deletion of an account.
#[derive(SimpleObject)]
pub struct DeletionObstacle {
    /// What it is.
    kind: DeletionObstacleKind,
    /// How many there are.
    count: u64,
    /// What it is and what to do about it, in English.
    message: String,
}

impl From<Obstacle> for DeletionObstacle {
    fn from(obstacle: Obstacle) -> Self {
        let message = error_codes::sentence(&format!("{}: {}", obstacle.what(), obstacle.remedy()));
        Self { kind: obstacle.kind.into(), count: obstacle.count, message }
    }
}

/// Records that stay when an account is deleted.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "KeptKind")]
pub enum KeptRecordKind {
    /// Reservations and orders.
    Reservations,
    /// Payments, without the name of the card.
    Payments,
    /// Refunds, without their reason.
    Refunds,
    /// Disputes about payments.
    Disputes,
    /// Tickets, without the holder's name.
    Tickets,
    /// Transfers of tickets to and from other fans.
    TicketTransfers,
    /// Listings, without the seller's name and description.
    Listings,
    /// Payouts for sold listings.
    Payouts,
}

/// Records that stay when an account is deleted. They hold the account's id, and neither a name nor an email.
#[derive(SimpleObject)]
pub struct KeptRecord {
    /// What they are.
    kind: KeptRecordKind,
    /// How many there are.
    count: u64,
    /// Why they stay, in English.
    reason: &'static str,
    /// Until when the law requires the newest of them; null if the site does not say.
    until: Option<DateTime>,
}

impl From<deletion::KeptRecord> for KeptRecord {
    fn from(kept: deletion::KeptRecord) -> Self {
        let deletion::KeptRecord { kind, count, until } = kept;
        Self { kind: kind.into(), count, reason: kind.reason(), until: until.map(Into::into) }
    }
}

/// What `deleteAccount` would do at this moment.
#[derive(SimpleObject)]
pub struct AccountDeletion {
    /// What prevents it; empty if nothing does.
    obstacles: Vec<DeletionObstacle>,
    /// What would stay, and why.
    kept: Vec<KeptRecord>,
    /// Whether it needs the password. If not, an identity provider manages the account, and it needs a sign-in there
    /// within the last five minutes.
    needs_password: bool,
}

/// The proof that you delete your own account.
#[derive(InputObject)]
pub(super) struct DeleteAccountInput {
    /// The account's password. Left out for an account of an identity provider, which needs a sign-in there within the
    /// last five minutes: one that a browser began here, or a token with a recent `auth_time`.
    password: Option<String>,
}

/// The result of `deleteAccount`.
#[derive(SimpleObject)]
pub struct DeleteAccountPayload {
    /// When the account was deleted.
    deleted_at: DateTime,
    /// What stays, and why.
    kept: Vec<KeptRecord>,
}

/// Whether to personalise.
#[derive(InputObject)]
pub(super) struct SetPersonalisationInput {
    /// Whether your bookings, under a pseudonym, may be used for recommendations.
    enabled: bool,
}

/// The result of `setPersonalisation`.
#[derive(SimpleObject)]
pub struct SetPersonalisationPayload {
    /// Your user with the change.
    user: User,
}

/// The result of `exportMyData`.
#[derive(SimpleObject)]
pub struct ExportMyDataPayload {
    /// A JSON object with your account and a list for each kind of record; without passwords, tokens and codes of tickets.
    json: String,
    /// A name for a file of it.
    file_name: String,
    /// When it was made.
    created_at: DateTime,
}

#[derive(Default)]
pub struct PersonalDataQuery;

#[Object]
impl PersonalDataQuery {
    /// What `deleteAccount` would do at this moment: what prevents it, and what would stay.
    async fn account_deletion(&self, ctx: &Context<'_>) -> Result<AccountDeletion, ApiError> {
        let outlook = deletion::outlook(ctx.app()?, ctx.viewer()?).await?;
        Ok(AccountDeletion {
            obstacles: outlook.obstacles.into_iter().map(Into::into).collect(),
            kept: outlook.kept.into_iter().map(Into::into).collect(),
            needs_password: outlook.needs_password,
        })
    }
}

#[derive(Default)]
pub struct PersonalDataMutation;

#[Object]
impl PersonalDataMutation {
    /// Delete your account, at once. Your sessions end, unpaid holds are cancelled, and the email can be used for a new
    /// account. What the law requires the site to keep stays, by ids alone. `ACCOUNT_NOT_SETTLED` lists what prevents
    /// it; after several wrong passwords each further attempt must wait, as with `signIn`.
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proof that it is your account.")] input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload, ApiError> {
        let kept_token = Cookies::refresh_token(ctx).map(ToOwned::to_owned);
        let proof = Proof { password: input.password, kept_token };
        let deleted = deletion::delete(ctx.app()?, ctx.viewer()?, ctx.address(), proof).await;
        if let Err(accounts::AccountError::TooManyAttempts { .. }) = &deleted {
            CountedActions::note(ctx, Action::Throttled);
        }
        let deleted = deleted?;
        Cookies::forget(ctx);
        Ok(DeleteAccountPayload {
            deleted_at: deleted.at.into(),
            kept: deleted.kept.into_iter().map(Into::into).collect(),
        })
    }

    /// Decide whether your bookings may be used for recommendations. If you turn it off, your pseudonym is deleted at
    /// once, and what was recorded under it is erased within days; if you turn it on again, you get a new one.
    async fn set_personalisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether to personalise.")] input: SetPersonalisationInput,
    ) -> Result<SetPersonalisationPayload, ApiError> {
        let user = accounts::set_personalisation(ctx.app()?, ctx.viewer()?, input.enabled).await?;
        Ok(SetPersonalisationPayload { user: User(user) })
    }

    /// Get everything that the site has recorded about you, as JSON. After four in an hour each further one must wait.
    async fn export_my_data(&self, ctx: &Context<'_>) -> Result<ExportMyDataPayload, ApiError> {
        let export::Export { created_at, file_name, json } = export::of_viewer(ctx.app()?, ctx.viewer()?).await?;
        Ok(ExportMyDataPayload { json, file_name, created_at: created_at.into() })
    }
}
