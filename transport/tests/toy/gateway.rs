//! A gateway with a little of Matchday's contract behind it, for the tests of the edge and for its example server.
//!
//! A token is `<user>` or `<user>~<milliseconds until it expires>`; `bad`, `banned` and `busy` are refused.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use async_graphql::{Schema, Variables};
use axum::http::{StatusCode, header, request::Parts};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use serde_json::{Map, Value};
use transport::{
    document::Prepared,
    gateway::{Caller, Gateway, Payload, Refusal},
};

use self::{
    schema::{Mutation, Query, Subscription, Viewer},
    world::World,
};

pub(crate) mod schema;
pub(crate) mod world;

pub(crate) struct Toy {
    schema: Schema<Query, Mutation, Subscription>,
    world: Arc<World>,
}

impl Toy {
    pub(crate) fn new(world: Arc<World>) -> Self {
        let schema = Schema::build(Query, Mutation, Subscription).data(Arc::clone(&world)).finish();
        Self { schema, world }
    }
}

impl Gateway for Toy {
    fn identify<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Result<Caller, Refusal>> {
        let token = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let caller = caller(token);
        async move { caller }.boxed()
    }

    fn identify_socket<'a>(
        &'a self,
        upgrade: &'a Parts,
        payload: &'a Map<String, Value>,
    ) -> BoxFuture<'a, Result<Caller, Refusal>> {
        let said = payload.get("authorization").or_else(|| payload.get("Authorization")).and_then(Value::as_str);
        let header = upgrade.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let caller = caller(said.or(header));
        async move {
            if payload.contains_key("slowly") {
                self.world.released().await;
            }
            caller
        }
        .boxed()
    }

    fn execute(&self, caller: &Caller, operation: Prepared) -> BoxFuture<'static, Payload> {
        let (schema, request) = (self.schema.clone(), operation.into_request().data(viewer(caller)));
        async move { Payload::Response(Box::new(schema.execute(request).await)) }.boxed()
    }

    fn subscribe(&self, caller: &Caller, operation: Prepared) -> BoxStream<'static, Payload> {
        let encoded = *operation.variables() != Variables::default();
        let request = operation.into_request().data(viewer(caller));
        let results = self.schema.execute_stream(request);

        // As the program behind the real edge does, some results come already encoded.
        results
            .map(move |response| match serde_json::to_vec(&response) {
                Ok(bytes) if encoded && response.is_ok() => {
                    Payload::Pushed { bytes: bytes.into(), since: Some(Instant::now()) }
                }
                _ => Payload::Response(Box::new(response)),
            })
            .boxed()
    }
}

fn viewer(caller: &Caller) -> Viewer {
    Viewer(caller.user.clone())
}

fn caller(authorization: Option<&str>) -> Result<Caller, Refusal> {
    let token = authorization.map(|value| value.trim_start_matches("Bearer ").to_owned());
    let refuse =
        |status, code| Err(Refusal { status, code, message: format!("{code} said the toy"), retry_after: None });
    let (user, expires_at) = match token.as_deref() {
        Some("bad") => return refuse(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
        Some("banned") => return refuse(StatusCode::FORBIDDEN, "FORBIDDEN"),
        Some("busy") => return refuse(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
        Some("down") => return refuse(StatusCode::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
        Some(token) => match token.split_once('~') {
            Some((user, left)) => (Some(user.to_owned()), left.parse().ok().map(expiry)),
            None => (Some(token.to_owned()), None),
        },
        None => (None, None),
    };

    Ok(Caller { user, expires_at, context: Arc::new(()) })
}

fn expiry(left_ms: u64) -> SystemTime {
    SystemTime::now() + Duration::from_millis(left_ms)
}
