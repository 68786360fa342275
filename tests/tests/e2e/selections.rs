//! Selections: however a document says what it selects, it is answered with that, in that order.
//!
//! Each document is asked for by HTTP until its answer is kept, and what can be followed is followed by socket: executed,
//! written, kept and pushed, it is the same text.

use std::collections::HashMap;

use serde_json::{Value, json, value::RawValue};
use tests::{Site, World, socket::Said};

/// A client that reads answers to the letter.
struct Reader<'a> {
    site: &'a Site,
    authorization: Option<String>,
}

impl<'a> Reader<'a> {
    fn visitor(site: &'a Site) -> Self {
        Self { site, authorization: None }
    }

    async fn fan(site: &'a Site) -> Self {
        let query = "mutation { signUp(input: {email: \"reader@example.com\", password: \"correct horse battery\"}) \
                     { accessToken } }";
        let session = site.visitor().ask(query, json!({})).await.data();
        let token = session["signUp"]["accessToken"].as_str().expect("a session has a token");
        Self { site, authorization: Some(format!("Bearer {token}")) }
    }

    /// The data of the answer, asked for once.
    async fn once(&self, query: &str, variables: &Value) -> String {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let headers: Vec<_> = self.authorization.iter().map(|value| ("authorization", value.as_str())).collect();
        let (_, text) = self.site.visitor().post("/graphql", &headers, &body).await;
        let answer: HashMap<String, Box<RawValue>> = serde_json::from_str(&text).expect("an answer is an object");
        answer.get("data").unwrap_or_else(|| panic!("{query}: {text}")).get().to_owned()
    }

    /// The same, asked for until it is kept and once more.
    async fn reads(&self, query: &str, variables: Value, expected: &str) {
        for _ in 0..3 {
            assert_eq!(self.once(query, &variables).await, expected, "{query} with {variables}");
        }
    }
}

/// Matches 1 and 7 on sale, on embedded parts and on the real services.
macro_rules! everywhere {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn embedded() {
                super::on(tests::World::embedded(), async |site| super::$name(site).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_services() {
                super::on(tests::World::services().await, async |site| super::$name(site).await).await;
            }
        }
    )+ };
}

async fn on(world: World, test: impl AsyncFnOnce(&Site)) {
    let site = world.start().await;
    for number in [1, 7] {
        site.on_sale(number, 20).await;
    }
    test(&site).await;
    site.finish().await;
}

everywhere! {
    what_fragments_select_of_one_list_is_one_list,
    directives_see_the_defaults_of_variables,
    directives_on_typename_are_followed,
    an_object_of_which_everything_is_left_out_is_empty,
    fields_stand_in_the_order_in_which_they_were_asked_for,
}

async fn what_fragments_select_of_one_list_is_one_list(site: &Site) {
    let (visitor, fan) = (Reader::visitor(site), Reader::fan(site).await);

    let fragments = "{ match(matchNumber: 7) { ...A ...B } }
        fragment A on Match { categories { available price { amount } } }
        fragment B on Match { categories { category price { currency } } }";
    let category = |number: u32, amount: &str| {
        format!(r#"{{"available":20,"price":{{"amount":"{amount}","currency":"USD"}},"category":{number}}}"#)
    };
    let [one, two, three] = [category(1, "75.00"), category(2, "125.00"), category(3, "195.00")];
    let categories = format!(r#"{{"match":{{"categories":[{one},{two},{three}]}}}}"#);
    visitor.reads(fragments, json!({}), &categories).await;

    let lists = "{ matches { nodes { matchNumber } totalCount nodes { categories { category } } }
        matches { edges { node { homeTeam } } nodes { categories { status } } edges { node { awayTeam } } } }";
    let node = |number: u32| {
        let status = |category| format!(r#"{{"category":{category},"status":"AVAILABLE"}}"#);
        let categories = [status(1), status(2), status(3)].join(",");
        format!(r#"{{"matchNumber":{number},"categories":[{categories}]}}"#)
    };
    let edge = r#"{"node":{"homeTeam":"Qatar","awayTeam":"Ecuador"}}"#;
    let all = format!(r#"{{"matches":{{"nodes":[{},{}],"totalCount":2,"edges":[{edge},{edge}]}}}}"#, node(1), node(7));
    visitor.reads(lists, json!({}), &all).await;

    let reserve = "mutation { reserve(input: {matchNumber: 7, category: 3, quantity: 2}) {
        reservation { quantity match { categories { category } } } ...rest } ...again }
        fragment rest on ReservePayload { reservation { match { categories { pending } matchNumber } } }
        fragment again on Mutation { reserve(input: {matchNumber: 7, category: 3, quantity: 2}) {
            reservation { category } } }";
    assert_eq!(
        fan.once(reserve, &json!({})).await,
        r#"{"reserve":{"reservation":{"quantity":2,"match":{"categories":[{"category":1,"pending":0},{"category":2,"pending":0},{"category":3,"pending":2}],"matchNumber":7},"category":3}}}"#,
        "it is held once, below one key"
    );
    fan.reads(
        "{ myReservations { nodes { ...one } nodes { ...two } totals: edges { node { quantity } } } }
         fragment one on Reservation { match { categories { category } } }
         fragment two on Reservation { match { matchNumber categories { pending } } }",
        json!({}),
        r#"{"myReservations":{"nodes":[{"match":{"categories":[{"category":1,"pending":0},{"category":2,"pending":0},{"category":3,"pending":2}],"matchNumber":7}}],"totals":[{"node":{"quantity":2}}]}}"#,
    )
    .await;

    let pushed = "subscription { availability(matchNumbers: [7]) { matchNumber ...one match { ...two } } }
        fragment one on MatchAvailability { match { categories { category } } categories { category } }
        fragment two on Match { categories { pending } matchNumber }";
    let mut socket = site.visitor().socket().await;
    socket.subscribe(pushed, json!({})).await;
    let counted = |number: u32, pending: u32| json!({ "category": number, "pending": pending });
    let expected = json!({ "availability": {
        "matchNumber": 7,
        "match": { "categories": [counted(1, 0), counted(2, 0), counted(3, 2)], "matchNumber": 7 },
        "categories": [{ "category": 1 }, { "category": 2 }, { "category": 3 }],
    } });
    assert_eq!(socket.said().await, Said::Next(expected));
}

async fn directives_see_the_defaults_of_variables(site: &Site) {
    let (visitor, fan) = (Reader::visitor(site), Reader::fan(site).await);

    let one = "query ($on: Boolean! = true) { match(matchNumber: 7) { homeTeam awayTeam @skip(if: $on) } }";
    visitor.reads(one, json!({}), r#"{"match":{"homeTeam":"Qatar"}}"#).await;
    visitor.reads(one, json!({ "on": false }), r#"{"match":{"homeTeam":"Qatar","awayTeam":"Ecuador"}}"#).await;

    let everywhere = "query ($off: Boolean = false) {
        me @include(if: $off) { id } ...gone @include(if: $off)
        matches(first: 1) { nodes { matchNumber ... @include(if: $off) { id } group @include(if: $off) } } }
        fragment gone on Query { rateLimit { limit } }";
    visitor.reads(everywhere, json!({}), r#"{"matches":{"nodes":[{"matchNumber":1}]}}"#).await;
    fan.reads(everywhere, json!({}), r#"{"matches":{"nodes":[{"matchNumber":1}]}}"#).await;

    let mut socket = site.visitor().socket().await;
    let followed = "subscription ($off: Boolean = false) {
        availability(matchNumbers: [1]) { matchNumber version @include(if: $off) } }";
    socket.subscribe(followed, json!({})).await;
    assert_eq!(socket.said().await, Said::Next(json!({ "availability": { "matchNumber": 1 } })));
}

async fn directives_on_typename_are_followed(site: &Site) {
    let (visitor, fan) = (Reader::visitor(site), Reader::fan(site).await);
    let text = "query ($on: Boolean = true) {
        __typename @skip(if: $on) matches(first: 1) { __typename @skip(if: true) nodes {
            __typename @skip(if: $on) kind: __typename @include(if: $on) } } me @include(if: $on) { id @skip(if: true) } }";

    visitor.reads(text, json!({}), r#"{"matches":{"nodes":[{"kind":"Match"}]},"me":null}"#).await;
    fan.reads(text, json!({}), r#"{"matches":{"nodes":[{"kind":"Match"}]},"me":{}}"#).await;
    let other = r#"{"__typename":"Query","matches":{"nodes":[{"__typename":"Match"}]}}"#;
    visitor.reads(text, json!({ "on": false }), other).await;
}

async fn an_object_of_which_everything_is_left_out_is_empty(site: &Site) {
    let (visitor, fan) = (Reader::visitor(site), Reader::fan(site).await);
    for reader in [&visitor, &fan] {
        for (query, expected) in [
            ("{ match(matchNumber: 7) { categories @include(if: false) { category } } }", r#"{"match":{}}"#),
            ("{ match(matchNumber: 8) { id @include(if: false) } }", r#"{"match":null}"#),
            (
                "{ match(matchNumber: 7) { categories { category @include(if: false) } } }",
                r#"{"match":{"categories":[{},{},{}]}}"#,
            ),
            (
                "{ matches { nodes { id @skip(if: true) } pageInfo { ... @skip(if: true) { hasNextPage } } } }",
                r#"{"matches":{"nodes":[{},{}],"pageInfo":{}}}"#,
            ),
            ("{ me @skip(if: true) { id } }", "{}"),
            ("{ rateLimit { buckets @skip(if: true) { name } } }", r#"{"rateLimit":{}}"#),
        ] {
            reader.reads(query, json!({}), expected).await;
        }
    }
    let made = fan.once("mutation { requestEmailVerification @skip(if: true) { success } }", &json!({})).await;
    assert_eq!(made, "{}");

    let mut socket = site.visitor().socket().await;
    let followed = "subscription { availability(matchNumbers: [1]) { match { id @skip(if: true) } } }";
    socket.subscribe(followed, json!({})).await;
    assert_eq!(socket.said().await, Said::Next(json!({ "availability": { "match": {} } })));
}

async fn fields_stand_in_the_order_in_which_they_were_asked_for(site: &Site) {
    let (visitor, fan) = (Reader::visitor(site), Reader::fan(site).await);
    for reader in [&visitor, &fan] {
        let missing = "{ match(matchNumber: 999) { homeTeam } b: match(matchNumber: 1) { homeTeam } }";
        reader.reads(missing, json!({}), r#"{"match":null,"b":{"homeTeam":"Qatar"}}"#).await;
        let failed =
            "{ reservation(id: \"?\") { id } b: match(matchNumber: 1) { homeTeam } listing(id: \"?\") { id } }";
        reader.reads(failed, json!({}), r#"{"reservation":null,"b":{"homeTeam":"Qatar"},"listing":null}"#).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_selects_no_more_than_is_kept_of_it() {
    let (_world, site) = Site::embedded().await;
    site.on_sale(1, 20).await;
    let aliases = |count: u32| {
        let match_of = |number: u32| format!("m{number}: match {{ ...all }} ");
        let selected: String = (0..count).map(match_of).collect();
        format!(
            "subscription {{ availability(matchNumbers: [1]) {{ {selected} }} }}
             fragment all on Match {{ id homeTeam awayTeam group location version categories {{ category }} }}"
        )
    };
    let mut socket = site.visitor().socket().await;

    socket.subscribe(&aliases(10), json!({})).await;
    assert!(matches!(socket.said().await, Said::Next(_)));
    socket.subscribe(&aliases(40), json!({})).await;
    assert_eq!(socket.said().await, Said::Error("QUERY_TOO_COMPLEX".to_owned()));
    site.finish().await;
}
