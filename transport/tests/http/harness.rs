//! An edge over the toy, asked without a connection.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use transport::{Edge, config::Config, gateway::Gateway, routes::Routes};

use crate::toy::{self, Toy, world::World};

pub(crate) const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
pub(crate) const JSON: &str = "application/json";

pub(crate) struct Client {
    pub(crate) world: Arc<World>,
    routes: Routes,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) type Headers<'a> = &'a [(&'static str, &'a str)];

impl Client {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let world = World::new();
        Self::over(Arc::new(Toy::new(Arc::clone(&world))), world, change)
    }

    pub(crate) fn over(gateway: Arc<dyn Gateway>, world: Arc<World>, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let edge = Edge::new(gateway, Arc::new(config), toy::contract(), CancellationToken::new());

        Self { world, routes: edge.expect("no manifest is configured").routes() }
    }

    /// Posts JSON and accepts it, unless the headers say otherwise.
    pub(crate) async fn post(&self, body: impl Into<Body>, headers: Headers<'_>) -> Answer {
        self.send(Method::POST, "/graphql", body.into(), headers).await
    }

    pub(crate) async fn query(&self, query: &str, headers: Headers<'_>) -> Answer {
        self.post(json!({ "query": query }).to_string(), headers).await
    }

    pub(crate) async fn get(&self, parameters: &[(&str, &str)], headers: Headers<'_>) -> Answer {
        let encoded: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        self.send(Method::GET, &format!("/graphql?{}", encoded.join("&")), Body::empty(), headers).await
    }

    pub(crate) async fn send(&self, method: Method, uri: &str, body: Body, headers: Headers<'_>) -> Answer {
        let mut request = Request::builder().method(&method).uri(uri);
        if method == Method::POST && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, JSON);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        let request = request.extension(ConnectInfo(peer)).body(body).expect("the test wrote a valid request");

        let (parts, body) = self.routes.answer(request).await.into_parts();
        let body = body.collect().await.expect("the answer is whole").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn media(&self) -> &str {
        self.header("content-type").split(';').next().unwrap_or_default()
    }
}

fn encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
