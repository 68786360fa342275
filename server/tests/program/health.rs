//! `matchday health`: a running program asked from beside it.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::{Child, Output, Stdio},
};

use super::serving::{Folder, Serving, text};

/// An address that was free a moment ago.
fn free() -> String {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("there is a free port");
    port.to_string()
}

/// What `matchday health` says where settings name the operators' address.
fn asked(folder: &Folder, admin: &str, words: &[&str]) -> Output {
    let mut command = folder.matchday();
    command.env("MATCHDAY_ADMIN_BIND", admin).arg("health").args(words);
    command.output().expect("the program can be started")
}

#[test]
fn a_program_that_is_ready_is_found_by_its_settings_and_by_its_address() {
    let (folder, admin) = (Folder::new(), free());
    let mut command = folder.matchday();
    command.env("MATCHDAY_ADMIN_BIND", &admin);
    let program = Serving::run(&folder, command);
    Serving::at(&admin).ready();

    let by_settings = asked(&folder, &admin, &[]);
    let by_address = folder.run(&["health", "--at", &admin]);
    let alive = folder.run(&["health", "--live", "--at", &program.address]);

    let told = text(&by_settings.stdout);
    assert_eq!(by_settings.status.code(), Some(0), "{}", text(&by_settings.stderr));
    assert_eq!(told, format!("http://{admin}/readyz: ready\n"));
    assert_eq!(by_address.status.code(), Some(0), "{}", text(&by_address.stderr));
    assert_eq!(alive.status.code(), Some(0), "{}", text(&alive.stderr));
    // The address of visitors shows that the program lives, and no more.
    let public = folder.run(&["health", "--at", &program.address]);
    assert_eq!(public.status.code(), Some(1));
    assert!(text(&public.stderr).contains("404"), "{}", text(&public.stderr));
}

#[test]
fn a_program_that_is_not_ready_is_said_to_be_so_part_by_part() {
    let folder = Folder::new();
    let mut command = folder.matchday();
    // No program listens there, and the program awaits it after its start.
    command.env("KAFKA_BROKERS", "127.0.0.1:1");
    let program = Serving::run(&folder, command);

    let ready = folder.run(&["health", "--at", &program.address]);
    let alive = folder.run(&["health", "--live", "--at", &program.address]);

    let told = text(&ready.stderr);
    assert_eq!(ready.status.code(), Some(1), "{told}");
    assert!(told.contains("not ready: ") && told.contains("kafka: ") && !told.contains("database: "), "{told}");
    assert_eq!(alive.status.code(), Some(0), "{}", text(&alive.stderr));
}

#[test]
fn where_nothing_answers_the_address_and_the_setting_that_names_it_are_told() {
    let (folder, admin) = (Folder::new(), free());

    let unreached = asked(&folder, &admin, &[]);

    let told = text(&unreached.stderr);
    assert_eq!(unreached.status.code(), Some(1), "{told}");
    for words in [format!("http://{admin}/readyz").as_str(), "refused", "MATCHDAY_ADMIN_BIND", "--at", "--worker"] {
        assert!(told.contains(words), "{words} is missing: {told}");
    }
}

#[test]
fn another_program_that_answers_is_not_taken_for_ours() {
    let folder = Folder::new();
    let stranger = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = stranger.local_addr().expect("it is bound").to_string();

    for words in [["health", "--at", &address].as_slice(), &["health", "--live", "--at", &address]] {
        let mut command = folder.matchday();
        let asking = command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let (mut stream, _) = stranger.accept().expect("it is asked");
        let _ = stream.read(&mut [0; 1_024]).expect("a request comes");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").expect("it is read");

        let answered = asking.and_then(Child::wait_with_output).expect("the program can be started");
        assert_eq!(answered.status.code(), Some(1), "{words:?}");
        assert!(text(&answered.stderr).contains("not as Matchday does"), "{}", text(&answered.stderr));
    }
}

#[test]
fn an_address_that_nothing_can_be_asked_at_is_wrong_usage() {
    let folder = Folder::new();

    for (words, setting) in [
        (vec!["health"], "MATCHDAY_BIND is \"127.0.0.1:0\""),
        (vec!["health", "--at", "matchday"], "--at is \"matchday\""),
        (vec!["health", "--at", "not a host:80"], "--at is \"not a host:80\""),
    ] {
        let refused = folder.run(&words);
        assert_eq!(refused.status.code(), Some(2), "{words:?}");
        assert!(text(&refused.stderr).contains(setting), "{}", text(&refused.stderr));
    }
}
