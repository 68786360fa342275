//! Cookies: a session that a browser keeps, where no script of a page can read it.
//!
//! Invariant: cookies are set and exchanged only where the answer's headers reach the browser, or a session would end
//! with a token that nobody was given.

use std::time::Duration;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use domain::accounts::Session;

use crate::{context::InContext, error::ApiError};

// The prefix makes browsers insist: this host's alone, encrypted, for every path.
pub const ACCESS: &str = "__Host-matchday-access";
pub const REFRESH: &str = "__Host-matchday-refresh";
pub const CAPTCHA: &str = "__Host-matchday-captcha";

const SET_COOKIE: &str = "set-cookie";

/// In the data of a request whose answer has headers.
#[derive(Debug, Clone)]
pub struct Cookies {
    /// Which other sites' pages make browsers send them: `Strict`, `Lax` or `None`.
    pub same_site: &'static str,
    /// The refresh token that was sent in one.
    pub refresh: Option<String>,
}

/// A cookie as it is set: for this host alone, and for no script.
pub fn written(name: &str, value: &str, life: Duration, same_site: &str) -> String {
    let seconds = life.as_secs();
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite={same_site}")
}

/// The cookies that keep a session.
pub fn of_session(session: &Session, same_site: &str) -> [String; 2] {
    [
        written(ACCESS, &session.access_token, session.access_lifetime, same_site),
        written(REFRESH, &session.refresh_token, session.refresh_lifetime, same_site),
    ]
}

/// Where a session is to be kept.
#[derive(Clone, Copy)]
pub(crate) enum Keeper<'a> {
    Client,
    Browser(&'a Cookies),
}

impl<'a> Keeper<'a> {
    /// `field` is by which the client says whether it wants cookies.
    pub(crate) fn of(ctx: &Context<'a>, field: &str, wants_cookies: bool) -> Result<Self, ApiError> {
        match (wants_cookies, ctx.data_opt::<Cookies>()) {
            (false, _) => Ok(Self::Client),
            (true, Some(cookies)) => Ok(Self::Browser(cookies)),
            (true, None) => {
                let message = "cookies are set only by a plain HTTP response, not on a socket or in an event stream";
                Err(ApiError::bad_input(field, message))
            }
        }
    }

    /// Whether the browser keeps it, out of the reach of its pages' scripts.
    pub(crate) fn is_browser(self) -> bool {
        matches!(self, Self::Browser(_))
    }

    /// The refresh token that the browser keeps.
    pub(crate) fn refresh_token(self) -> Option<&'a str> {
        match self {
            Self::Client => None,
            Self::Browser(cookies) => cookies.refresh.as_deref(),
        }
    }

    /// Gives a session to the browser, if it is to keep it.
    pub(crate) fn keep(self, ctx: &Context<'_>, session: &Session) {
        let Self::Browser(cookies) = self else {
            return;
        };
        for cookie in of_session(session, cookies.same_site) {
            ctx.append_http_header(SET_COOKIE, cookie);
        }
    }

    /// Makes the browser forget its refresh token, if it keeps it. The access token may be good until its own end.
    pub(crate) fn forget_refresh_token(self, ctx: &Context<'_>) {
        if let Self::Browser(cookies) = self {
            cookies.set(ctx, REFRESH, "", Duration::ZERO);
        }
    }

    /// Gives the browser what it earned by a captcha, if it is to keep it.
    pub(crate) fn keep_pass(self, ctx: &Context<'_>, text: &str, expires_at: DateTime<Utc>) -> Result<(), ApiError> {
        if let Self::Browser(cookies) = self {
            let life = (expires_at - ctx.app()?.clock.now()).to_std().unwrap_or_default();
            cookies.set(ctx, CAPTCHA, text, life);
        }
        Ok(())
    }
}

impl Cookies {
    fn set(&self, ctx: &Context<'_>, name: &str, value: &str, life: Duration) {
        ctx.append_http_header(SET_COOKIE, written(name, value, life, self.same_site));
    }

    /// The refresh token that the browser keeps, if it keeps one.
    pub(crate) fn refresh_token<'a>(ctx: &Context<'a>) -> Option<&'a str> {
        ctx.data_opt::<Self>()?.refresh.as_deref()
    }

    /// Makes the browser forget its session, if it keeps one.
    pub(crate) fn forget(ctx: &Context<'_>) {
        if let Some(cookies) = ctx.data_opt::<Self>().filter(|cookies| cookies.refresh.is_some()) {
            for name in [ACCESS, REFRESH] {
                cookies.set(ctx, name, "", Duration::ZERO);
            }
        }
    }
}
