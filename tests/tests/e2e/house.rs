//! The house: which crate may know which, and who alone knows what is outside.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use chrono::NaiveDate;
use serde_json::Value;

mod floors;

/// Arrows that may be there; `server` and `tests` may know everybody.
const ARROWS: [(&str, &[&str]); 26] = [
    // Pages are clients: they know the contract, and none of what answers it.
    ("docs", &["kit"]),
    ("storefront", &["kit"]),
    ("kit", &["localization"]),
    ("localization", &[]),
    (
        "security",
        &["resolvers", "transport", "domain", "book", "entities", "limits", "fetch", "settings", "error_codes"],
    ),
    ("schema", &["resolvers", "subscriptions", "domain", "book", "error_codes", "spans"]),
    ("subscriptions", &["resolvers", "domain", "book", "entities", "error_codes", "spans"]),
    ("resolvers", &["analytics", "domain", "book", "entities", "limits", "search", "error_codes"]),
    ("kafka", &["domain", "book", "entities", "settings", "spans"]),
    ("gateways", &["domain", "entities", "error_codes", "fetch", "settings"]),
    ("mails", &["domain", "entities", "localization"]),
    ("print", &["domain", "entities", "localization"]),
    ("domain", &["book", "entities", "spans"]),
    ("book", &["entities", "spans"]),
    ("transport", &["error_codes", "spans"]),
    ("error_codes", &[]),
    ("limits", &[]),
    ("fetch", &[]),
    ("settings", &[]),
    ("spans", &[]),
    ("entities", &[]),
    ("analytics", &[]),
    ("opensearch", &["fetch", "search"]),
    ("search", &[]),
    ("migration", &[]),
    ("testkit", &[]),
];

const MAY_KNOW_ALL: [&str; 3] = ["server", "tests", "bench"];

/// What is outside, and the crates that alone know it. May only shrink.
const OUTSIDE: [(&str, &[&str]); 14] = [
    ("rdkafka", &["kafka"]),
    ("redis", &["limits", "security", "server"]),
    ("axum", &["transport", "security", "gateways", "kit", "docs", "storefront", "server"]),
    ("hyper", &["transport"]),
    ("hyper-rustls", &["fetch"]),
    ("async-graphql", &["resolvers", "subscriptions", "schema", "transport", "security", "server"]),
    ("jsonwebtoken", &["domain"]),
    ("argon2", &["domain"]),
    ("ring", &["domain", "security", "gateways"]),
    ("sea-orm-migration", &["migration"]),
    ("krilla", &["print"]),
    ("lettre", &["server"]),
    ("figment", &["server"]),
    ("opentelemetry", &["spans", "server"]),
];

type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_crate_knows_another_that_it_must_not_know() {
    let graph = graph();
    assert!(graph.len() >= 9, "{graph:?}");

    assert_eq!(forbidden_arrows(&graph), [""; 0]);
}

#[test]
fn what_is_outside_is_known_by_few() {
    assert_eq!(forbidden_knowledge(&graph()), [""; 0]);
}

#[test]
fn no_statement_returns_whatever_columns_a_table_has() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is around the suite");
    let programs =
        graph().into_keys().filter(|name| !["tests", "testkit", "bench", "migration"].contains(&name.as_str()));
    let mut files: Vec<PathBuf> = programs.map(|name| root.join(name).join("src")).filter(|src| src.exists()).collect();
    let (mut read, mut found) = (0, Vec::new());
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(
                fs::read_dir(&path).expect("it can be read").map(|entry| entry.expect("it can be read").path()),
            );
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            read += 1;
            let text = fs::read_to_string(&path).expect("it is text");
            found.extend(unnamed_columns(&text).into_iter().map(|statement| (path.clone(), statement)));
        }
    }

    assert!(read > 100, "{read} sources were read");
    assert_eq!(
        found,
        [],
        "an older program fails where a newer one gives such a table a column: `columns_of` names them"
    );
}

/// Where a text has `*` for the columns of a table; those of `unnest` are named by the statement itself.
fn unnamed_columns(text: &str) -> Vec<String> {
    let is_unnamed = |rest: &str| {
        let selected = rest.split_whitespace().next().unwrap_or_default().trim_end_matches(',');
        let of_parameters = rest.trim_start().starts_with("* FROM unnest(");
        (selected == "*" || selected.ends_with(".*")) && !of_parameters
    };
    let starts = ["SELECT ", "RETURNING "].into_iter().flat_map(|word| text.match_indices(word));
    let rests = starts.map(|(at, word)| (&text[at..], &text[at + word.len()..]));
    rests.filter(|(_, rest)| is_unnamed(rest)).map(|(all, _)| all.chars().take(60).collect()).collect()
}

#[test]
fn columns_that_a_statement_does_not_name_are_seen() {
    let named = "SELECT a.id FROM a; INSERT INTO a (id) SELECT * FROM unnest($1); SELECT count(*) FROM a";
    assert_eq!(unnamed_columns(named), [""; 0]);
    for unnamed in
        ["SELECT * FROM a", "SELECT r.* FROM a AS r", "SELECT r.*, 1 FROM a AS r", "DELETE FROM a RETURNING *"]
    {
        assert_eq!(unnamed_columns(unnamed).len(), 1, "{unnamed}");
    }
}

#[test]
fn every_decision_says_when_it_was_made_and_whether_it_stands() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adr");
    let all = fs::read_dir(folder).expect("there are decisions").map(|file| file.expect("a file").path());
    let files: Vec<_> = all.filter(|file| !file.ends_with("README.md")).collect();
    let is_dated = |line: &str| {
        let words: Vec<_> = line.trim_end_matches('.').split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let is_date = |word: &str| NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok();
        match words[..] {
            ["Accepted" | "Superseded", made] => is_date(made),
            ["Accepted" | "Superseded", made, "revised", last] => is_date(made) && is_date(last),
            _ => false,
        }
    };

    let undated = files.iter().filter(|file| {
        let text = fs::read_to_string(file).expect("it can be read");
        !text.lines().nth(2).is_some_and(is_dated)
    });

    assert!(files.len() >= 17, "{files:?}");
    assert_eq!(undated.collect::<Vec<_>>(), Vec::<&PathBuf>::new());
}

#[test]
fn an_arrow_that_must_not_be_is_seen() {
    let graph = Graph::from([
        ("domain".to_owned(), BTreeSet::from(["kafka".to_owned()])),
        ("kafka".to_owned(), BTreeSet::new()),
        ("common".to_owned(), BTreeSet::from(["rdkafka".to_owned()])),
    ]);

    assert_eq!(forbidden_arrows(&graph), ["common has no place in the house", "domain must not know kafka"]);
    assert_eq!(forbidden_knowledge(&graph), ["common must not know rdkafka"]);
}

fn forbidden_arrows(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (from, knows) in graph {
        if MAY_KNOW_ALL.contains(&from.as_str()) {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| name == from) else {
            found.push(format!("{from} has no place in the house"));
            continue;
        };
        let ours = knows.iter().filter(|to| graph.contains_key(*to));
        found.extend(ours.filter(|to| !allowed.contains(&to.as_str())).map(|to| format!("{from} must not know {to}")));
    }
    found
}

fn forbidden_knowledge(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (from, knows) in graph {
        let strangers = OUTSIDE.iter().filter(|(name, allowed)| {
            knows.contains(*name) && !allowed.contains(&from.as_str()) && !["tests", "bench"].contains(&from.as_str())
        });
        found.extend(strangers.map(|(name, _)| format!("{from} must not know {name}")));
    }
    found
}

/// What the manifests say; what a crate's own tests need does not count.
fn graph() -> Graph {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .expect("cargo can be run");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("metadata is JSON");
    let text = |value: &Value| value.as_str().expect("a name is text").to_owned();
    let packages = metadata["packages"].as_array().expect("there are packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("a list");
            let knows = dependencies
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| text(&dependency["name"]))
                .collect();
            (text(&package["name"]), knows)
        })
        .collect()
}
