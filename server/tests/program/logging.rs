//! Logs that can't be written, and stops as a balancer sees them.

use std::{
    fs::OpenOptions,
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Stdio},
    time::Instant,
};

use super::serving::{DEADLINE, Folder, Serving};

/// A program on a fixed port whose output goes where the test wants it, killed at the end.
struct Silent {
    child: Child,
    program: Serving,
}

impl Silent {
    fn start(mut command: Command, port: u16) -> Self {
        let address = format!("127.0.0.1:{port}");
        let child = command.env("MATCHDAY_BIND", &address).spawn().expect("the program can be started");
        let program = Serving::at(&address);
        let begun = Instant::now();
        while TcpStream::connect(&address).is_err() {
            assert!(begun.elapsed() < DEADLINE, "the program does not listen");
            std::thread::yield_now();
        }
        program.ready();
        Self { child, program }
    }

    /// Makes it log: a mail that nothing sends is shown there.
    fn signs_somebody_up(&self) {
        let input =
            format!("{{email: \\\"{}@example.com\\\", password: \\\"a long passphrase\\\"}}", uuid::Uuid::now_v7());
        let answer = self.program.query(&format!("mutation {{ signUp(input: {input}) {{ expiresAt }} }}"));
        assert!(answer.contains("expiresAt"), "{answer}");
    }

    fn still_sells(&self) {
        for _ in 0..3 {
            self.signs_somebody_up();
        }
        assert!(self.program.query("{ matches(first: 1) { totalCount } }").contains("64"));
    }

    fn counts_lost_lines(&self) {
        let begun = Instant::now();
        let lost = |text: String| {
            let line = text.lines().find(|line| line.starts_with("matchday_log_lines_lost_total "))?.to_owned();
            line.rsplit(' ').next()?.parse::<u64>().ok()
        };
        while lost(self.program.get("/metrics")).is_none_or(|lost| lost == 0) {
            assert!(begun.elapsed() < DEADLINE, "no line is lost");
            self.program.query("{ matches(first: 1) { totalCount } }");
        }
    }

    fn ends_in_order(mut self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("there is a kill command");
        assert!(sent.success());
        assert_eq!(self.child.wait().expect("the program is our child").code(), Some(0));
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

#[test]
fn a_program_goes_on_when_nobody_reads_its_log_any_more() {
    for is_screen_lost_too in [false, true] {
        let folder = Folder::new();
        let mut command = folder.matchday();
        command.stderr(Stdio::piped()).stdout(if is_screen_lost_too { Stdio::piped() } else { Stdio::null() });
        let mut program = Silent::start(command, free_port());

        // The readers end, as a `tee` or a session does.
        drop((program.child.stderr.take(), program.child.stdout.take()));

        program.still_sells();
        program.counts_lost_lines();
        program.ends_in_order();
    }
}

#[test]
fn a_program_goes_on_when_its_log_and_its_screen_have_no_room() {
    let folder = Folder::new();
    let full = || OpenOptions::new().write(true).open("/dev/full").expect("the system has it");
    let mut command = folder.matchday();
    command.stderr(full()).stdout(full());

    let program = Silent::start(command, free_port());

    program.still_sells();
    program.counts_lost_lines();
    program.ends_in_order();
}

#[test]
fn a_program_goes_on_while_the_reader_of_its_log_hangs() {
    let folder = Folder::new();
    let mut command = folder.matchday();
    // Far more than a pipe holds.
    command.env("RUST_LOG", "trace").stderr(Stdio::piped()).stdout(Stdio::null());
    let mut program = Silent::start(command, free_port());
    let unread: ChildStderr = program.child.stderr.take().expect("it is piped");

    program.counts_lost_lines();
    program.still_sells();

    assert!(BufReader::new(unread).lines().next().is_some_and(|line| line.is_ok()));
    program.ends_in_order();
}

#[test]
fn a_stop_is_announced_before_the_listener_closes() {
    let folder = Folder::new();
    let mut command = folder.matchday();
    command.env("MATCHDAY_SHUTDOWN_DELAY_SECONDS", "2").stderr(Stdio::null()).stdout(Stdio::null());
    let mut program = Silent::start(command, free_port());
    let pid = program.child.id().to_string();
    let begun = Instant::now();

    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("there is a kill command").success());
    while !program.program.get("/readyz").starts_with("HTTP/1.1 503") {
        assert!(begun.elapsed() < DEADLINE, "readiness does not say so");
    }

    let answer = program.program.query("{ matches(first: 1) { totalCount } }");
    assert!(answer.contains("64") && answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    assert_eq!(program.child.wait().expect("the program is our child").code(), Some(0));
    assert!(begun.elapsed().as_secs() >= 2, "{:?}", begun.elapsed());
}
