//! Security: which clients are let in, how much they may ask for, and which have to solve a captcha first. Decided here
//! for every protocol alike.
//!
//! A request is admitted by its address before anything of it is read, and each of its operations is charged and judged
//! before anything of it is executed. Invariant: what an operation reserved is settled once, however it ends.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{ServerError, parser::types::OperationType};
use domain::App;
use entities::address_rule::Effect;
use limits::{Grant, Limiter, Policy, PolicyError, Refused, connection::Redis};
use resolvers::{
    captcha::Captchas,
    context::Requester,
    counted_actions::{Action, CountedActions},
};
use settings::secret::Secret;
use transport::{document::Prepared, gateway::Refusal};

pub use self::{
    address_rules::AddressRules,
    admission::{Admission, note_statement, noting, noting_now, price_of_statements, values},
    bots::ClientHeaders,
    charges::role,
    decisions::Decisions,
    routes::{charged, charged_for_refusals, closed_to_the_blocked},
};
use self::{
    bots::{Bots, Verdict},
    captcha::{Captcha, Demand, Passed, Solved},
    config::Config,
    decisions::{Decision, Kind},
    hold_origins::HoldOrigins,
    root_fields::RootFields,
};

pub mod address;
mod address_rules;
mod admission;
mod bots;
pub mod captcha;
mod charges;
pub mod config;
mod decisions;
mod hold_origins;
mod rate_limit_headers;
mod refusals;
mod root_fields;
mod routes;
mod signals;
mod unit_charges;

/// Why nothing can be judged by these settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("limits.{name}: {error}")]
    Limits { name: &'static str, error: PolicyError },
    #[error("bots.free.{name}: {error}")]
    Bots { name: &'static str, error: PolicyError },
}

/// The requester of an operation, and what their client sent with it.
#[derive(Debug, Clone, Default)]
pub struct RequestContext {
    pub requester: Requester,
    pub headers: ClientHeaders,
    /// What the client says that it earned by a captcha.
    pub pass: Option<String>,
}

pub struct Security {
    app: Arc<App>,
    pub rules: Arc<AddressRules>,
    /// `None` where nothing is limited.
    pub limiter: Option<Arc<Limiter>>,
    pub captcha: Arc<Captcha>,
    pub decisions: Arc<Decisions>,
    bots: Bots,
    policies: HashMap<&'static str, Policy>,
    prices: HashMap<String, u64>,
    default_price: u64,
    /// Where holds were placed from, for the counts of their address once they are paid or gone.
    origins: HoldOrigins,
}

impl Security {
    /// `secret` is the site's.
    ///
    /// # Errors
    ///
    /// Numbers that make no policy.
    pub fn new(
        app: Arc<App>,
        redis: Option<&Redis>,
        secret: &Secret,
        config: &Config<'_>,
    ) -> Result<Arc<Self>, ConfigError> {
        let settings = limits::Settings {
            site: format!("{}:{}", config.key_prefix, config.site),
            timeout: Duration::from_millis(config.limits.redis_timeout_milliseconds),
            share_percent: config.limits.fallback_share_percent,
            buckets_max: usize::try_from(config.limits.buckets_max).unwrap_or(usize::MAX),
        };
        let limiter = match redis {
            Some(redis) => Limiter::shared(redis.connection(), &settings),
            None => Limiter::in_process(&settings),
        };
        let policies = config.limits.policies().map_err(|(name, error)| ConfigError::Limits { name, error })?;
        let bots = Bots::new(config.bots).map_err(|(name, error)| ConfigError::Bots { name, error })?;
        let decisions = Arc::new(Decisions::new(Arc::clone(&app), redis, config));
        let captcha = Captcha::new(Arc::clone(&app.clock), redis, secret, Arc::clone(&decisions), config);
        let documents = config.documents;

        Ok(Arc::new(Self {
            rules: Arc::new(AddressRules::new(Arc::clone(&app), redis.cloned(), config)),
            app,
            limiter: config.limits.enabled.then(|| Arc::new(limiter)),
            captcha: Arc::new(captcha),
            decisions,
            bots,
            policies: policies.into_iter().collect(),
            prices: documents.field_costs.clone(),
            default_price: documents.default_field_cost,
            origins: HoldOrigins::default(),
        }))
    }

    /// Whether a request from this address is looked at.
    ///
    /// # Errors
    ///
    /// The address is blocked.
    pub fn admit(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        match address.and_then(|address| self.rules.effect(address)) {
            Some(Effect::Block) => {
                let requester = Requester { viewer: None, address };
                self.decisions.record(Decision { kind: Kind::AddressBlocked, requester, detail: String::new() });
                Err(refusals::blocked())
            }
            Some(Effect::Allow) | None => Ok(()),
        }
    }

    /// Reserves what an operation may cost, and judges its client.
    ///
    /// # Errors
    ///
    /// A bucket does not hold that much, or the client has to solve a captcha first.
    pub async fn charge(
        self: &Arc<Self>,
        context: &RequestContext,
        operation: &Prepared,
    ) -> Result<Admission, Box<async_graphql::Response>> {
        let roots = RootFields::of(operation);
        let taken = match &self.limiter {
            None => None,
            Some(limiter) => {
                Some(limits::take(limiter, self.charges(context.requester, reserved_cost(operation), &roots)).await)
            }
        };
        let admission = self.granted(taken, context, operation, &roots)?;
        match self.judge(context, &roots, admission.grant.as_ref()) {
            Judgement::Let => Ok(admission),
            Judgement::Once(pass, _) if self.captcha.use_up(&pass).await => Ok(admission),
            Judgement::Once(_, refusal) | Judgement::Refused(refusal) => Err(reject(admission, refusal)),
        }
    }

    /// Whether nothing has to be waited for to charge an operation.
    pub fn charges_now(&self) -> bool {
        self.limiter.as_ref().is_none_or(|limiter| !limiter.is_shared())
    }

    /// As [`Self::charge`], where nothing has to be waited for; `None` where something has.
    pub fn charge_now(
        self: &Arc<Self>,
        context: &RequestContext,
        operation: &Prepared,
    ) -> Option<Result<Admission, Box<async_graphql::Response>>> {
        let roots = RootFields::of(operation);
        let taken = match &self.limiter {
            None => None,
            Some(limiter) => Some(
                limits::take_now(limiter, self.charges(context.requester, reserved_cost(operation), &roots)).ok()?,
            ),
        };
        let admission = match self.granted(taken, context, operation, &roots) {
            Ok(admission) => admission,
            Err(refused) => return Some(Err(refused)),
        };
        Some(match self.judge(context, &roots, admission.grant.as_ref()) {
            Judgement::Let => Ok(admission),
            Judgement::Once(pass, _) if self.captcha.use_up_here(&pass) => Ok(admission),
            Judgement::Once(_, refusal) | Judgement::Refused(refusal) => Err(reject(admission, refusal)),
        })
    }

    /// Lets an address that is not blocked have a page that costs so much at most.
    ///
    /// # Errors
    ///
    /// What it is told otherwise.
    pub async fn draw(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        cost: u64,
    ) -> Result<Admission, axum::response::Response> {
        let requester = Requester { viewer: None, address };
        let grant = match &self.limiter {
            None => None,
            Some(limiter) => match limits::take(limiter, self.charges_of_caller(requester, cost)).await {
                Ok(grant) => Some(grant),
                Err(refused) => {
                    self.record_limited(requester, &refused);
                    return Err(refusals::page_limited(&refused));
                }
            },
        };
        Ok(Admission { security: Arc::clone(self), address, grant, requested: cost, roots: 0, actions: Arc::default() })
    }

    /// Notes what an operation did, once it is over.
    pub fn note(&self, requester: Requester, actions: &CountedActions) {
        for _ in 0..actions.count(Action::Throttled) {
            self.decisions.record(Decision { kind: Kind::SignInThrottled, requester, detail: String::new() });
        }
    }

    /// Records that a client was refused for what it had asked for before, and by which bucket.
    fn record_limited(&self, requester: Requester, refused: &Refused) {
        let detail = refused.tightest.name.to_owned();
        self.decisions.record(Decision { kind: Kind::RateLimited, requester, detail });
    }

    fn granted(
        self: &Arc<Self>,
        taken: Option<Result<Grant, Refused>>,
        context: &RequestContext,
        operation: &Prepared,
        roots: &RootFields<'_>,
    ) -> Result<Admission, Box<async_graphql::Response>> {
        let requester = context.requester;
        let grant = taken.transpose().map_err(|refused| {
            self.record_limited(requester, &refused);
            Box::new(refusals::operation_limited(&refused, reserved_cost(operation), self.app.clock.now()))
        })?;
        Ok(Admission {
            security: Arc::clone(self),
            address: requester.address,
            grant,
            requested: reserved_cost(operation),
            roots: roots.price(&self.prices, self.default_price).saturating_add(unit_charges::of_sent(operation)),
            actions: Arc::default(),
        })
    }

    fn is_protected(&self, roots: &RootFields<'_>) -> bool {
        roots.any(|field| self.bots.is_protected(field))
    }

    /// Whether a client is let through that may be suspect.
    fn judge(&self, context: &RequestContext, roots: &RootFields<'_>, grant: Option<&Grant>) -> Judgement {
        if !self.is_protected(roots) {
            return Judgement::Let;
        }
        let (requester, suspicion) = (context.requester, self.bots.suspicion(&context.headers, grant));
        let is_trusted = || {
            let is_admin = requester.viewer.is_some_and(|viewer| viewer.is_admin());
            is_admin || requester.address.and_then(|address| self.rules.effect(address)) == Some(Effect::Allow)
        };
        let refused = |kind: Kind, refusal: ServerError| {
            Box::new(Rejection { decision: Decision { kind, requester, detail: suspicion.to_string() }, refusal })
        };
        match self.bots.verdict(&suspicion) {
            Verdict::Nothing => Judgement::Let,
            _ if is_trusted() => Judgement::Let,
            Verdict::Captcha(level) => {
                let refusal =
                    || refused(Kind::CaptchaRequired, refusals::captcha_required(&self.captcha.challenge(level)));
                let demand = Demand { level, accounts: roots.count("signUp") };
                match self.captcha.passed(requester, context.pass.as_deref(), demand) {
                    Passed::Yes => Judgement::Let,
                    Passed::Once(pass) => Judgement::Once(pass, refusal()),
                    Passed::No => Judgement::Refused(refusal()),
                }
            }
            Verdict::Block => Judgement::Refused(refused(Kind::BotBlocked, refusals::bot_blocked())),
        }
    }
}

/// Mutations that lead to a session, and need none.
const OPENING: [&str; 6] =
    ["signUp", "signIn", "refreshSession", "requestPasswordReset", "resetPassword", "solveCaptcha"];

/// Whether an operation does nothing but open a session, or what comes before it.
pub fn opens_session(operation: &Prepared) -> bool {
    operation.kind() == OperationType::Mutation && RootFields::of(operation).are_all(|field| OPENING.contains(&field))
}

/// Mutations of crowds, which are let through by what this instance knew of their users a second ago: they take
/// nothing that can't be given back.
const HURRIED: [&str; 3] = ["reserve", "checkIn", "checkInBatch"];

/// Whether an operation is worth a look at the database before it runs: the user may have been signed out, or have
/// lost their role, a moment ago at another instance.
pub fn is_confirmed(operation: &Prepared) -> bool {
    operation.kind() == OperationType::Mutation
        && !RootFields::of(operation).are_all(|field| HURRIED.contains(&field) || OPENING.contains(&field))
}

/// What becomes of a client that may be suspect.
enum Judgement {
    Let,
    /// Let through if their pass was not used up before, and else refused.
    Once(Solved, Box<Rejection>),
    Refused(Box<Rejection>),
}

/// How a client is refused.
struct Rejection {
    decision: Decision,
    refusal: ServerError,
}

/// Refuses an operation that was charged. Being turned away costs like an answer, or asking again and again would be free.
fn reject(admission: Admission, rejection: Box<Rejection>) -> Box<async_graphql::Response> {
    let Rejection { decision, refusal } = *rejection;
    admission.security.decisions.record(decision);
    admission.finish(0);
    Box::new(async_graphql::Response::from_errors(vec![refusal]))
}

/// What an operation may cost, what was sent with it included.
fn reserved_cost(operation: &Prepared) -> u64 {
    operation.cost().saturating_add(unit_charges::of_sent(operation))
}
