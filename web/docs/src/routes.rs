//! The addresses of the documentation.

use std::sync::{Arc, LazyLock, OnceLock};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::get,
};
use kit::{assets, kept_body::KeptBody, policy};

use crate::{
    Options, address, files, llms, page, search,
    site::SITE,
    view::{Addresses, of_folder},
};

const HTML: &str = "text/html; charset=utf-8";
const MARKDOWN: &str = "text/markdown; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// A name that changes with what it names never means anything else.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What answers: each page is made when it is asked for first, and kept.
struct Docs {
    addresses: Addresses,
    pages: Vec<OnceLock<KeptBody>>,
    sources: Vec<OnceLock<KeptBody>>,
    list: OnceLock<KeptBody>,
    full: OnceLock<KeptBody>,
}

/// A file that is not a page.
struct Other {
    path: String,
    bytes: &'static [u8],
    kind: &'static str,
    kept: OnceLock<KeptBody>,
}

static OTHERS: LazyLock<Vec<Other>> = LazyLock::new(|| {
    let texts = files::texts().into_iter().map(|(file, text)| (file, text.as_bytes(), PLAIN));
    let pictures = files::PICTURES.iter().map(|(file, bytes)| (*file, *bytes, "image/png"));
    let other = |(file, bytes, kind)| Other { path: address::of_file(file), bytes, kind, kept: OnceLock::new() };
    texts.chain(pictures).map(other).collect()
});

pub(crate) fn all(options: Options) -> Router {
    let empty = || files::PAGES_AT.iter().map(|_| OnceLock::new()).collect();
    let docs = Docs {
        addresses: Addresses::new(options),
        pages: empty(),
        sources: empty(),
        list: OnceLock::new(),
        full: OnceLock::new(),
    };
    Router::new()
        .route("/docs", get(document))
        .route("/docs.md", get(document))
        .route("/docs/", get(document))
        .route("/docs/{*path}", get(document))
        .route("/docs/search", get(results))
        .route("/docs/assets/{name}", get(asset))
        .route("/llms.txt", get(list))
        .route("/llms-full.txt", get(full))
        .with_state(Arc::new(docs))
        .layer(map_response(async |mut response: Response| {
            policy::guard_file(response.headers_mut());
            // Every site that runs Matchday has the same pages: what a search engine shows of one is its shop.
            response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex"));
            response
        }))
}

async fn document(State(docs): State<Arc<Docs>>, uri: Uri, request: HeaderMap) -> Response {
    let path = uri.path();
    if let Some(number) = SITE.at(path) {
        let made = || KeptBody::new(page::document(&docs.addresses, number), of_page());
        return docs.pages[number].get_or_init(made).answer(&request);
    }
    if let Some(number) = path.strip_suffix(".md").and_then(|page| SITE.at(page)) {
        let made = || KeptBody::new(docs.addresses.markdown(&SITE.pages[number]), of_file(MARKDOWN));
        return docs.sources[number].get_or_init(made).answer(&request);
    }
    if let Some(Other { bytes, kind, kept, .. }) = OTHERS.iter().find(|other| other.path == path) {
        return kept.get_or_init(|| KeptBody::new(*bytes, of_file(kind))).answer(&request);
    }
    match moved(path) {
        Some(to) => {
            let headers =
                [(header::LOCATION, docs.addresses.path(&to)), (header::CACHE_CONTROL, "no-cache".to_owned())];
            (StatusCode::TEMPORARY_REDIRECT, headers).into_response()
        }
        None => {
            let html = page::not_found(&docs.addresses, &search::of_path(path));
            made_for_one(StatusCode::NOT_FOUND, html, "no-store")
        }
    }
}

/// Where there is what a reader meant by a path: a folder, a page with a slash after it, or a file as the repository names it.
fn moved(path: &str) -> Option<String> {
    let trimmed = path.trim_end_matches('/');
    if trimmed != path && SITE.at(trimmed).is_some() {
        return Some(trimmed.to_owned());
    }
    if let Some(folder) = trimmed.strip_suffix("/README.md") {
        return SITE.at(folder).map(|_| format!("{folder}.md"));
    }
    of_folder(trimmed)
}

async fn results(State(docs): State<Arc<Docs>>, uri: Uri) -> Response {
    let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).find(|(name, _)| name == "q");
    let question: String =
        asked.map(|(_, question)| question.chars().take(search::QUESTION_MAX).collect()).unwrap_or_default();
    let question = question.trim();
    made_for_one(StatusCode::OK, page::results(&docs.addresses, question, &search::search(question)), "no-cache")
}

async fn asset(Path(name): Path<String>) -> Response {
    let files = [
        (assets::DOCS_STYLE, "text/css; charset=utf-8", FOR_EVER),
        (assets::DOCS_SCRIPT, "text/javascript; charset=utf-8", FOR_EVER),
        (("icon.svg", assets::ICON), "image/svg+xml", HeaderValue::from_static("public, max-age=3600")),
    ];
    match files.into_iter().find(|((known, _), ..)| *known == name) {
        Some(((_, text), kind, keeping)) => {
            let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, keeping)];
            (headers, text).into_response()
        }
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    }
}

async fn list(State(docs): State<Arc<Docs>>, request: HeaderMap) -> Response {
    docs.list.get_or_init(|| KeptBody::new(llms::list(&docs.addresses), of_file(PLAIN))).answer(&request)
}

async fn full(State(docs): State<Arc<Docs>>, request: HeaderMap) -> Response {
    docs.full.get_or_init(|| KeptBody::new(llms::full(&docs.addresses), of_file(PLAIN))).answer(&request)
}

/// The headers of a page.
fn of_page() -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(HTML))]);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("en"));
    policy::guard_page(&mut headers);
    headers
}

/// The headers of a file.
fn of_file(kind: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))])
}

/// A page that is not kept here.
fn made_for_one(status: StatusCode, html: String, keeping: &'static str) -> Response {
    let mut headers = of_page();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
    (status, headers, html).into_response()
}
