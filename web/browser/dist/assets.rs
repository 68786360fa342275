// Made by build.mjs, for include!: what the browser is given, each as its name and its text.
pub(crate) const STYLE: (&str, &str) = ("matchday-f5bfb98c93.css", include_str!("matchday-f5bfb98c93.css"));
pub(crate) const SCRIPT: (&str, &str) = ("matchday-d4f08de769.js", include_str!("matchday-d4f08de769.js"));
pub(crate) const WORKER: (&str, &str) = ("pow-836456b38a.js", include_str!("pow-836456b38a.js"));
pub(crate) const SEARCH: (&str, &str) = ("search-035659f579.js", include_str!("search-035659f579.js"));
pub(crate) const DOCS_STYLE: (&str, &str) = ("docs-72d03c6bac.css", include_str!("docs-72d03c6bac.css"));
pub(crate) const DOCS_SCRIPT: (&str, &str) = ("docs-bfdd78209d.js", include_str!("docs-bfdd78209d.js"));
pub(crate) const DOCUMENTS: &str = include_str!("documents.json");
