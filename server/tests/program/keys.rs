//! Keys and people, changed beside the running program.

use std::time::Instant;

use crate::serving::{DEADLINE, Folder, Serving, text};

/// The first word of each line below the header.
fn first_words(output: &[u8]) -> Vec<String> {
    let shown = text(output);
    assert!(shown.starts_with("KEY ") && shown.contains("ALGORITHM  STATE      FROM"), "{shown}");
    shown.lines().skip(1).filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn keys_are_listed_changed_and_ended_beside_the_running_program() {
    let folder = Folder::new();
    let program = Serving::start(&folder);
    program.ready();
    let published = || program.get("/.well-known/jwks.json");

    let before = first_words(&folder.run(&["key", "list"]).stdout);
    assert_eq!(before.len(), 1);
    assert!(published().contains(&before[0]) && published().contains("max-age=30"), "{}", published());

    let rotated = folder.run(&["key", "rotate"]);
    let shown = text(&rotated.stdout);
    assert!(shown.contains("signing") && shown.contains("announced"), "{shown}{}", text(&rotated.stderr));
    let next = first_words(&rotated.stdout).pop().expect("there are two");
    let begun = Instant::now();
    while !published().contains(&next) {
        assert!(begun.elapsed() < DEADLINE, "the program does not hear of the new key");
    }

    assert_eq!(folder.run(&["key", "retire", &next]).status.code(), Some(0));
    let again = folder.run(&["key", "retire", &next]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("matchday key list"), "{}", text(&again.stderr));
}

#[test]
fn keys_of_tickets_are_changed_beside_those_of_tokens() {
    let folder = Folder::new();
    let program = Serving::start(&folder);
    program.ready();
    let published = || program.get("/.well-known/ticket-keys.json");
    let tokens = program.get("/.well-known/jwks.json");

    let before = first_words(&folder.run(&["key", "--tickets", "list"]).stdout);
    assert_eq!(before.len(), 1);
    assert!(published().contains(&before[0]) && !tokens.contains(&before[0]), "{}", published());

    let rotated = first_words(&folder.run(&["key", "--tickets", "rotate"]).stdout);
    assert_eq!(rotated.len(), 2);
    let begun = Instant::now();
    while !published().contains(&rotated[1]) {
        assert!(begun.elapsed() < DEADLINE, "the program does not hear of the new key");
    }
    assert!(published().contains(&before[0]), "what it signed stays good");

    assert_eq!(folder.run(&["key", "--tickets", "retire", &before[0]]).status.code(), Some(0));
    assert_eq!(folder.run(&["key", "--tickets", "retire", &before[0]]).status.code(), Some(1));
    let begun = Instant::now();
    while published().contains(&before[0]) {
        assert!(begun.elapsed() < DEADLINE, "the program does not hear of the key's end");
    }
    assert_eq!(first_words(&folder.run(&["key", "list"]).stdout).len(), 1, "tokens have keys of their own");
}

/// The answer to somebody who signs in.
fn sign_in(program: &Serving, password: &str) -> String {
    let input = format!(r#"{{email: \"ana@example.com\", password: \"{password}\"}}"#);
    program.query(&format!("mutation {{ signIn(input: {input}) {{ user {{ role }} }} }}"))
}

#[test]
fn the_first_admin_is_made_beside_the_running_program_and_accounts_are_disabled_and_enabled() {
    let folder = Folder::new();
    let program = Serving::start(&folder);
    program.ready();

    let created = folder.run(&["user", "create", "ana@example.com", "--role", "steward"]);
    let shown = text(&created.stdout);
    let password = shown.lines().find_map(|line| line.strip_prefix("password  ")).expect("it is printed").to_owned();
    assert!(sign_in(&program, &password).contains("STEWARD"));
    assert_eq!(
        folder.run(&["user", "promote", "ana@example.com"]).status.code(),
        Some(2),
        "a role is named, not assumed"
    );
    let promoted = folder.run(&["user", "promote", "ana@example.com", "--role", "admin"]);
    assert_eq!(text(&promoted.stdout), "ana@example.com is now an admin (was a steward)\n");
    assert!(sign_in(&program, &password).contains("ADMIN"));
    assert_eq!(folder.run(&["user", "disable", "ana@example.com"]).status.code(), Some(0));
    assert!(sign_in(&program, &password).contains("FORBIDDEN"));
    assert_eq!(folder.run(&["user", "enable", "ana@example.com"]).status.code(), Some(0));
    assert!(sign_in(&program, &password).contains("ADMIN"));

    let taken = folder.run(&["user", "create", "ana@example.com"]);
    assert_eq!(taken.status.code(), Some(1));
    let told = text(&taken.stderr);
    assert!(told.contains("exists") && told.contains("matchday user promote ana@example.com --role"), "{told}");
    let unknown = folder.run(&["user", "promote", "ben@example.com", "--role", "admin"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("ben@example.com"), "{}", text(&unknown.stderr));
}

#[test]
fn where_there_is_no_site_there_are_no_keys() {
    let folder = Folder::new();

    let listed = folder.run(&["key", "list"]);

    assert_eq!(listed.status.code(), Some(1));
    assert!(text(&listed.stderr).contains("MATCHDAY_DATA_DIR"), "{}", text(&listed.stderr));
}
