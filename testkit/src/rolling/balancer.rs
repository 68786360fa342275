//! A balancer in front of some instances, by HAProxy: its view of who is ready lags behind, as a cluster's does.

use std::{
    fmt::Write as _,
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::{folder::Folder, ports::free_ports};

/// Debian installs it where only root's commands are looked for.
const PROGRAMS: [&str; 2] = ["haproxy", "/usr/sbin/haproxy"];

/// How long it may take to start.
const START: Duration = Duration::from_secs(10);

/// How often is looked.
const LOOK: Duration = Duration::from_millis(20);

/// How many times, and how often, an instance must say that it is not ready before the balancer believes it.
const FAILURES: u32 = 7;
const INTERVAL: Duration = Duration::from_millis(500);

/// How long after SIGTERM the balancer goes on sending to an instance, at least: its first check after it comes within an
/// interval.
pub const LAG: Duration = INTERVAL.saturating_mul(FAILURES - 1);

/// A running HAProxy. Dropped, it is killed.
pub struct Balancer {
    /// Where visitors come to.
    pub address: SocketAddr,
    process: Child,
    folder: Folder,
}

/// An instance as the balancer knows it.
#[derive(Debug, Clone, Copy)]
pub struct Backend {
    /// Where it serves visitors.
    pub visitors: SocketAddr,
    /// Where it says whether it is ready.
    pub admin: SocketAddr,
}

impl Balancer {
    /// Starts a balancer in front of these instances.
    ///
    /// # Errors
    ///
    /// HAProxy is not installed, or does not start.
    pub async fn start(instances: &[Backend]) -> io::Result<Self> {
        // Below those that the system gives out: connections through it take thousands of these.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_ports(1)));
        let folder = Folder::new(&format!("haproxy-{}", address.port()));
        fs::write(folder.path().join("haproxy.cfg"), configuration(address, folder.path(), instances))?;
        let mut balancer = Self { address, process: spawn(folder.path())?, folder };

        let end = Instant::now() + START;
        while TcpStream::connect(address).await.is_err() {
            let ended = balancer.process.try_wait()?;
            if ended.is_some() || Instant::now() > end {
                let log = fs::read_to_string(balancer.folder.path().join("log")).unwrap_or_default();
                return Err(io::Error::other(format!("HAProxy does not start: {log}")));
            }
            sleep(LOOK).await;
        }
        Ok(balancer)
    }

    /// What it is, as it says itself.
    ///
    /// # Errors
    ///
    /// It does not answer.
    pub async fn version(&self) -> io::Result<String> {
        let told = self.ask("show info").await?;
        let of = |key: &str| told.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim();
        Ok(format!("{} {}", of("Name:"), of("Version:")))
    }

    /// Whether it sends visitors to the instance of this place.
    ///
    /// # Errors
    ///
    /// It does not answer.
    pub async fn sends_to(&self, instance: usize) -> io::Result<bool> {
        const RUNNING: &str = "2";

        let answer = self.ask("show servers state requests").await?;
        // Of a line: backend's id and name, server's id, name and address, and its state.
        let name = name(instance);
        let state = answer.lines().find_map(|line| {
            let mut words = line.split(' ').skip(3);
            (words.next() == Some(name.as_str())).then(|| words.nth(1)).flatten()
        });
        state.map(|state| state == RUNNING).ok_or_else(|| io::Error::other(format!("{name} is not known: {answer}")))
    }

    /// Waits until it sends no more visitors to an instance; returns how long that took.
    ///
    /// # Errors
    ///
    /// It does not answer, or has not turned within `patience`.
    pub async fn turns_from(&self, instance: usize, patience: Duration) -> io::Result<Duration> {
        let begun = Instant::now();
        while self.sends_to(instance).await? {
            if begun.elapsed() > patience {
                return Err(io::Error::other(format!("HAProxy sends to instance {instance} after {patience:?} still")));
            }
            sleep(LOOK).await;
        }
        Ok(begun.elapsed())
    }

    async fn ask(&self, question: &str) -> io::Result<String> {
        let mut socket = UnixStream::connect(control(self.folder.path())).await?;
        socket.write_all(format!("{question}\n").as_bytes()).await?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

fn spawn(folder: &Path) -> io::Result<Child> {
    let mut failure = None;
    for program in PROGRAMS {
        let log = fs::File::create(folder.join("log"))?;
        let mut command = Command::new(program);
        command.arg("-db").arg("-f").arg(folder.join("haproxy.cfg"));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        match command.spawn() {
            Ok(process) => return Ok(process),
            Err(error) => failure = Some(error),
        }
    }
    let failure = failure.map_or_else(String::new, |error| error.to_string());
    Err(io::Error::other(format!("{failure}: Debian's package haproxy is missing; scripts/test installs it")))
}

fn control(folder: &Path) -> PathBuf {
    folder.join("control")
}

fn name(instance: usize) -> String {
    format!("instance-{instance}")
}

fn configuration(address: SocketAddr, folder: &Path, instances: &[Backend]) -> String {
    let (control, interval) = (control(folder), INTERVAL.as_millis());
    let mut text = format!(
        "global
    maxconn 20000
    # Where fewer files may be open, it takes fewer.
    no strict-limits
    stats socket {control} mode 600 level admin

defaults
    mode http
    maxconn 20000
    # Nothing is hidden: what fails at one instance is tried neither there again nor at another.
    retries 0
    no option redispatch
    # Connections of visitors and those to instances are kept open and used again, as HAProxy does unless told otherwise.
    option http-keep-alive
    option forwardfor
    timeout connect 5s
    timeout client 90s
    timeout server 90s
    timeout queue 5s
    timeout check 2s
    timeout http-keep-alive 90s
    timeout tunnel 1h

frontend visitors
    bind {address}
    # Requests are given out in turn, sockets to the instance that has the fewest.
    use_backend sockets if {{ req.hdr(upgrade) -i websocket }}
    default_backend requests

backend requests
    balance roundrobin
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr host matchday
    http-check expect status 200
    # Its view lags: it goes on sending to an instance that says that it stops until {FAILURES} checks in a row have failed.
    default-server inter {interval}ms fall {FAILURES} rise 1 downinter 250ms
",
        control = control.display()
    );
    for (number, instance) in instances.iter().enumerate() {
        let line = format!("server {} {} check port {}", name(number), instance.visitors, instance.admin.port());
        writeln!(text, "    {line}").expect("a String takes all text");
    }
    text.push_str("\nbackend sockets\n    balance leastconn\n");
    for (number, instance) in instances.iter().enumerate() {
        let name = name(number);
        writeln!(text, "    server {name} {} track requests/{name}", instance.visitors)
            .expect("a String takes all text");
    }
    text
}
