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

/// Which service issues and checks captchas.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaptchaProvider {
    /// Matchday issues a proof of work, which ALTCHA's widget solves.
    Altcha,
    /// An external service whose widget takes `siteKey` and returns a response: Turnstile, hCaptcha or reCAPTCHA.
    Siteverify,
}

/// A captcha to solve.
#[derive(SimpleObject, Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptchaChallenge {
    /// Which kind of captcha it is.
    pub provider: CaptchaProvider,
    /// The level of the captcha; each level takes twice the work of the one below. A pass for a lower level than
    /// `CAPTCHA_REQUIRED` names is not enough.
    pub level: u32,
    /// The proof of work to find; null with another provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altcha: Option<AltchaChallenge>,
    /// The key for the provider's widget; null with ALTCHA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_key: Option<String>,
}

/// A proof of work in the format of ALTCHA's widget. The solution is the number that, written after the salt, has this
/// digest.
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AltchaChallenge {
    /// The digest's algorithm, such as `SHA-256`.
    pub algorithm: &'static str,
    /// The digest, in hexadecimal.
    pub challenge: String,
    /// The largest number that can be the solution.
    pub maxnumber: u64,
    /// The text before the number. Its parameter `expires` is the end of the challenge in seconds since 1970.
    pub salt: String,
    /// The signature of the challenge, in hexadecimal; send it back as it is.
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
    #[error("this does not solve a captcha of this site; request a new one")]
    Wrong,
    #[error("the captcha has expired; request a new one")]
    Expired,
    #[error("this solution was already used; request a new captcha")]
    Used,
    #[error("captchas can't be checked right now; try again in a moment")]
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

/// The solution of a captcha.
#[derive(InputObject)]
pub struct SolveCaptchaInput {
    /// The widget's result: ALTCHA's payload, or the response of the provider's widget.
    payload: String,
    /// Whether the browser keeps the pass in a cookie that no script can read.
    #[graphql(default)]
    cookies: bool,
}

/// A pass for requests that need a captcha.
#[derive(SimpleObject)]
pub struct SolveCaptchaPayload {
    /// The pass, to send in the header `captcha-pass`, and as `captchaPass` in the payload of `connection_init`, with
    /// the request that needs a captcha. It is valid only for your user; if you are anonymous, only for your address
    /// and one `signUp`.
    pass: String,
    /// When the pass expires.
    expires_at: DateTime,
}

#[derive(Default)]
pub struct CaptchaQuery;

#[Object]
impl CaptchaQuery {
    /// A captcha of the level that `CAPTCHA_REQUIRED` names. The error also contains one, in `extensions.captcha`.
    async fn captcha_challenge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The level that `CAPTCHA_REQUIRED` names, 0 to 30.", default = 0)] level: i32,
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
    /// Submit the solution of a captcha and get a pass. A solution works once.
    async fn solve_captcha(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The solution.")] input: SolveCaptchaInput,
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
