//! Fewer and larger files, without the fans who were erased.
//!
//! A merged file is put under a name that was never used, and only then are its sources deleted. So at each moment every row is in a file;
//! for a while in two. Two compactions at once do no harm: what one has put, the other can't put again, and then it deletes nothing.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{
    Lake, LakeError, Table,
    append::encoded,
    complete::hash,
    listing::File,
    names::{self, Lane, Name},
    row::{self, Row},
    schema,
    store::Put,
};
use crate::rows::{Booking, MatchOnSale, Sale};

/// Files of a day that is not over are merged when there are more of them.
const FILES_OF_TODAY_MAX: usize = 32;
/// What is merged at once, and in memory: some 600,000 bookings. A larger day stays in several files.
const MERGED_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What a compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compacted {
    /// Files that are gone, for their rows are in others.
    pub files_replaced: usize,
    /// Files that hold their rows.
    pub files_written: usize,
    /// Rows whose subject was taken out.
    pub rows_erased: usize,
    /// Markers of erasures that have no more to do.
    pub markers_removed: usize,
}

/// A compaction under way.
struct Compaction {
    erased: HashSet<Uuid>,
    /// Of whom rows were found.
    found: HashSet<Uuid>,
    /// Whether every file was read.
    is_whole: bool,
    done: Compacted,
}

impl Lake {
    /// Merges the files of each date that is over by partition, and those of today where they are many; takes those who were erased out of
    /// every file; and removes the markers of whom nothing was found for as long as something could still come. It can be stopped at any moment,
    /// and called again.
    ///
    /// # Errors
    /// The store did not answer or took nothing, or a file is broken.
    pub async fn compact(&self, now: DateTime<Utc>) -> Result<Compacted, LakeError> {
        let markers = self.markers().await?;
        let erased = markers.iter().map(|marker| marker.subject).collect();
        let mut compaction = Compaction { erased, found: HashSet::new(), is_whole: true, done: Compacted::default() };
        self.merge_table::<Booking>(now, &mut compaction).await?;
        self.merge_table::<MatchOnSale>(now, &mut compaction).await?;
        self.merge_table::<Sale>(now, &mut compaction).await?;
        if !markers.is_empty() {
            self.erase_everywhere(&mut compaction).await?;
        }
        // Only markers that were there before the first file was read: those that came meanwhile have missed it.
        for marker in markers.iter().filter(|marker| compaction.is_whole && marker.is_over(now)) {
            if !compaction.found.contains(&marker.subject) {
                self.forget(marker).await?;
                compaction.done.markers_removed += 1;
            }
        }
        Ok(compaction.done)
    }

    async fn merge_table<R: Row>(&self, now: DateTime<Utc>, compaction: &mut Compaction) -> Result<(), LakeError> {
        let today = now.date_naive();
        for ((date, _), files) in groups(self.files(R::TABLE).await?) {
            if date < today || files.len() > FILES_OF_TODAY_MAX {
                for files in chunks(files).into_iter().filter(|files| files.len() > 1) {
                    self.replace::<R>(&files, compaction).await?;
                }
            }
        }
        Ok(())
    }

    /// Rewrites every file that names one of the erased.
    async fn erase_everywhere(&self, compaction: &mut Compaction) -> Result<(), LakeError> {
        for file in self.files(Table::Bookings).await? {
            let mut names_one = false;
            let look = |batch: &arrow_array::RecordBatch| {
                let rows = Booking::rows(&row::Columns(batch))?;
                names_one |= rows.iter().filter_map(|row| row.subject).any(|one| compaction.erased.contains(&one));
                Ok(())
            };
            let read = match self.open_file(file.clone()).await {
                Ok(opened) => opened.batches(Table::Bookings, &["subject"], look).await,
                Err(error) => Err(error),
            };
            match read {
                Ok(()) if names_one => self.replace::<Booking>(&[file], compaction).await?,
                Ok(()) => {}
                // Another compaction has replaced it by a file that was not looked at.
                Err(error) if error.is_missing() => compaction.is_whole = false,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Puts one file in the place of some, without doubles and without those who were erased.
    async fn replace<R: Row>(&self, files: &[File], compaction: &mut Compaction) -> Result<(), LakeError> {
        let Some(sources) = self.sources::<R>(files).await? else {
            compaction.is_whole = false;
            return Ok(());
        };
        let (date, Sources { mut rows, offsets }) = (files[0].date, sources);
        let mut rows_erased = 0;
        for row in &mut rows {
            if let Some(subject) = row::erase_from(row, &compaction.erased) {
                compaction.found.insert(subject);
                rows_erased += 1;
            }
        }
        let name = name(files, offsets.as_ref());
        let batch = spawn_blocking(move || row::batch(&in_order(rows)));
        let batch = batch.await.map_err(|error| LakeError::Invalid(format!("rows could not be sorted: {error}")))??;
        let bytes = encoded(batch, R::TABLE, offsets).await?;
        if self.put_new(&names::folder(R::TABLE, date).join(name.file()), bytes).await? == Put::Taken {
            // Another compaction is at work on the same files, and it deletes them.
            compaction.is_whole = false;
            return Ok(());
        }
        compaction.done.files_written += 1;
        compaction.done.rows_erased += rows_erased;
        for file in files {
            self.delete(&file.path).await?;
            compaction.done.files_replaced += 1;
        }
        Ok(())
    }

    /// All rows of some files; none where one of them is gone.
    async fn sources<R: Row>(&self, files: &[File]) -> Result<Option<Sources<R>>, LakeError> {
        let (columns, mut rows, mut last) = (column_names(R::TABLE), Vec::new(), None);
        for file in files {
            let opened = match self.open_file(file.clone()).await {
                Err(error) if error.is_missing() => return Ok(None),
                opened => opened?,
            };
            last = last.max(opened.last_offset()?);
            let read = opened.batches(R::TABLE, &columns, |batch| {
                rows.extend(R::rows(&row::Columns(batch))?);
                Ok(())
            });
            match read.await {
                Err(error) if error.is_missing() => return Ok(None),
                read => read?,
            }
        }
        let first = files.iter().map(|file| file.name.first()).min().unwrap_or_default();
        let lane = files[0].name.lane().cloned();
        let offsets = lane.zip(last).map(|(lane, last)| (lane, first, last));
        Ok(Some(Sources { rows, offsets }))
    }
}

struct Sources<R> {
    rows: Vec<R>,
    /// Where they are Kafka's: the partition, the first and the last offset.
    offsets: Option<(Lane, i64, i64)>,
}

fn column_names(table: Table) -> Vec<&'static str> {
    schema::columns(table).iter().map(|column| column.name).collect()
}

/// Files of one date and partition; those that Kafka did not tell have one group of a date.
fn groups(files: Vec<File>) -> BTreeMap<(NaiveDate, Option<Lane>), Vec<File>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for file in files {
        groups.entry((file.date, file.name.lane().cloned())).or_default().push(file);
    }
    for files in groups.values_mut() {
        files.sort_by_key(|file| (file.name.first(), file.name.generation()));
    }
    groups
}

/// Neighbours that fit into one file.
fn chunks(files: Vec<File>) -> Vec<Vec<File>> {
    let (mut chunks, mut bytes) = (Vec::<Vec<File>>::new(), 0);
    for file in files {
        bytes += file.size;
        match chunks.last_mut() {
            Some(chunk) if bytes <= MERGED_BYTES_MAX => chunk.push(file),
            _ => {
                bytes = file.size;
                chunks.push(vec![file]);
            }
        }
    }
    chunks
}

/// A name that no file has had: its generation is beyond those of its sources.
fn name(files: &[File], offsets: Option<&(Lane, i64, i64)>) -> Name {
    let generation = files.iter().map(|file| file.name.generation()).max().unwrap_or_default().saturating_add(1);
    match offsets {
        Some((lane, first, last)) => Name::Merged { lane: lane.clone(), first: *first, last: *last, generation },
        None => {
            let sources: Vec<_> = files.iter().map(|file| Bytes::from(file.path.to_string())).collect();
            Name::Completion { hash: hash(&sources.iter().collect::<Vec<_>>()), generation }
        }
    }
}

/// Rows in the order of their table, each once; of doubles the one without a fan.
fn in_order<R: Row>(mut rows: Vec<R>) -> Vec<R> {
    let mut best = std::collections::HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        let place = best.entry((row.identity(), row.version())).or_insert(index);
        if row.subject().is_none() {
            *place = index;
        }
    }
    let kept: HashSet<_> = best.into_values().collect();
    let mut index = 0;
    rows.retain(|_| {
        index += 1;
        kept.contains(&(index - 1))
    });
    rows.sort_unstable_by_key(R::order);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(first: i64, size: u64) -> File {
        let lane = Lane::new("c", 0).expect("it is a cluster's name");
        let name = Name::Part { lane, first };
        File { path: name.file().into(), size, date: NaiveDate::default(), name }
    }

    #[test]
    fn a_merged_file_is_made_of_neighbours_up_to_its_size() {
        let mebibyte = 1024 * 1024;
        let sizes = [9, 7, 1, 20, 1, 1].map(|size| size * mebibyte);

        let chunks = chunks(sizes.into_iter().zip(0..).map(|(size, first)| file(first, size)).collect());

        let firsts: Vec<Vec<_>> =
            chunks.iter().map(|files| files.iter().map(|file| file.name.first()).collect()).collect();
        assert_eq!(firsts, [vec![0, 1], vec![2], vec![3], vec![4, 5]]);
    }
}
