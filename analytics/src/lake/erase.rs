//! Forgetting whose rows are whose.
//!
//! A marker names a subject that was erased. Our own readers leave the subject out as soon as it is there, and each compaction rewrites the files
//! that name it. The marker stays for longer than Kafka keeps a record, so that whatever is written late (by a writer that was behind, or by a
//! compaction that had read a file before) is rewritten by the next one.

use std::collections::HashSet;

use bytes::Bytes;
use chrono::{DateTime, Days, Utc};
use object_store::path::Path;
use uuid::Uuid;

use super::{Lake, LakeError};

const FOLDER: &str = "erasures";

/// How long a marker stays. The topic of bookings must not be kept for longer.
pub(super) const MARKER_DAYS: u64 = 30;

/// A subject that was erased, and since when the lake knows.
#[derive(Debug, Clone)]
pub(super) struct Marker {
    pub(super) subject: Uuid,
    path: Path,
    since: DateTime<Utc>,
}

impl Marker {
    pub(super) const fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// Whether nothing that names its subject can be written any more.
    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.since.checked_add_days(Days::new(MARKER_DAYS)).is_some_and(|end| end < now)
    }
}

impl Lake {
    /// Marks a subject as erased: no reader of ours learns it from now on, and the next compaction takes it and its country out of the files.
    /// Marked again, it keeps its first time.
    ///
    /// # Errors
    /// The store did not take it.
    pub async fn mark_erased(&self, subject: Uuid) -> Result<(), LakeError> {
        let path = Path::from(FOLDER).join(subject.hyphenated().to_string());
        self.put_new(&path, Bytes::new()).await.map(drop)
    }

    pub(super) async fn markers(&self) -> Result<Vec<Marker>, LakeError> {
        let marker = |(name, meta): (String, object_store::ObjectMeta)| {
            let subject = Uuid::try_parse(&name).ok()?;
            Some(Marker { subject, path: meta.location, since: meta.last_modified })
        };
        Ok(self.entries(FOLDER).await?.into_iter().filter_map(marker).collect())
    }

    pub(super) async fn erased(&self) -> Result<HashSet<Uuid>, LakeError> {
        Ok(self.markers().await?.into_iter().map(|marker| marker.subject).collect())
    }

    pub(super) async fn forget(&self, marker: &Marker) -> Result<(), LakeError> {
        self.delete(&marker.path).await
    }
}
