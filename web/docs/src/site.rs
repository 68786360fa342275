//! All pages, in the order in which they are read: the index, then folder by folder, in each as the index leads to them.
//!
//! Invariant: each document of the repository is one page, whether another leads to it or not.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{address, files, markdown::Outline};

/// A folder of documents, as readers see it.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    folder: &'static str,
}

/// The last one has what is in no other.
pub(crate) const GROUPS: [Group; 6] = [
    Group { title: "Start", folder: "docs/start/" },
    Group { title: "Guides", folder: "docs/guides/" },
    Group { title: "Run", folder: "docs/run/" },
    Group { title: "Reference", folder: "docs/reference/" },
    Group { title: "About Matchday", folder: "" },
    Group { title: "Decisions", folder: "docs/adr/" },
];
const OTHERS: usize = 4;
pub(crate) const DECISIONS: usize = 5;

const INDEX: &str = "docs/README.md";

/// A document as a page.
pub(crate) struct Page {
    /// Of the repository.
    pub(crate) file: &'static str,
    pub(crate) source: &'static str,
    /// On the site.
    pub(crate) path: String,
    pub(crate) outline: Outline,
    /// Of [`GROUPS`]; the index is in none.
    pub(crate) group: Option<usize>,
}

/// The documents of this program.
pub(crate) struct Site {
    pub(crate) pages: Vec<Page>,
    /// The paths of pages, folders and other files, by their names in the repository.
    paths: BTreeMap<String, String>,
}

/// Read when it is asked for first.
pub(crate) static SITE: LazyLock<Site> = LazyLock::new(|| Site::of(&files::pages()));

impl Site {
    fn of(texts: &[files::Text]) -> Self {
        let mut pages: Vec<Page> = texts.iter().map(|&(file, source)| Page::of(file, source)).collect();
        let mut order = Order::default();
        order.follow(&pages, INDEX);
        for group in &GROUPS {
            order.follow(&pages, &format!("{}README.md", group.folder));
        }
        // The sort keeps what no page leads to in the order of names.
        pages.sort_by_key(|page| {
            let is_first = page.file.ends_with("/README.md");
            // Decisions are numbered.
            let place = if page.group == Some(DECISIONS) { 0 } else { order.place(page.file) };
            (page.group.map_or(0, |group| group + 1), !is_first, place)
        });
        let others = files::TEXTS_AT.iter().map(|(file, _)| *file).chain(files::PICTURES.iter().map(|(file, _)| *file));
        let mut paths: BTreeMap<String, String> =
            others.map(|file| (file.to_owned(), address::of_file(file))).collect();
        for page in &pages {
            paths.insert(page.file.to_owned(), page.path.clone());
            // A folder's first page stands for it.
            if let Some((folder, _)) = page.file.rsplit_once('/') {
                paths.entry(folder.to_owned()).or_insert_with(|| page.path.clone());
            }
        }
        Self { pages, paths }
    }

    /// The path of a file or a folder of the repository, where the site has it.
    pub(crate) fn path_of(&self, file: &str) -> Option<String> {
        self.paths.get(file).cloned()
    }

    /// The number of the page at a path.
    pub(crate) fn at(&self, path: &str) -> Option<usize> {
        self.pages.iter().position(|page| page.path == path)
    }

    /// The pages of a group, with their numbers.
    pub(crate) fn of_group(&self, group: usize) -> impl Iterator<Item = (usize, &Page)> {
        self.pages.iter().enumerate().filter(move |(_, page)| page.group == Some(group))
    }
}

impl Page {
    fn of(file: &'static str, source: &'static str) -> Self {
        let group = GROUPS.iter().position(|group| !group.folder.is_empty() && file.starts_with(group.folder));
        Self {
            file,
            source,
            path: address::of_page(file),
            outline: Outline::of(source),
            group: (file != INDEX).then_some(group.unwrap_or(OTHERS)),
        }
    }

    /// What lists call it.
    pub(crate) fn title(&self) -> &str {
        match self.outline.title.as_str() {
            "" => self.file,
            title => title,
        }
    }
}

/// Files in the order in which pages lead to them.
#[derive(Default)]
struct Order(Vec<String>);

impl Order {
    fn follow(&mut self, pages: &[Page], file: &str) {
        let Some(page) = pages.iter().find(|page| page.file == file) else { return };
        for link in &page.outline.links {
            let named = |file: &str| Some(file.to_owned());
            if let address::Target::Here { path: file, .. } = address::target(page.file, link, named)
                && !self.0.contains(&file)
            {
                self.0.push(file);
            }
        }
    }

    fn place(&self, file: &str) -> usize {
        self.0.iter().position(|known| known == file).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn pages_follow_the_index_and_none_is_lost() {
        let site = Site::of(&[
            ("CHANGELOG.md", "# Changes"),
            ("docs/README.md", "# Index\n\n[run](run/README.md) [b](guides/b.md)"),
            ("docs/adr/0001-one.md", "# 1. One"),
            ("docs/guides/a.md", "# A"),
            ("docs/guides/b.md", "# B"),
            ("docs/guides/c.md", "# C"),
            ("docs/run/README.md", "# Run\n\n[two](two.md)"),
            ("docs/run/one.md", "# One"),
            ("docs/run/two.md", "# Two"),
        ]);

        let paths: Vec<_> = site.pages.iter().map(|page| page.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/docs",
                "/docs/guides/b",
                "/docs/guides/a",
                "/docs/guides/c",
                "/docs/run",
                "/docs/run/two",
                "/docs/run/one",
                "/docs/changelog",
                "/docs/adr/0001-one",
            ]
        );
        assert_eq!(site.path_of("docs/guides").as_deref(), Some("/docs/guides/b"));
    }

    #[test]
    fn every_document_has_an_address_of_its_own_and_a_title() {
        let mut paths = BTreeSet::from(["/docs/search".to_owned(), "/docs/assets".to_owned()]);
        for page in &SITE.pages {
            assert!(paths.insert(page.path.clone()), "{} has the address of another", page.file);
            assert!(!page.outline.title.is_empty(), "{} has no title", page.file);
        }
        assert!(SITE.at("/docs").is_some(), "docs/README.md is the index");
    }
}
