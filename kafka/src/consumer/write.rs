//! Writing: a batch into the database, and then its offsets to Kafka.

use std::{collections::HashMap, sync::Arc};

use domain::{
    App,
    inbox::{self, Applied, InboxError, Incoming, Message},
};
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{CommitMode, Consumer as _},
};
use spans::Origin;

use super::Reader;
use crate::{
    clients::{Backoff, Consumer},
    status::Status,
    traced,
};

pub(super) struct Writer {
    app: Arc<App>,
    status: Arc<Status>,
    source: String,
    /// The embedded broker keeps no offsets.
    commits: bool,
}

impl Writer {
    pub(super) fn new(reader: &Reader, source: &str) -> Self {
        Self {
            app: Arc::clone(&reader.app),
            status: Arc::clone(&reader.status),
            source: source.to_owned(),
            commits: !reader.config.embedded,
        }
    }

    /// Applies a batch, however long the database is away: nothing after it may be applied before it.
    pub(super) async fn write(&self, consumer: Arc<Consumer>, batch: Vec<Incoming>, origins: Vec<Origin>) {
        let mut backoff = Backoff::default();
        while let Err(InboxError::Unavailable(error)) = self.apply(&batch, &origins).await {
            tracing::warn!(%error, records = batch.len(), "records can't be applied; trying again");
            self.status.failed(&format!("consumer: {error}"));
            metrics::counter!("matchday_inbox_retries_total").increment(1);
            tokio::time::sleep(backoff.next()).await;
        }

        if batch.iter().any(|record| matches!(record.message, Message::MasterList(_))) {
            self.status.listed();
        }
        let mut next = HashMap::<(&str, i32), i64>::new();
        for record in &batch {
            next.insert((&record.at.topic, record.at.partition), record.at.offset + 1);
        }
        let mut commit = TopicPartitionList::with_capacity(next.len());
        for ((topic, partition), offset) in next {
            self.status.set_position(topic, partition, offset);
            if let Err(error) = commit.add_partition_offset(topic, partition, Offset::Offset(offset)) {
                tracing::debug!(%error, topic, partition, "an offset could not be stored for the next commit");
            }
        }
        if self.commits
            && let Err(error) = consumer.commit(&commit, CommitMode::Async)
        {
            tracing::debug!(%error, "offsets were not committed to Kafka; the database has them");
        }
    }

    /// In a span of its own each time, so that none is open while the database is away.
    async fn apply(&self, batch: &[Incoming], origins: &[Origin]) -> Result<Applied, InboxError> {
        let span = traced::processing_foreign(batch, origins);
        let applied = spans::within(span.as_ref(), inbox::apply(&self.app, &self.source, batch)).await;
        if let (Some(span), Err(_)) = (&span, &applied) {
            span.fail("the database is not available");
        }
        applied
    }
}
