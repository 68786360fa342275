//! The storefront: the fans' pages. It is a client of `schema.graphql` like anybody's.
//!
//! Invariant: a page asks for all that it shows in one document of `documents/`, and a form that is posted sends one
//! mutation and leads on by GET: "back", a reload and a lost answer cost nothing.

use std::sync::Arc;

use kit::{kept::KeptPages, locale::Locale, visit::Kit};

mod documents;
mod pages;
mod routes;
mod words;

pub use documents::all as documents;
pub use routes::routes;
pub use words::SOURCES as WORDS;

/// What answers for the pages.
pub struct Shop {
    pub kit: Kit,
    pub(crate) kept: KeptPages,
}

impl Shop {
    #[must_use]
    pub fn new(kit: Kit) -> Arc<Self> {
        Arc::new(Self { kit, kept: KeptPages::default() })
    }

    /// The language that a path begins with, where the site speaks it.
    pub(crate) fn locale(&self, tag: &str) -> Option<Locale> {
        Locale::of_tag(tag).filter(|locale| self.kit.site.locales.contains(locale))
    }
}
