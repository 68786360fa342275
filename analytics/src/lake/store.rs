//! Putting things where nothing is.

use std::time::Duration;

use bytes::Bytes;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload, path::Path};
use tokio::time::sleep;

use super::{Lake, LakeError, Table, files, names, row, schema};

/// S3 answers 409 while another conditional put of the same name is under way.
const CONFLICTS_MAX: u32 = 5;
const CONFLICT_PAUSE: Duration = Duration::from_millis(100);

/// What the probe puts. It stays: where it was deleted, two probes at once would disturb each other.
const PROBE: &str = "probe";

/// Whether something was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    New,
    /// Something was there already.
    Taken,
}

impl Lake {
    /// Puts an object where none is.
    pub(super) async fn put_new(&self, path: &Path, bytes: Bytes) -> Result<Put, LakeError> {
        for attempt in 1..=CONFLICTS_MAX {
            let payload = PutPayload::from_bytes(bytes.clone());
            match self.store.put_opts(path, payload, PutMode::Create.into()).await {
                Ok(_) => return Ok(Put::New),
                Err(Error::AlreadyExists { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            // A conflict is reported likewise, and the other put may yet fail.
            match self.store.head(path).await {
                Ok(_) => return Ok(Put::Taken),
                Err(Error::NotFound { .. }) => sleep(CONFLICT_PAUSE * attempt).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(LakeError::Unfit(format!(
            "refused to put {path} {CONFLICTS_MAX} times because something is there, and has nothing there"
        )))
    }

    /// What an object holds; none where there is no such object.
    pub(super) async fn get(&self, path: &Path) -> Result<Option<Bytes>, LakeError> {
        match self.store.get(path).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Tries whether the store refuses to put what is there already: S3 has done so since 2024, and some stores that resemble it ignore the
    /// condition.
    pub(super) async fn probe(&self) -> Result<(), LakeError> {
        let path = Path::from(PROBE);
        let put = || self.store.put_opts(&path, PutPayload::from_static(b"probe"), PutMode::Create.into());
        match put().await {
            Ok(_) | Err(Error::AlreadyExists { .. }) => {}
            Err(error) => {
                return Err(LakeError::Unfit(format!(
                    "does not put an object under the condition that nothing is there (If-None-Match: *, or a hard link in a \
                     folder): {error}. It needs to be writable, and to know that condition"
                )));
            }
        }
        match put().await {
            Err(Error::AlreadyExists { .. }) => Ok(()),
            Ok(_) => Err(LakeError::Unfit(
                "put an object over another one, although the condition was that nothing is there (If-None-Match: *): two writers would \
                 overwrite each other's rows. A store that answers 412 to the second put is needed, as AWS S3 does"
                    .to_owned(),
            )),
            Err(error) => Err(LakeError::Unfit(format!(
                "did not say that an object is there already when it was put again under the condition that nothing is there \
                 (If-None-Match: *); 412 would be right, and it answered: {error}"
            ))),
        }
    }

    /// A file without rows in each table, by which other readers know its columns while it is empty.
    pub(super) async fn put_schemas(&self) -> Result<(), LakeError> {
        for table in Table::ALL {
            let file = format!("schema-v{}.parquet", schema::VERSION);
            let path = names::folder(table, schema::EMPTY_DATE).join(file);
            if !self.is_there(&path).await? {
                self.put_new(&path, files::encode(&row::none(table)?, table, None)?).await?;
            }
        }
        Ok(())
    }

    async fn is_there(&self, path: &Path) -> Result<bool, LakeError> {
        match self.store.head(path).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
