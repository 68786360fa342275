//! The program as a process of its own, to be killed like one.

use std::{net::SocketAddr, path::Path, process::Stdio};

use domain::faults;
use tokio::process::{Child, Command};

use crate::{World, client::Client, secrets::Log};
use testkit::wait::{PATIENCE, eventually};

/// A running process; dropped, it is killed. However it ends, its log is looked through for secrets.
pub struct Program {
    pub address: SocketAddr,
    process: Child,
    log: Log,
}

impl Program {
    /// Starts `binary` with the settings of `world`, and waits until it answers.
    ///
    /// After a kill it is not ready for some time: Kafka gives its partitions back when the dead one's session is over.
    pub async fn start(binary: &Path, world: &World) -> Self {
        Self::start_with(binary, world.settings(), world).await
    }

    /// Starts it with settings of its own beside those of `world`, so that several run side by side.
    pub async fn start_as(binary: &Path, world: &World, own: &[(&str, String)]) -> Self {
        let mut settings = world.settings();
        settings.extend(own.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Self::start_with(binary, settings, world).await
    }

    /// Starts it to die at a point of `domain::faults`.
    pub async fn start_to_die(binary: &Path, world: &World, point: &str) -> Self {
        let mut settings = world.settings();
        settings.push((faults::VARIABLE.to_owned(), point.to_owned()));
        Self::start_with(binary, settings, world).await
    }

    async fn start_with(binary: &Path, settings: Vec<(String, String)>, world: &World) -> Self {
        // A file that may not grow is an error of its write then, and ends no process: see `fill_disk`.
        let mut process = Command::new("/bin/sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" serve"])
            .arg(binary)
            .env_clear()
            .envs(settings)
            .current_dir(world.folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program can be started");
        let output = process.stdout.take().expect("its output is piped");
        let errors = process.stderr.take().expect("its errors are piped");
        let (log, mut lines) = Log::of(output, errors);
        let address = loop {
            let line = lines.recv().await.expect("the program says where it listens before it ends");
            let shown = line.split_once("http://").and_then(|(_, rest)| rest.split_once("/graphql"));
            if let Some((address, _)) = shown {
                break address.parse().expect("it listens on an address");
            }
        };
        let program = Self { address, process, log };
        let visitor = program.visitor();
        eventually(PATIENCE, "the program answers", || async { visitor.get("/healthz").await.0 == 200 }).await;

        program
    }

    /// What it has logged and shown so far.
    pub fn logged(&self) -> Vec<String> {
        self.log.lines()
    }

    /// Bytes of memory that the process has filled, its own code, which is large in a debug build, left out.
    pub fn memory(&self) -> u64 {
        let id = self.process.id().expect("the process lives");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("the process lives");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a process has memory");
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("it is a number");
        kilobytes * 1024
    }

    /// As a full disk does: no file of the process takes another byte.
    pub async fn fill_disk(&self) {
        self.limit_files("0").await;
    }

    /// There is room on the disk again.
    pub async fn free_disk(&self) {
        self.limit_files("unlimited").await;
    }

    async fn limit_files(&self, bytes: &str) {
        let id = self.process.id().expect("the process lives").to_string();
        let soft = format!("--fsize={bytes}:");
        let set = Command::new("prlimit").args(["--pid", &id, &soft]).status().await.expect("prlimit can be run");
        assert!(set.success());
    }

    pub fn visitor(&self) -> Client {
        Client::new(self.address)
    }

    /// As `kill -9` does.
    pub async fn kill(mut self) {
        self.process.kill().await.expect("a process can be killed");
        self.log.finish().await;
    }

    /// Waits until it has died by itself.
    pub async fn dies(mut self) {
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("it dies in time");
        assert_eq!(ended.expect("a process ends").code(), None, "it ends by a signal");
        self.log.finish().await;
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) {
        let id = self.process.id().expect("the process lives").to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill can be run");
        assert!(asked.success());
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("it stops in time");
        assert!(ended.expect("a process ends").success());
        self.log.finish().await;
    }
}
