//! Where a file of the repository stands on the site, and where a link of a page leads.

/// Below the address of the program.
pub(crate) const ROOT: &str = "/docs";

/// The contract, as the program serves it.
const SCHEMA: &str = "schema.graphql";

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A page or another file of the site: its path, and `#` with what is meant in it, or nothing.
    Here { path: String, fragment: String },
    /// An address of another host, or a path of this one.
    Elsewhere(String),
    /// The contract.
    Schema,
    /// A file of the repository that the program does not serve.
    OfRepository(String),
    /// Out of the repository.
    Nowhere,
}

/// The path of a page: `docs/start/run.md` is `/docs/start/run`, `docs/run/README.md` is `/docs/run`, and `CHANGELOG.md` is
/// `/docs/changelog`.
pub(crate) fn of_page(file: &str) -> String {
    let stem = file.strip_suffix(".md").unwrap_or(file);
    match stem.strip_prefix("docs/") {
        None => format!("{ROOT}/{}", stem.to_ascii_lowercase()),
        Some("README") => ROOT.to_owned(),
        Some(below) => format!("{ROOT}/{}", below.strip_suffix("/README").unwrap_or(below)),
    }
}

/// The path of another file: `docs/shop.png` is `/docs/shop.png`, and `matchday.example.toml` is `/docs/matchday.example.toml`.
pub(crate) fn of_file(file: &str) -> String {
    format!("{ROOT}/{}", file.strip_prefix("docs/").unwrap_or(file))
}

/// Where a link of `file` leads; `path_of` knows the paths of the site's files and folders.
pub(crate) fn target(file: &str, link: &str, path_of: impl Fn(&str) -> Option<String>) -> Target {
    if ["https://", "http://", "mailto:", "/"].iter().any(|begin| link.starts_with(begin)) {
        return Target::Elsewhere(link.to_owned());
    }
    // Whatever else has a scheme is followed by no reader.
    if link.split('/').next().is_some_and(|first| first.contains(':')) {
        return Target::Nowhere;
    }
    let (path, fragment) = link.find('#').map_or((link, ""), |at| link.split_at(at));
    let named = if path.is_empty() { Some(file.to_owned()) } else { joined(file, path) };
    let Some(named) = named else { return Target::Nowhere };
    if named == SCHEMA {
        return Target::Schema;
    }
    match path_of(&named) {
        Some(path) => Target::Here { path, fragment: fragment.to_owned() },
        None => Target::OfRepository(named),
    }
}

/// A path that a file names, from the root of the repository.
fn joined(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_address() {
        for (file, path) in [
            ("docs/README.md", "/docs"),
            ("docs/start/run.md", "/docs/start/run"),
            ("docs/run/README.md", "/docs/run"),
            ("README.md", "/docs/readme"),
        ] {
            assert_eq!(of_page(file), path);
        }
        assert_eq!(of_file("docs/shop.png"), "/docs/shop.png");
    }

    #[test]
    fn a_link_leads_where_it_does_in_the_repository() {
        let path_of = |file: &str| file.ends_with(".md").then(|| of_page(file));
        let here = |path: &str, fragment: &str| Target::Here { path: path.to_owned(), fragment: fragment.to_owned() };
        for (link, expected) in [
            ("../guides/errors.md#sold_out", here("/docs/guides/errors", "#sold_out")),
            ("#below", here("/docs/start/run", "#below")),
            ("../../CHANGELOG.md", here("/docs/changelog", "")),
            ("../../schema.graphql", Target::Schema),
            ("../../deploy/compose.yaml", Target::OfRepository("deploy/compose.yaml".to_owned())),
            ("https://example.org/a#b", Target::Elsewhere("https://example.org/a#b".to_owned())),
            ("/graphiql", Target::Elsewhere("/graphiql".to_owned())),
            ("../../../secret", Target::Nowhere),
            ("javascript:alert(1)", Target::Nowhere),
            ("javascript://a%0aalert(1)", Target::Nowhere),
        ] {
            assert_eq!(target("docs/start/run.md", link, path_of), expected, "{link}");
        }
    }
}
