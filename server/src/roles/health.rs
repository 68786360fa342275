//! The role `health`: asks the program that runs by the same settings how it stands.
//!
//! An image without a shell has nothing else to ask by. The exit code is the answer.

use std::{path::Path, time::Duration};

use axum::http::Request;
use fetch::Fetcher;
use serde::Deserialize;

use crate::{
    cli::Health,
    config::{self, Config, Purpose},
    failure::Failure,
    output,
};

/// Readiness is answered within a second; a busy machine takes a while to begin.
const PATIENCE: Duration = Duration::from_secs(3);

/// More than a report of all parts takes.
const ANSWER_BYTES_MAX: usize = 64 * 1_024;

/// Succeeds where the program is ready, or where it lives if only that is asked.
///
/// # Errors
///
/// It is not, or nothing of ours answers.
pub async fn health(settings: Option<&Path>, asked: &Health) -> Result<(), Failure> {
    let config;
    let (setting, bind) = match &asked.at {
        Some(address) => ("--at", address.as_str()),
        None => {
            config = config::load(Purpose::Health, settings)?.config;
            listens(&config, asked)
        }
    };
    let no_address = || Failure::NoAddress { setting, address: bind.to_owned() };
    let path = if asked.live { "healthz" } else { "readyz" };
    let url = format!("http://{}/{path}", reached(bind).ok_or_else(no_address)?);
    let request = Request::get(&url).body(Default::default()).map_err(|_| no_address())?;

    let fetcher = Fetcher::by_new_connections(PATIENCE, ANSWER_BYTES_MAX);
    let (status, body) = match fetcher.exchange(request).await {
        Ok(answer) => answer,
        Err(error) => return Err(Failure::Unasked { url, setting, error }),
    };
    let trouble = if asked.live { trouble_of_life(&body) } else { trouble_of_parts(&body) };
    match trouble {
        None if status.is_success() => {
            Ok(output::line(format_args!("{url}: {}", if asked.live { "alive" } else { "ready" }))?)
        }
        None => Err(Failure::Unready { url, said: format!("responds with {status}") }),
        // Something else may listen there, or the address of visitors, which shows no readiness where operators have their own.
        Some(Trouble::Strange) => {
            Err(Failure::Unready { url, said: format!("responds with {status}, but not as Matchday does") })
        }
        Some(Trouble::Parts(said)) => Err(Failure::Unready { url, said }),
    }
}

/// What keeps the answer from a success.
enum Trouble {
    Strange,
    Parts(String),
}

/// The answer of `/readyz`, as far as it is read here.
#[derive(Deserialize)]
struct Report {
    ready: bool,
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    name: String,
    ready: bool,
    detail: String,
}

fn trouble_of_life(body: &[u8]) -> Option<Trouble> {
    (!body.starts_with(b"alive")).then_some(Trouble::Strange)
}

fn trouble_of_parts(body: &[u8]) -> Option<Trouble> {
    let Ok(report) = serde_json::from_slice::<Report>(body) else { return Some(Trouble::Strange) };
    if report.ready {
        return None;
    }
    let parts = report.parts.iter().filter(|part| !part.ready);
    let said: Vec<String> = parts.map(|part| format!("{}: {}", part.name, part.detail)).collect();
    Some(Trouble::Parts(format!("not ready: {}", said.join("; "))))
}

/// The setting that says where the program's readiness is, and what it says.
fn listens<'a>(config: &'a Config, asked: &Health) -> (&'static str, &'a str) {
    match &config.admin.bind {
        _ if asked.worker => ("MATCHDAY_WORKER_BIND", &config.worker.bind),
        _ if asked.analytics => ("MATCHDAY_LAKE_BIND", &config.lake.bind),
        Some(bind) => ("MATCHDAY_ADMIN_BIND", bind),
        None => ("MATCHDAY_BIND", &config.http.bind),
    }
}

/// Where a program that listens on `bind` is reached from its own machine; nowhere, where it has taken a free port.
fn reached(bind: &str) -> Option<String> {
    let (host, port) = bind.rsplit_once(':')?;
    let host = match host {
        "" => return None,
        "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        host => host,
    };
    let port = port.parse::<u16>().ok().filter(|port| *port != 0)?;
    Some(format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_reached_by_the_one_of_this_machine() {
        assert_eq!(reached("0.0.0.0:9000").as_deref(), Some("127.0.0.1:9000"));
        assert_eq!(reached("[::]:9000").as_deref(), Some("[::1]:9000"));
        assert_eq!(reached("10.0.0.7:80").as_deref(), Some("10.0.0.7:80"));
        for nowhere in ["127.0.0.1:0", "127.0.0.1", ":80", "127.0.0.1:port", "127.0.0.1:65536"] {
            assert_eq!(reached(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn the_operators_address_is_asked_where_there_is_one_and_other_roles_at_their_own() {
        let listens = |pairs: &[(&str, &str)], [worker, analytics]: [bool; 2]| {
            let variables: Vec<_> = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            let config = config::load_as(Purpose::Health, None, &variables).expect("the settings are right").config;
            let (setting, bind) = super::listens(&config, &Health { live: false, worker, analytics, at: None });
            (setting, bind.to_owned())
        };
        let admin = [("MATCHDAY_ADMIN_BIND", "0.0.0.0:9000")];

        assert_eq!(listens(&[], [false, false]), ("MATCHDAY_BIND", "127.0.0.1:8000".to_owned()));
        assert_eq!(listens(&admin, [false, false]), ("MATCHDAY_ADMIN_BIND", "0.0.0.0:9000".to_owned()));
        assert_eq!(listens(&admin, [true, false]), ("MATCHDAY_WORKER_BIND", "127.0.0.1:8001".to_owned()));
        assert_eq!(listens(&admin, [false, true]), ("MATCHDAY_LAKE_BIND", "127.0.0.1:8002".to_owned()));
        // What else the program needs is not needed to ask it.
        assert_eq!(listens(&[("ENV", "prod")], [false, false]).0, "MATCHDAY_BIND");
    }
}
