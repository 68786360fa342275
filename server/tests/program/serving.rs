//! A program of our own: its folder, its settings, its process, and what it answers and logs.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// What the program logs, in its folder.
const LOG: &str = "log";

/// A data folder of its own, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("matchday-program-{}", uuid::Uuid::now_v7()));
        fs::create_dir(&path).expect("the temporary folder is writable");
        Self(path)
    }

    /// The program in this folder, on embedded parts whatever the test's own environment says.
    pub(crate) fn matchday(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matchday"));
        command.current_dir(&self.0).env_clear().env("MATCHDAY_BIND", "127.0.0.1:0").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.matchday().args(arguments).output().expect("the program can be started")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("the folder is ours");
    }

    /// The line that the program logs with all of these words in it, once it does.
    pub(crate) fn logged(&self, words: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let log = fs::read_to_string(self.0.join(LOG)).expect("the log is text");
            if let Some(line) = log.lines().find(|line| words.iter().all(|word| line.contains(word))) {
                return line.to_owned();
            }
            assert!(begun.elapsed() < DEADLINE, "{words:?} is not logged:\n{log}");
            std::thread::yield_now();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean up.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A serving program, killed at the end where it is ours.
pub(crate) struct Serving {
    child: Option<Child>,
    pub(crate) address: String,
    pub(crate) screen: String,
}

impl Serving {
    pub(crate) fn start(folder: &Folder) -> Self {
        Self::run(folder, folder.matchday())
    }

    /// Starts the program as `command` does. What it logs is in the folder.
    pub(crate) fn run(folder: &Folder, mut command: Command) -> Self {
        let log = fs::File::create(folder.0.join(LOG)).expect("the folder is ours");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program can be started");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut screen = String::new();
        while !screen.contains("Ctrl-C") {
            let line = lines.next().expect("the screen comes before the end").expect("the screen is text");
            screen.push_str(&line);
            screen.push('\n');
        }
        let address = screen.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.expect("the screen names the address").to_owned();
        Self { child: Some(child), address, screen }
    }

    /// One that somebody else has started.
    pub(crate) fn at(address: &str) -> Self {
        Self { child: None, address: address.to_owned(), screen: String::new() }
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
    }

    pub(crate) fn query(&self, document: &str) -> String {
        self.ask(&post(document))
    }

    /// What it answers, if it listens already.
    pub(crate) fn tried(&self, document: &str) -> Option<String> {
        self.exchange(&post(document)).ok()
    }

    pub(crate) fn ask(&self, request: &str) -> String {
        self.exchange(request).expect("it listens, reads and answers")
    }

    fn exchange(&self, request: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Waits until `/readyz` answers 200.
    pub(crate) fn ready(&self) {
        let begun = Instant::now();
        let mut answer = self.get("/readyz");
        while !answer.starts_with("HTTP/1.1 200") {
            assert!(begun.elapsed() < DEADLINE, "not ready: {answer}");
            std::thread::yield_now();
            answer = self.get("/readyz");
        }
    }

    pub(crate) fn signal(&mut self, name: &str) -> Option<i32> {
        let child = self.child.as_mut().expect("the test has started it");
        let pid = child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("there is a kill command");
        assert!(sent.success());
        child.wait().expect("the program is our child").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn post(document: &str) -> String {
    let body = format!("{{\"query\":\"{document}\"}}");
    format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
