//! The names of files, which say what is in them.
//!
//! A part is named by its first offset alone: two owners of a partition begin at the same offset and may end at different ones, and only one
//! of them may win. What was merged or rewritten has both offsets and a generation in its name, so that no file is ever put over another.

use object_store::path::Path;

use super::{LakeError, Table};

const SUFFIX: &str = ".parquet";
const CLUSTER_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Name {
    /// `<cluster>-p03-000000012345.parquet`
    Part { lane: Lane, first: i64 },
    /// `<cluster>-p03-000000012345-000000012399-g0001.parquet`
    Merged { lane: Lane, first: i64, last: i64, generation: u32 },
    /// `database-0123456789abcdef-g0000.parquet`: states that Kafka did not tell. The middle is a hash of what it was made from.
    Completion { hash: String, generation: u32 },
}

/// A partition of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lane {
    pub(super) cluster: String,
    pub(super) partition: i32,
}

impl Lane {
    pub(super) fn new(cluster: &str, partition: i32) -> Result<Self, LakeError> {
        let known = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
        if cluster.is_empty() || cluster.len() > CLUSTER_MAX || !cluster.chars().all(known) {
            return Err(LakeError::Invalid(format!(
                "the cluster {cluster:?} is not named by 1 to {CLUSTER_MAX} letters, digits, '.', '-' and '_'"
            )));
        }
        if partition < 0 {
            return Err(LakeError::Invalid(format!("the partition {partition} is below 0")));
        }
        Ok(Self { cluster: cluster.to_owned(), partition })
    }
}

impl Name {
    /// None where the file is not one of rows.
    pub(super) fn parse(file: &str) -> Option<Self> {
        let stem = file.strip_suffix(SUFFIX)?;
        let (front, back) = stem.rsplit_once('-')?;
        let Some(generation) = back.strip_prefix('g') else {
            return Some(Self::Part { lane: lane(front)?, first: number(back)? });
        };
        let generation = generation.parse().ok()?;
        let (front, middle) = front.rsplit_once('-')?;
        if front == "database" {
            return Some(Self::Completion { hash: middle.to_owned(), generation });
        }
        let (front, first) = front.rsplit_once('-')?;
        Some(Self::Merged { lane: lane(front)?, first: number(first)?, last: number(middle)?, generation })
    }

    pub(super) fn file(&self) -> String {
        match self {
            Self::Part { lane, first } => {
                format!("{}-p{:02}-{first:012}{SUFFIX}", lane.cluster, lane.partition)
            }
            Self::Merged { lane, first, last, generation } => {
                format!("{}-p{:02}-{first:012}-{last:012}-g{generation:04}{SUFFIX}", lane.cluster, lane.partition)
            }
            Self::Completion { hash, generation } => format!("database-{hash}-g{generation:04}{SUFFIX}"),
        }
    }

    pub(super) const fn lane(&self) -> Option<&Lane> {
        match self {
            Self::Part { lane, .. } | Self::Merged { lane, .. } => Some(lane),
            Self::Completion { .. } => None,
        }
    }

    pub(super) const fn first(&self) -> i64 {
        match self {
            Self::Part { first, .. } | Self::Merged { first, .. } => *first,
            Self::Completion { .. } => 0,
        }
    }

    pub(super) const fn generation(&self) -> u32 {
        match self {
            Self::Part { .. } => 0,
            Self::Merged { generation, .. } | Self::Completion { generation, .. } => *generation,
        }
    }
}

/// Where a table's files of a date are.
pub(super) fn folder(table: Table, date: impl std::fmt::Display) -> Path {
    Path::from(format!("{}/date={date}", table.name()))
}

fn lane(text: &str) -> Option<Lane> {
    let (cluster, partition) = text.rsplit_once("-p")?;
    Lane::new(cluster, number(partition)?).ok()
}

fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> impl Strategy<Value = Name> {
        let lane = ("[A-Za-z0-9._-]{1,64}", 0..i32::MAX).prop_map(|(cluster, partition)| Lane { cluster, partition });
        prop_oneof![
            (lane.clone(), 0..i64::MAX).prop_map(|(lane, first)| Name::Part { lane, first }),
            (lane, 0..i64::MAX, 0..i64::MAX, 0..u32::MAX).prop_map(|(lane, first, last, generation)| Name::Merged {
                lane,
                first,
                last,
                generation
            }),
            ("[0-9a-f]{16}", 0..u32::MAX).prop_map(|(hash, generation)| Name::Completion { hash, generation }),
        ]
    }

    proptest! {
        #[test]
        fn a_name_says_what_it_was_made_from(name in names()) {
            prop_assert_eq!(Name::parse(&name.file()), Some(name));
        }

        #[test]
        fn no_text_upsets_the_parser(text in ".{0,80}", tail in "[-gp0-9]{0,20}") {
            let _ = Name::parse(&text);
            let _ = Name::parse(&format!("{text}{tail}.parquet"));
        }
    }

    #[test]
    fn names_are_those_of_the_documents() {
        let lane = Lane::new("MkU3OEVBNTcwNTJENDM2Qk", 3).expect("it is a cluster's name");

        let part = Name::Part { lane: lane.clone(), first: 12_345 };
        let merged = Name::Merged { lane, first: 12_345, last: 12_399, generation: 1 };

        assert_eq!(part.file(), "MkU3OEVBNTcwNTJENDM2Qk-p03-000000012345.parquet");
        assert_eq!(merged.file(), "MkU3OEVBNTcwNTJENDM2Qk-p03-000000012345-000000012399-g0001.parquet");
        for other in ["schema-v1.parquet", "part-00000-c000.snappy.parquet", "x-p01-000000000001.parquet#1", "_SUCCESS"]
        {
            assert_eq!(Name::parse(other), None, "{other}");
        }
        for cluster in ["", "a/b", "a b", "ü", &"a".repeat(65)] {
            assert!(Lane::new(cluster, 0).is_err(), "{cluster}");
        }
        assert!(Lane::new("a", -1).is_err());
    }
}
