//! Patience: how long a client waits for what it asked for, so that nothing happens that it was told did not.
//!
//! An instance that is stopped in the middle of a request and goes on later would commit what its client has long given
//! up, and has perhaps asked for elsewhere. What such a client waits for is rolled back instead.

use std::time::{Duration, Instant};

tokio::task_local! {
    static SINCE: Instant;
}

/// Runs what a client waits for from now on.
pub async fn awaited<F: Future>(work: F) -> F::Output {
    SINCE.scope(Instant::now(), work).await
}

/// Since when a client has been waiting for what this task does; `None` where none does.
pub fn since() -> Option<Instant> {
    SINCE.try_with(|since| *since).ok()
}

/// Whether a client that has waited since then has given up.
pub fn is_over(since: Option<Instant>, patience: Duration) -> bool {
    since.is_some_and(|since| since.elapsed() >= patience)
}
