//! The HTML of a page.

use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, Tag, TagEnd};

use super::{Heading, events};
use crate::highlight;

/// What a link of a page becomes.
pub(crate) enum Link {
    To(String),
    /// A file of the repository that is not served.
    Named(String),
    /// Text alone.
    No,
}

/// A picture of the site.
pub(crate) struct Picture {
    pub(crate) path: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Where links and pictures of a page lead.
pub(crate) trait Links {
    fn link(&self, address: &str) -> Link;
    fn picture(&self, address: &str) -> Option<Picture>;
}

/// The HTML of a source; `headings` are those of its outline.
pub(crate) fn of(source: &str, headings: &[Heading], links: &dyn Links) -> String {
    let mut writer = Writer {
        out: String::with_capacity(source.len() * 2),
        headings: headings.iter(),
        links,
        heading: None,
        open_links: Vec::new(),
        columns: Vec::new(),
        column: 0,
        is_head: false,
        is_heading: false,
        html: None,
    };
    let mut events = events(source).peekable();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let text = gathered(&mut events, |end| matches!(end, TagEnd::CodeBlock));
                writer.code(&kind, &text);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                let text = gathered(&mut events, |end| matches!(end, TagEnd::Image));
                writer.picture(&dest_url, &text);
            }
            Event::Start(Tag::TableCell) => {
                let is_empty = matches!(events.peek(), Some(Event::End(TagEnd::TableCell)));
                writer.begin_cell(is_empty);
            }
            event => writer.event(event),
        }
    }
    writer.out
}

/// The text up to the end of an element.
fn gathered<'e>(events: &mut impl Iterator<Item = Event<'e>>, is_end: impl Fn(&TagEnd) -> bool) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            Event::End(end) if is_end(&end) => break,
            Event::Text(piece) | Event::Code(piece) => text.push_str(&piece),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text
}

struct Writer<'p> {
    out: String,
    headings: std::slice::Iter<'p, Heading>,
    links: &'p dyn Links,
    /// The one that is being written.
    heading: Option<&'p Heading>,
    /// Where the text of a link begins that is being written, and what it becomes.
    open_links: Vec<(usize, Link)>,
    columns: Vec<Alignment>,
    column: usize,
    is_head: bool,
    /// Whether the cell that is being written heads its column.
    is_heading: bool,
    /// HTML of the source, as far as it was read.
    html: Option<String>,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.out.push_str("<code>");
                self.text(&text);
                self.out.push_str("</code>");
            }
            Event::Html(html) => match &mut self.html {
                Some(block) => block.push_str(&html),
                None => self.foreign(&html),
            },
            Event::InlineHtml(html) => self.foreign(&html),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::TaskListMarker(is_done) => self.out.push_str(match is_done {
                true => "<input type=\"checkbox\" disabled checked aria-label=\"done\"> ",
                false => "<input type=\"checkbox\" disabled aria-label=\"to do\"> ",
            }),
            Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        escape(&mut self.out, text);
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.out.push_str("<p>"),
            Tag::Heading { level, .. } => self.begin_heading(level as u8),
            Tag::BlockQuote(None) => self.out.push_str("<blockquote>\n"),
            Tag::BlockQuote(Some(kind)) => self.begin_notice(kind),
            Tag::List(None) => self.out.push_str("<ul>\n"),
            Tag::List(Some(1)) => self.out.push_str("<ol>\n"),
            Tag::List(Some(first)) => self.out.push_str(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.out.push_str("<li>"),
            Tag::Table(columns) => {
                self.columns = columns;
                // Wide tables scroll inside themselves, also by the keyboard.
                self.out.push_str("<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>\n");
            }
            Tag::TableHead => {
                (self.is_head, self.column) = (true, 0);
                self.out.push_str("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.out.push_str("<tr>");
            }
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<s>"),
            Tag::Link { dest_url, .. } => self.begin_link(&dest_url),
            Tag::HtmlBlock => self.html = Some(String::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.out.push_str("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(level as u8),
            TagEnd::BlockQuote(None) => self.out.push_str("</blockquote>\n"),
            TagEnd::BlockQuote(Some(_)) => self.out.push_str("</div>\n"),
            TagEnd::List(is_ordered) => self.out.push_str(if is_ordered { "</ol>\n" } else { "</ul>\n" }),
            TagEnd::Item => self.out.push_str("</li>\n"),
            TagEnd::Table => self.out.push_str("</tbody></table></div>\n"),
            TagEnd::TableHead => {
                self.is_head = false;
                self.out.push_str("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.out.push_str("</tr>\n"),
            TagEnd::TableCell => self.out.push_str(if self.is_heading { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.out.push_str("</em>"),
            TagEnd::Strong => self.out.push_str("</strong>"),
            TagEnd::Strikethrough => self.out.push_str("</s>"),
            TagEnd::Link => self.end_link(),
            TagEnd::HtmlBlock => self.end_html(),
            _ => {}
        }
    }

    fn begin_heading(&mut self, level: u8) {
        self.heading = self.headings.next();
        let id = self.heading.map(|heading| heading.id.as_str()).unwrap_or_default();
        // The title needs no address of its own.
        self.out.push_str(if level == 1 { "<h1 id=\"" } else { "<div class=\"head\">" });
        if level > 1 {
            self.out.push_str(&format!("<h{level} id=\""));
        }
        escape(&mut self.out, id);
        self.out.push_str("\">");
    }

    fn end_heading(&mut self, level: u8) {
        self.out.push_str(&format!("</h{level}>"));
        if let Some(Heading { text, id, .. }) = self.heading.take().filter(|_| level > 1) {
            self.out.push_str("<a href=\"#");
            escape(&mut self.out, id);
            self.out.push_str("\" aria-label=\"Link to “");
            escape(&mut self.out, text);
            self.out.push_str("”\"></a></div>");
        }
        self.out.push('\n');
    }

    fn begin_notice(&mut self, kind: BlockQuoteKind) {
        let (class, word) = match kind {
            BlockQuoteKind::Note => ("notice", "Note"),
            BlockQuoteKind::Tip => ("notice good", "Tip"),
            BlockQuoteKind::Important => ("notice", "Important"),
            BlockQuoteKind::Warning => ("notice warn", "Warning"),
            BlockQuoteKind::Caution => ("notice bad", "Caution"),
        };
        self.out.push_str(&format!("<div class=\"{class}\"><p><strong>{word}</strong></p>\n"));
    }

    fn begin_cell(&mut self, is_empty: bool) {
        // A heading that says nothing is none.
        let is_heading = self.is_head && !is_empty;
        let end = match self.columns.get(self.column) {
            Some(Alignment::Right) => " class=\"end\"",
            _ => "",
        };
        self.out.push_str(&if is_heading { format!("<th scope=\"col\"{end}>") } else { format!("<td{end}>") });
        (self.is_heading, self.column) = (is_heading, self.column + 1);
    }

    fn begin_link(&mut self, address: &str) {
        let link = self.links.link(address);
        if let Link::To(to) = &link {
            self.out.push_str("<a href=\"");
            escape(&mut self.out, to);
            self.out.push_str("\">");
        }
        self.open_links.push((self.out.len(), link));
    }

    fn end_link(&mut self) {
        match self.open_links.pop() {
            Some((_, Link::To(_))) => self.out.push_str("</a>"),
            Some((begin, Link::Named(file))) => {
                let mut named = String::new();
                escape(&mut named, &file);
                let text = self.out.split_off(begin);
                let last = file.rsplit('/').next().unwrap_or(&file);
                match text.contains("<code>") {
                    // It says itself which file is meant.
                    true if text.contains(last) => self.out.push_str(&text),
                    false if text == named || text.ends_with(last) => {
                        self.out.push_str(&format!("<code>{text}</code>"))
                    }
                    _ => self.out.push_str(&format!("{text} (<code>{named}</code>)")),
                }
            }
            Some((_, Link::No)) | None => {}
        }
    }

    fn picture(&mut self, address: &str, text: &str) {
        let Some(Picture { path, width, height }) = self.links.picture(address) else {
            // Pages load nothing from other hosts.
            return self.text(text);
        };
        self.out.push_str("<img src=\"");
        escape(&mut self.out, &path);
        self.out.push_str("\" alt=\"");
        escape(&mut self.out, text);
        self.out.push_str(&format!("\" width=\"{width}\" height=\"{height}\">"));
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, text: &str) {
        let info = match kind {
            CodeBlockKind::Fenced(info) => info.clone(),
            CodeBlockKind::Indented => CowStr::Borrowed(""),
        };
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default();
        let file = words.find_map(|word| word.strip_prefix("file="));
        self.out.push_str("<figure class=\"listing\"><figcaption><span>");
        self.text(file.unwrap_or(if language.is_empty() { "text" } else { language }));
        self.out.push_str("</span><button type=\"button\" data-copied=\"Copied\" hidden>Copy</button></figcaption>");
        self.out.push_str("<pre tabindex=\"0\"><code>");
        highlight::write(&mut self.out, language, text);
        self.out.push_str("</code></pre></figure>\n");
    }

    fn end_html(&mut self) {
        let block = self.html.take().unwrap_or_default();
        if is_comment(&block) {
            return;
        }
        self.out.push_str("<p>");
        self.foreign(block.trim());
        self.out.push_str("</p>\n");
    }

    /// HTML of a source: what only breaks a line or names a place does so here, comments are left out, all else is shown as it is.
    fn foreign(&mut self, html: &str) {
        match html {
            "<br>" | "<br/>" | "<br />" => self.out.push_str("<br>"),
            "</a>" => {}
            html if is_comment(html) => {}
            html => match named_place(html) {
                Some(id) => self.out.push_str(&format!("<span id=\"{id}\"></span>")),
                None => self.text(html),
            },
        }
    }
}

fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.starts_with("<!--") && html.ends_with("-->")
}

/// The name of `<a id="name">`, and of the same with its end.
fn named_place(html: &str) -> Option<&str> {
    let rest = html.strip_prefix("<a id=\"").or_else(|| html.strip_prefix("<a name=\""))?;
    let (name, end) = rest.split_once('"')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (is_name && [">", "></a>"].contains(&end)).then_some(name)
}

/// Writes text so that it is nothing but text, in an element and in an attribute.
pub(crate) fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests;
