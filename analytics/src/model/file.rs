//! A model as a file: JSON with everything that ranking needs and everything that is to be known of it. What was read is checked whole
//! before it is used; a file that is not right is refused with a reason.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    evaluation::Evaluation,
    features::{self, FEATURES, Features},
    learned::{Group, Learned},
    teams::Team,
};

/// Bytes of a model's file.
pub const LIMIT: usize = 300_000;

/// What this program reads and writes. Another number where a feature is added, dropped or means something else.
const SCHEMA: u32 = 1;

const PRIOR: &str = "prior";

/// Beyond these a model is broken, whatever it was trained on.
const MOST_MATCHES: usize = 1_000;
const MOST_GROUPS: usize = 300;
const MOST_WEIGHT: f64 = 1_000.0;
const MOST_LOG: f64 = 20.0;
const MOST_VERSION: usize = 64;

/// How a choice is explained, and by what it was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) weights: Features,
    pub(crate) learned: Learned,
    pub(crate) facts: Facts,
}

/// What is to be known of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts {
    pub(crate) version: String,
    pub(crate) trained_at: Option<DateTime<Utc>>,
    /// When the first and the last booking were placed that it was trained on.
    pub(crate) trained_from: Option<DateTime<Utc>>,
    pub(crate) trained_to: Option<DateTime<Utc>>,
    pub(crate) bookings: u64,
    /// Up to where the lake had been written.
    pub(crate) lake_offsets: Vec<LakeOffset>,
    pub(crate) evaluation: Option<Evaluation>,
}

/// How far a partition was in the lake: the next offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeOffset {
    pub cluster: String,
    pub partition: i32,
    pub offset: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("the model has {0} bytes, and at most {LIMIT} are read")]
    TooLarge(usize),
    #[error("the model is not JSON as this program writes it: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("the model has schema {0}, and this program reads {SCHEMA}: train a new one")]
    OtherSchema(u32),
    #[error("the model is broken: {0}")]
    Broken(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    schema: u32,
    facts: Facts,
    weights: BTreeMap<String, f64>,
    /// Logarithms.
    rates: BTreeMap<i32, f64>,
    popular: Vec<i32>,
    groups: BTreeMap<String, GroupFile>,
    pairs: Vec<(i32, i32, f32)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GroupFile {
    teams: BTreeMap<String, f64>,
    /// Of every team that is not named.
    other_teams: f64,
    known_teams: Vec<String>,
    matches: BTreeMap<i32, f64>,
    known_matches: Vec<i32>,
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema: u32,
}

impl Model {
    /// What is known on an empty database: teams, countries and regions.
    pub fn prior() -> Self {
        let facts = Facts {
            version: PRIOR.to_owned(),
            trained_at: None,
            trained_from: None,
            trained_to: None,
            bookings: 0,
            lake_offsets: Vec::new(),
            evaluation: None,
        };
        Self { weights: features::PRIOR_WEIGHTS, learned: Learned::default(), facts }
    }

    pub fn version(&self) -> &str {
        &self.facts.version
    }

    pub fn is_prior(&self) -> bool {
        self.facts.trained_at.is_none()
    }

    /// None of the prior.
    pub fn trained_at(&self) -> Option<DateTime<Utc>> {
        self.facts.trained_at
    }

    /// When the last booking was placed that it was trained on.
    pub fn trained_to(&self) -> Option<DateTime<Utc>> {
        self.facts.trained_to
    }

    pub fn bookings(&self) -> u64 {
        self.facts.bookings
    }

    pub fn lake_offsets(&self) -> &[LakeOffset] {
        &self.facts.lake_offsets
    }

    pub fn evaluation(&self) -> Option<&Evaluation> {
        self.facts.evaluation.as_ref()
    }

    /// Each feature's name and weight.
    pub fn weights(&self) -> impl Iterator<Item = (&'static str, f64)> {
        features::NAMES.into_iter().zip(self.weights)
    }

    pub fn to_json(&self) -> Result<Vec<u8>, ModelError> {
        let json = serde_json::to_vec(&self.file())?;
        if json.len() > LIMIT { Err(ModelError::TooLarge(json.len())) } else { Ok(json) }
    }

    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        if json.len() > LIMIT {
            return Err(ModelError::TooLarge(json.len()));
        }
        let SchemaOnly { schema } = serde_json::from_slice(json)?;
        if schema != SCHEMA {
            return Err(ModelError::OtherSchema(schema));
        }
        serde_json::from_slice::<File>(json)?.into_model()
    }

    /// Named by when it was trained and by what is in it.
    pub(crate) fn named(mut self, at: DateTime<Utc>) -> Result<Self, ModelError> {
        self.facts.version = String::new();
        self.facts.trained_at = Some(at);
        let hash = Sha256::digest(self.to_json()?);
        let short: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        self.facts.version = format!("{}-{short}", at.format("%Y%m%dT%H%M%SZ"));
        Ok(self)
    }

    fn file(&self) -> File {
        let learned = &self.learned;
        let number = |slot: &usize| learned.numbers[*slot];
        let logs = |of: &[f64]| learned.numbers.iter().copied().zip(of.iter().map(|log| rounded(*log))).collect();
        let count = learned.numbers.len();
        let mut pairs = Vec::new();
        for (at, weight) in learned.together.iter().enumerate().filter(|(_, weight)| **weight != 0.0) {
            pairs.push((learned.numbers[at / count], learned.numbers[at % count], *weight));
        }
        let group = |group: &Group| {
            let named = |team: &Team| (team.name().to_owned(), rounded(group.teams[team.slot()]));
            let others = group
                .teams
                .iter()
                .enumerate()
                .find(|(slot, _)| group.known_teams.iter().all(|team| team.slot() != *slot));
            let mut matches: BTreeMap<i32, f64> = logs(&group.matches);
            matches.retain(|_, log| log.abs() >= 0.01);
            GroupFile {
                teams: group.known_teams.iter().map(named).collect(),
                other_teams: others.map_or(1.0, |(_, lift)| rounded(*lift)),
                known_teams: group.known_teams.iter().map(|team| team.name().to_owned()).collect(),
                matches,
                known_matches: group.known_matches.iter().map(number).collect(),
            }
        };
        File {
            schema: SCHEMA,
            facts: self.facts.clone(),
            weights: features::NAMES.iter().map(|name| (*name).to_owned()).zip(self.weights).collect(),
            rates: logs(&learned.rates),
            popular: (0..count).filter(|slot| learned.popular[*slot]).map(|slot| number(&slot)).collect(),
            groups: learned.groups.iter().map(|(name, of)| (name.clone(), group(of))).collect(),
            pairs,
        }
    }
}

/// To four digits behind the point, as files have it.
pub(crate) fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

fn broken(what: impl Into<String>) -> ModelError {
    ModelError::Broken(what.into())
}

fn within(what: &str, number: f64, most: f64) -> Result<f64, ModelError> {
    if number.is_finite() && number.abs() <= most {
        Ok(number)
    } else {
        Err(broken(format!("{what} is {number}, and must be within {most}")))
    }
}

impl File {
    fn into_model(self) -> Result<Model, ModelError> {
        let version = &self.facts.version;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if version.is_empty() || version.len() > MOST_VERSION || !version.bytes().all(is_name) {
            return Err(broken(format!(
                "its version is {version:?}, and must be 1 to {MOST_VERSION} letters, digits and hyphens"
            )));
        }
        if self.rates.len() > MOST_MATCHES || self.groups.len() > MOST_GROUPS {
            let (matches, groups) = (self.rates.len(), self.groups.len());
            return Err(broken(format!(
                "it has {matches} matches and {groups} countries, and may have {MOST_MATCHES} and {MOST_GROUPS}"
            )));
        }
        let mut weights = [0.0; FEATURES];
        for (at, name) in features::NAMES.into_iter().enumerate() {
            let weight = self.weights.get(name).ok_or_else(|| broken(format!("it has no weight `{name}`")))?;
            weights[at] = within(name, *weight, MOST_WEIGHT)?;
        }
        if self.weights.len() != FEATURES {
            return Err(broken(format!("it has {} weights, and must have {FEATURES}", self.weights.len())));
        }
        let mut learned = Learned::of(self.rates.keys().copied().collect());
        for (slot, (number, log)) in self.rates.iter().enumerate() {
            learned.rates[slot] = within(&format!("the rate of match {number}"), *log, MOST_LOG)?;
        }
        for number in self.popular {
            let slot = slot(&learned, number)?;
            learned.popular[slot] = true;
        }
        for (name, group) in self.groups {
            let group = group.into_group(&name, &learned)?;
            learned.groups.insert(name, group);
        }
        let count = learned.numbers.len();
        if !self.pairs.is_empty() {
            learned.together = vec![0.0; count * count];
        }
        for (one, other, weight) in self.pairs {
            let what = format!("what match {one} says for match {other}");
            within(&what, f64::from(weight), MOST_WEIGHT)?;
            let at = slot(&learned, one)? * count + slot(&learned, other)?;
            learned.together[at] = weight;
        }
        Ok(Model { weights, learned, facts: self.facts })
    }
}

impl GroupFile {
    fn into_group(self, name: &str, learned: &Learned) -> Result<Group, ModelError> {
        let mut group = Group::empty(learned.numbers.len());
        let factor = |what: &str, factor: f64| {
            let what = format!("in {name}, {what}");
            if factor > 0.0 {
                within(&what, factor.ln(), MOST_LOG).map(|_| factor)
            } else {
                Err(broken(format!("{what} is {factor}, and must be above 0")))
            }
        };
        group.teams.fill(factor("the taste for teams that are not named", self.other_teams)?);
        let team = |name: &str| Team::named(name).ok_or_else(|| broken(format!("{name:?} is not a team")));
        for (name, lift) in &self.teams {
            group.teams[team(name)?.slot()] = factor(&format!("the taste for {name}"), *lift)?;
        }
        for name in &self.known_teams {
            group.known_teams.push(team(name)?);
        }
        for (number, log) in self.matches {
            let slot = slot(learned, number)?;
            group.matches[slot] = within(&format!("in {name}, the taste for match {number}"), log, MOST_LOG)?;
        }
        for number in self.known_matches {
            group.known_matches.push(slot(learned, number)?);
        }
        Ok(group)
    }
}

fn slot(learned: &Learned, number: i32) -> Result<usize, ModelError> {
    learned.slot(number).ok_or_else(|| broken(format!("it names match {number}, and has no rate of it")))
}
