//! Bodies of requests: what a client sends after its header, bounded in bytes and in time on every route.
//!
//! Invariant: no request waits for a body longer than its time, and none is read beyond its bytes, whatever the route
//! does with it.

use std::{
    error::Error,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    BoxError,
    body::{Bytes, HttpBody},
    http::StatusCode,
};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::config::Config;

/// What a piece counts at least: a body in pieces of one byte takes many times its bytes in memory.
const PIECE_BYTES: u64 = 64;

/// How much of a body is read, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    bytes: u64,
    time: Duration,
}

/// Why a body was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("The body is larger than {0} bytes.")]
    TooLarge(u64),
    #[error("The body did not arrive within {0} ms.")]
    TooLate(u128),
    #[error("The body ended early.")]
    Broken(#[source] BoxError),
}

/// What became of a body, for who only sees the answer.
#[derive(Default)]
pub(crate) struct BodyOutcome(AtomicU8);

pub(crate) struct LimitedBody<B> {
    body: B,
    bounds: Bounds,
    left: u64,
    /// Runs from the first time that the body was waited for; most are there with their header.
    late: Option<Pin<Box<Sleep>>>,
    outcome: Option<Arc<BodyOutcome>>,
}

impl Bounds {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            bytes: u64::try_from(config.http.max_body_bytes).unwrap_or(u64::MAX),
            time: config.connections.body_read_timeout(),
        }
    }
}

impl BodyError {
    /// What is said of this error, or of what caused it, if it is one of ours.
    pub(crate) fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
    }
}

impl BodyOutcome {
    const LARGE: u8 = 1;
    const LATE: u8 = 2;

    /// The status and the words for a body that was out of bounds.
    pub(crate) fn refusal(&self, bounds: Bounds) -> Option<(StatusCode, String)> {
        match self.0.load(Ordering::Relaxed) {
            Self::LARGE => Some((StatusCode::PAYLOAD_TOO_LARGE, BodyError::TooLarge(bounds.bytes).to_string())),
            Self::LATE => Some((StatusCode::REQUEST_TIMEOUT, BodyError::TooLate(bounds.time.as_millis()).to_string())),
            _ => None,
        }
    }

    fn is(&self, outcome: u8) {
        self.0.store(outcome, Ordering::Relaxed);
    }
}

impl<B> LimitedBody<B> {
    pub(crate) fn new(body: B, bounds: Bounds) -> Self {
        Self { body, bounds, left: bounds.bytes, late: None, outcome: None }
    }

    /// Also notes in `outcome` what became of it.
    pub(crate) fn noting(self, outcome: Arc<BodyOutcome>) -> Self {
        Self { outcome: Some(outcome), ..self }
    }

    fn refuse(&self, why: u8, error: BodyError) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some(outcome) = &self.outcome {
            outcome.is(why);
        }
        Poll::Ready(Some(Err(error)))
    }
}

impl<B> HttpBody for LimitedBody<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Bounds { bytes, time } = self.bounds;
        if self.left == bytes && self.body.size_hint().lower() > bytes {
            return self.refuse(BodyOutcome::LARGE, BodyError::TooLarge(bytes));
        }
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(BodyError::Broken(error.into())))),
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let length = u64::try_from(length).unwrap_or(u64::MAX);
                // The last of many pieces may be as short as it likes.
                let counted = if length == self.left { length } else { length.max(PIECE_BYTES) };
                match self.left.checked_sub(counted) {
                    Some(left) => self.left = left,
                    None if length <= self.left && self.body.is_end_stream() => self.left = 0,
                    None => return self.refuse(BodyOutcome::LARGE, BodyError::TooLarge(bytes)),
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Pending => {
                let late = self.late.get_or_insert_with(|| Box::pin(sleep(time)));
                match late.as_mut().poll(cx) {
                    Poll::Ready(()) => self.refuse(BodyOutcome::LATE, BodyError::TooLate(time.as_millis())),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
