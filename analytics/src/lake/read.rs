//! Reading the view: the newest state of each identity, once.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, stream};

use super::{
    Lake, LakeError,
    row::{self, Row},
    schema,
};
use crate::rows::{Booking, MatchOnSale, Sale};

/// How many files are opened ahead of the one that is read: of a bucket most of the time is waiting.
const AHEAD: usize = 8;
/// How often files may be merged away while they are read.
const ROUNDS_MAX: usize = 8;

/// Which columns a reader wants. What it does not want has the value of its kind that says nothing: 0, none, the epoch. The identity, the
/// subject, the status and the channel are always read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Columns {
    #[default]
    All,
    /// Names of the table's columns, as of `Booking`'s fields.
    Only(&'static [&'static str]),
}

impl Columns {
    fn names<R: Row>(self) -> Result<Vec<&'static str>, LakeError> {
        let known: Vec<_> = schema::columns(R::TABLE).iter().map(|column| column.name).collect();
        let Self::Only(wanted) = self else { return Ok(known) };
        match wanted.iter().find(|name| !known.contains(name)) {
            Some(name) => Err(LakeError::Invalid(format!(
                "there is no column {name} of {}, but {}",
                R::TABLE.name(),
                known.join(", ")
            ))),
            None => Ok([wanted, R::IDENTITY, R::ALWAYS].concat()),
        }
    }
}

impl Lake {
    /// The newest state of each reservation and order, in no order; says how many. Those whose fans were erased have no subject and no country,
    /// also before compaction takes them out of the files. Besides one group of rows it keeps 20 bytes of each reservation in memory.
    ///
    /// # Errors
    /// The store did not answer, a file is broken, or a column is not known.
    pub async fn read_bookings(&self, columns: Columns, each: impl FnMut(Booking) + Send) -> Result<usize, LakeError> {
        self.newest(columns, each).await
    }

    /// Every state of every match, in no order, each once: what was on sale, and from when on; says how many.
    ///
    /// # Errors
    /// As of [`Self::read_bookings`].
    pub async fn read_matches(&self, mut each: impl FnMut(MatchOnSale) + Send) -> Result<usize, LakeError> {
        let (names, mut seen) = (Columns::All.names::<MatchOnSale>()?, HashSet::new());
        self.visit(&names, |row: MatchOnSale| {
            if seen.insert((row.match_number, row.version)) {
                each(row);
            }
        })
        .await?;
        Ok(seen.len())
    }

    /// What other sites sold, each record once, in no order; says how many.
    ///
    /// # Errors
    /// As of [`Self::read_bookings`].
    pub async fn read_sales(&self, each: impl FnMut(Sale) + Send) -> Result<usize, LakeError> {
        self.newest(Columns::All, each).await
    }

    async fn newest<R: Row>(&self, columns: Columns, mut each: impl FnMut(R) + Send) -> Result<usize, LakeError> {
        let (names, erased) = (columns.names::<R>()?, self.erased().await?);
        let mut newest = HashMap::new();
        self.visit::<R>(R::IDENTITY, |row| {
            let version = newest.entry(row.identity()).or_insert_with(|| row.version());
            *version = row.version().max(*version);
        })
        .await?;
        let known = newest.len();
        self.visit::<R>(&names, |mut row| {
            // Taken out, so that it is given away once; what came in since is not of this view.
            if newest.get(&row.identity()) == Some(&row.version()) {
                newest.remove(&row.identity());
                row::erase_from(&mut row, &erased);
                each(row);
            }
        })
        .await?;
        if newest.is_empty() { Ok(known) } else { Err(LakeError::Restless) }
    }

    /// Shows the rows of all files, each at least once; a row that is in several files, more often.
    pub(super) async fn visit<R: Row>(
        &self,
        columns: &[&str],
        mut each: impl FnMut(R) + Send,
    ) -> Result<(), LakeError> {
        let mut done = HashSet::new();
        for _ in 0..ROUNDS_MAX {
            let todo: Vec<_> =
                self.files(R::TABLE).await?.into_iter().filter(|file| !done.contains(&file.path)).collect();
            let mut is_whole = true;
            let mut opening = stream::iter(todo).map(|file| self.open_file(file)).buffered(AHEAD);
            while let Some(opened) = opening.next().await {
                match read(opened, columns, &mut each).await {
                    Ok(path) => drop(done.insert(path)),
                    // Its rows are in a file that the next list has.
                    Err(error) if error.is_missing() => is_whole = false,
                    Err(error) => return Err(error),
                }
            }
            if is_whole {
                return Ok(());
            }
        }
        Err(LakeError::Restless)
    }
}

/// Shows the rows of a file, and says which it was.
async fn read<R: Row>(
    opened: Result<super::files::Opened, LakeError>,
    columns: &[&str],
    each: &mut (impl FnMut(R) + Send),
) -> Result<object_store::path::Path, LakeError> {
    let opened = opened?;
    let rows = |batch: &arrow_array::RecordBatch| {
        R::rows(&row::Columns(batch))?.into_iter().for_each(&mut *each);
        Ok(())
    };
    opened.batches(R::TABLE, columns, rows).await?;
    Ok(opened.file.path)
}
