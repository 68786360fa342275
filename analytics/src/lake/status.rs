//! What is in the lake.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{StreamExt, stream};

use super::{Lake, LakeError, Table, names::Lane};

const AHEAD: usize = 8;

/// What is in a lake, and what waits to leave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Each table, in the order of [`Table::ALL`].
    pub tables: Vec<TableStatus>,
    /// Subjects that are marked as erased. A marker stays for 30 days, whether rows of it are left or not.
    pub erasures: usize,
    /// Since when the oldest of them is marked.
    pub oldest_erasure: Option<DateTime<Utc>>,
}

/// What is in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStatus {
    pub table: Table,
    pub files: usize,
    /// Of all files: a row that is in two of them counts twice until they are merged.
    pub rows: u64,
    pub bytes: u64,
    pub oldest: Option<NaiveDate>,
    pub newest: Option<NaiveDate>,
    /// From where on each partition is to be read.
    pub next: Vec<Next>,
}

/// From where on a partition is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub cluster: String,
    pub partition: i32,
    pub offset: i64,
}

impl Lake {
    /// Counts what is there. It reads the footer of each file.
    ///
    /// # Errors
    /// The store did not answer, or a file is broken.
    pub async fn status(&self) -> Result<Status, LakeError> {
        let mut tables = Vec::new();
        for table in Table::ALL {
            tables.push(self.table_status(table).await?);
        }
        let markers = self.markers().await?;
        let oldest_erasure = markers.iter().map(super::erase::Marker::since).min();
        Ok(Status { tables, erasures: markers.len(), oldest_erasure })
    }

    async fn table_status(&self, table: Table) -> Result<TableStatus, LakeError> {
        let mut status =
            TableStatus { table, files: 0, rows: 0, bytes: 0, oldest: None, newest: None, next: Vec::new() };
        let mut lanes = BTreeMap::<Lane, i64>::new();
        let files = self.files(table).await?;
        let mut opening = stream::iter(files).map(|file| self.open_file(file)).buffered(AHEAD);
        while let Some(opened) = opening.next().await {
            let opened = match opened {
                // It was merged since it was listed.
                Err(error) if error.is_missing() => continue,
                opened => opened?,
            };
            status.files += 1;
            status.rows += opened.rows();
            status.bytes += opened.file.size;
            status.oldest = Some(status.oldest.map_or(opened.file.date, |oldest| oldest.min(opened.file.date)));
            status.newest = status.newest.max(Some(opened.file.date));
            if let (Some(lane), Some(last)) = (opened.file.name.lane(), opened.last_offset()?) {
                let next = lanes.entry(lane.clone()).or_default();
                *next = last.saturating_add(1).max(*next);
            }
        }
        let next = |(Lane { cluster, partition }, offset)| Next { cluster, partition, offset };
        status.next = lanes.into_iter().map(next).collect();
        Ok(status)
    }
}
