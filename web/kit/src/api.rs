//! The API, as pages ask it: GraphQL over HTTP, in this process or at another host.
//!
//! Invariant: what is asked for a visitor carries what the visitor sent: their address, cookies and marks of a browser. So
//! limits, captchas and rights are theirs, as if their browser had asked.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, header, request::Parts};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What answers GraphQL over HTTP.
pub trait Api: Send + Sync + 'static {
    /// Answers a request for `/graphql`, whose extensions have the visitor's address.
    fn ask(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>>;
}

/// Why nothing was answered, as the API says it.
#[derive(Debug, Clone, Default)]
pub struct Refusal {
    /// `extensions.code`.
    pub code: String,
    pub message: String,
    /// Which inputs are wrong, each by its path.
    pub fields: Vec<String>,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// All that the error says beside its message.
    pub extensions: Value,
    /// By which the site's staff finds the request.
    pub request_id: Option<String>,
}

impl Refusal {
    /// As the API says it to a visitor who has no session and needs one.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self { code: "UNAUTHENTICATED".to_owned(), ..Self::default() }
    }

    /// Whether it is this input that is wrong, or this one among others.
    #[must_use]
    pub fn is_about(&self, input: &str) -> bool {
        self.fields.iter().any(|wrong| wrong == input)
    }

    /// As the API says it of what is null.
    #[must_use]
    pub fn not_found() -> Self {
        Self { code: "NOT_FOUND".to_owned(), ..Self::default() }
    }
}

/// What visitors send that says nothing of what they ask the API: it has its own.
const NOT_PASSED_ON: [HeaderName; 12] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPECT,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::RANGE,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Tells the API that no other site's page had the browser send this: see its rules against forgery.
const PREFLIGHT: HeaderName = HeaderName::from_static("graphql-require-preflight");

/// A request of the API for a visitor.
pub(crate) fn request(visitor: &Parts, cookies: Option<&HeaderValue>, body: &impl Serialize) -> Request<Bytes> {
    let body = serde_json::to_vec(body).expect("variables are JSON");
    let mut request = started(visitor, cookies, Method::POST, Uri::from_static("/graphql"));
    request.headers_mut().insert(header::CONTENT_TYPE, JSON);
    request.map(|()| body.into())
}

/// The same by GET, which answers "not modified" where `known` tags what is true now.
pub(crate) fn revalidation(visitor: &Parts, question: Uri, known: Option<&HeaderValue>) -> Request<Bytes> {
    let mut request = started(visitor, None, Method::GET, question);
    if let Some(known) = known {
        request.headers_mut().insert(header::IF_NONE_MATCH, known.clone());
    }
    request.map(|()| Bytes::new())
}

fn started(visitor: &Parts, cookies: Option<&HeaderValue>, method: Method, uri: Uri) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.extensions_mut() = visitor.extensions.clone();
    let headers = request.headers_mut();
    *headers = visitor.headers.clone();
    for name in NOT_PASSED_ON {
        headers.remove(name);
    }
    headers.remove(header::COOKIE);
    if let Some(cookies) = cookies {
        headers.insert(header::COOKIE, cookies.clone());
    }
    // Who sends none is no browser, and is judged by that.
    if visitor.headers.contains_key(header::ACCEPT) {
        headers.insert(header::ACCEPT, JSON);
    }
    headers.insert(PREFLIGHT, HeaderValue::from_static("1"));
    request
}

/// The data of an answer, or why there is none.
pub(crate) fn data<D: DeserializeOwned>(response: &Response<Bytes>) -> Result<D, Box<Refusal>> {
    Answer::of(response).data()
}

/// An answer of GraphQL, read once.
pub(crate) struct Answer<'a> {
    response: &'a Response<Bytes>,
    body: Result<Value, serde_json::Error>,
}

impl<'a> Answer<'a> {
    pub(crate) fn of(response: &'a Response<Bytes>) -> Self {
        Self { response, body: serde_json::from_slice(response.body()) }
    }

    /// Whether the API takes who asked for nobody: it says so, or is asked who they are and knows none.
    pub(crate) fn is_to_a_stranger(&self) -> bool {
        let Ok(body) = &self.body else { return false };
        let code = &body["errors"][0]["extensions"]["code"];
        code == "UNAUTHENTICATED" || body["data"].get("me").is_some_and(Value::is_null)
    }

    pub(crate) fn data<D: DeserializeOwned>(self) -> Result<D, Box<Refusal>> {
        let headers = self.response.headers();
        let request_id = text(headers, &HeaderName::from_static("x-request-id"));
        let retry_after = text(headers, &header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        let refused = |code: &str, message: String| {
            Box::new(Refusal {
                code: code.to_owned(),
                message,
                retry_after,
                request_id: request_id.clone(),
                ..Refusal::default()
            })
        };
        let status = self.response.status();
        let mut answer =
            self.body.map_err(|error| refused("INTERNAL", format!("{status} is not a GraphQL response: {error}")))?;
        let fields = wrong_fields(&answer["errors"]);
        if let Some(error) = answer.get_mut("errors").and_then(|errors| errors.get_mut(0)).map(Value::take) {
            let extensions = error["extensions"].clone();
            let said = |name: &str| extensions[name].as_str().map(ToOwned::to_owned);
            return Err(Box::new(Refusal {
                code: said("code").unwrap_or_default(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
                fields,
                retry_after: extensions["retryAfter"].as_u64().or(retry_after),
                request_id: said("requestId").or(request_id),
                extensions,
            }));
        }
        serde_json::from_value(answer["data"].take())
            .map_err(|error| refused("INTERNAL", format!("the answer is not what the document asks for: {error}")))
    }
}

/// All inputs that are wrong, of all errors: an error may name several.
fn wrong_fields(errors: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for extensions in errors.as_array().into_iter().flatten().map(|error| &error["extensions"]) {
        let named = extensions["fields"].as_array().into_iter().flatten().map(|wrong| &wrong["field"]);
        for field in std::iter::once(&extensions["field"]).chain(named).filter_map(Value::as_str) {
            if !found.iter().any(|known| known == field) {
                found.push(field.to_owned());
            }
        }
    }
    found
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_wrong_inputs_are_found_however_they_are_named() {
        for (errors, expected) in [
            (json!([{"extensions": {"field": "email"}}]), vec!["email"]),
            (
                json!([{"extensions": {"field": "email", "fields": [{"field": "email"}, {"field": "password"}]}}]),
                vec!["email", "password"],
            ),
            (json!([{"extensions": {"field": "first"}}, {"extensions": {"field": "after"}}]), vec!["first", "after"]),
            (json!([{"message": "no"}]), vec![]),
            (Value::Null, vec![]),
        ] {
            assert_eq!(wrong_fields(&errors), expected, "{errors}");
        }
    }
}
