//! Bodies of responses: most are whole in memory, and need no box to be sent from.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body as Boxed, HttpBody},
    http::{HeaderMap, header},
};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

#[derive(Debug)]
pub enum Body {
    /// Sent as it is: the second piece after the first, each of which may be empty.
    Whole(Bytes, Bytes),
    Boxed(Boxed),
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
    use super::*;

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
