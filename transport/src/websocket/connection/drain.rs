//! The drain as one socket waits for it.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Whether the server drains, asked for at every turn of a socket.
pub(super) struct Drain {
    begun: CancellationToken,
    /// Wakes the socket's task. Once it does it need not be polled again, which would take a lock of all sockets twice.
    wakes: Pin<Box<WaitForCancellationFutureOwned>>,
    is_armed: bool,
}

impl Drain {
    pub(super) fn new(begun: &CancellationToken) -> Self {
        Self { begun: begun.clone(), wakes: Box::pin(begun.clone().cancelled_owned()), is_armed: false }
    }

    pub(super) fn poll_begun(&mut self, cx: &mut Context<'_>) -> bool {
        if self.is_armed {
            return self.begun.is_cancelled();
        }
        self.is_armed = true;
        self.wakes.as_mut().poll(cx) == Poll::Ready(())
    }
}
