// Made by build.mjs, for include!: what the browser is given, each as its name and its text.
pub(crate) const STYLE: (&str, &str) = ("matchday-d81c4d8e90.css", include_str!("matchday-d81c4d8e90.css"));
pub(crate) const SCRIPT: (&str, &str) = ("matchday-844103a83e.js", include_str!("matchday-844103a83e.js"));
pub(crate) const WORKER: (&str, &str) = ("pow-836456b38a.js", include_str!("pow-836456b38a.js"));
pub(crate) const DOCUMENTS: &str = include_str!("documents.json");
