//! The operations of one connection, taken in turns: a hot one waits until every other has been asked.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::Stream;

use crate::{
    operation::{Operation, Output},
    streaming::{PlacePair, meters::Raised},
};

#[derive(Default)]
pub(crate) struct Operations {
    slots: Vec<Slot>,
    turn: usize,
}

pub(crate) struct Slot {
    pub(crate) id: Box<str>,
    /// What precedes each payload on the wire.
    pub(crate) prefix: Box<str>,
    pub(crate) operation: Operation,
    pub(crate) _places: PlacePair,
    pub(crate) _counted: Raised,
}

/// What became of the operation whose turn it was.
pub(crate) enum Turn<'a> {
    Output(&'a Slot, Output),
    Ended(Slot),
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

    pub(crate) fn add(&mut self, slot: Slot) {
        self.slots.push(slot);
    }

    /// Ends an operation; `false` where none has this id.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let found = self.slots.iter().position(|slot| &*slot.id == id);
        if let Some(index) = found {
            self.remove_at(index);
        }

        found.is_some()
    }

    /// Ends every subscription and returns their ids.
    pub(crate) fn end_subscriptions(&mut self) -> Vec<Box<str>> {
        self.slots.extract_if(.., |slot| slot.operation.is_subscription()).map(|slot| slot.id).collect()
    }

    pub(crate) fn take_all(&mut self) -> Vec<Slot> {
        self.turn = 0;
        std::mem::take(&mut self.slots)
    }

    /// Gives each operation one chance, beginning after the last that had something to say.
    pub(crate) fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn<'_>> {
        let count = self.slots.len();
        for step in 0..count {
            let index = (self.turn + step) % count;
            let Poll::Ready(output) = Pin::new(&mut self.slots[index].operation).poll_next(cx) else {
                continue;
            };
            return Poll::Ready(match output {
                Some(output) => {
                    self.turn = index + 1;
                    Turn::Output(&self.slots[index], output)
                }
                None => Turn::Ended(self.remove_at(index)),
            });
        }

        Poll::Pending
    }

    /// Keeps the turn where it was, so that removals favour nobody.
    fn remove_at(&mut self, index: usize) -> Slot {
        if index < self.turn {
            self.turn -= 1;
        }
        self.slots.remove(index)
    }
}
