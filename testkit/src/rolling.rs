//! A rolling restart as visitors notice it: a balancer whose view of the instances lags, clients who ask through it, and
//! followers of live matches who come back by themselves.
//!
//! Invariant: nothing is hidden. A request is sent once and tried at one instance, and whatever keeps it from its answer is
//! a failure; a subscription that its client would take for over has ended.

pub mod balancer;
mod exchange;
pub mod followers;
pub mod truth;
pub mod visitors;
