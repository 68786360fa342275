//! Addresses: where a request comes from, and how limits, logs and decisions name that.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, request::Parts},
};
use domain::address_rules::network::Network;

/// All addresses of an IPv6 network count as one: a customer who has one of them has all.
const IPV6_BITS: u8 = 64;

/// Of IPv4 as much as operators need.
const IPV4_BITS: u8 = 24;

/// Where a request comes from, as far as it is known.
#[must_use]
pub fn of_request(parts: &Parts) -> Option<IpAddr> {
    of_extensions(&parts.extensions)
}

pub(crate) fn of_extensions(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|client| client.0.ip())
}

/// The address as limits and logs name it: of IPv6 the network.
pub(crate) fn named(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(_) => Network::of(address, IPV6_BITS).to_string(),
    }
}

/// The same of an address that may not be known.
#[must_use]
pub fn named_if_known(address: Option<IpAddr>) -> String {
    address.map_or_else(|| "unknown".to_owned(), named)
}

/// Where a client came from, no closer than operators need it.
pub(crate) fn network_of(address: IpAddr) -> String {
    let bits = if address.to_canonical().is_ipv4() { IPV4_BITS } else { IPV6_BITS };
    Network::of(address, bits).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_own_address_is_kept() {
        let of = |text: &str| network_of(text.parse().expect("it is an address"));

        assert_eq!(of("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
    }
}
