//! Shared rendering: one execution of a subscription's selection per change, for all who subscribed to the same.
//!
//! Every subscriber follows the hub at their own pace; what they are sent is executed and encoded once per selection and
//! edition of a match, in whatever words it was selected. Nothing that `availability` shows depends on who asks.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll, ready},
    time::Instant,
};

use async_graphql::Value;
use book::match_state::{Edition, MatchState};
use bytes::Bytes;
use domain::App;
use futures_util::{FutureExt, Stream, StreamExt};
use resolvers::json_plan;
use spans::Origin;
use subscriptions::{
    hub::{Follower, Hub, Update},
    root::Only,
};

use crate::{Schema, collected::Collected};

/// The root field whose results are shared.
pub(crate) const FIELD: &str = "availability";

/// Subscriptions whose results are shared.
pub struct SharedRendering {
    app: Arc<App>,
    schema: Schema,
    hub: Arc<Hub>,
    bytes_max: usize,
    /// By what is selected.
    renderers: Mutex<HashMap<String, Weak<Renderer>>>,
}

/// An encoded result.
pub struct Rendered {
    pub bytes: Bytes,
    /// When the process was told of the state that it shows; `None` for one that is not new.
    pub since: Option<Instant>,
    /// The span of its rendering, where that is sampled and the state is new.
    pub origin: Option<Arc<Origin>>,
}

/// A state's result, kept for all who select alike.
#[derive(Clone)]
struct Kept {
    edition: Edition,
    bytes: Bytes,
    origin: Option<Arc<Origin>>,
}

/// What one subscriber wants, as the arguments of the root field say.
struct FeedArguments {
    numbers: Vec<i32>,
    since: HashMap<i32, i32>,
}

impl SharedRendering {
    /// A result has `bytes_max`.
    pub fn new(app: Arc<App>, schema: Schema, hub: Arc<Hub>, bytes_max: usize) -> Self {
        Self { app, schema, hub, bytes_max, renderers: Mutex::default() }
    }

    /// Joins the subscribers of the same selection. What can't be shared, or must be refused by execution, comes back.
    pub fn join(&self, collected: Collected) -> Result<impl Stream<Item = Rendered> + Send + use<>, Collected> {
        let Some(arguments) = arguments(&collected) else { return Err(collected) };
        if !self.app.view.is_filled() || arguments.numbers.iter().any(|number| self.app.view.get(*number).is_none()) {
            return Err(collected);
        }
        let renderer = self.renderer(collected, &arguments)?;
        let follower = self.hub.follow(&arguments.numbers, &arguments.since);

        Ok(Subscriber { follower, renderer })
    }

    /// The renderer of this selection, proved on a state that exists.
    fn renderer(&self, collected: Collected, arguments: &FeedArguments) -> Result<Arc<Renderer>, Collected> {
        let key = collected.selected();
        let running = self.lock().get(&key).and_then(Weak::upgrade);
        if let Some(running) = running {
            return Ok(running);
        }
        let sample = match arguments.numbers.first() {
            Some(number) => self.app.view.get(*number),
            None => self.app.view.all().into_iter().next(),
        };
        let (schema, hub, rendered) = (self.schema.clone(), Arc::clone(&self.hub), Mutex::default());
        let mut fresh = Renderer { schema, hub, collected, rendered, bytes_max: self.bytes_max };
        if sample.and_then(|sample| fresh.render(&sample, false)).is_none() {
            return Err(fresh.collected);
        }
        // They say which states are sent and may be long; the state at hand is all that is asked for from here on.
        fresh.collected.forget_root_arguments();

        let fresh = Arc::new(fresh);
        let mut renderers = self.lock();
        renderers.retain(|_, renderer| renderer.strong_count() > 0);
        renderers.insert(key, Arc::downgrade(&fresh));
        metrics::gauge!("matchday_availability_documents").set(u32::try_from(renderers.len()).unwrap_or(u32::MAX));
        Ok(fresh)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Weak<Renderer>>> {
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
            let Update { state, since } = ready!(self.follower.poll_next(cx));
            if let Some(Kept { bytes, origin, .. }) = self.renderer.render(&state, since.is_some()) {
                return Poll::Ready(Some(Rendered { bytes, since, origin: origin.filter(|_| since.is_some()) }));
            }
        }
    }
}

/// Executes one subscription's selection on states, each once.
struct Renderer {
    schema: Schema,
    hub: Arc<Hub>,
    collected: Collected,
    rendered: Mutex<HashMap<i32, Kept>>,
    bytes_max: usize,
}

impl Renderer {
    /// The encoded result for a state; `None` where the execution has errors or is too long to be sent. Of one that is
    /// new, it belongs to the trace of what changed it.
    fn render(&self, state: &Arc<MatchState>, is_new: bool) -> Option<Kept> {
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = rendered.get(&state.match_number)
            && kept.edition == state.edition()
        {
            return Some(kept.clone());
        }
        let started = Instant::now();
        let origin = if is_new { self.hub.origin(state.match_number, state.version) } else { None };
        let span = origin.and_then(|origin| spans::continued("render availability", &origin));
        if let Some(span) = &span {
            span.set("matchday.match_number", i64::from(state.match_number));
            span.set("matchday.version", i64::from(state.version));
        }
        let entered = span.as_ref().map(spans::Span::enter);
        let bytes = self.execute(state)?;
        drop(entered);
        metrics::histogram!("matchday_availability_encode_seconds").record(started.elapsed());
        let origin = span.as_ref().map(|span| Arc::new(span.origin()));
        let kept = Kept { edition: state.edition(), bytes, origin };
        rendered.insert(state.match_number, kept.clone());

        Some(kept)
    }

    fn execute(&self, state: &Arc<MatchState>) -> Option<Bytes> {
        let request = self.collected.request().data(Only(Arc::clone(state)));
        // The root field yields the one state at hand and no field below it waits for anything.
        let mut response = self.schema.execute_stream(request).next().now_or_never()??;
        self.collected.complete(&mut response);

        let encoded = response.errors.is_empty().then(|| json_plan::encoded(&response, self.bytes_max));
        encoded.flatten().map(Bytes::from)
    }
}

fn arguments(collected: &Collected) -> Option<FeedArguments> {
    let field = collected.only_root().filter(|field| field.name.node == FIELD)?;
    let mut arguments = FeedArguments { numbers: Vec::new(), since: HashMap::new() };
    for (name, value) in &field.arguments {
        let value = value.node.clone().into_const()?;
        match name.node.as_str() {
            "matchNumbers" => arguments.numbers = items(&value).into_iter().map(integer).collect::<Option<_>>()?,
            "since" => arguments.since = items(&value).into_iter().map(version).collect::<Option<_>>()?,
            _ => return None,
        }
    }
    Some(arguments)
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
