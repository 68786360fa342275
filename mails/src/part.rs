//! A part of a mail, before it is a text or a page.

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Paragraph(String),
    /// The match, and below it when and where it is, and what of it was bought.
    Facts {
        fixture: String,
        lines: Vec<String>,
    },
    /// Where the reader goes on.
    Link {
        label: String,
        url: String,
    },
    /// What the reader types where the site asks for it.
    Code(String),
    /// What the reader may skip.
    Note(String),
}
