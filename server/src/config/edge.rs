//! The edge's own section, as far as it is judged here: proxies, and origins of other sites' pages.

use settings::problem::Problem;
use transport::{
    config::{Connections, networks::Network},
    cross_origin::is_origin,
};

use super::{Config, site::Env};

pub(super) fn problems(config: &Config, found: &mut Vec<Problem>) {
    let proxies = &config.transport.connections.trusted_proxies;
    if config.env == Env::Prod && proxies.iter().any(Network::is_too_wide) {
        let right = "name the networks of your proxies, /8 (IPv6 /16) or narrower, such as 10.0.0.0/8.";
        let wrong = "so wide that visitors could forge their own addresses";
        found.push(Problem::new("transport.connections.trusted_proxies", wrong, right));
    }
    if config.transport.connections.trust_traceparent && proxies.is_empty() {
        let right =
            "name the proxies that write traceparent in transport.connections.trusted_proxies, or leave it out.";
        let wrong = "true, but no proxy is trusted";
        found.push(Problem::new("transport.connections.trust_traceparent", wrong, right));
    }
    country(&config.transport.connections, found);
    origins(config, found);
}

/// Whose country it is, only a proxy can say.
fn country(connections: &Connections, found: &mut Vec<Problem>) {
    let Some(header) = &connections.country_header else { return };
    let setting = "transport.connections.country_header";
    if connections.country_header().is_none() {
        let right = "write the name of a header, such as cf-ipcountry.";
        found.push(Problem::new(setting, format!("{header:?} is not the name of a header"), right));
    } else if connections.trusted_proxies.is_empty() {
        let right = "name the proxies that write it in transport.connections.trusted_proxies, or leave it out.";
        found.push(Problem::new(setting, format!("{header:?}, but no proxy is trusted"), right));
    }
}

/// What browsers never send would never match, so it is refused at the start.
fn origins(config: &Config, found: &mut Vec<Problem>) {
    let (cors, sockets) = (&config.transport.http.cors, &config.transport.sockets);
    let lists = [
        ("transport.http.cors.allowed_origins", &cors.allowed_origins),
        ("transport.sockets.allowed_origins", &sockets.allowed_origins),
    ];
    for (setting, origins) in lists {
        for origin in origins.iter().filter(|origin| *origin != "*" && !is_origin(origin)) {
            let right = "write a scheme and a host, and nothing after them, such as https://tickets.example or \
                         http://localhost:3000; several are parted by commas in the environment.";
            found.push(Problem::new(setting, format!("{origin:?} is not an origin"), right));
        }
    }
    if cors.allow_credentials && cors.allowed_origins.iter().any(|origin| origin == "*") {
        let right = "name the origins whose requests may carry cookies, or set transport.http.cors.allow_credentials \
                     to false.";
        found.push(Problem::new(lists[0].0, "\"*\" together with allow_credentials".to_owned(), right));
    }
}
