//! Which files there are.

use chrono::NaiveDate;
use futures_util::{StreamExt, TryStreamExt};
use object_store::{ObjectMeta, ObjectStoreExt, path::Path};

use super::{Lake, LakeError, Table, names::Name};

/// How often files are listed until two lists are the same.
const LISTS_MAX: usize = 8;

/// A file of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: Path,
    pub(super) size: u64,
    pub(super) date: NaiveDate,
    pub(super) name: Name,
}

impl Lake {
    /// The files of a table, in the order of dates and names.
    ///
    /// A long list comes in pages: where files are merged between two pages, a list may have neither the parts nor the merged file. The
    /// next list has the merged one, so two lists that are the same have missed nothing.
    pub(super) async fn files(&self, table: Table) -> Result<Vec<File>, LakeError> {
        let mut before = self.list(table).await?;
        for _ in 1..LISTS_MAX {
            let now = self.list(table).await?;
            if now == before {
                return Ok(now);
            }
            before = now;
        }
        Err(LakeError::Restless)
    }

    async fn list(&self, table: Table) -> Result<Vec<File>, LakeError> {
        let folder = Path::from(table.name());
        let found = self.store.list(Some(&folder)).try_filter_map(|meta| async move { Ok(file(table, meta)) });
        let mut files: Vec<_> = found.try_collect().await?;
        files.sort_unstable_by(|a, b| (a.date, &a.name).cmp(&(b.date, &b.name)));
        Ok(files)
    }

    /// What stands in a folder that has no folders of its own, by its names.
    pub(super) async fn entries(&self, folder: &'static str) -> Result<Vec<(String, ObjectMeta)>, LakeError> {
        let found = self.store.list(Some(&Path::from(folder)));
        let named = found.map_ok(|meta| (meta.location.filename().unwrap_or_default().to_owned(), meta));
        let mut entries: Vec<_> = named.boxed().try_collect().await?;
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }

    /// Deletes what is there, and is content where it is not.
    pub(super) async fn delete(&self, path: &Path) -> Result<(), LakeError> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// None where it is something else: a later version's, another program's.
fn file(table: Table, meta: ObjectMeta) -> Option<File> {
    let within = meta.location.as_ref().strip_prefix(table.name())?.strip_prefix("/date=")?;
    let (date, name) = within.split_once('/')?;
    let (date, name) = (date.parse().ok()?, Name::parse(name)?);
    Some(File { size: meta.size, date, name, path: meta.location })
}
