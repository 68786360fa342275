//! Writing what was read of a partition, and knowing how far that was.

use arrow_array::RecordBatch;
use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::{
    Lake, LakeError, Part, Rows, Table, files,
    files::Offsets,
    names::{self, Lane, Name},
    row,
    store::Put,
};

/// How often files may be merged away while a partition's end is looked for.
const SEARCHES_MAX: usize = 8;

/// Whether a part was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    Written,
    /// Another owner of the partition wrote from that offset on, or this one did and was not told: ask for the next offset again.
    Taken,
}

impl Lake {
    /// From where on a partition is to be read: one beyond the highest offset that its files hold; none where there are no files of it.
    ///
    /// # Errors
    /// The store did not answer, or a file is broken.
    pub async fn next_offset(&self, table: Table, cluster: &str, partition: i32) -> Result<Option<i64>, LakeError> {
        let lane = Lane::new(cluster, partition)?;
        for _ in 0..SEARCHES_MAX {
            match self.end_of(table, &lane).await {
                Err(error) if error.is_missing() => {}
                end => return Ok(end?.map(|last| last.saturating_add(1))),
            }
        }
        Err(LakeError::Restless)
    }

    /// Names of merged files say where they end. Of the parts, the one that begins last is asked: each begins where those before end.
    async fn end_of(&self, table: Table, lane: &Lane) -> Result<Option<i64>, LakeError> {
        let files = self.files(table).await?.into_iter().filter(|file| file.name.lane() == Some(lane));
        let (mut merged, mut latest) = (None, None);
        for file in files {
            match file.name {
                Name::Merged { last, .. } => merged = merged.max(Some(last)),
                Name::Part { first, .. } if latest.as_ref().is_none_or(|(of_latest, _)| first > *of_latest) => {
                    latest = Some((first, file));
                }
                Name::Part { .. } | Name::Completion { .. } => {}
            }
        }
        let Some((first, file)) = latest.filter(|(first, _)| merged.is_none_or(|last| *first > last)) else {
            return Ok(merged);
        };
        let last = self.open_file(file).await?.last_offset()?;
        Ok(last.max(merged).max(Some(first)))
    }

    /// Writes a part, unless one of its first offset is there. After an error it may be there all the same: append it again, or ask for the
    /// next offset.
    ///
    /// # Errors
    /// It can't be written down, or the store did not take it.
    pub async fn append(&self, part: &Part) -> Result<Appended, LakeError> {
        let lane = Lane::new(&part.cluster, part.partition)?;
        let (first, last) = (part.first_offset, part.last_offset);
        if first < 0 || last < first {
            return Err(LakeError::Invalid(format!("a part can't have the offsets {first} to {last}")));
        }
        let table = part.rows.table();
        let batch = match &part.rows {
            Rows::Bookings(rows) => row::batch(rows)?,
            Rows::Matches(rows) => row::batch(rows)?,
            Rows::Sales(rows) => row::batch(rows)?,
        };
        let name = Name::Part { lane: lane.clone(), first };
        let bytes = encoded(batch, table, Some((lane, first, last))).await?;
        match self.put_new(&names::folder(table, part.date).join(name.file()), bytes).await? {
            Put::New => Ok(Appended::Written),
            Put::Taken => Ok(Appended::Taken),
        }
    }
}

/// Rows as a file, encoded where it keeps no requests waiting.
pub(super) async fn encoded(
    batch: RecordBatch,
    table: Table,
    offsets: Option<(Lane, i64, i64)>,
) -> Result<Bytes, LakeError> {
    let encoding = spawn_blocking(move || {
        let offsets = offsets.as_ref().map(|(lane, first, last)| Offsets { lane, first: *first, last: *last });
        files::encode(&batch, table, offsets.as_ref())
    });
    encoding.await.map_err(|error| LakeError::Invalid(format!("rows could not be encoded: {error}")))?
}
