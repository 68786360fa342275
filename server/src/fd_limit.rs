//! Open files: every connection is one, and the system allows a process only so many.
//!
//! A start takes what it may have. Invariant: connections never take the files that the database and Kafka need.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are no connections of visitors: the database's and Kafka's, the listener, the logs.
const OTHERS: usize = 256;

/// Raises this process's limit of open files as far as the system lets it, and returns how many connections fit into it that
/// take so many files each.
pub(crate) fn make_room_for(connections: usize, files_each: usize) -> usize {
    let allowed = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: allowed.maximum, maximum: allowed.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files can't be raised");
    }
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let fit = fitting(connections.saturating_mul(files_each), current) / files_each;
    let (files, hard_limit) = (current.unwrap_or(u64::MAX), maximum.unwrap_or(u64::MAX));
    tracing::info!(files, hard_limit, connections = fit, "open files that the system allows");
    if fit < connections {
        tracing::warn!(
            files,
            max_connections = connections,
            connections = fit,
            "the system allows fewer open files than max_connections needs: raise the hard limit (ulimit -Hn, LimitNOFILE)"
        );
    }
    fit
}

/// Connections that fit into a number of open files; `None` is any number.
fn fitting(connections: usize, files: Option<u64>) -> usize {
    let Some(files) = files.and_then(|files| usize::try_from(files).ok()) else {
        return connections;
    };
    // However few the system allows, some clients are served.
    connections.min(files.saturating_sub(OTHERS).max(files / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_database_and_kafka() {
        assert_eq!(fitting(25_000, None), 25_000);
        assert_eq!(fitting(25_000, Some(1_048_576)), 25_000);
        assert_eq!(fitting(25_000, Some(4_096)), 4_096 - 256);
        assert_eq!(fitting(25_000, Some(64)), 16);
    }
}
