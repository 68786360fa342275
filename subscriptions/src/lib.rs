//! What is pushed: the availability hub, fed from Kafka by the server's wiring, and the Subscription root.

pub mod hub;
pub mod root;
