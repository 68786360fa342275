//! The documents that the pages ask, each typed by `schema.graphql`: one that the schema has no answer for does not compile.

#![allow(unreachable_pub, reason = "what is derived is as public as its source says it is not")]

use std::collections::BTreeMap;

/// A time in RFC 3339.
type DateTime = jiff::Timestamp;
/// An exact decimal number, as text.
type Decimal = String;

/// Types of documents, and their texts as `TEXTS`.
macro_rules! documents {
    ($($name:ident of $path:tt),* $(,)?) => {
        $(
            #[derive(graphql_client::GraphQLQuery)]
            #[graphql(
                schema_path = "../../schema.graphql",
                query_path = $path,
                response_derives = "Debug, Clone, PartialEq",
                variables_derives = "Debug, Clone, Default"
            )]
            pub struct $name;
        )*

        pub(super) const TEXTS: &[&str] = &[$(include_str!(concat!("../../", $path))),*];
    };
}

pub(crate) mod account;
pub(crate) mod matches;
pub(crate) mod orders;
pub(crate) mod resale;
pub(crate) mod search;
pub(crate) mod site;
pub(crate) mod tickets;

/// All documents that the shop asks, its script's among them, for a manifest of trusted ones.
///
/// # Panics
///
/// Where the script's bundle is not what its build makes.
#[must_use]
pub fn all() -> Vec<String> {
    let texts = [
        kit::DOCUMENTS,
        account::TEXTS,
        matches::TEXTS,
        orders::TEXTS,
        resale::TEXTS,
        search::TEXTS,
        site::TEXTS,
        tickets::TEXTS,
    ];
    let of_script: BTreeMap<String, String> =
        serde_json::from_str(kit::assets::DOCUMENTS).expect("the build of the script writes documents by id");
    texts.into_iter().flatten().map(|text| (*text).to_owned()).chain(of_script.into_values()).collect()
}
