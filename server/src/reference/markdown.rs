//! Markdown: tables and cells, as GitHub reads them.

use std::fmt::Write as _;

/// A page's beginning.
pub(super) fn opened(title: &str, about: &str) -> String {
    format!("# {title}\n\n{about} `matchday reference` writes this page.\n")
}

/// A table; no row, no table.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut text = String::new();
    if rows.is_empty() {
        return text;
    }
    row(&mut text, &head.map(str::to_owned));
    text.push('|');
    text.push_str(&"---|".repeat(N));
    text.push('\n');
    rows.iter().for_each(|cells| row(&mut text, cells));
    text
}

fn row(text: &mut String, cells: &[String]) {
    text.push('|');
    for cell in cells {
        let cell = cell.replace('|', "\\|").replace('\n', " ");
        write!(text, " {cell} |").expect("a String takes all text");
    }
    text.push('\n');
}

/// Code within a line.
pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// The first letter of a word in capitals, and a full stop. What begins with a value keeps it as it is.
pub(super) fn sentence(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let is_word = first.chars().all(|letter| letter.is_alphabetic() || "-'’,".contains(letter));
    let stop = if text.ends_with('.') { "" } else { "." };
    let (begin, rest) = text.split_at(usize::from(is_word && text.starts_with(|first: char| first.is_ascii())));
    format!("{}{rest}{stop}", begin.to_uppercase())
}

/// Angle brackets of a text, which would be tags.
pub(super) fn plain(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Separated by commas, or a dash where there are none.
pub(super) fn listed(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    if items.is_empty() { "-".to_owned() } else { items.join(", ") }
}
