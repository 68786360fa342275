//! Routes as sources name them, so that a test can ask for each of them that there is.

use std::{collections::BTreeSet, fs, path::Path};

/// The methods and paths of all routes in the sources of a folder, such as `("POST", "/{locale}/sign-in")`.
///
/// # Panics
///
/// Where a file cannot be read, or a route has no path that stands there as text.
#[must_use]
pub fn of_sources(folder: &Path) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.append(&mut of_sources(&path));
        } else {
            found.append(&mut of_text(&fs::read_to_string(&path).expect("it is text")));
        }
    }
    found
}

/// The same of one source.
#[must_use]
pub fn of_text(source: &str) -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for call in source.split(".route(").skip(1) {
        let call = &call[..end_of_call(call)];
        let path = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
        let path = path.unwrap_or_else(|| panic!("a route without a path that can be read: {call}"));
        for (name, method) in [("get", "GET"), ("post", "POST"), ("any", "ANY")] {
            if takes(call, name) {
                found.insert((method, path.to_owned()));
            }
        }
    }
    found
}

/// Whether a function of this name is called.
fn takes(call: &str, name: &str) -> bool {
    let called = format!("{name}(");
    call.match_indices(&called).any(|(at, _)| {
        let before = call[..at].chars().next_back();
        before.is_none_or(|before| !before.is_alphanumeric() && before != '_')
    })
}

/// Where the parenthesis closes that was open at the start.
fn end_of_call(text: &str) -> usize {
    let mut open = 1;
    text.char_indices()
        .find(|(_, c)| {
            open += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            open == 0
        })
        .map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_found_with_all_of_their_methods() {
        let source = r#"Router::new().route("/a", get(a::show).post(a::act))
            .route("/b/{id}", post(b)).route("/c", any(target)).route("/d", get(async || budget(1)))"#;
        let expected: BTreeSet<_> = [("ANY", "/c"), ("GET", "/a"), ("GET", "/d"), ("POST", "/a"), ("POST", "/b/{id}")]
            .map(|(method, path)| (method, path.to_owned()))
            .into();
        assert_eq!(of_text(source), expected);
    }
}
