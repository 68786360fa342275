//! The connection server: what a client may do to it, and what it owes its clients at the end.

#![expect(
    clippy::disallowed_methods,
    reason = "tests run tasks, read addresses and look at the machine's clock by themselves"
)]

#[path = "toy/gateway.rs"]
#[expect(dead_code, reason = "the toy is shared with tests that steer it more")]
mod toy;

mod connections {
    mod bodies;
    mod harness;
    mod life;
    mod multiplexed;
    mod syntax;
}
