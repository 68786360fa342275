//! How much the caller may still ask for.

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime as Time, Utc};
use limits::Standing;

use crate::{context::InContext, error::ApiError, time::DateTime};

/// In a request's data: how the buckets stand that it draws from, the caller's own first.
#[derive(Debug, Clone, Default)]
pub struct Standings(Vec<Standing>);

impl Standings {
    pub fn new(standings: Vec<Standing>) -> Self {
        Self(standings)
    }
}

/// How much you may still ask for. What an operation may cost is reserved before it runs, and what it did not use is
/// free again after it.
#[derive(SimpleObject)]
pub struct RateLimit {
    /// Tokens that you have when you ask for nothing for a while; null where nothing is limited.
    limit: Option<u64>,
    /// Tokens that are left while this query runs, its own reservation taken.
    remaining: Option<u64>,
    /// When all of them are back, if you ask for nothing meanwhile.
    reset_at: Option<DateTime>,
    /// All buckets that this query draws from, yours first.
    buckets: Vec<RateLimitBucket>,
}

/// A store of tokens that fills up by itself.
#[derive(SimpleObject)]
pub struct RateLimitBucket {
    /// Your role's, or "address" for everybody who shares yours.
    name: &'static str,
    limit: u64,
    remaining: u64,
    /// Tokens that come back every `periodSeconds`.
    refill: u64,
    period_seconds: u64,
    reset_at: DateTime,
}

impl RateLimitBucket {
    fn new(standing: &Standing, now: Time<Utc>) -> Self {
        Self {
            name: standing.name,
            limit: standing.policy.capacity(),
            remaining: standing.remaining,
            refill: standing.policy.refill(),
            period_seconds: standing.policy.period().as_secs(),
            reset_at: (now + standing.reset_after).into(),
        }
    }
}

#[derive(Default)]
pub struct LimitQuery;

#[Object]
impl LimitQuery {
    /// How much you may still ask for.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Result<RateLimit, ApiError> {
        let now = ctx.app()?.clock.now();
        let standings = ctx.data_opt::<Standings>().cloned().unwrap_or_default();
        let own = standings.0.first();

        Ok(RateLimit {
            limit: own.map(|own| own.policy.capacity()),
            remaining: own.map(|own| own.remaining),
            reset_at: own.map(|own| (now + own.reset_after).into()),
            buckets: standings.0.iter().map(|standing| RateLimitBucket::new(standing, now)).collect(),
        })
    }
}
