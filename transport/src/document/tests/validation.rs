//! The rules of the specification, each with documents that keep it and documents that break it.

use error_codes::Code;

use super::*;
use crate::document::{Contract, Inputs, Scalar};

pub(super) const SDL: &str = r#"
    type Query {
        dog(name: String, legs: Int = 4): Dog
        pet(id: ID!): Pet
        being: Being
        find(filter: Filter, by: [Filter!], sizes: [[Int!]], at: Time, weight: Float): [Dog!]!
        flag(on: Boolean! = false): Boolean
    }
    type Mutation { name(input: Naming!): Dog!  fetch: Dog }
    type Subscription { barks(of: ID): Dog!  meows: Int }
    interface Being { id: ID!  name: String! }
    type Dog implements Being { id: ID!  name: String!  mother: Dog  friends(first: Int, of: Kind): [Being!]!  barks: Int }
    type Cat implements Being { id: ID!  name: String!  mother: Cat  meows: Int! }
    type Stone { weight: Int }
    union Pet = Dog | Cat
    enum Kind { DOG CAT }
    input Filter { name: String  kind: Kind  ages: [Int!]  inner: Filter  strict: Boolean! = false }
    input Naming { id: ID!  name: String!  at: Time  loud: Boolean! = true }
    scalar Time
    directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
    directive @often(n: Int) repeatable on FIELD | QUERY
"#;

pub(super) fn judging(tells_names: bool) -> Documents {
    let accepts = |value: &Value| matches!(value, Value::String(text) if text.ends_with('Z'));
    let scalars = vec![Scalar { name: "Time", wanted: "a time that ends with Z", accepts }];
    let check_text = |place: &str, text: &str| match text.contains('\0') {
        true => Err(format!("has a NUL ({place})")),
        false => Ok(()),
    };
    let contract = Contract::new(SDL, Inputs { scalars, check_text, tells_names }).expect("the schema is complete");
    guard(|_| {}).with_contract(contract).expect("there is no manifest")
}

fn code(documents: &Documents, text: &str) -> Option<Code> {
    match ask(documents, text) {
        Ok(_) => None,
        // It is a document of the schema, and only its variables lack values.
        Err(rejection) if rejection.code == Code::BAD_USER_INPUT => None,
        Err(rejection) => Some(rejection.code),
    }
}

/// A rule, documents that keep it, and documents that break it and no other.
type Rule = (&'static str, &'static [&'static str], &'static [&'static str]);

const RULES: &[Rule] = &[
    (
        "names of operations and fragments are unique, and an anonymous operation is alone",
        &["{ flag }", "query a { flag } query b { flag }"],
        &[
            "query a { flag } query a { flag }",
            "{ flag } query a { flag }",
            "{ dog { ...f } } fragment f on Dog { id } fragment f on Dog { name }",
        ],
    ),
    (
        "fields exist on the type that they are selected on",
        &[
            "{ dog { id __typename } }",
            "{ pet(id: 1) { __typename ... on Dog { barks } } }",
            "{ __schema { types { name } } }",
        ],
        &[
            "{ cat }",
            "{ dog { meows } }",
            "{ pet(id: 1) { id } }",
            "{ being { barks } }",
            "{ dog { __schema { types { name } } } }",
        ],
    ),
    (
        "objects have selections, and leaves have none",
        &["{ dog { name } }"],
        &["{ dog }", "{ dog { name { x } } }", "{ dog { __typename { x } } }", "{ find }"],
    ),
    (
        "types that are named exist",
        &["query ($f: Filter) { find(filter: $f) { id } }"],
        &[
            "query ($f: Nothing) { find(filter: $f) { id } }",
            "{ ... on Nothing { id } }",
            "{ dog { ...f } } fragment f on Nothing { id }",
        ],
    ),
    (
        "fragments are on types with fields",
        &["{ being { ... on Dog { barks } ... on Being { id } ... { name } } }"],
        &[
            "{ dog { ... on Kind { id } } }",
            "{ dog { ...f } } fragment f on Filter { name }",
            "{ dog { ... on Int { id } } }",
        ],
    ),
    (
        "fragments are spread only where they can be",
        &["{ being { ... on Cat { meows } } pet(id: 1) { ... on Being { id } } }"],
        &[
            "{ dog { ... on Cat { meows } } }",
            "{ being { ... on Stone { weight } } }",
            "{ dog { ...f } } fragment f on Cat { meows }",
        ],
    ),
    (
        "fragments that are spread exist, are used, and do not spread themselves",
        &["{ dog { ...f } } fragment f on Dog { ...g } fragment g on Dog { id }"],
        &[
            "{ dog { ...f } }",
            "{ dog { id } } fragment f on Dog { id }",
            "{ dog { ...f } } fragment f on Dog { id ...g } fragment g on Dog { mother { ...f } }",
        ],
    ),
    (
        "directives exist, stand where they can, once, and with their arguments",
        &["query @often @often(n: 2) { dog @include(if: true) @often @often { id @skip(if: false) } }"],
        &[
            "{ dog @nothing { id } }",
            "query @skip(if: true) { flag }",
            "{ dog @skip(if: true) @skip(if: false) { id } }",
            "{ dog { __typename @include } }",
            "{ dog { id @include(if: true, unless: true) } }",
            "{ dog { id @include(if: 1) } }",
            "{ dog { ...f } } fragment f on Dog @skip(if: true) { id }",
        ],
    ),
    (
        "arguments are known, unique, and there where they are required",
        &["{ dog(name: \"a\", legs: null) { id } pet(id: 1) { __typename } flag }"],
        &[
            "{ dog(age: 1) { id } }",
            "{ dog(name: \"a\", name: \"b\") { id } }",
            "{ pet { __typename } }",
            "{ dog { id(x: 1) } }",
        ],
    ),
    (
        "values are of the type of their place",
        &[
            "{ dog(name: \"\"\"a\"\"\", legs: -0) { friends(of: CAT, first: 2) { id } } other: dog(legs: 2147483647) { id } }",
            "{ find(filter: {name: null, ages: [1], inner: {kind: DOG}}, by: {}, sizes: [[1], [], null, [2]]) { id } }",
            "{ find(weight: 1, by: [{ages: 1}], sizes: 7, at: \"nowZ\") { id } find2: find(weight: 1.5) { id } }",
            "{ pet(id: 1) { __typename } other: pet(id: \"x\") { __typename } }",
        ],
        &[
            "{ dog(name: 1) { id } }",
            "{ dog(name: DOG) { id } }",
            "{ dog(legs: \"4\") { id } }",
            "{ dog(legs: 1.0) { id } }",
            "{ dog(legs: 2147483648) { id } }",
            "{ dog(legs: [1]) { id } }",
            "{ pet(id: 1.5) { __typename } }",
            "{ pet(id: null) { __typename } }",
            "{ flag(on: null) }",
            "{ dog { friends(of: \"CAT\") { id } } }",
            "{ dog { friends(of: COW) { id } } }",
            "{ find(filter: 1) { id } }",
            "{ find(filter: [{}]) { id } }",
            "{ find(filter: {size: 1}) { id } }",
            "{ find(filter: {strict: null}) { id } }",
            "{ find(by: [null]) { id } }",
            "{ find(sizes: [[null]]) { id } }",
            "{ find(at: 5) { id } }",
            "{ find(at: \"now\") { id } }",
            "mutation { name(input: {id: 1}) { id } }",
            "mutation { name(input: 1) { id } }",
        ],
    ),
    (
        "names of an input object's fields are unique",
        &["{ find(filter: {name: \"a\", kind: DOG}) { id } }"],
        &["{ find(filter: {name: \"a\", name: \"b\"}) { id } }"],
    ),
    (
        "variables are of input types",
        &["query ($a: [Filter!]) { find(by: $a) { id } }"],
        &["query ($a: Dog) { find(filter: $a) { id } }", "query ($a: [Pet]) { find(filter: $a) { id } }"],
    ),
    (
        "variables are defined once, and used where they are",
        &[
            "query ($a: String) { dog(name: $a) { id } }",
            "query ($a: Int) { dog { ...f } } fragment f on Dog { friends(first: $a) { id } }",
            "query ($on: Boolean = true) { dog { __typename @skip(if: $on) } }",
        ],
        &[
            "{ dog(name: $a) { id } }",
            "query ($a: String, $a: String) { dog(name: $a) { id } }",
            "query ($a: String) { flag }",
            "query q { dog { ...f } } fragment f on Dog { friends(first: $a) { id } }",
            "query q($a: Int) { dog { ...f } } query r { dog { ...f } } fragment f on Dog { friends(first: $a) { id } }",
            "query ($a: Int) { dog { id } find(filter: {ages: [$b]}) { id } }",
        ],
    ),
    (
        "variables are as strict as the place where they are used",
        &[
            "query ($a: ID!) { pet(id: $a) { __typename } }",
            "query ($a: ID = 1) { pet(id: $a) { __typename } }",
            "query ($a: Boolean) { flag(on: $a) }",
            "query ($a: [Int!]!) { find(filter: {ages: $a}) { id } }",
            "query ($a: Int!) { find(filter: {ages: [$a]}) { id } }",
            "mutation ($a: Boolean) { name(input: {id: 1, name: \"a\", loud: $a}) { id } }",
        ],
        &[
            "query ($a: ID) { pet(id: $a) { __typename } }",
            "query ($a: ID = null) { pet(id: $a) { __typename } }",
            "query ($a: String!) { pet(id: $a) { __typename } }",
            "query ($a: Int) { find(filter: {ages: [$a]}) { id } }",
            "query ($a: Int!) { find(filter: {ages: $a}) { id } }",
            "query ($a: [Int]) { find(filter: {ages: $a}) { id } }",
            "query ($a: Boolean) { dog { id @include(if: $a) } }",
            "query ($a: Filter) { find(by: [$a]) { id } }",
        ],
    ),
    (
        "defaults of variables are of their types",
        &[
            "query ($a: Filter = {ages: 1}) { find(filter: $a) { id } }",
            "query ($a: [Int!] = 1) { find(filter: {ages: $a}) { id } }",
        ],
        &[
            "query ($a: Filter = 1) { find(filter: $a) { id } }",
            "query ($a: Filter = {size: 1}) { find(filter: $a) { id } }",
            "query ($a: ID! = null) { pet(id: $a) { __typename } }",
            "query ($a: Kind = \"DOG\") { dog { friends(of: $a) { id } } }",
        ],
    ),
    (
        "fields of one key are the same field, and of one shape",
        &[
            "{ dog { name name friends(first: 1) { id } friends(first: 1) { name } } }",
            "{ being { ... on Dog { x: name } ... on Cat { x: name } } }",
            "{ find(filter: {name: \"a\", kind: DOG}) { id } find(filter: {kind: DOG, name: \"a\"}) { id } }",
        ],
        &[
            "{ dog { name: id name } }",
            "{ dog { friends(first: 1) { id } friends(first: 2) { id } } }",
            "{ dog { friends { id } friends(first: 2) { id } } }",
            "{ being { ... on Dog { a: barks } ... on Cat { a: meows } } }",
            "{ being { ... on Dog { a: barks } ... on Cat { a: name } } }",
            "{ being { ... on Dog { a: mother { id } } ... on Cat { a: name } } }",
            "{ dog { mother { name } mother { name: id } } }",
            "{ dog { ...f } find { id ...f } } fragment f on Dog { name id: name }",
            "{ being { id ... on Dog { id: name } } }",
            "{ dog { mother { ...f } mother { name: id } } } fragment f on Dog { name }",
            "{ being { ... on Dog { mother { x: barks } } ... on Cat { mother { x: name } } } }",
        ],
    ),
    (
        "a subscription has one root field, which has events",
        &[
            "subscription { barks { id } barks { name } }",
            "subscription ($no: Boolean!) { ...f } fragment f on Subscription { barks { id @skip(if: $no) } }",
        ],
        &[
            "subscription { barks { id } meows }",
            "subscription { a: meows b: meows }",
            "subscription { barks { id } ... { meows } }",
            "subscription { barks { id } ...f } fragment f on Subscription { meows }",
            "subscription { __typename }",
        ],
    ),
    (
        "a subscription's field depends on no condition",
        &["query ($no: Boolean!) { flag @skip(if: $no) }", "mutation { fetch @include(if: false) { id } }"],
        &[
            "subscription ($no: Boolean!) { barks @skip(if: $no) { id } }",
            "subscription { barks @include(if: true) { id } }",
            "subscription { ... @skip(if: false) { meows } }",
            "subscription ($no: Boolean = false) { ... { ...f @skip(if: $no) } } fragment f on Subscription { meows }",
            "subscription { ...f } fragment f on Subscription { ... on Subscription { meows @include(if: true) } }",
        ],
    ),
    (
        "the schema is not asked for ever deeper",
        &["{ __schema { types { fields { type { fields { name } } } } } }"],
        &[
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
            "{ __type(name: \"Dog\") { ...f } } fragment f on __Type { fields { type { interfaces { ...g } } } }
             fragment g on __Type { possibleTypes { name } }",
        ],
    ),
];

#[test]
fn documents_that_break_a_rule_of_the_specification_are_refused_and_others_are_not() {
    let documents = judging(true);
    for (rule, kept, broken) in RULES {
        for text in *kept {
            let refused = ask(&documents, text).err().filter(|rejection| rejection.code != Code::BAD_USER_INPUT);
            assert_eq!(refused.map(|rejection| rejection.message), None, "{rule}: {text}");
        }
        for text in *broken {
            assert_eq!(code(&documents, text), Some(Code::GRAPHQL_VALIDATION_FAILED), "{rule}: {text}");
        }
    }
}

#[test]
fn an_error_says_where_what_and_which_field_and_guesses_only_where_the_schema_is_no_secret() {
    let cases = [
        ("{ dgo { id } }", "Unknown field `dgo` on type `Query`. Did you mean `dog`?", None),
        ("{ dog(nam: 1) { id } }", "`dog` has no argument `nam`. Did you mean `name`?", Some("nam")),
        (
            "{ find(by: [{inner: {nam: 1}}]) { id } }",
            "`by[0].inner` has no field `nam`. Did you mean `name`?",
            Some("by.0.inner.nam"),
        ),
        ("{ pet { id } }", "`pet` needs the argument `id`, which is of type `ID!`.", Some("id")),
        (
            "{ dog(legs: \"4\") { id } }",
            "`legs` takes a whole number of 32 bits, but was given a string.",
            Some("legs"),
        ),
        (
            "{ dog { friends(of: COT) { id } } }",
            "`of` takes one of `DOG`, `CAT`, but was given `COT`. Did you mean `CAT` or `DOG`?",
            Some("of"),
        ),
        ("mutation { name(input: {id: 1}) { id } }", "`input` lacks `name`, which is of type `String!`.", Some("name")),
        (
            "{ find(by: [{inner: {ages: [1, \"x\"]}}]) { id } }",
            "`by[0].inner.ages[1]` takes a whole number of 32 bits, but was given a string.",
            Some("by.0.inner.ages.1"),
        ),
        (
            "subscription { barks @skip(if: true) { id } }",
            "`@skip` is not allowed at the root of a subscription, only below its field.",
            None,
        ),
        ("{ find(at: \"tomorrow, the whole day\") { id } }", "`at` is not a time that ends with Z.", Some("at")),
    ];
    for (text, message, field) in cases {
        let told = ask(&judging(true), text).err().unwrap_or_else(|| panic!("{text}"));
        assert_eq!((&*told.message, told.field.as_deref()), (message, field), "{text}");
        assert!(told.location.is_some(), "{text}");

        let secret = ask(&judging(false), text).err().unwrap_or_else(|| panic!("{text}"));
        for said in std::iter::once(&secret).chain(&secret.more) {
            let shown = format!("{} {:?}", said.message, said.field);
            for name in ["dog`?", "CAT", "String", "ID!"] {
                assert!(!shown.contains(name), "{shown}");
            }
            assert!(text.contains("input: {id: 1}") <= !shown.contains("`name`"), "{shown}");
        }
    }
}

#[test]
fn several_mistakes_are_told_at_once_the_first_in_the_document_first_and_no_more_than_a_few() {
    let documents = judging(true);
    let told = ask(&documents, "{ a b\n dog { c } }").err().expect("three fields are unknown");
    let lines: Vec<_> = std::iter::once(&told).chain(&told.more).filter_map(|said| said.location).collect();
    assert_eq!(lines, [(1, 3).into(), (1, 5).into(), (2, 8).into()]);

    let many = format!("{{ {} }}", (0..1_000).map(|index| format!("dog{{x{index}}} ")).collect::<String>());
    let told = ask(&documents, &many.replace("dog", "being")).err().expect("fields are unknown");
    assert!(told.more.len() < 10, "{}", told.more.len());
}

#[test]
fn a_text_with_a_nul_is_bad_input_wherever_it_stands_in_a_document() {
    let documents = judging(true);
    for (text, field) in [
        ("{ dog(name: \"a\\u0000\") { id } }", "name"),
        ("{ pet(id: \"\\u{0}\") { __typename } }", "id"),
        ("{ find(by: [{inner: {name: \"\\u0000\"}}]) { id } }", "by.0.inner.name"),
        ("query ($a: String = \"\\u0000\") { dog(name: $a) { id } }", "name"),
    ] {
        let told = ask(&documents, text).err().unwrap_or_else(|| panic!("{text}"));
        assert_eq!((told.code, told.field.as_deref()), (Code::BAD_USER_INPUT, Some(field)), "{text}");
    }
}

#[test]
fn what_merges_is_judged_in_steps_that_its_size_allows() {
    let documents = guard(|limits| limits.max_selections = usize::MAX);
    let inputs = Inputs { scalars: Vec::new(), check_text: |_, _| Ok(()), tells_names: true };
    let sdl = "type Query { i: I } interface I { i: I } type A implements I { i: I } type B implements I { i: I }";
    let contract = Contract::new(sdl, inputs).expect("it is complete");
    let documents = documents.with_contract(contract).expect("there is no manifest");
    // Fields of interfaces go with those of each object, at each level anew.
    let nested = |levels: usize| {
        let open = "i { ... on A { i { __typename } } ... on B { i { __typename } } ".repeat(levels);
        format!("{{ {open} {} }}", "}".repeat(levels))
    };

    assert_eq!(ask(&documents, &nested(5)).err().map(|told| told.message), None);
    let (limit, _) = exceeded(&documents, &nested(13)).unwrap_or(("depth", 0));
    assert!(matches!(limit, "validation" | "depth"), "{limit}");
}
