//! The judged queries, and how many succeed of each class.

use std::collections::BTreeMap;

const QUERIES: &str = include_str!("../../judgements/queries.tsv");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    Tuning,
    Unseen,
}

pub(crate) struct Judgement {
    pub class: &'static str,
    pub query: String,
    pub answers: &'static str,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub queries: usize,
    pub at_1: usize,
    pub at_3: usize,
}

impl Half {
    /// By the 64-bit FNV-1a hash, as `judgements/README.md` says.
    fn of(query: &str) -> Self {
        let hash = query
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        if (hash >> 32).is_multiple_of(2) { Self::Tuning } else { Self::Unseen }
    }
}

pub(crate) fn judgements(half: Half) -> Vec<Judgement> {
    let rows = QUERIES.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
    let all = rows.map(|row| Judgement { class: row[0], query: unescaped(row[2]), answers: row[3] });
    all.filter(|judged| Half::of(&judged.query) == half).collect()
}

fn unescaped(query: &str) -> String {
    serde_json::from_str(&format!("\"{}\"", query.replace('"', "\\\""))).expect("a query with escapes as in JSON")
}

/// The first of its hits that is right, counted from 1; 1 if there is none where none is right.
fn success(found: &[String], judged: &Judgement) -> Option<usize> {
    match judged.answers {
        "any" => Some(1),
        "none" => found.is_empty().then_some(1),
        answers => found.iter().position(|name| answers.split(',').any(|answer| answer == name)).map(|at| at + 1),
    }
}

/// How many succeed by what is `found` for each query.
pub(crate) fn sums(half: Half, found: impl Fn(&str) -> Vec<String>) -> BTreeMap<&'static str, Sums> {
    let mut sums: BTreeMap<&'static str, Sums> = BTreeMap::new();
    for judged in judgements(half) {
        let of_class = sums.entry(judged.class).or_default();
        let success = success(&found(&judged.query), &judged);
        of_class.queries += 1;
        of_class.at_1 += usize::from(success == Some(1));
        of_class.at_3 += usize::from(success.is_some_and(|at| at <= 3));
        if half == Half::Tuning && success.is_none_or(|at| at > 1) {
            println!("{}: {:?}: {:?}, right: {}", judged.class, judged.query, success, judged.answers);
        }
    }
    sums
}
