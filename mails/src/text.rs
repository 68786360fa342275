//! A mail as plain text. What stands apart from the sentences is indented by four spaces, so that it is found at a glance and
//! copied whole.

use localization::words::Words;

use crate::{letter::Letter, part::Part};

pub(crate) fn write(words: Words<'_>, letter: &Letter) -> String {
    let parts: Vec<String> = letter.parts.iter().map(|part| of_part(words, part)).collect();
    parts.join("\n\n") + "\n"
}

fn of_part(words: Words<'_>, part: &Part) -> String {
    match part {
        Part::Paragraph(text) | Part::Note(text) => readable(words, text),
        Part::Facts { fixture, lines } => {
            let lines = std::iter::once(fixture).chain(lines);
            lines.map(|line| format!("    {}", readable(words, line))).collect::<Vec<_>>().join("\n")
        }
        Part::Link { label, url } => format!("{}\n\n    {url}", readable(words, label)),
        Part::Code(code) => format!("    {code}"),
    }
}

/// The marks that isolate a name matter where the text around it runs from right to left; elsewhere some programs show them as
/// boxes.
fn readable(words: Words<'_>, text: &str) -> String {
    if words.locale.is_rtl() { text.to_owned() } else { crate::plain(text) }
}
