//! Inputs: every field of every input and every argument, given everything that it does not take. Whatever a client does
//! wrong is the client's mistake: the error has a code for that and names the field, no alarm is raised, and no log shows
//! a value.

use std::path::Path;

use async_graphql::parser::types::{BaseType, Type};
use entities::user::Role;
use serde_json::{Value, json};
use tests::{Site, World, client::Client, program::Program, secrets};

use contract::{Contract, Field, Input, Place, named, wrapped};

mod contract;

/// What a careless client sends in place of anything else.
const SECRET: &str = "my-real-Passw0rd";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_an_input_is_the_clients_mistake_with_an_embedded_database() {
    judge(&World::embedded()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_an_input_is_the_clients_mistake_with_postgres() {
    judge(&World::services().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_cursors_and_sizes_that_are_none_are_refused_by_the_name_of_their_field() {
    let (_world, site) = Site::embedded().await;
    let admin = site.staff("root", Role::Admin).await;
    let contract = Contract::new();

    let mut tried = 0;
    for field in contract.fields() {
        for place in contract.places(field) {
            for value in nonsense(&place.input) {
                let item = if matches!(place.input.ty.base, BaseType::List(_)) { ".0" } else { "" };
                let named = format!("{}{item}", place.shown);
                for (how, document, variables) in contract.requests(field, &place, Some(value.clone())) {
                    let told = told(&admin, field.root, &document, &variables).await;
                    let one = [("BAD_USER_INPUT".to_owned(), named.clone())];
                    assert_eq!(told, one, "{} {named} {value} {how}", field.name);
                    tried += 1;
                }
            }
        }
    }

    assert!(tried >= 80, "only {tried} cases were tried");
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_one_input_alone_is_refused_by_the_name_of_its_field() {
    let (_world, site) = Site::embedded().await;
    let admin = site.staff("root", Role::Admin).await;
    let cheapest = "cDoxOjAxOTAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA";

    for (document, field) in [
        ("{ matches(first: 1, last: 1) { totalCount } }", "last"),
        ("{ captchaChallenge(level: -1) { level } }", "level"),
        (r#"{ listings(filter: {priceMin: "1e20"}) { __typename } }"#, "priceMin"),
        (r#"{ listings(filter: {category: 7}) { __typename } }"#, "category"),
        (&*format!(r#"{{ listings(sort: NEWEST, after: "{cheapest}") {{ __typename }} }}"#), "after"),
        (r#"mutation { removeAddressRule(input: {network: "nonsense"}) { __typename } }"#, "network"),
        (
            r#"mutation { setAddressRule(input: {network: "nonsense", effect: BLOCK, reason: "r"}) { __typename } }"#,
            "network",
        ),
    ] {
        let told = told(&admin, "query", document, &json!({})).await;
        assert_eq!(told, [("BAD_USER_INPUT".to_owned(), field.to_owned())], "{document}");
    }
    site.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_no_input_has_is_told_by_its_own_path() {
    let (_world, site) = Site::embedded().await;
    let fan = site.fan("ana").await;
    let contract = Contract::new();
    let unknown = contract.unknown("nonsense");

    let mut tried = 0;
    for field in contract.fields() {
        let document = format!("{} {{ {} }}", field.root, field.call(&["nonsense: 1".to_owned()]));
        let told_of_it = told(&fan, field.root, &document, &json!({})).await;
        assert!(told_of_it.iter().any(|(_, field)| field == "nonsense"), "{}: {told_of_it:?}", field.name);
        for place in contract.places(field).iter().filter(|place| contract.is_object(&place.input)) {
            let place = place.below(&unknown);
            for (how, document, variables) in contract.requests(field, &place, Some(json!(1))) {
                let told = told(&fan, field.root, &document, &variables).await;
                let is_told = told.iter().any(|(_, field)| *field == place.shown);
                assert!(is_told, "{} {} {how}: {told:?}", field.name, place.shown);
                tried += 1;
            }
        }
    }

    assert!(tried > 50, "only {tried} cases were tried");
    site.finish().await;
}

/// Values of the right type that are no id, no cursor and no size of a page.
fn nonsense(input: &Input) -> Vec<Value> {
    match (&*input.name, &*named(&input.ty)) {
        ("first" | "last", "Int") => vec![json!(1_000), json!(-1)],
        ("after" | "before", "String") => vec![json!("nonsense")],
        (_, "ID") => vec![wrapped(&input.ty, json!("nonsense"))],
        _ => Vec::new(),
    }
}

/// The codes and fields of all errors that are answered.
async fn told(asker: &Client, root: &str, document: &str, variables: &Value) -> Vec<(String, String)> {
    let answer = if root == "subscription" {
        let bearer = format!("Bearer {}", asker.token().unwrap_or_default());
        let headers = [("accept", "text/event-stream"), ("authorization", &bearer)];
        let body = json!({ "query": document, "variables": variables }).to_string();
        let (_, events) = asker.post("/graphql", &headers, &body).await;
        let data = events.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(&events);
        serde_json::from_str(data).unwrap_or_else(|_| panic!("{document}: {events}"))
    } else {
        asker.ask(document, variables.clone()).await.0
    };
    let text = |error: &Value, name: &str| error["extensions"][name].as_str().unwrap_or_default().to_owned();
    let errors = answer["errors"].as_array().into_iter().flatten();
    errors.map(|error| (text(error, "code"), text(error, "field"))).collect()
}

async fn judge(world: &World) {
    secrets::learn(SECRET);
    let program = Program::start(Path::new(env!("CARGO_BIN_EXE_matchday-under-test")), world).await;
    let before = alarms(&program).await;
    let contract = Contract::new();

    let mut tried = 0;
    for field in contract.fields() {
        // What is answered may end their session; what is refused is refused to everybody.
        let fan = program.visitor().sign_up("ana").await;
        for place in contract.places(field) {
            for (what, case) in contract.cases(field, &place) {
                let asker = if matches!(case, Case::Answered { .. }) { fan.clone() } else { program.visitor() };
                case.judge(&asker, &format!("{} {} {what}", field.name, place.path.join("."))).await;
                tried += 1;
            }
        }
    }

    assert!(tried > 1_000, "only {tried} cases were tried");
    assert_eq!(alarms(&program).await, before, "no alarm is raised");
    program.stop().await;
}

/// How often the operator was told of a fault of ours.
async fn alarms(program: &Program) -> String {
    let (_, metrics) = program.visitor().get("/metrics").await;
    let found = metrics.lines().find(|line| line.starts_with("matchday_internal_errors_total"));
    found.and_then(|line| line.rsplit(' ').next()).unwrap_or("0").to_owned()
}

/// One request, and what it has to be answered.
enum Case {
    /// By variables or literals, refused by one of these codes, the field named.
    Refused { document: String, variables: Value, field: String },
    /// A body that is no JSON, or a document that is none.
    Unreadable { body: String },
    /// Whatever comes of it, it is no fault of ours.
    Answered { document: String, variables: Value },
}

impl Case {
    async fn judge(&self, fan: &Client, what: &str) {
        match self {
            Self::Refused { document, variables, field } => {
                let answer = fan.ask(document, variables.clone()).await;
                let code = answer.code();
                let named = answer.0["errors"].as_array().into_iter().flatten();
                let named: Vec<_> = named.filter_map(|error| error["extensions"]["field"].as_str()).collect();
                assert!(matches!(code, "BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED"), "{what}: {answer:?}");
                assert!(named.iter().any(|named| names(named, field)), "{what} names {field}: {answer:?}");
                assert!(!answer.0.to_string().contains(SECRET), "{what}: {answer:?}");
            }
            Self::Unreadable { body } => {
                let (_, answer) = fan.post("/graphql", &[], body).await;
                let codes = ["BAD_REQUEST", "GRAPHQL_PARSE_FAILED"];
                assert!(codes.iter().any(|code| answer.contains(code)), "{what}: {answer}");
            }
            Self::Answered { document, variables } => {
                let answer = fan.ask(document, variables.clone()).await;
                assert_ne!(answer.code(), "INTERNAL", "{what}: {answer:?}");
            }
        }
    }
}

/// Whether an error names this field, be it by one of its items.
fn names(named: &str, field: &str) -> bool {
    let names: Vec<&str> = named.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    names.contains(&field)
}

impl Contract {
    fn cases(&self, field: &Field, place: &Place) -> Vec<(String, Case)> {
        let Input { name, ty, has_default } = &place.input;
        let mut cases = Vec::new();
        let mut refused = |what: &str, value: Option<Value>| {
            for (how, document, variables) in self.requests(field, place, value) {
                cases.push((format!("{what} {how}"), Case::Refused { document, variables, field: name.clone() }));
            }
        };
        if !ty.nullable {
            refused("null", Some(Value::Null));
            if !has_default {
                refused("missing", None);
            }
        }
        for wrong in self.wrong_kinds(ty) {
            refused(&format!("{wrong:.40}"), Some(wrong));
        }
        let is_text = matches!(&*named(ty), "String" | "ID");
        if is_text {
            // Whatever is in a password is compared, and what a search can't read finds nothing.
            let takes_all = name.to_lowercase().ends_with("password") || name == "query";
            let letters: &[&str] =
                if takes_all { &["\0"] } else { &["\0", "\u{1b}[31m", "\u{202e}", "\u{200b}", "\u{feff}"] };
            let long = "x".repeat(20_000);
            for text in letters.iter().map(|letter| format!("{SECRET}{letter}")).chain([long]) {
                refused("a text", Some(wrapped(ty, json!(text))));
            }
        }
        if is_text {
            for (how, document, variables) in self.requests(field, place, Some(wrapped(ty, json!("SURROGATE")))) {
                let body = json!({ "query": document, "variables": variables }).to_string();
                let escape = if how == "literally" { "\\\"\\\\ud800\\\"" } else { "\"\\ud800\"" };
                let body = body.replace("\\\"SURROGATE\\\"", escape).replace("\"SURROGATE\"", escape);
                cases.push((
                    format!("a surrogate {how}"),
                    Case::Unreadable { body: body.replace("SURROGATE", "\\ud800") },
                ));
            }
        }
        if let Some((document, variables)) = self.without_a_value(field, place) {
            cases.push(("a variable without a value".to_owned(), Case::Answered { document, variables }));
        }
        cases
    }

    /// Values of the kinds that a type does not take, and of lists of the wrong depth.
    fn wrong_kinds(&self, ty: &Type) -> Vec<Value> {
        let kinds = [json!(5), json!(1.5), json!(SECRET), json!(true), json!({ "password": SECRET })];
        let takes = |kind: &Value| match &*named(ty) {
            "Int" => kind == &json!(5),
            "Float" | "Decimal" => kind.is_number(),
            "String" => kind.is_string(),
            "ID" => kind.is_string() || kind == &json!(5),
            "Boolean" => kind.is_boolean(),
            // What is wrong in it is a case of its own fields.
            name => kind.is_object() && self.inputs.contains_key(name),
        };
        let mut wrong: Vec<Value> =
            kinds.iter().filter(|kind| !takes(kind)).map(|kind| wrapped(ty, kind.clone())).collect();
        let deeper = json!([self.sample(ty)]);
        wrong.push(if matches!(ty.base, BaseType::List(_)) { json!([deeper]) } else { deeper });
        if named(ty) == "Int" {
            wrong.push(wrapped(ty, json!(2_147_483_648_u32)));
        }
        wrong
    }
}
