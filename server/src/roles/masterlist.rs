//! The role `masterlist`: a list is checked whole, and published only if all of it is right.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use book::master_list::MasterListMatch;

use crate::{
    broker,
    cli::Masterlist,
    config::Config,
    data_dir,
    failure::Failure,
    output::{self, counted},
};

/// Checks or publishes a master list.
///
/// # Errors
///
/// The file cannot be read or is wrong; the brokers did not take all of it.
pub async fn masterlist(settings: Option<&Path>, task: &Masterlist) -> Result<(), Failure> {
    match task {
        Masterlist::Check(list) => read(&list.file)?.map(drop).map_err(Failure::WrongMasterlist),
        Masterlist::Publish(list) => publish(&super::load(settings)?, &list.file).await,
    }
}

/// The matches of a list, or how many of its lines are wrong, each of which is reported.
fn read(file: &Path) -> Result<Result<Vec<MasterListMatch>, usize>, Failure> {
    let report = kafka::codec::master_list_lines(&super::text_of(file)?);
    for problem in &report.problems {
        output::line(problem)?;
    }
    output::line(format!(
        "{}: {} right, {} wrong",
        file.display(),
        counted(report.matches.len(), "match is", "matches are"),
        counted(report.problems.len(), "line is", "lines are"),
    ))?;
    Ok(match report.problems.len() {
        0 => Ok(report.matches),
        wrong => Err(wrong),
    })
}

async fn publish(config: &Config, file: &Path) -> Result<(), Failure> {
    let matches = read(file)?.map_err(Failure::Unpublished)?;
    let mut exchange = broker::exchange(config);
    if config.is_kafka_embedded() {
        // The embedded broker is in the program that serves; that one has left its address in the data folder.
        exchange.brokers =
            data_dir::embedded_broker(config).ok_or_else(|| Failure::NoEmbeddedBroker(config.data_dir.clone()))?;
        exchange.embedded = true;
    }
    exchange.check()?;
    kafka::setup::ensure(&exchange).await?;
    let is_terminal = io::stderr().is_terminal();
    let progress = |done: usize, all: usize| {
        if is_terminal {
            // A progress that cannot be shown changes nothing about the publishing.
            let _ = write!(io::stderr(), "\r{done} of {all}{}", if done == all { "\n" } else { "" });
        }
    };
    kafka::masterlist::publish(&exchange, &matches, progress).await?;

    Ok(output::line(format!(
        "{} published to {} at {}",
        counted(matches.len(), "match", "matches"),
        exchange.topics().master_list,
        exchange.brokers
    ))?)
}
