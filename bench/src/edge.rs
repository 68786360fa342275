//! The edge from outside: servers as processes of their own, and the clients that measure them.
//!
//! Servers run on the first core and clients on the second, so that neither takes time from the other; `--unpinned`
//! lets the system decide.

use std::{sync::mpsc, thread};

use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{CpuSet, sched_setaffinity},
};

use crate::Outcome;

pub(crate) mod children;
pub(crate) mod crowd;
pub(crate) mod exchange;
pub(crate) mod fleet;
pub(crate) mod redis;
pub(crate) mod requests;
pub(crate) mod sale;

/// Where servers run, and where their clients.
const SERVER_CORE: usize = 0;
const CLIENT_CORE: usize = 1;

/// Whether servers and clients have a core of their own each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    Pinned,
    Shared,
}

impl Cores {
    pub(crate) fn new(unpinned: bool) -> Self {
        let enough = thread::available_parallelism().is_ok_and(|cores| cores.get() > CLIENT_CORE);
        if unpinned || !enough { Self::Shared } else { Self::Pinned }
    }

    /// Runs what blocks as a client, on a thread of its own.
    pub(crate) fn client<T: Send + 'static>(self, work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
        let (done, result) = mpsc::channel();
        thread::spawn(move || {
            let pinned = match self {
                Self::Pinned => pin(CLIENT_CORE),
                Self::Shared => Ok(()),
            };
            // Nobody waits where the bench was ended.
            let _ = done.send(pinned.and_then(|()| work()));
        });
        result.recv().map_err(|_| "a client panicked")?
    }
}

fn pin(core: usize) -> Outcome {
    let mut cores = CpuSet::new();
    cores.set(core);
    Ok(sched_setaffinity(None, &cores)?)
}

/// Lets this process, and the servers that it starts, open as many sockets as the system allows; fails where these are
/// fewer than `sockets`.
pub(crate) fn allow_sockets(sockets: usize) -> Outcome {
    const OTHER_FILES: u64 = 200;

    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    let needed = u64::try_from(sockets)? + OTHER_FILES;
    match limit.maximum {
        Some(most) if most < needed => {
            Err(format!("{needed} open files are needed and the system allows {most}: raise `ulimit -Hn`").into())
        }
        _ => Ok(()),
    }
}
