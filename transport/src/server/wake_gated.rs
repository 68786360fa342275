//! What rarely happens to a connection, polled only when it has happened.
//!
//! A connection's task is woken for every request. To ask a cancellation token each time takes locks that all
//! connections share; a waker of its own says when there is something to ask.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::{Stream, task::AtomicWaker};

/// A stream that is polled after it was woken, however often its task is.
pub(super) struct WakeGated<S> {
    stream: S,
    gate: Arc<Gate>,
    /// Opens the gate.
    waker: Waker,
}

struct Gate {
    is_woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Gate {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl<S: Stream + Unpin> WakeGated<S> {
    pub(super) fn new(stream: S) -> Self {
        let gate = Arc::new(Gate { is_woken: AtomicBool::new(true), task: AtomicWaker::new() });
        Self { stream, waker: Arc::clone(&gate).into(), gate }
    }
}

impl<S: Stream + Unpin> Stream for WakeGated<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Self { stream, gate, waker } = &mut *self;
        // Registered before the gate is looked at, so that none is missed.
        gate.task.register(cx.waker());
        if !gate.is_woken.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }

        let polled = Pin::new(stream).poll_next(&mut Context::from_waker(waker));
        if polled.is_ready() {
            // Who was ready has not said when to ask again.
            gate.is_woken.store(true, Ordering::Release);
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::{FutureExt, StreamExt, stream};
    use tokio_util::sync::CancellationToken;

    use super::*;

    #[test]
    fn it_is_asked_only_when_it_was_woken() {
        let tokens = [CancellationToken::new(), CancellationToken::new()];
        let asked = Cell::new(0);
        let mut ends = Box::pin(stream::iter(&tokens).then(|token| token.cancelled()));
        let counting = stream::poll_fn(|cx| {
            asked.set(asked.get() + 1);
            ends.as_mut().poll_next(cx)
        });
        let mut wake_gated = WakeGated::new(counting);

        for _ in 0..10 {
            assert_eq!(wake_gated.next().now_or_never(), None);
        }
        assert_eq!(asked.get(), 1);

        tokens[0].cancel();
        assert_eq!(wake_gated.next().now_or_never(), Some(Some(())));
        assert_eq!(wake_gated.next().now_or_never(), None, "the second one is to come");
        tokens[1].cancel();
        assert_eq!(wake_gated.next().now_or_never(), Some(Some(())));
        assert_eq!(wake_gated.next().now_or_never(), Some(None));
        assert_eq!(asked.get(), 5);
    }
}
