//! Tasks of connections: spawned where the connection server waits for their end.

use tokio_util::task::TaskTracker;

/// What a socket's task is spawned on, handed along with the request that opens it.
#[derive(Clone)]
pub(crate) struct Tasks(TaskTracker);

impl Tasks {
    pub(crate) fn of(tracker: &TaskTracker) -> Self {
        Self(tracker.clone())
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(task);
    }
}
