//! The exposition of metrics, by the rules that Prometheus' own checker goes by.

use std::collections::{BTreeMap, BTreeSet};

use super::serving::{Folder, Serving};

#[test]
fn every_family_is_told_once_with_its_help_and_its_type() {
    let folder = Folder::new();
    let program = Serving::start(&folder);
    program.ready();
    program.query("{ matches(first: 1) { totalCount } }");
    program.query("{ nonsense }");
    let answer = program.get("/metrics");
    let text = answer.split_once("\r\n\r\n").expect("an answer has a body").1;

    let (mut helped, mut types) = (BTreeSet::new(), BTreeMap::new());
    let mut samples = BTreeSet::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("help has words");
            assert!(helped.insert(name.to_owned()) && words.ends_with('.'), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type has a name");
            assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "twice: {line}");
        } else if let Some((sample, value)) = line.rsplit_once(' ') {
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(samples.insert(sample.to_owned()), "twice: {line}");
        }
    }

    assert!(types.len() > 30, "{types:?}");
    for (name, kind) in &types {
        assert!(helped.contains(name), "{name} has no help");
        assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
        assert_ne!(kind, "summary", "{name}: quantiles of one instance can't be added up");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'), "{name}");
    }
    for sample in &samples {
        let name = sample.split('{').next().unwrap_or_default();
        let of = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
        let is_known =
            types.contains_key(name) || of.is_some_and(|name| types.get(name).is_some_and(|k| k == "histogram"));
        assert!(is_known, "{sample} has no type");
    }
    for told in [
        "matchday_build_info",
        "process_resident_memory_bytes",
        "matchday_database_connections",
        "matchday_desk_waiting",
    ] {
        assert!(types.contains_key(told), "{told} is missing");
    }
    assert!(!types.contains_key("matchday_relay_backlog"), "it is matchday_outbox_backlog");
}
