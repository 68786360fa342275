//! What is written is read, and everything else is refused.

use serde_json::{Value, json};

use super::{
    file::{LIMIT, Model, ModelError},
    learned::{Group, Learned},
    teams::Team,
};

fn of_two_matches() -> Model {
    let mut model = Model::prior();
    let mut learned = Learned::of(vec![1, 8]);
    learned.rates = vec![0.5, -0.25];
    learned.popular = vec![true, false];
    let mut group = Group::empty(2);
    group.teams.fill(0.75);
    let team = Team::named("Argentina").expect("the test has it");
    group.teams[team.slot()] = 3.5;
    group.known_teams = vec![team];
    group.matches = vec![0.125, 0.0];
    group.known_matches = vec![0];
    learned.groups.insert("PE".to_owned(), group);
    learned.together = vec![0.0, 0.25, 0.5, 0.0];
    model.learned = learned;
    model.named("2026-11-30T12:00:00Z".parse().expect("the test has it")).expect("the test has it")
}

/// Why a file is refused in which something else stands.
fn refused(pointer: &str, other: Value) -> String {
    let mut file: Value =
        serde_json::from_slice(&of_two_matches().to_json().expect("the test has it")).expect("the test has it");
    *file.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = other;
    Model::from_json(&serde_json::to_vec(&file).expect("the test has it")).expect_err("it is refused").to_string()
}

#[test]
fn what_is_written_is_read() {
    let model = of_two_matches();

    assert_eq!(Model::from_json(&model.to_json().expect("the test has it")).expect("the test has it"), model);
    assert_eq!(
        Model::from_json(&Model::prior().to_json().expect("the test has it")).expect("the test has it"),
        Model::prior()
    );
    assert_eq!((Model::prior().version(), model.version().split('-').next()), ("prior", Some("20261130T120000Z")));
}

#[test]
fn a_file_that_is_not_right_is_refused_with_a_reason() {
    assert!(refused("/schema", json!(2)).contains("schema 2"));
    assert!(refused("/weights/rate", json!(1e300)).contains("rate is"));
    assert!(refused("/weights/rate", json!(null)).contains("not JSON as this program writes it"));
    assert!(refused("/weights", json!({})).contains("no weight `rate`"));
    assert!(refused("/rates/8", json!(21.0)).contains("the rate of match 8"));
    assert!(refused("/groups/PE/teams/Argentina", json!(0.0)).contains("must be above 0"));
    assert!(refused("/groups/PE/teams/Argentina", json!(-1.0)).contains("must be above 0"));
    assert!(refused("/groups/PE/teams", json!({ "Atlantis": 1.0 })).contains("\"Atlantis\" is not a team"));
    assert!(refused("/groups/PE/otherTeams", json!(1e12)).contains("must be within"));
    assert!(refused("/groups/PE/matches", json!({ "9": 0.1 })).contains("match 9"));
    assert!(refused("/groups/PE/knownMatches", json!([9])).contains("match 9"));
    assert!(refused("/popular", json!([77])).contains("match 77"));
    assert!(refused("/pairs/0/0", json!(5)).contains("match 5"));
    assert!(refused("/pairs/0/2", json!(2e3)).contains("must be within"));
    assert!(refused("/facts/version", json!("../../etc")).contains("its version"));
    assert!(refused("/facts/version", json!("")).contains("its version"));
    let rates: serde_json::Map<String, Value> = (0..1_001).map(|number| (number.to_string(), json!(0.0))).collect();
    assert!(refused("/rates", Value::Object(rates)).contains("1001 matches"));
}

#[test]
fn a_file_that_is_no_file_of_a_model_is_refused() {
    let json = of_two_matches().to_json().expect("the test has it");
    let with = |from: &str, to: &str| String::from_utf8(json.clone()).expect("the test has it").replace(from, to);

    assert!(matches!(Model::from_json(b""), Err(ModelError::NotJson(_))));
    assert!(matches!(Model::from_json(&json[..json.len() - 9]), Err(ModelError::NotJson(_))));
    assert!(matches!(Model::from_json(with("\"rate\":1.0", "\"rate\":NaN").as_bytes()), Err(ModelError::NotJson(_))));
    assert!(matches!(Model::from_json(with("\"rate\":1.0", "\"rate\":1e999").as_bytes()), Err(ModelError::NotJson(_))));
    assert!(matches!(Model::from_json(&vec![b' '; LIMIT + 1]), Err(ModelError::TooLarge(_))));
}
