use async_graphql::{Variables, parser::parse_query};

use super::*;

/// The only operation of a document, collected with these variables.
pub(crate) fn collected(text: &str, variables: &str) -> Collected {
    collect(text, variables).expect("it fits the contract")
}

fn collect(text: &str, variables: &str) -> Option<Collected> {
    let document = parse_query(text).expect("the document is well formed");
    let operation = &document.operations.iter().next().expect("there is one").1.node;
    let variables = Variables::from_json(serde_json::from_str(variables).expect("variables are JSON"));
    let parsed = ParsedOperation {
        text: text.into(),
        document: &document,
        operation,
        operation_name: None,
        variables: &variables,
    };
    parsed.collect().ok()
}

/// What is executed, as it is told apart.
fn executed(text: &str, variables: &str) -> String {
    collected(text, variables).selected()
}

fn assert_alike(one: &str, other: &str) {
    assert_eq!(executed(one, "{}"), executed(other, "{}"), "{one}");
}

#[test]
fn what_is_selected_under_one_key_is_one_field() {
    let once = "{ match(matchNumber: 7) { categories { available price { amount currency } category } homeTeam } }";

    assert_alike(
        "{ match(matchNumber: 7) { ...A ...B } }
         fragment A on Match { categories { available price { amount } } }
         fragment B on Match { categories { category price { currency } } homeTeam }",
        // The order is that of the first place of each key.
        "{ match(matchNumber: 7) { categories { available price { amount currency } category } homeTeam } }",
    );
    assert_alike(
        "{ match(matchNumber: 7) { categories { available } } match(matchNumber: 7) { ... { categories { price { amount } } }
           ... on Node { ... on Match { categories { price { currency } category } homeTeam } } } }",
        once,
    );
    assert_alike(
        "{ ...Q ...Q } fragment Q on Query { ...R } fragment R on Query { me { id ...U } ...Q2 }
         fragment Q2 on Query { me { role } } fragment U on User { id email }",
        "{ me { id email role } }",
    );
}

#[test]
fn directives_leave_out_by_literals_variables_and_defaults() {
    let text = "query ($on: Boolean! = true, $off: Boolean = false, $sent: Boolean!) {
        match(matchNumber: 7) {
            __typename @skip(if: $on) kind: __typename @include(if: $on)
            id @skip(if: true) homeTeam @include(if: $off) awayTeam @skip(if: $off) @include(if: $on)
            group @skip(if: $sent) location @include(if: $sent)
            ... @skip(if: $on) { version } ...F @include(if: $off) ...F @skip(if: $off)
            ... on Match @include(if: $sent) { version }
        } }
        fragment F on Match { roundNumber dateUtc @include(if: $sent) }";

    assert_eq!(
        executed(text, r#"{ "sent": true }"#),
        executed("{ match { kind: __typename awayTeam location roundNumber dateUtc version } }", "{}")
    );
    assert_eq!(
        executed(text, r#"{ "sent": false, "on": false, "off": true }"#),
        executed("{ match { __typename homeTeam group version roundNumber } }", "{}")
    );
}

#[test]
fn an_object_of_which_everything_is_left_out_is_still_asked_for() {
    let selected =
        executed("{ match(matchNumber: 7) { categories @include(if: true) { category @skip(if: true) } } }", "{}");
    assert_eq!(selected, "{match:match{categories:categories{:__typename }}}");

    assert_eq!(executed("{ me @skip(if: true) { id } }", "{}"), "{:__typename }");
}

#[test]
fn what_is_selected_of_an_interface_is_collected_for_each_object_that_it_may_be() {
    let text = "{ node(id: 1) {
        ... on Match { homeTeam } id ...T
        ... on Node { ... on Match { awayTeam id homeTeam } __typename } } }
        fragment T on Ticket { id seat again: id }";
    let selected = executed(text, "{}");

    for object in [
        "...Match{homeTeam:homeTeam id:id awayTeam:awayTeam __typename:__typename }",
        "...Ticket{id:id seat:seat again:id __typename:__typename }",
        "...User{id:id __typename:__typename }",
    ] {
        assert!(selected.contains(object), "{selected}");
    }
    assert!(selected.starts_with("{node:node{:__typename ...Listing{"), "{selected}");
}

#[test]
fn variables_have_their_values_and_one_without_is_as_good_as_left_out() {
    let text = "query ($first: Int = 3, $after: String, $team: String, $group: String = \"A\") {
        matches(first: $first, after: $after, filter: { team: $team, group: $group }) { totalCount } }";
    let argument = |variables: &str| {
        let collected = collected(text, variables);
        let field = collected.only_root().expect("there is one root field").clone();
        let arguments = field.arguments.iter().map(|(name, value)| format!("{}: {}", name.node, value.node));
        arguments.collect::<Vec<_>>().join(", ")
    };

    assert_eq!(argument("{}"), r#"first: 3, filter: {group: "A"}"#);
    assert_eq!(
        argument(r#"{ "first": null, "after": "c", "team": "Qatar", "group": null, "unknown": [1] }"#),
        r#"first: null, after: "c", filter: {team: "Qatar", group: null}"#
    );
}

#[test]
fn what_does_not_fit_the_contract_is_not_collected() {
    for text in [
        "{ nonsense }",
        "{ me }",
        "{ me { id { deeper } } }",
        "{ matches { nodes { nonsense } } }",
        "{ ...unknown }",
        "subscription { availability { version } again: availability { version } }",
        "subscription { availability @skip(if: true) { version } }",
    ] {
        assert!(collect(text, "{}").is_none(), "{text}");
    }
}

#[test]
fn fragments_that_multiply_are_collected_once_and_aliases_no_more_often_than_they_are_counted() {
    let fragment = |level: u32| {
        let spreads = format!("...f{} ", level + 1).repeat(6);
        format!("fragment f{level} on Match {{ {spreads} }} ")
    };
    let text: String = (0..4).map(fragment).collect();
    let text = format!("{{ match(matchNumber: 1) {{ ...f0 }} }} {text} fragment f4 on Match {{ id homeTeam }}");
    assert_eq!(collected(&text, "{}").fields, 3, "1 296 spreads of the last fragment");

    let aliases: String =
        (0..16).map(|alias| format!("a{alias}: match(matchNumber: 1) {{ ...all ...all }} ")).collect();
    let text = format!("{{ {aliases} }} fragment all on Match {{ id categories {{ category price {{ amount }} }} }}");
    assert_eq!(collected(&text, "{}").fields, 16 * 6);
}
