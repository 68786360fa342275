//! Accounts.

use async_graphql::{Context, Enum, ID, MaybeUndefined, Object, SimpleObject};
use domain::accounts::{self, AccountError, ProfileChange, Session, SignUp};
use entities::user;
use error_codes::Code;

use crate::{
    context::InContext,
    cookies::{Cookies, Keeper},
    counted_actions::{Action, CountedActions},
    error::ApiError,
    ids::NodeId,
    time::DateTime,
};

mod inputs;

use inputs::{
    ChangePasswordInput, RefreshSessionInput, RequestPasswordResetInput, ResetPasswordInput, SignInInput, SignOutInput,
    SignUpInput, UpdateProfileInput, VerifyEmailInput,
};

/// What a user may do.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "user::Role")]
pub enum Role {
    /// Buys tickets.
    Customer,
    /// Checks tickets at the gate.
    Steward,
    /// Runs the site.
    Admin,
}

/// Somebody with an account.
pub struct User(pub(crate) user::Model);

/// A user with an account.
#[Object]
impl User {
    /// The user's global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::User(self.0.id).into()
    }

    /// The email; null if an identity provider manages the account and does not vouch for an email.
    async fn email(&self) -> Option<&str> {
        Some(self.0.email.as_str()).filter(|email| !email.is_empty())
    }

    /// The name that tickets and listings show; null if there is none.
    async fn display_name(&self) -> Option<&str> {
        self.0.display_name.as_deref()
    }

    /// The ISO 3166-1 alpha-2 code of the country; null if there is none.
    async fn country(&self) -> Option<&str> {
        self.0.country.as_deref()
    }

    /// The user's language, one of `site.locales`; null if they chose none.
    async fn locale(&self) -> Option<&str> {
        self.0.locale.as_deref()
    }

    /// Whether the email address is confirmed.
    async fn email_verified(&self) -> bool {
        self.0.verified_at.is_some()
    }

    /// Whether the user has a password here. If not, an identity provider manages the account: its name and password are
    /// changed there.
    async fn has_password(&self) -> bool {
        self.0.has_password()
    }

    /// Whether the user's bookings, under a pseudonym, may be used for recommendations.
    async fn personalised(&self) -> bool {
        self.0.personalised
    }

    /// What the user may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// When the account was opened.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

/// What is changed: nothing where nothing is said.
fn changed(said: MaybeUndefined<String>) -> Option<Option<String>> {
    match said {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(text) => Some(Some(text)),
    }
}

/// A session and its tokens.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// The signed-in user.
    user: User,
    /// The access token, to send as `authorization: Bearer …` and in the payload of `connection_init`. Null if cookies
    /// keep the session, so that no script can read it.
    access_token: Option<String>,
    /// The token that `refreshSession` exchanges for the next session, once. Null if cookies keep the session.
    refresh_token: Option<String>,
    /// When the access token expires.
    expires_at: DateTime,
}

impl SessionPayload {
    /// A session as its keeper is shown it.
    fn of(session: Session, keeper: Keeper<'_>) -> Self {
        let shown = |token| if keeper.is_browser() { None } else { Some(token) };
        Self {
            access_token: shown(session.access_token),
            refresh_token: shown(session.refresh_token),
            expires_at: session.expires_at.into(),
            user: User(session.user),
        }
    }
}

/// The result of `updateProfile`.
#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    /// Your user with the changes.
    user: User,
}

/// The result of `signOut`.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Always true; a failure is an error.
    success: bool,
}

/// The result of `changePassword`.
#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    /// The user whose password was changed.
    user: User,
}

/// The result of `requestPasswordReset`.
#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always true, whether or not an account has this email.
    success: bool,
}

/// The result of `resetPassword`.
#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    /// Always true; a failure is an error.
    success: bool,
}

/// The result of `requestEmailVerification`.
#[derive(SimpleObject)]
pub struct RequestEmailVerificationPayload {
    /// Always true; a failure is an error.
    success: bool,
}

/// The result of `verifyEmail`.
#[derive(SimpleObject)]
pub struct VerifyEmailPayload {
    /// Your user, with the confirmed email.
    user: User,
}

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The signed-in user; null if anonymous.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        let Some(viewer) = ctx.viewer_if_any() else {
            return Ok(None);
        };
        Ok(accounts::find(ctx.app()?, viewer.user_id).await?.map(User))
    }
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Open an account and sign in to it. Matchday mails a code to confirm the email address.
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: SignUpInput,
    ) -> Result<SessionPayload, ApiError> {
        let SignUpInput { email, password, display_name, country, locale, cookies } = input;
        let keeper = Keeper::of(ctx, "cookies", cookies)?;
        let details = SignUp { email, password, display_name, country, locale };
        let signed_up = accounts::sign_up_from(ctx.app()?, ctx.address(), details).await;
        // Who is refused one learns that there is an account, and is counted like who opens one.
        if matches!(signed_up, Ok(_) | Err(AccountError::EmailTaken | AccountError::TooManyAttempts { .. })) {
            CountedActions::note(ctx, Action::Account);
        }
        let session = signed_up?;
        keeper.keep(ctx, &session);
        Ok(SessionPayload::of(session, keeper))
    }

    /// Sign in. Returns the same error for a wrong password and an unknown email. After several wrong passwords each
    /// further attempt must wait longer: `RATE_LIMITED`, with `retryAfter` in seconds.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The email and the password.")] input: SignInInput,
    ) -> Result<SessionPayload, ApiError> {
        let keeper = Keeper::of(ctx, "cookies", input.cookies)?;
        let signed_in = accounts::sign_in(ctx.app()?, ctx.address(), &input.email, input.password).await;
        if let Err(AccountError::TooManyAttempts { .. }) = &signed_in {
            CountedActions::note(ctx, Action::Throttled);
        }
        let session = signed_in?;
        keeper.keep(ctx, &session);
        Ok(SessionPayload::of(session, keeper))
    }

    /// Exchange a refresh token for the next session. If the refresh token of a browser's cookie is not valid any
    /// more, the answer deletes the cookie.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token, unless a cookie has it.")] input: RefreshSessionInput,
    ) -> Result<SessionPayload, ApiError> {
        use AccountError as E;

        let keeper = Keeper::of(ctx, "refreshToken", input.refresh_token.is_none())?;
        let token = input.refresh_token.as_deref().or(keeper.refresh_token());
        let missing = "sign in first: the request has neither `refreshToken` nor a session cookie";
        let token = token.ok_or_else(|| ApiError::new(Code::UNAUTHENTICATED, missing))?;
        let refreshed = accounts::refresh(ctx.app()?, token).await;
        // One that was used before clears nothing: the answer to another tab may have brought this browser the next.
        if let Err(E::InvalidToken | E::EndedSession | E::ExpiredToken) = &refreshed {
            keeper.forget_refresh_token(ctx);
        }
        let session = refreshed?;
        keeper.keep(ctx, &session);
        Ok(SessionPayload::of(session, keeper))
    }

    /// End this session, or all of your sessions: their tokens stop working and their connections close.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether to end all sessions.")] input: Option<SignOutInput>,
    ) -> Result<SignOutPayload, ApiError> {
        let everywhere = input.is_some_and(|input| input.all_sessions);
        accounts::sign_out(ctx.app()?, ctx.viewer()?, Cookies::refresh_token(ctx), everywhere).await?;
        Cookies::forget(ctx);
        Ok(SignOutPayload { success: true })
    }

    /// Change your profile. Listings and tickets keep the name that you had when they were made.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fields to change.")] input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload, ApiError> {
        let UpdateProfileInput { display_name, country, locale } = input;
        let change =
            ProfileChange { display_name: changed(display_name), country: changed(country), locale: changed(locale) };
        let user = accounts::update_profile(ctx.app()?, ctx.viewer()?, change).await?;
        Ok(UpdateProfilePayload { user: User(user) })
    }

    /// Change the password. Your other sessions end; this one continues.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The present password and the new one.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let ChangePasswordInput { current_password, new_password } = input;
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let user = accounts::change_password(app, viewer, ctx.address(), current_password, new_password).await?;
        Ok(ChangePasswordPayload { user: User(user) })
    }

    /// Email a password-reset code. Returns the same for known and unknown emails.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's email.")] input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload, ApiError> {
        accounts::request_password_reset(ctx.app()?, ctx.address(), &input.email).await?;
        Ok(RequestPasswordResetPayload { success: true })
    }

    /// Set a new password with a code from a mail. All of your sessions end.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code from the mail, and the new password.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        accounts::reset_password(ctx.app()?, ctx.address(), &input.code, input.new_password).await?;
        Ok(ResetPasswordPayload { success: true })
    }

    /// Email another code to confirm your email address.
    async fn request_email_verification(&self, ctx: &Context<'_>) -> Result<RequestEmailVerificationPayload, ApiError> {
        accounts::request_email_verification(ctx.app()?, ctx.viewer()?, ctx.address()).await?;
        Ok(RequestEmailVerificationPayload { success: true })
    }

    /// Confirm your email address with a code from a mail.
    async fn verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code from the mail.")] input: VerifyEmailInput,
    ) -> Result<VerifyEmailPayload, ApiError> {
        let user = accounts::verify_email(ctx.app()?, &input.code).await?;
        Ok(VerifyEmailPayload { user: User(user) })
    }
}
