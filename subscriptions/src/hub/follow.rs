//! Followers: what each has not seen yet, as bits, and the newest states taken at their own pace.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use book::match_state::MatchState;
use futures_util::task::AtomicWaker;

use super::{Hub, LastChange};

const BITS: usize = 64;

/// The slots of one follower that have something new.
///
/// Invariant: the last bit stands for every slot beyond, and is itself never a slot's.
pub(super) struct Marks {
    /// Most follow one match or few: what a mark of theirs touches lies in one place.
    first: AtomicU64,
    further: Box<[AtomicU64]>,
    woken: AtomicWaker,
}

impl Marks {
    pub(super) fn new(slots: usize) -> Self {
        let further = (0..slots / BITS).map(|_| AtomicU64::new(0)).collect();
        Self { first: AtomicU64::new(0), further, woken: AtomicWaker::new() }
    }

    fn count(&self) -> usize {
        1 + self.further.len()
    }

    fn word(&self, index: usize) -> &AtomicU64 {
        index.checked_sub(1).map_or(&self.first, |index| &self.further[index])
    }

    /// Wakes the follower unless it owes a look already: it sleeps only while nothing is marked.
    pub(super) fn mark(&self, slot: usize) {
        let slot = slot.min(self.count() * BITS - 1);
        let before = self.word(slot / BITS).fetch_or(1 << (slot % BITS), Ordering::AcqRel);
        if before == 0 {
            self.woken.wake();
        }
    }

    /// Takes a mark, the first at or after `turn` where there is one, so that none waits for ever behind busier ones.
    fn take(&self, turn: usize) -> Option<usize> {
        let (count, first) = (self.count(), turn / BITS);
        let later = u64::MAX << (turn % BITS);
        let look = |index: usize, of: u64| {
            let index = index % count;
            let bits = self.word(index).load(Ordering::Acquire) & of;
            (bits != 0).then(|| {
                let bit = bits & bits.wrapping_neg();
                self.word(index).fetch_and(!bit, Ordering::AcqRel);
                index * BITS + bit.trailing_zeros() as usize
            })
        };
        look(first, later).or_else(|| (first + 1..=first + count).find_map(|index| look(index, u64::MAX)))
    }

    fn is_empty(&self) -> bool {
        (0..self.count()).all(|index| self.word(index).load(Ordering::Acquire) == 0)
    }
}

/// A match that is followed, and its version that the follower was given last.
pub(super) struct Slot {
    pub(super) last_change: Arc<LastChange>,
    pub(super) seen: Option<i32>,
}

/// A state that a follower has not seen.
pub struct Update {
    pub state: Arc<MatchState>,
    /// When the process was told of it; `None` where it was so before the follower came.
    pub since: Option<Instant>,
}

/// A subscriber who follows matches. Dropped, it leaves the hub.
pub struct Follower {
    pub(super) hub: Arc<Hub>,
    pub(super) id: u64,
    pub(super) marks: Arc<Marks>,
    pub(super) slots: Vec<Slot>,
    pub(super) is_everywhere: bool,
    /// The slot that is looked at first.
    pub(super) turn: usize,
    /// Nanoseconds since the hub was made.
    pub(super) joined: u64,
}

impl Follower {
    /// The newest state of a match of which an older one, or none, was returned before.
    pub async fn next(&mut self) -> Update {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As `next`.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Update> {
        loop {
            while let Some(slot) = self.marks.take(self.turn) {
                if let Some(update) = self.look(slot) {
                    return Poll::Ready(update);
                }
            }
            self.marks.woken.register(cx.waker());
            // What was marked before the waker was there has woken no follower.
            if self.marks.is_empty() {
                return Poll::Pending;
            }
        }
    }

    fn look(&mut self, slot: usize) -> Option<Update> {
        let Some(of) = self.slots.get_mut(slot) else {
            self.follow_new_matches();
            return None;
        };
        self.turn = slot + 1;
        let state = self.hub.state(of.last_change.number)?;
        let seen = of.seen.replace(state.version);
        if let Some(seen) = seen {
            if seen >= state.version {
                of.seen = Some(seen);
                return None;
            }
            let skipped = state.version - seen - 1;
            if skipped > 0 {
                self.hub.conflated.increment(u64::try_from(skipped).unwrap_or(0));
            }
        }
        let changed_at = of.last_change.at.load(Ordering::Acquire);
        let since = (changed_at > self.joined).then(|| self.hub.begun + Duration::from_nanos(changed_at));

        Some(Update { state, since })
    }

    /// Matches have come for which there are no slots.
    fn follow_new_matches(&mut self) {
        let seen: HashMap<i32, i32> =
            self.slots.iter().filter_map(|slot| Some((slot.last_change.number, slot.seen?))).collect();
        *self = self.hub.follow(&[], &seen);
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.hub.leave(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(marks: &Marks, turn: usize) -> Vec<usize> {
        let mut turn = turn;
        std::iter::from_fn(|| {
            let slot = marks.take(turn)?;
            turn = slot + 1;
            Some(slot)
        })
        .collect()
    }

    #[test]
    fn marks_are_taken_once_in_turns() {
        let marks = Marks::new(200);
        for slot in [3, 63, 64, 130, 199, 3] {
            marks.mark(slot);
        }

        assert_eq!(taken(&marks, 64), [64, 130, 199, 3, 63]);
        assert!(marks.is_empty());
    }

    #[test]
    fn a_slot_that_is_always_marked_anew_does_not_hold_up_the_others() {
        let marks = Marks::new(64);
        marks.mark(5);
        let mut turn = 0;
        let mut seen = Vec::new();
        for _ in 0..2 {
            marks.mark(0);
            let slot = marks.take(turn).expect("one is marked");
            turn = slot + 1;
            seen.push(slot);
        }

        assert_eq!(seen, [0, 5]);
    }

    #[test]
    fn slots_beyond_the_last_share_a_mark_that_is_nobodys() {
        for slots in [0, 1, 63, 64, 65] {
            let marks = Marks::new(slots);
            marks.mark(slots + 1_000);

            assert!(marks.take(0).is_some_and(|slot| slot >= slots), "{slots}");
        }
    }
}
