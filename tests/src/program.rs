//! The program as a process of its own, to be killed like one.

use std::{net::SocketAddr, path::Path, process::Stdio};

use domain::faults;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{
    World,
    client::Client,
    wait::{PATIENCE, eventually},
};

/// A running process; dropped, it is killed.
pub struct Program {
    pub address: SocketAddr,
    process: Child,
}

impl Program {
    /// Starts `binary` with the settings of `world`, and waits until it answers.
    ///
    /// After a kill it is not ready for some time: Kafka gives its partitions back when the dead one's session is over.
    pub async fn start(binary: &Path, world: &World) -> Self {
        Self::start_with(binary, world.settings(), world).await
    }

    /// Starts it to die at a point of `domain::faults`.
    pub async fn start_to_die(binary: &Path, world: &World, point: &str) -> Self {
        let mut settings = world.settings();
        settings.push((faults::VARIABLE.to_owned(), point.to_owned()));
        Self::start_with(binary, settings, world).await
    }

    async fn start_with(binary: &Path, settings: Vec<(String, String)>, world: &World) -> Self {
        let mut process = Command::new(binary)
            .arg("serve")
            .env_clear()
            .envs(settings)
            .current_dir(world.folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the program can be started");
        let output = process.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines();
        let address = loop {
            let line = lines.next_line().await.expect("its output can be read");
            let line = line.expect("the program says where it listens before it ends");
            let shown = line.split_once("http://").and_then(|(_, rest)| rest.split_once("/graphql"));
            if let Some((address, _)) = shown {
                break address.parse().expect("it listens on an address");
            }
        };
        // What it says from here on must be read, or it could not go on saying it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let program = Self { address, process };
        let visitor = program.visitor();
        eventually(PATIENCE, "the program answers", || async { visitor.get("/healthz").await.0 == 200 }).await;

        program
    }

    pub fn visitor(&self) -> Client {
        Client::new(self.address)
    }

    /// As `kill -9` does.
    pub async fn kill(mut self) {
        self.process.kill().await.expect("a process can be killed");
    }

    /// Waits until it has died by itself.
    pub async fn dies(mut self) {
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("it dies in time");
        assert_eq!(ended.expect("a process ends").code(), None, "it ends by a signal");
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) {
        let id = self.process.id().expect("the process lives").to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill can be run");
        assert!(asked.success());
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("it stops in time");
        assert!(ended.expect("a process ends").success());
    }
}
