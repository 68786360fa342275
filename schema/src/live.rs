//! Live: one execution of a subscription's selection per change, for all who subscribed to the same.
//!
//! Every subscriber follows the hub at their own pace; what they are sent is executed and encoded once per document,
//! variables and version of a match. Nothing that `availability` shows depends on who asks.

use std::{
    collections::{HashMap, HashSet},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll, ready},
    time::Instant,
};

use async_graphql::{Name, Value, parser::types::Selection};
use bytes::Bytes;
use domain::{App, matches::MatchState};
use futures_util::{FutureExt, Stream, StreamExt};
use subscriptions::{
    hub::{Follower, Hub, News},
    root::Only,
};

use crate::{
    Schema,
    asked::{self, Asked, Key},
};

/// The root field whose results are shared.
const FIELD: &str = "availability";

/// Subscriptions whose results are shared.
pub struct Live {
    app: Arc<App>,
    schema: Schema,
    hub: Arc<Hub>,
    renderers: Mutex<HashMap<Key, Weak<Renderer>>>,
}

/// An encoded result.
pub struct Rendered {
    pub bytes: Bytes,
    /// When the process was told of the state that it shows; `None` for one that is not new.
    pub since: Option<Instant>,
}

/// What one subscriber wants, as the arguments of the root field say.
struct Wanted {
    numbers: Vec<i32>,
    since: HashMap<i32, i32>,
    /// Variables that only say which states are sent, not how they look.
    aside: HashSet<Name>,
}

impl Live {
    pub fn new(app: Arc<App>, schema: Schema, hub: Arc<Hub>) -> Self {
        Self { app, schema, hub, renderers: Mutex::default() }
    }

    /// Joins the subscribers of the same document; `None` for what can't be shared, or must be refused by execution.
    pub fn join(&self, asked: &Asked<'_>) -> Option<impl Stream<Item = Rendered> + Send + use<>> {
        let wanted = wanted(asked)?;
        if !self.app.view.is_filled() || wanted.numbers.iter().any(|number| self.app.view.get(*number).is_none()) {
            return None;
        }
        let renderer = self.renderer(asked, &wanted)?;
        let follower = self.hub.follow(&wanted.numbers, &wanted.since);

        Some(Subscriber { follower, renderer })
    }

    /// The renderer of this document and these variables, proved on a state that exists.
    fn renderer(&self, asked: &Asked<'_>, wanted: &Wanted) -> Option<Arc<Renderer>> {
        let key = asked.key(&wanted.aside);
        let known = self.lock().get(&key).and_then(Weak::upgrade);
        if known.is_some() {
            return known;
        }
        let fresh = Arc::new(Renderer::new(self.schema.clone(), asked));
        let sample = match wanted.numbers.first() {
            Some(number) => self.app.view.get(*number),
            None => self.app.view.all().into_iter().next(),
        };
        fresh.render(&sample?)?;

        let mut renderers = self.lock();
        renderers.retain(|_, renderer| renderer.strong_count() > 0);
        renderers.insert(key, Arc::downgrade(&fresh));
        metrics::gauge!("matchday_availability_documents").set(u32::try_from(renderers.len()).unwrap_or(u32::MAX));
        Some(fresh)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Weak<Renderer>>> {
        self.renderers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one subscriber is sent: a result for each state that it has not seen.
struct Subscriber {
    follower: Follower,
    renderer: Arc<Renderer>,
}

impl Stream for Subscriber {
    type Item = Rendered;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Rendered>> {
        loop {
            let News { state, since } = ready!(self.follower.poll_next(cx));
            if let Some(bytes) = self.renderer.render(&state) {
                return Poll::Ready(Some(Rendered { bytes, since }));
            }
        }
    }
}

/// Executes one subscription's selection on states, each once.
struct Renderer {
    schema: Schema,
    document: async_graphql::parser::types::ExecutableDocument,
    text: Arc<str>,
    operation_name: Option<String>,
    variables: async_graphql::Variables,
    rendered: Mutex<HashMap<i32, (i32, Bytes)>>,
}

impl Renderer {
    fn new(schema: Schema, asked: &Asked<'_>) -> Self {
        Self {
            schema,
            document: asked.document.clone(),
            text: Arc::clone(&asked.text),
            operation_name: asked.operation_name.map(str::to_owned),
            variables: asked.variables.clone(),
            rendered: Mutex::default(),
        }
    }

    /// The encoded result for a state; `None` where the execution has errors.
    fn render(&self, state: &Arc<MatchState>) -> Option<Bytes> {
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, bytes)) = rendered.get(&state.match_number)
            && *version == state.version
        {
            return Some(bytes.clone());
        }
        let started = Instant::now();
        let bytes = self.execute(state)?;
        metrics::histogram!("matchday_availability_encode_seconds").record(started.elapsed());
        rendered.insert(state.match_number, (state.version, bytes.clone()));

        Some(bytes)
    }

    fn execute(&self, state: &Arc<MatchState>) -> Option<Bytes> {
        let request = asked::request(&self.text, &self.document, self.operation_name.as_deref(), &self.variables)
            .data(Only(Arc::clone(state)));
        // The root field yields the one state at hand and no field below it waits for anything.
        let response = self.schema.execute_stream(request).next().now_or_never()??;

        response.errors.is_empty().then(|| serde_json::to_vec(&response).ok().map(Bytes::from))?
    }
}

fn wanted(asked: &Asked<'_>) -> Option<Wanted> {
    let [selection] = asked.operation.selection_set.node.items.as_slice() else { return None };
    let Selection::Field(field) = &selection.node else { return None };
    let field = &field.node;
    if field.name.node != FIELD || !field.directives.is_empty() || !asked.operation.directives.is_empty() {
        return None;
    }

    let mut wanted = Wanted { numbers: Vec::new(), since: HashMap::new(), aside: HashSet::new() };
    for (name, value) in &field.arguments {
        if let async_graphql_value::Value::Variable(variable) = &value.node {
            wanted.aside.insert(variable.clone());
        }
        let value = value.node.clone().into_const_with(|variable| constant(asked, &variable)).ok()?;
        match name.node.as_str() {
            "matchNumbers" => wanted.numbers = items(&value).into_iter().map(integer).collect::<Option<_>>()?,
            "since" => wanted.since = items(&value).into_iter().map(version).collect::<Option<_>>()?,
            _ => return None,
        }
    }
    Some(wanted)
}

/// A variable's value, its default, or null.
fn constant(asked: &Asked<'_>, variable: &Name) -> Result<Value, std::convert::Infallible> {
    let given = asked.variables.get(variable).cloned();
    let default = || {
        let definitions = &asked.operation.variable_definitions;
        let definition = definitions.iter().find(|definition| definition.node.name.node == *variable)?;
        definition.node.default_value().cloned()
    };
    Ok(given.or_else(default).unwrap_or_default())
}

/// The items of a list, where null is none and a lone value is a list of it.
fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::List(items) => items.iter().collect(),
        item => vec![item],
    }
}

fn integer(value: &Value) -> Option<i32> {
    match value {
        Value::Number(number) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        _ => None,
    }
}

fn version(value: &Value) -> Option<(i32, i32)> {
    let Value::Object(fields) = value else { return None };
    match fields.len() {
        2 => Some((integer(fields.get("matchNumber")?)?, integer(fields.get("version")?)?)),
        _ => None,
    }
}
