//! Answers' bodies: they keep their request running until they are sent or dropped.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Bytes, HttpBody},
    http::HeaderMap,
};
use futures_util::{FutureExt, future::BoxFuture};
use hyper::body::{Frame, SizeHint};

use crate::{
    body::{Body, Pair, alone, is_stream},
    occupancy::quotas::Claim,
    server::{
        activity::{Activity, FORESEEN_BYTES, Running},
        multiplexed::{PIECE_BYTES, Taking},
    },
};

/// What an answer counts that does not know its length, because it is compressed while it is sent.
const COMPRESSED_BYTES: usize = 256 * 1024;

pub(super) struct AnswerBody {
    body: Body,
    /// Of a connection with many requests at a time.
    taken: Option<Taken>,
    running: Running,
    _claim: Option<Claim>,
}

/// An answer that is handed over in pieces, and watched.
struct Taken {
    taking: Arc<Taking>,
    /// Of a piece that was larger.
    rest: Bytes,
    /// Bytes that the client has still to take: all that the body could say, or of a stream the piece that is held, and
    /// what the operation keeps that has to wait for it.
    owed: usize,
    stream: Option<Pulled>,
}

/// A stream's next piece.
#[derive(Default)]
struct Pulled {
    /// Whether it is being made, which nothing holds up.
    is_begun: bool,
    /// What is waited for before it is.
    room: Option<BoxFuture<'static, ()>>,
}

impl AnswerBody {
    /// `claim` is what its client occupies meanwhile.
    pub(super) fn new(headers: &HeaderMap, body: Body, running: Running, claim: Option<Claim>) -> Self {
        let taking = Taking::here();
        let is_stream = body.size_hint().exact().is_none() && is_stream(headers);
        if is_stream || taking.is_some() {
            running.connection().is_endless();
        }
        let taken = taking.map(|taking| {
            taking.answered(running.connection(), is_stream);
            let owed = match body.size_hint().exact() {
                Some(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
                None if is_stream => FORESEEN_BYTES,
                None => COMPRESSED_BYTES,
            };
            running.connection().owes(owed);
            Taken { taking, rest: Bytes::new(), owed, stream: is_stream.then(Pulled::default) }
        });
        Self { body, taken, running, _claim: claim }
    }
}

impl Taken {
    /// Waits until a stream may make its next piece: its client has taken the one before, and enough of what else it was
    /// answered on the connection.
    fn poll_begun(&mut self, connection: &Arc<Activity>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(()) };
        if !stream.is_begun {
            connection.owes_no_more(std::mem::take(&mut self.owed));
            let waiting = || {
                let connection = Arc::clone(connection);
                async move { drop(connection.room().await) }.boxed()
            };
            ready!(stream.room.get_or_insert_with(waiting).poll_unpin(cx));
            *stream = Pulled { is_begun: true, room: None };
        }
        Poll::Ready(())
    }

    /// Takes a piece over from the body.
    fn hold(&mut self, connection: &Arc<Activity>, piece: Bytes) {
        if let Some(stream) = &mut self.stream {
            stream.is_begun = false;
            self.owed = piece.len().max(FORESEEN_BYTES);
            connection.owes(self.owed);
        }
        self.rest = piece;
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        if let Some(taken) = &self.taken {
            self.running.connection().owes_no_more(taken.owed);
        }
    }
}

impl HttpBody for AnswerBody {
    type Data = Pair;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Pair>, axum::Error>>> {
        let Self { body, taken, running, .. } = &mut *self;
        let Some(taken) = taken else {
            return body.poll_together(cx);
        };
        if taken.rest.is_empty() {
            let begun = taken.poll_begun(running.connection(), cx);
            let frame = if begun.is_ready() { Pin::new(body).poll_frame(cx) } else { Poll::Pending };
            match frame {
                Poll::Pending => {
                    taken.taking.owes();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(frame))) if frame.is_data() => {
                    taken.hold(running.connection(), frame.into_data().unwrap_or_default());
                }
                Poll::Ready(other) => return Poll::Ready(other.map(|frame| frame.map(|frame| frame.map_data(alone)))),
            }
        }
        taken.taking.handed();
        let piece = taken.rest.split_to(taken.rest.len().min(PIECE_BYTES));
        Poll::Ready(Some(Ok(Frame::data(alone(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.taken.as_ref().is_none_or(|taken| taken.rest.is_empty()) && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.taken.as_ref().map_or(0, |taken| taken.rest.len());
        let rest = u64::try_from(rest).unwrap_or(u64::MAX);
        let mut hint = self.body.size_hint();
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}
