//! Security: who is let in, how much they may ask for, and who has to show first that they are no bot. Decided here for
//! every protocol alike.
//!
//! A request is admitted by its address before anything of it is read, and each of its operations is charged and judged
//! before anything of it is executed. Invariant: what an operation reserved is settled once, however it ends.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use async_graphql::{ServerError, Value};
use axum::{
    extract::ConnectInfo,
    http::{StatusCode, request::Parts},
};
use domain::{App, address_rules::network::Network};
use entities::address_rule::Effect;
use limits::{Grant, Limiter, Policy, Refused};
use quick_cache::sync::Cache;
use resolvers::{
    captcha::Captchas,
    context::Asking,
    deeds::{Deed, Deeds},
};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use transport::{document::Prepared, gateway::Refusal};
use uuid::Uuid;

pub(crate) use self::admitted::Admitted;
use self::{
    bots::{Bots, Seen, Signal, Suspicion, Verdict},
    events::{Event, Events, Kind},
    roots::Roots,
    rules::AddressRules,
};
use crate::{
    cache::Redis,
    captcha::Captcha,
    config::{Config, secret::Secret},
    failure::Failure,
};

mod admitted;
pub(crate) mod bots;
mod charges;
pub(crate) mod events;
mod roots;
pub(crate) mod rules;
mod told;

/// Everybody of an IPv6 network is one: whoever has one address there has all.
const IPV6_BITS: u8 = 64;

/// Users at most whose last address is known here.
const ADDRESSES: usize = 100_000;

/// Somebody who asks, and what they sent with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visit {
    pub(crate) asking: Asking,
    pub(crate) seen: Seen,
    /// What they say that they earned by a captcha.
    pub(crate) pass: Option<String>,
}

pub(crate) struct Security {
    app: Arc<App>,
    pub(crate) rules: Arc<AddressRules>,
    /// `None` where nothing is limited.
    pub(crate) limiter: Option<Arc<Limiter>>,
    pub(crate) captcha: Arc<Captcha>,
    pub(crate) events: Arc<Events>,
    bots: Bots,
    policies: HashMap<&'static str, Policy>,
    prices: HashMap<String, u64>,
    default_price: u64,
    /// Where users placed holds from, for the count of their address once a hold is paid.
    addresses: Cache<Uuid, IpAddr>,
}

impl Security {
    /// `secret` is the site's.
    pub(crate) fn new(
        app: Arc<App>,
        redis: Option<&Redis>,
        secret: &Secret,
        config: &Config,
    ) -> Result<Arc<Self>, Failure> {
        let settings = limits::Settings {
            site: format!("{}:{}", config.redis.key_prefix, config.client_id),
            timeout: std::time::Duration::from_millis(config.limits.redis_timeout_milliseconds),
            share_percent: config.limits.fallback_share_percent,
            buckets_max: usize::try_from(config.limits.buckets_max).unwrap_or(usize::MAX),
        };
        let limiter = match redis {
            Some(redis) => Limiter::shared(redis.connection(), &settings),
            None => Limiter::in_process(&settings),
        };
        let policies = config.limits.policies().map_err(|(name, error)| Failure::Limits { name, error })?;
        let bots = Bots::new(&config.bots).map_err(|(name, error)| Failure::Bots { name, error })?;
        let events = Arc::new(Events::new(Arc::clone(&app), redis, config));
        let captcha = Captcha::new(Arc::clone(&app.clock), redis, secret, Arc::clone(&events), config);
        let documents = &config.transport.documents;

        Ok(Arc::new(Self {
            rules: Arc::new(AddressRules::new(Arc::clone(&app), redis.cloned(), config)),
            app,
            limiter: config.limits.enabled.then(|| Arc::new(limiter)),
            captcha: Arc::new(captcha),
            events,
            bots,
            policies: policies.into_iter().collect(),
            prices: documents.field_costs.clone(),
            default_price: documents.default_field_cost,
            addresses: Cache::new(ADDRESSES),
        }))
    }

    /// Whether a request from this address is looked at.
    ///
    /// # Errors
    ///
    /// The address is blocked.
    pub(crate) fn admit(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        match address.and_then(|address| self.rules.effect(address)) {
            Some(Effect::Block) => {
                let asking = Asking { viewer: None, address };
                self.events.tell(Event { kind: Kind::AddressBlocked, asking, detail: String::new() });
                Err(blocked())
            }
            Some(Effect::Allow) | None => Ok(()),
        }
    }

    /// Reserves what an operation may cost, and judges who asks.
    ///
    /// # Errors
    ///
    /// A bucket does not hold that much, or they have to show first that they are no bot.
    pub(crate) async fn charge(
        self: &Arc<Self>,
        visit: &Visit,
        operation: &Prepared,
    ) -> Result<Admitted, Box<async_graphql::Response>> {
        let roots = Roots::of(operation);
        let taken = match &self.limiter {
            None => None,
            Some(limiter) => Some(limits::take(limiter, self.charges(visit.asking, operation.cost(), &roots)).await),
        };
        self.admitted(taken, visit, operation, &roots)
    }

    /// Whether nothing has to be waited for to charge an operation.
    pub(crate) fn charges_now(&self) -> bool {
        self.limiter.as_ref().is_none_or(|limiter| !limiter.is_shared())
    }

    /// As [`Self::charge`], where nothing has to be waited for; `None` where something has.
    pub(crate) fn charge_now(
        self: &Arc<Self>,
        visit: &Visit,
        operation: &Prepared,
    ) -> Option<Result<Admitted, Box<async_graphql::Response>>> {
        let roots = Roots::of(operation);
        let taken = match &self.limiter {
            None => None,
            Some(limiter) => {
                Some(limits::take_now(limiter, self.charges(visit.asking, operation.cost(), &roots)).ok()?)
            }
        };
        Some(self.admitted(taken, visit, operation, &roots))
    }

    /// Takes back what was counted of holds that are paid, until `stop`.
    pub(crate) async fn count_sales(&self, stop: CancellationToken) {
        let mut sales = self.app.wake.sales();
        loop {
            match stop.run_until_cancelled(sales.recv()).await {
                Some(Ok(user)) => self.sold(user),
                // Those who were missed are forgiven by time.
                Some(Err(RecvError::Lagged(_))) => {}
                Some(Err(RecvError::Closed)) | None => return stop.cancelled().await,
            }
        }
    }

    fn sold(&self, user_id: Uuid) {
        let Some(limiter) = &self.limiter else { return };
        let address = self.addresses.get(&user_id);
        for signal in [Signal::UnpaidHoldsOfUser, Signal::UnpaidHoldsOfAddress] {
            if let Some(hold) = self.counted(signal, Some(user_id), address, 1) {
                limits::give_back(limiter, &hold);
            }
        }
    }

    /// Notes what an operation did, once it is over.
    pub(crate) fn note(&self, asking: Asking, deeds: &Deeds) {
        if let (Some(viewer), Some(address)) = (asking.viewer, asking.address)
            && deeds.count(Deed::Hold) > 0
        {
            self.addresses.insert(viewer.user_id, address);
        }
        for _ in 0..deeds.count(Deed::Throttled) {
            self.events.tell(Event { kind: Kind::SignInThrottled, asking, detail: String::new() });
        }
    }

    fn admitted(
        self: &Arc<Self>,
        taken: Option<Result<Grant, Refused>>,
        visit: &Visit,
        operation: &Prepared,
        roots: &Roots<'_>,
    ) -> Result<Admitted, Box<async_graphql::Response>> {
        let asking = visit.asking;
        let grant = taken.transpose().map_err(|refused| {
            let detail = refused.tightest.name.to_owned();
            self.events.tell(Event { kind: Kind::RateLimited, asking, detail });
            Box::new(told::refusal(&refused, operation.cost(), self.app.clock.now()))
        })?;
        let suspicion = self.is_protected(roots).then(|| self.bots.suspicion(&visit.seen, grant.as_ref()));
        let prices = roots.price(&self.prices, self.default_price);
        let admitted = Admitted {
            security: Arc::clone(self),
            grant,
            requested: operation.cost(),
            roots: prices,
            deeds: Arc::default(),
        };
        match suspicion.and_then(|suspicion| self.judged(visit, &suspicion)) {
            // Being turned away costs like an answer, or asking again and again would be free.
            Some(refusal) => {
                admitted.finish(0);
                Err(Box::new(async_graphql::Response::from_errors(vec![refusal])))
            }
            None => Ok(admitted),
        }
    }

    fn is_protected(&self, roots: &Roots<'_>) -> bool {
        roots.any(|field| self.bots.is_protected(field))
    }

    /// Why somebody suspect is not let through.
    fn judged(&self, visit: &Visit, suspicion: &Suspicion) -> Option<ServerError> {
        let asking = visit.asking;
        let is_trusted = || {
            let is_admin = asking.viewer.is_some_and(|viewer| viewer.is_admin());
            is_admin || asking.address.and_then(|address| self.rules.effect(address)) == Some(Effect::Allow)
        };
        let (kind, refusal) = match self.bots.verdict(suspicion) {
            Verdict::Nothing => return None,
            _ if is_trusted() => return None,
            Verdict::Captcha if self.captcha.has_passed(asking, visit.pass.as_deref()) => return None,
            Verdict::Captcha => (Kind::CaptchaRequired, told::captcha(&self.captcha.challenge())),
            Verdict::Block => (Kind::BotBlocked, told::turned_away()),
        };
        self.events.tell(Event { kind, asking, detail: suspicion.to_string() });
        Some(refusal)
    }
}

pub(crate) fn blocked() -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: BLOCKED,
        message: "requests from your address are not answered".to_owned(),
        retry_after: None,
    }
}

const BLOCKED: &str = "BLOCKED";

/// Where a request comes from, as far as it is known.
pub(crate) fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|client| client.0.ip())
}

/// The address as limits and logs name it: of IPv6 the network.
pub(crate) fn of_whom(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(_) => Network::of(address, IPV6_BITS).to_string(),
    }
}

/// An error that refuses an operation before it runs: it has no path.
fn error(code: &str, message: String, details: impl IntoIterator<Item = (&'static str, Value)>) -> ServerError {
    let mut error = ServerError::new(message, None);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code);
    for (name, value) in details {
        extensions.set(name, value);
    }
    error
}
