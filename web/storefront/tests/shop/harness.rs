//! A shop whose contract is a script: it answers by the name of what it is asked, and remembers that.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    http::{HeaderName, Request, Response, header, request, response},
};
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt as _};
use http_body_util::BodyExt as _;
use kit::{
    api::Api,
    locale::Locale,
    theme::Theme,
    visit::{Kit, Site},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const PUBLIC_URL: &str = "https://tickets.example";
/// As a proxy asks for the site.
pub(crate) const HOST: &str = "shop.internal:8000";
pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(crate) type Asked = Arc<Mutex<Vec<(Request<()>, Value)>>>;
type Says = dyn Fn(&str) -> Response<Bytes> + Send + Sync;

/// An API that answers by the name of what it is asked, and remembers that.
struct Scripted {
    asked: Asked,
    says: Box<Says>,
}

impl Api for Scripted {
    fn ask(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>> {
        let (parts, body) = request.into_parts();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let answer = (self.says)(body["operationName"].as_str().unwrap_or_default());
        self.asked.lock().expect("nobody panics with it").push((Request::from_parts(parts, ()), body));
        async { answer }.boxed()
    }
}

pub(crate) fn shop(says: impl Fn(&str) -> Response<Bytes> + Send + Sync + 'static) -> (Router, Asked) {
    let asked = Asked::default();
    let kit = Kit {
        api: Box::new(Scripted { asked: Arc::clone(&asked), says: Box::new(says) }),
        catalogue: kit::catalogue(storefront::WORDS, jiff::tz::TimeZone::UTC),
        site: Site {
            name: "Matchday".to_owned(),
            public_url: Some(PUBLIC_URL.to_owned()),
            locales: Locale::ALL.to_vec(),
            ..Site::default()
        },
        theme: Theme::default(),
    };
    (storefront::routes(storefront::Shop::new(kit)), asked)
}

pub(crate) fn data(data: &Value) -> Response<Bytes> {
    Response::new(json!({ "data": data }).to_string().into())
}

pub(crate) fn refused(extensions: &Value) -> Response<Bytes> {
    Response::new(json!({ "data": null, "errors": [{ "message": "no", "extensions": extensions }] }).to_string().into())
}

pub(crate) fn form(path: &str) -> request::Builder {
    Request::post(path).header(header::HOST, HOST).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

pub(crate) async fn answered(shop: &Router, request: Request<Body>) -> (response::Parts, String) {
    let response = shop.clone().oneshot(request).await.expect("a router answers");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("it is whole").to_bytes();
    (parts, String::from_utf8_lossy(&body).into_owned())
}

pub(crate) async fn posted(shop: &Router, path: &str, fields: &str) -> (response::Parts, String) {
    let request = form(path).header(SEC_FETCH_SITE, "same-origin").body(fields.to_owned().into());
    answered(shop, request.expect("it is a request")).await
}
