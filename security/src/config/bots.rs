//! Signs of bots: what each weighs, and how many points ask for a captcha or end it.
//!
//! Invariant: whatever the settings leave out has its number from here, so that setting one weight forgets no other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{DAY, Kind, Row},
};

use crate::signals::Signal;

/// Points of each sign; 0 switches it off. Programs that name themselves, such as curl, or that send no name, stay far
/// below the first threshold.
const WEIGHTS: [(Signal, u64); 11] = [
    (Signal::DeclaredCrawler, 60),
    (Signal::AbsurdUserAgent, 30),
    (Signal::Contradiction, 30),
    (Signal::NoUserAgent, 10),
    (Signal::NoAccept, 5),
    // For each beyond those that are free.
    (Signal::UnpaidHoldsOfUser, 10),
    (Signal::UnpaidHoldsOfAddress, 1),
    (Signal::AccountsOfAddress, 10),
    // The first one asks for a captcha.
    (Signal::MatchTicketsOfAddress, 50),
    (Signal::DeclinedCardsOfUser, 10),
    (Signal::DeclinedCardsOfAddress, 5),
];

/// How many of a period weigh nothing, and are forgiven in the next.
const FREE: [(Signal, u64); 6] = [
    (Signal::UnpaidHoldsOfUser, 8),
    (Signal::UnpaidHoldsOfAddress, 60),
    (Signal::AccountsOfAddress, 5),
    (Signal::MatchTicketsOfAddress, 8),
    (Signal::DeclinedCardsOfUser, 3),
    (Signal::DeclinedCardsOfAddress, 10),
];

/// How many of an address, beyond those that are free, double the work of its captchas: a hundred times the machines get a
/// little more than once the tickets, and a telephone network with thousands behind an address is refused nothing outright.
const DOUBLING: [(Signal, u64); 4] = [
    (Signal::UnpaidHoldsOfAddress, 20),
    (Signal::AccountsOfAddress, 2),
    (Signal::MatchTicketsOfAddress, 1),
    (Signal::DeclinedCardsOfAddress, 2),
];

/// Root fields that are worth protecting; crawlers may read the matches.
const PROTECTED: [&str; 6] = ["signUp", "signIn", "reserve", "payReservation", "createPaymentIntent", "orderListing"];

/// Fields that never ask for a captcha.
const CAPTCHA_FIELDS: [&str; 2] = ["captchaChallenge", "solveCaptcha"];

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
    /// The same for the tickets of one match.
    pub match_period_seconds: u64,
    pub protected: Vec<String>,
    pub crawlers: Vec<String>,
    /// Points by the sign's name.
    pub weights: BTreeMap<String, u64>,
    /// Holds and accounts that weigh nothing, by the sign's name.
    pub free: BTreeMap<String, u64>,
    /// Of an address beyond those: how many double the work of its captchas, by the sign's name.
    pub doubling: BTreeMap<String, u64>,
}

impl Default for Bots {
    fn default() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let mut bots = Self {
            enabled: true,
            captcha_score: 50,
            block_score: 100,
            period_seconds: 3_600,
            match_period_seconds: 24 * 3_600,
            protected: texts(&PROTECTED),
            crawlers: texts(&CRAWLERS),
            weights: BTreeMap::new(),
            free: BTreeMap::new(),
            doubling: BTreeMap::new(),
        };
        bots.complete();
        bots
    }
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    ("bots.enabled", "MATCHDAY_BOTS_ENABLED", Kind::Flag, "require captchas from suspected bots and block the worst"),
    ("bots.captcha_score", "MATCHDAY_BOTS_CAPTCHA_SCORE", Kind::Number(1, 1_000_000), "points from which a captcha is required"),
    ("bots.block_score", "MATCHDAY_BOTS_BLOCK_SCORE", Kind::Number(1, 1_000_000), "points from which a client is blocked"),
    ("bots.period_seconds", "MATCHDAY_BOTS_PERIOD_SECONDS", Kind::Number(60, DAY), "period after which as many counted actions are forgiven as are free"),
    ("bots.match_period_seconds", "MATCHDAY_BOTS_MATCH_PERIOD_SECONDS", Kind::Number(60, 30 * DAY), "the same period for tickets of one match that one address took"),
    ("bots.protected", "MATCHDAY_BOTS_PROTECTED", Kind::List, "root fields that require a captcha from suspected bots"),
    ("bots.crawlers", "MATCHDAY_BOTS_CRAWLERS", Kind::List, "endings of the names by which crawlers identify themselves"),
    ("bots.weights", "MATCHDAY_BOTS_WEIGHTS", Kind::Numbers, "points of each sign: declaredCrawler, absurdUserAgent, contradiction, noUserAgent, noAccept; for each action beyond the free ones: unpaidHoldsOfUser, unpaidHoldsOfAddress, accountsOfAddress, matchTicketsOfAddress, declinedCardsOfUser, declinedCardsOfAddress; 0 turns a sign off"),
    ("bots.free", "MATCHDAY_BOTS_FREE", Kind::Numbers, "how many counted actions are free, by the same names"),
    ("bots.doubling", "MATCHDAY_BOTS_DOUBLING", Kind::Numbers, "how many actions beyond the free ones double the work of an address's captchas: unpaidHoldsOfAddress, accountsOfAddress, matchTicketsOfAddress, declinedCardsOfAddress"),
];

impl Bots {
    /// A client that is asked for a captcha must be able to solve one.
    pub fn problems(&self, found: &mut Vec<Problem>) {
        let mut wrong = |setting: &str, wrong: String, right: &str| found.push(Problem::new(setting, wrong, right));

        for (setting, name, signs) in self.unknown(&Self::default()) {
            wrong(setting, format!("{name:?} is not the name of a sign"), &format!("the signs are {signs}."));
        }
        if self.doubling.values().any(|count| *count == 0) {
            wrong("bots.doubling", "0 would double the work without end".to_owned(), "give 1 or more.");
        }
        if self.captcha_score > self.block_score {
            let right = "set it to at most bots.block_score: a captcha comes before a refusal.";
            wrong("bots.captcha_score", format!("{} is above bots.block_score", self.captcha_score), right);
        }
        for field in CAPTCHA_FIELDS {
            if self.protected.iter().any(|protected| protected == field) {
                wrong("bots.protected", format!("{field} is how a captcha is solved"), "leave it out.");
            }
        }
    }

    /// Gives everything its number that has none yet.
    pub fn complete(&mut self) {
        for (signal, points) in WEIGHTS {
            self.weights.entry(signal.as_str().to_owned()).or_insert(points);
        }
        for (signal, count) in FREE {
            self.free.entry(signal.as_str().to_owned()).or_insert(count);
        }
        for (signal, count) in DOUBLING {
            self.doubling.entry(signal.as_str().to_owned()).or_insert(count);
        }
    }

    /// Names that are not among the signs of their setting: the setting, the name, and the signs that it has.
    fn unknown<'a>(&'a self, known: &'a Self) -> impl Iterator<Item = (&'static str, &'a str, String)> {
        let settings = [
            ("bots.weights", &self.weights, &known.weights),
            ("bots.free", &self.free, &known.free),
            ("bots.doubling", &self.doubling, &known.doubling),
        ];
        settings.into_iter().flat_map(|(setting, given, known)| {
            let unknown = given.keys().filter(|name| !known.contains_key(*name));
            unknown.map(move |name| (setting, &**name, known.keys().cloned().collect::<Vec<_>>().join(", ")))
        })
    }

    /// Points of a sign, once or for each beyond those that are free.
    pub(crate) fn weight(&self, signal: Signal) -> u64 {
        self.weights.get(signal.as_str()).copied().unwrap_or_default()
    }

    pub(crate) fn free(&self, signal: Signal) -> u64 {
        self.free.get(signal.as_str()).copied().unwrap_or_default()
    }

    /// How often so many of a sign, beyond those that are free, double the work of a captcha.
    pub(crate) fn doublings(&self, signal: Signal, beyond: u64) -> u64 {
        self.doubling.get(signal.as_str()).and_then(|count| beyond.checked_div(*count)).unwrap_or_default()
    }
}
