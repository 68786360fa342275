//! The box of the search: a plain form that leads to the results, which the browser's script makes a combobox of.
//!
//! There is one on every page: in the header where there is room for it, which on a phone has a link instead, and in the page
//! of the search.

use maud::{Markup, html};

use crate::{t, t_plain, visit::Visit};

/// Letters of a query that are taken at most; the search itself reads far fewer.
pub const LETTERS_MAX: usize = 200;

/// Where there is room for it.
pub(crate) fn in_header(visit: &Visit<'_>) -> Markup {
    labelled(visit, "", false)
}

/// In the page of the search, with what was looked for.
#[must_use]
pub fn in_page(visit: &Visit<'_>, query: &str) -> Markup {
    labelled(visit, query, query.is_empty())
}

/// The way to the page of the search, for screens without room for the box.
pub(crate) fn link(visit: &Visit<'_>, is_there: bool) -> Markup {
    html! {
        a.seek href=(visit.link("/search")) aria-current=[is_there.then_some("page")] {
            (glass())
            span.hidden { (t!(visit.words, "nav-search")) }
        }
    }
}

fn labelled(visit: &Visit<'_>, query: &str, is_first: bool) -> Markup {
    let words = visit.words;
    let forget = t_plain!(words, "search-forget", query = "{query}");
    html! {
        md-search data-options=(visit.link("/search/options")) data-recent=(t!(words, "search-recent")) data-forget=(forget)
            data-forget-all=(t!(words, "search-forget-all")) {
            form.find role="search" action=(visit.link("/search")) {
                label.hidden for="q" { (t!(words, "search-label")) }
                input.field #q name="q" inputmode="search" enterkeyhint="search" autocomplete="off" maxlength=(LETTERS_MAX)
                    placeholder=(t!(words, "search-placeholder")) value=[(!query.is_empty()).then_some(query)] autofocus[is_first];
                button.button aria-label=(t!(words, "nav-search")) { (glass()) }
            }
        }
    }
}

fn glass() -> Markup {
    html! {
        svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2.2" aria-hidden="true" {
            circle cx="8.5" cy="8.5" r="6" {}
            path d="m13 13 5 5" {}
        }
    }
}
