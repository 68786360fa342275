//! How a socket parts: with its last words and a reason where somebody listens, at once where nobody does.

use std::io::ErrorKind;

use axum::extract::ws::{Message, WebSocket};
use futures_util::{StreamExt, stream::FusedStream};
use metrics::counter;
use tokio_tungstenite::tungstenite::Error;

use crate::{
    streaming::Streaming,
    websocket::{
        close::Close,
        connection::{Connection, End},
    },
};

impl Connection {
    pub(super) async fn part(mut self: Box<Self>, end: End) {
        drop(self.operations.take_all());
        let limit = self.streaming.limits.close_timeout();
        match end {
            End::Close(reason) => {
                let last_words = async {
                    for reply in self.replies.drain(..) {
                        self.socket.send(reply).await?;
                    }
                    Ok::<(), axum::Error>(())
                };
                let said = tokio::time::timeout(limit, last_words).await;
                if matches!(said, Ok(Ok(()))) {
                    close(self.socket, &reason, &self.streaming).await;
                }
            }
            End::Gone => {
                // Sends what remains of the closing handshake, where the client began one.
                let _ = tokio::time::timeout(limit, self.socket.next()).await;
                count_close("client");
            }
            End::Stalled => {
                self.streaming.meters.stalled.increment(1);
                count_close("stalled");
            }
        }
    }
}

/// Says why, waits for the client's own goodbye, and lets the connection go.
pub(crate) async fn close(mut socket: WebSocket, reason: &Close, streaming: &Streaming) {
    count_close(&reason.code.to_string());
    let handshake = async {
        if socket.send(Message::Close(Some(reason.frame()))).await.is_err() {
            return;
        }
        if socket.is_terminated() {
            // Unread input would turn the close into a reset that overtakes the reason: let the client close.
            std::future::pending::<()>().await;
        }
        while let Some(Ok(_)) = socket.next().await {}
    };
    let _ = tokio::time::timeout(streaming.limits.close_timeout(), handshake).await;
}

fn count_close(code: &str) {
    counter!("matchday_socket_closes_total", "code" => code.to_owned()).increment(1);
}

/// What the socket could not read, in the words of RFC 6455.
pub(super) fn unreadable(error: axum::Error) -> End {
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Close(Close::TOO_LARGE),
        Some(Error::Utf8(_)) => End::Close(Close::INVALID_DATA),
        Some(Error::Protocol(_)) => End::Close(Close::PROTOCOL_ERROR),
        _ => End::Gone,
    }
}

/// The connection itself gives up on a client that takes nothing, sometimes before the socket does.
pub(super) fn unwritable(error: axum::Error) -> End {
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Io(error)) if error.kind() == ErrorKind::TimedOut => End::Stalled,
        _ => End::Gone,
    }
}
