//! What is sent about accounts.

use async_graphql::{InputObject, MaybeUndefined};

/// A new account.
#[derive(InputObject)]
pub(super) struct SignUpInput {
    /// The email, unique among the accounts whatever its letter case. `CONFLICT` means that an account already has it;
    /// how often an address can find that out is limited.
    pub(super) email: String,
    /// 8 to 128 characters, at least 4 different ones; not one of the most common passwords and not your email.
    pub(super) password: String,
    /// The name that tickets and listings show, at most 100 characters and without web addresses.
    pub(super) display_name: Option<String>,
    /// An ISO 3166-1 alpha-2 code, such as "QA".
    pub(super) country: Option<String>,
    /// One of `site.locales`.
    pub(super) locale: Option<String>,
    /// Whether the browser keeps the session in cookies that no script can read; the tokens are then null.
    #[graphql(default)]
    pub(super) cookies: bool,
}

/// What to change of your profile. Fields that are left out stay as they are; null removes the value.
#[derive(InputObject)]
pub(super) struct UpdateProfileInput {
    /// The name that tickets and listings show, at most 100 characters and without web addresses.
    pub(super) display_name: MaybeUndefined<String>,
    /// An ISO 3166-1 alpha-2 code, such as "QA".
    pub(super) country: MaybeUndefined<String>,
    /// One of `site.locales`.
    pub(super) locale: MaybeUndefined<String>,
}

/// The email and the password of an account.
#[derive(InputObject)]
pub(super) struct SignInInput {
    /// The account's email.
    pub(super) email: String,
    /// The account's password.
    pub(super) password: String,
    /// Whether the browser keeps the session in cookies that no script can read; the tokens are then null.
    #[graphql(default)]
    pub(super) cookies: bool,
}

/// The refresh token.
#[derive(InputObject)]
pub(super) struct RefreshSessionInput {
    /// The refresh token. Each one works once; a second use ends the session, except for some seconds in which the
    /// same answer is repeated. If left out, the token of the cookie is used, and the next session is kept in cookies
    /// too.
    pub(super) refresh_token: Option<String>,
}

/// Which sessions to end.
#[derive(InputObject)]
pub(super) struct SignOutInput {
    /// Whether to end all of your sessions, not only this one.
    #[graphql(default)]
    pub(super) all_sessions: bool,
}

/// The present password and the new one.
#[derive(InputObject)]
pub(super) struct ChangePasswordInput {
    /// The present password of the account.
    pub(super) current_password: String,
    /// 8 to 128 characters, at least 4 different ones; not one of the most common passwords and not your email.
    pub(super) new_password: String,
}

/// The account's email.
#[derive(InputObject)]
pub(super) struct RequestPasswordResetInput {
    /// The email that the account was opened with.
    pub(super) email: String,
}

/// The code from the mail, and the new password.
#[derive(InputObject)]
pub(super) struct ResetPasswordInput {
    /// The code from the mail; it works once.
    pub(super) code: String,
    /// 8 to 128 characters, at least 4 different ones; not one of the most common passwords and not your email.
    pub(super) new_password: String,
}

/// The code from the mail.
#[derive(InputObject)]
pub(super) struct VerifyEmailInput {
    /// The code from the mail; it works once.
    pub(super) code: String,
}
