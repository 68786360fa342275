//! What browsers load beside the pages: built from `web/browser`, committed, and part of the program.

mod built {
    include!("../../browser/dist/assets.rs");

    pub(super) const SCRIPTS: [(&str, &str); 3] = [SCRIPT, WORKER, SEARCH];
    /// In every page, so that it is painted without waiting for another answer.
    pub(super) const STYLE_SHEET: &str = STYLE.1;
    pub(super) const SCRIPT_NAME: &str = SCRIPT.0;
    pub(super) const TRUSTED: &str = DOCUMENTS;
    pub(super) const DOCS_STYLE_SHEET: (&str, &str) = DOCS_STYLE;
    pub(super) const DOCS_MODULE: (&str, &str) = DOCS_SCRIPT;
}

/// The mark of the site in a browser's tab.
pub const ICON: &str = concat!(
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 30 30\"><rect width=\"30\" height=\"30\" rx=\"6\" fill=\"#14254a\"/>",
    "<circle cx=\"15\" cy=\"15\" r=\"10\" fill=\"none\" stroke=\"#4fc792\" stroke-width=\"2.5\"/>",
    "<path d=\"M15 5v20\" stroke=\"#4fc792\" stroke-width=\"2.5\"/><circle cx=\"15\" cy=\"15\" r=\"2.5\" fill=\"#4fc792\"/></svg>"
);

/// The style sheet.
pub(crate) const STYLE: &str = built::STYLE_SHEET;

/// What the browser's script asks the API, by id: `{"sha256:…": "…"}`.
pub const DOCUMENTS: &str = built::TRUSTED;

/// The style sheet of the documentation, and its script: each by its name, which changes with its text.
pub const DOCS_STYLE: (&str, &str) = built::DOCS_STYLE_SHEET;
pub const DOCS_SCRIPT: (&str, &str) = built::DOCS_MODULE;

/// The path of the script.
pub(crate) fn script_path() -> String {
    format!("/assets/{}", built::SCRIPT_NAME)
}

/// A file of the script, by its name.
pub(crate) fn script(name: &str) -> Option<&'static str> {
    built::SCRIPTS.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::Path};

    use sha2::{Digest, Sha256};

    #[test]
    fn the_bundle_is_built_from_the_sources_that_are_here() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let listed =
            fs::read_to_string(root.join("web/browser/dist/sources.json")).expect("the build lists its sources");
        let listed: BTreeMap<String, String> = serde_json::from_str(&listed).expect("it lists digests by path");
        let read = |path: &str| fs::read(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let stale: Vec<&String> = listed
            .iter()
            .filter(|(path, digest)| **digest != hex::encode(Sha256::digest(read(path))))
            .map(|(path, _)| path)
            .collect();
        let of_folder = |folder: &str| {
            let files = fs::read_dir(root.join(folder)).expect("it can be read");
            files
                .map(move |file| format!("web/browser/{}", relative(&file.expect("a file").path())))
                .collect::<Vec<_>>()
        };
        let sources = ["web/browser/src", "web/browser/documents"].into_iter().flat_map(of_folder);
        let unlisted: Vec<String> = sources.filter(|path| !listed.contains_key(path)).collect();

        assert!(
            stale.is_empty() && unlisted.is_empty(),
            "build it anew by `npm ci && npm run build` in web/browser: {stale:?} changed, {unlisted:?} came"
        );
    }

    /// The path of a file below `web/browser`.
    fn relative(path: &Path) -> String {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        parts[parts.len() - 2..].join("/")
    }
}
