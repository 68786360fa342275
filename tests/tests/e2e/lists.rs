//! Lists: what is written from a plan is what is executed field by field.

use entities::category::Category;
use subscriptions::hub::Hub;
use tests::{Backend, TestApp, contract::Contract, question::Question, sites::given};

/// Selections of a match that a plan expresses, beside everything that it has.
const SELECTIONS: [&str; 8] = [
    "id",
    "__typename kind: __typename matchNumber",
    "number: matchNumber home: homeTeam away: awayTeam again: matchNumber",
    "categories { category available pending sellable status price { amount currency } }",
    "categories { __typename cost: price { __typename value: amount } state: status }",
    "... { matchNumber ... on Match { categories { price { amount } } } }",
    "...all",
    "group categories { ...counts } ...all",
];

const FRAGMENTS: &str = "
    fragment all on Match { id location version: version ... on Match { dateUtc } categoriesAgain: categories { ...counts } }
    fragment counts on TicketCategory { category available ...price }
    fragment price on TicketCategory { price { ...money } status }
    fragment money on Money { currency amount }";

/// Where matches are listed.
const PLACES: [&str; 3] = [
    "matches { nodes { SELECTION } }",
    "matches { edges { cursor node { SELECTION } } }",
    "match(matchNumber: 2) { SELECTION }",
];

#[tokio::test]
async fn what_is_written_from_a_plan_is_what_is_executed_field_by_field() {
    let app = TestApp::start(Backend::Sqlite).await;
    let stock = [(Category::One, 20), (Category::Two, 0), (Category::Three, 1)];
    app.give(given(1, &stock)).await;
    let mut knockout = given(2, &stock[..1]);
    knockout.group = None;
    knockout.home_team = "Côte d'Ivoire \"\\\u{1}🐘".to_owned();
    app.give(knockout).await;
    let hub = Hub::new(app.app());
    hub.sweep().await.expect("the view can be filled");
    let schema = schema::build(app.app(), hub, std::sync::Arc::default(), std::sync::Arc::default(), None);

    let everything = Contract::printed().everything("Match");

    for place in PLACES {
        for selection in SELECTIONS.into_iter().chain([everything.as_str()]) {
            let text = used(&format!("{{ {} }}", place.replace("SELECTION", selection)));
            // No plan knows fragments: without collecting, the library executes what is in them one by one.
            let in_fragments = text.replace('{', "{ ... {").replace('}', "} }");
            let executed = Question::new(&in_fragments).executed_as_it_is(&schema).await;
            let written = Question::new(&text).executed(&schema).await;

            assert!(written.errors.is_empty() && executed.errors.is_empty(), "{text}: {written:?} {executed:?}");
            let (written, executed) = (json(&written), json(&executed));
            assert_eq!(written, executed, "{text}");
            assert!(written.len() > r#"{"data":{"matches":{"nodes":[]}}}"#.len(), "{written}");
        }
    }
    app.finish().await;
}

/// The document with the fragments that it uses: a document with others is refused.
fn used(text: &str) -> String {
    let mut document = text.to_owned();
    for fragment in FRAGMENTS.split("fragment ").skip(1) {
        let name = fragment.split(' ').next().expect("a split has a first part");
        if document.contains(&format!("...{name}")) {
            document.push_str(&format!(" fragment {fragment}"));
        }
    }
    document
}

/// As a client is sent it.
fn json(response: &async_graphql::Response) -> String {
    serde_json::to_string(response).expect("a response is JSON")
}
