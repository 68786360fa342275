//! Signs of bots: what a request's headers and what its user and address did lately say of who asks.
//!
//! Each sign has a weight, and the points together decide: nothing, a captcha, or the end. Invariant: what others of the
//! same address did may ask for a captcha, and never turns anybody away.

use std::{fmt, net::IpAddr};

use axum::http::{HeaderMap, HeaderValue, header};
use limits::{Grant, Policy, PolicyError};

use crate::config::bots;

mod agent;

/// A sign that a program asks which does not say so, or that tickets are taken which nobody pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    DeclaredCrawler,
    /// No program has such a name.
    AbsurdUserAgent,
    /// It says that it is a browser, and sends nothing of what all browsers send.
    Contradiction,
    NoUserAgent,
    NoAccept,
    UnpaidHoldsOfUser,
    UnpaidHoldsOfAddress,
    AccountsOfAddress,
}

impl Signal {
    /// As settings, logs and events name it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::DeclaredCrawler => "declaredCrawler",
            Self::AbsurdUserAgent => "absurdUserAgent",
            Self::Contradiction => "contradiction",
            Self::NoUserAgent => "noUserAgent",
            Self::NoAccept => "noAccept",
            Self::UnpaidHoldsOfUser => "unpaidHoldsOfUser",
            Self::UnpaidHoldsOfAddress => "unpaidHoldsOfAddress",
            Self::AccountsOfAddress => "accountsOfAddress",
        }
    }
}

/// What is counted, in the order of the charges; the sign of each has its name.
pub(super) const COUNTS: [Signal; 3] =
    [Signal::UnpaidHoldsOfUser, Signal::UnpaidHoldsOfAddress, Signal::AccountsOfAddress];

/// Nobody does more of anything in a period.
const COUNTED_MAX: u64 = 1_000_000;

/// What of a request's headers is looked at, taken before it is known whether anything has to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    agent: Option<HeaderValue>,
    /// Whether a browser would have sent an `Accept` with it.
    lacks_accept: bool,
    /// Whether anything is there that every browser sends and few programs do.
    has_manners: bool,
}

impl Seen {
    pub(crate) fn of_request(headers: &HeaderMap) -> Self {
        Self { lacks_accept: !headers.contains_key(header::ACCEPT), ..Self::of_socket(headers) }
    }

    /// Browsers send no `Accept` with the upgrade to a socket.
    pub(crate) fn of_socket(headers: &HeaderMap) -> Self {
        Self {
            agent: headers.get(header::USER_AGENT).cloned(),
            lacks_accept: false,
            has_manners: headers.contains_key(header::ACCEPT_LANGUAGE) || headers.contains_key(header::ACCEPT_ENCODING),
        }
    }
}

/// How suspect somebody is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Suspicion {
    pub(super) score: u64,
    pub(super) signals: Vec<Signal>,
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
pub(super) enum Verdict {
    Nothing,
    Captcha,
    Block,
}

/// The signs and their weights, as configured.
pub(super) struct Bots {
    config: bots::Bots,
    /// By what is counted; a sign that weighs nothing is not counted.
    policies: Vec<(Signal, Policy)>,
}

impl Bots {
    /// # Errors
    ///
    /// Numbers that nobody can count with, and the sign's name.
    pub(super) fn new(config: &bots::Bots) -> Result<Self, (&'static str, PolicyError)> {
        let period = std::time::Duration::from_secs(config.period_seconds);
        let counted = COUNTS.into_iter().filter(|signal| config.weight(*signal) > 0);
        let policies = counted.map(|signal| {
            let policy = Policy::new(COUNTED_MAX, config.free(signal).clamp(1, COUNTED_MAX), period);
            policy.map(|policy| (signal, policy)).map_err(|error| (signal.as_str(), error))
        });
        Ok(Self { policies: policies.collect::<Result<_, _>>()?, config: config.clone() })
    }

    pub(super) fn is_protected(&self, field: &str) -> bool {
        self.config.enabled && self.config.protected.iter().any(|protected| protected == field)
    }

    /// How a count is forgiven; `None` where it weighs nothing.
    pub(super) fn policy(&self, signal: Signal) -> Option<Policy> {
        self.policies.iter().find(|(known, _)| *known == signal).map(|(_, policy)| *policy)
    }

    /// How suspect a request is, by its headers and by the counts that its charges came with.
    pub(super) fn suspicion(&self, seen: &Seen, grant: Option<&Grant>) -> Suspicion {
        let mut suspicion = Suspicion::default();
        for signal in self.signs_of(seen) {
            suspicion.add(signal, self.config.weight(signal));
        }
        let counts: Vec<(&str, u64)> = grant.into_iter().flat_map(Grant::counts).collect();
        let mut shared = self.config.captcha_score;
        for signal in COUNTS {
            let count = counts.iter().find(|(name, _)| *name == signal.as_str()).map_or(0, |(_, count)| *count);
            let beyond = count.saturating_sub(self.config.free(signal));
            let mut points = beyond.saturating_mul(self.config.weight(signal));
            if signal != Signal::UnpaidHoldsOfUser {
                points = points.min(shared);
                shared -= points;
            }
            suspicion.add(signal, points);
        }
        suspicion
    }

    pub(super) fn verdict(&self, suspicion: &Suspicion) -> Verdict {
        match suspicion.score {
            score if score >= self.config.block_score => Verdict::Block,
            score if score >= self.config.captcha_score => Verdict::Captcha,
            _ => Verdict::Nothing,
        }
    }

    fn signs_of(&self, seen: &Seen) -> impl Iterator<Item = Signal> {
        let agent = match &seen.agent {
            None => Some(Signal::NoUserAgent),
            Some(agent) => match agent.to_str() {
                Err(_) => Some(Signal::AbsurdUserAgent),
                Ok(agent) if agent::is_absurd(agent) => Some(Signal::AbsurdUserAgent),
                Ok(agent) if agent::is_crawler(agent, &self.config.crawlers) => Some(Signal::DeclaredCrawler),
                Ok(agent) if agent::is_browser(agent) && !seen.has_manners => Some(Signal::Contradiction),
                Ok(_) => None,
            },
        };
        agent.into_iter().chain(seen.lacks_accept.then_some(Signal::NoAccept))
    }
}

/// Whether what an address does is held against it. Nobody on the internet has such a one: whoever comes from it sits at
/// this machine or this network, or behind a proxy that hides everybody.
pub(super) fn is_counted(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !(address.is_loopback() || address.is_private() || address.is_link_local()),
        IpAddr::V6(address) => !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::HeaderName;
    use limits::{Charge, Limiter, Settings, Taking};

    use super::*;

    fn bots() -> Bots {
        Bots::new(&bots::Bots::default()).expect("the defaults are right")
    }

    fn seen(headers: &[(HeaderName, &'static str)]) -> Seen {
        let pairs = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        Seen::of_request(&pairs.collect())
    }

    fn judged(seen: &Seen) -> (u64, Verdict) {
        let suspicion = bots().suspicion(seen, None);
        (suspicion.score, bots().verdict(&suspicion))
    }

    /// What is granted where so much was counted before.
    fn counted(counts: &[(Signal, u64)]) -> Grant {
        let settings = Settings { site: String::new(), timeout: Duration::ZERO, share_percent: 100, buckets_max: 10 };
        let charge = |(signal, cost): &(Signal, u64)| Charge {
            name: signal.as_str(),
            key: signal.as_str().into(),
            policy: bots().policy(*signal).expect("it is counted"),
            cost: *cost,
            taking: Taking::Counted,
        };
        let charges = counts.iter().map(charge).collect();
        limits::take_now(&Limiter::in_process(&settings), charges).expect("it is in process").expect("it is counted")
    }

    #[test]
    fn programs_that_say_what_they_are_or_nothing_at_all_are_let_through() {
        for agent in ["curl/8.5.0", "node", "python-requests/2.32.3", "Python/3.12 aiohttp/3.10", "okhttp/4.12.0"] {
            assert_eq!(judged(&seen(&[(header::USER_AGENT, agent), (header::ACCEPT, "*/*")])), (0, Verdict::Nothing));
        }
        assert_eq!(judged(&seen(&[])), (15, Verdict::Nothing));
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let browser = [(header::USER_AGENT, firefox), (header::ACCEPT, "*/*"), (header::ACCEPT_LANGUAGE, "en")];
        assert_eq!(judged(&seen(&browser)), (0, Verdict::Nothing));
    }

    #[test]
    fn crawlers_are_asked_for_a_captcha_and_liars_are_held_as_suspect() {
        let googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
        assert_eq!(judged(&seen(&[(header::USER_AGENT, googlebot), (header::ACCEPT, "*/*")])).1, Verdict::Captcha);

        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0";
        assert_eq!(judged(&seen(&[(header::USER_AGENT, chrome)])), (35, Verdict::Nothing));
    }

    #[test]
    fn holds_that_nobody_pays_are_free_at_first_then_cost_a_captcha_and_then_everything() {
        let judged = |holds| {
            let suspicion = bots().suspicion(&Seen::default(), Some(&counted(&[(Signal::UnpaidHoldsOfUser, holds)])));
            bots().verdict(&suspicion)
        };

        // 10 points are for a request that says nothing of itself.
        assert_eq!((judged(8), judged(11)), (Verdict::Nothing, Verdict::Nothing));
        assert_eq!((judged(12), judged(16)), (Verdict::Captcha, Verdict::Captcha));
        assert_eq!(judged(17), Verdict::Block);
    }

    #[test]
    fn what_others_of_an_address_did_turns_nobody_away() {
        let crowd = [(Signal::UnpaidHoldsOfAddress, 900_000), (Signal::AccountsOfAddress, 900_000)];
        let suspicion = bots().suspicion(&seen(&[]), Some(&counted(&crowd)));

        assert_eq!(bots().verdict(&suspicion), Verdict::Captcha);
        assert_eq!(suspicion.score, 15 + 50);
    }

    #[test]
    fn an_address_that_hides_everybody_is_not_counted() {
        let is_counted = |text: &str| is_counted(text.parse().expect("it is an address"));

        for hidden in ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "::ffff:172.16.0.1", "fd00::1", "fe80::1"] {
            assert!(!is_counted(hidden), "{hidden}");
        }
        assert!(is_counted("203.0.113.7") && is_counted("2001:db8::1"));
    }
}
