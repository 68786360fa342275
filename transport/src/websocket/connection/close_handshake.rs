//! The end of a socket: its last replies and a reason where the client still listens, at once where it does not.

use std::{
    future::poll_fn,
    io::{self, ErrorKind},
};

use bytes::Bytes;
use metrics::counter;
use tokio::time::timeout;

use crate::{
    streaming::Streaming,
    websocket::{
        close::Close,
        connection::{Connection, End},
        frames::{Kind, Message, Violation},
        socket::{Socket, Unreadable},
    },
};

impl Connection {
    pub(super) async fn part(mut self: Box<Self>, end: End) {
        drop(self.operations.take_all(end.reason()));
        let limit = self.streaming.limits.close_timeout();
        match end {
            End::Close(reason) => {
                let last_words = async {
                    for reply in self.replies.drain(..) {
                        self.socket.send(reply.kind, reply.payload).await?;
                    }
                    Ok::<(), io::Error>(())
                };
                let said = timeout(limit, last_words).await;
                if matches!(said, Ok(Ok(()))) {
                    close(self.socket, &reason, &self.streaming).await;
                }
            }
            End::Left(code) => {
                count_close("client");
                let echo = code.map_or_else(Bytes::new, |code| Bytes::copy_from_slice(&code.to_be_bytes()));
                let _ = timeout(limit, self.socket.send(Kind::Close, echo)).await;
            }
            End::Gone => count_close("client"),
            End::Stalled => {
                self.streaming.meters.stalled.increment(1);
                count_close("stalled");
            }
        }
    }
}

/// Says why, waits for the client's own goodbye, and lets the connection go.
///
/// It is read until then, also what can't be understood: unread input would turn the close into a reset that overtakes
/// the reason.
pub(crate) async fn close(mut socket: Socket, reason: &Close, streaming: &Streaming) {
    count_close(&reason.code.to_string());
    let handshake = async {
        if socket.send(Kind::Close, reason.payload()).await.is_err() {
            return;
        }
        while !matches!(poll_fn(|cx| socket.poll_next(cx)).await, Ok(Message::Close(_)) | Err(Unreadable::Gone)) {}
    };
    let _ = timeout(streaming.limits.close_timeout(), handshake).await;
}

fn count_close(code: &str) {
    counter!("matchday_socket_closes_total", "code" => code.to_owned()).increment(1);
}

/// What the socket could not read, in the words of RFC 6455.
pub(super) fn unreadable(error: &Unreadable) -> End {
    match error {
        Unreadable::Broken(Violation::TooLarge) => End::Close(Close::TOO_LARGE),
        Unreadable::Broken(Violation::NotUtf8) => End::Close(Close::INVALID_DATA),
        Unreadable::Broken(Violation::Protocol) => End::Close(Close::PROTOCOL_ERROR),
        Unreadable::Gone => End::Gone,
    }
}

/// The connection itself gives up on a client that takes nothing, sometimes before the socket does.
pub(super) fn unwritable(error: &io::Error) -> End {
    if error.kind() == ErrorKind::TimedOut { End::Stalled } else { End::Gone }
}
