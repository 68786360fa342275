//! How many files the program may open.

use std::process::Command;

use crate::serving::{Folder, Serving};

/// The program under limits of the shell's `ulimit`.
fn limited(folder: &Folder, limits: &str) -> Serving {
    let program = folder.matchday();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limits}; exec \"$0\"")]).arg(program.get_program());
    shell.current_dir(&folder.0).env_clear().env("MATCHDAY_BIND", "127.0.0.1:0");
    Serving::run(folder, shell)
}

#[test]
fn the_limit_of_open_files_is_raised_as_far_as_it_may_be() {
    let folder = Folder::new();

    let _program = limited(&folder, "ulimit -Sn 300 && ulimit -Hn 4000");

    let line = folder.logged(&["open files that the system allows"]);
    assert!(line.contains("\"files\":4000") && line.contains("\"connections\":3744"), "{line}");
    assert!(folder.logged(&["WARN", "max_connections"]).contains("25000"));
}

#[test]
fn where_the_limit_is_enough_nothing_is_warned_of() {
    let folder = Folder::new();
    folder.write("matchday.toml", "[transport.connections]\nmax_connections = 100\n");

    let _program = limited(&folder, "ulimit -n 1000");

    assert!(folder.logged(&["open files that the system allows"]).contains("\"connections\":100"));
    let log = std::fs::read_to_string(folder.0.join("log")).expect("the log is text");
    assert!(!log.contains("WARN"), "{log}");
}
