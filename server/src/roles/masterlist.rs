//! The role `masterlist`: a list is checked whole, and published only if all of it is right.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use domain::masterlist::MasterListMatch;

use crate::{broker, cli::Masterlist, config::Config, data_dir, failure::Failure, output};

/// Checks or publishes a master list.
///
/// # Errors
///
/// The file cannot be read or is wrong; the brokers did not take all of it.
pub async fn masterlist(settings: Option<&Path>, task: &Masterlist) -> Result<(), Failure> {
    match task {
        Masterlist::Check(list) => check(&list.file).map(drop),
        Masterlist::Publish(list) => publish(&super::load(settings)?, &list.file).await,
    }
}

/// Reports every line that is wrong.
fn check(file: &Path) -> Result<Vec<MasterListMatch>, Failure> {
    let report = kafka::codec::master_list_lines(&super::text_of(file)?);
    for problem in &report.problems {
        output::line(problem)?;
    }
    let count = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    output::line(format!(
        "{}: {} right, {} wrong",
        file.display(),
        count(report.matches.len(), "match is", "matches are"),
        count(report.problems.len(), "line is", "lines are"),
    ))?;
    match report.problems.len() {
        0 => Ok(report.matches),
        wrong => Err(Failure::WrongMasterlist(wrong)),
    }
}

async fn publish(config: &Config, file: &Path) -> Result<(), Failure> {
    let matches = check(file)?;
    let mut exchange = broker::exchange(config);
    if config.is_kafka_embedded() {
        // The embedded broker is in the program that serves; that one has left its address in the data folder.
        exchange.brokers =
            data_dir::embedded_broker(config).ok_or_else(|| Failure::NoEmbeddedBroker(config.data_dir.clone()))?;
        exchange.embedded = true;
    }
    exchange.check()?;
    kafka::topics::ensure(&exchange).await?;
    let is_terminal = io::stderr().is_terminal();
    let progress = |done: usize, all: usize| {
        if is_terminal {
            // A progress that cannot be shown changes nothing about the publishing.
            let _ = write!(io::stderr(), "\r{done} of {all}{}", if done == all { "\n" } else { "" });
        }
    };
    kafka::masterlist::publish(&exchange, &matches, progress).await?;

    output::line(format!(
        "{} matches published to {} at {}",
        matches.len(),
        exchange.topics().master_list,
        exchange.brokers
    ))
}
