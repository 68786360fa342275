//! Writing what the database knows and Kafka did not tell.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
};

use bytes::Bytes;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::{
    Lake, LakeError,
    append::encoded,
    names::{self, Name},
    row::{self, Row},
};
use crate::rows::{Booking, MatchOnSale};

const ROWS_OF_A_FILE: usize = 500_000;

impl Lake {
    /// Writes those states that the lake lacks, by id and version, and says how many. It reads two columns of the whole table, so many states
    /// at once are better than few. What was written before it failed is there when it is called again.
    ///
    /// # Errors
    /// The store did not answer or took nothing, or a file is broken.
    pub async fn complete(&self, states: &[Booking]) -> Result<usize, LakeError> {
        self.complete_rows(states).await
    }

    /// The same for matches, by number and version.
    ///
    /// # Errors
    /// As of [`Self::complete`].
    pub async fn complete_matches(&self, states: &[MatchOnSale]) -> Result<usize, LakeError> {
        self.complete_rows(states).await
    }

    async fn complete_rows<R: Row>(&self, states: &[R]) -> Result<usize, LakeError> {
        let mut lacking: HashMap<_, _> = states.iter().map(|row| ((row.identity(), row.version()), row)).collect();
        self.visit::<R>(R::IDENTITY, |row| {
            lacking.remove(&(row.identity(), row.version()));
        })
        .await?;
        let erased = self.erased().await?;
        let mut dates = BTreeMap::<NaiveDate, Vec<R>>::new();
        for mut row in lacking.into_values().cloned() {
            row::erase_from(&mut row, &erased);
            dates.entry(row.at().date_naive()).or_default().push(row);
        }
        let mut written = 0;
        for (date, mut rows) in dates {
            rows.sort_unstable_by_key(Row::order);
            for rows in rows.chunks(ROWS_OF_A_FILE) {
                let bytes = encoded(row::batch(rows)?, R::TABLE, None).await?;
                // Another one that completes the same writes the same file.
                let name = Name::Completion { hash: hash(&[&bytes]), generation: 0 };
                self.put_new(&names::folder(R::TABLE, date).join(name.file()), bytes).await?;
                written += rows.len();
            }
        }
        Ok(written)
    }
}

/// The first 16 hexadecimal digits of a hash.
pub(super) fn hash(parts: &[&Bytes]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hex(&hasher.finalize()[..8])
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A text takes whatever is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
