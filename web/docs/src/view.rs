//! A document as its readers get it: with addresses that lead somewhere at this program.

use crate::{
    Options,
    address::{self, ROOT, Target},
    files,
    markdown::{
        self, Rewritten,
        html::{Link, Links, Picture},
    },
    site::{Page, SITE},
};

/// Where files of the repository are read that are not served; empty where the manifest does not say.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Addresses of this program, from its settings.
pub(crate) struct Addresses {
    pub(crate) options: Options,
    /// The path of the program's address, where a proxy has it below one.
    base: String,
}

impl Addresses {
    pub(crate) fn new(options: Options) -> Self {
        let url = options.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
        let host = url.find("://").map_or(0, |at| at + 3);
        let base = url[host..].find('/').map_or(String::new(), |at| url[host + at..].to_owned());
        Self { options, base }
    }

    /// A path of the program as links name it.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The same as a whole address, where that is known.
    pub(crate) fn whole(&self, path: &str) -> String {
        match &self.options.public_url {
            Some(url) => format!("{}{path}", url.trim_end_matches('/')),
            None => path.to_owned(),
        }
    }

    pub(crate) fn schema(&self) -> Option<String> {
        self.options.has_schema.then(|| self.path("/schema.graphql"))
    }

    pub(crate) fn graphiql(&self) -> Option<String> {
        self.options.has_graphiql.then(|| self.path("/graphiql"))
    }

    /// An address that a document names as such.
    fn elsewhere(&self, address: &str) -> Option<String> {
        match address {
            "/graphiql" => self.graphiql(),
            "/schema.graphql" => self.schema(),
            path if path.starts_with('/') && !path.starts_with("//") => Some(self.path(path)),
            address => Some(address.to_owned()),
        }
    }

    /// The HTML of a document.
    pub(crate) fn html(&self, page: &Page) -> String {
        markdown::html::of(page.source, &page.outline.headings, &OfPage { addresses: self, file: page.file })
    }

    /// A document as Markdown, its links led to other documents as Markdown.
    pub(crate) fn markdown(&self, page: &Page) -> String {
        markdown::relinked(page.source, |link, text| {
            let address = match target(page.file, link) {
                // A place in the document itself.
                _ if link.starts_with('#') => return None,
                Target::Here { path, fragment } if SITE.at(&path).is_some() => {
                    Some(self.whole(&format!("{}{fragment}", of_markdown(&path))))
                }
                Target::Here { path, .. } => Some(self.whole(&path)),
                Target::Elsewhere(_) => return None,
                Target::Schema => self.options.has_schema.then(|| self.whole("/schema.graphql")),
                Target::OfRepository(file) => of_repository(&file),
                Target::Nowhere => None,
            };
            // Where it leads nowhere, its text says which file is meant.
            let named = || match target(page.file, link) {
                Target::OfRepository(file) if !text.contains(&file) => Rewritten::Text(format!("{text} (`{file}`)")),
                _ => Rewritten::Text(text.to_owned()),
            };
            Some(address.map_or_else(named, Rewritten::To))
        })
    }
}

/// The path of a page as Markdown.
pub(crate) fn of_markdown(path: &str) -> String {
    format!("{path}.md")
}

fn target(file: &str, link: &str) -> Target {
    address::target(file, link, |file| SITE.path_of(file))
}

fn of_repository(file: &str) -> Option<String> {
    (!REPOSITORY.is_empty()).then(|| format!("{}/blob/main/{file}", REPOSITORY.trim_end_matches('/')))
}

/// Links of one document.
struct OfPage<'a> {
    addresses: &'a Addresses,
    file: &'a str,
}

impl Links for OfPage<'_> {
    fn link(&self, address: &str) -> Link {
        let addresses = self.addresses;
        match target(self.file, address) {
            Target::Here { fragment, .. } if address.starts_with('#') => Link::To(fragment),
            Target::Here { path, fragment } => Link::To(format!("{}{fragment}", addresses.path(&path))),
            Target::Elsewhere(address) => addresses.elsewhere(&address).map_or(Link::No, Link::To),
            Target::Schema => addresses.schema().map_or_else(|| Link::Named("schema.graphql".to_owned()), Link::To),
            Target::OfRepository(file) => of_repository(&file).map_or(Link::Named(file), Link::To),
            Target::Nowhere => Link::No,
        }
    }

    fn picture(&self, address: &str) -> Option<Picture> {
        let Target::Here { path, .. } = target(self.file, address) else { return None };
        let (_, png) = files::PICTURES.iter().find(|(file, _)| address::of_file(file) == path)?;
        // Where a PNG says how large it is.
        let number = |at: usize| png.get(at..at + 4).and_then(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?)));
        Some(Picture { path: self.addresses.path(&path), width: number(16)?, height: number(20)? })
    }
}

/// A path of the site without what a list of folders would show at it.
pub(crate) fn of_folder(path: &str) -> Option<String> {
    let below = path.strip_prefix(ROOT)?.trim_start_matches('/');
    SITE.path_of(&format!("docs/{below}")).filter(|found| found != path)
}
