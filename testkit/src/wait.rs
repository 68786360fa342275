//! Waiting: on a condition, with a deadline, never for a time.

use std::{future::Future, time::Duration};

use tokio::time::Instant;

/// Long enough for a very busy machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

const PERIOD: Duration = Duration::from_millis(10);

/// Waits until `condition` holds.
///
/// # Panics
/// When it does not hold within `deadline`.
pub async fn eventually<F: Future<Output = bool>>(deadline: Duration, what: &str, mut condition: impl FnMut() -> F) {
    eventually_some(deadline, what, || {
        let holds = condition();
        async { holds.await.then_some(()) }
    })
    .await;
}

/// Waits until `find` finds something, and returns it.
///
/// # Panics
/// When it finds nothing within `deadline`.
pub async fn eventually_some<T, F: Future<Output = Option<T>>>(
    deadline: Duration,
    what: &str,
    mut find: impl FnMut() -> F,
) -> T {
    let until = Instant::now() + deadline;
    loop {
        if let Some(found) = find().await {
            return found;
        }
        assert!(Instant::now() < until, "not within {deadline:?}: {what}");
        tokio::time::sleep(PERIOD).await;
    }
}

/// Waits until `holds`, where that can be seen at once.
///
/// # Panics
/// When it does not hold within [`PATIENCE`].
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    eventually(PATIENCE, what, || std::future::ready(holds())).await;
}
