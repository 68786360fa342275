//! The lake: rows in Parquet files, by table and date, in a folder or in a bucket.
//!
//! Invariants: a file never changes, and is deleted only after another one holds its rows; a part is put only where no part of its first
//! offset is, so the files say how far each partition has been read. Rows may stand in two files for a while: the view, which is the
//! newest version of each identity, has them once. `docs/adr/0024-the-lake.md` says why.

mod append;
mod compact;
mod complete;
mod erase;
mod error;
mod files;
mod http;
mod listing;
mod location;
mod models;
mod names;
mod read;
mod row;
mod schema;
mod status;
mod store;

use std::sync::Arc;

use chrono::NaiveDate;
use object_store::ObjectStore;

pub use self::{
    append::Appended,
    compact::Compacted,
    error::LakeError,
    http::HttpClient,
    location::{Location, S3Settings},
    models::{Current, Kept},
    read::Columns,
    status::{Next, Status, TableStatus},
};
use crate::rows::{Booking, MatchOnSale, Sale};

/// A lake that is open. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lake {
    store: Arc<dyn ObjectStore>,
}

/// The tables of a lake, each a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    Bookings,
    Matches,
    Sales,
}

impl Table {
    pub const ALL: [Self; 3] = [Self::Bookings, Self::Matches, Self::Sales];

    /// The name of its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bookings => "bookings",
            Self::Matches => "matches",
            Self::Sales => "sales",
        }
    }
}

/// What was read of a partition, from its first offset to its last, with nothing left out between them.
#[derive(Debug, Clone)]
pub struct Part {
    /// What Kafka calls its cluster: 1 to 64 letters, digits, `.`, `-` and `_`. Offsets begin anew with another cluster.
    pub cluster: String,
    pub partition: i32,
    pub first_offset: i64,
    pub last_offset: i64,
    /// Of the first record, by Kafka's time, so that every writer that reads from the first offset has the same date.
    pub date: NaiveDate,
    /// May be empty: the file then only says that the offsets were read.
    pub rows: Rows,
}

/// Rows of one table.
#[derive(Debug, Clone)]
pub enum Rows {
    Bookings(Vec<Booking>),
    Matches(Vec<MatchOnSale>),
    Sales(Vec<Sale>),
}

impl Rows {
    pub const fn table(&self) -> Table {
        match self {
            Self::Bookings(_) => Table::Bookings,
            Self::Matches(_) => Table::Matches,
            Self::Sales(_) => Table::Sales,
        }
    }

    pub const fn len(&self) -> usize {
        match self {
            Self::Bookings(rows) => rows.len(),
            Self::Matches(rows) => rows.len(),
            Self::Sales(rows) => rows.len(),
        }
    }

    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Lake {
    /// Opens the lake to write it. `client` is what requests to S3 are sent by; a folder needs none.
    ///
    /// # Errors
    /// There is no store at the location, or it does not refuse to put what is there already: two writers would then both succeed.
    pub async fn open<C: HttpClient>(location: &Location, client: C) -> Result<Self, LakeError> {
        Self::over(location.store(client)?).await
    }

    /// Opens the lake to read it: nothing is written, so the credentials need not allow it.
    ///
    /// # Errors
    /// The location is none of a store.
    pub fn open_for_reading<C: HttpClient>(location: &Location, client: C) -> Result<Self, LakeError> {
        Ok(Self { store: location.store(client)? })
    }

    /// The lake in a store that is open already.
    ///
    /// # Errors
    /// As of [`Self::open`].
    pub async fn over(store: Arc<dyn ObjectStore>) -> Result<Self, LakeError> {
        let lake = Self { store };
        lake.probe().await?;
        lake.put_schemas().await?;
        Ok(lake)
    }
}
