//! A broker of a test's own, so that stopping it troubles nobody else.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use testkit::ports::free_ports;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/services");

/// Ports that a set of services takes.
const PORTS: u16 = 7;

/// How many brokers this process has started: each has a folder of its own.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// A real broker with data of its own. Dropped, it is stopped and its data deleted.
#[derive(Debug)]
pub struct OwnBroker {
    folder: PathBuf,
    port: u16,
}

impl OwnBroker {
    /// Starts a broker; takes seconds.
    pub async fn start() -> Self {
        let parent = std::env::temp_dir().join("matchday-test-brokers");
        end_leftovers(&parent);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let broker = Self { folder, port: free_ports(PORTS) };
        broker.borrow();
        broker.run("up").await;

        broker
    }

    pub fn brokers(&self) -> String {
        format!("127.0.0.1:{}", self.port + 2)
    }

    /// `stop-kafka`, `start-kafka` and the like.
    pub async fn run(&self, verb: &str) {
        let mut command = command(&self.folder, self.port, verb);
        let status = tokio::task::spawn_blocking(move || command.status()).await;
        let status = status.expect("waiting does not panic").expect("scripts/services can be run");
        assert!(status.success(), "scripts/services {verb}: see {}", self.folder.join("logs").display());
    }

    /// Another cluster in its place, which has none of its topics and groups.
    pub async fn replace(&self) {
        self.run("wipe").await;
        self.run("up").await;
    }

    /// What is fetched or built is the same for all services: that of the shared ones spares doing so again.
    fn borrow(&self) {
        let shared = std::env::var_os("MATCHDAY_SERVICES_DIR")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.services"), PathBuf::from);
        std::fs::create_dir_all(self.folder.join("kafka")).expect("a folder can be made");
        for name in ["bin", "moto", "kafka/jars"] {
            if let Ok(there) = shared.join(name).canonicalize() {
                let _ = std::os::unix::fs::symlink(there, self.folder.join(name));
            }
        }
    }
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        let _ = command(&self.folder, self.port, "wipe").status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn command(folder: &Path, port: u16, verb: &str) -> Command {
    let mut command = Command::new(SCRIPT);
    command
        .arg(verb)
        .env("MATCHDAY_SERVICES_DIR", folder)
        .env("MATCHDAY_SERVICES_PORT", port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Brokers of processes that were killed before they could stop them.
fn end_leftovers(parent: &Path) {
    for folder in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = folder.file_name();
        let process = name.to_string_lossy().split('-').next().unwrap_or_default().to_owned();
        if !Path::new("/proc").join(process).exists() {
            let port = std::fs::read_to_string(folder.path().join("port")).unwrap_or_default();
            if let Ok(port) = port.trim().parse() {
                let _ = command(&folder.path(), port, "wipe").status();
            }
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }
}
