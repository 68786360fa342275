//! Costs of fields, and how they add up.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use security::config::prices::{FIELDS, LISTS};
use transport::document::{Documents, RawRequest};

use super::{
    markdown::{self, code},
    rights,
};
use crate::config::Config;

/// Documents whose costs are computed where the page is written.
const EXAMPLES: &[(&str, &str)] = &[
    ("{ match(matchNumber: 1) { id homeTeam } }", "each field costs 1"),
    (
        "{ matches(first: 10) { nodes { id homeTeam } } }",
        "`matches` costs 1, and 10 times what is selected in it: `nodes`, `id`, `homeTeam`",
    ),
    (
        "{ matches(first: 10) { nodes { id homeTeam categories { sellable } } } }",
        "for each match also `categories`, and 3 times `sellable`, because the list is assumed to have 3 items",
    ),
    ("{ matches { nodes { id homeTeam } } }", "without `first`, a page of 100 is assumed"),
    (
        "{ myReservations(first: 20) { nodes { id status } } }",
        "`myReservations` costs 100, because it asks the database",
    ),
    (
        "mutation { reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } } }",
        "`reserve` costs 4,000, because it waits for a durable transaction, and `reservation` 20",
    ),
];

pub(super) fn page() -> String {
    let documents = Config::default().transport.documents;
    let (max, default, page_size) = (documents.max_cost, documents.default_field_cost, documents.default_page_size);
    let max_batch = Config::default().transport.http.max_batch_cost;
    let mut text = markdown::opened(
        "Costs",
        "What each field costs, how the cost of an operation is counted, and which limits it meets. A unit is about the work of one \
         field that is in memory already.",
    );
    text.push_str(&format!(
        "\n## How it is counted\n\n\
         - A field costs {default}, unless the table below says otherwise.\n\
         - What is selected in a list counts as often as the list is long: the value of `first` or `last`, else the length of the \
         table below; {page_size} if the argument is not a number. Of a connection only `nodes` and `edges` count so: \
         `totalCount`, `pageInfo` and `facets` are there once.\n\
         - Fragments count where they are spread. What `@skip` or `@include` leaves out costs nothing if the argument is a literal or \
         a variable of the request.\n\
         - An alias costs one unit more for each KiB that it adds to the answer.\n\n\
         The cost is counted before anything runs. An operation above `transport.documents.max_cost` ({max}), or a batch above \
         `transport.http.max_batch_cost` ({max_batch}), is refused with `QUERY_TOO_COMPLEX`; `extensions.limit` has what was found and \
         what is allowed, and the message names the dearest field. The cost is then taken from the caller's rate limits; what an \
         operation did not use is returned. See [Limits](limits.md).\n\n## Examples\n\n"
    ));
    let priced = Documents::new(documents).expect("the defaults have no manifest");
    let rows: Vec<[String; 3]> = (EXAMPLES.iter())
        .map(|(document, why)| {
            let prepared = priced.prepare(RawRequest::new(*document)).now_or_never().expect("nothing is waited for");
            let cost = prepared.expect("an example is within the limits").cost();
            [code(document), cost.to_string(), (*why).to_owned()]
        })
        .collect();
    text.push_str(&markdown::table(["Document", "Cost", "Why"], &rows));
    text.push_str("\n## Fields\n\nAn operator can change these with `transport.documents.field_costs`.\n\n");
    let known: BTreeMap<&str, u64> = FIELDS.into_iter().collect();
    let of_roots = rights::roots().map(|field| (field, known.get(field).copied().unwrap_or(default)));
    let rows: Vec<[String; 2]> = of_roots.map(|(field, cost)| [code(field), cost.to_string()]).collect();
    text.push_str(&markdown::table(["Field", "Cost"], &rows));
    text.push_str("\nFields below these cost by their name, whatever their type is:\n\n");
    let below = FIELDS.into_iter().filter(|(field, _)| rights::of_root(field).is_none());
    let rows: Vec<[String; 2]> = below.map(|(field, cost)| [code(bare(field)), cost.to_string()]).collect();
    text.push_str(&markdown::table(["Field", "Cost"], &rows));
    text.push_str(&format!("\nAll other fields cost {default}.\n\n## Lists\n\n"));
    text.push_str("Assumed lengths, where no argument says it. An operator can change these with `transport.documents.list_sizes`.\n\n");
    let rows: Vec<[String; 2]> = LISTS.into_iter().map(|(list, size)| [code(list), size.to_string()]).collect();
    text.push_str(&markdown::table(["List", "Length"], &rows));
    text.push_str("\nNext: [Limits](limits.md), [Errors](errors.md#query_too_complex), [Settings](settings.md).\n");
    text
}

/// What a field at a root costs by default.
pub(super) fn of_root(field: &str) -> u64 {
    FIELDS.into_iter().find(|(name, _)| *name == field).map_or(1, |(_, cost)| cost)
}

/// What a field below the roots costs by default, where that is not the usual unit: by its name, whatever it is a field of.
pub(super) fn of_field(field: &str) -> Option<u64> {
    let mut below = FIELDS.into_iter().filter(|(name, _)| rights::of_root(name).is_none());
    below.find(|(name, _)| bare(name) == field).map(|(_, cost)| cost)
}

/// A field's name without that of its type.
fn bare(field: &'static str) -> &'static str {
    field.rsplit('.').next().unwrap_or(field)
}
