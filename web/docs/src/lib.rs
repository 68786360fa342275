//! The documentation: the repository's documents as pages, as Markdown, as lists for language models, and what a search finds in them.
//!
//! Invariant: it knows texts alone. What it serves is the same for everybody, and is made of files that are part of the program.

use axum::Router;

mod address;
mod files;
mod highlight;
mod llms;
mod markdown;
mod page;
mod routes;
mod search;
mod site;
mod view;

/// What the pages may lead to, and where they stand.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the program is reached, such as `https://tickets.example`; unset, lists for language models name paths alone.
    pub public_url: Option<String>,
    pub has_graphiql: bool,
    /// Whether the contract is shown at `/schema.graphql`.
    pub has_schema: bool,
    /// Whether the fans' pages are at `/`.
    pub has_shop: bool,
    /// Of the program.
    pub version: &'static str,
}

/// All routes of the documentation.
pub fn routes(options: Options) -> Router {
    routes::all(options)
}

/// The path of the search, which costs more than a page that is kept.
pub const SEARCH: &str = "/docs/search";

/// The paths of all pages, and the files of the repository that they are.
#[must_use]
pub fn pages() -> Vec<(&'static str, &'static str)> {
    site::SITE.pages.iter().map(|page| (page.path.as_str(), page.file)).collect()
}
