//! Supervision: keeps the program's tasks running, and ends them in order.
//!
//! A task runs until its token is cancelled. One that fails, panics or returns early is logged, counted and started again
//! after a wait that grows; while it waits, and until it has run for a while, it counts as restarting. A vital task
//! cannot be started again: its end ends the program.
//!
//! Invariant: every task of the program is known here, and none outlives `finish`.

use std::{
    collections::BTreeMap,
    fmt::Display,
    future::Future,
    panic::AssertUnwindSafe,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How fast a task is started again.
#[derive(Debug, Clone, Copy)]
struct Pace {
    first_wait: Duration,
    longest_wait: Duration,
    /// A task that has run this long is well again.
    steady_after: Duration,
}

const PACE: Pace = Pace {
    first_wait: Duration::from_millis(100),
    longest_wait: Duration::from_secs(10),
    steady_after: Duration::from_secs(10),
};

/// The tasks of one program.
#[derive(Debug, Clone)]
pub(crate) struct Supervisor {
    pace: Pace,
    tasks: TaskTracker,
    states: Arc<Mutex<BTreeMap<&'static str, State>>>,
    stop: CancellationToken,
    fatal: CancellationToken,
}

/// What is known of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) restarts: u32,
    /// Why it is not running as it should; `None` while it is.
    pub(crate) trouble: Option<String>,
}

impl Supervisor {
    /// A supervisor whose tasks end when `stop` is cancelled, and that cancels `fatal` when a vital task ends.
    pub(crate) fn new(stop: CancellationToken, fatal: CancellationToken) -> Self {
        Self { pace: PACE, tasks: TaskTracker::new(), states: Arc::default(), stop, fatal }
    }

    /// Runs the task that `start` makes, and makes a new one whenever it ends before the stop.
    pub(crate) fn keep<Task, Fut, Out>(&self, name: &'static str, start: Task)
    where
        Task: Fn(CancellationToken) -> Fut + Send + 'static,
        Fut: Future<Output = Out> + Send + 'static,
        Out: Outcome,
    {
        self.note(name, |_| {});
        // A first restart shows as an increase.
        let restarts = metrics::counter!("matchday_task_restarts_total", "task" => name);
        restarts.increment(0);
        let supervisor = self.clone();
        self.tasks.spawn(async move {
            let pace = supervisor.pace;
            let mut wait = pace.first_wait;
            loop {
                let started = Instant::now();
                let ended = supervisor.watch(name, start(supervisor.stop.clone())).await;
                if supervisor.stop.is_cancelled() {
                    return;
                }
                if started.elapsed() >= pace.steady_after {
                    wait = pace.first_wait;
                }
                tracing::error!(task = name, trouble = ended, again_in = ?wait, "a task ended and is restarted");
                restarts.increment(1);
                supervisor.note(name, |state| {
                    state.restarts = state.restarts.saturating_add(1);
                    state.trouble = Some(ended);
                });
                if supervisor.stop.run_until_cancelled(sleep(wait)).await.is_none() {
                    return;
                }
                wait = (wait * 2).min(pace.longest_wait);
            }
        });
    }

    /// Keeps a task running that is a method of something shared, such as `Hub::run`.
    pub(crate) fn keep_on<T, Task, Out>(&self, name: &'static str, on: &Arc<T>, task: Task)
    where
        T: Send + Sync + 'static,
        Task: for<'a> TaskOn<'a, T, Out> + Copy + Send + 'static,
        Out: Outcome + 'static,
    {
        let on = Arc::clone(on);
        self.keep(name, move |stop| {
            let on = Arc::clone(&on);
            async move { boxed(task, &on, stop).await }
        });
    }

    /// Runs a task that holds what cannot be made again: its early end stops the program.
    pub(crate) fn keep_vital<Fut, Out>(&self, name: &'static str, task: Fut)
    where
        Fut: Future<Output = Out> + Send + 'static,
        Out: Outcome,
    {
        self.note(name, |_| {});
        let supervisor = self.clone();
        self.tasks.spawn(async move {
            let ended = supervisor.watch(name, task).await;
            if !supervisor.stop.is_cancelled() {
                tracing::error!(task = name, trouble = ended, "a task ended that cannot be restarted; stopping");
                supervisor.note(name, |state| state.trouble = Some(ended));
                supervisor.fatal.cancel();
            }
        });
    }

    /// The tasks as they stand.
    pub(crate) fn states(&self) -> BTreeMap<&'static str, State> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the tasks and waits for them, up to `patience`. True if all of them ended.
    pub(crate) async fn finish(&self, patience: Duration) -> bool {
        self.stop.cancel();
        self.tasks.close();
        timeout(patience, self.tasks.wait()).await.is_ok()
    }

    /// Runs a task to its end and says how it ended. Once it has run steadily, its trouble is over.
    async fn watch<Out: Outcome>(&self, name: &'static str, task: impl Future<Output = Out>) -> String {
        let mut task = pin!(AssertUnwindSafe(task).catch_unwind());
        let ended = match timeout(self.pace.steady_after, &mut task).await {
            Ok(ended) => ended,
            Err(_) => {
                self.note(name, |state| state.trouble = None);
                task.await
            }
        };
        match ended {
            Ok(outcome) => outcome.trouble().unwrap_or_else(|| "it ended before the shutdown".to_owned()),
            Err(panic) => format!("it panicked: {}", panic_text(panic.as_ref())),
        }
    }

    fn note(&self, name: &'static str, change: impl FnOnce(&mut State)) {
        change(self.states.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default());
    }
}

/// A task that borrows what it runs on.
pub(crate) trait TaskOn<'a, T: 'a, Out>: Fn(&'a T, CancellationToken) -> Self::Running {
    type Running: Future<Output = Out> + Send + 'a;
}

impl<'a, T: 'a, Out, Task, Running> TaskOn<'a, T, Out> for Task
where
    Task: Fn(&'a T, CancellationToken) -> Running,
    Running: Future<Output = Out> + Send + 'a,
{
    type Running = Running;
}

/// The running task as one type, whatever it borrows.
fn boxed<'a, T, Out>(task: impl TaskOn<'a, T, Out>, on: &'a T, stop: CancellationToken) -> BoxFuture<'a, Out> {
    task(on, stop).boxed()
}

/// How a task may end: with nothing to tell, or with an error.
pub(crate) trait Outcome: Send {
    fn trouble(self) -> Option<String>;
}

impl Outcome for () {
    fn trouble(self) -> Option<String> {
        None
    }
}

impl<E: Display + Send> Outcome for Result<(), E> {
    fn trouble(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use testkit::wait::until;

    use super::*;

    const BRIEF: Duration = Duration::from_millis(2);

    fn supervisor() -> (Supervisor, CancellationToken) {
        let fatal = CancellationToken::new();
        let pace = Pace { first_wait: BRIEF, longest_wait: 4 * BRIEF, steady_after: 100 * BRIEF };
        (Supervisor { pace, ..Supervisor::new(CancellationToken::new(), fatal.clone()) }, fatal)
    }

    /// A task that fails in its first runs, each in its own way, then runs until the stop.
    fn troubled(supervisor: &Supervisor) -> Arc<AtomicU32> {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        supervisor.keep("troubled", move |stop| {
            let run = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                match run {
                    0 => return Err("the broker is away"),
                    1 => panic!("out of luck"),
                    2 => return Ok(()),
                    _ => stop.cancelled().await,
                }
                Ok(())
            }
        });
        runs
    }

    #[tokio::test]
    async fn a_task_that_fails_panics_or_returns_is_started_again() {
        let (supervisor, fatal) = supervisor();
        let runs = troubled(&supervisor);

        until("three failures and a success", || runs.load(Ordering::SeqCst) == 4).await;

        let state = supervisor.states()["troubled"].clone();
        assert_eq!(state.restarts, 3);
        assert_eq!(state.trouble.as_deref(), Some("it ended before the shutdown"));
        assert!(!fatal.is_cancelled());
        assert!(supervisor.finish(Duration::from_secs(30)).await);
    }

    #[tokio::test]
    async fn a_task_that_runs_steadily_again_is_no_longer_in_trouble() {
        let (supervisor, _fatal) = supervisor();
        troubled(&supervisor);

        until("it is troubled", || supervisor.states()["troubled"].trouble.is_some()).await;
        until("it is well again", || supervisor.states()["troubled"].trouble.is_none()).await;

        assert_eq!(supervisor.states()["troubled"].restarts, 3);
    }

    #[tokio::test]
    async fn a_task_that_keeps_failing_is_tried_for_as_long_as_the_program_runs() {
        let (supervisor, _fatal) = supervisor();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        supervisor.keep("hopeless", move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Err::<(), _>("no") }
        });

        until("eight runs", || runs.load(Ordering::SeqCst) >= 8).await;

        assert!(supervisor.finish(Duration::from_secs(30)).await);
        assert_eq!(supervisor.states()["hopeless"].trouble.as_deref(), Some("no"));
    }

    #[tokio::test]
    async fn the_end_of_a_vital_task_stops_the_program() {
        let (supervisor, fatal) = supervisor();
        supervisor.keep_vital("desk", async {});

        timeout(Duration::from_secs(30), fatal.cancelled()).await.expect("the program is told");

        assert!(supervisor.states()["desk"].trouble.is_some());
    }

    #[tokio::test]
    async fn a_stop_ends_every_task_and_is_no_trouble() {
        let (supervisor, fatal) = supervisor();
        supervisor.keep("patient", |stop| async move { stop.cancelled().await });
        let stop = supervisor.stop.clone();
        supervisor.keep_vital("desk", async move { stop.cancelled().await });

        assert!(supervisor.finish(Duration::from_secs(30)).await);

        assert!(supervisor.states().values().all(|state| *state == State::default()));
        assert!(!fatal.is_cancelled());
    }

    #[tokio::test]
    async fn a_task_that_will_not_stop_is_reported() {
        let (supervisor, _fatal) = supervisor();
        supervisor.keep("stubborn", |_| std::future::pending::<()>());

        assert!(!supervisor.finish(BRIEF).await);
    }
}
