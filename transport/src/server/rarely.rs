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
pub(super) struct Rarely<S> {
    stream: S,
    bell: Arc<Bell>,
    /// Rings the bell.
    ringer: Waker,
}

struct Bell {
    rung: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl<S: Stream + Unpin> Rarely<S> {
    pub(super) fn new(stream: S) -> Self {
        let bell = Arc::new(Bell { rung: AtomicBool::new(true), task: AtomicWaker::new() });
        Self { stream, ringer: Arc::clone(&bell).into(), bell }
    }
}

impl<S: Stream + Unpin> Stream for Rarely<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Self { stream, bell, ringer } = &mut *self;
        // Registered before the bell is looked at, so that none is missed.
        bell.task.register(cx.waker());
        if !bell.rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }

        let polled = Pin::new(stream).poll_next(&mut Context::from_waker(ringer));
        if polled.is_ready() {
            // Who was ready has not said when to ask again.
            bell.rung.store(true, Ordering::Release);
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
        let mut rarely = Rarely::new(counting);

        for _ in 0..10 {
            assert_eq!(rarely.next().now_or_never(), None);
        }
        assert_eq!(asked.get(), 1);

        tokens[0].cancel();
        assert_eq!(rarely.next().now_or_never(), Some(Some(())));
        assert_eq!(rarely.next().now_or_never(), None, "the second one is to come");
        tokens[1].cancel();
        assert_eq!(rarely.next().now_or_never(), Some(Some(())));
        assert_eq!(rarely.next().now_or_never(), Some(None));
        assert_eq!(asked.get(), 5);
    }
}
