//! A record's headers, taken out of librdkafka's memory.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rdkafka::{
    Message as _,
    message::{BorrowedMessage, Headers as _},
};

/// The headers of `record`; `None` if one has a name that is not UTF-8.
///
/// rdkafka panics over such a name, and any site that may write to a shared topic can send one.
pub(crate) fn headers(record: &BorrowedMessage<'_>) -> Option<Vec<(String, Vec<u8>)>> {
    let Some(headers) = record.headers() else {
        return Some(Vec::new());
    };
    let copy =
        || headers.iter().map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec())).collect();
    catch_unwind(AssertUnwindSafe(copy)).ok()
}
