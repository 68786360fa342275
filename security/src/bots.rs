//! Signs of bots: what a request's headers, and the recent actions of its user and its address, say of the client.
//!
//! Each sign has a weight, and the points together decide: nothing, a captcha, or the end. What an address does also sets
//! the price of its captchas: the work doubles, again and again, the more it takes. Invariant: what others of the same
//! address did may ask for a captcha and make it dear, and never blocks a client.

use std::{fmt, net::IpAddr, time::Duration};

use axum::http::{HeaderMap, HeaderValue, header};
use limits::{Count, Grant, Policy, PolicyError};
use resolvers::captcha::LEVEL_MAX;

use crate::{config, signals::Signal};

mod agent;
#[cfg(test)]
mod tests;

/// What is counted, and the sign of each has its name.
const COUNTS: [Signal; 6] = [
    Signal::UnpaidHoldsOfUser,
    Signal::UnpaidHoldsOfAddress,
    Signal::AccountsOfAddress,
    Signal::MatchTicketsOfAddress,
    Signal::DeclinedCardsOfUser,
    Signal::DeclinedCardsOfAddress,
];

/// How many times as much a network of many homes may as one home.
const HOMES: u64 = 4;

/// How often the work of a captcha doubles at most, for what keeps no buyer from a ticket: twenty-five seconds of a telephone
/// by default. Only tickets get dearer than that: they are what other buyers are short of.
const PATIENCE: u64 = 9;

/// No client does more of anything in a period.
const COUNTED_MAX: u64 = 1_000_000;

/// What of a request's headers is looked at, taken before it is known whether anything has to be.
#[derive(Debug, Clone, Default)]
pub struct ClientHeaders {
    agent: Option<HeaderValue>,
    /// Whether a browser would have sent an `Accept` with it.
    lacks_accept: bool,
    /// Whether anything is there that every browser sends and few programs do.
    sends_browser_headers: bool,
}

impl ClientHeaders {
    #[must_use]
    pub fn of_request(headers: &HeaderMap) -> Self {
        Self { lacks_accept: !headers.contains_key(header::ACCEPT), ..Self::of_socket(headers) }
    }

    /// Browsers send no `Accept` with the upgrade to a socket.
    #[must_use]
    pub fn of_socket(headers: &HeaderMap) -> Self {
        Self {
            agent: headers.get(header::USER_AGENT).cloned(),
            lacks_accept: false,
            sends_browser_headers: headers.contains_key(header::ACCEPT_LANGUAGE)
                || headers.contains_key(header::ACCEPT_ENCODING),
        }
    }
}

/// How suspect a client is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Suspicion {
    pub(crate) score: u64,
    pub(crate) signals: Vec<Signal>,
    /// How often the work of a captcha doubles.
    pub(crate) level: u64,
}

/// The signs, for logs and events.
impl fmt::Display for Suspicion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.signals.iter().map(|signal| signal.as_str()).collect();
        formatter.write_str(&names.join(","))
    }
}

impl Suspicion {
    fn add(&mut self, signal: Signal, points: u64) {
        if points > 0 {
            self.score = self.score.saturating_add(points);
            self.signals.push(signal);
        }
    }
}

/// What is to be done about a suspicion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Nothing,
    /// Of this level.
    Captcha(u32),
    Block,
}

/// The signs and their weights, as configured.
pub(crate) struct Bots {
    config: config::bots::Bots,
    /// By what is counted; a sign that weighs nothing is not counted.
    policies: Vec<(Signal, Policy)>,
}

impl Bots {
    /// # Errors
    ///
    /// Numbers that make no policy, with the sign's name.
    pub(crate) fn new(config: &config::bots::Bots) -> Result<Self, (&'static str, PolicyError)> {
        let counted = COUNTS.into_iter().filter(|signal| config.weight(*signal) > 0);
        let policies = counted.map(|signal| {
            let is_of_match = signal == Signal::MatchTicketsOfAddress;
            let period = if is_of_match { config.match_period_seconds } else { config.period_seconds };
            let period = Duration::from_secs(period);
            let policy = Policy::new(COUNTED_MAX, config.free(signal).clamp(1, COUNTED_MAX), period);
            policy.map(|policy| (signal, policy)).map_err(|error| (signal.as_str(), error))
        });
        Ok(Self { policies: policies.collect::<Result<_, _>>()?, config: config.clone() })
    }

    pub(crate) fn is_protected(&self, field: &str) -> bool {
        self.config.enabled && self.config.protected.iter().any(|protected| protected == field)
    }

    /// How a count of this name is forgiven; `None` where it weighs nothing.
    pub(crate) fn policy(&self, signal: Signal, name: &str) -> Option<Policy> {
        let policy = self.policies.iter().find(|(known, _)| *known == signal).map(|(_, policy)| *policy)?;
        if signal.of_many_homes() != Some(name) {
            return Some(policy);
        }
        let refill = policy.refill().saturating_mul(HOMES).min(policy.capacity());
        Policy::new(policy.capacity(), refill, policy.period()).ok()
    }

    /// How suspect a request is, by its headers and by the counts that its charges came with.
    pub(crate) fn suspicion(&self, headers: &ClientHeaders, grant: Option<&Grant>) -> Suspicion {
        let mut suspicion = Suspicion::default();
        for signal in self.signs_of(headers) {
            suspicion.add(signal, self.config.weight(signal));
        }
        let counts: Vec<Count> = grant.into_iter().flat_map(Grant::counts).collect();
        let (mut shared, mut patience, mut tickets) = (self.config.captcha_score, 0_u64, 0);
        for signal in COUNTS.into_iter().filter(|signal| self.concerns(*signal, &counts)) {
            let beyond = counted(signal, &counts).saturating_sub(self.config.free(signal));
            let mut points = beyond.saturating_mul(self.config.weight(signal));
            if !signal.is_of_user() {
                points = points.min(shared);
                shared -= points;
                let doublings = self.config.doublings(signal, beyond);
                if signal == Signal::MatchTicketsOfAddress {
                    tickets = doublings;
                } else {
                    patience = patience.saturating_add(doublings).min(PATIENCE);
                }
            }
            suspicion.add(signal, points);
        }
        suspicion.level = tickets.max(patience);
        suspicion
    }

    /// Whether what is counted is held against the client. Cards that were refused to others of an address do not concern
    /// a buyer whose own never was: that buyer is about to pay for a hold.
    fn concerns(&self, signal: Signal, counts: &[Count]) -> bool {
        let of_user = Signal::DeclinedCardsOfUser;
        signal != Signal::DeclinedCardsOfAddress
            || self.config.weight(of_user) == 0
            || counts.iter().any(|count| count.name == of_user.as_str() && count.before > 0)
    }

    pub(crate) fn verdict(&self, suspicion: &Suspicion) -> Verdict {
        match suspicion.score {
            score if score >= self.config.block_score => Verdict::Block,
            score if score >= self.config.captcha_score => {
                Verdict::Captcha(u32::try_from(suspicion.level).unwrap_or(LEVEL_MAX).min(LEVEL_MAX))
            }
            _ => Verdict::Nothing,
        }
    }

    fn signs_of(&self, headers: &ClientHeaders) -> impl Iterator<Item = Signal> {
        let agent = match &headers.agent {
            None => Some(Signal::NoUserAgent),
            Some(agent) => match agent.to_str() {
                Err(_) => Some(Signal::AbsurdUserAgent),
                Ok(agent) if agent::is_absurd(agent) => Some(Signal::AbsurdUserAgent),
                Ok(agent) if agent::is_crawler(agent, &self.config.crawlers) => Some(Signal::DeclaredCrawler),
                Ok(agent) if agent::is_browser(agent) && !headers.sends_browser_headers => Some(Signal::Contradiction),
                Ok(_) => None,
            },
        };
        agent.into_iter().chain(headers.lacks_accept.then_some(Signal::NoAccept))
    }
}

/// How much of something was done. Of several matches the one counts that was taken most of; a network of many homes counts as
/// each of them would.
fn counted(signal: Signal, counts: &[Count]) -> u64 {
    let counted = counts.iter().map(|count| match count.name {
        name if name == signal.as_str() => count.total,
        name if Some(name) == signal.of_many_homes() => count.total / HOMES,
        _ => 0,
    });
    counted.max().unwrap_or_default()
}

/// Whether what an address does is held against it. No client on the internet has such a one: it is at
/// this machine or on this network, or behind a proxy that hides all clients.
pub(crate) fn is_counted(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !(address.is_loopback() || address.is_private() || address.is_link_local()),
        IpAddr::V6(address) => !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()),
    }
}
