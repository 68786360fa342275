//! Security: who is let in, and how much they may ask for. Decided here for every protocol alike.
//!
//! A request is admitted by its address before anything of it is read, and each of its operations is charged before
//! anything of it is executed. Invariant: what an operation reserved is settled once, however it ends.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use async_graphql::{ServerError, Value};
use axum::http::StatusCode;
use domain::{App, address_rules::network::Network};
use entities::{address_rule::Effect, user::Role};
use limits::{Charge, Grant, Limiter, Policy, Refused};
use metrics::counter;
use resolvers::context::Asking;
use transport::{document::Prepared, gateway::Refusal};

use self::{roots::Roots, rules::AddressRules, told::Told};
use crate::{cache::Redis, config::Config, failure::Failure};

mod roots;
pub(crate) mod rules;
mod told;

/// Buckets of their own, the root fields that draw from them, and whether one is its caller's address's or its user's.
const NARROW: [(&str, &[&str], Per); 4] = [
    ("signIn", &["signIn"], Per::Address),
    ("signUp", &["signUp"], Per::Address),
    ("reserve", &["reserve"], Per::User),
    ("payReservation", &["payReservation", "createPaymentIntent"], Per::User),
];

/// Bytes of an answer that cost one unit.
const BYTES_A_UNIT: u64 = 1024;

/// Everybody of an IPv6 network is one: whoever has one address there has all.
const IPV6_BITS: u8 = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Per {
    Address,
    User,
}

pub(crate) struct Security {
    app: Arc<App>,
    pub(crate) rules: Arc<AddressRules>,
    /// `None` where nothing is limited.
    pub(crate) limiter: Option<Arc<Limiter>>,
    policies: HashMap<&'static str, Policy>,
    prices: HashMap<String, u64>,
    default_price: u64,
}

/// An operation that may run: what it reserved is settled when this is finished, or dropped.
pub(crate) struct Admitted {
    security: Arc<Security>,
    grant: Option<Grant>,
    requested: u64,
    roots: u64,
}

impl Security {
    pub(crate) fn new(app: Arc<App>, redis: Option<&Redis>, config: &Config) -> Result<Arc<Self>, Failure> {
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
        let documents = &config.transport.documents;

        Ok(Arc::new(Self {
            rules: Arc::new(AddressRules::new(Arc::clone(&app), redis.cloned(), config)),
            app,
            limiter: config.limits.enabled.then(|| Arc::new(limiter)),
            policies: policies.into_iter().collect(),
            prices: documents.field_costs.clone(),
            default_price: documents.default_field_cost,
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
                counter!("matchday_security_decisions_total", "decision" => "blocked").increment(1);
                tracing::info!(decision = "blocked", address = address.map(of_whom), "a request was refused");
                Err(blocked())
            }
            Some(Effect::Allow) | None => Ok(()),
        }
    }

    /// Reserves what an operation may cost.
    ///
    /// # Errors
    ///
    /// A bucket does not hold that much.
    pub(crate) async fn charge(
        self: &Arc<Self>,
        asking: Asking,
        operation: &Prepared,
    ) -> Result<Admitted, Box<async_graphql::Response>> {
        let roots = Roots::of(operation);
        let taken = match &self.limiter {
            None => None,
            Some(limiter) => Some(limits::take(limiter, self.charges(asking, operation, &roots)).await),
        };
        self.admitted(taken, asking, operation, &roots)
    }

    /// Whether nothing has to be waited for to charge an operation.
    pub(crate) fn charges_now(&self) -> bool {
        self.limiter.as_ref().is_none_or(|limiter| !limiter.is_shared())
    }

    /// As [`Self::charge`], where nothing has to be waited for; `None` where something has.
    pub(crate) fn charge_now(
        self: &Arc<Self>,
        asking: Asking,
        operation: &Prepared,
    ) -> Option<Result<Admitted, Box<async_graphql::Response>>> {
        let roots = Roots::of(operation);
        let taken = match &self.limiter {
            None => None,
            Some(limiter) => Some(limits::take_now(limiter, self.charges(asking, operation, &roots)).ok()?),
        };
        Some(self.admitted(taken, asking, operation, &roots))
    }

    fn admitted(
        self: &Arc<Self>,
        taken: Option<Result<Grant, Refused>>,
        asking: Asking,
        operation: &Prepared,
        roots: &Roots<'_>,
    ) -> Result<Admitted, Box<async_graphql::Response>> {
        let grant = taken.transpose().map_err(|refused| {
            let bucket = refused.tightest.name;
            counter!("matchday_security_decisions_total", "decision" => "rate_limited", "bucket" => bucket)
                .increment(1);
            tracing::info!(
                decision = "rate_limited",
                bucket,
                address = asking.address.map(of_whom),
                user = asking.viewer.map(|viewer| viewer.user_id.to_string()),
                "an operation was refused"
            );
            Box::new(told::refusal(&refused, operation.cost(), self.app.clock.now()))
        })?;
        let prices = roots.price(&self.prices, self.default_price);

        Ok(Admitted { security: Arc::clone(self), grant, requested: operation.cost(), roots: prices })
    }

    /// What an operation draws from which buckets; the caller's own comes first.
    fn charges(&self, asking: Asking, operation: &Prepared, roots: &Roots<'_>) -> Vec<Charge> {
        let address = asking.address.map_or_else(|| "unknown".to_owned(), of_whom);
        let whose = |per: Per| match (per, asking.viewer) {
            (Per::User, Some(viewer)) => viewer.user_id.simple().to_string(),
            (Per::User, None) | (Per::Address, _) => address.clone(),
        };
        let charge = |name: &'static str, per: Per, cost: u64, is_estimate: bool| Charge {
            name,
            key: format!("{name}:{}", whose(per)).into(),
            policy: self.policies[name],
            cost,
            is_estimate,
        };

        let own = asking.viewer.map_or("anonymous", |viewer| role(viewer.role));
        let mut charges = Vec::with_capacity(2);
        charges.push(charge(own, Per::User, operation.cost(), true));
        charges.push(charge("address", Per::Address, operation.cost(), true));
        for (name, fields, per) in NARROW {
            let count = fields.iter().map(|field| roots.count(field)).sum();
            if count > 0 {
                charges.push(charge(name, per, count, false));
            }
        }
        charges
    }
}

impl Admitted {
    /// How the buckets stand, for whoever asks by the operation itself; nothing where nothing is limited.
    pub(crate) fn standings(&self) -> Vec<limits::Standing> {
        self.grant.iter().flat_map(Grant::standings).collect()
    }

    /// Settles for an answer of so many bytes, and says what its client is told.
    pub(crate) fn finish(mut self, bytes: usize) -> Option<Told> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let used = self.roots.saturating_add(bytes.div_ceil(BYTES_A_UNIT)).min(self.requested);
        let grant = self.settle(used)?;

        Some(Told::new(&grant, self.requested, used, self.security.app.clock.now()))
    }

    fn settle(&mut self, used: u64) -> Option<Grant> {
        let (mut grant, limiter) = (self.grant.take()?, self.security.limiter.as_ref()?);
        limits::settle(limiter, &mut grant, used);
        Some(grant)
    }
}

impl Drop for Admitted {
    /// Whoever leaves before the answer pays for all of it.
    fn drop(&mut self) {
        self.settle(self.requested);
    }
}

pub(crate) fn blocked() -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        code: "BLOCKED",
        message: "requests from your address are not answered".to_owned(),
        retry_after: None,
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Steward => "steward",
        Role::Admin => "admin",
    }
}

/// The address as limits and logs name it: of IPv6 the network.
fn of_whom(address: IpAddr) -> String {
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
