//! Prefetching: the records of the next batch, read while the database applies the one before.

use std::mem;

use domain::inbox::{self, Incoming, Position};
use futures_util::{FutureExt, StreamExt};
use rdkafka::{Message as _, consumer::MessageStream, error::KafkaError, message::BorrowedMessage};
use spans::Origin;

use super::Reader;
use crate::{clients::Context, codec, record, topics::Topics};

/// Records read in one go, while nothing else of the task goes on: about a tenth of a millisecond.
const RECORDS_AT_ONCE: usize = 64;

/// What was read and is not being applied yet: one batch at most.
pub(super) struct Prefetch {
    site: String,
    topics: Topics,
    /// Records of a batch at most.
    most: usize,
    records: Vec<Incoming>,
    /// Where those of other sites were sent, as far as that is traced.
    origins: Vec<Origin>,
    /// It came after the records; nothing is read after it until it was judged.
    error: Option<KafkaError>,
}

impl Prefetch {
    pub(super) fn new(reader: &Reader) -> Self {
        Self {
            site: reader.config.site.clone(),
            topics: reader.topics.clone(),
            most: inbox::most(&reader.app),
            records: Vec::new(),
            origins: Vec::new(),
            error: None,
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.records.len() < self.most && self.error.is_none()
    }

    /// The next batch, if anything was read, and where other sites sent records of it.
    pub(super) fn take(&mut self) -> Option<(Vec<Incoming>, Vec<Origin>)> {
        (!self.records.is_empty()).then(|| (mem::take(&mut self.records), mem::take(&mut self.origins)))
    }

    /// What went wrong after the last record.
    pub(super) fn take_error(&mut self) -> Option<KafkaError> {
        self.error.take()
    }

    /// Discards the records, to be read again; what went wrong went wrong.
    pub(super) fn discard(&mut self) {
        self.records.clear();
        self.origins.clear();
    }

    /// Waits for a record, and reads what else has come already. Stopped anywhere, it loses nothing.
    pub(super) async fn read(&mut self, stream: &mut MessageStream<'_, Context>) {
        let mut next = stream.next().await;
        let mut read = 0;
        while let Some(record) = next {
            match record {
                Ok(record) => self.add(&record),
                Err(error) => self.error = Some(error),
            }
            read += 1;
            if read == RECORDS_AT_ONCE || !self.has_room() {
                // A stream that always has more must not keep the runtime from the database's answers.
                tokio::task::yield_now().await;
                return;
            }
            next = stream.next().now_or_never().flatten();
        }
    }

    fn add(&mut self, record: &BorrowedMessage<'_>) {
        let headers = record::headers(record);
        let foreign = headers.as_deref().filter(|headers| !codec::is_from(&self.site, headers));
        self.origins.extend(foreign.and_then(codec::origin));
        self.records.push(incoming(&self.topics, &self.site, record, headers));
    }
}

fn incoming(
    topics: &Topics,
    site: &str,
    record: &BorrowedMessage<'_>,
    headers: Option<Vec<(String, Vec<u8>)>>,
) -> Incoming {
    let at = Position { topic: record.topic().to_owned(), partition: record.partition(), offset: record.offset() };
    let readable = codec::Record {
        topic: record.topic(),
        key: record.key(),
        payload: record.payload(),
        headers: headers.as_deref().unwrap_or_default(),
    };
    let message = match headers {
        Some(_) => codec::read(topics, site, &readable),
        None => readable.unreadable("a header's name is not UTF-8 text".to_owned()),
    };

    Incoming { at, message }
}
