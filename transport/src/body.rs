//! Bodies of responses: most are whole in memory, and need no box to be sent from.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body as Boxed, HttpBody},
    http::{HeaderMap, header},
};
use bytes::{Buf as _, Bytes, buf::Chain};
use hyper::body::{Frame, SizeHint};

#[derive(Debug)]
pub enum Body {
    /// Sent as it is: the second piece after the first, each of which may be empty.
    Whole(Bytes, Bytes),
    Boxed(Boxed),
}

/// Two pieces that are sent by one call.
pub(crate) type Pair = Chain<Bytes, Bytes>;

/// A piece without another.
pub(crate) fn alone(piece: Bytes) -> Pair {
    piece.chain(Bytes::new())
}

impl Body {
    /// The next frame, of a body in memory all of it: hyper would send a large first piece before it asks for a second.
    pub(crate) fn poll_together(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Pair>, axum::Error>>> {
        match self {
            Self::Whole(first, second) => {
                let whole = std::mem::take(first).chain(std::mem::take(second));
                Poll::Ready(whole.has_remaining().then(|| Ok(Frame::data(whole))))
            }
            Self::Boxed(body) => {
                let frame = ready!(Pin::new(body).poll_frame(cx));
                Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(alone))))
            }
        }
    }
}

impl From<Boxed> for Body {
    fn from(body: Boxed) -> Self {
        Self::Boxed(body)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut *self {
            Self::Whole(first, second) => {
                let next = if first.is_empty() { second } else { first };
                let next = std::mem::take(next);
                Poll::Ready((!next.is_empty()).then(|| Ok(Frame::data(next))))
            }
            Self::Boxed(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(first, second) => first.is_empty() && second.is_empty(),
            Self::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(first, second) => {
                SizeHint::with_exact(u64::try_from(first.len() + second.len()).unwrap_or(u64::MAX))
            }
            Self::Boxed(body) => body.size_hint(),
        }
    }
}

/// Whether an answer ends only when what it tells of does.
pub(crate) fn is_stream(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).map_or(&[][..], |media| media.as_bytes());
    [&b"text/event-stream"[..], b"multipart/mixed"].iter().any(|stream| media.starts_with(stream))
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, io::IoSlice};

    use super::*;

    #[tokio::test]
    async fn what_is_in_memory_leaves_by_one_call() {
        let mut body = Body::Whole(Bytes::from_static(b"kept"), Bytes::from_static(b" and told"));

        let frame = poll_fn(|cx| body.poll_together(cx)).await.expect("there is one").expect("it is in memory");
        let rest = poll_fn(|cx| body.poll_together(cx)).await;

        let pair = frame.into_data().expect("it is data");
        let mut slices = [IoSlice::new(&[]); 4];
        assert_eq!(pair.chunks_vectored(&mut slices), 2);
        assert_eq!([&*slices[0], &*slices[1]], [&b"kept"[..], b" and told"]);
        assert!(rest.is_none() && body.is_end_stream());
    }

    #[tokio::test]
    async fn both_pieces_are_sent_whichever_is_empty() {
        for (first, second) in [("kept", ""), ("kept", " and told"), ("", "told"), ("", "")] {
            let body = Body::Whole(Bytes::from_static(first.as_bytes()), Bytes::from_static(second.as_bytes()));
            let size = body.size_hint().exact();
            assert_eq!(body.is_end_stream(), size == Some(0));

            let sent = axum::body::to_bytes(Boxed::new(body), usize::MAX).await.expect("it is in memory");

            assert_eq!(sent, format!("{first}{second}"));
            assert_eq!(size, u64::try_from(sent.len()).ok());
        }
    }
}
