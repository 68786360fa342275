//! Networks as settings: the proxies that are believed about a client's address.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A network of proxies, written as `10.0.0.0/8` or as a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a network: write 10.0.0.0/8 or a single address")]
pub struct NetworkError(String);

impl Network {
    /// Whether it has so many addresses in it that no operator runs proxies at all of them.
    #[must_use]
    pub fn is_too_wide(&self) -> bool {
        match self.0 {
            IpNet::V4(network) => network.prefix_len() < 8,
            IpNet::V6(network) => network.prefix_len() < 16,
        }
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| NetworkError(text.to_owned()))
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_written_with_the_bits_it_fixes() {
        assert_eq!("10.0.0.0/8".parse::<Network>().map(String::from), Ok("10.0.0.0/8".to_owned()));
        assert_eq!("::1".parse::<Network>().map(String::from), Ok("::1/128".to_owned()));
        for invalid in ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "host/8"] {
            assert!(invalid.parse::<Network>().is_err(), "{invalid}");
        }
        let everything: Network = "0.0.0.0/0".parse().expect("it is a network");
        assert!(everything.contains(IpAddr::from([192, 0, 2, 1])));
    }
}
