//! What the pages of the site itself ask.

documents! {
    HelpPage of "documents/site/help.graphql",
    Sitemap of "documents/site/sitemap.graphql",
}
