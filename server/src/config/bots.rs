//! Signs of bots: what each weighs, and how many points ask for a captcha or end it.
//!
//! Invariant: whatever the settings leave out has its number from here, so that setting one weight forgets no other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::security::bots::Signal;

/// Points of each sign; 0 switches it off. Programs that say what they are, such as curl, or that say nothing, stay far
/// below the first threshold.
const WEIGHTS: [(Signal, u64); 8] = [
    (Signal::DeclaredCrawler, 60),
    (Signal::AbsurdUserAgent, 30),
    (Signal::Contradiction, 30),
    (Signal::NoUserAgent, 10),
    (Signal::NoAccept, 5),
    // For each beyond those that are free.
    (Signal::UnpaidHoldsOfUser, 10),
    (Signal::UnpaidHoldsOfAddress, 1),
    (Signal::AccountsOfAddress, 10),
];

/// How many of a period weigh nothing, and are forgiven in the next.
const FREE: [(Signal, u64); 3] =
    [(Signal::UnpaidHoldsOfUser, 8), (Signal::UnpaidHoldsOfAddress, 60), (Signal::AccountsOfAddress, 5)];

/// Root fields that are worth protecting; crawlers may read the matches.
const PROTECTED: [&str; 6] = ["signUp", "signIn", "reserve", "payReservation", "createPaymentIntent", "orderListing"];

/// Words by which crawlers and frameworks for robots name themselves.
const CRAWLERS: [&str; 7] = ["bot", "crawler", "crawl", "spider", "slurp", "scrapy", "facebookexternalhit"];

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bots {
    pub enabled: bool,
    /// Points from which a captcha is asked for.
    pub captcha_score: u64,
    /// Points from which nothing helps.
    pub block_score: u64,
    /// In which what is free is forgiven.
    pub period_seconds: u64,
    pub protected: Vec<String>,
    pub crawlers: Vec<String>,
    /// Points by the sign's name.
    pub weights: BTreeMap<String, u64>,
    /// Holds and accounts that weigh nothing, by the sign's name.
    pub free: BTreeMap<String, u64>,
}

impl Default for Bots {
    fn default() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let mut bots = Self {
            enabled: true,
            captcha_score: 50,
            block_score: 100,
            period_seconds: 3_600,
            protected: texts(&PROTECTED),
            crawlers: texts(&CRAWLERS),
            weights: BTreeMap::new(),
            free: BTreeMap::new(),
        };
        bots.complete();
        bots
    }
}

impl Bots {
    /// Gives everything its number that has none yet.
    pub(super) fn complete(&mut self) {
        for (signal, points) in WEIGHTS {
            self.weights.entry(signal.as_str().to_owned()).or_insert(points);
        }
        for (signal, count) in FREE {
            self.free.entry(signal.as_str().to_owned()).or_insert(count);
        }
    }

    /// Names of the settings that are no sign's.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &str> {
        let weights = self.weights.keys().filter(|name| WEIGHTS.iter().all(|(known, _)| known.as_str() != **name));
        let free = self.free.keys().filter(|name| FREE.iter().all(|(known, _)| known.as_str() != **name));
        weights.chain(free).map(String::as_str)
    }

    /// Points of a sign, once or for each beyond those that are free.
    pub(crate) fn weight(&self, signal: Signal) -> u64 {
        self.weights.get(signal.as_str()).copied().unwrap_or_default()
    }

    pub(crate) fn free(&self, signal: Signal) -> u64 {
        self.free.get(signal.as_str()).copied().unwrap_or_default()
    }
}
