//! Markdown as it is written on GitHub: what a page is about, its HTML, and its source with links that lead somewhere here.
//!
//! Invariant: what is in the HTML is escaped text inside elements of this module; HTML in a source is shown, never run.

use std::{collections::BTreeMap, ops::Range};

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

pub(crate) mod html;

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_GFM
}

fn events(source: &str) -> Parser<'_> {
    Parser::new_ext(source, options())
}

/// What a page is about.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) title: String,
    /// Its first paragraph.
    pub(crate) summary: String,
    pub(crate) headings: Vec<Heading>,
    /// What stands before the first heading below the title, then what stands below each.
    pub(crate) parts: Vec<Part>,
    /// Where links and pictures lead, as they are written.
    pub(crate) links: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) level: u8,
    pub(crate) text: String,
    /// Its anchor, as on GitHub.
    pub(crate) id: String,
}

/// The text below a heading, without marks.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// Of [`Outline::headings`].
    pub(crate) heading: Option<usize>,
    pub(crate) text: String,
}

impl Outline {
    pub(crate) fn of(source: &str) -> Self {
        let mut outline = Self { parts: vec![Part::default()], ..Self::default() };
        let (mut anchors, mut heading) = (Anchors::default(), None);
        let (mut is_code, mut is_summary) = (false, false);
        for event in events(source) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => heading = Some((level as u8, String::new())),
                Event::End(TagEnd::Heading(_)) => {
                    if let Some((level, text)) = heading.take() {
                        outline.end_heading(level, text, &mut anchors);
                    }
                }
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Start(Tag::Paragraph) => is_summary = outline.summary.is_empty(),
                Event::End(TagEnd::Paragraph) => {
                    is_summary = false;
                    outline.add(" ");
                }
                Event::End(TagEnd::TableCell | TagEnd::Item | TagEnd::TableRow) => outline.add(" "),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    outline.links.push(dest_url.into_string());
                }
                Event::Text(text) | Event::Code(text) => match &mut heading {
                    Some((_, heading)) => heading.push_str(&text),
                    None => {
                        if is_summary && !is_code {
                            outline.summary.push_str(&text);
                        }
                        outline.add(&text);
                    }
                },
                Event::SoftBreak | Event::HardBreak => match &mut heading {
                    Some((_, heading)) => heading.push(' '),
                    None => {
                        if is_summary {
                            outline.summary.push(' ');
                        }
                        outline.add(" ");
                    }
                },
                _ => {}
            }
        }
        outline
    }

    fn add(&mut self, text: &str) {
        self.parts.last_mut().expect("there is a first part").text.push_str(text);
    }

    fn end_heading(&mut self, level: u8, text: String, anchors: &mut Anchors) {
        let id = anchors.of(&text);
        if level == 1 && self.title.is_empty() {
            self.title.clone_from(&text);
        } else {
            self.parts.push(Part { heading: Some(self.headings.len()), text: String::new() });
        }
        self.headings.push(Heading { level, text, id });
    }
}

/// Anchors of a page, each of its own.
#[derive(Default)]
struct Anchors(BTreeMap<String, u32>);

impl Anchors {
    /// As GitHub makes one of a heading: small letters, spaces as hyphens, no other punctuation; a number tells apart what is alike.
    fn of(&mut self, heading: &str) -> String {
        let kept = heading.trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
        let mut anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let times = self.0.entry(anchor.clone()).or_default();
        if *times > 0 {
            anchor = format!("{anchor}-{times}");
        }
        *times += 1;
        anchor
    }
}

/// What a link of a source is to be where it is read here.
pub(crate) enum Rewritten {
    /// The same with this address.
    To(String),
    /// No link: this text.
    Text(String),
}

/// The source, its links led where `rewrite` says, which is given a link's address and its text.
pub(crate) fn relinked(source: &str, rewrite: impl Fn(&str, &str) -> Option<Rewritten>) -> String {
    let parser = events(source);
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    // What links by name lead to stands elsewhere in the page.
    for (_, definition) in parser.reference_definitions().iter() {
        let (span, address) = (definition.span.clone(), definition.dest.as_ref());
        if let (Some(Rewritten::To(to)), Some(at)) = (rewrite(address, ""), source[span.clone()].rfind(address)) {
            changes.push((span.start + at..span.start + at + address.len(), to));
        }
    }
    for (event, range) in parser.into_offset_iter() {
        let (Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url, .. })
        | Event::Start(Tag::Image { link_type: LinkType::Inline, dest_url, .. })) = event
        else {
            continue;
        };
        let written = &source[range.clone()];
        let Some(at) = written.rfind(&format!("]({dest_url}")) else { continue };
        let text = written[..at].trim_start_matches('!').trim_start_matches('[');
        let address = range.start + at + 2;
        match rewrite(&dest_url, text) {
            Some(Rewritten::To(to)) => changes.push((address..address + dest_url.len(), to)),
            Some(Rewritten::Text(text)) => changes.push((range, text)),
            None => {}
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    let (mut relinked, mut end) = (String::with_capacity(source.len()), 0);
    for (range, change) in changes.into_iter() {
        // A picture inside a link that is none any more went with it.
        if range.start >= end {
            relinked.push_str(&source[end..range.start]);
            relinked.push_str(&change);
            end = range.end;
        }
    }
    relinked.push_str(&source[end..]);
    relinked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        let mut anchors = Anchors::default();
        for (heading, anchor) in [
            ("Two tabs", "two-tabs"),
            ("`SOLD_OUT`", "sold_out"),
            ("What it costs, and why?", "what-it-costs-and-why"),
            ("Two tabs", "two-tabs-1"),
            ("A – B", "a--b"),
            ("Été 2026", "été-2026"),
        ] {
            assert_eq!(anchors.of(heading.trim_matches('`')), anchor);
        }
    }

    #[test]
    fn an_outline_has_the_title_the_first_paragraph_and_a_part_for_each_heading() {
        let outline = Outline::of(
            "# The *title*\n\nFirst `code`\nparagraph.\n\nSecond.\n\n## Part\n\n```sh\ncurl x\n```\n\n- [a](b.md)\n",
        );

        assert_eq!((outline.title.as_str(), outline.summary.as_str()), ("The title", "First code paragraph."));
        let parts: Vec<_> = outline.parts.iter().map(|part| (part.heading, part.text.trim())).collect();
        assert_eq!(parts, [(None, "First code paragraph. Second."), (Some(1), "curl x\na")]);
        assert_eq!(outline.links, ["b.md"]);
    }

    #[test]
    fn links_are_rewritten_and_nothing_else() {
        let source =
            "[a](x.md#y) `[a](x.md)` ![p](x.md \"t\") [b][r] [`c`](gone.md)\n\n```\n[a](x.md)\n```\n\n[r]: x.md\n";
        let relinked = relinked(source, |address, text| match address {
            "gone.md" => Some(Rewritten::Text(format!("{text}!"))),
            address => Some(Rewritten::To(format!("/{address}"))),
        });

        assert_eq!(
            relinked,
            "[a](/x.md#y) `[a](x.md)` ![p](/x.md \"t\") [b][r] `c`!\n\n```\n[a](x.md)\n```\n\n[r]: /x.md\n"
        );
    }
}
