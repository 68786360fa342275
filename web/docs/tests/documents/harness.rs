//! A reader who asks the routes of the documentation, and looks at what they answer.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use docs::Options;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// A program that has everything that pages lead to.
pub(crate) fn options() -> Options {
    Options { public_url: None, has_graphiql: true, has_schema: true, has_shop: true, version: "1.2.3" }
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: usize,
}

impl Answer {
    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The values of an attribute, wherever in the page.
    pub(crate) fn attributes(&self, name: &str) -> Vec<String> {
        let begin = format!(" {name}=\"");
        let values = self.text.split(begin.as_str()).skip(1).filter_map(|rest| rest.split('"').next());
        values.map(|value| value.replace("&amp;", "&").replace("&#39;", "'")).collect()
    }

    /// What is wrong with what it says to browsers.
    pub(crate) fn judge(&self, case: &str) {
        let policy = self.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{case}: {policy:?}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{case}: {policy:?}");
        assert_eq!(self.header("referrer-policy"), "strict-origin-when-cross-origin", "{case}");
        assert_eq!(self.header("x-robots-tag"), "noindex", "{case}");
        assert!(!self.header("cache-control").is_empty(), "{case}");
        if !self.header("content-type").starts_with("text/html") {
            return;
        }
        let trusted = "require-trusted-types-for 'script'";
        for part in ["script-src 'self';", "style-src 'self';", trusted, "form-action 'self'", "img-src 'self'"] {
            assert!(policy.contains(part), "{case}: {policy:?}");
        }
        assert!(!self.text.contains("<style") && self.attributes("style").is_empty(), "{case}");
        let (scripts, ours) = ("<script", "<script type=\"module\" src=\"/docs/assets/");
        assert_eq!(self.text.matches(scripts).count(), self.text.matches(ours).count(), "{case}");
    }
}

pub(crate) async fn ask(site: &Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("the request is well formed");
    let answer = site.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
    let (head, body) = answer.into_parts();
    let body = body.collect().await.expect("the answer is whole").to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    Answer { status: head.status, headers: head.headers, text, bytes: body.len() }
}

pub(crate) async fn get(site: &Router, path: &str) -> Answer {
    ask(site, Method::GET, path, &[]).await
}
