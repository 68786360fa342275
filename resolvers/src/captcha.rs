//! Captchas: how somebody shows that they are no bot, once they are asked to.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::Utc;
use error_codes::Code;
use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::{
    context::{InContext, Requester},
    cookies::Keeper,
    error::ApiError,
    time::DateTime,
};

/// Who asks and judges captchas.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaptchaProvider {
    /// A proof of work, as ALTCHA's widget finds it.
    Altcha,
    /// A service whose widget takes `siteKey` and gives a response: Turnstile, hCaptcha, reCAPTCHA.
    Siteverify,
}

/// A captcha to be solved.
#[derive(SimpleObject, Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptchaChallenge {
    pub provider: CaptchaProvider,
    /// What it is worth: each level is twice the work of the one below. A captcha of a lower level than `CAPTCHA_REQUIRED`
    /// asks for earns too little.
    pub level: u32,
    /// The proof of work to be found; null with another provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altcha: Option<AltchaChallenge>,
    /// For the provider's widget; null with ALTCHA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_key: Option<String>,
}

/// A challenge in the form of ALTCHA's widget: which number, written after the salt, has this digest?
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AltchaChallenge {
    pub algorithm: &'static str,
    /// In hexadecimal.
    pub challenge: String,
    /// The number is not above it.
    pub maxnumber: u64,
    /// It says when the challenge ends: `expires`, in seconds since 1970.
    pub salt: String,
    pub signature: String,
}

/// A solved captcha, for requests to come.
#[derive(Debug, Clone)]
pub struct Clearance {
    pub text: String,
    pub expires_at: chrono::DateTime<Utc>,
}

/// The highest level of a captcha: no machine finds such a number in time.
pub const LEVEL_MAX: u32 = 30;

/// Why a solution earns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaptchaError {
    #[error("this is no solution of a captcha of ours; ask for another")]
    Wrong,
    #[error("the captcha was to be solved before; ask for another")]
    Expired,
    #[error("this solution was used before; ask for another")]
    Used,
    #[error("captchas can't be judged right now; try again in a moment")]
    Unavailable,
}

/// In the schema's data: what asks and judges captchas.
pub trait Captchas: Send + Sync {
    /// Whose captchas are asked for; none where nobody is asked for any.
    fn provider(&self) -> Option<CaptchaProvider>;

    /// A challenge of a level, of the highest where that is beyond it.
    fn challenge(&self, level: u32) -> CaptchaChallenge;

    /// Judges a solution, and gives a pass to whoever is asking.
    fn solve<'a>(&'a self, requester: Requester, payload: &'a str) -> BoxFuture<'a, Result<Clearance, CaptchaError>>;
}

pub type Shared = std::sync::Arc<dyn Captchas>;

#[derive(InputObject)]
pub struct SolveCaptchaInput {
    /// What the widget gives: ALTCHA's payload, or the response of the provider's.
    payload: String,
    /// Whether a browser is to keep the pass, in a cookie that no script can read.
    #[graphql(default)]
    cookies: bool,
}

#[derive(SimpleObject)]
pub struct SolveCaptchaPayload {
    /// To be sent in the header `captcha-pass`, and as `captchaPass` in the payload of `connection_init`, with what you
    /// were asked a captcha for. It is good for you alone: your user, or your address while nobody is signed in, and then for
    /// one `signUp`.
    pass: String,
    expires_at: DateTime,
}

#[derive(Default)]
pub struct CaptchaQuery;

#[Object]
impl CaptchaQuery {
    /// A captcha to be solved, of the level that `CAPTCHA_REQUIRED` names; it brings one in `extensions.captcha` too.
    async fn captcha_challenge(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 0)] level: i32,
    ) -> Result<CaptchaChallenge, ApiError> {
        let known = u32::try_from(level).ok().filter(|level| *level <= LEVEL_MAX);
        let wrong = || ApiError::bad_input("level", format!("`level` is {level}; it must be 0 to {LEVEL_MAX}"));
        Ok(captchas(ctx)?.challenge(known.ok_or_else(wrong)?))
    }
}

#[derive(Default)]
pub struct CaptchaMutation;

#[Object]
impl CaptchaMutation {
    /// Show that you solved a captcha. A solution works once.
    async fn solve_captcha(
        &self,
        ctx: &Context<'_>,
        input: SolveCaptchaInput,
    ) -> Result<SolveCaptchaPayload, ApiError> {
        let keeper = Keeper::of(ctx, "cookies", input.cookies)?;
        let pass = captchas(ctx)?.solve(ctx.requester(), &input.payload).await?;
        keeper.keep_pass(ctx, &pass.text, pass.expires_at)?;
        Ok(SolveCaptchaPayload { pass: pass.text, expires_at: pass.expires_at.into() })
    }
}

impl From<CaptchaError> for ApiError {
    fn from(error: CaptchaError) -> Self {
        let code = match error {
            CaptchaError::Wrong | CaptchaError::Expired | CaptchaError::Used => Code::CAPTCHA_FAILED,
            CaptchaError::Unavailable => Code::SERVICE_UNAVAILABLE,
        };
        Self::new(code, error.to_string())
    }
}

fn captchas<'a>(ctx: &Context<'a>) -> Result<&'a Shared, ApiError> {
    ctx.data_opt().ok_or_else(|| ApiError::internal(&std::io::Error::other("a schema without captchas")))
}
