//! Pages that an operator wrote: legal texts, an imprint, a help page in place of ours. They are files such as
//! `terms.en.html`, read when the program starts, and shown in the frame of every page.
//!
//! They are trusted as the program's own texts are. The policy of the pages holds in them too: no script and no style of
//! theirs is run, and no picture of another host is shown.

use std::{fs, path::Path};

use crate::locale::Locale;

/// The page that stands in place of our help.
pub const HELP: &str = "help";

const PAGES_MAX: usize = 100;
const BYTES_MAX: usize = 256 * 1024;

/// A page in a language.
#[derive(Debug, Clone)]
pub struct OperatorPage {
    pub name: String,
    pub locale: Locale,
    /// The text of its heading.
    pub title: String,
    pub html: String,
}

/// All that there are, by name.
#[derive(Debug, Clone, Default)]
pub struct OperatorPages(Vec<OperatorPage>);

impl OperatorPages {
    /// Reads the files of a folder.
    ///
    /// # Errors
    ///
    /// What is wrong, and in which file.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let unreadable = |error: std::io::Error| format!("{}: {error}", folder.display());
        let mut pages = Vec::new();
        for file in fs::read_dir(folder).map_err(unreadable)? {
            let path = file.map_err(unreadable)?.path();
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // A folder may hold other things too, such as a logo.
            let Some(stem) = file.strip_suffix(".html") else { continue };
            let html = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
            pages.push(page(stem, html).map_err(|wrong| format!("{file}: {wrong}"))?);
            if pages.len() > PAGES_MAX {
                return Err(format!("{}: more than {PAGES_MAX} pages", folder.display()));
            }
        }
        pages.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self(pages))
    }

    /// A page, in the language that is wanted or else in the first of `others` that it is written in.
    #[must_use]
    pub fn find(&self, name: &str, wanted: Locale, others: &[Locale]) -> Option<&OperatorPage> {
        let of = |locale: Locale| self.0.iter().find(|page| page.name == name && page.locale == locale);
        std::iter::once(wanted).chain(others.iter().copied()).find_map(of)
    }

    /// The pages that the foot of every page names.
    pub fn of_foot<'a>(&'a self, wanted: Locale, others: &'a [Locale]) -> impl Iterator<Item = &'a OperatorPage> {
        let names = self.0.chunk_by(|one, other| one.name == other.name).map(|pages| pages[0].name.as_str());
        names.filter(|name| *name != HELP).filter_map(move |name| self.find(name, wanted, others))
    }
}

fn page(stem: &str, html: String) -> Result<OperatorPage, String> {
    let (name, tag) = stem.rsplit_once('.').ok_or("name a page and a language, such as terms.en.html")?;
    let locale = Locale::of_tag(tag).ok_or_else(|| format!("{tag} is not a language of the pages"))?;
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err("its name may have small letters, digits and hyphens".to_owned());
    }
    if html.len() > BYTES_MAX {
        return Err(format!("it is larger than {BYTES_MAX} bytes"));
    }
    let title = heading(&html).ok_or("it needs one heading, <h1>…</h1>")?;
    Ok(OperatorPage { name: name.to_owned(), locale, title, html })
}

/// The text of the only heading of the first order.
fn heading(html: &str) -> Option<String> {
    let mut parts = html.split("<h1");
    let (_, after, None) = (parts.next()?, parts.next()?, parts.next()) else { return None };
    let (_, inner) = after.split_once('>')?;
    let (inner, _) = inner.split_once("</h1>")?;
    let mut text = String::new();
    let mut is_tag = false;
    for c in inner.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    for (entity, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        text = text.replace(entity, plain);
    }
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_in_the_readers_language_or_another_that_it_is_written_in() {
        let write = |stem: &str, html: &str| page(stem, html.to_owned()).expect("it is a page");
        let pages = OperatorPages(vec![
            write("help.en", "<h1>Help</h1>"),
            write("terms.en", "<p>…</p><h1 class=\"a\">Terms &amp; <b>conditions</b></h1>"),
            write("terms.fr", "<h1>Conditions</h1>"),
        ]);
        let title = |locale| pages.find("terms", locale, &Locale::ALL).map(|page| page.title.as_str());

        assert_eq!(title(Locale::French), Some("Conditions"));
        assert_eq!(title(Locale::Arabic), Some("Terms & conditions"));
        assert!(pages.find("imprint", Locale::English, &Locale::ALL).is_none());
        let foot = pages.of_foot(Locale::French, &Locale::ALL).map(|page| page.title.as_str());
        assert_eq!(foot.collect::<Vec<_>>(), ["Conditions"], "help has its place already");
    }

    #[test]
    fn a_file_that_cannot_be_a_page_is_refused_with_a_reason() {
        for (stem, html, reason) in [
            ("terms", "<h1>a</h1>", "language"),
            ("terms.de", "<h1>a</h1>", "language"),
            ("Terms.en", "<h1>a</h1>", "letters"),
            ("../a.en", "<h1>a</h1>", "letters"),
            ("terms.en", "<p>a</p>", "heading"),
            ("terms.en", "<h1>a</h1><h1>b</h1>", "heading"),
            ("terms.en", "<h1> </h1>", "heading"),
        ] {
            let refused = page(stem, html.to_owned()).expect_err("it is no page");
            assert!(refused.contains(reason), "{stem} {html}: {refused}");
        }
    }
}
