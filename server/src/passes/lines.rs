//! Lines: of those who ask by the same name one is served at a time, and few wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OwnedMutexGuard;

/// How many of a line there are at most, the one included who is served.
const LONGEST: usize = 4;

/// Names from which those are looked for that no client waits by any more.
const MANY: usize = 1_024;

type Turns = HashMap<String, Arc<tokio::sync::Mutex<()>>>;

#[derive(Default)]
pub(super) struct Lines(Mutex<Turns>);

impl Lines {
    /// Waits for the turn of this name, which is over when it is dropped; `None` where too many wait.
    pub(super) async fn turn(&self, name: &str) -> Option<OwnedMutexGuard<()>> {
        let line = {
            let mut turns = self.turns();
            if turns.len() >= MANY {
                turns.retain(|_, line| Arc::strong_count(line) > 1);
            }
            let line = turns.entry(name.to_owned()).or_default();
            // One is kept here, and each who waits or is served has one.
            if Arc::strong_count(line) > LONGEST {
                return None;
            }
            Arc::clone(line)
        };
        Some(line.lock_owned().await)
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test]
    async fn one_of_a_name_is_served_at_a_time_few_wait_and_others_do_not() {
        let lines = Lines::default();
        let first = lines.turn("ana").await.expect("nobody is there");
        let mut waiting: Vec<_> = (1..LONGEST).map(|_| lines.turn("ana").boxed()).collect();
        for one in &mut waiting {
            assert!(one.now_or_never().is_none(), "it is not their turn");
        }

        assert!(lines.turn("ana").await.is_none(), "the line is full");
        assert!(lines.turn("ben").await.is_some());

        drop(first);
        waiting.clear();
        assert!(lines.turn("ana").await.is_some());
    }

    #[tokio::test]
    async fn names_that_nobody_waits_by_are_forgotten() {
        let lines = Lines::default();
        let turns = join_all((0..MANY + 10).map(|name| {
            let lines = &lines;
            async move { drop(lines.turn(&name.to_string()).await) }
        }));
        turns.await;

        assert!(lines.turns().len() <= MANY, "{}", lines.turns().len());
    }
}
