//! Several operations in one request.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::Client;

fn batch(length: usize) -> String {
    Value::from(vec![json!({ "query": "{ me { id } }" }); length]).to_string()
}

#[tokio::test]
async fn each_operation_of_a_batch_has_its_own_result() {
    let client = Client::new();
    let body = json!([
        { "query": "{ me { id } }" },
        { "query": "{ fails }" },
        { "query": "{" },
        { "query": "subscription { three }" },
    ]);

    let answer = client.post(body.to_string(), &[("authorization", "Bearer ana")]).await;

    assert_eq!(answer.status, StatusCode::OK);
    let results = answer.json();
    assert_eq!(results[0], json!({ "data": { "me": { "id": "ana" } } }));
    let codes: Vec<_> = (1..4).map(|index| results[index]["errors"][0]["extensions"]["code"].clone()).collect();
    assert_eq!(codes, ["CONFLICT", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT"]);
}

#[tokio::test]
async fn mutations_of_a_batch_run_in_their_order() {
    let client = Client::new();
    let reserve = |number: i32| {
        let input = json!({ "matchNumber": number, "category": 1, "quantity": 1 });
        let query = "mutation m($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }";
        json!({ "query": query, "variables": { "input": input } })
    };
    let pending = json!({ "query": "{ matches(first: 1) { edges { node { categories { pending } } } } }" });

    let body = json!([pending, reserve(1), pending, reserve(1), pending]);
    let answer = client.post(body.to_string(), &[("authorization", "Bearer ana")]).await.json();

    let seen = |index: usize| answer[index]["data"]["matches"]["edges"][0]["node"]["categories"][0]["pending"].clone();
    assert_eq!([seen(0), seen(2), seen(4)], [json!(0), json!(1), json!(2)]);
}

#[tokio::test]
async fn a_batch_has_as_many_operations_as_the_cap_allows() {
    let client = Client::new();

    assert_eq!(client.post(batch(10), &[]).await.json().as_array().map(Vec::len), Some(10));
    let beyond = client.post(batch(11), &[]).await;
    assert_eq!((beyond.status, beyond.code().as_str()), (StatusCode::BAD_REQUEST, "BATCH_TOO_LARGE"));
    assert_eq!(client.post("[]", &[]).await.code(), "BAD_REQUEST");
    let none = Client::with(|config| config.http.max_batch = 0);
    assert_eq!(none.post(batch(1), &[]).await.code(), "BATCH_TOO_LARGE");
}

#[tokio::test]
async fn a_batch_costs_what_all_its_operations_cost() {
    let client = Client::with(|config| {
        config.documents.field_costs = [("reserve".to_owned(), 100)].into();
        config.http.max_batch_cost = 330;
    });
    let reserve = r#"mutation { reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } } }"#;
    let batch = |length| Value::from(vec![json!({ "query": reserve }); length]).to_string();

    let within = client.post(batch(3), &[("authorization", "Bearer ana")]).await;
    let beyond = client.post(batch(4), &[("authorization", "Bearer ana")]).await;

    assert_eq!(within.json().as_array().map(Vec::len), Some(3));
    assert_eq!((beyond.status, beyond.code().as_str()), (StatusCode::BAD_REQUEST, "QUERY_TOO_COMPLEX"));
    let held = client.world.stock().get(&1).map(|stock| stock.pending);
    assert_eq!(held, Some(3), "nothing of the refused batch was executed");
}
