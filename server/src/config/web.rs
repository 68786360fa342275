//! What the site says to people, and in which languages.

use std::{collections::BTreeSet, path::PathBuf};

use domain::accounts::emails;
use fetch::AddressError;
use kit::locale::Locale;
use serde::{Deserialize, Serialize};
use settings::{
    problem::Problem,
    row::{Kind, Row},
};

use super::http::Http;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Whether the fans' pages are served beside the API.
    pub storefront: bool,
    /// Whether the documentation is served, at `/docs`.
    pub docs: bool,
    /// Where the API is that the pages ask, where it is not in the same process.
    pub api_url: Option<String>,
    /// A folder of the operator's own pages, colours and pictures.
    pub overrides: Option<PathBuf>,
    /// Where the site's staff is written to.
    pub support: Option<String>,
    /// As BCP 47 names them; the first is for those who ask for no other.
    pub locales: Vec<String>,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            storefront: true,
            docs: true,
            api_url: None,
            overrides: None,
            support: None,
            locales: ["en", "es", "fr", "ar"].map(str::to_owned).into(),
        }
    }
}

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    ("web.storefront", "MATCHDAY_WEB_STOREFRONT", Kind::Flag, "serve the fans' pages from / on; false: / redirects to GraphiQL"),
    ("web.docs", "MATCHDAY_WEB_DOCS", Kind::Flag, "serve the documentation of this version at /docs, with /llms.txt"),
    ("web.api_url", "MATCHDAY_WEB_API_URL", Kind::Text, "address of the API that `matchday storefront` asks, such as http://10.0.0.7:8000; that API must trust the storefront as a proxy and have the same http.public_url"),
    ("web.overrides", "MATCHDAY_WEB_OVERRIDES", Kind::Text, "folder of the operator's own pages, such as terms.en.html, which every page links to; help.en.html replaces the bundled one. Also logo.svg, logo-dark.svg, icon.svg and colours.toml"),
    ("web.support", "MATCHDAY_WEB_SUPPORT", Kind::Text, "where fans contact the site's staff: an email address, or the address of a page"),
    ("web.locales", "MATCHDAY_WEB_LOCALES", Kind::List, "the site's languages, of en, es, fr and ar; the first is the default"),
];

impl Web {
    /// The language of those who have chosen none.
    pub(crate) fn locale(&self) -> Locale {
        self.locales.first().and_then(|tag| Locale::of_tag(tag)).unwrap_or(Locale::English)
    }

    pub(super) fn problems(&self, http: &Http, found: &mut Vec<Problem>) {
        if let Some((root, path)) = http.public_url.as_deref().filter(|_| self.storefront).and_then(below_the_root) {
            let wrong = format!("has the path {path:?}, but the pages of the shop stand at the root of their host");
            let right = format!(
                "give the shop a host of its own, as in {root:?}, or switch it off with web.storefront = false."
            );
            found.push(Problem::new("MATCHDAY_PUBLIC_URL", wrong, right));
        }
        let mut wrong = |wrong: String| {
            let right = "list some of en, es, fr and ar, each once: the pages exist in these languages.";
            found.push(Problem::new("web.locales", wrong, right));
        };
        if self.locales.is_empty() {
            wrong("is empty".to_owned());
        }
        for locale in self.locales.iter().filter(|locale| Locale::of_tag(locale).is_none()) {
            wrong(format!("{locale:?} is not a language of the site"));
        }
        if self.locales.iter().collect::<BTreeSet<_>>().len() < self.locales.len() {
            wrong("names a language twice".to_owned());
        }
        if let Some(support) = self.support.as_ref().filter(|support| !is_contact(support)) {
            let right = "write an email, or the https:// address of a page.";
            found.push(Problem::new(
                "MATCHDAY_WEB_SUPPORT",
                format!("{support:?} is neither an email address nor a web address"),
                right,
            ));
        }
        if let Some(url) = self.api_url.as_ref().filter(|url| !is_base(url)) {
            let right = "write a scheme, a host and a port, such as http://10.0.0.7:8000.";
            found.push(Problem::new("MATCHDAY_WEB_API_URL", format!("{url:?} is not the address of an API"), right));
        }
    }

    /// What pages lack that ask an API elsewhere.
    pub(super) fn problems_of_pages(&self, found: &mut Vec<Problem>) {
        if self.api_url.is_none() {
            let right = "set the address of the API that the pages use, such as http://10.0.0.7:8000.";
            found.push(Problem::new(
                "MATCHDAY_WEB_API_URL",
                "unset, and required: `matchday storefront` has no API of its own",
                right,
            ));
        }
    }

    /// Whether what pages ask, passwords too, leaves this machine in clear text.
    pub(super) fn asks_in_the_clear(&self) -> bool {
        self.api_url.as_deref().is_some_and(|url| fetch::address(url) == Err(AddressError::Clear))
    }
}

/// Whether addresses may begin with it.
fn is_base(url: &str) -> bool {
    let is_whole = !url.contains(['?', '#', '@']) && !url.contains(char::is_whitespace);
    is_whole && !matches!(fetch::address(url), Err(AddressError::Malformed))
}

/// The root of an address and its path, where it has one.
fn below_the_root(url: &str) -> Option<(&str, &str)> {
    let host = url.find("://")? + 3;
    let (root, path) = url.split_at(host + url[host..].find('/')?);
    let path = path.trim_end_matches('/');
    (!path.is_empty()).then_some((root, path))
}

/// Whether it is an email, or an address of the web.
fn is_contact(text: &str) -> bool {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    !text.contains(char::is_whitespace) && (is_address || emails::on_the_wire(text).is_some())
}
