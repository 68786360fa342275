//! Every document of the repository is a page, and every link of every page leads somewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use axum::{Router, http::StatusCode};
use docs::Options;

use super::harness::{get, options};

const PUBLIC_URL: &str = "https://tickets.example";

/// What the program has beside the documentation, and pages lead to.
const BESIDE: [&str; 3] = ["/", "/graphiql", "/schema.graphql"];

/// Documents of the repository, as the folders have them.
fn documents() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("it is there");
    let is_document = |path: &Path| path.extension().is_some_and(|extension| extension == "md");
    let mut found: Vec<PathBuf> = entries(&root).into_iter().filter(|path| is_document(path)).collect();
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
            match path.is_dir() {
                true if !name.starts_with('.') && name != "node_modules" => folders.push(path),
                false if is_document(&path) => found.push(path),
                _ => {}
            }
        }
    }
    found.iter().map(|path| path.strip_prefix(&root).expect("it is below").display().to_string()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("it can be read").path()).collect()
}

/// Opens pages, each once, and knows which places are in them.
struct Reader {
    site: Router,
    places: BTreeMap<String, (StatusCode, BTreeSet<String>)>,
    followed: usize,
}

impl Reader {
    fn of(options: Options) -> Self {
        Self { site: docs::routes(options), places: BTreeMap::new(), followed: 0 }
    }

    /// What is wrong with a link of a page at `from`, if anything is.
    async fn wrong(&mut self, from: &str, link: &str) -> Option<String> {
        let (path, place) = link.split_once('#').unwrap_or((link, ""));
        let path = if path.is_empty() { from } else { path };
        if ["https://", "http://", "mailto:"].iter().any(|scheme| path.starts_with(scheme)) || BESIDE.contains(&path) {
            return None;
        }
        self.followed += 1;
        if !self.places.contains_key(path) {
            let page = get(&self.site, path).await;
            self.places.insert(path.to_owned(), (page.status, page.attributes("id").into_iter().collect()));
        }
        match &self.places[path] {
            (StatusCode::OK, ids) if place.is_empty() || ids.contains(place) => None,
            (status, _) => Some(format!("{from} leads to {link}: {status}")),
        }
    }
}

/// A page without what is code.
fn without_code(html: &str) -> String {
    let mut pieces = html.split("<code>");
    let before = pieces.next().unwrap_or_default().to_owned();
    pieces.filter_map(|piece| piece.split_once("</code>")).fold(before, |prose, (_, rest)| prose + rest)
}

#[tokio::test]
async fn every_document_is_a_page_and_every_link_of_a_page_leads_somewhere() {
    let mut reader = Reader::of(options());
    let pages = docs::pages();
    let files: BTreeSet<String> = pages.iter().map(|(_, file)| (*file).to_owned()).collect();
    assert_eq!(files, documents(), "on the left what the program has, on the right what the repository has");

    let mut wrong = Vec::new();
    for (path, file) in pages {
        let page = get(&reader.site, path).await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"), "{path}");
        page.judge(path);
        assert_eq!(page.text.matches("<h1").count(), 1, "{file} has one title");
        assert!(page.text.contains(&format!("href=\"{path}\" aria-current=\"page\"")), "{path} is in the list of all");
        let ids = page.attributes("id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{path}: {ids:?}");
        for address in page.attributes("href").into_iter().chain(page.attributes("src")) {
            wrong.extend(reader.wrong(path, &address).await);
        }
        // HTML that a document has is shown as text, which no document means.
        let prose = without_code(&page.text);
        for shown in ["&lt;br", "&lt;a ", "&lt;/", "&lt;!--", "&lt;details", "&lt;p&gt;", "&lt;sub", "&lt;img"] {
            assert!(!prose.contains(shown), "{file} has HTML, which is shown as it is written: {shown}");
        }
    }

    assert!(reader.followed > 1_000, "{} links were followed", reader.followed);
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn every_page_is_markdown_too_with_links_that_lead_on() {
    let mut reader = Reader::of(Options { public_url: Some(PUBLIC_URL.to_owned()), ..options() });
    let mut wrong = Vec::new();
    for (path, file) in docs::pages() {
        let markdown = get(&reader.site, &format!("{path}.md")).await;
        assert_eq!(
            (markdown.status, markdown.header("content-type")),
            (StatusCode::OK, "text/markdown; charset=utf-8"),
            "{path}.md"
        );
        assert!(markdown.text.contains("\n# ") || markdown.text.starts_with("# "), "{file} has its title");

        for link in markdown.text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let Some(here) = link.strip_prefix(PUBLIC_URL) else {
                assert!(!link.starts_with("../") && !link.ends_with(".md"), "{path}.md: {link}");
                continue;
            };
            let (file, place) = here.split_once('#').unwrap_or((here, ""));
            wrong.extend(reader.wrong(&format!("{path}.md"), file).await);
            // A place in Markdown is a heading of its page.
            if let Some(page) = file.strip_suffix(".md").filter(|_| !place.is_empty()) {
                wrong.extend(reader.wrong(path, &format!("{page}#{place}")).await);
            }
        }
    }

    assert!(reader.followed > 50, "{} links were followed", reader.followed);
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn lists_for_language_models_name_every_page() {
    let site = docs::routes(Options { public_url: Some(PUBLIC_URL.to_owned()), ..options() });

    let (list, full) = (get(&site, "/llms.txt").await, get(&site, "/llms-full.txt").await);

    for page in [&list, &full] {
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/plain; charset=utf-8"));
        assert!(page.text.starts_with("# Matchday 1.2.3\n\n> "), "{:?}", page.text.lines().next());
    }
    for (path, file) in docs::pages() {
        let address = format!("{PUBLIC_URL}{path}.md");
        assert!(path == "/docs" || list.text.contains(&format!("]({address}): ")), "{file} is not in the list");
        assert!(full.text.contains(&address), "{file} is not in the texts, and not named there");
    }
    assert!(full.text.len() < 1_600_000, "{} bytes", full.text.len());
    assert!(list.text.len() < 64_000, "{} bytes", list.text.len());
}

#[tokio::test]
async fn below_the_path_of_a_proxy_all_links_are_below_it() {
    let site = docs::routes(Options { public_url: Some(format!("{PUBLIC_URL}/api/")), ..options() });

    let page = get(&site, "/docs/run").await;
    for address in ["href", "src", "action"].into_iter().flat_map(|name| page.attributes(name)) {
        assert!(!address.starts_with('/') || address.starts_with("/api/"), "{address}");
    }
    let markdown = get(&site, "/docs/run.md").await;
    assert!(markdown.text.contains("](https://tickets.example/api/docs/run/alerts.md)"), "{}", markdown.text);
    let led = get(&site, "/docs/").await;
    assert_eq!(led.header("location"), "/api/docs");
}

#[tokio::test]
async fn a_page_leads_to_nothing_that_the_program_has_not() {
    let site = docs::routes(Options { has_graphiql: false, has_schema: false, has_shop: false, ..options() });
    for (path, _) in docs::pages() {
        let addresses = get(&site, path).await.attributes("href");
        for absent in BESIDE {
            assert!(!addresses.iter().any(|address| address == absent), "{path} leads to {absent}");
        }
    }
    let list = get(&site, "/llms.txt").await;
    assert!(!list.text.contains("/schema.graphql)"), "it leads there: {}", list.text);
}
