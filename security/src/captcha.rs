//! Captchas: asked of clients that show signs of a bot, and judged; a solved one earns a pass for some minutes.
//!
//! A pass is worth one person's acts: it is good for what costs no more work than it took, and opens one account. Where a
//! provider judges, whose captchas are all alike, one that is asked for at a price is good for one operation.
//!
//! Invariant: a solution earns one pass, on all instances together, and only the client that earned a pass can use it.

use std::{sync::Arc, time::Duration};

use book::clock::Clock;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use limits::connection::Redis;
use resolvers::{
    captcha::{CaptchaChallenge, CaptchaError, CaptchaProvider, Captchas, Clearance, LEVEL_MAX},
    context::Requester,
};
use ring::digest::{SHA256, digest};
use settings::secret::Secret;

use self::{
    altcha::Altcha,
    clearance::{ClearanceIssuer, Earned},
    keys::Keys,
    replay_guard::ReplayGuard,
    siteverify::Siteverify,
};
use crate::{
    config::{Config, captcha::Provider},
    decisions::{Decision, Decisions, Kind},
};

mod altcha;
mod clearance;
mod keys;
mod replay_guard;
pub mod routes;
mod siteverify;

/// What asks, judges and remembers.
pub struct Captcha {
    clock: Arc<dyn Clock>,
    /// Whether signs of bots count, so that somebody may be asked.
    is_asked_for: bool,
    judge: Judge,
    replays: ReplayGuard,
    clearances: ClearanceIssuer,
    decisions: Arc<Decisions>,
}

enum Judge {
    Altcha(Box<Altcha>),
    Siteverify(Box<Siteverify>),
}

/// A solution that is right, or a pass that is used up: what tells it from others, how long a client could send it again,
/// and what it is worth.
pub(crate) struct Solved {
    digest: [u8; 32],
    until: DateTime<Utc>,
    level: u32,
}

/// What a captcha is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Demand {
    pub(crate) level: u32,
    /// Accounts that would be opened.
    pub(crate) accounts: u64,
}

/// Whether a client has earned what it asks for.
pub(crate) enum Passed {
    No,
    Yes,
    /// If it was not used before: this uses it up.
    Once(Solved),
}

impl Captcha {
    /// `secret` is the site's, from which the keys come.
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        redis: Option<&Redis>,
        secret: &Secret,
        decisions: Arc<Decisions>,
        config: &Config<'_>,
    ) -> Self {
        let captcha = config.captcha;
        let keys = Keys::of(secret, config.site);
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
            is_asked_for: config.bots.enabled,
            judge,
            replays: ReplayGuard::new(redis.cloned(), config.redis_key("captcha:")),
            clearances: ClearanceIssuer { key: keys.clearances, life: Duration::from_secs(captcha.pass_seconds) },
            decisions,
        }
    }

    /// Whether a client has earned what it asks for by this pass.
    pub(crate) fn passed(&self, requester: Requester, pass: Option<&str>, demand: Demand) -> Passed {
        let earned = pass.and_then(|pass| self.clearances.read(pass, requester, self.clock.now()));
        let Some(earned) = earned.filter(|earned| earned.level >= demand.level) else { return Passed::No };
        let is_alike = matches!(self.judge, Judge::Siteverify(_));
        match demand.accounts {
            0 if is_alike && demand.level > 0 => Passed::Once(used(&earned)),
            0 => Passed::Yes,
            1 => Passed::Once(used(&earned)),
            _ => Passed::No,
        }
    }

    /// Uses a pass up; `false` where it was before.
    pub(crate) async fn use_up(&self, pass: &Solved) -> bool {
        self.replays.take(pass, self.clock.now()).await.is_ok()
    }

    /// As [`Self::use_up`], where nothing has to be waited for.
    pub(crate) fn use_up_here(&self, pass: &Solved) -> bool {
        self.replays.take_here(pass, self.clock.now()).is_ok()
    }

    async fn judge(&self, requester: Requester, payload: &str) -> Result<Clearance, CaptchaError> {
        let now = self.clock.now();
        let solved = match &self.judge {
            Judge::Altcha(altcha) => altcha.judge(payload, now)?,
            Judge::Siteverify(provider) => provider.judge(payload, requester.address, now).await?,
        };
        self.replays.take(&solved, now).await?;

        Ok(self.clearances.issue(requester, solved.level, now))
    }
}

fn used(earned: &Earned) -> Solved {
    let digest = digest(&SHA256, &earned.signature);
    let digest = digest.as_ref().try_into().expect("SHA-256 gives 32 bytes");
    Solved { digest, until: earned.until, level: earned.level }
}

impl Captchas for Captcha {
    fn provider(&self) -> Option<CaptchaProvider> {
        let provider = match &self.judge {
            Judge::Altcha(_) => CaptchaProvider::Altcha,
            Judge::Siteverify(_) => CaptchaProvider::Siteverify,
        };
        Some(provider).filter(|_| self.is_asked_for)
    }

    fn challenge(&self, level: u32) -> CaptchaChallenge {
        let level = level.min(LEVEL_MAX);
        match &self.judge {
            Judge::Altcha(altcha) => CaptchaChallenge {
                provider: CaptchaProvider::Altcha,
                level,
                altcha: Some(altcha.challenge(level, self.clock.now())),
                site_key: None,
            },
            Judge::Siteverify(provider) => CaptchaChallenge {
                provider: CaptchaProvider::Siteverify,
                level,
                altcha: None,
                site_key: Some(provider.site_key.clone()),
            },
        }
    }

    fn solve<'a>(&'a self, requester: Requester, payload: &'a str) -> BoxFuture<'a, Result<Clearance, CaptchaError>> {
        async move {
            let judged = self.judge(requester, payload).await;
            let (kind, detail) = match &judged {
                Ok(_) => (Kind::CaptchaSolved, ""),
                Err(CaptchaError::Wrong) => (Kind::CaptchaFailed, "wrong"),
                Err(CaptchaError::Expired) => (Kind::CaptchaFailed, "expired"),
                Err(CaptchaError::Used) => (Kind::CaptchaFailed, "used"),
                Err(CaptchaError::Unavailable) => (Kind::CaptchaFailed, "unavailable"),
            };
            self.decisions.record(Decision { kind, requester, detail: detail.to_owned() });
            judged
        }
        .boxed()
    }
}
