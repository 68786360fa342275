//! Ports that nothing listens on.

use std::net::TcpListener;

use rand::Rng;

/// The first of some free ports, below those that the system gives to programs that ask for any.
#[must_use]
pub fn free_ports(count: u16) -> u16 {
    loop {
        let first = rand::rng().random_range(18_000..30_000);
        let are_free = (first..first + count).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
        if are_free {
            return first;
        }
    }
}
