//! Servers under test: the program `matchday` and its rivals, each a process that ends with its handle.

use std::{
    env,
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    Outcome,
    edge::{
        Cores, SERVER_CORE,
        exchange::{Exchange, get},
    },
};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(30);

/// One address holds all sockets and asks for everything, and nobody is told that this is too many. All of it is counted.
pub(super) const SETTINGS: &str = "\
[transport.connections]
max_connections = 50000
max_connections_per_address = 50000
[transport.sockets]
connections_per_address_max = 50000
[limits.capacity]
anonymous = 10000000000
customer = 10000000000
steward = 10000000000
address = 10000000000
signIn = 10000000000
reserve = 10000000000
[limits.refill]
anonymous = 10000000000
customer = 10000000000
steward = 10000000000
address = 10000000000
signIn = 10000000000
reserve = 10000000000
[bots.free]
unpaidHoldsOfUser = 1000000
unpaidHoldsOfAddress = 1000000
accountsOfAddress = 1000000
";

/// A running server.
pub(crate) struct Server {
    child: Child,
    folder: Option<PathBuf>,
    pub(crate) address: SocketAddr,
    /// Where its embedded broker listens, if it has one.
    pub(crate) broker: String,
}

/// What a rival is started as.
#[derive(Debug, Clone)]
pub(crate) enum Rival {
    /// A bare axum socket that broadcasts what comes from Kafka.
    BareSocket,
    /// async-graphql-axum's own subscriptions.
    StockSubscription,
    /// A bare axum handler that answers the bytes of a file.
    BareHandler(PathBuf),
    /// mercurius with its JIT, its data in memory.
    Mercurius,
    /// A bare axum handler that answers every GET as a file says, headers and all.
    BarePage(PathBuf),
    /// The whole site in Node, with these settings.
    NodeSite(Vec<(&'static str, String)>),
    /// The list of matches by Next.js, which asks the API at this origin.
    NextSite(String),
}

/// Folders of the rivals in Node.
pub(crate) const MERCURIUS: &str = "mercurius";
pub(crate) const NODE_SITE: &str = "node";
pub(crate) const NEXT_SITE: &str = "next";

/// Builds the program and the rival that is a program of its own, unless they are built. They lie beside this one.
pub(crate) fn build() -> Outcome {
    let target = program()?;
    let target = target.parent().and_then(Path::parent).ok_or("the program has no target folder")?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).arg("build").args(["--quiet", "-p", "server", "--bin", "matchday"]);
    cargo.args(["-p", "bench", "--bin", "stock-subscription"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    succeed(cargo.arg("--target-dir").arg(target))
}

/// Installs the packages of a rival in Node, unless they are there.
pub(crate) fn install(peer: &str) -> Outcome {
    install_packages(&peers().join(peer))
}

fn install_packages(folder: &Path) -> Outcome {
    if folder.join("node_modules").exists() {
        return Ok(());
    }
    succeed(Command::new("npm").current_dir(folder).args(["ci", "--silent", "--no-audit", "--no-fund"]))
}

/// Installs the Debian package of a command, unless the command is there.
pub(crate) fn ensure_command(command: &str, package: &str) -> Outcome {
    const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/lib/common.sh");

    let ensure = "source \"$0\" && { [[ -x /usr/sbin/${1%%:*} ]] || ensure_commands \"$1\"; }";
    succeed(Command::new("bash").args(["-euc", ensure, SCRIPT]).arg(format!("{command}:{package}")))
}

/// Builds the pages of Next.js from what the API at `origin` says.
pub(crate) fn build_next(origin: &str) -> Outcome {
    let mut build = Command::new("npm");
    build.current_dir(peers().join(NEXT_SITE)).args(["run", "--silent", "build"]).stdout(Stdio::null());
    succeed(build.env("NEXT_TELEMETRY_DISABLED", "1").env("MATCHDAY_URL", origin))
}

/// Opens a page in Chromium, whose output says when it has painted a change: see the script.
pub(crate) fn painting(url: &str) -> Outcome<Child> {
    install_packages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/clients"))?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("paint/painted.mjs");
    Ok(Command::new("node").arg(script).arg(url).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
}

/// Runs a suite of the client tests against the program.
pub(crate) fn client_tests(suite: &str, settings: &[(&str, String)]) -> Outcome {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/clients/run.mjs");
    let settings = settings.iter().map(|(name, value)| (name, value));
    succeed(Command::new("node").arg(run).arg(suite).env("MATCHDAY_BIN", program()?).envs(settings))
}

/// The program that `build` builds.
pub(crate) fn program() -> Outcome<PathBuf> {
    beside("matchday")
}

fn beside(name: &str) -> Outcome<PathBuf> {
    Ok(env::current_exe()?.with_file_name(name))
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

fn node(peer: &str, cores: Cores) -> Command {
    let mut command = pinned(cores, Path::new("node"));
    command.arg(peers().join(peer).join("server.mjs")).env("NODE_ENV", "production");
    command
}

fn succeed(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}").into()),
        Err(error) => Err(format!("{command:?}: {error}").into()),
    }
}

impl Server {
    /// Starts `matchday` on an empty data folder, as it comes but for the caps on what one address may have and ask for.
    pub(crate) fn matchday(cores: Cores) -> Outcome<Self> {
        let mut server = Self::cold(cores)?;
        server.wait_for("/readyz")?;
        server.broker = server.noted_broker()?;
        Ok(server)
    }

    /// Starts `matchday` and does not wait for it.
    pub(crate) fn cold(cores: Cores) -> Outcome<Self> {
        Self::with(cores, &[])
    }

    /// Starts `matchday` with further settings, by their environment names, and does not wait for it.
    pub(crate) fn with(cores: Cores, further: &[(&str, String)]) -> Outcome<Self> {
        let folder = env::temp_dir().join(format!("matchday-bench-{}", Uuid::new_v4()));
        fs::create_dir_all(&folder)?;
        let settings = folder.join("bench.toml");
        fs::write(&settings, SETTINGS)?;
        // The port is free again once the listener is dropped; nobody else looks for one meanwhile.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;

        let mut command = pinned(cores, &program()?);
        command
            .arg("--config")
            .arg(&settings)
            .current_dir(&folder)
            .env("MATCHDAY_BIND", address.to_string())
            .env("MATCHDAY_DATA_DIR", folder.join("data"));
        for setting in ["DATABASE_URL", "REDIS_URL", "KAFKA_BROKERS", "ENV", "CLIENT_ID", "RUST_LOG"] {
            command.env_remove(setting);
        }
        command.envs(further.iter().map(|(name, value)| (name, value)));
        let log = File::create(folder.join("log"))?;
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        Ok(Self { child, folder: Some(folder), address, broker: String::new() })
    }

    /// Starts a rival, which says on its first line where it listens.
    pub(crate) fn rival(rival: &Rival, cores: Cores) -> Outcome<Self> {
        let mut command = match rival {
            Rival::Mercurius => node(MERCURIUS, cores),
            Rival::NodeSite(settings) => {
                let mut command = node(NODE_SITE, cores);
                command
                    .env_remove("ENV")
                    .env_remove("MATCHDAY_BIND")
                    .envs(settings.iter().map(|(name, value)| (name, value)));
                command
            }
            Rival::StockSubscription => pinned(cores, &beside("stock-subscription")?),
            Rival::BareSocket => {
                let mut command = pinned(cores, &env::current_exe()?);
                command.args(["peer", "bare-socket"]);
                command
            }
            Rival::BareHandler(answer) => {
                let mut command = pinned(cores, &env::current_exe()?);
                command.args(["peer", "bare-handler"]).arg(answer);
                command
            }
            Rival::BarePage(answer) => {
                let mut command = pinned(cores, &env::current_exe()?);
                command.args(["peer", "bare-page"]).arg(answer);
                command
            }
            Rival::NextSite(origin) => {
                let mut command = node(NEXT_SITE, cores);
                command.env("NEXT_TELEMETRY_DISABLED", "1").env("MATCHDAY_URL", origin);
                command
            }
        };
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("a rival has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let (address, broker) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let address = address.parse().map_err(|_| format!("{rival:?} did not start: {line}"))?;
        Ok(Self { child, folder: None, address, broker: broker.to_owned() })
    }

    /// Waits until a path is answered with 200.
    pub(crate) fn wait_for(&self, path: &str) -> Outcome {
        let end = Instant::now() + START;
        loop {
            let answer = Exchange::connect(self.address).and_then(|mut exchange| exchange.send(&get(path)));
            match answer {
                Ok(answer) if answer.status == 200 => return Ok(()),
                _ if Instant::now() < end => thread::sleep(Duration::from_millis(1)),
                Ok(answer) => return Err(format!("{path} is answered with {}", answer.status).into()),
                Err(error) => return Err(error),
            }
        }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Memory of the process that is resident, in bytes.
    pub(crate) fn resident(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kibibytes * 1_024)
    }

    fn noted_broker(&self) -> Outcome<String> {
        let folder = self.folder.as_ref().ok_or("a rival notes nothing")?;
        Ok(fs::read_to_string(folder.join("data/kafka-address"))?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; what it left is removed in any case.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn pinned(cores: Cores, program: &Path) -> Command {
    match cores {
        Cores::Shared => Command::new(program),
        Cores::Pinned => {
            let mut command = Command::new("taskset");
            command.args(["-c", &SERVER_CORE.to_string()]).arg(program);
            command
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_takes_the_settings_that_it_is_measured_with() {
        let file = env::temp_dir().join(format!("matchday-bench-{}.toml", Uuid::new_v4()));
        fs::write(&file, SETTINGS).expect("a temporary file can be written");

        let loaded = server::config::load_from(Some(&file), &[]);

        fs::remove_file(&file).expect("it is still there");
        if let Err(problems) = loaded {
            panic!("{problems:?}");
        }
    }
}
