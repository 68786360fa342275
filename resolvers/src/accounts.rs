//! Accounts.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use domain::accounts::{self, AccountError, ProfileChange, Session, SignUp};
use entities::user;

use crate::{
    context::InContext,
    cookies::{Cookies, Keeper},
    counted_actions::{Action, CountedActions},
    error::ApiError,
    ids::NodeId,
    time::DateTime,
};

/// What somebody may do.
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

#[Object]
impl User {
    pub(crate) async fn id(&self) -> ID {
        NodeId::User(self.0.id).into()
    }

    /// Null where an identity provider keeps the account and vouches for no email.
    async fn email(&self) -> Option<&str> {
        Some(self.0.email.as_str()).filter(|email| !email.is_empty())
    }

    async fn display_name(&self) -> Option<&str> {
        self.0.display_name.as_deref()
    }

    /// ISO 3166-1 alpha-2.
    async fn country(&self) -> Option<&str> {
        self.0.country.as_deref()
    }

    /// The language that they have chosen, one of `site.locales`; null where they have chosen none.
    async fn locale(&self) -> Option<&str> {
        self.0.locale.as_deref()
    }

    /// Whether it was shown that the email is theirs.
    async fn email_verified(&self) -> bool {
        self.0.verified_at.is_some()
    }

    async fn role(&self) -> Role {
        self.0.role.into()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}

#[derive(InputObject)]
pub struct SignUpInput {
    /// Unique among the accounts, whatever the case and the form of its letters. `CONFLICT` says that there is an account
    /// with it: how often that can be found out is bounded for each address.
    email: String,
    /// 8 to 128 characters, at least 4 different ones, and neither one of the most common passwords nor your email.
    password: String,
    display_name: Option<String>,
    /// ISO 3166-1 alpha-2, such as "QA".
    country: Option<String>,
    /// One of `site.locales`.
    locale: Option<String>,
    /// Whether a browser is to keep the session, in cookies that no script can read: then the tokens are null.
    #[graphql(default)]
    cookies: bool,
}

/// What is left out stays as it is; null takes it away.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    display_name: MaybeUndefined<String>,
    /// ISO 3166-1 alpha-2, such as "QA".
    country: MaybeUndefined<String>,
    /// One of `site.locales`.
    locale: MaybeUndefined<String>,
}

/// What is changed: nothing where nothing is said.
fn changed(said: MaybeUndefined<String>) -> Option<Option<String>> {
    match said {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(text) => Some(Some(text)),
    }
}

#[derive(InputObject)]
pub struct SignInInput {
    email: String,
    password: String,
    /// Whether a browser is to keep the session, in cookies that no script can read: then the tokens are null.
    #[graphql(default)]
    cookies: bool,
}

#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// Each refresh token is used once: using one again ends the session, but for some seconds in which the same answer is
    /// given again. Left out, it is the cookie's, and the next session is kept in cookies too.
    refresh_token: Option<String>,
}

#[derive(InputObject)]
pub struct SignOutInput {
    /// Whether all sessions of yours end, and not only this one.
    #[graphql(default)]
    all_sessions: bool,
}

#[derive(InputObject)]
pub struct ChangePasswordInput {
    current_password: String,
    /// 8 to 128 characters, at least 4 different ones, and neither one of the most common passwords nor your email.
    new_password: String,
}

#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    email: String,
}

#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// From the mail; it works once.
    code: String,
    /// 8 to 128 characters, at least 4 different ones, and neither one of the most common passwords nor your email.
    new_password: String,
}

#[derive(InputObject)]
pub struct VerifyEmailInput {
    /// From the mail; it works once.
    code: String,
}

/// A session, and the tokens that show it.
#[derive(SimpleObject)]
pub struct SessionPayload {
    user: User,
    /// To be sent as `authorization: Bearer …`, and in the payload of `connection_init`. Null where cookies keep the session:
    /// what no script can read there, no answer shows it.
    access_token: Option<String>,
    /// Gets the next session from `refreshSession`, once. Null where cookies keep the session.
    refresh_token: Option<String>,
    /// When the access token ends.
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

#[derive(SimpleObject)]
pub struct UpdateProfilePayload {
    user: User,
}

#[derive(SimpleObject)]
pub struct SignOutPayload {
    success: bool,
}

#[derive(SimpleObject)]
pub struct ChangePasswordPayload {
    user: User,
}

#[derive(SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always true: whether there is such an account is told to its mail only.
    success: bool,
}

#[derive(SimpleObject)]
pub struct ResetPasswordPayload {
    success: bool,
}

#[derive(SimpleObject)]
pub struct RequestEmailVerificationPayload {
    success: bool,
}

#[derive(SimpleObject)]
pub struct VerifyEmailPayload {
    user: User,
}

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// Whose access token was sent; null for anybody.
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
    /// Open an account and sign in to it. A code to confirm the email is mailed.
    async fn sign_up(&self, ctx: &Context<'_>, input: SignUpInput) -> Result<SessionPayload, ApiError> {
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

    /// Sign in. A wrong password and an unknown email are answered alike. After some wrong ones each further try has to
    /// wait longer: `RATE_LIMITED`, with `retryAfter` in seconds.
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInInput) -> Result<SessionPayload, ApiError> {
        let keeper = Keeper::of(ctx, "cookies", input.cookies)?;
        let signed_in = accounts::sign_in(ctx.app()?, ctx.address(), &input.email, input.password).await;
        if let Err(AccountError::TooManyAttempts { .. }) = &signed_in {
            CountedActions::note(ctx, Action::Throttled);
        }
        let session = signed_in?;
        keeper.keep(ctx, &session);
        Ok(SessionPayload::of(session, keeper))
    }

    /// Exchange a refresh token for the next session. A browser whose cookie has one that is worth nothing any more is told to
    /// forget it.
    async fn refresh_session(&self, ctx: &Context<'_>, input: RefreshSessionInput) -> Result<SessionPayload, ApiError> {
        use AccountError as E;

        let keeper = Keeper::of(ctx, "refreshToken", input.refresh_token.is_none())?;
        let token = input.refresh_token.as_deref().or(keeper.refresh_token());
        let token = token
            .ok_or_else(|| ApiError::bad_input("refreshToken", "give a refreshToken: none was sent in a cookie"))?;
        let refreshed = accounts::refresh(ctx.app()?, token).await;
        // One that was used before clears nothing: the answer to another tab may have brought this browser the next.
        if let Err(E::InvalidToken | E::EndedSession | E::ExpiredToken) = &refreshed {
            keeper.forget_refresh_token(ctx);
        }
        let session = refreshed?;
        keeper.keep(ctx, &session);
        Ok(SessionPayload::of(session, keeper))
    }

    /// End this session, or all of yours: their tokens are worth nothing from now on, and their connections close.
    async fn sign_out(&self, ctx: &Context<'_>, input: Option<SignOutInput>) -> Result<SignOutPayload, ApiError> {
        let everywhere = input.is_some_and(|input| input.all_sessions);
        accounts::sign_out(ctx.app()?, ctx.viewer()?, Cookies::refresh_token(ctx), everywhere).await?;
        Cookies::forget(ctx);
        Ok(SignOutPayload { success: true })
    }

    /// Change what you say of yourself. Listings and tickets go on showing the name that you had when they were made.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload, ApiError> {
        let UpdateProfileInput { display_name, country, locale } = input;
        let change =
            ProfileChange { display_name: changed(display_name), country: changed(country), locale: changed(locale) };
        let user = accounts::update_profile(ctx.app()?, ctx.viewer()?, change).await?;
        Ok(UpdateProfilePayload { user: User(user) })
    }

    /// Take another password. Your other sessions end; this one goes on.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload, ApiError> {
        let ChangePasswordInput { current_password, new_password } = input;
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let user = accounts::change_password(app, viewer, ctx.address(), current_password, new_password).await?;
        Ok(ChangePasswordPayload { user: User(user) })
    }

    /// Have a code mailed that lets you take another password. Known and unknown emails are answered alike.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetPayload, ApiError> {
        accounts::request_password_reset(ctx.app()?, ctx.address(), &input.email).await?;
        Ok(RequestPasswordResetPayload { success: true })
    }

    /// Take another password by a code that was mailed to you. All of your sessions end.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        input: ResetPasswordInput,
    ) -> Result<ResetPasswordPayload, ApiError> {
        accounts::reset_password(ctx.app()?, ctx.address(), &input.code, input.new_password).await?;
        Ok(ResetPasswordPayload { success: true })
    }

    /// Have another code mailed that shows that your email is yours.
    async fn request_email_verification(&self, ctx: &Context<'_>) -> Result<RequestEmailVerificationPayload, ApiError> {
        accounts::request_email_verification(ctx.app()?, ctx.viewer()?, ctx.address()).await?;
        Ok(RequestEmailVerificationPayload { success: true })
    }

    /// Show that your email is yours, by a code that was mailed to you.
    async fn verify_email(&self, ctx: &Context<'_>, input: VerifyEmailInput) -> Result<VerifyEmailPayload, ApiError> {
        let user = accounts::verify_email(ctx.app()?, &input.code).await?;
        Ok(VerifyEmailPayload { user: User(user) })
    }
}
