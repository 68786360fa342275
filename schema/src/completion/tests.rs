use async_graphql::{PathSegment, Pos, Response, ServerError, Value, value};

use crate::collected::tests::collected;

/// What becomes of `data` when the fields at these paths failed.
fn completed(text: &str, data: Value, paths: &[&[PathSegment]]) -> Value {
    let errors = paths.iter().map(|path| failure(path)).collect();
    let mut response = Response::from_errors(errors);
    response.data = data;

    collected(text, "{}").complete(&mut response);
    response.data
}

fn failure(path: &[PathSegment]) -> ServerError {
    let mut error = ServerError::new("it failed", None);
    error.path = path.to_vec();
    error
}

fn key(name: &str) -> PathSegment {
    PathSegment::Field(name.to_owned())
}

/// As a client reads it, in its order.
fn text(data: &Value) -> String {
    serde_json::to_string(data).expect("data is JSON")
}

#[test]
fn a_failed_field_that_may_be_null_is_null() {
    let data = completed("{ a: me { id } __typename }", value!({ "__typename": "Query" }), &[&[key("a")]]);
    assert_eq!(text(&data), r#"{"a":null,"__typename":"Query"}"#);

    let document = "{ ...f } fragment f on Query { node(id: 1) { ... on Match { id } } __typename }";
    let data = completed(document, value!({ "__typename": "Query" }), &[&[key("node")]]);
    assert_eq!(text(&data), r#"{"node":null,"__typename":"Query"}"#, "in a fragment");

    let data = completed("{ me { id } again: me { id } }", Value::Null, &[&[key("me")], &[key("again")]]);
    assert_eq!(text(&data), r#"{"me":null,"again":null}"#, "all that was asked for");
}

#[test]
fn a_failed_field_that_may_not_be_null_makes_null_what_it_belongs_to() {
    let data = completed("{ matches { totalCount } me { id } }", value!({ "me": null }), &[&[key("matches")]]);
    assert_eq!(data, Value::Null, "a root field");

    let path = [key("match"), key("categories"), PathSegment::Index(1), key("price")];
    let data = value!({ "match": { "id": "a", "categories": [{ "category": 1, "price": {} }, { "category": 2 }] } });
    let document = "{ me { id } match(matchNumber: 1) { id categories { category price { amount } } } }";
    assert_eq!(text(&completed(document, data, &[&path])), r#"{"me":null,"match":null}"#, "up to what may be null");

    let path = [key("node"), key("match")];
    let document = "{ node(id: 1) { id ... on Reservation { match { id } } } }";
    let data = value!({ "node": { "": "Reservation", "id": "a" } });
    assert_eq!(text(&completed(document, data, &[&path])), r#"{"node":null}"#, "a fragment's");
}

#[test]
fn several_failures_each_make_null_what_they_belong_to() {
    let document = "{ reservation(id: 1) { id payment { declineCode } match { id } } me { id } listing(id: 1) { id fee { amount } } }";
    let data = value!({
        "listing": { "id": "l" },
        "reservation": { "match": { "id": "m" }, "id": "r" },
    });
    let failed: [&[PathSegment]; 4] = [
        &[key("reservation"), key("payment")],
        &[key("listing"), key("fee"), key("amount")],
        &[key("listing"), key("fee")],
        &[key("me")],
    ];

    let data = completed(document, data, &failed);

    assert_eq!(text(&data), r#"{"reservation":{"id":"r","payment":null,"match":{"id":"m"}},"me":null,"listing":null}"#);
}

#[test]
fn an_object_of_which_everything_failed_is_told_from_one_that_is_not_there() {
    let document = "{ reservation(id: 1) { payment { declineCode } listing { id } } }";
    let failed: [&[PathSegment]; 2] = [&[key("reservation"), key("payment")], &[key("reservation"), key("listing")]];
    let data = completed(document, value!({ "reservation": null }), &failed);
    assert_eq!(text(&data), r#"{"reservation":{"payment":null,"listing":null}}"#);

    let data = completed(document, value!({ "reservation": null }), &[]);
    assert_eq!(text(&data), r#"{"reservation":null}"#);
}

#[test]
fn what_did_not_fail_is_left_as_it_is_in_the_order_in_which_it_was_asked_for() {
    let document =
        "{ b: match(matchNumber: 2) { id } match(matchNumber: 1) { group homeTeam categories { category } } }";
    let data = value!({
        "match": { "categories": [{ "category": 1 }], "homeTeam": "Qatar", "group": null },
        "b": null,
    });

    let data = completed(document, data, &[&[key("somewhere"), key("else")]]);

    assert_eq!(text(&data), r#"{"b":null,"match":{"group":null,"homeTeam":"Qatar","categories":[{"category":1}]}}"#);
}

#[test]
fn what_was_never_executed_stays_without_data() {
    let validation = completed("{ me { id } }", Value::Null, &[&[]]);
    let panic = completed("{ me { id } }", Value::Null, &[&[key("query")]]);

    assert_eq!((validation, panic), (Value::Null, Value::Null));
}

#[test]
fn an_error_names_each_place_of_its_field_and_stands_in_the_order_of_the_document() {
    let document =
        "{ one: reservation(id: 1) { id }\n two: node(id: 1) { ... on Ticket { price { amount } } }\n ...again }
        fragment again on Query { two: node(id: 1) { ... on Ticket { price { currency } } } }";
    let mut response = Response::from_errors(vec![
        failure(&[key("two"), key("price"), key("currency")]),
        failure(&[key("two"), key("price")]),
        failure(&[key("one")]),
    ]);
    response.data = value!({ "two": { "": "Ticket" } });

    collected(document, "{}").complete(&mut response);

    let at = |line, column| Pos { line, column };
    let told: Vec<_> = response.errors.iter().map(|error| (error.path.len(), error.locations.clone())).collect();
    assert_eq!(told, [(1, vec![at(1, 3)]), (2, vec![at(2, 37), at(4, 70)]), (3, vec![at(4, 78)])]);
}

#[test]
fn a_written_list_is_left_as_it_was_written() {
    let written = async_graphql_value::RAW_VALUE_TOKEN;
    let list = || {
        let text = Value::String("[{}]".to_owned());
        Value::Object([(async_graphql::Name::new(written), text)].into_iter().collect())
    };
    let data = Value::Object([(async_graphql::Name::new("nodes"), list())].into_iter().collect());
    let data = Value::Object([(async_graphql::Name::new("matches"), data)].into_iter().collect());
    let mut response = Response::new(data);

    collected("{ matches { totalCount @skip(if: true) nodes { id } } }", "{}").complete(&mut response);

    assert_eq!(text(&response.data), r#"{"matches":{"nodes":[{}]}}"#);
}
