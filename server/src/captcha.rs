//! Captchas: asked of who shows signs of a bot, and judged; a solved one earns a pass for some minutes.
//!
//! Invariant: a solution earns one pass, on all instances together, and whoever did not earn a pass can't use it.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use futures_util::{FutureExt, future::BoxFuture};
use resolvers::{
    captcha::{CaptchaChallenge, CaptchaError, CaptchaProvider, Captchas, Pass},
    context::Asking,
};

use self::{altcha::Altcha, keys::Keys, once::Once, passes::Passes, siteverify::Siteverify};
use crate::{
    cache::Redis,
    config::{Config, captcha::Provider, secret::Secret},
    security::events::{Event, Events, Kind},
};

mod altcha;
mod keys;
mod once;
mod passes;
pub(crate) mod routes;
mod siteverify;

/// What asks, judges and remembers.
pub(crate) struct Captcha {
    clock: Arc<dyn Clock>,
    judge: Judge,
    once: Once,
    passes: Passes,
    events: Arc<Events>,
}

enum Judge {
    Altcha(Box<Altcha>),
    Siteverify(Box<Siteverify>),
}

/// A solution that is right: what tells it from others, and how long somebody could send it again.
struct Solved {
    digest: [u8; 32],
    until: DateTime<Utc>,
}

impl Captcha {
    /// `secret` is the site's, from which the keys come.
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        redis: Option<&Redis>,
        secret: &Secret,
        events: Arc<Events>,
        config: &Config,
    ) -> Self {
        let captcha = &config.captcha;
        let keys = Keys::of(secret, &config.client_id);
        let judge = match captcha.provider {
            Provider::Altcha => Judge::Altcha(Box::new(Altcha {
                key: keys.challenges,
                max_number: captcha.max_number,
                life: TimeDelta::seconds(captcha.challenge_seconds.try_into().unwrap_or(i64::MAX / 1_000)),
            })),
            Provider::Siteverify => Judge::Siteverify(Box::new(Siteverify::new(captcha))),
        };
        Self {
            clock,
            judge,
            once: Once::new(redis.cloned(), format!("{}:{}:captcha:", config.redis.key_prefix, config.client_id)),
            passes: Passes { key: keys.passes, life: Duration::from_secs(captcha.pass_seconds) },
            events,
        }
    }

    /// Whether somebody has earned this pass lately.
    pub(crate) fn has_passed(&self, asking: Asking, pass: Option<&str>) -> bool {
        pass.is_some_and(|pass| self.passes.is_good(pass, asking, self.clock.now()))
    }

    async fn judge(&self, asking: Asking, payload: &str) -> Result<Pass, CaptchaError> {
        let now = self.clock.now();
        let solved = match &self.judge {
            Judge::Altcha(altcha) => altcha.judge(payload, now)?,
            Judge::Siteverify(provider) => provider.judge(payload, asking.address, now).await?,
        };
        self.once.take(&solved, now).await?;

        Ok(self.passes.issue(asking, now))
    }
}

impl Captchas for Captcha {
    fn challenge(&self) -> CaptchaChallenge {
        match &self.judge {
            Judge::Altcha(altcha) => CaptchaChallenge {
                provider: CaptchaProvider::Altcha,
                altcha: Some(altcha.challenge(self.clock.now())),
                site_key: None,
            },
            Judge::Siteverify(provider) => CaptchaChallenge {
                provider: CaptchaProvider::Siteverify,
                altcha: None,
                site_key: Some(provider.site_key.clone()),
            },
        }
    }

    fn solve<'a>(&'a self, asking: Asking, payload: &'a str) -> BoxFuture<'a, Result<Pass, CaptchaError>> {
        async move {
            let judged = self.judge(asking, payload).await;
            let (kind, detail) = match &judged {
                Ok(_) => (Kind::CaptchaSolved, ""),
                Err(CaptchaError::Wrong) => (Kind::CaptchaFailed, "wrong"),
                Err(CaptchaError::Expired) => (Kind::CaptchaFailed, "expired"),
                Err(CaptchaError::Used) => (Kind::CaptchaFailed, "used"),
                Err(CaptchaError::Unavailable) => (Kind::CaptchaFailed, "unavailable"),
            };
            self.events.tell(Event { kind, asking, detail: detail.to_owned() });
            judged
        }
        .boxed()
    }
}
