//! A gateway with a little of Matchday's contract behind it, for the tests of the edge and for its example server.
//!
//! A token is `<user>` or `<user>~<milliseconds until it expires>`; `bad`, `banned` and `busy` are refused, and a user whose
//! name ends in `-boss` is the one before it, with another role.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use async_graphql::{Schema, Variables};
use axum::http::{StatusCode, header, request::Parts};
use error_codes::Code;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use serde_json::{Map, Value};
use transport::{
    document::{Contract, Inputs, Prepared},
    gateway::{Caller, Gateway, Payload, Refusal, Watch},
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

/// What the edge judges documents by.
pub(crate) fn contract() -> Contract {
    let inputs = Inputs { scalars: Vec::new(), check_text: |_, _| Ok(()), tells_names: true };
    let sdl = Schema::build(Query, Mutation, Subscription).finish().sdl();
    Contract::new(&sdl, inputs).expect("the schema has all of its types")
}

impl Toy {
    pub(crate) fn new(world: Arc<World>) -> Self {
        let schema = Schema::build(Query, Mutation, Subscription).data(Arc::clone(&world)).finish();
        Self { schema, world }
    }

    fn caller(&self, authorization: Option<&str>) -> Result<Caller, Refusal> {
        let token = authorization.map(|value| value.trim_start_matches("Bearer ").to_owned());
        let refuse = |status, code: Code| {
            let message = format!("{} said the toy", code.as_str());
            Err(Refusal { status, code, message, retry_after: None })
        };
        let (user, expires_at) = match token.as_deref() {
            Some("bad") => return refuse(StatusCode::UNAUTHORIZED, Code::UNAUTHENTICATED),
            Some("banned") => return refuse(StatusCode::FORBIDDEN, Code::FORBIDDEN),
            Some("busy") => return refuse(StatusCode::TOO_MANY_REQUESTS, Code::RATE_LIMITED),
            Some("down") => return refuse(StatusCode::SERVICE_UNAVAILABLE, Code::SERVICE_UNAVAILABLE),
            Some(token) => match token.split_once('~') {
                Some((user, left)) => (
                    Some(user.to_owned()),
                    left.parse().ok().map(|left| self.world.now() + Duration::from_millis(left)),
                ),
                None => (Some(token.to_owned()), None),
            },
            None => (None, None),
        };

        let role = user.as_deref().filter(|user| user.ends_with("-boss")).map(|_| "boss");
        let user = user.map(|user| user.trim_end_matches("-boss").to_owned());

        Ok(Caller { user, expires_at, role, over: None, context: Arc::new(()) })
    }
}

impl Gateway for Toy {
    fn now(&self) -> SystemTime {
        self.world.now()
    }

    fn identify<'a>(&'a self, request: &'a Parts) -> BoxFuture<'a, Result<Caller, Refusal>> {
        let token = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let caller = self.caller(token);
        async move { caller }.boxed()
    }

    fn identify_socket<'a>(
        &'a self,
        upgrade: &'a Parts,
        payload: &'a Map<String, Value>,
    ) -> BoxFuture<'a, Result<Caller, Refusal>> {
        let said = payload.get("authorization").or_else(|| payload.get("Authorization")).and_then(Value::as_str);
        let header = upgrade.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let caller = self.caller(said.or(header));
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
                    Payload::Broadcast { bytes: bytes.into(), since: Some(Instant::now()), origin: None }
                }
                _ => Payload::Response(Box::new(response)),
            })
            .boxed()
    }

    fn watch(&self, caller: &Caller) -> Option<Watch> {
        let (world, user) = (Arc::clone(&self.world), caller.user.clone()?);
        Some(async move { world.dismissed(&user).await }.boxed())
    }
}

fn viewer(caller: &Caller) -> Viewer {
    Viewer(caller.user.clone())
}
