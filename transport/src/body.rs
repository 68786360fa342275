//! Bodies of responses: most are whole in memory, and need no box to be sent from.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body as Boxed, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

#[derive(Debug)]
pub enum Body {
    Whole(Bytes),
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
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Boxed(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            Self::Boxed(body) => body.size_hint(),
        }
    }
}
