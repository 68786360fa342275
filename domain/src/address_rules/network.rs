//! Networks of addresses, written as `10.0.0.0/8`, `2001:db8::/32`, or a single address.
//!
//! Invariant: the bits beyond the prefix are zero, so that a network has one spelling.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use thiserror::Error;

/// Shorter prefixes name so many visitors that they are a slip of the hand.
const SHORTEST_V4: u8 = 8;
const SHORTEST_V6: u8 = 19;

pub(super) const TOO_WIDE: &str = "is too wide: the prefix must have at least 8 bits, or 19 for IPv6";

/// Before an IPv4 address that is written as an IPv6 one.
const MAPPED_BITS: u8 = 96;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a network: write 192.0.2.0/24, 2001:db8::/32 or a single address")]
pub struct NotANetwork(pub String);

impl Network {
    /// The network of the first `prefix_bits` of an address, which are as many as it has at most.
    pub fn of(address: IpAddr, prefix_bits: u8) -> Self {
        let whole = IpNet::from(address.to_canonical());
        Self(IpNet::new(whole.addr(), prefix_bits).unwrap_or(whole).trunc())
    }

    /// Whether it is so wide that not all of its addresses can be meant.
    pub fn is_too_wide(self) -> bool {
        self.prefix_bits() < if self.is_ipv4() { SHORTEST_V4 } else { SHORTEST_V6 }
    }

    pub fn prefix_bits(self) -> u8 {
        self.0.prefix_len()
    }

    pub fn is_ipv4(self) -> bool {
        self.0.addr().is_ipv4()
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let written: IpNet = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| wrong())?;
        let is_mapped = written.addr().to_canonical().is_ipv4() && !written.addr().is_ipv4();
        // ::ffff:192.0.2.0/120 is 192.0.2.0/24 by another name.
        let before = if is_mapped { MAPPED_BITS } else { 0 };

        Ok(Self::of(written.addr(), written.prefix_len().checked_sub(before).ok_or_else(wrong)?))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_spelling() {
        for (written, meant) in [
            ("192.0.2.77/24", "192.0.2.0/24"),
            ("192.0.2.77", "192.0.2.77/32"),
            ("2001:DB8:0::1/32", "2001:db8::/32"),
            ("::ffff:192.0.2.77/120", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(written.parse::<Network>().map(|network| network.to_string()), Ok(meant.to_owned()));
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "::/129", "host/8", "::ffff:0:0/90", "10.0.0.0/-1"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_slip_that_would_block_half_the_world_is_seen() {
        let is_too_wide = |text: &str| text.parse::<Network>().expect("it is a network").is_too_wide();

        assert!(
            is_too_wide("0.0.0.0/0") && is_too_wide("0.0.0.0/7") && is_too_wide("::/0") && is_too_wide("2000::/18")
        );
        assert!(!is_too_wide("10.0.0.0/8") && !is_too_wide("2001:db8::/32") && !is_too_wide("192.0.2.1"));
    }
}
