//! The operations of one connection, taken in turns: a hot one waits until every other has been asked.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{FutureExt, Stream};

use crate::{
    gateway::Watch,
    occupancy::{gauges::GaugeGuard, quotas::ClaimPair},
    operation::{Operation, Output},
    streaming::meters::Reason,
};

#[derive(Default)]
pub(crate) struct Operations {
    slots: Vec<Slot>,
    turn: usize,
    /// Bytes of the operations that had no turn yet.
    unasked_bytes: usize,
    /// Bytes of those that had their first turn since the connection asked.
    begun_bytes: usize,
}

/// Bytes of operations that begin without a pause: they are judged then, and others' connections wait meanwhile.
const BEGUN_BYTES_MAX: usize = 8 * 1024;

/// Bytes of operations that may wait for their first turn: until then all that their client sent is kept.
pub(crate) const UNASKED_BYTES_MAX: usize = 64 * 1024;

pub(crate) struct Slot {
    pub(crate) id: Box<str>,
    /// What precedes each payload on the wire.
    pub(crate) prefix: Box<str>,
    pub(crate) operation: Operation,
    /// Of its caller, where that need not be the connection's.
    pub(crate) watch: Option<Watch>,
    /// Bytes that it was sent in; none once it had a turn.
    pub(crate) unasked_bytes: usize,
    pub(crate) _claims: ClaimPair,
    pub(crate) _gauge: GaugeGuard,
}

/// What became of the operation whose turn it was.
pub(crate) enum Turn<'a> {
    Output(&'a Slot, Output),
    /// By this id.
    Ended(Box<str>),
}

impl Operations {
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.slots.iter().any(|slot| &*slot.id == id)
    }

    /// Whether no further operation is to be taken before these had a turn.
    pub(crate) fn are_behind(&self) -> bool {
        self.unasked_bytes >= UNASKED_BYTES_MAX
    }

    /// Whether so much has begun that others have their turn before more does.
    pub(crate) fn have_begun_much(&mut self) -> bool {
        let is_much = self.begun_bytes >= BEGUN_BYTES_MAX;
        if is_much {
            self.begun_bytes = 0;
        }
        is_much
    }

    pub(crate) fn add(&mut self, slot: Slot) {
        self.unasked_bytes += slot.unasked_bytes;
        self.slots.push(slot);
    }

    /// Ends an operation as its client asks; `false` where none has this id.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let found = self.slots.iter().position(|slot| &*slot.id == id);
        if let Some(index) = found {
            self.remove_at(index).operation.ends_because(Reason::ClientEnded);
        }

        found.is_some()
    }

    /// Ends every subscription, for this reason, and returns their ids.
    pub(crate) fn end_subscriptions(&mut self, reason: Reason) -> Vec<Box<str>> {
        let ended = self.slots.extract_if(.., |slot| slot.operation.is_subscription());
        // What is known to be a subscription had a turn.
        let end = |mut slot: Slot| {
            slot.operation.ends_because(reason);
            slot.id
        };
        ended.map(end).collect()
    }

    /// Whether a drain may break off all that is left.
    pub(crate) fn may_begin_again(&self) -> bool {
        self.slots.iter().all(|slot| slot.operation.may_begin_again())
    }

    /// Whether the caller of one of them would not be let in any more.
    pub(crate) fn is_any_revoked(&mut self, cx: &mut Context<'_>) -> bool {
        let mut watches = self.slots.iter_mut().filter_map(|slot| slot.watch.as_mut());
        watches.any(|watch| watch.poll_unpin(cx).is_ready())
    }

    /// Ends all of them.
    pub(crate) fn take_all(&mut self, reason: Reason) -> Vec<Slot> {
        self.turn = 0;
        self.unasked_bytes = 0;
        let mut slots = std::mem::take(&mut self.slots);
        slots.iter_mut().for_each(|slot| slot.operation.ends_because(reason));
        slots
    }

    /// Gives each operation one chance, beginning after the last that had something to say.
    pub(crate) fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn<'_>> {
        let count = self.slots.len();
        for step in 0..count {
            let index = (self.turn + step) % count;
            let slot = &mut self.slots[index];
            let output = Pin::new(&mut slot.operation).poll_next(cx);
            let begun = std::mem::take(&mut slot.unasked_bytes);
            self.unasked_bytes -= begun;
            self.begun_bytes += begun;
            let Poll::Ready(output) = output else {
                continue;
            };
            return Poll::Ready(match output {
                Some(output) => {
                    self.turn = index + 1;
                    Turn::Output(&self.slots[index], output)
                }
                None => Turn::Ended(self.remove_at(index).id),
            });
        }

        Poll::Pending
    }

    /// Keeps the turn where it was, so that removals favour no operation.
    fn remove_at(&mut self, index: usize) -> Slot {
        if index < self.turn {
            self.turn -= 1;
        }
        let slot = self.slots.remove(index);
        self.unasked_bytes -= slot.unasked_bytes;
        slot
    }
}
