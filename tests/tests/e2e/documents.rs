//! What documents say of the house, held against the house.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, path::Path};

use testkit::folder::Folder;
use tokio::process::Command;

use super::crashes::binary;

const PROMISES: &str = include_str!("../../../docs/promises.md");

/// Names of tests: words with at least three underscores between them.
fn named_tests(text: &str) -> Vec<&str> {
    let spans = text.split('`').skip(1).step_by(2);
    spans
        .filter(|span| {
            span.matches('_').count() > 2
                && span.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric() && !byte.is_ascii_uppercase())
        })
        .collect()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("sources can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("sources are text"));
        }
    }
}

#[test]
fn every_promise_names_tests_that_exist() {
    let mut text = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut text);

    let parts: Vec<&str> = PROMISES.split("\n## ").skip(1).collect();
    let unshown = parts.iter().filter(|part| named_tests(part).is_empty());
    let unknown = named_tests(PROMISES)
        .into_iter()
        .filter(|name| !text.contains(&format!("fn {name}(")) && !text.contains(&format!("async fn {name}(")));

    assert!(parts.len() >= 10, "{parts:?}");
    assert_eq!(unshown.collect::<Vec<_>>(), Vec::<&&str>::new(), "these promises name no test");
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&str>::new(), "these tests do not exist");
}

#[test]
fn the_help_page_names_every_cookie_that_the_program_sets() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the house");
    let help = include_str!("../../../web/storefront/src/pages/site/help.rs");
    let mut text = String::new();
    for folder in ["web/kit/src", "web/storefront/src", "resolvers/src", "security/src", "server/src"] {
        sources(&house.join(folder), &mut text);
    }

    let names = text.split("\"__Host-").skip(1).filter_map(|rest| rest.split(['"', '=', ';']).next());
    let names: BTreeSet<&str> = names.filter(|name| !name.ends_with('-')).collect();
    let unnamed: Vec<_> = names.iter().filter(|name| !help.contains(&format!("\"__Host-{name}\""))).collect();

    assert!(names.len() > 4, "cookies are named otherwise now: {names:?}");
    assert_eq!(unnamed, Vec::<&&str>::new(), "the page does not name these");
}

#[tokio::test]
async fn the_program_takes_the_settings_of_a_storefront_elsewhere_and_of_its_api() {
    let folder = Folder::new("storefront-settings");
    let stub = folder.path().join("matchday");
    fs::write(&stub, format!("#!/bin/sh\nexec {} config\n", binary().display())).expect("it can be written");
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).expect("it is ours");

    for name in ["storefront.sh", "api.sh"] {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/snippets/storefront").join(name);
        let shown = Command::new("sh")
            .arg(&script)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()))
            .current_dir(folder.path())
            .output()
            .await
            .expect("sh can be started");

        let text = String::from_utf8_lossy(&shown.stdout);
        assert!(shown.status.success(), "{name}: {}", String::from_utf8_lossy(&shown.stderr));
        assert!(text.contains("https://tickets.example"), "{name}: {text}");
    }
}
