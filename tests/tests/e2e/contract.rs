//! The contract: what the repository says of it is what the program prints.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    },
};
use error_codes::Code;
use tests::contract_changes::{self, Changes};

/// The folder of the workspace.
const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Crates that spell codes as clients and other programs do: the one that defines them, and what only tests.
const SPELLING: [&str; 3] = ["error_codes", "tests", "bench"];

#[test]
fn the_committed_schema_is_the_one_that_the_program_has() {
    let committed = include_str!("../../../schema.graphql");

    assert_eq!(committed, schema::sdl(), "print it anew: cargo run -- schema > schema.graphql");
}

/// Versions of one series keep the contract: those before 1.0 have the second number as their major one.
fn series(version: &str) -> String {
    let mut numbers = version.split('.');
    let major = numbers.next().unwrap_or_default();
    if major == "0" { format!("0.{}", numbers.next().unwrap_or_default()) } else { major.to_owned() }
}

#[test]
fn no_change_of_the_schema_breaks_clients_of_a_release_of_the_same_series() {
    let folder = Path::new(HOME).join("docs/contracts");
    let mut compared = 0;
    for release in fs::read_dir(folder).expect("the contracts are there").flatten() {
        let version = release.file_name().to_string_lossy().into_owned();
        if series(&version) != series(env!("CARGO_PKG_VERSION")) {
            continue;
        }
        let released = fs::read_to_string(release.path().join("schema.graphql")).expect("a release has a schema");
        let Changes { breaking, dangerous } = contract_changes::between(&released, &schema::sdl());

        dangerous.iter().for_each(|what| println!("since {version}, clients may be surprised: {what}"));
        assert_eq!(breaking, [""; 0], "clients of {version} break: see docs/reference/versioning.md");
        compared += 1;
    }
    assert!(compared > 0, "no release of this series has a contract");
}

#[test]
fn every_part_of_the_schema_is_described() {
    let mut bare = Vec::new();
    let mut look = |name: String, description: &Option<Positioned<String>>| {
        let is_said =
            description.as_ref().is_some_and(|text| text.node.trim().len() > 8 && !text.node.contains("TODO"));
        if !is_said {
            bare.push(name);
        }
    };
    for definition in parse_schema(schema::sdl()).expect("the schema is well formed").definitions {
        let TypeSystemDefinition::Type(of) = definition else { continue };
        let name = of.node.name.node.to_string();
        look(name.clone(), &of.node.description);
        let fields = match of.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::InputObject(input) => {
                input
                    .fields
                    .iter()
                    .for_each(|field| look(format!("{name}.{}", field.node.name), &field.node.description));
                continue;
            }
            TypeKind::Enum(values) => {
                values
                    .values
                    .iter()
                    .for_each(|value| look(format!("{name}.{}", value.node.value), &value.node.description));
                continue;
            }
            TypeKind::Scalar | TypeKind::Union(_) => continue,
        };
        for Positioned { node: field, .. } in &fields {
            look(format!("{name}.{}", field.name), &field.description);
            for Positioned { node: argument, .. } in &field.arguments {
                look(format!("{name}.{}({})", field.name, argument.name), &argument.description);
            }
        }
    }

    assert_eq!(bare, [""; 0], "describe these where they stand in the code");
}

#[test]
fn every_code_of_an_error_has_a_section_for_clients() {
    let text = include_str!("../../../docs/reference/errors.md");
    let told: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("### ")).collect();

    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();

    assert_eq!(codes.len(), Code::ALL.len(), "a code is there twice");
    assert_eq!(told, codes, "on the left what clients are told of, on the right what there is");
}

#[test]
fn no_source_spells_a_code_by_itself() {
    let mut sources = Vec::new();
    for entry in fs::read_dir(HOME).expect("the folder can be read").flatten() {
        let is_spelling = SPELLING.iter().any(|name| entry.file_name() == *name);
        if !is_spelling && entry.path().join("Cargo.toml").exists() {
            collect(&entry.path().join("src"), &mut sources);
        }
    }
    assert!(sources.len() > 200, "sources are in another place now: {}", sources.len());

    let mut spelled = Vec::new();
    for source in sources {
        let text = fs::read_to_string(&source).expect("the source can be read");
        spelled.extend(codes_in(&text).into_iter().map(|code| format!("{code} in {}", source.display())));
    }

    assert_eq!(spelled, [""; 0], "use the constants of `error_codes`");
}

#[test]
fn a_code_that_a_source_spells_is_seen() {
    let source = r#"
        // "FORBIDDEN" in a comment
        Refusal { code: "BLOCKED" };
        error.extensions.set("code", "NEVER_LISTED");
        std::env::var("REDIS_URL");
"#;
    let tests = "#[cfg(test)]\nmod tests { const CODE: &str = \"CONFLICT\"; }";

    assert_eq!(codes_in(&format!("{source}{tests}")), ["BLOCKED", "NEVER_LISTED"]);
}

/// Codes that a source spells outside its tests: ours, and others that it has an error say.
fn codes_in(text: &str) -> Vec<&str> {
    let text = text.split_once("#[cfg(test)]\nmod ").map_or(text, |(product, _)| product);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let literals = lines.flat_map(|line| line.split('"').skip(1).step_by(2).map(move |literal| (line, literal)));
    let codes = literals.filter(|(line, literal)| {
        let is_in_capitals = literal.len() > 3 && literal.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let is_said =
            line.contains(&format!("\"code\", \"{literal}\"")) || line.contains(&format!("code: \"{literal}\""));
        Code::ALL.iter().any(|code| code.as_str() == *literal) || is_in_capitals && is_said
    });
    codes.map(|(_, literal)| literal).collect()
}

/// Rust files below a folder, but for their tests.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}
