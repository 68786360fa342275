//! Proxies in front of the server: whom to believe about a client's address.
//!
//! Invariant: only what a trusted proxy wrote counts, so no client chooses the address it is counted under.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use crate::config::networks::Network;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The client behind `peer`: the last address in `X-Forwarded-For` that no trusted proxy has.
pub(super) fn client(peer: SocketAddr, headers: &HeaderMap, trusted: &[Network]) -> SocketAddr {
    if !is_trusted(peer.ip(), trusted) {
        return peer;
    }

    let lines: Vec<&str> = headers.get_all(X_FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().flat_map(|line| line.split(',')).rev().map_while(|hop| address(hop.trim()));
    let mut client = peer;
    for hop in hops {
        client = SocketAddr::new(hop, 0);
        if !is_trusted(hop, trusted) {
            break;
        }
    }
    client
}

/// Whether this is the address of a trusted proxy.
pub(super) fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

/// Some proxies add the port, write IPv6 in brackets, or put all of it in quotes.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.strip_prefix('"').and_then(|hop| hop.strip_suffix('"')).unwrap_or(hop);
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::networks::NetworkError;

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
    fn an_address_is_read_however_a_proxy_spells_it() -> Result<(), NetworkError> {
        for spelt in ["2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443", "\"[2001:db8::1]\"", "\"[2001:db8::1]:443\""]
        {
            assert_eq!(seen("10.1.2.3", &[spelt], &["10.0.0.0/8"])?, "2001:db8::1", "{spelt}");
        }
        for spelt in ["192.0.2.1", "192.0.2.1:443", "\"192.0.2.1\"", "\"192.0.2.1:443\""] {
            assert_eq!(seen("10.1.2.3", &[spelt], &["10.0.0.0/8"])?, "192.0.2.1", "{spelt}");
        }
        for nonsense in ["[2001:db8::1", "2001:db8::1]", "[]", "unknown", "_hidden", "[192.0.2.1]:x"] {
            assert_eq!(seen("10.1.2.3", &[nonsense], &["10.0.0.0/8"])?, "10.1.2.3", "{nonsense}");
        }
        Ok(())
    }
}
