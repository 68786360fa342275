//! The stream of one connection: a TCP stream that notes what it receives and gives up on a peer that takes nothing.
//!
//! Invariant: what the connection occupies is given back when the stream is dropped, by HTTP or by a socket.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use crate::server::{ConnectionClaims, activity::Activity, handshake_names};

pub(super) struct Stream {
    tcp: TcpStream,
    activity: Arc<Activity>,
    send_timeout: Duration,
    /// Runs while the peer takes nothing; most connections never need it.
    stalled: Option<Pin<Box<Sleep>>>,
    _held: ConnectionClaims,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, activity: Arc<Activity>, send_timeout: Duration, held: ConnectionClaims) -> Self {
        Self { tcp, activity, send_timeout, stalled: None, _held: held }
    }

    /// Passes a write's result on, or fails once the peer has taken nothing for the whole send timeout.
    fn watched<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }

        let timeout = self.send_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(timeout)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Stream {
    /// Writes the answer that opens a socket, or what is left of it.
    fn open_socket(&mut self, cx: &mut Context<'_>, answer: &[u8]) -> Poll<io::Result<usize>> {
        let answer = handshake_names::in_usual_case(answer);
        let written = Pin::new(&mut self.tcp).poll_write(cx, &answer);
        if matches!(&written, Poll::Ready(Ok(length)) if answer[..*length].ends_with(b"\r\n\r\n")) {
            self.activity.has_opened_socket();
        }
        self.watched(cx, written)
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.tcp).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.received(&buffer.filled()[before..]);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.activity.is_opening_socket() {
            return self.open_socket(cx, bytes);
        }
        let written = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.watched(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.activity.is_opening_socket() {
            let first = slices.iter().find(|slice| !slice.is_empty()).map_or(&[][..], |slice| slice);
            return self.open_socket(cx, first);
        }
        let written = Pin::new(&mut self.tcp).poll_write_vectored(cx, slices);
        self.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
