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

/// What is left of your rate limits. The cost of an operation is reserved before it runs, and the unused part is
/// returned after it.
#[derive(SimpleObject)]
pub struct RateLimit {
    /// Tokens that your bucket holds when it is full; null if nothing is limited.
    limit: Option<u64>,
    /// Tokens that are left while this query runs, after its own reservation.
    remaining: Option<u64>,
    /// When your bucket is full again if you send nothing in the meantime.
    reset_at: Option<DateTime>,
    /// All buckets that this query draws from, yours first.
    buckets: Vec<RateLimitBucket>,
}

/// A bucket of tokens that refills over time.
#[derive(SimpleObject)]
pub struct RateLimitBucket {
    /// The name of your role's bucket, or "address" for the one that all clients of your address share.
    name: &'static str,
    /// Tokens that the bucket holds when it is full.
    limit: u64,
    /// Tokens that are left while this query runs.
    remaining: u64,
    /// Tokens that come back every `periodSeconds`.
    refill: u64,
    /// The period of the refill, in seconds.
    period_seconds: u64,
    /// When the bucket is full again if nothing draws from it in the meantime.
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
    /// What is left of your rate limits.
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
