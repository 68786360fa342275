//! Rows as a Parquet file, and a file's rows, read by the ranges that are needed.

use std::{ops::Range, sync::Arc};

use arrow_array::RecordBatch;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::{
    DecodeResult,
    arrow::{ArrowWriter, ProjectionMask, arrow_writer::ArrowWriterOptions, push_decoder::ParquetPushDecoderBuilder},
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::{
        metadata::{KeyValue, ParquetMetaData, ParquetMetaDataPushDecoder},
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::ColumnPath,
};
use tokio::task::yield_now;

use super::{
    Lake, LakeError, Table,
    listing::File,
    names::{Lane, Name},
    schema::{self, Kind},
};

/// Of them a reader has one at a time in memory.
const ROWS_OF_A_GROUP: usize = 131_072;
const ROWS_OF_A_BATCH: usize = 8_192;
/// How much of a file's end is read first: all of a small file, and of a large one what says where the rest is.
const TAIL: u64 = 64 * 1024;

const SCHEMA: &str = "matchday.schema";
const TABLE: &str = "matchday.table";
const ROWS: &str = "matchday.rows";
const CLUSTER: &str = "matchday.cluster";
const PARTITION: &str = "matchday.partition";
const FIRST: &str = "matchday.first_offset";
const LAST: &str = "matchday.last_offset";

/// What a file was read from, where it comes from Kafka.
pub(super) struct Offsets<'a> {
    pub(super) lane: &'a Lane,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// Rows as the bytes of a file.
pub(super) fn encode(rows: &RecordBatch, table: Table, offsets: Option<&Offsets<'_>>) -> Result<Bytes, LakeError> {
    let mut notes = vec![
        (SCHEMA, schema::VERSION.to_string()),
        (TABLE, table.name().to_owned()),
        (ROWS, rows.num_rows().to_string()),
    ];
    if let Some(Offsets { lane, first, last }) = offsets {
        notes.push((CLUSTER, lane.cluster.clone()));
        notes.push((PARTITION, lane.partition.to_string()));
        notes.extend([(FIRST, first.to_string()), (LAST, last.to_string())]);
    }
    let notes = notes.into_iter().map(|(key, value)| KeyValue::new(key.to_owned(), value)).collect();
    let options = ArrowWriterOptions::new().with_properties(properties(table, notes)?).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), rows.schema(), options)?;
    writer.write(rows)?;
    Ok(writer.into_inner()?.into())
}

fn properties(table: Table, notes: Vec<KeyValue>) -> Result<WriterProperties, LakeError> {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("matchday ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(Some(ROWS_OF_A_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(notes));
    for column in schema::columns(table) {
        let path = ColumnPath::from(column.name);
        // A random id hardly comes twice, and the least and greatest of many say nothing but themselves.
        properties = match column.kind {
            Kind::Id => properties
                .set_column_statistics_enabled(path.clone(), EnabledStatistics::None)
                .set_column_dictionary_enabled(path, false),
            Kind::Time => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
            _ => properties,
        };
    }
    Ok(properties.build())
}

/// A file that is open: what it says of itself was read.
pub(super) struct Opened {
    pub(super) file: File,
    store: Arc<dyn ObjectStore>,
    metadata: Arc<ParquetMetaData>,
    tail: Tail,
}

/// The end of a file.
struct Tail {
    start: u64,
    bytes: Bytes,
}

impl Tail {
    fn part(&self, range: &Range<u64>) -> Option<Bytes> {
        let start = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
        let end = usize::try_from(range.end.checked_sub(self.start)?).ok()?;
        (start <= end && end <= self.bytes.len()).then(|| self.bytes.slice(start..end))
    }
}

impl Lake {
    pub(super) async fn open_file(&self, file: File) -> Result<Opened, LakeError> {
        if file.size == 0 {
            return Err(problem(&file, "is empty"));
        }
        let start = file.size.saturating_sub(TAIL);
        let bytes = self.store.get_range(&file.path, start..file.size).await?;
        let tail = Tail { start, bytes };
        let metadata = self.metadata(&file, &tail).await?;
        Ok(Opened { store: Arc::clone(&self.store), metadata: Arc::new(metadata), tail, file })
    }

    async fn metadata(&self, file: &File, tail: &Tail) -> Result<ParquetMetaData, LakeError> {
        let broken = |error: ParquetError| problem(file, format!("is not one of Parquet: {error}"));
        let mut decoder = ParquetMetaDataPushDecoder::try_new(file.size).map_err(broken)?;
        loop {
            match decoder.try_decode().map_err(broken)? {
                DecodeResult::NeedsData(ranges) => {
                    let bytes = ranges_of(self.store.as_ref(), file, tail, &ranges).await?;
                    decoder.push_ranges(ranges, bytes).map_err(broken)?;
                }
                DecodeResult::Data(metadata) => return Ok(metadata),
                DecodeResult::Finished => return Err(problem(file, "ends before its footer")),
            }
        }
    }
}

impl Opened {
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.metadata.file_metadata().num_rows()).unwrap_or_default()
    }

    /// The highest offset that was read for it; none of files that are not Kafka's.
    pub(super) fn last_offset(&self) -> Result<Option<i64>, LakeError> {
        match self.file.name {
            Name::Completion { .. } => Ok(None),
            Name::Merged { last, .. } => Ok(Some(last)),
            Name::Part { first, .. } => match self.note(LAST).and_then(|last| last.parse().ok()) {
                Some(last) if last >= first => Ok(Some(last)),
                _ => Err(problem(
                    &self.file,
                    format!("does not say in its footer, as {LAST}, how far its partition was read"),
                )),
            },
        }
    }

    fn note(&self, key: &str) -> Option<&str> {
        let notes = self.metadata.file_metadata().key_value_metadata()?;
        notes.iter().find(|note| note.key == key)?.value.as_deref()
    }

    /// Gives the rows of some columns away, group by group. The file's own columns are checked against its table's.
    pub(super) async fn batches(
        &self,
        table: Table,
        columns: &[&str],
        mut each: impl FnMut(&RecordBatch) -> Result<(), String> + Send,
    ) -> Result<(), LakeError> {
        let broken = |error: ParquetError| problem(&self.file, format!("can't be decoded: {error}"));
        let builder = ParquetPushDecoderBuilder::try_new_decoder(Arc::clone(&self.metadata)).map_err(broken)?;
        if let Some(difference) = schema::difference(table, builder.schema()) {
            return Err(problem(&self.file, difference));
        }
        let wanted = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        let mut decoder = builder.with_projection(wanted).with_batch_size(ROWS_OF_A_BATCH).build().map_err(broken)?;
        loop {
            match decoder.try_decode().map_err(broken)? {
                DecodeResult::NeedsData(ranges) => {
                    let bytes = ranges_of(self.store.as_ref(), &self.file, &self.tail, &ranges).await?;
                    decoder.push_ranges(ranges, bytes).map_err(broken)?;
                }
                DecodeResult::Data(batch) => {
                    each(&batch).map_err(|text| problem(&self.file, text))?;
                    // Others of this thread have their turn.
                    yield_now().await;
                }
                DecodeResult::Finished => return Ok(()),
            }
        }
    }
}

/// The bytes of ranges, of which only those are fetched that the tail does not have.
async fn ranges_of(
    store: &dyn ObjectStore,
    file: &File,
    tail: &Tail,
    ranges: &[Range<u64>],
) -> Result<Vec<Bytes>, LakeError> {
    let here: Vec<_> = ranges.iter().map(|range| tail.part(range)).collect();
    let missing: Vec<_> =
        ranges.iter().zip(&here).filter(|(_, part)| part.is_none()).map(|(range, _)| range.clone()).collect();
    let mut fetched =
        if missing.is_empty() { Vec::new() } else { store.get_ranges(&file.path, &missing).await? }.into_iter();
    let parts = here.into_iter().map(|part| part.or_else(|| fetched.next()));
    parts.collect::<Option<_>>().ok_or_else(|| problem(file, "gave fewer ranges than were asked for"))
}

fn problem(file: &File, problem: impl Into<String>) -> LakeError {
    LakeError::File { file: file.path.to_string(), problem: problem.into() }
}
