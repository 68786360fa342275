//! A browser without script: it keeps cookies, follows links and posts forms.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::http::{HeaderMap, Method, Request, StatusCode, header};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};

/// A browser at one site.
pub struct Browser {
    address: SocketAddr,
    http: legacy::Client<HttpConnector, Full<Bytes>>,
    cookies: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

/// A page as it came.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
    /// Of the answer, compressed where that was asked for.
    pub bytes: usize,
    /// Where the browser ended, after all redirects.
    pub path: String,
}

impl Page {
    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of a field that a form was printed with.
    pub fn field(&self, name: &str) -> String {
        let named = format!("name=\"{name}\"");
        let tag = self.html.split('<').find(|tag| tag.contains(&named));
        let value = tag.and_then(|tag| tag.split_once("value=\"")).and_then(|(_, rest)| rest.split('"').next());
        value.unwrap_or_else(|| panic!("no field {name} in {}", self.path)).to_owned()
    }

    /// Whether the page says something, whatever elements are in between.
    pub fn says(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The page's text without its elements, spaces as one.
    pub fn text(&self) -> String {
        let body = self.html.split_once("<body").map_or(self.html.as_str(), |(_, body)| body);
        let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        let words: Vec<&str> = pieces.flat_map(str::split_whitespace).collect();
        words.join(" ").replace(['\u{2068}', '\u{2069}'], "")
    }
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new()).build_http();
        Self { address, http, cookies: Vec::new(), headers: Vec::new() }
    }

    /// Sends this too from now on.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn forget(&mut self, name: &str) {
        self.cookies.retain(|(known, _)| known != name);
    }

    /// Opens a path, and follows where it leads.
    pub async fn open(&mut self, path: &str) -> Page {
        let page = self.send(Method::GET, path, None).await;
        self.follow(page).await
    }

    /// Opens a path, and goes no further.
    pub async fn ask(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None).await
    }

    /// Posts a form, and follows where it leads.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.send(Method::POST, path, Some(fields)).await;
        self.follow(page).await
    }

    async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            if !page.status.is_redirection() || page.status == StatusCode::NOT_MODIFIED {
                return page;
            }
            let path = page.header("location").to_owned();
            page = self.send(Method::GET, &path, None).await;
        }
        panic!("it leads in a circle: {page:?}");
    }

    /// Sends a request, and goes no further.
    pub async fn send(&mut self, method: Method, path: &str, form: Option<&[(&str, &str)]>) -> Page {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        request = request.header(header::ACCEPT, "text/html");
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut body = String::new();
        if let Some(fields) = form {
            let mut encoded = form_urlencoded::Serializer::new(String::new());
            encoded.extend_pairs(fields);
            body = encoded.finish();
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            request = request.header("sec-fetch-site", "same-origin");
        }
        let request = request.body(Full::new(body.into())).expect("the request is well formed");
        let (head, body) = self.http.request(request).await.expect("the site answers").into_parts();
        self.keep(&head.headers);
        let body = body.collect().await.expect("the answer is whole").to_bytes();
        let (html, bytes) = (String::from_utf8_lossy(&body).into_owned(), body.len());
        Page { status: head.status, headers: head.headers, html, bytes, path: path.to_owned() }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for set in headers.get_all(header::SET_COOKIE).iter().filter_map(|set| set.to_str().ok()) {
            let (cookie, attributes) = set.split_once("; ").expect("a cookie has attributes");
            let (name, value) = cookie.split_once('=').expect("a cookie has a value");
            self.forget(name);
            if !attributes.contains("Max-Age=0;") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
