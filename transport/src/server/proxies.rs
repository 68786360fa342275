//! Proxies in front of the server: whom to believe about a client's address.
//!
//! Invariant: only what a trusted proxy wrote counts, so no client chooses the address it is counted under.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::http::HeaderMap;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// A network of proxies, written as `10.0.0.0/8` or as a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network: write 10.0.0.0/8 or a single address")]
pub struct NetworkError(String);

/// The client behind `peer`: the last address in `X-Forwarded-For` that no trusted proxy has.
pub(super) fn client(peer: SocketAddr, headers: &HeaderMap, trusted: &[Network]) -> SocketAddr {
    let is_proxy = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_proxy(peer.ip()) {
        return peer;
    }

    let lines: Vec<&str> = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().flat_map(|line| line.split(',')).rev().map_while(|hop| address(hop.trim()));
    let mut client = peer;
    for hop in hops {
        client = SocketAddr::new(hop, 0);
        if !is_proxy(hop) {
            break;
        }
    }
    client
}

/// Some proxies add the port.
fn address(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
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

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Result<String, NetworkError> {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(X_FORWARDED_FOR, line.parse().expect("the test wrote a valid header"));
        }
        let trusted = trusted.iter().map(|network| network.parse()).collect::<Result<Vec<Network>, _>>()?;
        let peer = SocketAddr::new(peer.parse().expect("the test wrote an address"), 4000);
        Ok(client(peer, &headers, &trusted).ip().to_string())
    }

    #[test]
    fn a_client_is_not_believed_about_its_own_address() -> Result<(), NetworkError> {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"], &[])?, "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"], &["10.0.0.0/8"])?, "192.0.2.1");
        assert_eq!(seen("10.1.2.3", &["198.51.100.7, 192.0.2.1"], &["10.0.0.0/8"])?, "192.0.2.1");
        Ok(())
    }

    #[test]
    fn a_chain_of_trusted_proxies_is_followed_to_the_client() -> Result<(), NetworkError> {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];

        assert_eq!(seen("10.1.2.3", &["192.0.2.1, 2001:db8::5", "10.9.9.9:80"], &trusted)?, "192.0.2.1");
        assert_eq!(seen("::ffff:10.1.2.3", &["192.0.2.1"], &trusted)?, "192.0.2.1");
        assert_eq!(seen("10.1.2.3", &[], &trusted)?, "10.1.2.3");
        assert_eq!(seen("10.1.2.3", &["192.0.2.1, nonsense"], &trusted)?, "10.1.2.3");
        Ok(())
    }

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
