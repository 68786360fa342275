//! A Redis of a test's own, so that killing it troubles no other test.

use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::{
    folder::Folder,
    ports::free_ports,
    wait::{PATIENCE, eventually},
};

/// A real Redis that keeps nothing. Dropped, it is killed.
pub struct OwnRedis {
    port: u16,
    folder: Folder,
    process: Child,
}

impl OwnRedis {
    pub async fn start() -> Self {
        // Below those that the system gives out: no program is given it while Redis is away.
        let port = free_ports(1);
        let folder = Folder::new(&format!("redis-{port}"));
        let process = spawn(port, &folder);
        let redis = Self { port, folder, process };
        redis.answers().await;

        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// As `kill -9` does.
    pub async fn kill(&mut self) {
        self.process.kill().await.expect("a process can be killed");
    }

    /// Starts it again, empty.
    pub async fn start_again(&mut self) {
        self.process = spawn(self.port, &self.folder);
        self.answers().await;
    }

    async fn answers(&self) {
        let address = ("127.0.0.1", self.port);
        eventually(PATIENCE, "Redis listens", || async { tokio::net::TcpStream::connect(address).await.is_ok() }).await;
    }
}

fn spawn(port: u16, folder: &Folder) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("redis-server is installed; `scripts/services up` does it")
}
