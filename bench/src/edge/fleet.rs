//! A fleet: instances of one site, each a process at addresses that it keeps over its restarts.

use std::{
    env,
    fs::{self, OpenOptions},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use testkit::{ports::free_ports, rolling::balancer::Backend};
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    Outcome,
    edge::{
        children::SETTINGS,
        exchange::{Exchange, get},
    },
};

/// How long an instance may take to be ready, and how long to end.
const START: Duration = Duration::from_secs(60);
const END: Duration = Duration::from_secs(60);

/// How often is looked.
const LOOK: Duration = Duration::from_millis(20);

/// Lines of a log that are shown where its instance failed.
const SHOWN: usize = 20;

/// Some instances, ended with this.
pub(crate) struct Fleet {
    settings: Vec<(&'static str, String)>,
    instances: Vec<Instance>,
}

struct Instance {
    folder: PathBuf,
    at: Backend,
    process: Option<Child>,
}

impl Fleet {
    /// Starts `count` instances of `program` with these settings, one after the other.
    pub(crate) async fn start(program: &Path, count: u16, settings: Vec<(&'static str, String)>) -> Outcome<Self> {
        // Below those that the system gives out, so that no connection takes the port of an instance that is away.
        let first = free_ports(2 * count);
        let at = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let instances = (0..count)
            .map(|number| {
                let folder = env::temp_dir().join(format!("matchday-bench-{}", Uuid::new_v4()));
                fs::create_dir_all(&folder)?;
                fs::write(folder.join("bench.toml"), SETTINGS)?;
                let at = Backend { visitors: at(first + 2 * number), admin: at(first + 2 * number + 1) };
                Outcome::Ok(Instance { folder, at, process: None })
            })
            .collect::<Outcome<Vec<_>>>()?;
        let mut fleet = Self { settings, instances };
        for number in 0..fleet.len() {
            fleet.begin(number, program).await?;
        }
        Ok(fleet)
    }

    pub(crate) fn len(&self) -> usize {
        self.instances.len()
    }

    /// Where the instances are.
    pub(crate) fn backends(&self) -> Vec<Backend> {
        self.instances.iter().map(|instance| instance.at).collect()
    }

    /// Starts an instance that does not run, and waits until it is ready; returns how long that took.
    pub(crate) async fn begin(&mut self, number: usize, program: &Path) -> Outcome<Duration> {
        let begun = Instant::now();
        let Self { settings, instances } = self;
        let instance = &mut instances[number];
        let log = OpenOptions::new().create(true).append(true).open(instance.log())?;
        let mut command = Command::new(program);
        command.arg("--config").arg(instance.folder.join("bench.toml")).current_dir(&instance.folder);
        for setting in ["DATABASE_URL", "REDIS_URL", "KAFKA_BROKERS", "ENV", "CLIENT_ID", "RUST_LOG"] {
            command.env_remove(setting);
        }
        command
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .env("MATCHDAY_BIND", instance.at.visitors.to_string())
            .env("MATCHDAY_ADMIN_BIND", instance.at.admin.to_string())
            .env("MATCHDAY_DATA_DIR", instance.folder.join("data"));
        instance.process = Some(command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?);

        while !instance.is_ready().await? {
            if let Some(status) = instance.ended()? {
                return Err(instance.failure(&format!("ended with {status}")));
            }
            if begun.elapsed() > START {
                return Err(instance.failure(&format!("is not ready within {START:?}")));
            }
            sleep(LOOK).await;
        }
        Ok(begun.elapsed())
    }

    /// Asks an instance to end, as an orchestrator does, and waits until it has; returns how long that took.
    pub(crate) async fn end(&mut self, number: usize) -> Outcome<Duration> {
        let begun = Instant::now();
        let instance = &mut self.instances[number];
        let process = instance.process.as_ref().ok_or("an instance is ended once")?;
        kill_process(Pid::from_child(process), Signal::TERM)?;
        loop {
            match instance.ended()? {
                Some(status) if status.success() => {
                    instance.process = None;
                    return Ok(begun.elapsed());
                }
                Some(status) => return Err(instance.failure(&format!("ended with {status}"))),
                None if begun.elapsed() > END => {
                    return Err(instance.failure(&format!("has not ended within {END:?}")));
                }
                None => sleep(LOOK).await,
            }
        }
    }
}

impl Instance {
    /// Whether `/readyz` says so; not where no program answers.
    async fn is_ready(&self) -> Outcome<bool> {
        let admin = self.at.admin;
        let asked = move || Exchange::connect(admin)?.send(&get("/readyz"));
        Ok(tokio::task::spawn_blocking(asked).await?.is_ok_and(|answer| answer.status == 200))
    }

    fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        let process = self.process.as_mut().ok_or("an instance that was not started")?;
        Ok(process.try_wait()?)
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn failure(&self, what: &str) -> Box<dyn std::error::Error + Send + Sync> {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(SHOWN)..];
        format!("the instance at {} {what}:\n{}", self.at.visitors, last.join("\n")).into()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
