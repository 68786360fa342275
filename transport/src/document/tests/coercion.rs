//! Variables: what their values become, and what is said of those that are none.

use error_codes::Code;

use super::{validation::judging, *};

fn sent(text: &str, variables: serde_json::Value) -> RawRequest {
    RawRequest { variables: Variables::from_json(variables), ..RawRequest::new(text) }
}

fn coerced(text: &str, variables: serde_json::Value) -> serde_json::Value {
    let prepared = prepare(&judging(true), sent(text, variables));
    let prepared = prepared.unwrap_or_else(|rejection| panic!("{text}: {}", rejection.message));
    serde_json::to_value(prepared.variables()).expect("variables can be written")
}

/// Codes, messages and fields of all that is wrong.
fn wrong(documents: &Documents, text: &str, variables: serde_json::Value) -> Vec<(String, String)> {
    let rejection = prepare(documents, sent(text, variables)).err().unwrap_or_else(|| panic!("{text} is refused"));
    let told = std::iter::once(rejection.clone()).chain(rejection.more);
    let told = told.inspect(|told| assert_eq!(told.code, Code::BAD_USER_INPUT, "{}", told.message));
    told.map(|told| (told.message, told.field.unwrap_or_default())).collect()
}

const FIND: &str = "query ($f: Filter, $n: [[Int!]]) { find(filter: $f, sizes: $n) { id } }";
const NAME: &str = "mutation ($i: Naming!) { name(input: $i) { id } }";

#[test]
fn values_become_what_their_types_say() {
    for (text, given, becomes) in [
        (FIND, json!({ "f": {} }), json!({ "f": { "strict": false } })),
        (FIND, json!({ "f": null, "n": null }), json!({ "f": null, "n": null })),
        (FIND, json!({ "n": 7 }), json!({ "n": [[7]] })),
        (FIND, json!({ "n": [[1, 2.0], [], null] }), json!({ "n": [[1, 2], [], null] })),
        (
            FIND,
            json!({ "f": { "strict": true, "kind": "DOG", "inner": { "ages": 3 } } }),
            json!({ "f": { "kind": "DOG", "inner": { "ages": [3], "strict": false }, "strict": true } }),
        ),
        (
            "query ($a: Filter = {ages: 1}) { find(filter: $a) { id } }",
            json!({}),
            json!({ "a": { "ages": [1], "strict": false } }),
        ),
        ("query ($a: ID!) { pet(id: $a) { __typename } }", json!({ "a": 5 }), json!({ "a": "5" })),
        ("query ($on: Boolean! = true) { dog { id @skip(if: $on) } }", json!({}), json!({ "on": true })),
        (
            NAME,
            json!({ "i": { "name": "a", "id": "1", "at": "nowZ" } }),
            json!({ "i": { "id": "1", "name": "a", "at": "nowZ", "loud": true } }),
        ),
    ] {
        assert_eq!(coerced(text, given), becomes, "{text}");
    }
}

#[test]
fn a_variable_that_the_operation_does_not_define_goes_no_further() {
    let given = json!({ "a": "Rex", "b": ["x"], "c": { "d": 1 } });

    assert_eq!(coerced("query ($a: String) { dog(name: $a) { id } }", given), json!({ "a": "Rex" }));
}

#[test]
fn what_is_wrong_names_the_variable_the_place_in_it_and_what_would_be_right_and_shows_no_secret() {
    let secret = "my-real-Passw0rd";
    let cases = [
        (NAME, json!({}), "The variable `$i` of type `Naming!` needs a value.", "input"),
        (NAME, json!({ "i": null }), "The variable `$i` must not be null where it is used.", "input"),
        (NAME, json!({ "i": secret }), "`$i` takes an object, but was given a string.", "input"),
        (NAME, json!({ "i": { "id": 1 } }), "`$i` lacks `name`, which is of type `String!`.", "name"),
        (NAME, json!({ "i": { "id": 1, "name": null } }), "`$i.name` must not be null.", "name"),
        (
            NAME,
            json!({ "i": { "id": 1, "name": 5 } }),
            "`$i.name` takes a string, but was given a whole number.",
            "name",
        ),
        (
            NAME,
            json!({ "i": { "id": 1, "name": [secret] } }),
            "`$i.name` takes a string, but was given a list.",
            "name",
        ),
        (
            NAME,
            json!({ "i": { "id": true, "name": "" } }),
            "`$i.id` takes an id, as a string or a whole number, but was given a boolean.",
            "id",
        ),
        (NAME, json!({ "i": { "id": 1, "name": "", "at": secret } }), "`$i.at` is not a time that ends with Z.", "at"),
        (
            NAME,
            json!({ "i": { "id": 1, "name": "", "at": 1668960000 } }),
            "`$i.at` is 1668960000, which is not a time that ends with Z.",
            "at",
        ),
        (
            NAME,
            json!({ "i": { "id": 1, "name": "", "lout": 1 } }),
            "`$i` has no field `lout`. Did you mean `loud`?",
            "lout",
        ),
        (
            FIND,
            json!({ "f": { "inner": { "kin": "DOG" } } }),
            "`$f.inner` has no field `kin`. Did you mean `kind`?",
            "inner.kin",
        ),
        (
            FIND,
            json!({ "n": [[1, secret]] }),
            "`$n[0][1]` takes a whole number of 32 bits, but was given a string.",
            "sizes.0.1",
        ),
        (
            FIND,
            json!({ "n": [[1.5]] }),
            "`$n[0][0]` takes a whole number of 32 bits, but was given a number with decimals.",
            "sizes.0.0",
        ),
        (
            FIND,
            json!({ "n": 2147483648_u32 }),
            "`$n` is 2147483648, which is not between -2147483648 and 2147483647.",
            "sizes",
        ),
        (
            FIND,
            json!({ "f": { "inner": { "kind": "dog" } } }),
            "`$f.inner.kind` takes one of `DOG`, `CAT`, but was given \"dog\". Did you mean `DOG`?",
            "inner.kind",
        ),
        (FIND, json!({ "f": { "strict": null } }), "`$f.strict` must not be null.", "strict"),
        (
            "mutation ($n: String!, $k: Boolean) { name(input: {id: 1, name: $n, loud: $k}) { id } }",
            json!({ "n": "a\0", "k": true }),
            "`$n` has a NUL (Naming.name).",
            "name",
        ),
        (
            "mutation ($k: Boolean) { name(input: {id: 1, name: \"a\", loud: $k}) { id } }",
            json!({ "k": null }),
            "The variable `$k` must not be null where it is used.",
            "loud",
        ),
    ];
    for (text, given, message, field) in cases {
        let told = wrong(&judging(true), text, given.clone());
        assert_eq!(told[0], (message.to_owned(), field.to_owned()), "{text} {given}");

        for (said, _) in told.iter().chain(&wrong(&judging(false), text, given)) {
            assert!(!said.contains(secret), "{said}");
        }
    }
}

#[test]
fn where_the_schema_is_a_secret_no_name_is_told_that_was_not_sent() {
    let documents = judging(false);
    for (text, given) in [
        (NAME, json!({ "i": {} })),
        (NAME, json!({ "i": { "id": 1, "nam": "x" } })),
        (FIND, json!({ "f": { "kind": "dog" } })),
    ] {
        for (said, field) in wrong(&documents, text, given) {
            for name in ["`name`", "String", "DOG", "CAT"] {
                assert!(!said.contains(name) && field != "name", "{said} ({field})");
            }
        }
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_no_more_than_a_few() {
    let documents = judging(true);
    let told = wrong(&documents, NAME, json!({ "i": { "at": 5, "loud": "yes", "x": 1 } }));
    let fields: Vec<&str> = told.iter().map(|(_, field)| &**field).collect();
    assert_eq!(fields, ["id", "name", "at", "loud", "x"]);

    let many = json!({ "n": [(0..1_000).map(|_| "x").collect::<Vec<_>>()] });
    assert_eq!(wrong(&documents, FIND, many).len(), 10);
}

#[test]
fn an_argument_that_is_given_a_variable_without_a_value_counts_as_left_out() {
    let documents = judging(true);
    let text = "query ($l: Int, $s: Boolean, $n: String) {
        dog(legs: $l, name: $n) { id } find(filter: {strict: $s, name: $n}, sizes: [[1]]) { ...f } }
        fragment f on Dog { friends(first: $l) { id } }";
    let prepared = |variables| prepare(&documents, sent(text, variables)).expect("it is valid");

    let mut without = prepared(json!({ "n": null })).into_request();
    let document = format!("{:?}", without.parsed_query().expect("it is parsed"));
    for gone in ["legs", "strict", "first"] {
        assert!(!document.contains(gone), "{gone} is left out");
    }
    assert!(document.contains("name"), "null is a value");

    let mut with = prepared(json!({ "l": 3, "s": true })).into_request();
    let document = format!("{:?}", with.parsed_query().expect("it is parsed"));
    assert!(["legs", "strict", "first"].iter().all(|kept| document.contains(kept)));
}
