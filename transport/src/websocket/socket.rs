//! Sockets: messages over an upgraded connection, written without a buffer and read without one that stays.
//!
//! A message leaves in one write; a long one from the pieces it has, so that a body shared by many is copied by the
//! kernel alone.
//! Invariant: at most one message waits for the connection, and nothing is kept of it that the connection has taken.

use std::{
    future::poll_fn,
    io::{self, IoSlice},
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, BufMut, Bytes};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::websocket::frames::{Head, Kind, Message, Reader, Violation};

/// Messages up to this size are put together on the stack: the kernel takes one piece faster than four.
const SHORT_BYTES: usize = 1024;

/// Bytes read at once. They lie on the stack, so that a socket that says nothing has no buffer.
const READ_BYTES: usize = 4 * 1024;

pub(super) struct Socket {
    io: TokioIo<Upgraded>,
    reader: Reader,
    unsent: Option<Box<Unsent>>,
}

/// Why nothing more can be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    Gone,
    Broken(Violation),
}

/// What the connection has not taken of a message.
struct Unsent {
    beginning: Bytes,
    body: Bytes,
    end: &'static [u8],
}

impl Socket {
    pub(super) fn new(io: Upgraded, message_bytes_max: usize) -> Self {
        Self { io: TokioIo::new(io), reader: Reader::new(message_bytes_max), unsent: None }
    }

    /// Ready once the connection has taken the last message.
    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(unsent) = &mut self.unsent else {
            return Poll::Ready(Ok(()));
        };
        while !unsent.is_empty() {
            let written = Pin::new(&mut self.io).poll_write_vectored(cx, &unsent.slices());
            unsent.advance(some(ready!(written)?)?);
        }
        self.unsent = None;

        Poll::Ready(Ok(()))
    }

    /// Sends a message of three pieces as far as the connection takes it; the socket must be ready.
    pub(super) fn start_send(
        &mut self,
        cx: &mut Context<'_>,
        kind: Kind,
        prefix: &[u8],
        body: Bytes,
        end: &'static [u8],
    ) -> io::Result<()> {
        let head = Head::new(kind, prefix.len() + body.len() + end.len());
        let head = head.as_ref();
        let pieces = [head, prefix, &body, end];
        let whole = pieces.iter().map(|piece| piece.len()).sum::<usize>();
        let io = Pin::new(&mut self.io);
        let mut short = [0; SHORT_BYTES];
        let written = if let Some(short) = short.get_mut(..whole) {
            let mut rest = &mut *short;
            for piece in pieces {
                rest.put_slice(piece);
            }
            io.poll_write(cx, short)
        } else {
            io.poll_write_vectored(cx, &pieces.map(IoSlice::new))
        };
        let written = match written {
            Poll::Ready(written) => some(written?)?,
            Poll::Pending => 0,
        };
        if written < whole {
            let mut unsent = Unsent { beginning: [head, prefix].concat().into(), body, end };
            unsent.advance(written);
            self.unsent = Some(Box::new(unsent));
        }
        Ok(())
    }

    /// Sends a message once the connection takes it, and waits until it has all of it.
    pub(super) async fn send(&mut self, kind: Kind, payload: Bytes) -> io::Result<()> {
        poll_fn(|cx| self.poll_ready(cx)).await?;
        poll_fn(|cx| Poll::Ready(self.start_send(cx, kind, &[], payload.clone(), &[]))).await?;
        poll_fn(|cx| self.poll_ready(cx)).await
    }

    /// The next message. After a violation it goes on with what can still be read, or reads on for nothing.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, Unreadable>> {
        loop {
            if let Some(message) = self.reader.next().map_err(Unreadable::Broken)? {
                return Poll::Ready(Ok(message));
            }
            let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
            let mut buffer = ReadBuf::uninit(&mut bytes);
            match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.reader.take(buffer.filled()),
                Ok(()) | Err(_) => return Poll::Ready(Err(Unreadable::Gone)),
            }
        }
    }
}

impl Unsent {
    fn is_empty(&self) -> bool {
        self.beginning.is_empty() && self.body.is_empty() && self.end.is_empty()
    }

    fn slices(&self) -> [IoSlice<'_>; 3] {
        [IoSlice::new(&self.beginning), IoSlice::new(&self.body), IoSlice::new(self.end)]
    }

    fn advance(&mut self, written: usize) {
        let of_beginning = written.min(self.beginning.len());
        self.beginning.advance(of_beginning);
        let of_body = (written - of_beginning).min(self.body.len());
        self.body.advance(of_body);
        self.end = &self.end[written - of_beginning - of_body..];
    }
}

/// A connection that takes nothing of what it was ready for never will.
fn some(written: usize) -> io::Result<usize> {
    if written == 0 { Err(io::ErrorKind::WriteZero.into()) } else { Ok(written) }
}
