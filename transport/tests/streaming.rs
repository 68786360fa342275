//! The edge's long-lived connections, held against real sockets: WebSocket, server-sent events, multipart.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

#[path = "toy/gateway.rs"]
mod toy;

mod streaming {
    mod error_docs;
    mod event_streams;
    mod fairness;
    mod frames;
    mod harness;
    mod legacy;
    mod limits;
    mod meters;
    mod multipart;
    mod protocol;
    mod shutdown;
    mod tokens;
}
