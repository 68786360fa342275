//! What the pages of search ask.

use super::{DateTime, Decimal};

documents! {
    SearchPage of "documents/search/search.graphql",
    SearchOptions of "documents/search/options.graphql",
}
